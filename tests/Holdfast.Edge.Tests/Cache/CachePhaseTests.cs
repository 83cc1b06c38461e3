using Holdfast.Edge.Tests.Harness;
using Holdfast.Model.Zones;

namespace Holdfast.Edge.Tests.Cache;

/// <summary>The cache in a whole edge: what visitor and origin see of it.</summary>
public class CachePhaseTests
{
    [Fact]
    public async Task AHit_TouchesNoOriginAndSaysSo()
    {
        await using var site = await CachedSite.AnsweringAsync(
            CachedSite.Ok("hello", "Cache-Control: max-age=60", "X-Own: v", "Connection: X-Hop", "X-Hop: 1")
        );
        var miss = await site.AskAsync("GET /a");
        site.Time.Advance(TimeSpan.FromSeconds(10));
        var hit = await site.AskAsync("GET /a");

        Assert.Equal(("hello", "MISS"), (miss.Body, miss["CF-Cache-Status"]));
        Assert.Equal("Holdfast; fwd=uri-miss; fwd-status=200; stored", miss["Cache-Status"]);
        Assert.NotNull(miss["Date"]);
        Assert.Equal(("hello", "HIT", "v"), (hit.Body, hit["CF-Cache-Status"], hit["X-Own"]));
        Assert.StartsWith("Holdfast; hit; ttl=", hit["Cache-Status"]);
        Assert.InRange(int.Parse(hit["Age"]!, System.Globalization.CultureInfo.InvariantCulture), 10, 30);
        Assert.Equal(miss["Date"], hit["Date"]);
        Assert.Equal("1.1 holdfast", hit["Via"]);
        Assert.NotNull(hit["CF-Ray"]);
        Assert.NotEqual(miss["CF-Ray"], hit["CF-Ray"]);
        Assert.Null(hit["X-Hop"]);
        Assert.Single(site.Seen);

        var records = await site.Edge.LogRecordsAsync(2);
        Assert.Single(records, r => r.GetProperty("CacheCacheStatus").GetString() == "miss");
        var served = Assert.Single(records, r => r.GetProperty("CacheCacheStatus").GetString() == "hit");
        Assert.Equal("", served.GetProperty("OriginIP").GetString());
    }

    [Fact]
    public async Task AMiss_StreamsToTheVisitorWhileItIsStored()
    {
        var go = new TaskCompletionSource();
        await using var site = await CachedSite.StartAsync(
            async (_, c) =>
            {
                await c.SendAsync("HTTP/1.1 200 OK\r\nCache-Control: max-age=60\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nfirst\r\n");
                await go.Task;
                await c.SendAsync("6\r\nsecond\r\n0\r\n\r\n");
            }
        );
        using var visitor = await Conversation.ConnectAsync(site.Edge.Http);
        await visitor.SendAsync("GET /a HTTP/1.1\r\nHost: example.com\r\n\r\n");
        await visitor.ReadThroughAsync("first\r\n");
        go.SetResult();
        await visitor.ReadThroughAsync("0\r\n\r\n");

        var hit = await site.AskAsync("GET /a");
        Assert.Equal(("firstsecond", "HIT", "11"), (hit.Body, hit["CF-Cache-Status"], hit["Content-Length"]));
    }

    [Fact]
    public async Task Trailers_OfAMissPass_AndAreNotStored()
    {
        await using var site = await CachedSite.StartAsync(
            (_, c) =>
                c.SendAsync(
                    "HTTP/1.1 200 OK\r\nCache-Control: max-age=60\r\nTransfer-Encoding: chunked\r\nTrailer: X-Sum\r\n\r\n"
                        + "5\r\nhello\r\n0\r\nX-Sum: 1\r\n\r\n"
                )
        );
        using var visitor = await Conversation.ConnectAsync(site.Edge.Http);
        await visitor.SendAsync("GET /a HTTP/1.1\r\nHost: example.com\r\nTE: trailers\r\nConnection: TE\r\n\r\n");
        await visitor.ReadThroughAsync("5\r\nhello\r\n0\r\nX-Sum: 1\r\n\r\n");

        await visitor.SendAsync("GET /a HTTP/1.1\r\nHost: example.com\r\nTE: trailers\r\nConnection: TE, close\r\n\r\n");
        var hit = await visitor.ReadToEndAsync();
        Assert.Contains("\r\nCF-Cache-Status: HIT\r\n", hit, StringComparison.Ordinal);
        Assert.EndsWith("\r\n\r\nhello", hit, StringComparison.Ordinal);
        Assert.DoesNotContain("X-Sum", hit, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("HTTP/1.1 200 OK\r\nCache-Control: max-age=60\r\nContent-Length: 9\r\n\r\nhalf")]
    [InlineData("HTTP/1.1 200 OK\r\nCache-Control: max-age=60\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nhalf\r\n")]
    public async Task ABodyCutShort_IsNotStored(string cut)
    {
        var asked = 0;
        await using var site = await CachedSite.StartAsync(
            async (_, c) =>
            {
                if (Interlocked.Increment(ref asked) > 1)
                {
                    await c.SendAsync(CachedSite.Ok("whole"));
                    return;
                }

                await c.SendAsync(cut);
                c.Dispose();
            }
        );
        using var visitor = await Conversation.ConnectAsync(site.Edge.Http);
        await visitor.SendAsync("GET /a HTTP/1.1\r\nHost: example.com\r\n\r\n");
        await visitor.ReadToEndAsync();
        Assert.Equal("whole", (await site.AskAsync("GET /a")).Body);
    }

    [Fact]
    public async Task AStaleResponse_IsRevalidatedWithItsValidators()
    {
        await using var site = await CachedSite.AnsweringAsync(
            CachedSite.Ok("hello", "Cache-Control: max-age=5", "ETag: \"1\"", "X-Own: old"),
            "HTTP/1.1 304 Not Modified\r\nETag: \"1\"\r\nX-Own: new\r\n\r\n"
        );
        await site.AskAsync("GET /a");
        site.Time.Advance(TimeSpan.FromSeconds(60));
        var reply = await site.AskAsync("GET /a", "If-None-Match: \"2\"", "Range: bytes=1-2");
        Assert.Equal((206, "el", "bytes 1-2/5"), (reply.Status, reply.Body, reply["Content-Range"]));
        Assert.Equal(("REVALIDATED", "new"), (reply["CF-Cache-Status"], reply["X-Own"]));
        Assert.Contains("If-None-Match: \"1\"\r\n", site.Seen[1]);
        Assert.DoesNotContain("Range:", site.Seen[1]);
        Assert.Equal("HIT", (await site.AskAsync("GET /a"))["CF-Cache-Status"]);
    }

    [Fact]
    public async Task ANewAnswerThatTheVisitorHas_Is304AndStoredAllTheSame()
    {
        var body = new string('x', 100_000);
        await using var site = await CachedSite.AnsweringAsync(
            CachedSite.Ok("hello", "Cache-Control: max-age=5", "ETag: \"1\""),
            CachedSite.Ok(body, "Cache-Control: max-age=600", "ETag: \"2\"", "Content-Type: text/plain")
        );
        await site.AskAsync("GET /a");
        site.Time.Advance(TimeSpan.FromSeconds(60));
        var reply = await site.AskAsync("GET /a", "If-None-Match: \"2\"");
        Assert.Equal((304, "\"2\"", null), (reply.Status, reply["ETag"], reply["Content-Type"]));

        // From the store, or from the body that still arrives for it: the origin is not asked again.
        Assert.Equal(body, (await site.AskAsync("GET /a")).Body);
        Assert.Equal(2, site.Seen.Count);
    }

    [Fact]
    public async Task StaleWhileRevalidate_AnswersAtOnceAndAsksBehind()
    {
        var go = new TaskCompletionSource();
        var asked = 0;
        await using var site = await CachedSite.StartAsync(
            async (_, c) =>
            {
                if (Interlocked.Increment(ref asked) == 1)
                {
                    await c.SendAsync(CachedSite.Ok("old", "Cache-Control: max-age=5, stale-while-revalidate=600"));
                    return;
                }

                await go.Task;
                await c.SendAsync(CachedSite.Ok("new", "Cache-Control: max-age=600"));
            }
        );
        await site.AskAsync("GET /a", "X-Own: 1");
        site.Time.Advance(TimeSpan.FromSeconds(60));

        // The origin does not answer yet, and nobody waits for it: neither the first who meets the stale response nor the second.
        var first = await site.AskAsync("GET /a", "X-Own: 2");
        var second = await site.AskAsync("GET /a");
        Assert.Equal(("old", "UPDATING"), (first.Body, first["CF-Cache-Status"]));
        Assert.Equal(("old", "UPDATING"), (second.Body, second["CF-Cache-Status"]));
        go.SetResult();
        Reply last;
        do
        {
            last = await site.AskAsync("GET /a");
        } while (last.Body == "old");

        Assert.Equal(("new", "HIT"), (last.Body, last["CF-Cache-Status"]));
        Assert.Equal(2, site.Seen.Count);
        Assert.Contains("X-Own: 2\r\n", site.Seen[1]);
    }

    [Fact]
    public async Task AnOriginThatClosesWithoutAWord_IsAskedOnceAndTheStaleResponseServed()
    {
        await using var site = await CachedSite.AnsweringAsync(CachedSite.Ok("hello", "Cache-Control: max-age=5"), "", "");
        await site.AskAsync("GET /a");
        site.Time.Advance(TimeSpan.FromSeconds(60));
        var reply = await site.AskAsync("GET /a");
        Assert.Equal((200, "hello", "STALE"), (reply.Status, reply.Body, reply["CF-Cache-Status"]));
        Assert.Contains("detail=disconnected", reply["Cache-Status"]);
        Assert.Equal(2, site.Seen.Count);
    }

    [Fact]
    public async Task AnOriginThatIsDown_LeavesTheStaleResponseUnlessItIsForbidden()
    {
        var site = await CachedSite.AnsweringAsync(
            CachedSite.Ok("kept", "Cache-Control: max-age=5"),
            CachedSite.Ok("strict", "Cache-Control: max-age=5, must-revalidate")
        );
        await using (site)
        {
            await site.AskAsync("GET /kept");
            await site.AskAsync("GET /strict");
            await site.StopOriginAsync();
            site.Time.Advance(TimeSpan.FromSeconds(60));
            var kept = await site.AskAsync("GET /kept");
            Assert.Equal((200, "kept", "STALE"), (kept.Status, kept.Body, kept["CF-Cache-Status"]));
            Assert.InRange((await site.AskAsync("GET /strict")).Status, 502, 599);
        }
    }

    [Fact]
    public async Task AnErrorWithinStaleIfError_IsReplaced()
    {
        await using var site = await CachedSite.AnsweringAsync(
            CachedSite.Ok("hello", "Cache-Control: max-age=5, stale-if-error=600"),
            CachedSite.Answer("503 Service Unavailable", "oops")
        );
        await site.AskAsync("GET /a");
        site.Time.Advance(TimeSpan.FromSeconds(60));
        var reply = await site.AskAsync("GET /a");
        Assert.Equal((200, "hello", "STALE"), (reply.Status, reply.Body, reply["CF-Cache-Status"]));
        Assert.Contains("fwd-status=503", reply["Cache-Status"]);
    }

    [Fact]
    public async Task A304AboutSomethingElse_IsAskedAgain()
    {
        await using var site = await CachedSite.AnsweringAsync(
            CachedSite.Ok("hello", "Cache-Control: max-age=5", "ETag: \"1\""),
            "HTTP/1.1 304 Not Modified\r\nETag: \"2\"\r\n\r\n",
            CachedSite.Ok("other", "ETag: \"2\"")
        );
        await site.AskAsync("GET /a");
        site.Time.Advance(TimeSpan.FromSeconds(60));
        Assert.Equal("other", (await site.AskAsync("GET /a")).Body);
        Assert.DoesNotContain("If-None-Match", site.Seen[2]);
        Assert.Single(site.Seen[2].Split("\r\n"), l => l.StartsWith("Via:", StringComparison.Ordinal));
    }

    [Fact]
    public async Task HeadRangesAndConditions_AreAnsweredFromTheStore()
    {
        await using var site = await CachedSite.AnsweringAsync(
            CachedSite.Ok("hello", "Cache-Control: max-age=60", "ETag: \"1\"", "Content-Type: text/plain")
        );
        await site.AskAsync("GET /a");
        var head = await site.AskAsync("HEAD /a");
        Assert.Equal((200, "5", "HIT"), (head.Status, head["Content-Length"], head["CF-Cache-Status"]));
        var part = await site.AskAsync("GET /a", "Range: bytes=-2");
        Assert.Equal((206, "lo", "bytes 3-4/5", "2"), (part.Status, part.Body, part["Content-Range"], part["Content-Length"]));
        var none = await site.AskAsync("GET /a", "Range: bytes=9-");
        Assert.Equal((416, "", "bytes */5"), (none.Status, none.Body, none["Content-Range"]));
        var same = await site.AskAsync("GET /a", "If-None-Match: \"1\"");
        Assert.Equal((304, null, null), (same.Status, same["Content-Type"], same["Content-Length"]));
        Assert.Single(site.Seen);
    }

    [Fact]
    public async Task AnUnsafeMethod_InvalidatesWhatIsStored()
    {
        await using var site = await CachedSite.AnsweringAsync(
            CachedSite.Ok("hello", "Cache-Control: max-age=60"),
            CachedSite.Ok("done"),
            CachedSite.Ok("other")
        );
        await site.AskAsync("GET /a");
        var post = await site.AskAsync("POST /a", "Content-Length: 0");
        Assert.Equal("DYNAMIC", post["CF-Cache-Status"]);
        Assert.Equal("other", (await site.AskAsync("GET /a")).Body);
    }

    [Fact]
    public async Task AGetWithABody_IsNeitherStoredNorAnsweredFromTheStore()
    {
        await using var site = await CachedSite.StartAsync(
            async (head, c) =>
                await c.SendAsync(
                    CachedSite.Ok(head.Contains("Content-Length: 4") ? $"for {await c.ReadAsync(4)}" : "plain", "Cache-Control: max-age=60")
                )
        );
        Assert.Equal("for evil", (await site.AskWithBodyAsync("GET /a", "evil", "Content-Length: 4")).Body);
        var plain = await site.AskAsync("GET /a");
        Assert.Equal(("plain", "MISS"), (plain.Body, plain["CF-Cache-Status"]));
        Assert.Equal("for good", (await site.AskWithBodyAsync("GET /a", "good", "Content-Length: 4")).Body);
    }

    [Fact]
    public async Task AnEdgeThatStops_DoesNotWaitForARevalidationThatHangs()
    {
        var asked = 0;
        var hang = new TaskCompletionSource();
        var site = await CachedSite.StartAsync(
            async (_, c) =>
            {
                if (Interlocked.Increment(ref asked) > 1)
                {
                    await hang.Task;
                }

                await c.SendAsync(CachedSite.Ok("old", "Cache-Control: max-age=5, stale-while-revalidate=600"));
            }
        );
        await site.AskAsync("GET /a");
        site.Time.Advance(TimeSpan.FromSeconds(60));
        await site.AskAsync("GET /a");
        await EdgeUnderTest.UntilAsync(() => site.Seen.Count == 2);
        var stopping = site.DisposeAsync().AsTask();
        await site.Time.AdvanceUntilAsync(stopping, TimeSpan.FromSeconds(6));
        hang.SetResult();
    }

    [Fact]
    public async Task ANewRelease_LeavesWhatIsStored()
    {
        await using var site = await CachedSite.AnsweringAsync(CachedSite.Ok("hello", "Cache-Control: max-age=60"));
        await site.AskAsync("GET /a");
        await site.Edge.PutZoneAsync("*", site.OriginUrl, new ZoneSettings { CacheProfile = CacheProfile.Standard, ServerTiming = true });
        var hit = await site.AskAsync("GET /a");
        Assert.Equal(("hello", "HIT", "2"), (hit.Body, hit["CF-Cache-Status"], hit["Holdfast-Generation"]));
    }

    [Fact]
    public async Task OnlyIfCached_WithNothingStored_Is504()
    {
        await using var site = await CachedSite.AnsweringAsync();
        var reply = await site.AskAsync("GET /a", "Cache-Control: only-if-cached");
        Assert.Equal((504, "Holdfast; detail=only-if-cached"), (reply.Status, reply["Cache-Status"]));
        Assert.Empty(site.Seen);
    }

    [Fact]
    public async Task AnInterimResponse_IsPassedOnAndNotTakenForTheAnswer()
    {
        await using var site = await CachedSite.AnsweringAsync(
            "HTTP/1.1 103 Early Hints\r\nLink: </a.css>\r\n\r\n" + CachedSite.Ok("hello", "Cache-Control: max-age=60")
        );
        using var visitor = await Conversation.ConnectAsync(site.Edge.Http);
        await visitor.SendAsync("GET /a HTTP/1.1\r\nHost: example.com\r\n\r\n");
        Assert.StartsWith("HTTP/1.1 103", await visitor.ReadHeadAsync());
        Assert.Equal("hello", (await CachedSite.ReadAsync(visitor)).Body);
        var hit = await site.AskAsync("GET /a");
        Assert.Equal((200, "hello", "HIT"), (hit.Status, hit.Body, hit["CF-Cache-Status"]));
    }

    [Fact]
    public async Task UpstreamsCacheStatus_StaysBeforeOurs()
    {
        await using var site = await CachedSite.AnsweringAsync(
            CachedSite.Ok("hello", "Cache-Status: Upper; hit", "CF-Cache-Status: HIT", "Cloudflare-CDN-Cache-Control: max-age=60")
        );
        var reply = await site.AskAsync("GET /a");
        Assert.Equal("Upper; hit, Holdfast; fwd=uri-miss; fwd-status=200; stored", reply["Cache-Status"]);
        Assert.Equal(("MISS", null), (reply["CF-Cache-Status"], reply["Cloudflare-CDN-Cache-Control"]));
    }

    [Fact]
    public async Task ProfileCloudflare_IsTheDefaultAndCachesByExtension()
    {
        var asked = 0;
        await using var site = await CachedSite.StartAsync(
            (_, c) => c.SendAsync(CachedSite.Ok($"{Interlocked.Increment(ref asked)}")),
            new ZoneSettings()
        );
        Assert.Equal("DYNAMIC", (await site.AskAsync("GET /page"))["CF-Cache-Status"]);
        Assert.Equal("DYNAMIC", (await site.AskAsync("GET /page"))["CF-Cache-Status"]);
        Assert.Equal("MISS", (await site.AskAsync("GET /a.css"))["CF-Cache-Status"]);
        Assert.Equal("HIT", (await site.AskAsync("GET /a.css"))["CF-Cache-Status"]);
    }

    [Fact]
    public async Task ALargeResponse_ComesBackWhole()
    {
        var body = string.Concat(Enumerable.Range(0, 80_000).Select(i => $"{i:D5}"));
        await using var site = await CachedSite.AnsweringAsync(CachedSite.Ok(body, "Cache-Control: max-age=60"));
        Assert.Equal("MISS", (await site.AskAsync("GET /a"))["CF-Cache-Status"]);
        var hit = await site.AskAsync("GET /a");
        Assert.Equal((body, "HIT"), (hit.Body, hit["CF-Cache-Status"]));
        var part = await site.AskAsync("GET /a", "Range: bytes=65530-65550");
        Assert.Equal(body[65_530..65_551], part.Body);
    }

    [Fact]
    public async Task SeveralRanges_ComeAsMultipart()
    {
        var body = string.Concat(Enumerable.Range(0, 100).Select(i => $"{i:D10}"));
        await using var site = await CachedSite.AnsweringAsync(
            CachedSite.Ok(body, "Cache-Control: max-age=60", "Content-Type: text/css", "ETag: \"1\"")
        );
        await site.AskAsync("GET /a");
        var reply = await site.AskAsync("GET /a", "Range: bytes=0-3,500-509");
        Assert.Equal((206, "HIT", null), (reply.Status, reply["CF-Cache-Status"], reply["Content-Range"]));
        var type = reply["Content-Type"]!;
        Assert.StartsWith("multipart/byteranges; boundary=", type);
        var boundary = type["multipart/byteranges; boundary=".Length..];
        Assert.Equal(
            $"\r\n--{boundary}\r\nContent-Type: text/css\r\nContent-Range: bytes 0-3/1000\r\n\r\n0000"
                + $"\r\n--{boundary}\r\nContent-Type: text/css\r\nContent-Range: bytes 500-509/1000\r\n\r\n0000000050"
                + $"\r\n--{boundary}--\r\n",
            reply.Body
        );
        var head = await site.AskAsync("HEAD /a", "Range: bytes=0-3,500-509");
        Assert.Equal((200, "1000"), (head.Status, head["Content-Length"]));
        Assert.Single(site.Seen);
    }

    [Fact]
    public async Task ABodyCutShort_IsAPartThatTheRestJoins()
    {
        var asked = 0;
        await using var site = await CachedSite.StartAsync(
            async (_, c) =>
            {
                if (Interlocked.Increment(ref asked) == 1)
                {
                    await c.SendAsync("HTTP/1.1 200 OK\r\nCache-Control: max-age=60\r\nETag: \"1\"\r\nContent-Length: 10\r\n\r\n01234");
                    c.Dispose();
                    return;
                }

                await c.SendAsync(
                    CachedSite.Answer(
                        "206 Partial Content",
                        "56789",
                        "Cache-Control: max-age=60",
                        "ETag: \"1\"",
                        "Content-Range: bytes 5-9/10"
                    )
                );
            }
        );
        using (var visitor = await Conversation.ConnectAsync(site.Edge.Http))
        {
            await visitor.SendAsync("GET /a HTTP/1.1\r\nHost: example.com\r\n\r\n");
            await visitor.ReadToEndAsync();
        }

        var rest = await site.AskAsync("GET /a", "Range: bytes=5-");
        Assert.Equal((206, "56789"), (rest.Status, rest.Body));
        var whole = await site.AskAsync("GET /a");
        Assert.Equal((200, "0123456789", "HIT"), (whole.Status, whole.Body, whole["CF-Cache-Status"]));
        Assert.Equal(2, site.Seen.Count);
    }
}
