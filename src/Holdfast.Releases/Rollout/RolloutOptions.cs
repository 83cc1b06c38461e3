using System.Collections.Immutable;
using Holdfast.Model.Releases;

namespace Holdfast.Releases.Rollout;

/// <summary>How fast releases of each kind go from the taster to all requests of an edge, and when they are good.</summary>
public sealed record RolloutOptions
{
    /// <summary>A zone's configuration: 10% for 4 s, so that all requests meet it within 5 s; bake 60 s; 30 s between two activations.</summary>
    public RolloutPace Zone { get; init; } =
        new()
        {
            Steps = [new RolloutStep(10, TimeSpan.FromSeconds(4))],
            Bake = TimeSpan.FromSeconds(60),
            Dwell = TimeSpan.FromSeconds(30),
        };

    /// <summary>A certificate: no sides, since a handshake has one certificate; bake 60 s; 30 s between two activations.</summary>
    public RolloutPace Certificate { get; init; } = new() { Bake = TimeSpan.FromSeconds(60), Dwell = TimeSpan.FromSeconds(30) };

    /// <summary>What many zones use, such as lists: 1, 10 and 50% for 20 s each; bake 10 min; 30 s between two activations.</summary>
    public RolloutPace Shared { get; init; } =
        new()
        {
            Steps =
            [
                new RolloutStep(1, TimeSpan.FromSeconds(20)),
                new RolloutStep(10, TimeSpan.FromSeconds(20)),
                new RolloutStep(50, TimeSpan.FromSeconds(20)),
            ],
            Bake = TimeSpan.FromMinutes(10),
            Dwell = TimeSpan.FromSeconds(30),
        };

    /// <summary>A kill switch: in force at once, and never held; bake 60 s.</summary>
    public RolloutPace KillSwitch { get; init; } = new() { Bake = TimeSpan.FromSeconds(60) };

    /// <summary>Most releases that are held at once; beyond it the time between two activations is not waited for. Default 10,000.</summary>
    public int MostHeld { get; init; } = 10_000;

    /// <summary>Most bytes of payload that are held at once; the same beyond it. Default 64 MiB.</summary>
    public long MostHeldBytes { get; init; } = 64L * 1024 * 1024;

    /// <summary>How often what is on trial is looked at. Default 200 ms: a verdict is acted on well within a second.</summary>
    public TimeSpan LookEvery { get; init; } = TimeSpan.FromMilliseconds(200);

    /// <summary>
    /// No slices and nothing held; a bake of 60 s. For tests and trials of Holdfast itself, where a person waits for each change.
    /// </summary>
    public static RolloutOptions Quick { get; } =
        new()
        {
            Zone = new RolloutPace { Bake = TimeSpan.FromSeconds(60) },
            Certificate = new RolloutPace { Bake = TimeSpan.FromSeconds(60) },
            Shared = new RolloutPace { Bake = TimeSpan.FromSeconds(60) },
            KillSwitch = new RolloutPace { Bake = TimeSpan.FromSeconds(60) },
        };

    /// <summary>The pace of a kind; null for what is only noted: a signing key.</summary>
    public RolloutPace? PaceOf(ArtifactKind kind) =>
        kind switch
        {
            ArtifactKind.Zone => Zone,
            ArtifactKind.Certificate => Certificate,
            ArtifactKind.KillSwitch => KillSwitch,
            ArtifactKind.SigningKey => null,
            _ => Shared,
        };
}

/// <summary>How fast releases of one kind go.</summary>
public sealed record RolloutPace
{
    /// <summary>The slices before all requests, ascending; none has it live at once.</summary>
    public ImmutableArray<RolloutStep> Steps { get; init; } = [];

    /// <summary>How long all requests must meet it in good health before it is good.</summary>
    public required TimeSpan Bake { get; init; }

    /// <summary>Least time between two activations of one artifact, unless the second is a way back.</summary>
    public TimeSpan Dwell { get; init; }
}

/// <summary>One slice.</summary>
/// <param name="Share">Percentage of requests that meet the candidate, 1 to 99.</param>
/// <param name="Time">How long it lasts when nothing speaks against the candidate.</param>
public readonly record struct RolloutStep(int Share, TimeSpan Time);
