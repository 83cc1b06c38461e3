namespace Holdfast.Releases.Rollout.Waves;

/// <summary>An edge of the fleet, as a rollout sees it.</summary>
/// <param name="Name">Its node name.</param>
/// <param name="IsAlive">Whether it can take a release now: it follows the feed, or was heard of within the last moments.</param>
/// <param name="IsExpected">
/// Whether it was there lately and is counted as part of the fleet, alive or not: a fleet that has lost its feed for a moment is no smaller.
/// </param>
public readonly record struct WaveEdge(string Name, bool IsAlive, bool IsExpected = false);

/// <summary>What an edge has said of a release.</summary>
public enum EdgeStanding
{
    /// <summary>Nothing yet.</summary>
    Unanswered = 0,

    /// <summary>It waits there.</summary>
    Held = 1,

    /// <summary>A share of the edge's requests meets it.</summary>
    Slice = 2,

    /// <summary>It was loaded, and no slice was told of: edges of a build without slices say no more.</summary>
    Accepted = 3,

    /// <summary>All of the edge's requests meet it.</summary>
    Live = 4,

    /// <summary>It passed its bake there.</summary>
    Good = 5,

    /// <summary>It was never in use there.</summary>
    Refused = 6,

    /// <summary>It was in use there, and is not any more.</summary>
    Reverted = 7,
}

/// <summary>The words for <see cref="EdgeStanding"/>, and what they mean for a wave.</summary>
public static class EdgeStandings
{
    /// <summary>Whether all of the edge's requests meet it.</summary>
    public static bool IsFull(this EdgeStanding standing) => standing is EdgeStanding.Accepted or EdgeStanding.Live or EdgeStanding.Good;

    /// <summary>Whether it is a reason to stop.</summary>
    public static bool IsFailure(this EdgeStanding standing) => standing is EdgeStanding.Refused or EdgeStanding.Reverted;

    /// <summary>The word for it in the API.</summary>
    public static string NameOf(EdgeStanding standing) =>
        standing switch
        {
            EdgeStanding.Unanswered => "unanswered",
            EdgeStanding.Held => "held",
            EdgeStanding.Slice => "slice",
            EdgeStanding.Accepted => "accepted",
            EdgeStanding.Live => "live",
            EdgeStanding.Good => "good",
            EdgeStanding.Refused => "refused",
            EdgeStanding.Reverted => "reverted",
            _ => throw new ArgumentOutOfRangeException(nameof(standing), standing, "it is no standing"),
        };
}
