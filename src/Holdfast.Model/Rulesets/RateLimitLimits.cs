using System.Collections.Immutable;

namespace Holdfast.Model.Rulesets;

/// <summary>What a rate limit may say. Every range of <see cref="RateLimitConfig"/> stands here and nowhere else.</summary>
public static class RateLimitLimits
{
    /// <summary>The periods that there are, in seconds: Cloudflare's. At most eight: counters keep a period in three bits.</summary>
    public static readonly ImmutableArray<int> Periods = [10, 60, 120, 300, 600, 3600];

    /// <summary>
    /// Most requests, or most of the score, in a period: 1,000,000,000. It is what counters can hold in their steps of 1% of a limit.
    /// </summary>
    public const int MostPerPeriod = 1_000_000_000;

    /// <summary>Longest that a key is refused once it was over the limit: a day, Cloudflare's.</summary>
    public const int MostMitigationSeconds = 86_400;

    /// <summary>Largest score that a response may state, Cloudflare's; one outside of 1 to this counts nothing.</summary>
    public const int MostScore = 1_000_000;

    /// <summary>Most characteristics of one rule: 16. Each is read and hashed for every request that the rule counts.</summary>
    public const int MostCharacteristics = 16;

    /// <summary>Longest name of a header field, a cookie or an argument in a characteristic, in characters: 256.</summary>
    public const int LongestName = 256;
}
