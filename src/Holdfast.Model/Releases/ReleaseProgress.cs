namespace Holdfast.Model.Releases;

/// <summary>One step of a release on one edge, as it tells it upward in a record of type <c>release.progress</c>.</summary>
public sealed record ReleaseProgress
{
    /// <summary>Longest <see cref="Reason"/> in characters.</summary>
    public const int MaxReasonLength = 1024;

    /// <summary>Longest <see cref="Evidence"/> in characters.</summary>
    public const int MaxEvidenceLength = 1024;

    /// <summary>What kind of artifact the release is of.</summary>
    public required ArtifactKind Kind { get; init; }

    /// <summary>Which artifact of that kind.</summary>
    public required string Name { get; init; }

    /// <summary>The release's generation; above 0.</summary>
    public required long Generation { get; init; }

    /// <summary>Its digest, 64 lower-case hexadecimal digits.</summary>
    public required string Digest { get; init; }

    /// <summary>The step.</summary>
    public required ReleaseStage Stage { get; init; }

    /// <summary>Percentage of the edge's requests that meet it after the step, 0 to 100.</summary>
    public required int Share { get; init; }

    /// <summary>Why, as a sentence for people; null where the stage says it all. Always there for a revert and for what is held.</summary>
    public string? Reason { get; init; }

    /// <summary>The figures that the step rests on, as text for people; null where there are none.</summary>
    public string? Evidence { get; init; }

    /// <summary>When, UTC.</summary>
    public required DateTimeOffset At { get; init; }
}

/// <summary>The steps of a release on one edge.</summary>
public enum ReleaseStage
{
    /// <summary>It waits: for the minimum time between two activations, for the release before it, or for a pin.</summary>
    Held = 1,

    /// <summary>Live and candidate side by side: a share of the requests meets it.</summary>
    Slice = 2,

    /// <summary>All requests meet it; it bakes.</summary>
    Live = 3,

    /// <summary>It passed its bake: the last known good.</summary>
    Good = 4,

    /// <summary>It was in use and is not any more: the edge went back to what was before it.</summary>
    Reverted = 5,
}
