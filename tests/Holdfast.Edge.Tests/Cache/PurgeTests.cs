using System.Text.Json;
using Holdfast.Edge.Tests.Harness;
using Holdfast.Model.Purging;

namespace Holdfast.Edge.Tests.Cache;

/// <summary>Purges in a whole edge: from the feed to what a visitor gets.</summary>
public class PurgeTests
{
    private static readonly string Zone = EdgeUnderTest.IdOf("*");

    [Theory]
    [InlineData(PurgeKind.Url, "example.com/a")]
    [InlineData(PurgeKind.Prefix, "example.com/")]
    [InlineData(PurgeKind.Host, "example.com")]
    [InlineData(PurgeKind.Tag, "red")]
    [InlineData(PurgeKind.Everything, null)]
    public async Task APurge_IsAMissOnceAndThenAHit(PurgeKind kind, string? value)
    {
        await using var site = await CachedSite.AnsweringAsync(
            CachedSite.Ok("old", "Cache-Control: max-age=600", "Cache-Tag: Red, blue"),
            CachedSite.Ok("new", "Cache-Control: max-age=600", "Cache-Tag: red")
        );
        var first = await site.AskAsync("GET /a");
        Assert.Equal(("old", null), (first.Body, first["Cache-Tag"]));
        var hit = await site.AskAsync("GET /a");
        Assert.Equal(("HIT", null), (hit["CF-Cache-Status"], hit["Cache-Tag"]));

        await site.Edge.PurgeAsync(Zone, kind, value is null ? [] : [value]);
        var miss = await site.AskAsync("GET /a");
        Assert.Equal(("new", "MISS"), (miss.Body, miss["CF-Cache-Status"]));
        Assert.Equal("HIT", (await site.AskAsync("GET /a"))["CF-Cache-Status"]);
        Assert.Contains("holdfast_edge_purge_position 1\n", await site.Edge.MetricsAsync());
        Assert.Contains("holdfast_edge_cache_purged_total 1\n", await site.Edge.MetricsAsync());
    }

    [Fact]
    public async Task APurgeWhileTheOriginSendsItsAnswer_TakesThatAnswer()
    {
        var go = new TaskCompletionSource();
        var asked = 0;
        await using var site = await CachedSite.StartAsync(
            async (_, c) =>
            {
                if (Interlocked.Increment(ref asked) > 1)
                {
                    await c.SendAsync(CachedSite.Ok("new", "Cache-Control: max-age=600"));
                    return;
                }

                await c.SendAsync("HTTP/1.1 200 OK\r\nCache-Control: max-age=600\r\nContent-Length: 3\r\n\r\no");
                await go.Task;
                await c.SendAsync("ld");
            }
        );
        using var visitor = await Conversation.ConnectAsync(site.Edge.Http);
        await visitor.SendAsync("GET /a HTTP/1.1\r\nHost: example.com\r\n\r\n");
        await visitor.ReadThroughAsync("\r\n\r\no");
        await site.Edge.PurgeAsync(Zone, PurgeKind.Url, "example.com/a");
        go.SetResult();
        await visitor.ReadThroughAsync("ld");

        // Who began before the purge got the old one; whoever comes now does not.
        Assert.Equal("new", (await site.AskAsync("GET /a")).Body);
        Assert.Equal("HIT", (await site.AskAsync("GET /a"))["CF-Cache-Status"]);
    }

    [Fact]
    public async Task AnEdgeThatStartsWithoutControl_ServesAndSaysUpToWhereItHasPurged()
    {
        var edge = await EdgeUnderTest.StartAsync();
        await edge.PutZoneAsync("*", "http://127.0.0.1:9");
        await edge.PurgeAsync(Zone, PurgeKind.Tag, "red");
        await edge.DisposeAsync();

        await using var again = await EdgeUnderTest.StartAsync(options => options with { Feed = null }, edge.Data);
        using var client = new HttpClient();
        var ready = await client.GetStringAsync(new Uri(again.Management, "/readyz"), TestContext.Current.CancellationToken);
        var purged = JsonDocument.Parse(ready).RootElement.GetProperty("purged");
        Assert.Equal((EdgeUnderTest.PurgeLog, 1), (purged.GetProperty("log").GetString(), purged.GetProperty("sequence").GetInt32()));
        Assert.Contains("holdfast_edge_purge_marks 2\n", await again.MetricsAsync());
    }

    [Fact]
    public async Task ManyTagsFromTheOrigin_AreNotStoredAndReachNobody()
    {
        var tags = string.Join(',', Enumerable.Range(0, 1001));
        await using var site = await CachedSite.AnsweringAsync(
            CachedSite.Ok("one", "Cache-Control: max-age=600", $"Cache-Tag: {tags}"),
            CachedSite.Ok("two", "Cache-Control: max-age=600", $"Cache-Tag: {tags}")
        );
        var first = await site.AskAsync("GET /a");
        Assert.Equal(("one", null, "BYPASS"), (first.Body, first["Cache-Tag"], first["CF-Cache-Status"]));
        Assert.Contains("detail=too-many-tags", first["Cache-Status"]);
        Assert.Equal("two", (await site.AskAsync("GET /a")).Body);
    }
}
