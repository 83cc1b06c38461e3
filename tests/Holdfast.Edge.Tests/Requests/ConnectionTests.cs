using Holdfast.Edge.Tests.Harness;

namespace Holdfast.Edge.Tests.Requests;

/// <summary>How requests follow each other on connections, on both sides.</summary>
public class ConnectionTests
{
    private const string Ok = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";

    [Fact]
    public async Task Requests_Pipelined_AreAnsweredInOrder()
    {
        await using var origin = new ScriptedOrigin(EchoPathAsync);
        await using var edge = await EdgeUnderTest.InFrontOfAsync(origin.Url);
        using var visitor = await Conversation.ConnectAsync(edge.Http);

        await visitor.SendAsync(string.Concat(Enumerable.Range(0, 20).Select(i => Get($"/{i}"))));

        for (var i = 0; i < 20; i++)
        {
            Assert.Contains("Content-Length: ", await visitor.ReadHeadAsync(), StringComparison.Ordinal);
            Assert.Equal($"/{i}", await visitor.ReadAsync($"/{i}".Length));
        }

        Assert.Equal(1, origin.Connections);
        Assert.Equal(20, (await edge.LogRecordsAsync(20)).Count);
    }

    [Fact]
    public async Task Requests_PipelinedBeforeAHalfClose_AreAllAnswered()
    {
        await using var origin = new ScriptedOrigin(EchoPathAsync);
        await using var edge = await EdgeUnderTest.InFrontOfAsync(origin.Url);
        using var visitor = await Conversation.ConnectAsync(edge.Http);

        await visitor.SendAsync(Get("/1") + Get("/2") + Get("/3"));
        visitor.EndSending();
        var answers = await visitor.ReadToEndAsync();

        Assert.Matches("(?s)^HTTP/1.1 200.*/1HTTP/1.1 200.*/2HTTP/1.1 200.*/3$", answers);
    }

    [Theory]
    [InlineData("GET / HTTP/1.1\r\nHost: a.example\r\nConnection: close\r\n\r\n", "Connection: close\r\n")]
    [InlineData("GET / HTTP/1.0\r\nHost: a.example\r\n\r\n", "Connection: close\r\n")]
    public async Task Connection_OfAVisitorThatWantsNoMore_IsClosed(string request, string field)
    {
        await using var origin = ScriptedOrigin.Answering(Ok);
        await using var edge = await EdgeUnderTest.InFrontOfAsync(origin.Url);
        using var visitor = await Conversation.ConnectAsync(edge.Http);

        await visitor.SendAsync(request);
        var answer = await visitor.ReadToEndAsync();

        Assert.Contains(field, answer, StringComparison.Ordinal);
        Assert.EndsWith("ok", answer, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Connection_OfHttp10WithKeepAlive_ServesTheNextRequest()
    {
        await using var origin = ScriptedOrigin.Answering(Ok);
        await using var edge = await EdgeUnderTest.InFrontOfAsync(origin.Url);
        using var visitor = await Conversation.ConnectAsync(edge.Http);

        for (var i = 0; i < 2; i++)
        {
            await visitor.SendAsync("GET / HTTP/1.0\r\nHost: a.example\r\nConnection: keep-alive\r\n\r\n");
            Assert.Contains("Connection: keep-alive\r\n", await visitor.ReadHeadAsync(), StringComparison.Ordinal);
            Assert.Equal("ok", await visitor.ReadAsync(2));
        }
    }

    [Fact]
    public async Task Connection_AfterItsMostRequests_IsClosed()
    {
        await using var origin = ScriptedOrigin.Answering(Ok);
        await using var edge = await EdgeUnderTest.InFrontOfAsync(
            origin.Url,
            change: o => o with { Limits = o.Limits with { RequestsPerConnection = 2 } }
        );
        using var visitor = await Conversation.ConnectAsync(edge.Http);

        await visitor.SendAsync(Get("/") + Get("/") + Get("/"));
        var answers = await visitor.ReadToEndAsync();

        Assert.Equal(2, answers.Split("HTTP/1.1 200").Length - 1);
        Assert.Contains("Connection: close", answers, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("GET", "", 200, 2)]
    [InlineData("HEAD", "", 200, 2)]
    [InlineData("OPTIONS", "", 200, 2)]
    [InlineData("POST", "Content-Length: 0\r\n", 520, 1)]
    [InlineData("POST", "Content-Length: 1\r\n", 520, 1)]
    [InlineData("DELETE", "", 520, 1)]
    public async Task Origin_ThatClosesAReusedConnection_IsAskedOnceMoreOnlyWhereThatIsSafe(
        string method,
        string fields,
        int status,
        int connections
    )
    {
        var requests = 0;
        await using var origin = new ScriptedOrigin(async c =>
        {
            while (await c.ReadHeadAsync() is not null)
            {
                var number = Interlocked.Increment(ref requests);
                if (number == 2)
                {
                    // The second request on the first connection: closed without a byte.
                    return;
                }

                await c.SendAsync(number == 1 ? Ok : "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
            }
        });
        await using var edge = await EdgeUnderTest.InFrontOfAsync(origin.Url);
        using var visitor = await Conversation.ConnectAsync(edge.Http);
        await visitor.SendAsync(Get("/"));
        await visitor.ReadHeadAsync();
        await visitor.ReadAsync(2);

        await visitor.SendAsync(
            $"{method} / HTTP/1.1\r\nHost: a.example\r\n{fields}\r\n" + (fields.Contains('1', StringComparison.Ordinal) ? "x" : "")
        );
        var head = await visitor.ReadHeadAsync();

        Assert.StartsWith($"HTTP/1.1 {status} ", head, StringComparison.Ordinal);
        Assert.Equal(connections, origin.Connections);
    }

    [Fact]
    public async Task Origin_ThatClosesAFreshConnection_IsNotAskedAgain()
    {
        await using var origin = new ScriptedOrigin(async c => await c.ReadHeadAsync());
        await using var edge = await EdgeUnderTest.InFrontOfAsync(origin.Url);
        using var visitor = await Conversation.ConnectAsync(edge.Http);

        await visitor.SendAsync(Get("/"));

        Assert.StartsWith("HTTP/1.1 520 ", await visitor.ReadHeadAsync(), StringComparison.Ordinal);
        Assert.Equal(1, origin.Connections);
    }

    [Fact]
    public async Task Origin_ThatSaysMoreThanItsAnswer_IsNotReused()
    {
        await using var origin = new ScriptedOrigin(async c =>
        {
            await c.ReadHeadAsync();
            await c.SendAsync(Ok + "HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\npoison");
            await c.ReadToEndAsync();
        });
        await using var edge = await EdgeUnderTest.InFrontOfAsync(origin.Url);
        using var visitor = await Conversation.ConnectAsync(edge.Http);

        for (var i = 0; i < 2; i++)
        {
            await visitor.SendAsync(Get("/"));
            await visitor.ReadHeadAsync();
            Assert.Equal("ok", await visitor.ReadAsync(2));
        }

        Assert.Equal(2, origin.Connections);
    }

    [Fact]
    public async Task Origins_OfZonesWithDifferentPorts_ShareNoConnection()
    {
        await using var one = ScriptedOrigin.Answering("HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\none");
        await using var two = ScriptedOrigin.Answering("HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\ntwo");
        await using var edge = await EdgeUnderTest.InFrontOfAsync(one.Url);
        await edge.PutZoneAsync("two.example", two.Url);
        using var visitor = await Conversation.ConnectAsync(edge.Http);

        foreach (
            var (host, body) in new[] { ("one.example", "one"), ("two.example", "two"), ("one.example", "one"), ("two.example", "two") }
        )
        {
            await visitor.SendAsync($"GET / HTTP/1.1\r\nHost: {host}\r\n\r\n");
            await visitor.ReadHeadAsync();
            Assert.Equal(body, await visitor.ReadAsync(3));
        }

        Assert.Equal((1, 1), (one.Connections, two.Connections));
    }

    [Fact]
    public async Task Connection_ThatRestsTooLong_IsClosedWithoutAWord()
    {
        var time = new ShiftedTime();
        await using var origin = ScriptedOrigin.Answering(Ok);
        await using var edge = await EdgeUnderTest.InFrontOfAsync(origin.Url, change: o => o with { Time = time });
        using var visitor = await Conversation.ConnectAsync(edge.Http);
        await visitor.SendAsync(Get("/"));
        await visitor.ReadHeadAsync();
        await visitor.ReadAsync(2);

        var ending = visitor.ReadToEndAsync();
        await time.AdvanceUntilAsync(ending, TimeSpan.FromSeconds(80));

        Assert.Equal("", await ending);
        Assert.Single(await edge.LogRecordsAsync(1));
    }

    [Fact]
    public async Task Head_ThatTrickles_IsAnswered408()
    {
        var time = new ShiftedTime();
        await using var edge = await EdgeUnderTest.InFrontOfAsync("http://127.0.0.1:1", change: o => o with { Time = time });
        using var visitor = await Conversation.ConnectAsync(edge.Http);
        await visitor.SendAsync("GET / HTTP/1.1\r\nHo");

        var ending = visitor.ReadToEndAsync();
        await time.AdvanceUntilAsync(ending, TimeSpan.FromSeconds(31));

        Assert.StartsWith("HTTP/1.1 408 ", await ending, StringComparison.Ordinal);
        Assert.Equal(408, (await edge.LogRecordsAsync(1))[0].GetProperty("EdgeResponseStatus").GetInt32());
    }

    [Fact]
    public async Task Body_ThatTrickles_IsAnswered408AndTheOriginIsLetGo()
    {
        var time = new ShiftedTime();
        var gone = new TaskCompletionSource<string>();
        await using var origin = new ScriptedOrigin(async c => gone.TrySetResult(await c.ReadToEndAsync()));
        await using var edge = await EdgeUnderTest.InFrontOfAsync(origin.Url, change: o => o with { Time = time });
        using var visitor = await Conversation.ConnectAsync(edge.Http);
        await visitor.SendAsync("POST / HTTP/1.1\r\nHost: a.example\r\nContent-Length: 10\r\n\r\nabc");

        var ending = visitor.ReadToEndAsync();
        await time.AdvanceUntilAsync(ending, TimeSpan.FromSeconds(11));

        Assert.StartsWith("HTTP/1.1 408 ", await ending, StringComparison.Ordinal);
        Assert.EndsWith("abc", await gone.Task, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Connection_OfAnEdgeThatIsToldToStopWithinAnUpload_GetsItsAnswerAndIsClosed()
    {
        await using var origin = new ScriptedOrigin(async c =>
        {
            await c.ReadThroughAsync("helloworld");
            await c.SendAsync(Ok);
            await c.ReadToEndAsync();
        });
        var edge = await EdgeUnderTest.InFrontOfAsync(origin.Url);
        using var visitor = await Conversation.ConnectAsync(edge.Http);
        await visitor.SendAsync("POST / HTTP/1.1\r\nHost: a.example\r\nContent-Length: 10\r\n\r\nhello");
        await EdgeUnderTest.UntilAsync(() => origin.Connections == 1);

        var stopping = edge.DisposeAsync();
        await EdgeUnderTest.UntilAsync(() => edge.IsStopping);
        await visitor.SendAsync("world");
        var head = await visitor.ReadHeadAsync();
        await visitor.ReadAsync(2);

        Assert.StartsWith("HTTP/1.1 200 ", head, StringComparison.Ordinal);
        Assert.Contains("\r\nConnection: close\r\n", head, StringComparison.Ordinal);
        Assert.Equal("", await visitor.ReadToEndAsync());
        await stopping;
    }

    [Fact]
    public async Task Tunnel_ToAVisitorThatTakesNothing_IsEnded()
    {
        var time = new ShiftedTime();
        var gone = new TaskCompletionSource();
        await using var origin = new ScriptedOrigin(async c =>
        {
            await c.ReadHeadAsync();
            await c.SendAsync("HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n");
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
        await using var edge = await EdgeUnderTest.InFrontOfAsync(origin.Url, change: o => o with { Time = time });
        using var visitor = await Conversation.ConnectAsync(edge.Http);
        await visitor.SendAsync("GET / HTTP/1.1\r\nHost: a.example\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n");

        // Longer than a visitor may take nothing of an answer, shorter than a tunnel may rest.
        await time.AdvanceUntilAsync(gone.Task, TimeSpan.FromSeconds(5));

        await EdgeUnderTest.UntilAsync(() => edge.OpenConnections == 0);
    }

    [Fact]
    public async Task Origin_ThatSaysNothing_IsAnswered524()
    {
        var time = new ShiftedTime();
        await using var origin = new ScriptedOrigin(c => c.ReadToEndAsync());
        await using var edge = await EdgeUnderTest.InFrontOfAsync(origin.Url, change: o => o with { Time = time });
        using var visitor = await Conversation.ConnectAsync(edge.Http);
        await visitor.SendAsync("POST / HTTP/1.1\r\nHost: a.example\r\nContent-Length: 3\r\n\r\nabc");

        var head = visitor.ReadHeadAsync();
        await time.AdvanceUntilAsync(head, TimeSpan.FromSeconds(101));

        Assert.StartsWith("HTTP/1.1 524 ", await head, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Origin_ThatFallsSilentWithinAnAnswer_BreaksItOff()
    {
        var time = new ShiftedTime();
        await using var origin = new ScriptedOrigin(async c =>
        {
            await c.ReadHeadAsync();
            await c.SendAsync("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc");
            await c.ReadToEndAsync();
        });
        await using var edge = await EdgeUnderTest.InFrontOfAsync(origin.Url, change: o => o with { Time = time });
        using var visitor = await Conversation.ConnectAsync(edge.Http);
        await visitor.SendAsync(Get("/"));
        await visitor.ReadHeadAsync();

        var ending = visitor.ReadToEndAsync();
        await time.AdvanceUntilAsync(ending, TimeSpan.FromSeconds(101));

        Assert.Equal("abc", await ending);
        Assert.Equal(524, (await edge.LogRecordsAsync(1))[0].GetProperty("ErrorCode").GetInt32());
    }

    private static async Task EchoPathAsync(Conversation conversation)
    {
        while (await conversation.ReadHeadAsync() is { } head)
        {
            var path = head.Split(' ')[1];
            await conversation.SendAsync($"HTTP/1.1 200 OK\r\nContent-Length: {path.Length}\r\n\r\n{path}");
        }
    }

    private static string Get(string path) => $"GET {path} HTTP/1.1\r\nHost: a.example\r\n\r\n";
}
