using System.Collections.Concurrent;
using System.Net;
using Holdfast.Edge.Tests.Harness;
using Holdfast.Edge.Tests.Http2;
using Holdfast.Model.Zones;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace Holdfast.Edge.Tests.Cache;

/// <summary>Many requests for the same at once: what the origin sees of them, and what each visitor gets.</summary>
public class CollapsingTests
{
    private const string Fresh = "Cache-Control: max-age=60";

    [Fact]
    public async Task AThousandMissesAtOnce_MakeOneOriginRequestAndStreamIt()
    {
        var head = new TaskCompletionSource();
        var rest = new TaskCompletionSource();
        await using var site = await CachedSite.StartAsync(
            async (_, c) =>
            {
                await head.Task;
                await c.SendAsync($"HTTP/1.1 200 OK\r\n{Fresh}\r\nContent-Length: 10\r\n\r\nfirst");
                await rest.Task;
                await c.SendAsync("later");
            },
            change: o => o with { Limits = o.Limits with { Connections = new() { MaxConnectionsPerAddress = 10_000 } } }
        );
        var visitors = await site.VisitAsync(1_000, "GET /a");
        await site.UntilWaitingAsync(999);
        head.SetResult();
        var heads = new List<Reply>();
        foreach (var visitor in visitors)
        {
            heads.Add(new Reply((await visitor.ReadHeadAsync())!, await visitor.ReadAsync(5)));
        }

        // Everybody has the beginning while the origin still sends.
        Assert.All(heads, reply => Assert.Equal((200, "first", "MISS"), (reply.Status, reply.Body, reply["CF-Cache-Status"])));
        Assert.Equal(999, heads.Count(reply => reply["Cache-Status"]!.Contains("fwd=uri-miss; fwd-status=200; collapsed;")));
        Assert.Single(heads, reply => reply["Cache-Status"] == "Holdfast; fwd=uri-miss; fwd-status=200; stored");
        rest.SetResult();
        foreach (var visitor in visitors)
        {
            Assert.Equal("later", await visitor.ReadAsync(5));
            visitor.Dispose();
        }

        Assert.Equal("HIT", (await site.AskAsync("GET /a"))["CF-Cache-Status"]);
        Assert.Single(site.Seen);
        var records = await site.Edge.LogRecordsAsync(1_001);
        Assert.Equal(999, records.Count(r => r.TryGetProperty("CacheCollapsed", out _)));
        Assert.Single(records, r => r.GetProperty("OriginIP").GetString() != "");
        Assert.Contains("holdfast_edge_cache_collapsed_total 999\n", await site.Edge.MetricsAsync());
    }

    [Fact]
    public async Task WhoeverComesWhileTheBodyArrives_GetsItFromItsBeginning()
    {
        var rest = new TaskCompletionSource();
        await using var site = await CachedSite.StartAsync(
            async (_, c) =>
            {
                await c.SendAsync($"HTTP/1.1 200 OK\r\n{Fresh}\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nfirst\r\n");
                await rest.Task;
                await c.SendAsync("5\r\nlater\r\n0\r\n\r\n");
            }
        );
        var first = Assert.Single(await site.VisitAsync(1, "GET /a"));
        await first.ReadThroughAsync("first\r\n");
        var second = Assert.Single(await site.VisitAsync(1, "GET /a"));
        await second.ReadThroughAsync("first\r\n");
        rest.SetResult();
        await first.ReadThroughAsync("later\r\n0\r\n\r\n");
        await second.ReadThroughAsync("later\r\n0\r\n\r\n");
        Assert.Single(site.Seen);
    }

    [Fact]
    public async Task AVisitorThatDoesNotRead_HoldsNobodyBack()
    {
        var body = new string('x', 16_000_000);
        await using var site = await CachedSite.AnsweringAsync(CachedSite.Ok(body, Fresh));

        // The first is the one whose request goes to the origin.
        var slow = Assert.Single(await site.VisitAsync(1, "GET /a"));
        await site.UntilSeenAsync(1);
        Assert.Equal(body, (await site.AskAsync("GET /a")).Body);
        Assert.Equal("HIT", (await site.AskAsync("HEAD /a"))["CF-Cache-Status"]);
        Assert.Equal(body, (await CachedSite.ReadAsync(slow)).Body);
        Assert.Single(site.Seen);
    }

    [Fact]
    public async Task TheFirstVisitorLeaves_BeforeTheAnswer_TheOthersGetItAllTheSame()
    {
        var go = new TaskCompletionSource();
        await using var site = await CachedSite.StartAsync(
            async (_, c) =>
            {
                await go.Task;
                await c.SendAsync(CachedSite.Ok("hello", Fresh));
            }
        );
        var first = Assert.Single(await site.VisitAsync(1, "GET /a"));
        await site.UntilSeenAsync(1);
        var others = await site.VisitAsync(3, "GET /a");
        await site.UntilWaitingAsync(3);
        first.Reset();

        // Longer than a request whose visitor has gone is kept for its own sake.
        site.Time.Advance(TimeSpan.FromSeconds(8));
        go.SetResult();
        foreach (var other in others)
        {
            Assert.Equal("hello", (await CachedSite.ReadAsync(other)).Body);
        }

        Assert.Single(site.Seen);
    }

    [Fact]
    public async Task TheFirstVisitorLeaves_WithinTheBody_ItIsStoredAllTheSame()
    {
        var rest = new TaskCompletionSource();
        await using var site = await CachedSite.StartAsync(
            async (_, c) =>
            {
                await c.SendAsync($"HTTP/1.1 200 OK\r\n{Fresh}\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nfirst\r\n");
                await rest.Task;
                await c.SendAsync("5\r\nlater\r\n0\r\n\r\n");
            }
        );
        var first = Assert.Single(await site.VisitAsync(1, "GET /a"));
        await first.ReadThroughAsync("first\r\n");
        first.Reset();
        rest.SetResult();
        await EdgeUnderTest.UntilAsync(() => site.Edge.Fills.Count == 0);
        var reply = await site.AskAsync("GET /a");
        Assert.Equal((200, "firstlater", "HIT"), (reply.Status, reply.Body, reply["CF-Cache-Status"]));
        Assert.Single(site.Seen);
    }

    [Theory]
    [InlineData("Cache-Control: no-store")]
    [InlineData("Cache-Control: private, max-age=60")]
    [InlineData("Set-Cookie: a=b")]
    [InlineData("Cache-Control: no-cache", "ETag: \"1\"")]
    public async Task AnAnswerForOneRequestOnly_LetsTheOthersGoAtOnce(params string[] fields)
    {
        const int Others = 20;
        var first = new TaskCompletionSource();
        var rest = new TaskCompletionSource();
        await using var site = await CachedSite.StartAsync(
            async (number, _, c) =>
            {
                await (number == 1 ? first.Task : rest.Task);
                await c.SendAsync(CachedSite.Ok("own", fields));
            }
        );
        var visitors = await site.VisitAsync(Others + 1, "GET /a");
        await site.UntilWaitingAsync(Others);
        await site.UntilSeenAsync(1);
        Assert.Single(site.Seen);
        first.SetResult();

        // All of them are at the origin before it has answered any.
        await site.UntilSeenAsync(Others + 1);
        var more = await site.VisitAsync(Others, "GET /a");

        // And who comes now does not wait in vain.
        await site.UntilSeenAsync((2 * Others) + 1);
        rest.SetResult();
        var replies = new List<Reply>();
        foreach (var visitor in visitors.Concat(more))
        {
            replies.Add(await CachedSite.ReadAsync(visitor));
        }

        Assert.All(replies, reply => Assert.Equal("own", reply.Body));
        Assert.Equal(Others, replies.Count(reply => reply["Cache-Status"]!.Contains("; collapsed=?0")));
    }

    [Fact]
    public async Task AFillThatBreaksOff_BreaksOffEverybodyAndIsNotStored()
    {
        var cut = new TaskCompletionSource();
        var asked = 0;
        await using var site = await CachedSite.StartAsync(
            async (_, c) =>
            {
                if (Interlocked.Increment(ref asked) > 1)
                {
                    await c.SendAsync(CachedSite.Ok("whole", Fresh));
                    return;
                }

                await c.SendAsync($"HTTP/1.1 200 OK\r\n{Fresh}\r\nContent-Length: 10\r\n\r\nfirst");
                await cut.Task;
                c.Dispose();
            }
        );
        var visitors = await site.VisitAsync(5, "GET /a");
        foreach (var visitor in visitors)
        {
            await visitor.ReadThroughAsync("first");
        }

        cut.SetResult();
        foreach (var visitor in visitors)
        {
            Assert.Equal("", await visitor.ReadToEndAsync());
        }

        Assert.Equal("whole", (await site.AskAsync("GET /a")).Body);
        var records = await site.Edge.LogRecordsAsync(6);
        Assert.Equal(5, records.Count(r => r.TryGetProperty("ErrorCode", out var code) && code.GetInt32() == 520));
    }

    [Fact]
    public async Task AnOriginThatGivesNoAnswer_FailsEverybodyWithOneRequest()
    {
        var go = new TaskCompletionSource();
        await using var site = await CachedSite.StartAsync(
            async (_, c) =>
            {
                await go.Task;
                c.Dispose();
            }
        );
        var visitors = await site.VisitAsync(10, "GET /a");
        await site.UntilWaitingAsync(9);
        go.SetResult();
        foreach (var visitor in visitors)
        {
            Assert.Equal(520, (await CachedSite.ReadAsync(visitor)).Status);
        }

        Assert.Single(site.Seen);
    }

    [Fact]
    public async Task WhoeverHasWaitedTooLong_AsksTheOriginItself()
    {
        var hang = new TaskCompletionSource();
        await using var site = await CachedSite.StartAsync(
            async (number, _, c) =>
            {
                if (number == 1)
                {
                    await hang.Task;
                }

                await c.SendAsync(CachedSite.Ok("hello", Fresh));
            }
        );
        var visitors = await site.VisitAsync(1, "GET /a");
        await site.UntilSeenAsync(1);
        visitors.AddRange(await site.VisitAsync(2, "GET /a"));
        await site.UntilWaitingAsync(2);
        site.Time.Advance(TimeSpan.FromSeconds(9));
        Assert.Single(site.Seen);
        site.Time.Advance(TimeSpan.FromSeconds(2));
        foreach (var visitor in visitors[1..])
        {
            var reply = await CachedSite.ReadAsync(visitor);
            Assert.Equal("hello", reply.Body);
            Assert.Contains("; collapsed=?0", reply["Cache-Status"]);
        }

        hang.SetResult();
        Assert.Equal("hello", (await CachedSite.ReadAsync(visitors[0])).Body);
        Assert.Equal(3, site.Seen.Count);
    }

    [Fact]
    public async Task VariantsOfOneKey_AreFetchedOnceEach()
    {
        var go = new TaskCompletionSource();
        await using var site = await CachedSite.StartAsync(
            async (head, c) =>
            {
                await go.Task;
                var language = head.Split("\r\n").Single(l => l.StartsWith("Accept-Language", StringComparison.Ordinal))[17..];
                await c.SendAsync(CachedSite.Ok(language, Fresh, "Vary: Accept-Language"));
            }
        );
        var visitors = new List<(string Language, Conversation Visitor)>();
        foreach (var language in (string[])["de", "en", "fr"])
        {
            visitors.AddRange((await site.VisitAsync(5, "GET /a", $"Accept-Language: {language}")).Select(v => (language, v)));
        }

        await site.UntilWaitingAsync(14);
        await site.UntilSeenAsync(1);
        Assert.Single(site.Seen);
        go.SetResult();
        foreach (var (language, visitor) in visitors)
        {
            Assert.Equal(language, (await CachedSite.ReadAsync(visitor)).Body);
        }

        Assert.Equal(3, site.Seen.Count);
    }

    [Fact]
    public async Task ManyForAStaleResponse_AreAnsweredByOneRevalidation()
    {
        var go = new TaskCompletionSource();
        var asked = 0;
        await using var site = await CachedSite.StartAsync(
            async (_, c) =>
            {
                if (Interlocked.Increment(ref asked) == 1)
                {
                    await c.SendAsync(CachedSite.Ok("hello", "Cache-Control: max-age=30", "ETag: \"1\""));
                    return;
                }

                await go.Task;
                await c.SendAsync("HTTP/1.1 304 Not Modified\r\nETag: \"1\"\r\n\r\n");
            }
        );
        await site.AskAsync("GET /a");
        site.Time.Advance(TimeSpan.FromSeconds(60));
        var visitors = await site.VisitAsync(10, "GET /a");
        visitors.AddRange(await site.VisitAsync(1, "GET /a", "If-None-Match: \"1\""));
        visitors.AddRange(await site.VisitAsync(1, "GET /a", "Range: bytes=1-2"));
        await site.UntilWaitingAsync(11);
        go.SetResult();
        foreach (var visitor in visitors[..10])
        {
            var reply = await CachedSite.ReadAsync(visitor);
            Assert.Equal((200, "hello", "REVALIDATED"), (reply.Status, reply.Body, reply["CF-Cache-Status"]));
        }

        Assert.Equal(304, (await CachedSite.ReadAsync(visitors[10])).Status);
        var part = await CachedSite.ReadAsync(visitors[11]);
        Assert.Equal((206, "el"), (part.Status, part.Body));
        Assert.Equal(2, site.Seen.Count);
        Assert.Contains("holdfast_edge_cache_revalidations_total{result=\"confirmed\"} 1\n", await site.Edge.MetricsAsync());
    }

    [Fact]
    public async Task ManyForAStaleResponse_WhenTheOriginFails_GetItOrTheErrorEachByItsRules()
    {
        var fail = new TaskCompletionSource();
        var stored = new ConcurrentDictionary<string, bool>();
        await using var site = await CachedSite.StartAsync(
            async (head, c) =>
            {
                var path = head.Split(' ')[1];
                if (stored.TryAdd(path, true))
                {
                    await c.SendAsync(CachedSite.Ok("old", $"Cache-Control: max-age=5{(path == "/strict" ? ", must-revalidate" : "")}"));
                    return;
                }

                await fail.Task;
                c.Dispose();
            }
        );
        await site.AskAsync("GET /kept");
        await site.AskAsync("GET /strict");
        site.Time.Advance(TimeSpan.FromSeconds(60));
        var kept = await site.VisitAsync(4, "GET /kept");
        var strict = await site.VisitAsync(4, "GET /strict");
        await site.UntilWaitingAsync(6);
        fail.SetResult();
        foreach (var visitor in kept)
        {
            var reply = await CachedSite.ReadAsync(visitor);
            Assert.Equal((200, "old", "STALE"), (reply.Status, reply.Body, reply["CF-Cache-Status"]));
            Assert.Null(reply["Warning"]);
        }

        foreach (var visitor in strict)
        {
            Assert.Equal(520, (await CachedSite.ReadAsync(visitor)).Status);
        }

        // A request that another connection may have brought is sent once more where there is nothing to fall back on.
        Assert.InRange(site.Seen.Count, 4, 5);
    }

    [Fact]
    public async Task AnErrorDuringARevalidation_IsReplacedForEverybodyWithinStaleIfError()
    {
        var go = new TaskCompletionSource();
        var asked = 0;
        await using var site = await CachedSite.StartAsync(
            async (_, c) =>
            {
                if (Interlocked.Increment(ref asked) == 1)
                {
                    await c.SendAsync(CachedSite.Ok("old", "Cache-Control: max-age=5, stale-if-error=600"));
                    return;
                }

                await go.Task;
                await c.SendAsync(CachedSite.Answer("503 Service Unavailable", "oops"));
            }
        );
        await site.AskAsync("GET /a");
        site.Time.Advance(TimeSpan.FromSeconds(60));
        var visitors = await site.VisitAsync(5, "GET /a");
        await site.UntilWaitingAsync(4);
        go.SetResult();
        foreach (var visitor in visitors)
        {
            var reply = await CachedSite.ReadAsync(visitor);
            Assert.Equal((200, "old", "STALE"), (reply.Status, reply.Body, reply["CF-Cache-Status"]));
            Assert.Contains("fwd-status=503", reply["Cache-Status"]);
        }

        Assert.Equal(2, site.Seen.Count);
    }

    [Fact]
    public async Task HeadRangesAndConditions_WaitForTheFillAndAreAnsweredFromIt()
    {
        var go = new TaskCompletionSource();
        await using var site = await CachedSite.StartAsync(
            async (_, c) =>
            {
                await go.Task;
                await c.SendAsync(CachedSite.Ok("hello", Fresh, "ETag: \"1\""));
            }
        );
        var first = Assert.Single(await site.VisitAsync(1, "GET /a"));
        await site.UntilSeenAsync(1);
        var head = Assert.Single(await site.VisitAsync(1, "HEAD /a"));
        var part = Assert.Single(await site.VisitAsync(1, "GET /a", "Range: bytes=1-3"));
        var same = Assert.Single(await site.VisitAsync(1, "GET /a", "If-None-Match: \"1\""));
        await site.UntilWaitingAsync(3);
        go.SetResult();
        Assert.Equal("hello", (await CachedSite.ReadAsync(first)).Body);
        var headReply = await CachedSite.ReadAsync(head, toHead: true);
        Assert.Equal((200, "5"), (headReply.Status, headReply["Content-Length"]));
        var partReply = await CachedSite.ReadAsync(part);
        Assert.Equal((206, "ell", "bytes 1-3/5"), (partReply.Status, partReply.Body, partReply["Content-Range"]));
        Assert.Equal(304, (await CachedSite.ReadAsync(same)).Status);
        Assert.Single(site.Seen);
    }

    [Fact]
    public async Task ARangeThatComesFirst_MakesNobodyWait()
    {
        var go = new TaskCompletionSource();
        await using var site = await CachedSite.StartAsync(
            async (head, c) =>
            {
                if (head.Contains("Range:", StringComparison.Ordinal))
                {
                    await go.Task;
                }

                await c.SendAsync(CachedSite.Ok("hello", Fresh));
            }
        );
        var part = Assert.Single(await site.VisitAsync(1, "GET /a", "Range: bytes=1-3"));
        await site.UntilSeenAsync(1);
        Assert.Equal("hello", (await site.AskAsync("GET /a")).Body);
        go.SetResult();
        await CachedSite.ReadAsync(part);
    }

    [Fact]
    public async Task AnUnsafeRequestMeanwhile_KeepsTheFillOutOfTheStore()
    {
        var go = new TaskCompletionSource();
        await using var site = await CachedSite.StartAsync(
            async (number, head, c) =>
            {
                if (head.StartsWith("POST", StringComparison.Ordinal))
                {
                    await c.SendAsync(CachedSite.Ok("done"));
                    return;
                }

                if (number == 1)
                {
                    await go.Task;
                    await c.SendAsync(CachedSite.Ok("before", Fresh));
                    return;
                }

                await c.SendAsync(CachedSite.Ok("after", Fresh));
            }
        );
        var first = Assert.Single(await site.VisitAsync(1, "GET /a"));
        await site.UntilSeenAsync(1);
        await site.AskAsync("POST /a", "Content-Length: 0");
        Assert.Equal("after", (await site.AskAsync("GET /a")).Body);
        go.SetResult();
        Assert.Equal("before", (await CachedSite.ReadAsync(first)).Body);
        Assert.Equal("after", (await site.AskAsync("GET /a")).Body);
    }

    [Fact]
    public async Task AnEdgeThatStops_DoesNotWaitForAFillThatHangs()
    {
        var hang = new TaskCompletionSource();
        var site = await CachedSite.StartAsync(
            async (_, c) =>
            {
                await c.SendAsync($"HTTP/1.1 200 OK\r\n{Fresh}\r\nContent-Length: 10\r\n\r\nfirst");
                await hang.Task;
            }
        );
        var visitor = Assert.Single(await site.VisitAsync(1, "GET /a"));
        await visitor.ReadThroughAsync("first");
        visitor.Reset();
        var stopping = site.DisposeAsync().AsTask();
        await site.Time.AdvanceUntilAsync(stopping, TimeSpan.FromSeconds(6));
        hang.SetResult();
    }

    [Fact]
    public async Task OverHttp2OnBothSides_OneStreamOfTheOriginServesAll()
    {
        var asked = 0;
        var go = new TaskCompletionSource();
        await using var origin = await KestrelOrigin.StartAsync(
            HttpProtocols.Http2,
            tls: false,
            async context =>
            {
                Interlocked.Increment(ref asked);
                await go.Task;
                context.Response.Headers.CacheControl = "max-age=60";
                await context.Response.WriteAsync(new string('x', 100_000));
            }
        );
        await using var edge = await EdgeUnderTest.InFrontOfAsync(origin.Url, new ZoneSettings { CacheProfile = CacheProfile.Standard });
        using var client = new HttpClient(
            new SocketsHttpHandler { SslOptions = { RemoteCertificateValidationCallback = (_, _, _, _) => true } }
        )
        {
            DefaultRequestVersion = HttpVersion.Version20,
            DefaultVersionPolicy = HttpVersionPolicy.RequestVersionExact,
        };
        var url = new Uri($"https://127.0.0.1:{edge.Https.Port}/a");
        var visits = Enumerable.Range(0, 50).Select(_ => client.GetStringAsync(url, TestContext.Current.CancellationToken)).ToArray();
        await EdgeUnderTest.UntilAsync(() => edge.Fills.Waiting == 49);
        go.SetResult();
        Assert.All(await Task.WhenAll(visits), body => Assert.Equal(100_000, body.Length));
        Assert.Equal(1, asked);
    }
}
