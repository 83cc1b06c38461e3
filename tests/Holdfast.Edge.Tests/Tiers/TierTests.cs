using Holdfast.Edge.Tests.Cache;
using Holdfast.Edge.Tests.Harness;
using Holdfast.Model.Purging;
using Holdfast.Model.Zones;
using static Holdfast.Edge.Tests.Tiers.TieredSite;

namespace Holdfast.Edge.Tests.Tiers;

/// <summary>An edge that asks an upper edge before the origin: what visitors, both edges and the origin see of it.</summary>
public class TierTests
{
    private static readonly string Zone = EdgeUnderTest.IdOf("*");

    [Fact]
    public async Task AMiss_IsAskedOfTheUpperEdge_WhichHasItForTheNext()
    {
        await using var site = Answering(CachedSite.Ok("hello", "Cache-Control: max-age=600", "ETag: \"1\""));
        var upper = await site.EdgeAsync();
        var one = await site.EdgeAsync([UrlOf(upper)]);
        var two = await site.EdgeAsync([UrlOf(upper)]);

        var miss = await AskAsync(one, "GET /a?b=%22", "X-Forwarded-For: 203.0.113.9", "X-Own: 1");
        Assert.Equal(("hello", "MISS", "edge-1;status=miss"), (miss.Body, miss["CF-Cache-Status"], miss["Holdfast-Upper"]));
        Assert.Equal(
            "Holdfast/edge-1; fwd=uri-miss; fwd-status=200; stored, Holdfast; fwd=uri-miss; fwd-status=200; stored",
            miss["Cache-Status"]
        );
        Assert.Equal("1.1 holdfast, 1.1 holdfast", miss["Via"]);

        site.Time.Advance(TimeSpan.FromSeconds(100));
        var shared = await AskAsync(two, "GET /a?b=%22", "X-Forwarded-For: 203.0.113.9");
        Assert.Equal(("hello", "MISS", "edge-1;status=hit"), (shared.Body, shared["CF-Cache-Status"], shared["Holdfast-Upper"]));
        Assert.StartsWith("Holdfast/edge-1; hit; ttl=", shared["Cache-Status"]);
        Assert.EndsWith(", Holdfast; fwd=uri-miss; fwd-status=200; stored", shared["Cache-Status"]);
        Assert.InRange(int.Parse(shared["Age"]!, System.Globalization.CultureInfo.InvariantCulture), 100, 130);
        var hit = await AskAsync(two, "GET /a?b=%22");
        Assert.Equal(("HIT", null), (hit["CF-Cache-Status"], hit["Holdfast-Upper"]));
        Assert.InRange(int.Parse(hit["Age"]!, System.Globalization.CultureInfo.InvariantCulture), 100, 130);

        // The origin has seen one request, as if there were one edge.
        var head = Assert.Single(site.Seen);
        Assert.StartsWith("GET /a?b=%22 HTTP/1.1\r\nHost: example.com\r\n", head);
        Assert.Contains("CF-Connecting-IP: 203.0.113.9\r\n", head);
        Assert.Contains("X-Own: 1\r\n", head);
        Assert.DoesNotContain("Holdfast-Lower", head);

        // One request has one ray, and each edge a record of it.
        var below = Assert.Single(await one.LogRecordsAsync(1));
        var ray = miss["CF-Ray"]!.Split('-')[0];
        var above = Assert.Single(await upper.LogRecordsAsync(2), r => r.GetProperty("RayID").GetString() == ray);
        Assert.Equal(ray, below.GetProperty("RayID").GetString());
        Assert.True(below.GetProperty("CacheTieredFill").GetBoolean());
        Assert.Equal(("edge-1", "203.0.113.9"), (above.GetProperty("LowerEdge").GetString(), above.GetProperty("ClientIP").GetString()));
        Assert.Contains($"X-Ray-Id: {ray}\r\n", head, StringComparison.OrdinalIgnoreCase);
        Assert.Contains("holdfast_edge_upper_requests_total{result=\"answered\"} 1\n", await one.MetricsAsync());
        Assert.Contains("holdfast_edge_origin_requests_total 0\n", await one.MetricsAsync());
    }

    [Fact]
    public async Task WhatIsNotForCaches_GoesStraightToTheOrigin()
    {
        await using var site = new TieredSite((_, c) => c.SendAsync(CachedSite.Ok("x", "Cache-Control: no-store")));
        var upper = await site.EdgeAsync();
        var lower = await site.EdgeAsync([UrlOf(upper)]);
        await AskAsync(lower, "POST /post", "Content-Length: 0");
        await AskAsync(lower, "OPTIONS /options");
        await AskAsync(lower, "GET /credentials", "Authorization: Basic QQ==");
        await AskAsync(lower, "GET /matched", "If-Match: \"1\"");
        Assert.Equal(4, site.Seen.Count);
        Assert.All(
            site.Seen,
            head => Assert.Single(head.Split("Via: "), part => part.StartsWith("1.1 holdfast", StringComparison.Ordinal))
        );

        // What turns out not to be for caches was asked of the upper edge once, and then for a minute not again.
        await AskAsync(lower, "GET /dynamic");
        await AskAsync(lower, "GET /dynamic");
        Assert.Equal(3, site.Seen[4].Split("Via: ").Length);
        Assert.Equal(2, site.Seen[5].Split("Via: ").Length);
    }

    [Fact]
    public async Task Revalidation_GoesThroughTheUpperEdge()
    {
        await using var site = Answering(
            CachedSite.Ok("hello", "Cache-Control: max-age=60", "ETag: \"1\""),
            "HTTP/1.1 304 Not Modified\r\nETag: \"1\"\r\n\r\n"
        );
        var upper = await site.EdgeAsync();
        var lower = await site.EdgeAsync([UrlOf(upper)]);
        await AskAsync(lower, "GET /a");
        site.Time.Advance(TimeSpan.FromSeconds(100));
        var confirmed = await AskAsync(lower, "GET /a");
        Assert.Equal(("REVALIDATED", "edge-1;status=revalidated"), (confirmed["CF-Cache-Status"], confirmed["Holdfast-Upper"]));
        Assert.Equal("HIT", (await AskAsync(lower, "GET /a"))["CF-Cache-Status"]);
        Assert.Equal("HIT", (await AskAsync(upper, "GET /a"))["CF-Cache-Status"]);
        Assert.Contains("If-None-Match: \"1\"\r\n", site.Seen[1]);
    }

    [Fact]
    public async Task ManyVisitors_AreCollapsedAtBothTiers()
    {
        var go = new TaskCompletionSource();
        await using var site = new TieredSite(
            async (_, c) =>
            {
                await go.Task;
                await c.SendAsync(CachedSite.Ok("hello", "Cache-Control: max-age=600"));
            }
        );
        var upper = await site.EdgeAsync();
        var one = await site.EdgeAsync([UrlOf(upper)]);
        var two = await site.EdgeAsync([UrlOf(upper)]);
        var asked = Enumerable.Range(0, 100).Select(i => AskAsync(i % 2 == 0 ? one : two, "GET /a")).ToArray();
        await EdgeUnderTest.UntilAsync(() => one.Fills.Waiting == 49 && two.Fills.Waiting == 49 && upper.Fills.Waiting == 1);
        go.SetResult();
        Assert.All(await Task.WhenAll(asked), reply => Assert.Equal((200, "hello"), (reply.Status, reply.Body)));
        Assert.Single(site.Seen);
    }

    [Fact]
    public async Task FieldsForCaches_ReachTheLowerEdge_AndNoVisitor()
    {
        await using var site = Answering(
            CachedSite.Ok(
                new string('x', 2000),
                "Cloudflare-CDN-Cache-Control: max-age=600",
                "Cache-Control: max-age=1",
                "Cache-Tag: red",
                "Content-Type: text/plain",
                "ETag: \"1\""
            ),
            CachedSite.Ok("new", "Cache-Control: max-age=600")
        );
        var settings = new ZoneSettings { CacheProfile = CacheProfile.Standard, BrowserCacheTtlSeconds = 60 };
        var upper = await site.EdgeAsync(settings: settings);
        var lower = await site.EdgeAsync([UrlOf(upper)], settings);
        await upper.PurgeAsync(Zone, PurgeKind.Tag, "first");
        await lower.PurgeAsync(Zone, PurgeKind.Tag, "first");
        foreach (var expected in (string[])["MISS", "HIT"])
        {
            var reply = await AskAsync(lower, "GET /a", "Accept-Encoding: gzip");
            Assert.Equal((expected, "gzip", "max-age=60"), (reply["CF-Cache-Status"], reply["Content-Encoding"], reply["Cache-Control"]));
            Assert.Equal((null, null), (reply["Cache-Tag"], reply["Cloudflare-CDN-Cache-Control"]));
            Assert.Single(reply.Head.Split("\r\n"), l => l.StartsWith("Holdfast-Generation:", StringComparison.Ordinal));
            site.Time.Advance(TimeSpan.FromSeconds(30));
        }

        // The lower edge knows the tags of what the upper edge has sent.
        await upper.PurgeAsync(Zone, PurgeKind.Tag, "red");
        await lower.PurgeAsync(Zone, PurgeKind.Tag, "red");
        Assert.Equal("new", (await AskAsync(lower, "GET /a")).Body);
    }

    [Fact]
    public async Task APurgeThatTheUpperEdgeHasNotSeen_IsNotUndoneByItsCopy()
    {
        await using var site = Answering(
            CachedSite.Ok("old", "Cache-Control: max-age=600"),
            CachedSite.Ok("new", "Cache-Control: max-age=600"),
            CachedSite.Ok("newer", "Cache-Control: max-age=600")
        );
        var upper = await site.EdgeAsync();
        var lower = await site.EdgeAsync([UrlOf(upper)]);
        await upper.PurgeAsync(Zone, PurgeKind.Tag, "first");
        await lower.PurgeAsync(Zone, PurgeKind.Tag, "first");
        await AskAsync(lower, "GET /a");
        Assert.Equal("HIT", (await AskAsync(upper, "GET /a"))["CF-Cache-Status"]);

        // The purge is in effect below and not yet above.
        await lower.PurgeAsync(Zone, PurgeKind.Url, "example.com/a");
        var refilled = await AskAsync(lower, "GET /a");
        Assert.Equal(("new", "MISS", "edge-1;status=bypass"), (refilled.Body, refilled["CF-Cache-Status"], refilled["Holdfast-Upper"]));
        Assert.StartsWith("Holdfast/edge-1; fwd=bypass; fwd-status=200; detail=purges-behind", refilled["Cache-Status"]);
        Assert.Equal("new", (await AskAsync(lower, "GET /a")).Body);

        // The upper edge has stored nothing of it. It catches up, and has part again.
        await upper.PurgeAsync(Zone, PurgeKind.Url, "example.com/a");
        Assert.Equal("newer", (await AskAsync(upper, "GET /a")).Body);
        Assert.Equal("new", (await AskAsync(lower, "GET /a")).Body);
        var other = await site.EdgeAsync([UrlOf(upper)]);
        Assert.Equal(("newer", "edge-1;status=hit"), await BodyAndUpperAsync(other));
    }

    [Fact]
    public async Task AnUpperEdgeThatFollowsAnotherPurgeLog_HasNoPart()
    {
        await using var site = Answering(
            CachedSite.Ok("old", "Cache-Control: max-age=600"),
            CachedSite.Ok("new", "Cache-Control: max-age=600")
        );
        var upper = await site.EdgeAsync();
        var lower = await site.EdgeAsync([UrlOf(upper)]);
        await AskAsync(upper, "GET /a");
        await lower.PurgeAsync(Zone, PurgeKind.Tag, "first");
        Assert.Equal(("new", "edge-1;status=bypass"), await BodyAndUpperAsync(lower));
    }

    [Fact]
    public async Task WhatAVisitorChanges_IsNotGivenBackByTheUpperEdge()
    {
        await using var site = Answering(
            CachedSite.Ok("old", "Cache-Control: max-age=600", "ETag: \"1\""),
            CachedSite.Ok("posted"),
            CachedSite.Ok("new", "Cache-Control: max-age=600", "ETag: \"2\"")
        );
        var upper = await site.EdgeAsync();
        var lower = await site.EdgeAsync([UrlOf(upper)]);
        await AskAsync(lower, "GET /a");
        Assert.Equal("HIT", (await AskAsync(upper, "GET /a"))["CF-Cache-Status"]);
        Assert.Equal("posted", (await AskAsync(lower, "POST /a", "Content-Length: 0")).Body);
        Assert.Equal(("new", "edge-1;status=expired"), await BodyAndUpperAsync(lower));
        Assert.Equal("new", (await AskAsync(upper, "GET /a")).Body);
        Assert.Equal(3, site.Seen.Count);
    }

    [Fact]
    public async Task AnOriginThatIsDown_LeavesStaleCopiesThatSaySo()
    {
        await using var site = Answering(
            CachedSite.Ok("both", "Cache-Control: max-age=60", "ETag: \"1\""),
            CachedSite.Ok("above", "Cache-Control: max-age=60", "ETag: \"2\"")
        );
        var upper = await site.EdgeAsync();
        var lower = await site.EdgeAsync([UrlOf(upper)]);
        await AskAsync(lower, "GET /both");
        await AskAsync(upper, "GET /above");
        await site.StopOriginAsync();
        site.Time.Advance(TimeSpan.FromSeconds(100));

        var both = await AskAsync(lower, "GET /both");
        Assert.Equal(("both", "STALE", "edge-1;status=stale;stale"), (both.Body, both["CF-Cache-Status"], both["Holdfast-Upper"]));
        for (var i = 0; i < 2; i++)
        {
            var above = await AskAsync(lower, "GET /above");
            Assert.Equal(("above", "STALE"), (above.Body, above["CF-Cache-Status"]));
            Assert.Contains("detail=disconnected", above["Cache-Status"]);
        }

        // What nobody has: the error page is the lower edge's, after it has tried the origin itself.
        var nothing = await AskAsync(lower, "GET /nothing");
        Assert.Equal((521, null), (nothing.Status, nothing["Holdfast-Upper"]));
        Assert.Contains("holdfast_edge_upper_requests_total{result=\"refused\"} 1\n", await lower.MetricsAsync());
    }

    [Fact]
    public async Task WhatTrustedUpstreamsPassOn_IsNoLowerEdge()
    {
        await using var site = new TieredSite((_, c) => c.SendAsync(CachedSite.Ok("x", "Cache-Control: max-age=60", "Cache-Tag: red")));
        var edge = await site.EdgeAsync();
        foreach (
            var forged in (string[])
                [
                    "edge-1;id=0000000000000001;log=;purged=0",
                    "edge-1;id=0000000000000001;log=;purged=0;sig=00000000000000000000000000000000",
                    "edge-1;id=0000000000000001;log=;purged=0;sig=",
                    ";sig=;sig=",
                    "x",
                    "",
                ]
        )
        {
            var reply = await AskAsync(edge, "GET /a", "Holdfast-Lower: " + forged, "CF-Connecting-IP: 192.0.2.66");
            Assert.Equal((null, null), (reply["Holdfast-Upper"], reply["Cache-Tag"]));
        }

        Assert.Contains("CF-Connecting-IP: 127.0.0.1\r\n", site.Seen[0]);
        Assert.DoesNotContain("Holdfast-Lower", site.Seen[0]);
    }

    private static async Task<(string, string?)> BodyAndUpperAsync(EdgeUnderTest edge)
    {
        var reply = await AskAsync(edge, "GET /a");
        return (reply.Body, reply["Holdfast-Upper"]);
    }
}
