using System.Text.Json.Nodes;
using Holdfast.Artifacts.Bots;
using Holdfast.Control.Audit;
using Holdfast.Control.Releases;
using Holdfast.Model.Bots;
using Holdfast.Model.Releases;
using Holdfast.Releases.Wire;
using Microsoft.EntityFrameworkCore;

namespace Holdfast.Control.Storage;

/// <summary>The bot feature file. It is nothing but its releases.</summary>
internal sealed class BotFeatureStore
{
    private const int Kind = (int)ArtifactKind.BotFeatures;

    private readonly ControlDatabase _database;
    private readonly ReleasePublisher _publisher;
    private readonly ReleaseSignal _signal;

    public BotFeatureStore(ControlDatabase database, ReleasePublisher publisher, ReleaseSignal signal)
    {
        _database = database;
        _publisher = publisher;
        _signal = signal;
    }

    /// <summary>The file that is published, or null.</summary>
    public Task<StoredBotFeatures?> FindAsync() => _database.ReadAsync(FindAsync);

    /// <summary>Publishes a file.</summary>
    /// <param name="file">It; how many features were before is put in here.</param>
    /// <param name="known">The generations that it may take the place of, or null.</param>
    /// <param name="audit">Gets what changed.</param>
    /// <param name="cancellationToken">Gives up before anything is written.</param>
    /// <exception cref="ArtifactInvalidException">An edge would refuse it.</exception>
    public async Task<StoredBotFeatures> PutAsync(
        BotFeaturesConfig file,
        KnownGenerations? known,
        AuditScope audit,
        CancellationToken cancellationToken
    )
    {
        var stored = await _database
            .WriteAsync(
                audit,
                async context =>
                {
                    var before = await FindAsync(context).ConfigureAwait(false);
                    known?.Require(before?.Generation);
                    var whole = file with { RowsBefore = await RowsBeforeAsync(context).ConfigureAwait(false) };

                    // Signed in here: outside, the key could be retired before the commit.
                    var generation = await ReleaseLog
                        .GenerationAsync(context, ArtifactKind.BotFeatures, BotFeaturesConfig.Name)
                        .ConfigureAwait(false);
                    var release = _publisher.BotFeatures(whole, generation + 1);
                    audit.Record("bot_features", BotFeaturesConfig.Name, null, Summary(before), Summary(whole, release.Digest));
                    await ReleaseLog.AppendAsync(context, release).ConfigureAwait(false);
                    return new StoredBotFeatures(whole, release.Generation, release.Digest, release.CreatedAt.UtcDateTime);
                },
                cancellationToken
            )
            .ConfigureAwait(false);
        _signal.Wake();
        return stored;
    }

    /// <summary>Takes the file out of use.</summary>
    /// <returns>Whether there was one.</returns>
    public async Task<bool> RemoveAsync(KnownGenerations? known, AuditScope audit, CancellationToken cancellationToken)
    {
        var removed = await _database
            .WriteAsync(
                audit,
                async context =>
                {
                    if (await FindAsync(context).ConfigureAwait(false) is not { } before)
                    {
                        return false;
                    }

                    known?.Require(before.Generation);
                    audit.Record("bot_features", BotFeaturesConfig.Name, null, Summary(before), null);
                    await ReleaseLog.AppendAsync(context, _publisher.BotFeaturesRemoval(before.Generation + 1)).ConfigureAwait(false);
                    return true;
                },
                cancellationToken
            )
            .ConfigureAwait(false);
        _signal.Wake();
        return removed;
    }

    private static async Task<StoredBotFeatures?> FindAsync(ControlDbContext context) =>
        await Releases(context).FirstOrDefaultAsync().ConfigureAwait(false) is { Removed: false } row ? Stored(row) : null;

    // Of the newest release that edges would take. They are all such, unless a drill has left the checks out.
    private static async Task<int?> RowsBeforeAsync(ControlDbContext context)
    {
        await foreach (var row in Releases(context).AsAsyncEnumerable().ConfigureAwait(false))
        {
            if (row.Removed)
            {
                return null;
            }

            if (
                ReleaseCodec.TryDecode(row.Envelope, out var release, out _)
                && BotFeatureArtifact.TryParse(release.FormatVersion, release.Payload.Span, BotFeatureLimits.Standard, out var file, out _)
            )
            {
                return file.Features.Length;
            }
        }

        return null;
    }

    private static IQueryable<ReleaseRow> Releases(ControlDbContext context) =>
        context.Releases.Where(row => row.Kind == Kind).OrderByDescending(row => row.Generation);

    // The whole file would be a tenth of a megabyte in a log that is kept for ever; its digest says which it was.
    private static JsonObject? Summary(StoredBotFeatures? stored) => stored is null ? null : Summary(stored.File, stored.Digest);

    private static JsonObject Summary(BotFeaturesConfig file, string digest) =>
        new()
        {
            ["rows"] = file.Features.Length,
            ["least_evidence"] = file.LeastEvidence,
            ["any_row_change"] = file.AnyRowChange,
            ["digest"] = digest,
        };

    private static StoredBotFeatures Stored(ReleaseRow row) =>
        ReleaseCodec.TryDecode(row.Envelope, out var release, out var error)
            ? BotFeatureArtifact.TryParse(
                release.FormatVersion,
                release.Payload.Span,
                BotFeatureLimits.LeftOut,
                out var file,
                out var problems
            )
                ? new StoredBotFeatures(file, row.Generation, row.Digest, row.CreatedAt)
                : throw new InvalidDataException($"the bot feature file in the database is damaged: {problems[0]}")
            : throw new InvalidDataException($"the release of the bot feature file in the database is damaged: {error}");
}

/// <summary>The bot feature file with what control knows about it.</summary>
internal sealed record StoredBotFeatures(BotFeaturesConfig File, long Generation, string Digest, DateTime CreatedAt);
