using System.Globalization;
using Holdfast.Edge.Tests.Cache;
using Holdfast.Edge.Tests.Harness;
using Holdfast.Model.Zones;

namespace Holdfast.Edge.Tests.Origins;

/// <summary>Limits on the requests that are under way to an origin: who waits, who is turned away, and that nothing is lost.</summary>
public class OriginConcurrencyTests
{
    private const string Ok = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";

    [Fact]
    public async Task AFlood_BeyondTheQueue_IsTurnedAwayAndTheRestIsServed()
    {
        var origin = new HeldOrigin();
        await using var site = await SiteAsync(origin, limit: 3, queue: 5);
        var visitors = await VisitAsync(site, 20);
        await origin.UntilHeldAsync(3);
        var refused = await FirstAnswersAsync(visitors, 12);
        Assert.All(refused, reply => Assert.Equal(503, reply.Status));
        Assert.All(refused, reply => Assert.InRange(int.Parse(reply["Retry-After"]!, CultureInfo.InvariantCulture), 60, 120));
        Assert.True(refused.Select(reply => reply["Retry-After"]).Distinct().Count() > 1, "no jitter");
        Assert.Contains("holdfast_edge_origin_waiting 5\n", await site.Edge.MetricsAsync());

        origin.LetAllGo();
        var served = await Task.WhenAll(visitors.Select(visitor => CachedSite.ReadAsync(visitor)));
        Assert.All(served, reply => Assert.Equal(200, reply.Status));
        Assert.Equal(8, served.Length);
        Assert.Equal(3, origin.MostAtOnce);
        Assert.Equal(8, site.Seen.Count);

        // Nothing is left behind: the next one goes through at once.
        Assert.Equal(200, (await site.AskAsync("GET /after")).Status);
        var metrics = await site.Edge.MetricsAsync();
        Assert.Contains("holdfast_edge_origin_waiting 0\n", metrics);
        Assert.Contains("holdfast_edge_origin_queued_total 5\n", metrics);
        Assert.Contains("holdfast_edge_origin_shed_total{reason=\"queue_full\"} 12\n", metrics);
        var records = await site.Edge.LogRecordsAsync(21);
        Assert.Equal(12, records.Count(r => r.TryGetProperty("ErrorCode", out var code) && code.GetInt32() == 1200));
        Assert.Equal(5, records.Count(r => r.TryGetProperty("OriginQueueDurationMs", out _)));
    }

    [Fact]
    public async Task AFlood_OfManyConnections_NeverExceedsTheLimitAndLosesNothing()
    {
        var (now, most, served) = (0, 0, 0);
        await using var site = await CachedSite.StartAsync(
            async (_, c) =>
            {
                InterlockedMax(ref most, Interlocked.Increment(ref now));
                await Task.Yield();
                Interlocked.Increment(ref served);
                Interlocked.Decrement(ref now);
                await c.SendAsync(Ok);
            },
            Settings(limit: 4, queue: 10_000, seconds: 60),
            change: o => o with { Limits = o.Limits with { Connections = new() { MaxConnectionsPerAddress = 10_000 } } }
        );
        var replies = await Task.WhenAll(
            Enumerable
                .Range(0, 200)
                .Select(async i =>
                {
                    using var visitor = await Conversation.ConnectAsync(site.Edge.Http);
                    var seen = new List<int>();
                    for (var n = 0; n < 5; n++)
                    {
                        await visitor.SendAsync($"GET /{i}/{n} HTTP/1.1\r\nHost: example.com\r\n\r\n");
                        seen.Add((await CachedSite.ReadAsync(visitor)).Status);
                    }

                    return seen;
                })
        );
        Assert.All(replies.SelectMany(seen => seen), status => Assert.Equal(200, status));
        Assert.Equal(1000, served);
        Assert.InRange(most, 1, 4);
        Assert.Contains("holdfast_edge_origin_waiting 0\n", await site.Edge.MetricsAsync());
    }

    [Fact]
    public async Task AFullQueue_AKnownVisitor_TakesThePlaceOfTheNewestOther()
    {
        var origin = new HeldOrigin();
        await using var site = await SiteAsync(origin, limit: 1, queue: 2);
        using var first = await VisitAsync(site, "/first");
        await origin.UntilHeldAsync(1);
        using var second = await VisitAsync(site, "/second");
        await UntilWaitingAsync(site, 1);
        using var third = await VisitAsync(site, "/third");
        await UntilWaitingAsync(site, 2);

        using var known = await VisitAsync(site, "/known", "Cookie: session=1");
        Assert.Equal(503, (await CachedSite.ReadAsync(third)).Status);
        Assert.Contains("holdfast_edge_origin_shed_total{reason=\"displaced\"} 1\n", await site.Edge.MetricsAsync());

        origin.LetAllGo();
        Assert.Equal(200, (await CachedSite.ReadAsync(known)).Status);
        Assert.Equal(200, (await CachedSite.ReadAsync(second)).Status);
        Assert.Equal(["/first", "/known", "/second"], site.Seen.Select(head => head.Split(' ')[1]));
    }

    [Fact]
    public async Task AWait_ThatIsTooLong_EndsWith503()
    {
        var origin = new HeldOrigin();
        await using var site = await SiteAsync(origin, limit: 1, queue: 2, seconds: 7);
        using var first = await VisitAsync(site, "/first");
        await origin.UntilHeldAsync(1);
        using var second = await VisitAsync(site, "/second");
        await UntilWaitingAsync(site, 1);
        site.Time.Advance(TimeSpan.FromSeconds(6));
        site.Edge.SweepDeadlines();
        Assert.Contains("holdfast_edge_origin_waiting 1\n", await site.Edge.MetricsAsync());

        site.Time.Advance(TimeSpan.FromSeconds(2));
        site.Edge.SweepDeadlines();
        Assert.Equal(503, (await CachedSite.ReadAsync(second)).Status);
        Assert.Contains("holdfast_edge_origin_shed_total{reason=\"timeout\"} 1\n", await site.Edge.MetricsAsync());

        // Whoever is under way is not touched by it.
        origin.LetAllGo();
        Assert.Equal(200, (await CachedSite.ReadAsync(first)).Status);
        Assert.Single(site.Seen);
    }

    [Fact]
    public async Task AVisitor_WhoLeavesTheQueue_IsNotAskedFor()
    {
        var origin = new HeldOrigin();
        await using var site = await SiteAsync(origin, limit: 1, queue: 5);
        using var first = await VisitAsync(site, "/first");
        await origin.UntilHeldAsync(1);
        var second = await VisitAsync(site, "/second");
        await UntilWaitingAsync(site, 1);
        using var third = await VisitAsync(site, "/third");
        await UntilWaitingAsync(site, 2);
        second.Reset();

        // After the grace that a visitor has who only stopped sending.
        await UntilWaitingAsync(site, 1);
        origin.LetAllGo();
        Assert.Equal(200, (await CachedSite.ReadAsync(first)).Status);
        Assert.Equal(200, (await CachedSite.ReadAsync(third)).Status);
        Assert.Equal(["/first", "/third"], site.Seen.Select(head => head.Split(' ')[1]));
        Assert.Contains("holdfast_edge_origin_shed_total{reason=\"visitor_left\"} 1\n", await site.Edge.MetricsAsync());
    }

    [Fact]
    public async Task AStoredResponse_FreshOrStale_IsServedWithoutWaiting()
    {
        var hold = new TaskCompletionSource();
        var held = new TaskCompletionSource();
        await using var site = await CachedSite.StartAsync(
            async (head, c) =>
            {
                if (head.StartsWith("GET /slow", StringComparison.Ordinal))
                {
                    held.TrySetResult();
                    await hold.Task;
                }

                await c.SendAsync(CachedSite.Ok("stored", "Cache-Control: max-age=10"));
            },
            Settings(limit: 1, queue: 5, seconds: 60) with
            {
                CacheProfile = CacheProfile.Standard,
            }
        );
        await site.AskAsync("GET /a");
        using var slow = await VisitAsync(site, "/slow");
        await held.Task;

        Assert.Equal("HIT", (await site.AskAsync("GET /a"))["CF-Cache-Status"]);
        site.Time.Advance(TimeSpan.FromSeconds(20));
        var stale = await site.AskAsync("GET /a");
        Assert.Equal((200, "stored", "STALE"), (stale.Status, stale.Body, stale["CF-Cache-Status"]));
        Assert.Contains("holdfast_edge_origin_shed_total{reason=\"stored\"} 1\n", await site.Edge.MetricsAsync());

        hold.SetResult();
        Assert.Equal(200, (await CachedSite.ReadAsync(slow)).Status);
        Assert.Equal(200, (await site.AskAsync("GET /a")).Status);
        Assert.Equal(3, site.Seen.Count);
    }

    [Fact]
    public async Task AResponse_OnItsWayIntoTheStore_HoldsItsPlaceToItsEnd()
    {
        var rest = new TaskCompletionSource();
        await using var site = await CachedSite.StartAsync(
            async (head, c) =>
            {
                if (head.StartsWith("GET /long", StringComparison.Ordinal))
                {
                    await c.SendAsync("HTTP/1.1 200 OK\r\nCache-Control: max-age=60\r\nContent-Length: 10\r\n\r\nfirst");
                    await rest.Task;
                    await c.SendAsync("later");
                    return;
                }

                await c.SendAsync(Ok);
            },
            Settings(limit: 1, queue: 5, seconds: 60) with
            {
                CacheProfile = CacheProfile.Standard,
            }
        );
        using var slow = await VisitAsync(site, "/long");
        await slow.ReadThroughAsync("first");
        using var next = await VisitAsync(site, "/next");
        await UntilWaitingAsync(site, 1);
        Assert.Single(site.Seen);

        rest.SetResult();
        await slow.ReadThroughAsync("later");
        Assert.Equal(200, (await CachedSite.ReadAsync(next)).Status);
    }

    [Fact]
    public async Task AWebSocket_OnceItStands_KeepsNobodyOut()
    {
        await using var site = await CachedSite.StartAsync(
            async (head, c) =>
            {
                if (head.StartsWith("GET /socket", StringComparison.Ordinal))
                {
                    await c.SendAsync("HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n");
                    await c.ReadToEndAsync();
                    return;
                }

                await c.SendAsync(Ok);
            },
            Settings(limit: 1, queue: 1, seconds: 60)
        );
        using var socket = await VisitAsync(site, "/socket", "Upgrade: websocket", "Connection: Upgrade");
        Assert.Contains(" 101 ", (await socket.ReadHeadAsync())!);
        Assert.Equal(200, (await site.AskAsync("GET /page")).Status);
    }

    [Fact]
    public async Task TwoZones_WithOneOrigin_HaveALimitEach()
    {
        var origin = new HeldOrigin();
        await using var site = await SiteAsync(origin, limit: 1, queue: 0);
        await site.Edge.PutZoneAsync("other.example", site.OriginUrl, Settings(limit: 1, queue: 0, seconds: 10));
        using var first = await VisitAsync(site, "/first");
        await origin.UntilHeldAsync(1);
        Assert.Equal(503, (await site.AskAsync("GET /second")).Status);

        using var other = await Conversation.ConnectAsync(site.Edge.Http);
        await other.SendAsync("GET / HTTP/1.1\r\nHost: other.example\r\n\r\n");
        await origin.UntilHeldAsync(2);
        origin.LetAllGo();
        Assert.Equal(200, (await CachedSite.ReadAsync(other)).Status);
        Assert.Equal(200, (await CachedSite.ReadAsync(first)).Status);
    }

    [Fact]
    public async Task ANewRelease_FindsWhatIsUnderWay()
    {
        var origin = new HeldOrigin();
        await using var site = await SiteAsync(origin, limit: 1, queue: 0);
        using var first = await VisitAsync(site, "/first");
        await origin.UntilHeldAsync(1);
        await site.Edge.PutZoneAsync("*", site.OriginUrl, Settings(limit: 1, queue: 0, seconds: 10) with { ServerTiming = true });
        Assert.Equal(503, (await site.AskAsync("GET /second")).Status);
        await site.Edge.PutZoneAsync("*", site.OriginUrl, Settings(limit: 2, queue: 0, seconds: 10));
        using var third = await VisitAsync(site, "/third");
        await origin.UntilHeldAsync(2);
        origin.LetAllGo();
        Assert.Equal(200, (await CachedSite.ReadAsync(first)).Status);
        Assert.Equal(200, (await CachedSite.ReadAsync(third)).Status);
    }

    private static ZoneSettings Settings(int limit, int queue, int seconds) =>
        new()
        {
            OriginConcurrencyLimit = limit,
            OriginQueueLength = queue,
            OriginQueueTimeoutSeconds = seconds,
        };

    private static Task<CachedSite> SiteAsync(HeldOrigin origin, int limit, int queue, int seconds = 60) =>
        CachedSite.StartAsync(origin.AnswerAsync, Settings(limit, queue, seconds));

    private static async Task<Conversation> VisitAsync(CachedSite site, string path, params string[] fields) =>
        Assert.Single(await site.VisitAsync(1, $"GET {path}", fields));

    private static async Task<List<Conversation>> VisitAsync(CachedSite site, int count)
    {
        var visitors = new List<Conversation>();
        for (var i = 0; i < count; i++)
        {
            visitors.Add(await VisitAsync(site, $"/{i}"));
        }

        return visitors;
    }

    // Takes those that were answered out of the list.
    private static async Task<List<Reply>> FirstAnswersAsync(List<Conversation> visitors, int count)
    {
        var replies = new List<Reply>();
        while (replies.Count < count)
        {
            await EdgeUnderTest.UntilAsync(() => visitors.Any(visitor => visitor.Socket.Available > 0));
            var answered = visitors.First(visitor => visitor.Socket.Available > 0);
            replies.Add(await CachedSite.ReadAsync(answered));
            visitors.Remove(answered);
            answered.Dispose();
        }

        return replies;
    }

    private static Task UntilWaitingAsync(CachedSite site, int count) =>
        EdgeUnderTest.UntilAsync(() => site.Edge.Counters.OriginWaiting == count);

    private static void InterlockedMax(ref int most, int value)
    {
        for (var seen = Volatile.Read(ref most); value > seen; seen = Volatile.Read(ref most))
        {
            Interlocked.CompareExchange(ref most, value, seen);
        }
    }

    // Answers nobody before it is told to, and counts who is there.
    private sealed class HeldOrigin
    {
        private readonly TaskCompletionSource _go = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private int _now;
        private int _most;

        public int MostAtOnce => Volatile.Read(ref _most);

        public async Task AnswerAsync(string head, Conversation visitor)
        {
            InterlockedMax(ref _most, Interlocked.Increment(ref _now));
            await _go.Task;
            Interlocked.Decrement(ref _now);
            await visitor.SendAsync(Ok);
        }

        public Task UntilHeldAsync(int count) => EdgeUnderTest.UntilAsync(() => Volatile.Read(ref _now) == count);

        public void LetAllGo() => _go.SetResult();
    }
}
