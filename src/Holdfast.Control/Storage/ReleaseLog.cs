using Holdfast.Model.Releases;
using Holdfast.Releases.Rollout.Waves;
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

    /// <summary>
    /// Adds a release to the transaction of the change that it publishes. One of a kind that goes by waves, or of an artifact that is pinned,
    /// is held: <see cref="ReleaseAdmission"/>.
    /// </summary>
    /// <param name="context">The transaction.</param>
    /// <param name="release">The release.</param>
    /// <param name="isBack">Whether it goes back to what was in use: that goes to every edge at once.</param>
    /// <exception cref="StorageConflictException">Its content failed before, or it takes away what is pinned.</exception>
    public static async Task AppendAsync(ControlDbContext context, Release release, bool isBack = false)
    {
        var kind = (int)release.Kind;
        var isHeld = await ReleaseAdmission.HoldsAsync(context, release, isBack).ConfigureAwait(false);
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
                Held = isHeld,
            }
        );

        // What was removed leaves nothing but its removal: a customer's key does not stay behind.
        // While a release is held, the one before it serves.
        var oldest = release.Removed && !isHeld ? release.Generation : release.Generation - KeptGenerations + 1;
        if (oldest <= 1)
        {
            return;
        }

        var used = isHeld
            ? await ReleaseAdmission.InUse(context, kind, release.Name).MaxAsync(row => (long?)row.Generation).ConfigureAwait(false)
            : null;
        await context
            .Releases.Where(row => row.Kind == kind && row.Name == release.Name && row.Generation < oldest)
            .Where(row =>
                !context.Rollouts.Any(rollout =>
                    rollout.Kind == kind
                    && rollout.Name == row.Name
                    && rollout.Phase < (int)WavePhase.Good
                    && (rollout.BeforeGeneration == row.Generation || rollout.ReleaseGeneration == row.Generation)
                )
            )
            .Where(row => !isBack || !row.Held)
            .Where(row => used == null || row.Generation != used)
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
    /// Of each artifact the newest release that is not held, in order, up to the newest of now. Between two stretches what was added is saved and let go of,
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
                .Where(row => row.Position > from && row.Position <= newest && !row.Held)
                .Where(row =>
                    !context.Releases.Any(later =>
                        later.Kind == row.Kind && later.Name == row.Name && later.Generation > row.Generation && !later.Held
                    )
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

    /// <summary>What the feed sends next: of each artifact the newest release that is not held, in order.</summary>
    /// <param name="after">The last position that was sent.</param>
    /// <param name="limit">Most releases.</param>
    /// <param name="bytes">Bytes of encoded releases after which no more are read.</param>
    public Task<FeedPage> ReadAsync(long after, int limit, long bytes) =>
        _database.ReadAsync(async context =>
        {
            // Positions are given in the order of commits, so everything up to this one is there. What is replaced between the two
            // reads has its newer release behind it.
            var newest = await context.Releases.MaxAsync(row => (long?)row.Position).ConfigureAwait(false) ?? 0;
            var entries = new List<FeedRelease>();
            var rows = context
                .Releases.Where(row =>
                    row.Position > after
                    && !row.Held
                    && !context.Releases.Any(later =>
                        later.Kind == row.Kind && later.Name == row.Name && later.Generation > row.Generation && !later.Held
                    )
                )
                .OrderBy(row => row.Position)
                .Take(limit)
                .Select(row => new FeedRelease(row.Position, row.Envelope, row.Kind, row.Name, row.Generation))
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

    /// <summary>A release that is held, encoded; null when it is there no more, or no longer held.</summary>
    public Task<byte[]?> HeldAsync(int kind, string name, long generation) =>
        _database.ReadAsync(context =>
            context
                .Releases.Where(row => row.Kind == kind && row.Name == name && row.Generation == generation && row.Held)
                .Select(row => row.Envelope)
                .SingleOrDefaultAsync()
        );

    /// <summary>A release, encoded; null when it is there no more.</summary>
    public Task<byte[]?> EnvelopeAsync(int kind, string name, long generation) =>
        _database.ReadAsync(context =>
            context
                .Releases.Where(row => row.Kind == kind && row.Name == name && row.Generation == generation)
                .Select(row => row.Envelope)
                .SingleOrDefaultAsync()
        );

    /// <summary>
    /// Gives a release that was held to every edge. It gets a new place at the end of the feed: edges that were not to have it have passed its
    /// old one.
    /// </summary>
    public static async Task OpenAsync(ControlDbContext context, int kind, string name, long generation)
    {
        var row = await context
            .Releases.SingleOrDefaultAsync(row => row.Kind == kind && row.Name == name && row.Generation == generation)
            .ConfigureAwait(false);
        if (row is not { Held: true })
        {
            return;
        }

        context.Releases.Remove(row);
        await context.SaveChangesAsync(CancellationToken.None).ConfigureAwait(false);
        context.Releases.Add(
            new ReleaseRow
            {
                Kind = row.Kind,
                Name = row.Name,
                Generation = row.Generation,
                Digest = row.Digest,
                Removed = row.Removed,
                CreatedAt = row.CreatedAt,
                Envelope = row.Envelope,
            }
        );
        if (row.Removed)
        {
            await context
                .Releases.Where(old => old.Kind == kind && old.Name == name && old.Generation < generation)
                .ExecuteDeleteAsync()
                .ConfigureAwait(false);
        }
    }
}

/// <summary>One purge of the feed: its position and its bytes.</summary>
internal sealed record FeedEntry(long Position, byte[] Envelope);

/// <summary>One release of the feed: its position, its bytes, and which it is.</summary>
internal sealed record FeedRelease(long Position, byte[] Envelope, int Kind, string Name, long Generation);

/// <summary>A stretch of the feed.</summary>
/// <param name="Entries">The releases.</param>
/// <param name="Newest">The newest position of all.</param>
/// <param name="More">Whether there may be more behind it.</param>
internal sealed record FeedPage(IReadOnlyList<FeedRelease> Entries, long Newest, bool More);
