using System.Text;
using System.Text.Json;
using Holdfast.Control.SecurityEvents;
using Holdfast.Model.Uplink;
using Microsoft.Extensions.Logging;

namespace Holdfast.Control.Storage;

/// <summary>
/// The security events that edges sent up, and how often each rule has acted. A file of its own beside control's database, so that a flood,
/// a full table or a damaged page here costs events and nothing else: it is opened when it is first needed, and a damaged one is put aside.
/// Bounded in number, in number of one zone, and in time.
/// </summary>
internal sealed class SecurityEventStore : IAsyncDisposable
{
    /// <summary>A zone's part of all events that are kept, so that a flood at one hides no other's.</summary>
    private const int ZonesPart = 10;

    /// <summary>The most rules whose counts are kept.</summary>
    private const int MostRules = 200_000;

    private static readonly TimeSpan PruneEvery = TimeSpan.FromMinutes(5);

    // A rule that has not acted for so long has a count that tells nothing.
    private static readonly TimeSpan CountsKeptFor = TimeSpan.FromDays(90);

    private readonly SecurityEventDatabase _database;
    private readonly ControlOptions _options;
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _pruning;

    /// <summary>A store in this file, which is not opened yet.</summary>
    public SecurityEventStore(string path, ControlOptions options, ILogger logger)
    {
        _options = options;
        _database = new SecurityEventDatabase(path, logger);
        _pruning = PruneAsync(logger, _stop.Token);
    }

    /// <summary>Stores a batch of one node; records that are here already are passed over.</summary>
    /// <param name="node">The node.</param>
    /// <param name="batch">The records.</param>
    /// <param name="cancellationToken">Gives up before anything is written.</param>
    /// <returns>The highest sequence of the node that is safe.</returns>
    /// <exception cref="StorageUnavailableException">Nothing was written.</exception>
    public Task<long> TakeAsync(string node, IReadOnlyList<UplinkRecord> batch, CancellationToken cancellationToken) =>
        _database.WriteAsync(
            write =>
            {
                var last = write.Query("SELECT sequence FROM node WHERE name = $1", reader => reader.GetInt64(0), node).FirstOrDefault();
                var zones = new HashSet<string>(StringComparer.Ordinal);
                long lost = 0;
                foreach (var record in batch.Where(record => record.Sequence > last).ToList())
                {
                    last = record.Sequence;
                    lost += record.Type switch
                    {
                        UplinkRecordTypes.SecurityEvents => TakeEvents(write, node, record.Body, zones),
                        UplinkRecordTypes.RuleCounts => TakeCounts(write, record.Body),
                        UplinkRecordTypes.Dropped => SecurityEventRecord.Count(record.Body, "count"),
                        _ => 0,
                    };
                }

                write.Run(
                    """
                    INSERT INTO node (name, sequence, lost) VALUES ($1, $2, $3)
                    ON CONFLICT (name) DO UPDATE SET sequence = excluded.sequence, lost = lost + excluded.lost
                    """,
                    node,
                    last,
                    lost
                );
                foreach (var zone in zones)
                {
                    KeepNewest(write, zone);
                }

                return last;
            },
            cancellationToken
        );

    /// <summary>The events that a query wants, and where the next part begins.</summary>
    /// <exception cref="StorageUnavailableException">The file cannot be read now.</exception>
    public Task<IReadOnlyList<StoredSecurityEvent>> ListAsync(SecurityEventQuery query, CancellationToken cancellationToken) =>
        _database.ReadAsync<IReadOnlyList<StoredSecurityEvent>>(
            read =>
            {
                var sql = new StringBuilder("SELECT id, node, body FROM event WHERE at >= $1");
                var values = new List<object> { Cut(_options.EventsKeptFor) };
                query.AddTo(sql, values);
                return read.Query(
                    sql.ToString(),
                    reader => new StoredSecurityEvent(reader.GetInt64(0), reader.GetString(1), reader.GetString(2)),
                    [.. values]
                );
            },
            cancellationToken
        );

    /// <summary>How many events edges have lost since this file was begun.</summary>
    /// <exception cref="StorageUnavailableException">The file cannot be read now.</exception>
    public Task<long> LostAsync(CancellationToken cancellationToken) =>
        _database.ReadAsync(
            read => read.Query("SELECT coalesce(sum(lost), 0) FROM node", reader => reader.GetInt64(0))[0],
            cancellationToken
        );

    /// <summary>How often a zone's rules have acted, and when last, by the rules' ids.</summary>
    /// <exception cref="StorageUnavailableException">The file cannot be read now.</exception>
    public Task<IReadOnlyDictionary<string, (long Acted, DateTime Last)>> CountsAsync(string zone, CancellationToken cancellationToken) =>
        _database.ReadAsync<IReadOnlyDictionary<string, (long, DateTime)>>(
            read =>
                read.Query(
                        "SELECT rule, acted, last FROM rule_count WHERE zone = $1",
                        reader =>
                            (
                                Rule: reader.GetString(0),
                                Acted: reader.GetInt64(1),
                                Last: DateTimeOffset.FromUnixTimeMilliseconds(reader.GetInt64(2)).UtcDateTime
                            ),
                        zone
                    )
                    .ToDictionary(row => row.Rule, row => (row.Acted, row.Last), StringComparer.Ordinal),
            cancellationToken
        );

    /// <summary>Stops pruning, and lets go of the file.</summary>
    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync().ConfigureAwait(false);
        await _pruning.ConfigureAwait(false);
        _database.Dispose();
        _stop.Dispose();
    }

    /// <summary>Forgets what is older than it is kept.</summary>
    internal Task PruneAsync(CancellationToken cancellationToken) =>
        _database.WriteAsync(
            write =>
            {
                write.Run("DELETE FROM event WHERE at < $1", Cut(_options.EventsKeptFor));
                write.Run("DELETE FROM rule_count WHERE last < $1", Cut(CountsKeptFor));
                return true;
            },
            cancellationToken
        );

    private static long TakeEvents(SecurityEventDatabase.Session write, string node, JsonElement body, HashSet<string> zones)
    {
        var lost = SecurityEventRecord.Count(body, "dropped");
        foreach (var item in SecurityEventRecord.Items(body, "events"))
        {
            if (SecurityEventRecord.TryRead(item) is not { } read)
            {
                lost++;
                continue;
            }

            write.Run(
                """
                INSERT INTO event (at, zone, ray, phase, rule, action, ip, host, method, path, country, node, body)
                VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)
                """,
                read.At.ToUnixTimeMilliseconds(),
                read.Zone,
                read.Ray,
                read.Phase,
                read.Rule,
                read.Action,
                read.Ip,
                read.Host,
                read.Method,
                read.Path,
                read.Country,
                node,
                read.Body
            );
            zones.Add(read.Zone);
        }

        return lost;
    }

    private static long TakeCounts(SecurityEventDatabase.Session write, JsonElement body)
    {
        var room = MostRules - write.Query("SELECT count(*) FROM rule_count", reader => reader.GetInt64(0))[0];
        foreach (var item in SecurityEventRecord.Items(body, "rules"))
        {
            if (SecurityEventRecord.TryReadCount(item) is { } count)
            {
                var known = write.Run(
                    "UPDATE rule_count SET acted = acted + $3, last = max(last, $4) WHERE zone = $1 AND rule = $2",
                    count.Zone,
                    count.Rule,
                    count.Acted,
                    count.Last
                );
                if (known == 0 && room-- > 0)
                {
                    write.Run(
                        "INSERT INTO rule_count (zone, rule, acted, last) VALUES ($1, $2, $3, $4)",
                        count.Zone,
                        count.Rule,
                        count.Acted,
                        count.Last
                    );
                }
            }
        }

        return 0;
    }

    private void KeepNewest(SecurityEventDatabase.Session write, string zone)
    {
        write.Run(
            "DELETE FROM event WHERE zone = $1 AND id <= (SELECT id FROM event WHERE zone = $1 ORDER BY id DESC LIMIT 1 OFFSET $2)",
            zone,
            Math.Max(1, _options.EventsKept / ZonesPart)
        );

        // Ids have gaps where other zones' bounds have taken events, so that this keeps a little less than it might, and costs nothing.
        write.Run("DELETE FROM event WHERE id <= (SELECT max(id) FROM event) - $1", (long)_options.EventsKept);
    }

    private async Task PruneAsync(ILogger logger, CancellationToken cancellationToken)
    {
        using var timer = new PeriodicTimer(PruneEvery, _options.Time);
        try
        {
            while (await timer.WaitForNextTickAsync(cancellationToken).ConfigureAwait(false))
            {
                try
                {
                    await PruneAsync(cancellationToken).ConfigureAwait(false);
                }
                catch (StorageUnavailableException e)
                {
                    ControlLog.StorageUnavailable(logger, e);
                }
            }
        }
        catch (OperationCanceledException)
        {
            // Told to stop.
        }
    }

    private long Cut(TimeSpan kept) => (_options.Time.GetUtcNow() - kept).ToUnixTimeMilliseconds();
}

/// <summary>An event as it is kept.</summary>
/// <param name="Id">Ascending in the order in which events arrived.</param>
/// <param name="Node">The edge that sent it.</param>
/// <param name="Body">The event, as JSON.</param>
internal sealed record StoredSecurityEvent(long Id, string Node, string Body);
