using System.Text.Json;
using System.Text.Json.Nodes;
using Holdfast.Control.Audit;
using Holdfast.Control.Envelope;
using Holdfast.Control.Releases.Rehearsals;
using Holdfast.Model.Uplink;
using Microsoft.EntityFrameworkCore;

namespace Holdfast.Control.Storage;

/// <summary>What the edges sent up: the newest health of each, and the records, bounded.</summary>
internal sealed class NodeStore
{
    /// <summary>Records kept over all nodes; the oldest go first.</summary>
    public const int KeptRecords = 100_000;

    private readonly ControlDatabase _database;
    private readonly TimeProvider _time;

    public NodeStore(ControlDatabase database, TimeProvider time)
    {
        _database = database;
        _time = time;
    }

    /// <summary>Stores a batch of one node; records that are here already are passed over.</summary>
    /// <param name="name">The node.</param>
    /// <param name="mayBeNew">Whether a node that is not known is added.</param>
    /// <param name="batch">The records.</param>
    /// <param name="cancellationToken">Gives up before anything is written.</param>
    /// <returns>The highest sequence of the node that is safe, null when it is not known; and what it said of releases.</returns>
    public async Task<(long? Sequence, IReadOnlyList<EdgeReport> Reports)> TakeAsync(
        string name,
        bool mayBeNew,
        IReadOnlyList<UplinkRecord> batch,
        CancellationToken cancellationToken
    )
    {
        var audited = 0;
        var reports = new List<EdgeReport>();
        var sequence = await _database
            .WriteAsync<long?>(
                async context =>
                {
                    var now = _time.GetUtcNow().UtcDateTime;
                    var node = await context.Nodes.SingleOrDefaultAsync(row => row.Name == name).ConfigureAwait(false);
                    if (node is null)
                    {
                        if (!mayBeNew)
                        {
                            return null;
                        }

                        node = new NodeRow { Name = name, FirstSeenAt = now };
                        context.Nodes.Add(node);
                    }

                    node.LastSeenAt = now;
                    foreach (var record in batch.Where(record => record.Sequence > node.Sequence).ToList())
                    {
                        node.Sequence = record.Sequence;
                        if (record.Type == UplinkRecordTypes.PurgeApplied)
                        {
                            NotePurged(node, record.Body);
                            continue;
                        }

                        if (record.Type == UplinkRecordTypes.Health)
                        {
                            if (record.Body.TryGetProperty("purged", out var purged))
                            {
                                NotePurged(node, purged);
                            }

                            // Only the newest matters, and it comes every few seconds from every edge.
                            node.Health = record.Body.GetRawText();
                            node.HealthAt = record.At.UtcDateTime;
                            continue;
                        }

                        if (NodeCommandAudit.Of(name, record) is { } entry)
                        {
                            // Each is chained to the one before, which has to be there.
                            await AuditLog.AppendAsync(context, entry, _time).ConfigureAwait(false);
                            await context.SaveChangesAsync(CancellationToken.None).ConfigureAwait(false);
                            audited++;
                        }

                        if (EdgeReport.Of(record) is { } report)
                        {
                            reports.Add(report);
                        }

                        context.UplinkRecords.Add(
                            new UplinkRow
                            {
                                Node = name,
                                Sequence = record.Sequence,
                                At = record.At.UtcDateTime,
                                Type = record.Type,
                                Body =
                                    record.Type == UplinkRecordTypes.ReleaseRehearsed
                                        ? RehearsalDesk.Kept(record.Body).ToJsonString()
                                        : record.Body.GetRawText(),
                            }
                        );
                    }

                    await context.SaveChangesAsync(CancellationToken.None).ConfigureAwait(false);
                    var newest = await context.UplinkRecords.MaxAsync(row => (long?)row.Id).ConfigureAwait(false) ?? 0;
                    await context.UplinkRecords.Where(row => row.Id <= newest - KeptRecords).ExecuteDeleteAsync().ConfigureAwait(false);
                    await EdgeReports.PutAsync(context, reports).ConfigureAwait(false);
                    return node.Sequence;
                },
                cancellationToken
            )
            .ConfigureAwait(false);
        if (audited > 0)
        {
            _database.CountAuditEntries(audited);
        }

        return (sequence, reports);
    }

    private static void NotePurged(NodeRow node, JsonElement body)
    {
        if (
            body.ValueKind == JsonValueKind.Object
            && body.TryGetProperty("log", out var log)
            && log.ValueKind == JsonValueKind.String
            && body.TryGetProperty("sequence", out var sequence)
            && sequence.ValueKind == JsonValueKind.Number
            && sequence.TryGetInt64(out var number)
        )
        {
            (node.PurgeLog, node.PurgeSequence) = (log.GetString(), number);
        }
    }

    public Task<(IReadOnlyList<NodeRow> Nodes, int Total)> ListAsync(int skip, int take) =>
        _database.ReadAsync<(IReadOnlyList<NodeRow>, int)>(async context =>
        {
            var total = await context.Nodes.CountAsync().ConfigureAwait(false);
            return (await context.Nodes.OrderBy(row => row.Name).Skip(skip).Take(take).ToListAsync().ConfigureAwait(false), total);
        });

    /// <summary>The node of this name, or null.</summary>
    public Task<NodeRow?> FindAsync(string name) =>
        _database.ReadAsync(context => context.Nodes.SingleOrDefaultAsync(row => row.Name == name));

    /// <summary>The newest health record of every node, as JSON; null of one that sent none.</summary>
    public static async Task<IReadOnlyList<(string Name, string? Health)>> HealthAsync(ControlDbContext context)
    {
        var nodes = await context
            .Nodes.OrderBy(row => row.Name)
            .Select(row => new { row.Name, row.Health })
            .ToListAsync()
            .ConfigureAwait(false);
        return [.. nodes.Select(node => (node.Name, node.Health))];
    }

    /// <summary>The nodes that have joined.</summary>
    public Task<IReadOnlyList<(string Name, byte[] KeyHash)>> JoinedAsync() =>
        _database.ReadAsync<IReadOnlyList<(string, byte[])>>(async context =>
        {
            var rows = await context.Nodes.Where(row => row.KeyHash != null).ToListAsync().ConfigureAwait(false);
            return [.. rows.Select(row => (row.Name, row.KeyHash!))];
        });

    /// <summary>Removes a node with all that it sent up.</summary>
    /// <returns>Whether there was one.</returns>
    public Task<bool> RemoveAsync(string name, AuditScope audit, CancellationToken cancellationToken) =>
        _database.WriteAsync(
            audit,
            async context =>
            {
                if (await context.Nodes.SingleOrDefaultAsync(row => row.Name == name).ConfigureAwait(false) is not { } node)
                {
                    return false;
                }

                // A node that takes the name later numbers its records from 1 again.
                await context.UplinkRecords.Where(row => row.Node == name).ExecuteDeleteAsync().ConfigureAwait(false);
                var before = new JsonObject
                {
                    ["name"] = name,
                    ["key_sha256"] = node.KeyHash is { } key ? Convert.ToHexStringLower(key) : null,
                    ["joined_on"] = node.JoinedAt is { } at ? ApiAnswer.Time(at) : null,
                };
                audit.Record("node", name, null, before, null);
                context.Nodes.Remove(node);
                return true;
            },
            cancellationToken
        );

    /// <summary>A page of records, newest first.</summary>
    public Task<(IReadOnlyList<UplinkRow> Records, int Total)> RecordsAsync(string? node, string? type, int skip, int take) =>
        _database.ReadAsync<(IReadOnlyList<UplinkRow>, int)>(async context =>
        {
            var rows = context.UplinkRecords.AsQueryable();
            rows = node is null ? rows : rows.Where(row => row.Node == node);
            rows = type is null ? rows : rows.Where(row => row.Type == type);
            var total = await rows.CountAsync().ConfigureAwait(false);
            return (await rows.OrderByDescending(row => row.Id).Skip(skip).Take(take).ToListAsync().ConfigureAwait(false), total);
        });
}
