using System.Globalization;
using Holdfast.Model.Releases;
using Holdfast.Releases;
using Holdfast.Releases.Rollout.Waves;
using Microsoft.EntityFrameworkCore;

namespace Holdfast.Control.Storage;

/// <summary>
/// Whether a release goes to every edge at once. It does not when its artifact is pinned, and when its kind goes by waves: then its rollout
/// is written down with it.
/// </summary>
internal static class ReleaseAdmission
{
    /// <summary>Rollouts that are remembered after their end, over all artifacts; the oldest go first.</summary>
    public const int KeptRollouts = 1_000;

    /// <summary>The releases of an artifact that are not held; the newest is in use.</summary>
    public static IQueryable<ReleaseRow> InUse(ControlDbContext context, int kind, string name) =>
        context.Releases.Where(row => row.Kind == kind && row.Name == name && !row.Held);

    /// <summary>Decides, and writes the rollout down.</summary>
    /// <param name="context">The transaction of the change.</param>
    /// <param name="release">The release, which is not added yet.</param>
    /// <param name="isBack">Whether it goes back to what was in use.</param>
    /// <returns>Whether it is held.</returns>
    /// <exception cref="StorageConflictException">Its content failed before, or it takes away what is pinned.</exception>
    public static async Task<bool> HoldsAsync(ControlDbContext context, Release release, bool isBack)
    {
        if (isBack)
        {
            return false;
        }

        var kind = (int)release.Kind;
        if (
            await context.ReleasePins.SingleOrDefaultAsync(pin => pin.Kind == kind && pin.Name == release.Name).ConfigureAwait(false) is
            { } pin
        )
        {
            if (release.Removed)
            {
                throw new StorageConflictException(
                    $"{ArtifactKindNames.Of(release.Kind)} {release.Name} is pinned at generation {pin.Generation} by {pin.By} "
                        + $"({pin.Reason}): unpin it before it is removed"
                );
            }

            // It waits, and goes out when it is unpinned: what has failed before is not let in by that way either.
            await RefuseTakenBackAsync(context, release).ConfigureAwait(false);
            return true;
        }

        if (release is { Kind: ArtifactKind.Zone, Removed: false, Generation: > 1 })
        {
            await RefuseTakenBackAsync(context, release).ConfigureAwait(false);
        }

        if (!context.HasWaves || WavePolicy.Of(release.Kind) is null)
        {
            return false;
        }

        // No rule names a list that is removed; what else goes by waves acts by itself, and so does its absence.
        if (release is { Removed: true, Kind: ArtifactKind.List })
        {
            await SupersedeAsync(context, release).ConfigureAwait(false);
            return false;
        }

        var used = await InUse(context, kind, release.Name)
            .OrderByDescending(row => row.Generation)
            .Select(row => new
            {
                row.Generation,
                row.Digest,
                row.Removed,
            })
            .FirstOrDefaultAsync()
            .ConfigureAwait(false);
        var isInUse = used is null ? release.Removed : used.Digest == release.Digest && used.Removed == release.Removed;
        if (isInUse)
        {
            // What every edge has already: a new signature, or the way back from what was on its way.
            await SupersedeAsync(context, release).ConfigureAwait(false);
            return false;
        }

        await RefuseFailedAsync(context, release).ConfigureAwait(false);
        var isFirst = await SupersedeWaitingAsync(context, release).ConfigureAwait(false);
        context.Rollouts.Add(Rollout(release, used?.Generation ?? 0, isFirst ? WavePhase.Waiting : WavePhase.Queued));
        await ForgetOldAsync(context).ConfigureAwait(false);
        return true;
    }

    // One that no edge has yet makes room at once. Whether none is on its way then.
    private static async Task<bool> SupersedeWaitingAsync(ControlDbContext context, Release release)
    {
        var active = Active(context, release.Kind, release.Name);
        if (await active.AnyAsync(row => row.Wave > 0).ConfigureAwait(false))
        {
            return false;
        }

        await SupersedeAsync(context, release).ConfigureAwait(false);
        return true;
    }

    private static IQueryable<RolloutRow> Active(ControlDbContext context, ArtifactKind kind, string name) =>
        context.Rollouts.Where(row => row.Kind == (int)kind && row.Name == name && row.Phase < (int)WavePhase.Good);

    private static Task SupersedeAsync(ControlDbContext context, Release release) =>
        SupersedeAsync(context, release.Kind, release.Name, release.Generation, release.CreatedAt.UtcDateTime);

    private static Task<int> SupersedeAsync(IQueryable<RolloutRow> rows, string reason, DateTime now) =>
        rows.ExecuteUpdateAsync(set =>
            set.SetProperty(row => row.Phase, (int)WavePhase.Superseded)
                .SetProperty(row => row.Reason, reason)
                .SetProperty(row => row.EndedAt, now)
                .SetProperty(row => row.Version, row => row.Version + 1)
        );

    private static RolloutRow Rollout(Release release, long before, WavePhase phase) =>
        new()
        {
            Kind = (int)release.Kind,
            Name = release.Name,
            ReleaseGeneration = release.Generation,
            Digest = release.Digest,
            BeforeGeneration = before,
            Phase = (int)phase,
            StartedAt = release.CreatedAt.UtcDateTime,
            Version = 1,
        };

    /// <summary>Ends the rollouts of an artifact that are not over.</summary>
    /// <param name="context">The transaction.</param>
    /// <param name="kind">The artifact's kind.</param>
    /// <param name="name">Its id.</param>
    /// <param name="by">The generation that took their place; null for a pin.</param>
    /// <param name="now">The time, UTC.</param>
    public static Task SupersedeAsync(ControlDbContext context, ArtifactKind kind, string name, long? by, DateTime now) =>
        SupersedeAsync(
            Active(context, kind, name),
            by is { } generation ? string.Create(CultureInfo.InvariantCulture, $"generation {generation} took its place") : "it was pinned",
            now
        );

    // A zone's goes to every edge at once, and each would refuse it again. What is in use is signed anew as it is.
    private static async Task RefuseTakenBackAsync(ControlDbContext context, Release release)
    {
        var used = await InUse(context, (int)release.Kind, release.Name)
            .OrderByDescending(row => row.Generation)
            .Select(row => row.Digest)
            .FirstOrDefaultAsync()
            .ConfigureAwait(false);
        if (used != release.Digest)
        {
            await RefuseFailedAsync(context, release).ConfigureAwait(false);
        }
    }

    /// <summary>
    /// Refuses a way back by hand that is none: to what was never for every edge, or to what failed. It would go to all of them at once.
    /// </summary>
    /// <param name="context">The transaction.</param>
    /// <param name="kind">The artifact's kind.</param>
    /// <param name="name">Its id.</param>
    /// <param name="generation">The generation to go back to; one that is not kept is nobody's here.</param>
    /// <exception cref="StorageConflictException">It is none; the message says why.</exception>
    public static async Task RefuseNoWayBackAsync(ControlDbContext context, ArtifactKind kind, string name, long generation)
    {
        var target = await context
            .Releases.Where(row => row.Kind == (int)kind && row.Name == name && row.Generation == generation)
            .Select(row => new
            {
                row.Digest,
                row.Held,
                row.Removed,
            })
            .SingleOrDefaultAsync()
            .ConfigureAwait(false);
        if (target is null or { Removed: true })
        {
            return;
        }

        await RefuseFailedAsync(context, kind, name, target.Digest).ConfigureAwait(false);
        if (target.Held)
        {
            throw new StorageConflictException(
                $"generation {generation} was never in use on every edge, so there is no way back to it; publish its content as a change"
            );
        }
    }

    // Good and bad builds that alternate do not reach an edge again and again: what failed stays refused.
    private static Task RefuseFailedAsync(ControlDbContext context, Release release) =>
        release.Removed ? Task.CompletedTask : RefuseFailedAsync(context, release.Kind, release.Name, release.Digest);

    private static async Task RefuseFailedAsync(ControlDbContext context, ArtifactKind kind, string name, string digest)
    {
        var failed = await context
            .Rollouts.Where(row => row.Kind == (int)kind && row.Name == name && row.Digest == digest && row.Phase == (int)WavePhase.Failed)
            .OrderByDescending(row => row.Id)
            .FirstOrDefaultAsync()
            .ConfigureAwait(false);
        if (failed is not null)
        {
            throw new StorageConflictException(
                $"this content failed before, as generation {failed.ReleaseGeneration}: {failed.Reason}. It is not tried again; change it"
            );
        }
    }

    /// <summary>Forgets the oldest rollouts that are over, when there are too many.</summary>
    public static async Task ForgetOldAsync(ControlDbContext context)
    {
        // Zones are many, and one event can fail a thousand of them: they must not push out what is known of the others.
        const int Zone = (int)ArtifactKind.Zone;
        await ForgetOldAsync(context.Rollouts.Where(row => row.Kind == Zone)).ConfigureAwait(false);
        await ForgetOldAsync(context.Rollouts.Where(row => row.Kind != Zone)).ConfigureAwait(false);
    }

    private static async Task ForgetOldAsync(IQueryable<RolloutRow> rows)
    {
        var last = await rows.OrderByDescending(row => row.Id)
            .Skip(KeptRollouts)
            .Select(row => (long?)row.Id)
            .FirstOrDefaultAsync()
            .ConfigureAwait(false);
        if (last is { } id)
        {
            await rows.Where(row => row.Id <= id && row.Phase >= (int)WavePhase.Good).ExecuteDeleteAsync().ConfigureAwait(false);
        }
    }
}
