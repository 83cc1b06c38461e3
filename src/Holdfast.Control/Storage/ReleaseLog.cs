using Holdfast.Model.Releases;
using Holdfast.Releases.Wire;
using Microsoft.EntityFrameworkCore;

namespace Holdfast.Control.Storage;

/// <summary>The published releases in the order of the feed.</summary>
internal sealed class ReleaseLog
{
    /// <summary>Generations kept of each artifact; the feed needs the newest alone.</summary>
    public const int KeptGenerations = 10;

    private const int AtOnce = 500;

    private readonly ControlDatabase _database;

    public ReleaseLog(ControlDatabase database)
    {
        _database = database;
    }

    /// <summary>Adds a release to the transaction of the change that it publishes.</summary>
    public static async Task AppendAsync(ControlDbContext context, Release release)
    {
        var kind = (int)release.Kind;
        context.Releases.Add(
            new ReleaseRow
            {
                Kind = kind,
                Name = release.Name,
                Generation = release.Generation,
                Digest = release.Digest,
                Removed = release.Removed,
                CreatedAt = release.CreatedAt.UtcDateTime,
                Envelope = ReleaseCodec.Encode(release),
            }
        );

        // What was removed leaves nothing but its removal: a customer's key does not stay behind.
        var oldest = release.Removed ? release.Generation : release.Generation - KeptGenerations + 1;
        if (oldest <= 1)
        {
            return;
        }

        await context
            .Releases.Where(row => row.Kind == kind && row.Name == release.Name && row.Generation < oldest)
            .ExecuteDeleteAsync()
            .ConfigureAwait(false);
    }

    /// <summary>Whether an artifact was ever published.</summary>
    public static Task<bool> HasAsync(ControlDatabase database, ArtifactKind kind, string name) =>
        database.ReadAsync(context => context.Releases.AnyAsync(row => row.Kind == (int)kind && row.Name == name));

    /// <summary>The generation of an artifact's newest release; 0 when there is none.</summary>
    public static async Task<long> GenerationAsync(ControlDbContext context, ArtifactKind kind, string name) =>
        await context
            .Releases.Where(row => row.Kind == (int)kind && row.Name == name)
            .MaxAsync(row => (long?)row.Generation)
            .ConfigureAwait(false)
        ?? 0;

    /// <summary>
    /// Of each artifact the newest release, in order, up to the newest of now. Between two stretches what was added is saved and let go of,
    /// because there may be a million.
    /// </summary>
    public static async IAsyncEnumerable<Release> NewestAsync(ControlDbContext context)
    {
        var newest = await context.Releases.MaxAsync(row => (long?)row.Position).ConfigureAwait(false) ?? 0;
        for (var after = 0L; after < newest; )
        {
            var from = after;
            var rows = await context
                .Releases.AsNoTracking()
                .Where(row => row.Position > from && row.Position <= newest)
                .Where(row =>
                    !context.Releases.Any(later => later.Kind == row.Kind && later.Name == row.Name && later.Generation > row.Generation)
                )
                .OrderBy(row => row.Position)
                .Take(AtOnce)
                .ToListAsync()
                .ConfigureAwait(false);
            foreach (var row in rows)
            {
                yield return ReleaseCodec.TryDecode(row.Envelope, out var release, out var error)
                    ? release
                    : throw new ControlDatabaseException($"the release of {row.Name} is damaged: {error}");
            }

            await context.SaveChangesAsync(CancellationToken.None).ConfigureAwait(false);
            context.ChangeTracker.Clear();
            after = rows.Count < AtOnce ? newest : rows[^1].Position;
        }
    }

    /// <summary>Gives the zone, certificate, list or ruleset that a release is of the release's generation; a removed one has no row.</summary>
    public static Task<int> RaiseOwnerAsync(ControlDbContext context, Release release) =>
        release.Kind switch
        {
            ArtifactKind.Zone => context
                .Zones.Where(row => row.Id == release.Name)
                .ExecuteUpdateAsync(set => set.SetProperty(row => row.Generation, release.Generation)),
            ArtifactKind.Certificate => context
                .Certificates.Where(row => row.Id == release.Name)
                .ExecuteUpdateAsync(set => set.SetProperty(row => row.Generation, release.Generation)),
            ArtifactKind.List => context
                .Lists.Where(row => row.Id == release.Name)
                .ExecuteUpdateAsync(set => set.SetProperty(row => row.Generation, release.Generation)),
            ArtifactKind.AccountRuleset => context
                .AccountRulesets.Where(row => row.Id == release.Name)
                .ExecuteUpdateAsync(set => set.SetProperty(row => row.Generation, release.Generation)),
            _ => Task.FromResult(0),
        };

    /// <summary>What the feed sends next: of each artifact the newest release, in order.</summary>
    /// <param name="after">The last position that was sent.</param>
    /// <param name="limit">Most releases.</param>
    /// <param name="bytes">Bytes of encoded releases after which no more are read.</param>
    public Task<FeedPage> ReadAsync(long after, int limit, long bytes) =>
        _database.ReadAsync(async context =>
        {
            // Positions are given in the order of commits, so everything up to this one is there. What is replaced between the two
            // reads has its newer release behind it.
            var newest = await context.Releases.MaxAsync(row => (long?)row.Position).ConfigureAwait(false) ?? 0;
            var entries = new List<FeedEntry>();
            var rows = context
                .Releases.Where(row =>
                    row.Position > after
                    && !context.Releases.Any(later => later.Kind == row.Kind && later.Name == row.Name && later.Generation > row.Generation)
                )
                .OrderBy(row => row.Position)
                .Take(limit)
                .Select(row => new FeedEntry(row.Position, row.Envelope))
                .AsAsyncEnumerable();
            await foreach (var entry in rows.ConfigureAwait(false))
            {
                entries.Add(entry);
                bytes -= entry.Envelope.Length;
                if (bytes <= 0)
                {
                    break;
                }
            }

            return new FeedPage(entries, newest, entries.Count == limit || bytes <= 0);
        });

    /// <summary>A page of what was published, newest first.</summary>
    public Task<(IReadOnlyList<PublishedRelease> Releases, int Total)> ListAsync(ArtifactKind? kind, string? name, int skip, int take) =>
        _database.ReadAsync<(IReadOnlyList<PublishedRelease>, int)>(async context =>
        {
            var rows = context.Releases.AsQueryable();
            rows = kind is null ? rows : rows.Where(row => row.Kind == (int)kind);
            rows = name is null ? rows : rows.Where(row => row.Name == name);
            var total = await rows.CountAsync().ConfigureAwait(false);
            var page = await rows.OrderByDescending(row => row.Position)
                .Skip(skip)
                .Take(take)
                .Select(row => new PublishedRelease(
                    row.Position,
                    (ArtifactKind)row.Kind,
                    row.Name,
                    row.Generation,
                    row.Digest,
                    row.Removed,
                    row.CreatedAt
                ))
                .ToListAsync()
                .ConfigureAwait(false);
            return (page, total);
        });
}

/// <summary>One message of the feed: its position and the encoded release.</summary>
internal sealed record FeedEntry(long Position, byte[] Envelope);

/// <summary>A stretch of the feed.</summary>
/// <param name="Entries">The releases.</param>
/// <param name="Newest">The newest position of all.</param>
/// <param name="More">Whether there may be more behind it.</param>
internal sealed record FeedPage(IReadOnlyList<FeedEntry> Entries, long Newest, bool More);

/// <summary>What the API shows of a release.</summary>
internal sealed record PublishedRelease(
    long Position,
    ArtifactKind Kind,
    string Name,
    long Generation,
    string Digest,
    bool Removed,
    DateTime CreatedAt
);
