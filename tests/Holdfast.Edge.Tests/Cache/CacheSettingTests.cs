using Holdfast.Model.Zones;

namespace Holdfast.Edge.Tests.Cache;

/// <summary>A zone's cache settings in a whole edge.</summary>
public class CacheSettingTests
{
    [Fact]
    public async Task BrowserCacheTtl_RaisesWhatBrowsersAreTold_AndNotHowLongTheEdgeKeepsIt()
    {
        await using var site = await SiteAsync(
            new ZoneSettings { CacheProfile = CacheProfile.Standard, BrowserCacheTtlSeconds = 3600 },
            CachedSite.Ok("a", "Cache-Control: public, max-age=60", "Expires: Thu, 01 Jan 2026 00:00:00 GMT", "ETag: \"1\""),
            "HTTP/1.1 304 Not Modified\r\nETag: \"1\"\r\n\r\n",
            CachedSite.Ok("private", "Cache-Control: private, max-age=60"),
            CachedSite.Answer("404 Not Found", "none", "Cache-Control: max-age=60")
        );
        var miss = await site.AskAsync("GET /a");
        var hit = await site.AskAsync("GET /a");
        var unchanged = await site.AskAsync("GET /a", "If-None-Match: \"1\"");
        Assert.Equal(("MISS", "public, max-age=3600", null), (miss["CF-Cache-Status"], miss["Cache-Control"], miss["Expires"]));
        Assert.Equal(("HIT", "public, max-age=3600", null), (hit["CF-Cache-Status"], hit["Cache-Control"], hit["Expires"]));
        Assert.Equal((304, "public, max-age=3600"), (unchanged.Status, unchanged["Cache-Control"]));

        site.Time.Advance(TimeSpan.FromSeconds(61));
        var confirmed = await site.AskAsync("GET /a");
        Assert.Equal(("REVALIDATED", "public, max-age=3600"), (confirmed["CF-Cache-Status"], confirmed["Cache-Control"]));
        Assert.Equal("private, max-age=60", (await site.AskAsync("GET /private"))["Cache-Control"]);
        Assert.Equal("max-age=60", (await site.AskAsync("GET /missing"))["Cache-Control"]);

        // What is stale, because the origin is gone, is not to be kept by browsers for longer than it says.
        await site.StopOriginAsync();
        site.Time.Advance(TimeSpan.FromSeconds(61));
        var stale = await site.AskAsync("GET /a");
        Assert.Equal(("STALE", "public, max-age=60"), (stale["CF-Cache-Status"], stale["Cache-Control"]));
    }

    [Fact]
    public async Task SortQueryStringForCache_SortsTheKeyAndNotTheOriginsQuery()
    {
        await using var site = await SiteAsync(
            new ZoneSettings { CacheProfile = CacheProfile.Standard, SortQueryStringForCache = true },
            CachedSite.Ok("one", "Cache-Control: max-age=60")
        );
        await site.AskAsync("GET /a?b=2&a=1");
        Assert.Equal("HIT", (await site.AskAsync("GET /a?a=1&b=2"))["CF-Cache-Status"]);
        Assert.StartsWith("GET /a?b=2&a=1 HTTP/1.1\r\n", Assert.Single(site.Seen));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task AlwaysOnline_ServesWhatIsStored_AndOffOnlyWithTheResponsesOwnWord(bool on)
    {
        await using var site = await SiteAsync(
            new ZoneSettings { CacheProfile = CacheProfile.Standard, AlwaysOnline = on },
            CachedSite.Ok("plain", "Cache-Control: max-age=5"),
            CachedSite.Ok("allowed", "Cache-Control: max-age=5, stale-if-error=600"),
            CachedSite.Ok("forbidden", "Cache-Control: max-age=5, must-revalidate")
        );
        await site.AskAsync("GET /plain");
        await site.AskAsync("GET /allowed");
        await site.AskAsync("GET /forbidden");
        await site.StopOriginAsync();
        site.Time.Advance(TimeSpan.FromSeconds(60));

        var plain = await site.AskAsync("GET /plain");
        Assert.Equal(on ? (200, "STALE", null) : (521, null, null), (plain.Status, plain["CF-Cache-Status"], plain["Warning"]));
        Assert.Equal("STALE", (await site.AskAsync("GET /allowed"))["CF-Cache-Status"]);
        Assert.Equal(521, (await site.AskAsync("GET /forbidden")).Status);
    }

    private static Task<CachedSite> SiteAsync(ZoneSettings settings, params string[] answers)
    {
        var next = -1;
        return CachedSite.StartAsync((_, c) => c.SendAsync(answers[Interlocked.Increment(ref next)]), settings);
    }
}
