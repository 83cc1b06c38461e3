namespace Holdfast.Releases.Rollout.Waves;

/// <summary>How far a rollout is: what is written down between two looks at it.</summary>
public sealed record WaveProgress
{
    /// <summary>Where it is.</summary>
    public WavePhase Phase { get; init; }

    /// <summary>The wave that has it, from 1; 0 before the first.</summary>
    public int Wave { get; init; }

    /// <summary>When that wave was offered it, UTC.</summary>
    public DateTimeOffset? WaveAt { get; init; }

    /// <summary>Since when all of its edges that are waited for have it in full, UTC; null when they do not.</summary>
    public DateTimeOffset? FullAt { get; init; }

    /// <summary>Whether it is open to all edges, those that will come included.</summary>
    public bool IsOpen { get; init; }

    /// <summary>Whether somebody holds it. It is watched all the same: what fails goes back.</summary>
    public bool IsPaused { get; init; }

    /// <summary>Whether it is over.</summary>
    public bool IsOver => Phase >= WavePhase.Good;
}
