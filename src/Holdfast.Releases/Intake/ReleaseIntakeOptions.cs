using Holdfast.Model.Releases;
using Holdfast.Model.Releases.Rehearsals;
using Holdfast.Releases.Purging;
using Holdfast.Releases.Rollout;
using Holdfast.Releases.Signing;
using Holdfast.Releases.Store;
using Holdfast.Releases.Uplink;

namespace Holdfast.Releases.Intake;

/// <summary>What an intake is made of.</summary>
public sealed record ReleaseIntakeOptions
{
    /// <summary>Where releases come from.</summary>
    public required IReleaseFeed Feed { get; init; }

    /// <summary>Where accepted ones are kept.</summary>
    public required ReleaseStore Store { get; init; }

    /// <summary>Who says that they are genuine.</summary>
    public required ReleaseVerifier Verifier { get; init; }

    /// <summary>Who says that they are good; a kind without a check is refused.</summary>
    public required IReadOnlyList<IArtifactCheck> Checks { get; init; }

    /// <summary>Who uses them, one for each kind; a kind without a consumer is refused.</summary>
    public required IReadOnlyList<IReleaseConsumer> Consumers { get; init; }

    /// <summary>Who deals with purges, or null: then none are asked for.</summary>
    public PurgeIntake? Purges { get; init; }

    /// <summary>What people at this machine have pinned, or null.</summary>
    public IReleasePins? Pins { get; init; }

    /// <summary>Called at a start when the store can be read, before anything in it is taken into use; or null.</summary>
    public Action? Opened { get; init; }

    /// <summary>Who loads them first, or null: then they are loaded by this process at once.</summary>
    public IReleaseTaster? Taster { get; init; }

    /// <summary>Where the contents that were refused for good are kept, a file; null for nowhere.</summary>
    public string? RefusalsPath { get; init; }

    /// <summary>
    /// How fast releases go from the taster to all requests, and when they are good; null: what passes is in use at once, and is good.
    /// </summary>
    public RolloutOptions? Rollout { get; init; }

    /// <summary>Where starts with something unproven are counted, a file; null for nowhere.</summary>
    public string? CrashesPath { get; init; }

    /// <summary>What tells this build from others: what another build refused is tried once more.</summary>
    public string Build { get; init; } = "";

    /// <summary>Whether refused contents are tried again whenever they come: in drills alone, to show what the memory of them is good for.</summary>
    public bool ForgetsRefusals { get; init; }

    /// <summary>Whether a release is kept on the disk before it is loaded: in drills alone, likewise.</summary>
    public bool KeepsUntried { get; init; }

    /// <summary>Told what a loader threw, before the release is refused for it; null for nobody. Drills end the process there.</summary>
    public Action<Exception>? AtLoaderFault { get; init; }

    /// <summary>Told of what control wants rehearsed, in the order in which it comes; must not wait. Null: nobody rehearses here.</summary>
    public Action<RehearsalOrder>? Rehearse { get; init; }

    /// <summary>Where acknowledgements go, or null.</summary>
    public IUplinkSink? Uplink { get; init; }

    /// <summary>Who is told, or null.</summary>
    public IReleaseIntakeObserver? Observer { get; init; }

    /// <summary>The clock.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;

    /// <summary>Draws the delays between attempts.</summary>
    public Random Random { get; init; } = Random.Shared;
}
