using System.Globalization;
using Holdfast.Model.Releases;
using Holdfast.Releases.Rollout.Waves;
using Holdfast.Releases.Signing;
using Holdfast.Releases.Wire;
using Microsoft.EntityFrameworkCore;

namespace Holdfast.Control.Storage;

/// <summary>
/// A database that comes from the past. Edges have seen releases that it does not know: later generations, later positions of the feed.
/// So all that it has is published anew, far above both, and every edge reads it all and takes it.
/// </summary>
internal static class RestoredDatabase
{
    /// <summary>What every generation rises by: more changes than any artifact can have seen since a backup.</summary>
    public const long GenerationStep = 1_000_000;

    /// <summary>What the feed's position rises by: more releases than can have been published since a backup.</summary>
    public const long PositionStep = 1_000_000_000_000;

    private const int AtOnce = 500;

    /// <summary>Raises every generation and publishes the newest release of every artifact again.</summary>
    /// <param name="database">The database; nobody else uses it.</param>
    /// <param name="signer">Signs the releases.</param>
    /// <param name="cancellationToken">Gives up; the database is then no use.</param>
    public static async Task RenewAsync(ControlDatabase database, ReleaseSigner signer, CancellationToken cancellationToken)
    {
        var newest = await database
            .WriteAsync(
                async context =>
                {
                    var last = await context.Releases.MaxAsync(row => (long?)row.Position).ConfigureAwait(false) ?? 0;
                    await RaiseAsync(context, last).ConfigureAwait(false);

                    // Edges have seen purges that the backup does not know, or others under their numbers.
                    await PurgeLog.BeginAsync(context).ConfigureAwait(false);
                    return last;
                },
                cancellationToken
            )
            .ConfigureAwait(false);
        for (var after = 0L; after < newest; )
        {
            var from = after;
            after = await database
                .WriteAsync(context => PublishAsync(context, signer, from, newest), cancellationToken)
                .ConfigureAwait(false);
        }
    }

    /// <summary>Every table with generations: an artifact's row and its newest release have the same.</summary>
    private static async Task RaiseAsync(ControlDbContext context, long newest)
    {
        foreach (var table in context.Model.GetEntityTypes().Where(type => type.ClrType != typeof(ReleaseRow)))
        {
            if (table.FindProperty(nameof(ReleaseRow.Generation)) is not null)
            {
                var sql = string.Create(
                    CultureInfo.InvariantCulture,
                    $"UPDATE \"{table.GetTableName()}\" SET \"Generation\" = \"Generation\" + {GenerationStep}"
                );
                await context.Database.ExecuteSqlRawAsync(sql).ConfigureAwait(false);
            }
        }

        var position = newest + PositionStep;
        await context
            .Database.ExecuteSqlAsync($"UPDATE sqlite_sequence SET seq = {position} WHERE name = 'releases'")
            .ConfigureAwait(false);
    }

    /// <summary>Publishes a stretch of the old positions again.</summary>
    /// <returns>Where the next stretch begins.</returns>
    private static async Task<long> PublishAsync(ControlDbContext context, ReleaseSigner signer, long after, long newest)
    {
        var rows = await context
            .Releases.AsNoTracking()
            .Where(row => row.Position > after && row.Position <= newest)
            // An announcement counts because of the key that signed it then.
            .Where(row => row.Kind != (int)ArtifactKind.SigningKey)
            // What is in use, and what is held above it: the one serves while the other begins its way again.
            .Where(row =>
                !context.Releases.Any(later =>
                    later.Kind == row.Kind
                    && later.Name == row.Name
                    && later.Generation > row.Generation
                    && later.Position <= newest
                    && (row.Held || !later.Held)
                )
            )
            .Where(row =>
                !row.Held
                || !context.Rollouts.Any(rollout =>
                    rollout.Kind == row.Kind
                    && rollout.Name == row.Name
                    && rollout.ReleaseGeneration == row.Generation
                    && (rollout.Phase == (int)WavePhase.Failed || rollout.Phase == (int)WavePhase.Aborted)
                )
            )
            .OrderBy(row => row.Position)
            .Take(AtOnce)
            .ToListAsync()
            .ConfigureAwait(false);
        foreach (var row in rows)
        {
            var old = ReleaseCodec.TryDecode(row.Envelope, out var release, out var error)
                ? release
                : throw new ControlDatabaseException($"the release of {row.Name} in the backup is damaged: {error}");
            var generation = old.Generation + GenerationStep;
            var renewed = old.Removed
                ? signer.SignRemoval(old.Kind, old.Name, generation, old.FormatVersion)
                : signer.Sign(old.Kind, old.Name, generation, old.FormatVersion, old.Payload.ToArray());
            await ReleaseLog.AppendAsync(context, renewed, isBack: !row.Held).ConfigureAwait(false);
        }

        return rows.Count < AtOnce ? newest : rows[^1].Position;
    }
}
