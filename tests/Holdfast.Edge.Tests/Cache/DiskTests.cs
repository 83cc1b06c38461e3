using System.Text.Json;
using Holdfast.Cache.Disk;
using Holdfast.Cache.Storage;
using Holdfast.Edge.Guard;
using Holdfast.Edge.Guard.Faults;
using Holdfast.Edge.Hosting;
using Holdfast.Edge.Tests.Harness;
using Holdfast.Model.Purging;
using Holdfast.Model.Zones;

namespace Holdfast.Edge.Tests.Cache;

/// <summary>What an edge has on its disk, in what its visitors get after a restart.</summary>
public sealed class DiskTests
{
    private const string Fresh = "Cache-Control: max-age=600";
    private static readonly string Zone = EdgeUnderTest.IdOf("*");

    // Text that says where in it one is; larger than what is read as a whole.
    private static readonly string Large = string.Concat(Enumerable.Range(0, 300_000).Select(i => $"{i:D9}\n"));

    [Fact]
    public async Task AfterARestart_HitsComeFromTheDisk()
    {
        await using var origin = Origin((path, _) => CachedSite.Ok(path, Fresh, "ETag: \"1\""));
        var edge = await StartAsync(origin.Url);
        await AskAsync(edge, "GET /small");
        edge = await AgainAsync(edge);
        var hit = await AskAsync(edge, "GET /small");
        Assert.Equal(("/small", "HIT"), (hit.Body, hit["CF-Cache-Status"]));
        Assert.Matches("^Holdfast; hit; ttl=[0-9]+; detail=disk$", hit["Cache-Status"]!);
        Assert.Equal("Holdfast; hit", (await AskAsync(edge, "GET /small"))["Cache-Status"]!.Split("; ttl")[0]);
        Assert.Equal(304, (await AskAsync(edge, "GET /small", "If-None-Match: \"1\"")).Status);
        Assert.Contains("holdfast_edge_cache_disk_hits_total 1\n", await edge.MetricsAsync());
        Assert.Contains("holdfast_edge_cache_disk_objects 1\n", await edge.MetricsAsync());
        await edge.DisposeAsync();
    }

    [Fact]
    public async Task ALargeBody_IsStreamedFromTheDisk_WholeAndInRanges()
    {
        await using var origin = Origin((_, _) => CachedSite.Ok(Large, Fresh, "Content-Type: application/octet-stream"));
        var edge = await StartAsync(origin.Url);
        await AskAsync(edge, "GET /large");
        edge = await AgainAsync(edge);
        for (var i = 0; i < 2; i++)
        {
            var hit = await AskAsync(edge, "GET /large");
            Assert.Equal("HIT", hit["CF-Cache-Status"]);
            Assert.True(hit.Body == Large);
        }

        var part = await AskAsync(edge, "GET /large", "Range: bytes=1000005-2000004");
        Assert.Equal(206, part.Status);
        Assert.True(part.Body == Large[1_000_005..2_000_005]);
        var parts = await AskAsync(edge, "GET /large", "Range: bytes=0-9,2000000-2000009");
        Assert.Contains(Large[..10], parts.Body, StringComparison.Ordinal);
        Assert.Contains(Large[2_000_000..2_000_010], parts.Body, StringComparison.Ordinal);
        Assert.Equal($"{Large.Length}", (await AskAsync(edge, "HEAD /large"))["Content-Length"]);
        Assert.Contains("holdfast_edge_cache_disk_hits_total 1\n", await edge.MetricsAsync());
        await edge.DisposeAsync();
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task ABodyTooLargeForMemory_IsKeptOnTheDisk_AndTheOriginIsAskedOnce(bool isChunked)
    {
        var asked = 0;
        await using var origin = Origin(
            (_, _) =>
            {
                Interlocked.Increment(ref asked);
                return isChunked
                    ? $"HTTP/1.1 200 OK\r\n{Fresh}\r\nTransfer-Encoding: chunked\r\n\r\n{Large.Length:x}\r\n{Large}\r\n0\r\n\r\n"
                    : CachedSite.Ok(Large, Fresh, "Content-Type: application/octet-stream");
            }
        );
        var edge = await StartAsync(origin.Url, LittleMemory);
        var first = await AskAsync(edge, "GET /large");
        Assert.Equal(("MISS", true), (first["CF-Cache-Status"], first.Body == Large));
        Assert.EndsWith("; fwd-status=200; stored", first["Cache-Status"], StringComparison.Ordinal);
        for (var i = 0; i < 2; i++)
        {
            var hit = await AskAsync(edge, "GET /large");
            Assert.Equal(("HIT", true), (hit["CF-Cache-Status"], hit.Body == Large));
            edge = i == 0 ? await AgainAsync(edge, LittleMemory) : edge;
        }

        var part = await AskAsync(edge, "GET /large", "Range: bytes=2999990-");
        Assert.Equal((206, Large[^10..], "HIT"), (part.Status, part.Body, part["CF-Cache-Status"]));
        Assert.Equal(1, asked);
        await edge.DisposeAsync();

        // An eighth of it is less than the body.
        static EdgeOptions LittleMemory(EdgeOptions options) =>
            Small(options) with
            {
                Cache = new MemoryStoreLimits { Budget = 8 * 1024 * 1024 },
            };
    }

    [Fact]
    public async Task ALargeText_IsCompressedOnItsWayFromTheDisk()
    {
        await using var origin = Origin((_, _) => CachedSite.Ok(Large, Fresh, "Content-Type: text/plain"));
        var edge = await StartAsync(origin.Url);
        await AskAsync(edge, "GET /large");
        edge = await AgainAsync(edge);
        using var client = new HttpClient(
            new SocketsHttpHandler { UseProxy = false, AutomaticDecompression = System.Net.DecompressionMethods.GZip }
        );
        var text = await client.GetStringAsync(new Uri($"http://{edge.Http}/large"), TestContext.Current.CancellationToken);
        Assert.True(text == Large);
        await edge.DisposeAsync();
    }

    [Fact]
    public async Task WhatIsStaleOnTheDisk_IsRevalidatedAndItsNewFieldsAreKept()
    {
        await using var origin = Origin(
            (_, head) =>
                head.Contains("If-None-Match: \"1\"", StringComparison.OrdinalIgnoreCase)
                    ? $"HTTP/1.1 304 Not Modified\r\nETag: \"1\"\r\n{Fresh}\r\nX-Version: 2\r\n\r\n"
                    : CachedSite.Ok("body", "Cache-Control: no-cache", "ETag: \"1\"", "X-Version: 1")
        );
        var edge = await StartAsync(origin.Url);
        Assert.Equal("1", (await AskAsync(edge, "GET /a"))["X-Version"]);
        edge = await AgainAsync(edge);
        var confirmed = await AskAsync(edge, "GET /a");
        Assert.Equal(("REVALIDATED", "2", "body"), (confirmed["CF-Cache-Status"], confirmed["X-Version"], confirmed.Body));
        edge = await AgainAsync(edge);
        var hit = await AskAsync(edge, "GET /a");
        Assert.Equal(("HIT", "2", "body"), (hit["CF-Cache-Status"], hit["X-Version"], hit.Body));
        await edge.DisposeAsync();
    }

    [Fact]
    public async Task WhatWasPurgedOrInvalidated_StaysAwayAfterARestart()
    {
        var version = 0;
        await using var origin = Origin((path, _) => CachedSite.Ok($"{path} {Interlocked.Increment(ref version)}", Fresh));
        var edge = await StartAsync(origin.Url);

        // An edge that learns of a purge log for the first time purges everything.
        await edge.PurgeAsync(Zone, PurgeKind.Tag, "none");
        foreach (var path in new[] { "/purged", "/posted", "/kept" })
        {
            await AskAsync(edge, $"GET {path}");
        }

        await edge.PurgeAsync(Zone, PurgeKind.Url, "example.com/purged");
        await AskAsync(edge, "POST /posted", "Content-Length: 0");
        edge = await AgainAsync(edge);
        Assert.Equal("MISS", (await AskAsync(edge, "GET /purged"))["CF-Cache-Status"]);
        Assert.Equal("MISS", (await AskAsync(edge, "GET /posted"))["CF-Cache-Status"]);
        Assert.Equal("/kept 3", (await AskAsync(edge, "GET /kept")).Body);
        await edge.DisposeAsync();
    }

    [Fact]
    public async Task WithTheOriginGone_TheDiskServesStale()
    {
        var origin = Origin((path, _) => CachedSite.Ok(path, "Cache-Control: max-age=0", "ETag: \"1\""));
        var edge = await StartAsync(origin.Url);
        await AskAsync(edge, "GET /a");
        edge = await AgainAsync(edge);
        await origin.DisposeAsync();
        var stale = await AskAsync(edge, "GET /a");
        Assert.Equal(("/a", "STALE"), (stale.Body, stale["CF-Cache-Status"]));
        await edge.DisposeAsync();
    }

    [Fact]
    public async Task Readyz_SaysHowTheDiskDoes()
    {
        await using var origin = Origin((path, _) => CachedSite.Ok(path, Fresh));
        var edge = await StartAsync(origin.Url);
        Assert.Equal("open", (await DiskOfAsync(edge)).GetProperty("state").GetString());
        await edge.DisposeAsync();
        var off = await EdgeUnderTest.StartAsync(options => options with { Disk = new DiskStoreLimits { Budget = 0 } }, edge.Data);
        Assert.Equal("off", (await DiskOfAsync(off)).GetProperty("state").GetString());
        await off.DisposeAsync();
    }

    [Fact]
    public async Task ARead_ThatIsAwaitedInVain_IsGivenUp_AndTheOriginIsAsked()
    {
        await using var origin = Origin((path, _) => CachedSite.Ok(path, Fresh));
        var edge = await StartAsync(origin.Url, Faulty);
        await AskAsync(edge, "GET /stored");
        edge = await AgainAsync(edge, Faulty);
        edge.Guard.Faults!.Trip(new TrippedFault(FaultPoint.CacheDiskRead, FaultAction.Hang, Zone, 1, 0));

        var answer = await AskAsync(edge, "GET /stored");

        Assert.Equal(("/stored", null), (answer.Body, answer["CF-Cache-Status"]));
        Assert.Equal(1, edge.Guard.FaultsOf(EdgeModule.Cache, FaultKind.Time));
        Assert.Equal("HIT", (await AskAsync(edge, "GET /stored"))["CF-Cache-Status"]);
        await edge.DisposeAsync();

        static EdgeOptions Faulty(EdgeOptions options) =>
            Small(options) with
            {
                FaultInjection = true,
                Guard = new GuardLimits { AwaitBudget = TimeSpan.FromMilliseconds(50) },
            };
    }

    private static ScriptedOrigin Origin(Func<string, string, string> answer) =>
        new(async c =>
        {
            while (await c.ReadHeadAsync() is { } head)
            {
                await c.SendAsync(answer(head.Split(' ')[1], head));
            }
        });

    private static async Task<EdgeUnderTest> StartAsync(string origin, Func<EdgeOptions, EdgeOptions>? change = null)
    {
        var edge = await EdgeUnderTest.StartAsync(change ?? Small);
        await edge.PutZoneAsync("*", origin, new ZoneSettings { CacheProfile = CacheProfile.Standard });
        return edge;
    }

    // Stops it in good order, and starts another one on the same directory.
    private static async Task<EdgeUnderTest> AgainAsync(EdgeUnderTest edge, Func<EdgeOptions, EdgeOptions>? change = null)
    {
        await edge.DisposeAsync();
        return await EdgeUnderTest.StartAsync(change ?? Small, edge.Data);
    }

    private static EdgeOptions Small(EdgeOptions options) =>
        options with
        {
            Cache = new MemoryStoreLimits { Budget = 64 * 1024 * 1024 },
            Disk = new DiskStoreLimits
            {
                Budget = 64 * 1024 * 1024,
                SegmentLength = 8 * 1024 * 1024,
                ReadTimeout = TimeSpan.FromSeconds(30),
            },
        };

    private static async Task<Reply> AskAsync(EdgeUnderTest edge, string line, params string[] fields)
    {
        using var visitor = await Conversation.ConnectAsync(edge.Http);
        await visitor.SendAsync($"{line} HTTP/1.1\r\nHost: example.com\r\n{string.Concat(fields.Select(f => f + "\r\n"))}\r\n");
        return await CachedSite.ReadAsync(visitor, line.StartsWith("HEAD", StringComparison.Ordinal));
    }

    private static async Task<JsonElement> DiskOfAsync(EdgeUnderTest edge)
    {
        using var client = new HttpClient();
        var ready = await client.GetStringAsync(new Uri(edge.Management, "/readyz"), TestContext.Current.CancellationToken);
        return JsonDocument.Parse(ready).RootElement.GetProperty("cache_disk");
    }
}
