using System.Diagnostics;
using System.Text;
using Holdfast.Edge.Tests.Harness;
using Holdfast.Model.Zones;

namespace Holdfast.Edge.Tests.Requests;

/// <summary>Bodies, interim answers and upgrades on their way through the edge.</summary>
public class BodyTests
{
    private const string Ok = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";

    [Fact]
    public async Task Expect_OriginSaysContinue_BodyFollows()
    {
        await using var origin = new ScriptedOrigin(async c =>
        {
            await c.ReadHeadAsync();
            await c.SendAsync("HTTP/1.1 100 Continue\r\n\r\n");
            Assert.Equal("hello", await c.ReadAsync(5));
            await c.SendAsync(Ok);
        });
        await using var edge = await EdgeUnderTest.InFrontOfAsync(origin.Url);
        using var visitor = await Conversation.ConnectAsync(edge.Http);

        await visitor.SendAsync(Post("Content-Length: 5\r\nExpect: 100-continue\r\n"));
        Assert.Equal("HTTP/1.1 100 Continue\r\n\r\n", await visitor.ReadHeadAsync());
        await visitor.SendAsync("hello");

        Assert.StartsWith("HTTP/1.1 200 ", await visitor.ReadHeadAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Expect_OriginRefuses_NoBodyIsSentAndTheConnectionEnds()
    {
        var seen = new TaskCompletionSource<string>();
        await using var origin = new ScriptedOrigin(async c =>
        {
            await c.ReadHeadAsync();
            await c.SendAsync("HTTP/1.1 403 Forbidden\r\nContent-Length: 2\r\n\r\nno");
            seen.TrySetResult(await c.ReadToEndAsync());
        });
        await using var edge = await EdgeUnderTest.InFrontOfAsync(origin.Url);
        using var visitor = await Conversation.ConnectAsync(edge.Http);

        await visitor.SendAsync(Post("Content-Length: 5\r\nExpect: 100-continue\r\n"));
        var head = await visitor.ReadHeadAsync();
        await visitor.ReadAsync(2);
        visitor.EndSending();

        Assert.StartsWith("HTTP/1.1 403 ", head, StringComparison.Ordinal);
        Assert.Contains("Connection: close\r\n", head, StringComparison.Ordinal);
        Assert.Equal("", await visitor.ReadToEndAsync());
        Assert.Equal("", await seen.Task);
    }

    [Fact]
    public async Task Expect_OriginIsSilent_EdgeSaysContinueOnce()
    {
        await using var origin = new ScriptedOrigin(async c =>
        {
            await c.ReadHeadAsync();
            Assert.Equal("hello", await c.ReadAsync(5));
            await c.SendAsync("HTTP/1.1 100 Continue\r\n\r\n" + Ok);
        });
        await using var edge = await EdgeUnderTest.InFrontOfAsync(
            origin.Url,
            change: o => o with { Limits = o.Limits with { ContinueTimeout = TimeSpan.FromMilliseconds(1) } }
        );
        using var visitor = await Conversation.ConnectAsync(edge.Http);

        await visitor.SendAsync(Post("Content-Length: 5\r\nExpect: 100-continue\r\n"));
        Assert.Equal("HTTP/1.1 100 Continue\r\n\r\n", await visitor.ReadHeadAsync());
        await visitor.SendAsync("hello");

        Assert.StartsWith("HTTP/1.1 200 ", await visitor.ReadHeadAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Interim_ToHttp10_IsKeptBack()
    {
        await using var origin = ScriptedOrigin.Answering("HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n" + Ok);
        await using var edge = await EdgeUnderTest.InFrontOfAsync(origin.Url);
        using var visitor = await Conversation.ConnectAsync(edge.Http);

        await visitor.SendAsync("GET / HTTP/1.0\r\nHost: a.example\r\n\r\n");

        Assert.StartsWith("HTTP/1.1 200 ", await visitor.ReadToEndAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Interims_WithoutEnd_AreAnswered520()
    {
        await using var origin = ScriptedOrigin.Answering(string.Concat(Enumerable.Repeat("HTTP/1.1 102 Processing\r\n\r\n", 65)));
        await using var edge = await EdgeUnderTest.InFrontOfAsync(origin.Url);
        using var visitor = await Conversation.ConnectAsync(edge.Http);

        await visitor.SendAsync(Get());

        Assert.EndsWith("HTTP/1.1 520 ", await visitor.ReadThroughAsync("HTTP/1.1 520 "), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Answer_UntilCloseToHttp10_EndsWithTheConnection()
    {
        await using var origin = new ScriptedOrigin(async c =>
        {
            await c.ReadHeadAsync();
            await c.SendAsync("HTTP/1.0 200 OK\r\n\r\nhello");
        });
        await using var edge = await EdgeUnderTest.InFrontOfAsync(origin.Url);
        using var visitor = await Conversation.ConnectAsync(edge.Http);

        await visitor.SendAsync("GET / HTTP/1.0\r\nHost: a.example\r\nConnection: keep-alive\r\n\r\n");
        var answer = await visitor.ReadToEndAsync();

        Assert.EndsWith("\r\n\r\nhello", answer, StringComparison.Ordinal);
        Assert.Contains("Connection: close\r\n", answer, StringComparison.Ordinal);
        Assert.DoesNotContain("chunked", answer, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Answer_CutOffToHttp10_EndsInAReset()
    {
        await using var origin = new ScriptedOrigin(async c =>
        {
            await c.ReadHeadAsync();
            await c.SendAsync("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n");
        });
        await using var edge = await EdgeUnderTest.InFrontOfAsync(origin.Url);
        using var visitor = await Conversation.ConnectAsync(edge.Http);
        await visitor.SendAsync("GET / HTTP/1.0\r\nHost: a.example\r\n\r\n");

        var buffer = new byte[4096];
        await Assert.ThrowsAsync<System.Net.Sockets.SocketException>(async () =>
        {
            while (await visitor.Socket.ReceiveAsync(buffer) > 0) { }
        });
    }

    [Fact]
    public async Task Chunks_OfOneByte_ArriveWhole()
    {
        var body = string.Concat(Enumerable.Range(0, 1000).Select(i => (char)('a' + (i % 26))));
        await using var origin = new ScriptedOrigin(async c =>
        {
            await c.ReadHeadAsync();
            await c.ReadThroughAsync("0\r\n\r\n");
            await c.SendAsync("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n");
            foreach (var letter in body)
            {
                await c.SendAsync($"1\r\n{letter}\r\n");
            }

            await c.SendAsync("0\r\n\r\n");
        });
        await using var edge = await EdgeUnderTest.InFrontOfAsync(origin.Url);
        using var visitor = await Conversation.ConnectAsync(edge.Http);

        await visitor.SendAsync(Post("Transfer-Encoding: chunked\r\n"));
        foreach (var letter in body)
        {
            await visitor.SendAsync($"1\r\n{letter}\r\n");
        }

        await visitor.SendAsync("0\r\n\r\n");
        await visitor.ReadHeadAsync();

        Assert.Equal(body, Unchunked(await visitor.ReadThroughAsync("0\r\n\r\n")));
    }

    [Fact]
    public async Task Echo_WhileUploading_FlowsBothWays()
    {
        await using var origin = new ScriptedOrigin(async c =>
        {
            await c.ReadHeadAsync();
            await c.SendAsync("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n");
            string chunk;
            do
            {
                chunk = await c.ReadThroughAsync("\r\n") + await c.ReadThroughAsync("\r\n");
                await c.SendAsync(chunk);
            } while (chunk != "0\r\n\r\n");
        });
        await using var edge = await EdgeUnderTest.InFrontOfAsync(origin.Url);
        using var visitor = await Conversation.ConnectAsync(edge.Http);

        await visitor.SendAsync(Post("Transfer-Encoding: chunked\r\n"));
        await visitor.ReadHeadAsync();
        for (var i = 0; i < 50; i++)
        {
            await visitor.SendAsync("5\r\nhello\r\n");
            Assert.Equal("5\r\nhello\r\n", await visitor.ReadAsync(10));
        }

        await visitor.SendAsync("0\r\n\r\n");
        Assert.Equal("0\r\n\r\n", await visitor.ReadAsync(5));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Upload_AnsweredEarly_IsEndedAndTheAnswerArrives(bool closes)
    {
        await using var origin = new ScriptedOrigin(async c =>
        {
            await c.ReadHeadAsync();
            await c.SendAsync("HTTP/1.1 413 Too Much\r\nContent-Length: 2\r\n\r\nno");
            if (!closes)
            {
                await c.ReadToEndAsync();
            }
        });
        await using var edge = await EdgeUnderTest.InFrontOfAsync(origin.Url);
        using var visitor = await Conversation.ConnectAsync(edge.Http);
        await visitor.SendAsync(Post("Content-Length: 50000000\r\n") + new string('x', 100_000));

        var head = await visitor.ReadHeadAsync();
        await visitor.ReadAsync(2);
        visitor.EndSending();

        Assert.StartsWith("HTTP/1.1 413 ", head, StringComparison.Ordinal);
        Assert.Equal("", await visitor.ReadToEndAsync());
        var record = (await edge.LogRecordsAsync(1))[0];
        Assert.Equal(413, record.GetProperty("EdgeResponseStatus").GetInt32());
        Assert.False(record.TryGetProperty("RefusedReason", out _));
    }

    [Fact]
    public async Task Log_OfAnAnswerThatTookItsTime_HasTheTimeToItsFirstByte()
    {
        await using var origin = new ScriptedOrigin(async c =>
        {
            await c.ReadHeadAsync();
            for (var asked = Stopwatch.GetTimestamp(); Stopwatch.GetElapsedTime(asked) < TimeSpan.FromMilliseconds(20); )
            {
                await Task.Yield();
            }

            await c.SendAsync("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
        });
        await using var edge = await EdgeUnderTest.InFrontOfAsync(origin.Url);
        using var visitor = await Conversation.ConnectAsync(edge.Http);
        await visitor.SendAsync("GET / HTTP/1.1\r\nHost: example.com\r\nConnection: close\r\n\r\n");
        await visitor.ReadToEndAsync();

        var record = (await edge.LogRecordsAsync(1))[0];
        var whole = record.GetProperty("EdgeEndTimestamp").GetDateTime() - record.GetProperty("EdgeStartTimestamp").GetDateTime();
        Assert.InRange(record.GetProperty("EdgeTimeToFirstByteMs").GetDouble(), 20, Math.Ceiling(whole.TotalMilliseconds) + 1);
    }

    [Fact]
    public async Task Upload_OriginClosesWithoutAnAnswer_IsTheOriginsFault()
    {
        await using var origin = new ScriptedOrigin(async c =>
        {
            await c.ReadHeadAsync();
            await c.ReadAsync(3);
        });
        await using var edge = await EdgeUnderTest.InFrontOfAsync(origin.Url);
        using var visitor = await Conversation.ConnectAsync(edge.Http);

        await visitor.SendAsync(Post("Content-Length: 10\r\n") + "abc");

        Assert.StartsWith("HTTP/1.1 520 ", await visitor.ReadHeadAsync(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Content-Length: 2000000\r\n", "")]
    [InlineData("Transfer-Encoding: chunked\r\n", "1e8480\r\n")]
    public async Task Body_OverTheZonesLimit_IsAnswered413(string field, string chunk)
    {
        await using var origin = new ScriptedOrigin(c => c.ReadToEndAsync());
        await using var edge = await EdgeUnderTest.InFrontOfAsync(origin.Url, new ZoneSettings { MaxUploadMegabytes = 1 });
        using var visitor = await Conversation.ConnectAsync(edge.Http);

        await visitor.SendAsync(Post(field) + chunk + new string('x', 1_100_000));

        Assert.StartsWith("HTTP/1.1 413 ", await visitor.ReadHeadAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Visitor_LeavesWhileWaiting_OriginIsLetGoAndTheLogSays499()
    {
        var time = new ShiftedTime();
        var asked = new TaskCompletionSource();
        var gone = new TaskCompletionSource();
        await using var origin = new ScriptedOrigin(async c =>
        {
            await c.ReadHeadAsync();
            asked.SetResult();
            await c.ReadToEndAsync();
            gone.SetResult();
        });
        await using var edge = await EdgeUnderTest.InFrontOfAsync(origin.Url, change: o => o with { Time = time });
        using var visitor = await Conversation.ConnectAsync(edge.Http);
        await visitor.SendAsync(Get());
        await asked.Task;

        visitor.Reset();
        await time.AdvanceUntilAsync(gone.Task, TimeSpan.FromSeconds(6));

        Assert.Equal(499, (await edge.LogRecordsAsync(1))[0].GetProperty("EdgeResponseStatus").GetInt32());
    }

    [Fact]
    public async Task Visitor_LeavesWhileUploading_OriginIsLetGoAndTheLogSays499()
    {
        var asked = new TaskCompletionSource();
        var gone = new TaskCompletionSource<string>();
        await using var origin = new ScriptedOrigin(async c =>
        {
            await c.ReadHeadAsync();
            await c.ReadAsync(3);
            asked.SetResult();
            gone.SetResult(await c.ReadToEndAsync());
        });
        await using var edge = await EdgeUnderTest.InFrontOfAsync(origin.Url);
        using var visitor = await Conversation.ConnectAsync(edge.Http);
        await visitor.SendAsync(Post("Transfer-Encoding: chunked\r\n") + "3\r\nabc\r\n");
        await asked.Task;

        visitor.Reset();

        Assert.DoesNotContain("0\r\n\r\n", await gone.Task, StringComparison.Ordinal);
        Assert.Equal(499, (await edge.LogRecordsAsync(1))[0].GetProperty("EdgeResponseStatus").GetInt32());
    }

    [Fact]
    public async Task Visitor_LeavesWhileDownloading_OriginIsLetGo()
    {
        var gone = new TaskCompletionSource();
        await using var origin = new ScriptedOrigin(async c =>
        {
            await c.ReadHeadAsync();
            await c.SendAsync("HTTP/1.1 200 OK\r\nContent-Length: 500000000\r\n\r\n");
            try
            {
                while (true)
                {
                    await c.SendAsync(new string('x', 100_000));
                }
            }
            finally
            {
                gone.SetResult();
            }
        });
        await using var edge = await EdgeUnderTest.InFrontOfAsync(origin.Url);
        using var visitor = await Conversation.ConnectAsync(edge.Http);
        await visitor.SendAsync(Get());
        await visitor.ReadAsync(1000);

        visitor.Reset();
        await gone.Task.WaitAsync(TimeSpan.FromSeconds(60), TestContext.Current.CancellationToken);

        var record = (await edge.LogRecordsAsync(1))[0];
        Assert.False(record.TryGetProperty("ErrorCode", out _));
    }

    [Fact]
    public async Task Upgrade_Accepted_CarriesWhatStandsRightBehindBothHeads()
    {
        await using var origin = new ScriptedOrigin(async c =>
        {
            await c.ReadHeadAsync();
            await c.SendAsync(
                "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: x\r\n\r\nfirst"
            );
            await c.SendAsync("got " + await c.ReadAsync(5));
            await c.ReadToEndAsync();
        });
        await using var edge = await EdgeUnderTest.InFrontOfAsync(origin.Url);
        using var visitor = await Conversation.ConnectAsync(edge.Http);

        await visitor.SendAsync(Upgrade("websocket", "") + "early");
        var head = await visitor.ReadHeadAsync();
        var bytes = await visitor.ReadAsync(14);
        visitor.EndSending();
        await visitor.ReadToEndAsync();

        Assert.StartsWith("HTTP/1.1 101 ", head, StringComparison.Ordinal);
        Assert.Contains("Upgrade: websocket\r\n", head, StringComparison.Ordinal);
        Assert.Contains("Connection: Upgrade\r\n", head, StringComparison.Ordinal);
        Assert.Equal("firstgot early", bytes);
        Assert.Equal(101, (await edge.LogRecordsAsync(1))[0].GetProperty("EdgeResponseStatus").GetInt32());
    }

    [Theory]
    [InlineData("websocket", "", false)]
    [InlineData("h2c", "HTTP2-Settings: AAMAAABkAAQAAP__\r\n", true)]
    [InlineData("websocket, h2c", "", true)]
    [InlineData("websocket", "Content-Length: 1\r\n", true)]
    public async Task Upgrade_NotToBePassedOn_IsAPlainRequest(string protocol, string fields, bool allowed)
    {
        string? seen = null;
        await using var origin = new ScriptedOrigin(async c =>
        {
            seen = await c.ReadHeadAsync();
            await c.SendAsync(Ok);
        });
        await using var edge = await EdgeUnderTest.InFrontOfAsync(origin.Url, new ZoneSettings { WebSockets = allowed });
        using var visitor = await Conversation.ConnectAsync(edge.Http);

        await visitor.SendAsync(Upgrade(protocol, fields) + (fields.StartsWith('C') ? "x" : ""));

        Assert.StartsWith("HTTP/1.1 200 ", await visitor.ReadHeadAsync(), StringComparison.Ordinal);
        Assert.DoesNotContain("Upgrade", seen, StringComparison.Ordinal);
        Assert.DoesNotContain("HTTP2-Settings", seen, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Download_ToAVisitorSlowerThanTheReadTimeout_IsWhole()
    {
        const int Size = 1_000_000;
        var time = new ShiftedTime();
        var gate = new HeldTransport.Gate();
        await using var origin = new ScriptedOrigin(async c =>
        {
            await c.ReadHeadAsync();
            await c.SendAsync($"HTTP/1.1 200 OK\r\nContent-Length: {Size}\r\n\r\n" + new string('x', Size));
            await c.ReadToEndAsync();
        });
        await using var edge = await EdgeUnderTest.InFrontOfAsync(
            origin.Url,
            new ZoneSettings { ProxyReadTimeoutSeconds = 5 },
            o =>
                o with
                {
                    Time = time,
                    Limits = o.Limits with { SendTimeout = Timeout.InfiniteTimeSpan },
                    Transport = sockets => new HeldTransport(sockets, gate),
                }
        );
        using var visitor = await Conversation.ConnectAsync(edge.Http);
        await visitor.SendAsync(Get());

        // While the visitor takes nothing, the origin's time must not run.
        await gate.Waiting.WaitAsync(TimeSpan.FromSeconds(60), TestContext.Current.CancellationToken);
        time.Advance(TimeSpan.FromSeconds(6));
        edge.SweepDeadlines();
        gate.Open();

        await visitor.ReadHeadAsync();
        Assert.Equal(Size, (await visitor.ReadAsync(Size)).Length);
    }

    private static string Unchunked(string text)
    {
        var body = new StringBuilder();
        var rest = text;
        while (true)
        {
            var end = rest.IndexOf("\r\n", StringComparison.Ordinal);
            var size = int.Parse(
                rest[..end],
                System.Globalization.NumberStyles.HexNumber,
                System.Globalization.CultureInfo.InvariantCulture
            );
            if (size == 0)
            {
                return body.ToString();
            }

            body.Append(rest.AsSpan(end + 2, size));
            rest = rest[(end + 4 + size)..];
        }
    }

    private static string Get() => "GET / HTTP/1.1\r\nHost: a.example\r\n\r\n";

    private static string Post(string fields) => $"POST / HTTP/1.1\r\nHost: a.example\r\n{fields}\r\n";

    private static string Upgrade(string protocol, string fields) =>
        $"GET /ws HTTP/1.1\r\nHost: a.example\r\nConnection: Upgrade, HTTP2-Settings\r\nUpgrade: {protocol}\r\nSec-WebSocket-Key: x\r\n{fields}\r\n";
}
