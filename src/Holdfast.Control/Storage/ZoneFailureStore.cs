using System.Globalization;
using System.Text.Json.Nodes;
using Holdfast.Control.Audit;
using Holdfast.Control.Envelope;
using Holdfast.Control.Releases;
using Holdfast.Model.Releases;
using Holdfast.Releases.Rollout.Waves;
using Microsoft.EntityFrameworkCore;

namespace Holdfast.Control.Storage;

/// <summary>Zones' releases that edges have refused or gone back from, on the disk. The count and the way back are one transaction.</summary>
internal sealed class ZoneFailureStore(ControlDatabase database, ReleaseReverts reverts, ReleaseSignal signal, TimeProvider time)
{
    // An edge that was silent for longer when another was heard of is not part of the fleet. While control is away it hears of none.
    private static readonly TimeSpan Lately = TimeSpan.FromMinutes(5);

    // Edges that were there within this time before control's start are waited for.
    private static readonly TimeSpan Remembered = TimeSpan.FromHours(1);

    // Failures of zones that are looked at after a start; older ones have been looked at before.
    private const int Newest = 1_000;

    private readonly DateTime _started = time.GetUtcNow().UtcDateTime;

    /// <summary>The zones' releases that an edge has failed with, the newest words of edges only.</summary>
    public Task<IReadOnlyList<(string Zone, long Generation)>> FailingAsync() =>
        database.ReadAsync<IReadOnlyList<(string, long)>>(async context =>
            [
                .. (
                    await context
                        .ReleaseEdges.Where(edge => edge.Kind == (int)ArtifactKind.Zone && edge.Standing >= (int)EdgeStanding.Refused)
                        .OrderByDescending(edge => edge.Id)
                        .Take(Newest)
                        .Select(edge => new { edge.Name, edge.ReleaseGeneration })
                        .ToListAsync()
                        .ConfigureAwait(false)
                )
                    .Select(edge => (edge.Name, edge.ReleaseGeneration))
                    .Distinct(),
            ]
        );

    /// <summary>Publishes the zone's configuration of before again, if enough edges have failed with this release and it is in use.</summary>
    /// <param name="zone">The zone's id.</param>
    /// <param name="generation">The release's generation.</param>
    /// <param name="audit">Gets what changed.</param>
    /// <param name="cancellationToken">Gives up before anything is written.</param>
    /// <returns>Why it was taken back; null when it was not.</returns>
    /// <exception cref="StorageConflictException">What was before it cannot be gone back to.</exception>
    public async Task<string?> TakeBackAsync(string zone, long generation, AuditScope audit, CancellationToken cancellationToken)
    {
        var taken = await database
            .WriteAsync(audit, context => TakeBackAsync(context, zone, generation, audit), cancellationToken)
            .ConfigureAwait(false);
        if (taken is not null)
        {
            signal.Wake();
        }

        return taken;
    }

    private async Task<string?> TakeBackAsync(ControlDbContext context, string zone, long generation, AuditScope audit)
    {
        const int Kind = (int)ArtifactKind.Zone;
        var releases = await ReleaseAdmission
            .InUse(context, Kind, zone)
            .OrderByDescending(row => row.Generation)
            .Select(row => new
            {
                row.Generation,
                row.Removed,
                row.Digest,
                row.CreatedAt,
            })
            .ToListAsync()
            .ConfigureAwait(false);
        if (releases is not [{ Removed: false } used, ..] || used.Generation != generation)
        {
            // A newer one has taken its place, or it is removed.
            return null;
        }

        var failures = (
            await context
                .ReleaseEdges.Where(edge => edge.Kind == Kind && edge.Name == zone && edge.Standing >= (int)EdgeStanding.Refused)
                .OrderBy(edge => edge.Id)
                .ToListAsync()
                .ConfigureAwait(false)
        ).ToLookup(edge => edge.ReleaseGeneration);
        var failing = failures[generation].ToList();
        if (
            await context
                .ReleaseEdges.AnyAsync(edge =>
                    edge.Kind == Kind
                    && edge.Name == zone
                    && edge.ReleaseGeneration == generation
                    && edge.Standing == (int)EdgeStanding.Good
                )
                .ConfigureAwait(false)
            || await context.ReleasePins.AnyAsync(pin => pin.Kind == Kind && pin.Name == zone).ConfigureAwait(false)
        )
        {
            // It is good where it was lived with: those that fail with it now are cold, old or sick. Or somebody holds it where it is.
            return null;
        }

        var now = time.GetUtcNow().UtcDateTime;
        var since = (await context.Nodes.MaxAsync(node => (DateTime?)node.LastSeenAt).ConfigureAwait(false) ?? now) - Lately;
        if (now - _started < Lately && since > _started - Remembered)
        {
            // The first that is heard of after control was away is not the fleet.
            since = _started - Remembered;
        }

        var fleet = await context.Nodes.CountAsync(node => node.LastSeenAt >= since).ConfigureAwait(false);
        var needed = FleetVerdict.NeededWithoutWaves(Math.Max(1, fleet));

        // An edge that refuses may be of an older build, or lack something; edges that have gone back have met what it does.
        if (failing.Count(edge => edge.Standing == (int)EdgeStanding.Reverted) < needed && 2 * failing.Count <= fleet)
        {
            return null;
        }

        // What failed as this does is no way back.
        var before = releases
            .Skip(1)
            .TakeWhile(release => !release.Removed)
            .FirstOrDefault(release => failures[release.Generation].Count() < needed);
        if (failing.Count < needed || before is null)
        {
            return null;
        }

        var back = await reverts.PublishAsync(context, ArtifactKind.Zone, zone, before.Generation).ConfigureAwait(false);
        if (back is null)
        {
            return null;
        }

        var first = failing[0];
        var reason = string.Create(
            CultureInfo.InvariantCulture,
            $"{first.Node} {EdgeStandings.NameOf((EdgeStanding)first.Standing)} it: {first.Reason ?? "no reason given"}; with it {failing.Count} of {fleet} edges"
        );
        var id = string.Create(CultureInfo.InvariantCulture, $"zone/{zone}/{generation}");
        context.Rollouts.Add(
            new RolloutRow
            {
                Kind = Kind,
                Name = zone,
                ReleaseGeneration = generation,
                Digest = used.Digest,
                BeforeGeneration = before.Generation,
                Phase = (int)WavePhase.Failed,
                IsOpen = true,
                StartedAt = used.CreatedAt,
                EndedAt = now,
                Reason = reason,
                RevertGeneration = back,
                Version = 1,
            }
        );
        await ReleaseAdmission.ForgetOldAsync(context).ConfigureAwait(false);
        audit.Record(
            "release",
            id,
            zone,
            new JsonObject { ["generation"] = generation },
            new JsonObject
            {
                ["generation"] = back,
                ["content_of"] = before.Generation,
                ["reason"] = reason,
            }
        );
        await RolloutStore
            .AddDraftAsync(context, Draft(zone, id, used.Digest, reason, back.Value, before.Generation, now), now)
            .ConfigureAwait(false);
        return reason;
    }

    private static JsonObject Draft(string zone, string id, string digest, string reason, long back, long before, DateTime now) =>
        new JsonObject
        {
            ["title"] = $"A release of zone {zone} was taken back",
            ["release"] = id,
            ["digest"] = digest,
            ["cause"] = reason,
            ["open_to_all"] = true,
            ["stopped_on"] = ApiAnswer.Time(now),
            ["taken_back"] = string.Create(
                CultureInfo.InvariantCulture,
                $"the content of generation {before} is published as generation {back}"
            ),
        };
}
