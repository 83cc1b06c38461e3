using Holdfast.Artifacts.Zones;
using Holdfast.Edge.KillSwitches;
using Holdfast.Edge.Zones;
using Holdfast.Model.Releases;
using Holdfast.Model.Zones;
using Holdfast.Releases.Intake;
using Holdfast.Releases.Store;

namespace Holdfast.Edge.Releases;

/// <summary>
/// Reads zones from the store and compiles them. A generation that is damaged, forged or not a zone of this build is reported, and the
/// one before it taken. Any thread may use it.
/// </summary>
/// <param name="store">The releases.</param>
/// <param name="compiler">Compiles them.</param>
/// <param name="kills">The kill switches: one can take a release out.</param>
/// <param name="pins">What this machine's people have pinned.</param>
/// <param name="observer">Told what can't be used.</param>
internal sealed class ZoneReader(
    ReleaseStore store,
    ZoneCompiler compiler,
    KillSwitchBoard kills,
    IReleasePins pins,
    IReleaseIntakeObserver observer
) : IZoneSource
{
    /// <summary>Told of zones whose newest generation is damaged on the disk.</summary>
    public Action<int>? Damaged { get; set; }

    /// <inheritdoc/>
    public ZoneRuntime? Read(int artifact, ulong key)
    {
        try
        {
            return ReadConfig(artifact) is { } read && ZoneKey.Of(read.Config.Name) == key ? Compile(read.Config, read.Generation) : null;
        }
        catch (Exception e)
        {
            // Nothing in a release may end the process: what fails is this zone.
            observer.StoreProblem(new StoreProblem(store.NameOf(artifact), $"it cannot be used: {e.GetType().Name}: {e.Message}"));
            return null;
        }
    }

    /// <summary>The newest generation of a zone that can be used, or null.</summary>
    public (ZoneConfig Config, long Generation)? ReadConfig(int artifact)
    {
        foreach (var stored in store.Generations(artifact))
        {
            if (stored.Problem is { } problem)
            {
                observer.StoreProblem(problem);
                Damaged?.Invoke(artifact);
            }
            else if (stored.Release is { Removed: false } release)
            {
                if (kills.Set.TakesOut(release.Name, release.Generation) || pins.Holds(release.Kind, release.Name, release.Generation))
                {
                    continue;
                }

                if (TryRead(release, out var config) is not { } reason)
                {
                    return (config!, release.Generation);
                }

                observer.Refused(new ReleaseRefusal(release, reason, FromStore: true));
            }
        }

        return null;
    }

    /// <summary>Compiles a zone; its origins are in use until <see cref="Dropped"/>.</summary>
    public ZoneRuntime Compile(ZoneConfig config, long generation) => compiler.Compile(config, generation);

    /// <summary>A compiled zone is not kept any more.</summary>
    public static void Dropped(ZoneRuntime zone) => zone.Origins.Leave();

    /// <summary>Reads a release's zone.</summary>
    /// <returns>Null, or why it is none.</returns>
    public static string? TryRead(Release release, out ZoneConfig? config) =>
        !ZoneArtifact.TryParse(release.FormatVersion, release.Payload.Span, out config, out var problems) ? string.Join("; ", problems)
        : config.Id != release.Name ? $"the release is named {release.Name} and holds the zone {config.Id}"
        : null;
}
