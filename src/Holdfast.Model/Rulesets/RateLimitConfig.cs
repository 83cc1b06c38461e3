using System.Collections.Immutable;

namespace Holdfast.Model.Rulesets;

/// <summary>
/// What makes a rule a rate limit: what is counted together, how much of it may come in which time, and for how long the rule acts then.
/// It counts requests when <see cref="RequestsPerPeriod"/> is set, and what responses say that they cost when
/// <see cref="ScorePerPeriod"/> is.
/// </summary>
public sealed record RateLimitConfig
{
    /// <summary>
    /// What tells counters apart, in the words of the rules language: <c>ip.src</c>, <c>http.request.headers["x-api-key"]</c>. In the order
    /// in which they were written; without <c>cf.colo.id</c>, which is implied.
    /// </summary>
    public required ImmutableArray<string> Characteristics { get; init; }

    /// <summary>The time in seconds: one of <see cref="RateLimitLimits.Periods"/>.</summary>
    public required int PeriodSeconds { get; init; }

    /// <summary>Most requests in that time, or null where a score is counted.</summary>
    public int? RequestsPerPeriod { get; init; }

    /// <summary>Most of the score in that time, or null where requests are counted.</summary>
    public int? ScorePerPeriod { get; init; }

    /// <summary>The response field that states a request's score, in lower case; null where requests are counted.</summary>
    public string? ScoreResponseHeaderName { get; init; }

    /// <summary>How long the rule acts once the limit was passed, in seconds; 0: on what is over the limit, as long as it is.</summary>
    public int MitigationTimeoutSeconds { get; init; }

    /// <summary>What is counted, or null: what the rule's own expression matches. It may read the response.</summary>
    public string? CountingExpression { get; init; }

    /// <summary>Whether only requests count that the origin was asked for.</summary>
    public bool RequestsToOrigin { get; init; }

    /// <summary>The limit, of whatever is counted.</summary>
    public int Limit => RequestsPerPeriod ?? ScorePerPeriod ?? 0;
}
