using System.Buffers.Text;
using Holdfast.Cache.Exchange;
using Holdfast.Http.Headers;

namespace Holdfast.Edge.Phases.Cache;

/// <summary>
/// Tells those who have the zone's token what the cache did with their request and why: <c>X-Holdfast-Cache</c>, a dictionary (RFC 8941
/// section 3.2), and the key in Cache-Status.
/// </summary>
internal static class CacheExplanation
{
    // The key of a URL beyond this is cut.
    private const int LongestKey = 2048;

    private const int LongestOther = 256;

    /// <summary>Puts both fields into an answer.</summary>
    public static void Write(HeaderBlock headers, CacheExchange exchange, long now)
    {
        Span<byte> key = stackalloc byte[LongestKey];
        key = key[..exchange.WriteKey(key)];
        Span<byte> text = stackalloc byte[LongestKey + LongestOther];
        var length = exchange.WriteCacheStatus(text, now);
        Append(text, ref length, "; key="u8);
        Append(text, ref length, key);
        headers.Add(KnownHeader.CacheStatus, text[..length]);

        length = 0;
        Append(text, ref length, "status="u8);
        Append(text, ref length, exchange.LogText.Span);
        Append(text, ref length, ", reason="u8);
        Append(text, ref length, exchange.ReasonText.IsEmpty ? "none"u8 : exchange.ReasonText.Span);
        Append(text, ref length, ", key="u8);
        Append(text, ref length, key);
        if (exchange is { State: CacheState.Serving, Stored: { } stored })
        {
            Append(text, ref length, ", ttl="u8, (long)Math.Floor(stored.FreshFor(now) / 1000.0));
            Append(text, ref length, ", age="u8, stored.AgeAt(now) / 1000);
            AppendWhereThere(text, ref length, ", stale-while-revalidate="u8, stored.StaleWhileRevalidate);
            AppendWhereThere(text, ref length, ", stale-if-error="u8, stored.StaleIfError);
        }

        headers.Set(KnownHeader.XHoldfastCache, text[..length]);
    }

    private static void AppendWhereThere(Span<byte> into, ref int length, ReadOnlySpan<byte> name, long number)
    {
        if (number > 0)
        {
            Append(into, ref length, name, number);
        }
    }

    private static void Append(Span<byte> into, ref int length, ReadOnlySpan<byte> name, long number)
    {
        Append(into, ref length, name);
        Utf8Formatter.TryFormat(number, into[length..], out var written);
        length += written;
    }

    private static void Append(Span<byte> into, ref int length, ReadOnlySpan<byte> text)
    {
        text.CopyTo(into[length..]);
        length += text.Length;
    }
}
