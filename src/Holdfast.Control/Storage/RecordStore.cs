using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Nodes;
using Holdfast.Artifacts.Zones;
using Holdfast.Control.Audit;
using Holdfast.Control.Envelope;
using Holdfast.Control.Records;
using Holdfast.Control.Records.Content;
using Holdfast.Control.Releases;
using Microsoft.EntityFrameworkCore;

namespace Holdfast.Control.Storage;

/// <summary>
/// The zones' DNS records. A call's changes and the zone's release are one transaction, and one release however many they are; changes
/// that the edge does not see make none.
/// </summary>
internal sealed class RecordStore
{
    // Records of one call that are written out in its audit entry; the others are counted.
    private const int AuditedRecords = 100;

    private readonly ControlDatabase _database;
    private readonly ZoneStore _zones;
    private readonly ReleaseSignal _signal;
    private readonly TimeProvider _time;

    // This process is the database's only writer, and records are written here alone: what is remembered is what is there.
    private readonly RecentRecords _recent = new();

    public RecordStore(ControlDatabase database, ZoneStore zones, ReleaseSignal signal, TimeProvider time)
    {
        _database = database;
        _zones = zones;
        _signal = signal;
        _time = time;
    }

    /// <returns>The zone's name and all of its records, or null when there is no such zone.</returns>
    public Task<(string Zone, IReadOnlyList<DnsRecord> Records)?> AllAsync(string zoneId) =>
        _database.ReadAsync<(string, IReadOnlyList<DnsRecord>)?>(async context =>
        {
            var zone = await context
                .Zones.Where(row => row.Id == zoneId)
                .Select(row => row.Name)
                .SingleOrDefaultAsync()
                .ConfigureAwait(false);
            return zone is null
                ? null
                : (
                    zone,
                    [.. (await context.Records.Where(row => row.ZoneId == zoneId).ToListAsync().ConfigureAwait(false)).Select(Stored)]
                );
        });

    public Task<DnsRecord?> FindAsync(string zoneId, string id) =>
        _database.ReadAsync(async context =>
            await context.Records.SingleOrDefaultAsync(row => row.Id == id && row.ZoneId == zoneId).ConfigureAwait(false) is { } row
                ? Stored(row)
                : null
        );

    /// <summary>Changes a zone's records.</summary>
    /// <param name="zoneId">The zone's id.</param>
    /// <param name="change">Makes the changes; they are checked as a whole when it returns, and dropped as a whole when it throws.</param>
    /// <param name="audit">Whose change it is.</param>
    /// <param name="cancellationToken">Gives up before anything is written.</param>
    /// <returns>Whether there is such a zone, and what <paramref name="change"/> gave.</returns>
    public async Task<(bool Found, T? Result)> ChangeAsync<T>(
        string zoneId,
        Func<RecordSet, T> change,
        AuditScope audit,
        CancellationToken cancellationToken
    )
    {
        long ticket = 0;
        RecentZone? after = null;
        try
        {
            var result = await _database
                .WriteAsync<(bool, T?)>(
                    audit,
                    async context =>
                    {
                        if (await context.Zones.SingleOrDefaultAsync(row => row.Id == zoneId).ConfigureAwait(false) is not { } zone)
                        {
                            return (false, default);
                        }

                        if (!RecordOrigins.CanHaveRecords(zone.Name))
                        {
                            throw ApiException.Invalid(
                                "",
                                $"the zone {zone.Name} cannot have records; only zones that are named by a host name can"
                            );
                        }

                        var recent = _recent.Take(zoneId, out ticket);
                        var records = recent?.Records ?? await ReadAsync(context, zoneId).ConfigureAwait(false);
                        var set = new RecordSet(zone.Name, records, _time.GetUtcNow().UtcDateTime);
                        var changed = change(set);
                        set.Check();
                        Record(audit, zoneId, set);
                        await ApplyAsync(context, zoneId, set).ConfigureAwait(false);
                        var known = recent?.Generation == zone.Generation ? recent.Config : ZoneStore.Stored(zone).Config;
                        var config = known with { Records = ProxiedOrigins.Of(zone.Name, set.Records) };
                        var stored = await _zones.ReplaceAsync(context, zone, config, null).ConfigureAwait(false);
                        after = new RecentZone([.. set.Records], stored.Config, stored.Generation);
                        return (true, changed);
                    },
                    cancellationToken
                )
                .ConfigureAwait(false);
            if (after is not null)
            {
                _recent.Put(zoneId, ticket, after);
            }

            _signal.Wake();
            return result;
        }
        catch
        {
            _recent.Forget(zoneId, ticket);
            throw;
        }
    }

    // Not tracked: looking each of thousands over for changes costs more than reading the few again that have some.
    private static async Task<IReadOnlyCollection<DnsRecord>> ReadAsync(ControlDbContext context, string zoneId) =>
        [.. (await context.Records.AsNoTracking().Where(row => row.ZoneId == zoneId).ToListAsync().ConfigureAwait(false)).Select(Stored)];

    /// <summary>One entry, however many records a call changes: the record, or how many there are and the first of them.</summary>
    private static void Record(AuditScope audit, string zoneId, RecordSet set)
    {
        var before = set.Removed.Concat(set.Changed).Select(record => set.Before(record.Id)).ToList();
        var after = set.Changed.Concat(set.Added).ToList();
        var ids = before.Concat(after).Select(record => record.Id).Distinct().ToList();
        if (ids.Count > 0)
        {
            audit.Record(
                ids.Count == 1 ? "dns_record" : "dns_records",
                ids.Count == 1 ? ids[0] : zoneId,
                zoneId,
                Summary(before, ids.Count),
                Summary(after, ids.Count)
            );
        }
    }

    private static JsonNode? Summary(List<DnsRecord> records, int changed) =>
        records.Count == 0 ? null
        : changed == 1 ? ForAudit(records[0])
        : new JsonObject { ["count"] = records.Count, ["first"] = new JsonArray([.. records.Take(AuditedRecords).Select(ForAudit)]) };

    private static JsonNode ForAudit(DnsRecord record) =>
        new JsonObject
        {
            ["id"] = record.Id,
            ["name"] = record.Values.Name,
            ["type"] = record.Values.Type.Name,
            ["content"] = record.Values.Content,
            ["ttl"] = record.Values.Ttl,
            ["proxied"] = record.Values.Proxied,
            ["priority"] = record.Values.Priority,
            ["comment"] = record.Values.Comment,
        };

    private static async Task ApplyAsync(ControlDbContext context, string zoneId, RecordSet set)
    {
        var ids = set.Removed.Concat(set.Changed).Select(record => record.Id).ToArray();
        var rows = await context.Records.Where(row => ids.Contains(row.Id)).ToDictionaryAsync(row => row.Id).ConfigureAwait(false);
        context.Records.RemoveRange(set.Removed.Select(record => rows[record.Id]));
        foreach (var record in set.Changed)
        {
            Fill(rows[record.Id], record);
        }

        foreach (var record in set.Added)
        {
            var row = new RecordRow
            {
                Id = record.Id,
                ZoneId = zoneId,
                Name = "",
                Type = "",
                Content = "",
                Tags = "",
                CreatedAt = record.CreatedAt,
            };
            Fill(row, record);
            context.Records.Add(row);
        }
    }

    private static void Fill(RecordRow row, DnsRecord record)
    {
        var values = record.Values;
        row.Name = values.Name;
        row.Type = values.Type.Name;
        row.Content = values.Content;
        row.Priority = values.Priority;
        row.Ttl = values.Ttl;
        row.Proxied = values.Proxied;
        row.Comment = values.Comment;
        row.Tags = JsonSerializer.Serialize(values.Tags);
        row.IPv4Only = values.Settings.IPv4Only;
        row.IPv6Only = values.Settings.IPv6Only;
        row.FlattenCname = values.Settings.FlattenCname;
        row.Generation = record.Generation;
        row.ModifiedAt = record.ModifiedAt;
        row.CommentModifiedAt = record.CommentModifiedAt;
        row.TagsModifiedAt = record.TagsModifiedAt;
    }

    private static DnsRecord Stored(RecordRow row) =>
        new()
        {
            Id = row.Id,
            Values = new RecordValues
            {
                Name = row.Name,
                Type =
                    RecordTypes.Find(row.Type)
                    ?? throw new InvalidDataException($"record {row.Id} in the database has the unknown type {row.Type}"),
                Content = row.Content,
                Priority = row.Priority,
                Ttl = row.Ttl,
                Proxied = row.Proxied,
                Comment = row.Comment,
                Tags = JsonSerializer.Deserialize<ImmutableArray<string>>(row.Tags),
                Settings = new RecordSettings(row.IPv4Only, row.IPv6Only, row.FlattenCname),
            },
            Generation = row.Generation,
            CreatedAt = row.CreatedAt,
            ModifiedAt = row.ModifiedAt,
            CommentModifiedAt = row.CommentModifiedAt,
            TagsModifiedAt = row.TagsModifiedAt,
        };
}
