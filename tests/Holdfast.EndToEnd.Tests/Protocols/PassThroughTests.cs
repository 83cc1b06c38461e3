using System.Net;
using Holdfast.EndToEnd.Tests.Harness;

namespace Holdfast.EndToEnd.Tests.Protocols;

/// <summary>What a visitor says reaches the origin as it was said, and the other way.</summary>
public sealed class PassThroughTests(SharedHoldfast shared) : SharedTests(shared)
{
    [Theory]
    [InlineData("/a/../b//c/%2e%2E/%41?x=%20&y=1&&z")]
    [InlineData("/caf%C3%A9/%7e?q=a|b{c}\"")]
    [InlineData("/;p=1/.%2f/?")]
    public async Task Request_AnyPath_ReachesNginxToTheByte(string path)
    {
        await using var nginx = await NginxOrigin.StartAsync("location / { return 200 '$request'; }");
        await Holdfast.ZoneAsync("path.example.com", nginx.Url);

        var answer = await Curl.GetAsync(Holdfast.Http, "path.example.com", path, "--globoff");

        Assert.Equal($"GET {path} HTTP/1.1", answer.Body);
        Assert.Equal($"GET {path} HTTP/1.1", nginx.Requests.Single().Replace("\\x22", "\"", StringComparison.Ordinal));
        Assert.Equal(path, (await Holdfast.LogRecordAsync(answer.Ray))["ClientRequestURI"]!.ToString());
    }

    [Fact]
    public async Task Request_AnyFields_ReachTheOriginInOrderAndCasing()
    {
        var seen = new TaskCompletionSource<string>();
        await using var origin = new RawOrigin(async c =>
        {
            seen.TrySetResult((await c.ReadHeadAsync())!);
            await c.SendAsync("HTTP/1.1 200 Fine By Me\r\nX-OdD: 1\r\nset-cookie: a=1\r\nSet-Cookie: b=2\r\nContent-Length: 2\r\n\r\nok");
        });
        await Holdfast.ZoneAsync("fields.example.com", origin.Url);
        using var visitor = await Conversation.ConnectAsync(new IPEndPoint(IPAddress.Loopback, Holdfast.Http.Port));
        await visitor.SendAsync(
            "PURGE /x HTTP/1.1\r\nhOsT: Fields.Example.com:81\r\nX-oDD-Case: 1\r\naccept: */*\r\nX-Latin: caf\u00e9\r\nX-Twice: b\r\nX-Twice: a\r\n\r\n"
        );
        var head = await visitor.ReadHeadAsync();
        Assert.Equal("ok", await visitor.ReadAsync(2));

        var lines = (await seen.Task).Split("\r\n");
        Assert.Equal("PURGE /x HTTP/1.1", lines[0]);
        Assert.Equal(["X-oDD-Case: 1", "accept: */*", "X-Latin: caf\u00e9", "X-Twice: b", "X-Twice: a"], lines.Where(IsTheVisitors));
        Assert.Equal("Fields.Example.com:81", lines.Single(line => line.StartsWith("host:", StringComparison.OrdinalIgnoreCase))[6..]);
        Assert.Contains("X-Forwarded-For: 127.0.0.1", lines);
        Assert.Contains("CF-Connecting-IP: 127.0.0.1", lines);
        Assert.Contains("X-Forwarded-Proto: http", lines);
        Assert.Contains("X-OdD: 1\r\nset-cookie: a=1\r\nSet-Cookie: b=2\r\n", head, StringComparison.Ordinal);

        static bool IsTheVisitors(string line) =>
            line.StartsWith("X-oDD", StringComparison.Ordinal)
            || line.StartsWith("accept", StringComparison.Ordinal)
            || line.StartsWith("X-Latin", StringComparison.Ordinal)
            || line.StartsWith("X-Twice", StringComparison.Ordinal);
    }

    [Fact]
    public async Task Response_EarlyHints_ComeBeforeTheAnswer()
    {
        var shown = new TaskCompletionSource();
        await using var origin = new RawOrigin(async c =>
        {
            await c.ReadHeadAsync();
            await c.SendAsync("HTTP/1.1 103 Early Hints\r\nLink: </style.css>; rel=preload\r\n\r\n");
            await shown.Task;
            await c.SendAsync("HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\ndone");
        });
        await Holdfast.ZoneAsync("hints.example.com", origin.Url);
        using var visitor = await Conversation.ConnectAsync(new IPEndPoint(IPAddress.Loopback, Holdfast.Http.Port));
        await visitor.SendAsync("GET / HTTP/1.1\r\nHost: hints.example.com\r\n\r\n");

        var interim = await visitor.ReadHeadAsync();
        Assert.StartsWith("HTTP/1.1 103 ", interim, StringComparison.Ordinal);
        Assert.Contains("\r\nLink: </style.css>; rel=preload\r\n", interim, StringComparison.Ordinal);
        shown.SetResult();
        Assert.StartsWith("HTTP/1.1 200 ", await visitor.ReadHeadAsync(), StringComparison.Ordinal);
        Assert.Equal("done", await visitor.ReadAsync(4));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Response_ServerSentEvents_ComeOneByOne(bool http2)
    {
        var taken = new SemaphoreSlim(0);
        await using var origin = new RawOrigin(async c =>
        {
            await c.ReadHeadAsync();
            await c.SendAsync("HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n");
            for (var i = 0; i < 3; i++)
            {
                await c.SendAsync($"9\r\ndata: {i}\n\n\r\n");
                await taken.WaitAsync();
            }

            await c.SendAsync("0\r\n\r\n");
        });
        await Holdfast.ZoneAsync("events.example.com", origin.Url);
        using var client = Visitor.Client(Holdfast, http2 ? HttpVersion.Version20 : HttpVersion.Version11);
        var scheme = http2 ? "https" : "http";

        using var answer = await client.GetAsync(
            $"{scheme}://events.example.com/",
            HttpCompletionOption.ResponseHeadersRead,
            TestContext.Current.CancellationToken
        );
        using var reader = new StreamReader(await answer.Content.ReadAsStreamAsync(TestContext.Current.CancellationToken));
        for (var i = 0; i < 3; i++)
        {
            // The origin goes on only when this one was read: an edge that holds it back would never let the test go on.
            Assert.Equal($"data: {i}", await reader.ReadLineAsync(TestContext.Current.CancellationToken));
            Assert.Equal("", await reader.ReadLineAsync(TestContext.Current.CancellationToken));
            taken.Release();
        }

        Assert.Null(await reader.ReadLineAsync(TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task Response_ChunkedByNginx_ArrivesWhole()
    {
        await using var nginx = await NginxOrigin.StartAsync("ssi on; ssi_types *; location / { }");
        var text = string.Concat(Enumerable.Range(0, 20_000).Select(i => $"line {i}\n"));
        await File.WriteAllTextAsync(nginx["page.txt"], text, TestContext.Current.CancellationToken);
        await Holdfast.ZoneAsync("chunked.example.com", nginx.Url);

        var answer = await Curl.GetAsync(Holdfast.Http, "chunked.example.com", "/page.txt");

        Assert.Equal("chunked", answer["transfer-encoding"]);
        Assert.Equal(text, answer.Body);
    }
}
