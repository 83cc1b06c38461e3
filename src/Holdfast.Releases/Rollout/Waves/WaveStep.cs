using System.Collections.Immutable;

namespace Holdfast.Releases.Rollout.Waves;

/// <summary>Where a rollout is.</summary>
public enum WavePhase
{
    /// <summary>It is behind another release of the same artifact that is on its way.</summary>
    Queued = 0,

    /// <summary>No edge is alive: it is stored and waits.</summary>
    Waiting = 1,

    /// <summary>A wave has it, and has not yet taken it in full.</summary>
    Rolling = 2,

    /// <summary>All of a wave have it in full; the next wave follows when the time is over.</summary>
    Soaking = 3,

    /// <summary>All edges may have it; it is watched until it is good.</summary>
    Baking = 4,

    /// <summary>It is good everywhere.</summary>
    Good = 5,

    /// <summary>An edge refused it or went back: those that have it go back.</summary>
    Failed = 6,

    /// <summary>Somebody stopped it: those that have it go back.</summary>
    Aborted = 7,

    /// <summary>A newer release of the artifact took its place.</summary>
    Superseded = 8,
}

/// <summary>What was decided, and on which figures.</summary>
/// <param name="What">A word: <c>offer</c>, <c>soak</c>, <c>pass_over</c>, <c>leave_behind</c>, <c>open</c>, <c>good</c>, <c>stop</c>, <c>wait</c>, <c>skip</c>, <c>pause</c>, <c>resume</c>.</param>
/// <param name="Text">A sentence for people, with the figures.</param>
/// <param name="At">When, UTC.</param>
public sealed record WaveDecision(string What, string Text, DateTimeOffset At);

/// <summary>What one look at a rollout leads to. Nothing changes when all of it is empty.</summary>
/// <param name="Offered">Edges that may have it from now on.</param>
/// <param name="Decisions">What was decided, in order.</param>
public sealed record WaveStep(ImmutableArray<string> Offered, ImmutableArray<WaveDecision> Decisions)
{
    /// <summary>Nothing happened.</summary>
    public static WaveStep None { get; } = new([], []);
}
