using Holdfast.Cache.Decisions;
using Holdfast.Cache.Exchange;
using Holdfast.Edge.Requests;
using Holdfast.Http.Headers;

namespace Holdfast.Edge.Phases.Cache;

/// <summary>What answers tell browsers of keeping them, where the zone wants it to be longer than the origin says (setting <c>browser_cache_ttl</c>).</summary>
internal static class BrowserFields
{
    // Longer ones stay as the origin wrote them.
    private const int LongestCacheControl = 512;

    /// <summary>
    /// Raises the lifetime in the answer's fields. Not of an error, which browsers would keep as long; nor of what is stale, which they had
    /// better ask for again soon.
    /// </summary>
    /// <param name="request">Whose answer's fields are complete.</param>
    /// <param name="status">What the cache did.</param>
    /// <param name="now">Milliseconds since 1970.</param>
    public static void Raise(EdgeRequest request, CfCacheStatus status, long now)
    {
        if (
            request is not { Zone.Settings.BrowserCacheTtlSeconds: > 0 and var seconds, Response.Status: < 400 }
            || status is not (CfCacheStatus.Hit or CfCacheStatus.Miss or CfCacheStatus.Expired or CfCacheStatus.Revalidated)
        )
        {
            return;
        }

        var headers = request.Response.Headers;
        Span<byte> text = stackalloc byte[LongestCacheControl];
        var length = LeastBrowserLifetime.Raise(new HeaderFields(headers), seconds, now / 1000, text);
        if (length > 0)
        {
            headers.Set(KnownHeader.CacheControl, text[..length]);
            headers.Remove(KnownHeader.Expires);
        }
    }
}
