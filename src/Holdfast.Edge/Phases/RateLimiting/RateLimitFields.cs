using System.Buffers.Text;

namespace Holdfast.Edge.Phases.RateLimiting;

/// <summary>
/// The values of <c>RateLimit</c> and <c>Retry-After</c>, as draft-ietf-httpapi-ratelimit-headers-11 and RFC 9110 section 10.2.3 have
/// them.
/// </summary>
internal static class RateLimitFields
{
    /// <summary>Room for a value of <c>RateLimit</c> beside the rule's name.</summary>
    public const int MostBytes = 64;

    /// <summary>
    /// Seconds after which to come again: when something may pass, and up to a quarter of that and a second more, at random, so that those
    /// who are turned away together do not come back together.
    /// </summary>
    /// <param name="wait">Milliseconds until something may pass.</param>
    /// <param name="random">Any random number.</param>
    public static int RetryAfter(long wait, uint random)
    {
        var seconds = (int)Math.Max(1, (wait + 999) / 1000);
        return seconds + (int)(random % (uint)((seconds / 4) + 2));
    }

    /// <summary>Writes the value of <c>RateLimit</c>: what is left, and when there is more.</summary>
    /// <param name="value">At least <see cref="MostBytes"/> bytes and the name.</param>
    /// <param name="rule">The rule.</param>
    /// <param name="count">What is counted.</param>
    /// <param name="seconds">Seconds until there is more.</param>
    /// <returns>How many bytes were written.</returns>
    public static int Write(Span<byte> value, RateLimitRuntime rule, long count, long seconds)
    {
        rule.QuotedName.CopyTo(value);
        var at = rule.QuotedName.Length;
        ";r="u8.CopyTo(value[at..]);
        Utf8Formatter.TryFormat(Math.Max(0, rule.Window.Limit - count), value[(at + 3)..], out var written);
        at += 3 + written;
        ";t="u8.CopyTo(value[at..]);
        Utf8Formatter.TryFormat(seconds, value[(at + 3)..], out written);
        return at + 3 + written;
    }
}
