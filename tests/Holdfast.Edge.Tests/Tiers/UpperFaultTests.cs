using System.Net;
using System.Net.Sockets;
using Holdfast.Edge.Tests.Cache;
using Holdfast.Edge.Tests.Harness;
using static Holdfast.Edge.Tests.Tiers.TieredSite;

namespace Holdfast.Edge.Tests.Tiers;

/// <summary>Upper edges that fail: the origin is asked, and visitors do not notice.</summary>
public class UpperFaultTests
{
    private const string Mark = "Holdfast-Upper: edge-9;status=miss";

    [Fact]
    public async Task AnUpperEdgeThatIsNotThere_RestsAndIsTriedAgain()
    {
        await using var site = new TieredSite((_, c) => c.SendAsync(CachedSite.Ok("origin", "Cache-Control: max-age=600")));
        var at = FreePorts(1)[0];
        var lower = await site.EdgeAsync([$"http://{at}"]);
        Assert.Equal("origin", (await AskAsync(lower, "GET /1")).Body);
        Assert.Equal("origin", (await AskAsync(lower, "GET /2")).Body);
        var metrics = await lower.MetricsAsync();
        Assert.Contains("holdfast_edge_upper_requests_total{result=\"failed\"} 1\n", metrics);
        Assert.Contains("holdfast_edge_upper_requests_total{result=\"resting\"} 1\n", metrics);

        // It is back: after its rest it is asked.
        await using var back = new ScriptedOrigin(
            async c =>
            {
                while (await c.ReadHeadAsync() is not null)
                {
                    await c.SendAsync(CachedSite.Ok("upper", "Cache-Control: max-age=600", Mark));
                }
            },
            at
        );
        site.Time.Advance(TimeSpan.FromSeconds(2));
        Assert.Equal("upper", (await AskAsync(lower, "GET /3")).Body);
        Assert.Equal("upper", (await AskAsync(lower, "GET /4")).Body);
    }

    [Theory]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 7\r\n\r\nnobody!")]
    [InlineData("HTTP/1.1 530 Loop\r\nContent-Length: 4\r\n\r\nloop")]
    [InlineData("HTTP/1.1 431 Too large\r\nContent-Length: 0\r\n\r\n")]
    [InlineData("HTTP/1.1 521 Down\r\nContent-Length: 0\r\nHoldfast-Upper: edge-9;error=521\r\n\r\n")]
    [InlineData("HTTP/1.1 502 Bad\r\nContent-Length: 0\r\nHoldfast-Upper: edge-9;error=x\r\n\r\n")]
    [InlineData("no HTTP\r\n\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\nHoldfast-Upper: edge")]
    [InlineData("")]
    public async Task AnAnswerThatIsNoneOfAnUpperEdge_IsNotBelieved(string answer)
    {
        await using var site = Answering(CachedSite.Ok("origin", "Cache-Control: max-age=600"));
        await using var upper = new ScriptedOrigin(async c =>
        {
            await c.ReadHeadAsync();
            await c.SendAsync(answer);
            c.Dispose();
        });
        var lower = await site.EdgeAsync([upper.Url]);
        var reply = await AskAsync(lower, "GET /a");
        Assert.Equal(("origin", "MISS", null), (reply.Body, reply["CF-Cache-Status"], reply["Holdfast-Upper"]));
        Assert.Equal(1, upper.Connections);
    }

    [Fact]
    public async Task AnHttpsUpperEdge_WhoseCertificateNobodyVouchesFor_IsPassedOver()
    {
        await using var site = Answering(CachedSite.Ok("origin", "Cache-Control: max-age=600"));
        var upper = await site.EdgeAsync();
        var lower = await site.EdgeAsync([$"https://localhost:{upper.Https.Port}"]);

        var reply = await AskAsync(lower, "GET /a");

        Assert.Equal(("origin", "MISS", null), (reply.Body, reply["CF-Cache-Status"], reply["Holdfast-Upper"]));
        Assert.Single(site.Seen);
        Assert.Contains("holdfast_edge_upper_requests_total{result=\"answered\"} 0\n", await lower.MetricsAsync());
    }

    [Fact]
    public async Task AnUpperEdgeThatSaysNothing_IsWaitedForTwoSeconds()
    {
        await using var site = Answering(CachedSite.Ok("origin", "Cache-Control: max-age=600"));
        var asked = new TaskCompletionSource();
        await using var upper = new ScriptedOrigin(async c =>
        {
            await c.ReadHeadAsync();
            asked.SetResult();
            await c.ReadToEndAsync();
        });
        var lower = await site.EdgeAsync([upper.Url]);
        var reply = AskAsync(lower, "GET /a");
        await asked.Task;
        await site.Time.AdvanceUntilAsync(reply, TimeSpan.FromSeconds(2.5));
        Assert.Equal("origin", (await reply).Body);
    }

    [Fact]
    public async Task AnUpperEdgeThatWaitsForItsOrigin_IsWaitedForAsTheOriginIs()
    {
        await using var site = Answering(CachedSite.Ok("origin", "Cache-Control: max-age=600"));
        var go = new TaskCompletionSource();
        await using var upper = new ScriptedOrigin(async c =>
        {
            await c.ReadHeadAsync();
            await c.SendAsync("HTTP/1.1 102 Processing\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: </a.css>\r\n\r\n");
            await go.Task;
            await c.SendAsync(CachedSite.Ok("upper", "Cache-Control: max-age=600", Mark));
        });
        var lower = await site.EdgeAsync([upper.Url]);
        using var visitor = await Conversation.ConnectAsync(lower.Http);
        await visitor.SendAsync("GET /a HTTP/1.1\r\nHost: example.com\r\n\r\n");
        Assert.StartsWith("HTTP/1.1 103 ", await visitor.ReadHeadAsync());
        for (var i = 0; i < 10; i++)
        {
            site.Time.Advance(TimeSpan.FromSeconds(5));
            lower.SweepDeadlines();
        }

        go.SetResult();
        Assert.Equal("upper", (await CachedSite.ReadAsync(visitor)).Body);
        Assert.Empty(site.Seen);
    }

    [Fact]
    public async Task AConnectionThatTheUpperEdgeHasClosed_IsReplaced()
    {
        await using var site = Answering();
        var connections = 0;
        await using var upper = new ScriptedOrigin(async c =>
        {
            Interlocked.Increment(ref connections);
            await c.ReadHeadAsync();
            await c.SendAsync(CachedSite.Ok("upper", "Cache-Control: max-age=600", Mark));

            // As a process that ends while a request is on its way to it.
            if (await c.ReadHeadAsync() is not null)
            {
                c.Reset();
            }
        });
        var lower = await site.EdgeAsync([upper.Url]);
        await AskAsync(lower, "GET /1");
        await EdgeUnderTest.UntilAsync(() => lower.IdleOriginConnections == 1);
        Assert.Equal("upper", (await AskAsync(lower, "GET /2")).Body);
        Assert.Equal(2, connections);
    }

    [Theory]
    [InlineData("ETag: \"1\"", "bytes 40000-99999/100000", true)]
    [InlineData("ETag: \"2\"", "bytes 40000-99999/100000", false)]
    [InlineData("ETag: \"1\"", "bytes 40001-99999/100000", false)]
    public async Task AnUpperEdgeThatDiesInTheMiddle_IsReadOnFromTheOrigin(string tag, string range, bool whole)
    {
        var body = string.Concat(Enumerable.Range(0, 10_000).Select(i => $"{i:d9} "));
        await using var site = Answering(CachedSite.Answer("206 Partial Content", body[40_000..], tag, $"Content-Range: {range}"));
        var go = new TaskCompletionSource();
        await using var upper = new ScriptedOrigin(async c =>
        {
            await c.ReadHeadAsync();
            await c.SendAsync(
                $"HTTP/1.1 200 OK\r\nCache-Control: max-age=600\r\nETag: \"1\"\r\n{Mark}\r\nContent-Length: 100000\r\n\r\n{body[..40_000]}"
            );
            await go.Task;
            c.Reset();
        });
        var lower = await site.EdgeAsync([upper.Url]);
        using var visitor = await Conversation.ConnectAsync(lower.Http);
        await visitor.SendAsync("GET /a HTTP/1.1\r\nHost: example.com\r\nIf-None-Match: \"0\"\r\n\r\n");
        await visitor.ReadHeadAsync();
        Assert.Equal(body[..40_000], await visitor.ReadAsync(40_000));
        go.SetResult();
        if (!whole)
        {
            await visitor.ReadToEndAsync();
            Assert.Contains("GET /a", Assert.Single(site.Seen));
            return;
        }

        Assert.Equal(body[40_000..], await visitor.ReadAsync(60_000));
        var head = Assert.Single(site.Seen);
        Assert.Contains("Range: bytes=40000-\r\n", head);
        Assert.Contains("If-Range: \"1\"\r\n", head);
        Assert.DoesNotContain("If-None-Match", head);
        Assert.DoesNotContain("Holdfast-Lower", head);
        var hit = await AskAsync(lower, "GET /a");
        Assert.Equal((body, "HIT"), (hit.Body, hit["CF-Cache-Status"]));
    }

    [Fact]
    public async Task AnUpperEdgeOnItsOwnAccount_IsTheEdgeThatAsks()
    {
        await using var site = new TieredSite((_, c) => c.SendAsync(CachedSite.Ok("origin", "Cache-Control: max-age=600")));
        var at = FreePorts(1)[0];
        var edge = await site.EdgeAsync([$"http://{at}"], change: options => options with { Http = [new Hosting.EdgeSocket(null, at)] });
        Assert.Equal("origin", (await AskAsync(edge, "GET /1")).Body);
        Assert.Equal("origin", (await AskAsync(edge, "GET /2")).Body);
        Assert.Contains("holdfast_edge_upper_requests_total{result=\"refused\"} 1\n", await edge.MetricsAsync());
    }

    [Fact]
    public async Task EdgesThatAskEachOther_DoNotWaitForEachOther()
    {
        var go = new TaskCompletionSource();
        var seen = 0;
        await using var site = new TieredSite(
            async (_, c) =>
            {
                Interlocked.Increment(ref seen);
                await go.Task;
                await c.SendAsync(CachedSite.Ok("origin", "Cache-Control: max-age=600"));
            }
        );
        var at = FreePorts(2);
        var patient = new EdgeLimits { CollapseTimeout = TimeSpan.FromMinutes(10) };
        var one = await site.EdgeAsync(
            [$"http://{at[1]}"],
            change: options => options with { Http = [new Hosting.EdgeSocket(null, at[0])], Limits = patient }
        );
        var two = await site.EdgeAsync(
            [$"http://{at[0]}"],
            change: options => options with { Http = [new Hosting.EdgeSocket(null, at[1])], Limits = patient }
        );
        var asked = new[] { AskAsync(one, "GET /a"), AskAsync(two, "GET /a") };
        await EdgeUnderTest.UntilAsync(() => Volatile.Read(ref seen) >= 1 && one.Fills.Count >= 1 && two.Fills.Count >= 1);
        go.SetResult();
        Assert.All(await Task.WhenAll(asked), reply => Assert.Equal("origin", reply.Body));
    }

    [Fact]
    public async Task TheHomeOfAKey_IsTheSameForAll_AndTheNextStandsInForIt()
    {
        await using var site = new TieredSite((_, c) => c.SendAsync(CachedSite.Ok("origin", "Cache-Control: max-age=600")));
        var uppers = new[] { await site.EdgeAsync(), await site.EdgeAsync() };
        string[] urls = [.. uppers.Select(UrlOf)];
        var one = await site.EdgeAsync(urls);
        var two = await site.EdgeAsync([.. urls.Reverse()]);
        for (var i = 0; i < 20; i++)
        {
            Assert.Equal("edge-1;status=miss", (await AskAsync(one, $"GET /{i}"))["Holdfast-Upper"]);
            Assert.Equal("edge-1;status=hit", (await AskAsync(two, $"GET /{i}"))["Holdfast-Upper"]);
        }

        Assert.Equal(20, site.Seen.Count);
        foreach (var upper in uppers)
        {
            Assert.InRange((await upper.LogRecordsAsync(2)).Count, 2, 38);
        }

        await site.StopAsync(uppers[0]);
        for (var i = 20; i < 40; i++)
        {
            Assert.Equal("edge-1;status=miss", (await AskAsync(one, $"GET /{i}"))["Holdfast-Upper"]);
        }

        Assert.Equal(40, site.Seen.Count);
    }

    // Nobody listens there now.
    private static IPEndPoint[] FreePorts(int count)
    {
        Socket[] sockets =
        [
            .. Enumerable.Range(0, count).Select(_ => new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp)),
        ];
        foreach (var socket in sockets)
        {
            socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        }

        IPEndPoint[] ports = [.. sockets.Select(socket => (IPEndPoint)socket.LocalEndPoint!)];
        Array.ForEach(sockets, socket => socket.Dispose());
        return ports;
    }
}
