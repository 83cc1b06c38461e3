using System.Collections.Immutable;
using System.Numerics;
using Holdfast.Model.Rulesets;

namespace Holdfast.Edge.Phases.RateLimiting;

/// <summary>How much a key may be counted in how long: the numbers of one rule, prepared for <see cref="RateLimitState"/>.</summary>
internal sealed class RateLimitWindow
{
    // A stamp says in 16 bits how long before the newest one it was, which is a period at most.
    private const int MostTicks = 65_000;

    private static readonly ImmutableArray<RateLimitWindow> ByCode =
    [
        .. RateLimitLimits.Periods.Select((period, code) => new RateLimitWindow(code, 1, period, 0)),
    ];

    private RateLimitWindow(int code, long limit, int periodSeconds, int timeoutSeconds)
    {
        Code = code;
        Limit = limit;
        Period = periodSeconds * 1000;
        Timeout = timeoutSeconds * 1000L;
        Tick = (Period + MostTicks - 1) / MostTicks;

        // A stamp is a whole tick: it stays until all that it stands for has left, so that a key never gets more than its limit.
        MostAge = Tick == 1 ? Period : ((Period + Tick - 1) / Tick) + 1;
        Exponent = limit < 2 * Parts ? 0 : BitOperations.Log2((ulong)(limit / Parts));
    }

    /// <summary>Parts that a limit is counted in at least, where it is that large: a part is at most 1% of it.</summary>
    public const int Parts = 100;

    /// <summary>Most that is counted within the period.</summary>
    public long Limit { get; }

    /// <summary>The period in milliseconds.</summary>
    public int Period { get; }

    /// <summary>How long a key is refused once it was over the limit, in milliseconds; 0 while it is over.</summary>
    public long Timeout { get; }

    /// <summary>The period's number among those that there are.</summary>
    internal int Code { get; }

    /// <summary>What a stamp's time is rounded to, in milliseconds: the period's 65,000th part, and at least 1.</summary>
    internal int Tick { get; }

    /// <summary>The age in ticks at which a stamp has left the window.</summary>
    internal int MostAge { get; }

    /// <summary>A stamp stands for two to the power of this.</summary>
    internal int Exponent { get; }

    /// <summary>For a limit.</summary>
    /// <param name="limit">From 1 to <see cref="RateLimitLimits.MostPerPeriod"/>.</param>
    /// <param name="periodSeconds">One of <see cref="RateLimitLimits.Periods"/>.</param>
    /// <param name="timeoutSeconds">From 0 to <see cref="RateLimitLimits.MostMitigationSeconds"/>.</param>
    public static RateLimitWindow Of(long limit, int periodSeconds, int timeoutSeconds) =>
        new(RateLimitLimits.Periods.IndexOf(periodSeconds), limit, periodSeconds, timeoutSeconds);

    /// <summary>What is known of a period alone.</summary>
    internal static RateLimitWindow OfCode(int code) => ByCode[code];
}
