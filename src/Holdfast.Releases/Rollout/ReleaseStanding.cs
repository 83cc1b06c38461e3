using Holdfast.Model.Releases;
using Holdfast.Releases.Store;

namespace Holdfast.Releases.Rollout;

/// <summary>How an artifact stands of which more is to be told than its generation: something of it is on trial, held, or was reverted.</summary>
public sealed record ReleaseStanding
{
    /// <summary>The kind of artifact.</summary>
    public required ArtifactKind Kind { get; init; }

    /// <summary>Which one.</summary>
    public required string Name { get; init; }

    /// <summary>What the last step was; null before the first, when something is held alone.</summary>
    public ReleaseStage? Stage { get; init; }

    /// <summary>The generation that is live, as the store knows it.</summary>
    public required StoredArtifact Live { get; init; }

    /// <summary>The generation beside it, or null.</summary>
    public long? Candidate { get; init; }

    /// <summary>Percentage of the requests that meet the candidate; 0 without one.</summary>
    public int Share { get; init; }

    /// <summary>The newest generation that has passed its bake, or null when none on the disk has.</summary>
    public long? Good { get; init; }

    /// <summary>The generation that waits, or null.</summary>
    public long? Held { get; init; }

    /// <summary>Why it waits, or why the last one was reverted; null otherwise.</summary>
    public string? Reason { get; init; }

    /// <summary>Since when, UTC.</summary>
    public required DateTimeOffset Since { get; init; }
}
