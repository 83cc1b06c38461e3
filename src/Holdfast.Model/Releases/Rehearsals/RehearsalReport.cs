using System.Collections.Immutable;

namespace Holdfast.Model.Releases.Rehearsals;

/// <summary>What recent requests of an edge met with what is live and with what is proposed.</summary>
public sealed record RehearsalReport
{
    /// <summary>Most examples of one difference.</summary>
    public const int MostExamples = 3;

    /// <summary>Longest text in a report, in characters; longer ones are cut.</summary>
    public const int MaxTextLength = 300;

    /// <summary>The order's <see cref="RehearsalOrder.Id"/>.</summary>
    public required string Id { get; init; }

    /// <summary>The generation that it was compared with; 0 when nothing of the artifact is in use.</summary>
    public long LiveGeneration { get; init; }

    /// <summary>Requests that were replayed.</summary>
    public int Requests { get; init; }

    /// <summary>When the oldest of them came, UTC; null when there are none.</summary>
    public DateTimeOffset? Oldest { get; init; }

    /// <summary>The differences that there are, each once.</summary>
    public ImmutableArray<RehearsalChange> Changes { get; init; } = [];

    /// <summary>Microseconds that the edge took for a request with what is live, the median; 0 when nothing was replayed.</summary>
    public double LiveMicroseconds { get; init; }

    /// <summary>The same with what is proposed.</summary>
    public double CandidateMicroseconds { get; init; }

    /// <summary>What was left out, as a sentence, or null.</summary>
    public string? Note { get; init; }

    /// <summary>Why nothing can be said, or what is wrong with the proposed artifact, as a sentence; else null.</summary>
    public string? Problem { get; init; }

    /// <summary>Whether nothing was tried: the edge had no request to rehearse it with, or others were before it. <see cref="Problem"/> says which.</summary>
    public bool IsUnable { get; init; }

    /// <summary>How many requests there are of a difference.</summary>
    public int Of(RehearsalDifference difference) => Changes.FirstOrDefault(change => change.Difference == difference)?.Requests ?? 0;
}

/// <summary>A difference between live and proposed.</summary>
/// <param name="Difference">Which.</param>
/// <param name="Requests">How many requests meet it; at least 1.</param>
/// <param name="Examples">Some of them, at most <see cref="RehearsalReport.MostExamples"/>.</param>
public sealed record RehearsalChange(RehearsalDifference Difference, int Requests, ImmutableArray<RehearsalExample> Examples);

/// <summary>A request that meets a difference.</summary>
/// <param name="Ray">Its ray id, as the access log has it.</param>
/// <param name="Request">Method and address, secrets masked.</param>
/// <param name="Live">What became of it with what is live.</param>
/// <param name="Candidate">What would become of it.</param>
/// <param name="Rule">The ref of the last rule that acted on it with what is proposed; null when none did.</param>
public sealed record RehearsalExample(string Ray, string Request, string Live, string Candidate, string? Rule);

/// <summary>What can be another for a request. Of those that change the answer, a request counts for the first that holds alone.</summary>
public enum RehearsalDifference
{
    /// <summary>The edge fails where it did not: an error of 500 and above that it makes, or a module's fault.</summary>
    NewlyFailing,

    /// <summary>It fails no more.</summary>
    NoLongerFailing,

    /// <summary>A rule keeps it out that was let in.</summary>
    NewlyBlocked,

    /// <summary>It is let in again.</summary>
    NoLongerBlocked,

    /// <summary>The edge redirects it.</summary>
    NewlyRedirected,

    /// <summary>The edge redirects it to another place.</summary>
    RedirectedElsewhere,

    /// <summary>It is redirected no more.</summary>
    NoLongerRedirected,

    /// <summary>The edge answers it with another status.</summary>
    AnsweredOtherwise,

    /// <summary>Path or query for the origin are others.</summary>
    RewrittenOtherwise,

    /// <summary>It goes to another origin.</summary>
    SentToAnotherOrigin,

    /// <summary>It is looked up in the cache by another key, so that what is stored is not found.</summary>
    CacheKeyChanged,

    /// <summary>Its answer can be cached, and could not.</summary>
    NewlyCached,

    /// <summary>Its answer could be cached, and cannot.</summary>
    NoLongerCached,

    /// <summary>The origin gets other header fields.</summary>
    RequestFieldsChanged,

    /// <summary>The visitor gets other header fields.</summary>
    AnswerFieldsChanged,
}
