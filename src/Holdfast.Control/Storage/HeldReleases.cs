using Holdfast.Model.Releases;
using Holdfast.Releases.Rollout.Waves;
using Holdfast.Releases.Signing;
using Holdfast.Releases.Wire;
using Microsoft.EntityFrameworkCore;

namespace Holdfast.Control.Storage;

/// <summary>
/// Releases that are held, while everything that is in use is signed anew. What is in use is published again above them, and they above that:
/// each keeps its content, and its way through the waves begins again.
/// </summary>
internal static class HeldReleases
{
    /// <summary>The newest release of each artifact that is held, unless it failed: nobody ever gets that one.</summary>
    public static Task<List<ReleaseRow>> NewestAsync(ControlDbContext context) => Newest(context).AsNoTracking().ToListAsync();

    private static IQueryable<ReleaseRow> Newest(ControlDbContext context) =>
        context.Releases.Where(row =>
            row.Held
            && !context.Releases.Any(later => later.Kind == row.Kind && later.Name == row.Name && later.Generation > row.Generation)
            && !context.Rollouts.Any(rollout =>
                rollout.Kind == row.Kind
                && rollout.Name == row.Name
                && rollout.ReleaseGeneration == row.Generation
                && (rollout.Phase == (int)WavePhase.Failed || rollout.Phase == (int)WavePhase.Aborted)
            )
        );

    /// <summary>Signs one of them anew, and what is in use of its artifact.</summary>
    public static async Task SignAnewAsync(ControlDbContext context, ReleaseRow held, ReleaseSigner signer)
    {
        var next = held.Generation + 1;
        var used = await ReleaseAdmission
            .InUse(context, held.Kind, held.Name)
            .OrderByDescending(row => row.Generation)
            .FirstOrDefaultAsync()
            .ConfigureAwait(false);
        if (used is not null)
        {
            await ReleaseLog.AppendAsync(context, Anew(used, next, signer), isBack: true).ConfigureAwait(false);
            await context.SaveChangesAsync(CancellationToken.None).ConfigureAwait(false);
            await context
                .ReleasePins.Where(pin => pin.Kind == held.Kind && pin.Name == held.Name)
                .ExecuteUpdateAsync(set => set.SetProperty(pin => pin.Generation, next))
                .ConfigureAwait(false);
            next++;
        }

        var anew = Anew(held, next, signer);
        await ReleaseLog.AppendAsync(context, anew).ConfigureAwait(false);
        await ReleaseLog.RaiseOwnerAsync(context, anew).ConfigureAwait(false);
        await context.SaveChangesAsync(CancellationToken.None).ConfigureAwait(false);
    }

    private static Release Anew(ReleaseRow row, long generation, ReleaseSigner signer) =>
        !ReleaseCodec.TryDecode(row.Envelope, out var old, out var error)
            ? throw new ControlDatabaseException($"the release of {row.Name} is damaged: {error}")
        : old.Removed ? signer.SignRemoval(old.Kind, old.Name, generation, old.FormatVersion)
        : signer.Sign(old.Kind, old.Name, generation, old.FormatVersion, old.Payload.ToArray());
}
