using System.Globalization;
using System.Text.Json.Nodes;
using Holdfast.Control.Audit;
using Holdfast.Control.Releases;
using Holdfast.Model.Releases;
using Holdfast.Releases;
using Holdfast.Releases.Rollout.Waves;
using Microsoft.EntityFrameworkCore;

namespace Holdfast.Control.Storage;

/// <summary>What people do to an artifact's releases: go back to an older one, and hold what is in use.</summary>
internal sealed class ReleaseActions(ControlDatabase database, ReleaseReverts reverts, ReleaseSignal signal, TimeProvider time)
{
    /// <summary>Publishes the content of an older release again, for every edge at once.</summary>
    /// <param name="kind">The artifact's kind.</param>
    /// <param name="name">Its id, or a zone's or list's name.</param>
    /// <param name="to">Which; null for the one before what is in use.</param>
    /// <param name="reason">Why.</param>
    /// <param name="audit">Gets what changed.</param>
    /// <param name="cancellationToken">Gives up before anything is written.</param>
    /// <returns>The generation that is published.</returns>
    /// <exception cref="StorageConflictException">It cannot be gone back to, or nothing would change.</exception>
    public async Task<long> RevertAsync(
        ArtifactKind kind,
        string name,
        long? to,
        string reason,
        AuditScope audit,
        CancellationToken cancellationToken
    )
    {
        var generation = await database
            .WriteAsync(
                audit,
                async context =>
                {
                    var id = await ReleaseHistory.IdOfAsync(context, kind, name).ConfigureAwait(false);
                    var used = await UsedAsync(context, kind, id).ConfigureAwait(false);
                    if (await PinAsync(context, kind, id).ConfigureAwait(false) is { } pin)
                    {
                        throw new StorageConflictException($"it is pinned at generation {pin.Generation} ({pin.Reason}): unpin it first");
                    }

                    await RefuseOnItsWayAsync(context, kind, id).ConfigureAwait(false);
                    var target = to ?? await BeforeAsync(context, kind, id, used).ConfigureAwait(false);
                    if (target >= used)
                    {
                        throw new StorageConflictException(
                            $"generation {used} is in use; only an older one can be gone back to, not {target}"
                        );
                    }

                    await ReleaseAdmission.RefuseNoWayBackAsync(context, kind, id, target).ConfigureAwait(false);
                    var back =
                        await reverts.PublishAsync(context, kind, id, target).ConfigureAwait(false)
                        ?? throw new StorageConflictException($"generation {target} would change nothing that edges have");
                    await ReleaseAdmission.SupersedeAsync(context, kind, id, back, time.GetUtcNow().UtcDateTime).ConfigureAwait(false);
                    audit.Record(
                        "release",
                        Id(kind, id, back),
                        ZoneOf(kind, id),
                        new JsonObject { ["generation"] = used },
                        new JsonObject
                        {
                            ["generation"] = back,
                            ["content_of"] = target,
                            ["reason"] = reason,
                        }
                    );
                    return back;
                },
                cancellationToken
            )
            .ConfigureAwait(false);
        signal.Wake();
        return generation;
    }

    /// <summary>Holds an artifact at what is in use: newer releases are stored and wait.</summary>
    /// <exception cref="StorageConflictException">It is pinned already, or a release of it is in a wave.</exception>
    public async Task<ReleasePinRow> PinAsync(
        ArtifactKind kind,
        string name,
        string reason,
        string by,
        AuditScope audit,
        CancellationToken cancellationToken
    ) =>
        await database
            .WriteAsync(
                audit,
                async context =>
                {
                    if (kind is ArtifactKind.KillSwitch or ArtifactKind.SigningKey)
                    {
                        throw new StorageConflictException("kill switches and signing keys cannot be pinned");
                    }

                    var id = await ReleaseHistory.IdOfAsync(context, kind, name).ConfigureAwait(false);
                    var used = await UsedAsync(context, kind, id).ConfigureAwait(false);
                    if (await PinAsync(context, kind, id).ConfigureAwait(false) is { } known)
                    {
                        throw new StorageConflictException(
                            $"it is pinned at generation {known.Generation} already, by {known.By}: {known.Reason}"
                        );
                    }

                    await RefuseOnItsWayAsync(context, kind, id).ConfigureAwait(false);
                    var now = time.GetUtcNow().UtcDateTime;
                    await ReleaseAdmission.SupersedeAsync(context, kind, id, null, now).ConfigureAwait(false);
                    var pin = new ReleasePinRow
                    {
                        Kind = (int)kind,
                        Name = id,
                        Generation = used,
                        Reason = reason,
                        By = by,
                        At = now,
                    };
                    context.ReleasePins.Add(pin);
                    audit.Record("release_pin", Id(kind, id, used), ZoneOf(kind, id), null, Shown(pin));
                    return pin;
                },
                cancellationToken
            )
            .ConfigureAwait(false);

    /// <summary>Lets an artifact go on: the newest release that waits begins its way.</summary>
    /// <exception cref="StorageConflictException">It is not pinned.</exception>
    public async Task<ReleasePinRow> UnpinAsync(ArtifactKind kind, string name, AuditScope audit, CancellationToken cancellationToken)
    {
        var unpinned = await database
            .WriteAsync(
                audit,
                async context =>
                {
                    var id = await ReleaseHistory.IdOfAsync(context, kind, name).ConfigureAwait(false);
                    var pin =
                        await PinAsync(context, kind, id).ConfigureAwait(false) ?? throw new StorageConflictException("it is not pinned");
                    context.ReleasePins.Remove(pin);
                    audit.Record("release_pin", Id(kind, id, pin.Generation), ZoneOf(kind, id), Shown(pin), null);
                    await LetGoAsync(context, kind, id, pin).ConfigureAwait(false);
                    return pin;
                },
                cancellationToken
            )
            .ConfigureAwait(false);
        signal.Wake();
        return unpinned;
    }

    private static async Task LetGoAsync(ControlDbContext context, ArtifactKind kind, string id, ReleasePinRow pin)
    {
        var newest = await context
            .Releases.Where(row => row.Kind == (int)kind && row.Name == id && row.Held && row.Generation > pin.Generation)
            .OrderByDescending(row => row.Generation)
            .FirstOrDefaultAsync()
            .ConfigureAwait(false);
        if (newest is null)
        {
            return;
        }

        if (!context.HasWaves || WavePolicy.Of(kind) is null)
        {
            await ReleaseLog.OpenAsync(context, newest.Kind, newest.Name, newest.Generation).ConfigureAwait(false);
            return;
        }

        // One that was on its way before the pin has its rollout, which is over.
        await context
            .Rollouts.Where(row => row.Kind == newest.Kind && row.Name == newest.Name && row.ReleaseGeneration == newest.Generation)
            .ExecuteDeleteAsync()
            .ConfigureAwait(false);
        context.Rollouts.Add(
            new RolloutRow
            {
                Kind = newest.Kind,
                Name = newest.Name,
                ReleaseGeneration = newest.Generation,
                Digest = newest.Digest,
                BeforeGeneration = pin.Generation,
                Phase = (int)WavePhase.Waiting,
                StartedAt = newest.CreatedAt,
                Version = 1,
            }
        );
    }

    private static async Task<long> UsedAsync(ControlDbContext context, ArtifactKind kind, string id)
    {
        var used = await ReleaseAdmission
            .InUse(context, (int)kind, id)
            .OrderByDescending(row => row.Generation)
            .Select(row => new { row.Generation, row.Removed })
            .FirstOrDefaultAsync()
            .ConfigureAwait(false);
        return used is { Removed: false }
            ? used.Generation
            : throw new StorageConflictException($"no release of {ArtifactKindNames.Of(kind)} {id} is in use on every edge");
    }

    private static async Task<long> BeforeAsync(ControlDbContext context, ArtifactKind kind, string id, long used) =>
        await ReleaseAdmission
            .InUse(context, (int)kind, id)
            .Where(row => row.Generation < used && !row.Removed)
            .MaxAsync(row => (long?)row.Generation)
            .ConfigureAwait(false)
        ?? throw new StorageConflictException($"there is nothing before generation {used} to go back to");

    private static async Task RefuseOnItsWayAsync(ControlDbContext context, ArtifactKind kind, string id)
    {
        var moving = await context
            .Rollouts.Where(row =>
                row.Kind == (int)kind && row.Name == id && row.Phase < (int)WavePhase.Good && row.Wave > 0 && !row.IsOpen
            )
            .Select(row => (long?)row.ReleaseGeneration)
            .FirstOrDefaultAsync()
            .ConfigureAwait(false);
        if (moving is { } generation)
        {
            throw new StorageConflictException($"generation {generation} is in a wave: abort it, or wait until it is over");
        }
    }

    private static Task<ReleasePinRow?> PinAsync(ControlDbContext context, ArtifactKind kind, string id) =>
        context.ReleasePins.SingleOrDefaultAsync(pin => pin.Kind == (int)kind && pin.Name == id);

    private static JsonObject Shown(ReleasePinRow pin) =>
        new()
        {
            ["generation"] = pin.Generation,
            ["reason"] = pin.Reason,
            ["by"] = pin.By,
        };

    private static string Id(ArtifactKind kind, string id, long generation) =>
        string.Create(CultureInfo.InvariantCulture, $"{ArtifactKindNames.Of(kind)}/{id}/{generation}");

    private static string? ZoneOf(ArtifactKind kind, string id) => kind == ArtifactKind.Zone ? id : null;
}
