using System.Collections.Immutable;
using System.Text.Json.Nodes;
using Holdfast.Artifacts;
using Holdfast.Control.Audit;
using Holdfast.Control.Releases;
using Holdfast.Model.Purging;
using Holdfast.Releases.Feed;
using Holdfast.Releases.Purging;
using Microsoft.EntityFrameworkCore;

namespace Holdfast.Control.Storage;

/// <summary>
/// The purges in the order in which they were ordered. They are kept for a while: an edge that was away for longer purges everything. Each
/// one and its audit entry are one transaction; whoever follows the feed is woken after it.
/// </summary>
internal sealed class PurgeLog
{
    /// <summary>Most purges kept: some 100 MB at the usual size.</summary>
    public const int MostKept = 100_000;

    /// <summary>How long one is kept.</summary>
    public static readonly TimeSpan KeptFor = TimeSpan.FromDays(7);

    private const int SignedAtOnce = 500;

    private readonly ControlDatabase _database;
    private readonly PurgeSigner _signer;
    private readonly ReleaseSignal _signal;
    private readonly TimeProvider _time;
    private readonly int _mostKept;

    private PurgeLog(ControlDatabase database, PurgeSigner signer, ReleaseSignal signal, TimeProvider time, int mostKept)
    {
        _database = database;
        _signer = signer;
        _signal = signal;
        _time = time;
        _mostKept = mostKept;
    }

    /// <summary>The log of a database, which is begun when there is none.</summary>
    public static async Task<PurgeLog> OpenAsync(
        ControlDatabase database,
        PurgeSigner signer,
        ReleaseSignal signal,
        TimeProvider time,
        CancellationToken cancellationToken,
        int mostKept = MostKept
    )
    {
        await database
            .WriteAsync(
                async context => await context.PurgeLog.AnyAsync().ConfigureAwait(false) || await BeginAsync(context).ConfigureAwait(false),
                cancellationToken
            )
            .ConfigureAwait(false);
        return new PurgeLog(database, signer, signal, time, mostKept);
    }

    /// <summary>
    /// Begins another log in the place of this one, within the transaction of the caller: edges that followed this one purge everything.
    /// </summary>
    /// <returns>True.</returns>
    public static async Task<bool> BeginAsync(ControlDbContext context)
    {
        await context.Purges.ExecuteDeleteAsync().ConfigureAwait(false);
        await context.PurgeLog.ExecuteDeleteAsync().ConfigureAwait(false);
        context.PurgeLog.Add(new PurgeLogRow { Key = 1, Id = ArtifactId.New() });
        return true;
    }

    /// <summary>Orders a purge.</summary>
    /// <param name="zoneId">The zone.</param>
    /// <param name="kind">What it selects by.</param>
    /// <param name="values">What it selects; empty for everything alone.</param>
    /// <param name="audit">Gets the purge.</param>
    /// <param name="cancellationToken">Gives up before anything is written.</param>
    /// <returns>The purge's id, or null when there is no such zone.</returns>
    public async Task<string?> AppendAsync(
        string zoneId,
        PurgeKind kind,
        ImmutableArray<string> values,
        AuditScope audit,
        CancellationToken cancellationToken
    )
    {
        var id = await _database
            .WriteAsync(
                audit,
                async context =>
                {
                    if (!await context.Zones.AnyAsync(row => row.Id == zoneId).ConfigureAwait(false))
                    {
                        return null;
                    }

                    var log = await context.PurgeLog.SingleAsync().ConfigureAwait(false);
                    var now = DateTimeOffset.FromUnixTimeMilliseconds(_time.GetUtcNow().ToUnixTimeMilliseconds());
                    var purge = new Purge
                    {
                        Sequence = ++log.Newest,
                        ZoneId = zoneId,
                        Kind = kind,
                        Values = values,
                        CreatedAt = now,
                    };
                    var row = new PurgeRow
                    {
                        Sequence = purge.Sequence,
                        Id = ArtifactId.New(),
                        ZoneId = zoneId,
                        CreatedAt = now.UtcDateTime,
                        Envelope = FeedCodec.EncodePurge(_signer.Sign(log.Id, purge)),
                    };
                    context.Purges.Add(row);
                    audit.Record("purge", row.Id, zoneId, null, Show(purge));
                    await ShortenAsync(context, log, purge).ConfigureAwait(false);
                    return row.Id;
                },
                cancellationToken
            )
            .ConfigureAwait(false);
        _signal.Wake();
        return id;
    }

    /// <summary>
    /// Where the log goes on for somebody who comes from elsewhere: there, or at its end when it does not have all that lies between.
    /// </summary>
    public Task<PurgePosition> StartAsync(PurgePosition from) =>
        _database.ReadAsync(async context =>
        {
            var log = await context.PurgeLog.SingleAsync().ConfigureAwait(false);
            var knows = from.Log == log.Id && from.Sequence >= log.Dropped && from.Sequence <= log.Newest;
            return knows ? from : new PurgePosition(log.Id, log.Newest);
        });

    /// <summary>What the feed sends next, in order.</summary>
    /// <param name="after">The last one that was sent.</param>
    /// <param name="limit">Most purges.</param>
    public Task<PurgePage> ReadAsync(PurgePosition after, int limit) =>
        _database.ReadAsync(async context =>
        {
            var newest = await context.PurgeLog.Select(row => row.Newest).SingleAsync().ConfigureAwait(false);
            var entries = await context
                .Purges.Where(row => row.Sequence > after.Sequence)
                .OrderBy(row => row.Sequence)
                .Take(limit)
                .Select(row => new FeedEntry(row.Sequence, row.Envelope))
                .ToListAsync()
                .ConfigureAwait(false);
            var more = entries.Count == limit;

            // What was ordered between the two reads is among the entries, and above the newest.
            var last = entries.Count > 0 ? entries[^1].Position : after.Sequence;
            return new PurgePage(entries, after with { Sequence = more ? last : Math.Max(newest, last) }, more);
        });

    /// <summary>A purge of a zone, and the edges with the last purge that is in effect there; null when there is none, or none any more.</summary>
    public Task<StoredPurge?> FindAsync(string zoneId, string id) =>
        _database.ReadAsync(async context =>
        {
            var row = await context.Purges.SingleOrDefaultAsync(row => row.ZoneId == zoneId && row.Id == id).ConfigureAwait(false);
            if (row is null)
            {
                return null;
            }

            var log = await context.PurgeLog.Select(row => row.Id).SingleAsync().ConfigureAwait(false);
            var nodes = await context.Nodes.OrderBy(node => node.Name).ToListAsync().ConfigureAwait(false);
            return new StoredPurge(
                row.Id,
                PurgeOf(row),
                [.. nodes.Select(node => (node, node.PurgeLog == log && node.PurgeSequence >= row.Sequence))]
            );
        });

    /// <summary>
    /// Signs anew what a key that is about to be believed no more has signed, within the transaction of the caller: an edge that was away
    /// would refuse it, and go on serving what it purges.
    /// </summary>
    /// <param name="context">The transaction's.</param>
    /// <param name="keyId">The key.</param>
    public async Task SignAnewAsync(ControlDbContext context, string keyId)
    {
        var log = await context.PurgeLog.Select(row => row.Id).SingleAsync().ConfigureAwait(false);
        for (var after = 0L; ; )
        {
            var from = after;
            var rows = await context
                .Purges.Where(row => row.Sequence > from)
                .OrderBy(row => row.Sequence)
                .Take(SignedAtOnce)
                .ToListAsync()
                .ConfigureAwait(false);
            foreach (var row in rows.Where(row => FeedCodec.DecodePurge(row.Envelope).KeyId == keyId))
            {
                row.Envelope = FeedCodec.EncodePurge(_signer.Sign(log, PurgeOf(row)));
            }

            // Saved and let go of, because there may be a hundred thousand.
            await context.SaveChangesAsync(CancellationToken.None).ConfigureAwait(false);
            context.ChangeTracker.Clear();
            if (rows.Count < SignedAtOnce)
            {
                return;
            }

            after = rows[^1].Sequence;
        }
    }

    /// <summary>What the API and the audit log show of a purge.</summary>
    public static JsonObject Show(Purge purge) =>
        new()
        {
            ["sequence"] = purge.Sequence,
            ["kind"] = PurgeKindNames.Of(purge.Kind),
            ["values"] = new JsonArray([.. purge.Values.Select(value => (JsonNode)value)]),
        };

    private static Purge PurgeOf(PurgeRow row) =>
        PurgeCodec.TryDecode(FeedCodec.DecodePurge(row.Envelope).Payload, out _, out var purge, out var error)
            ? purge
            : throw new InvalidDataException($"purge {row.Id} in the database is damaged: {error}");

    private async Task ShortenAsync(ControlDbContext context, PurgeLogRow log, Purge purge)
    {
        if (purge.Kind == PurgeKind.Everything)
        {
            // Whatever was purged of the zone before is purged by this one too.
            await context
                .Purges.Where(row => row.ZoneId == purge.ZoneId && row.Sequence < purge.Sequence)
                .ExecuteDeleteAsync()
                .ConfigureAwait(false);
        }

        var oldest = purge.CreatedAt.UtcDateTime - KeptFor;
        var lowest = purge.Sequence - _mostKept;
        var dropped = await context
            .Purges.Where(row => row.Sequence <= lowest || row.CreatedAt < oldest)
            .MaxAsync(row => (long?)row.Sequence)
            .ConfigureAwait(false);
        if (dropped is { } last)
        {
            log.Dropped = last;
            await context.Purges.Where(row => row.Sequence <= last).ExecuteDeleteAsync().ConfigureAwait(false);
        }
    }
}

/// <summary>A stretch of the purge log.</summary>
/// <param name="Entries">The purges.</param>
/// <param name="Position">Where the log stands behind them.</param>
/// <param name="More">Whether there may be more.</param>
internal sealed record PurgePage(IReadOnlyList<FeedEntry> Entries, PurgePosition Position, bool More);

/// <summary>A purge with what control knows about it.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Purge">The purge.</param>
/// <param name="Edges">The edges, and whether it is in effect there.</param>
internal sealed record StoredPurge(string Id, Purge Purge, ImmutableArray<(NodeRow Node, bool InEffect)> Edges);
