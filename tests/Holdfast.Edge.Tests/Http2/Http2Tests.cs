using System.Net;
using System.Net.Security;
using System.Net.WebSockets;
using System.Text;
using Holdfast.Edge.Tests.Harness;
using Holdfast.Model.Zones;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace Holdfast.Edge.Tests.Http2;

/// <summary>HTTP/2 on the visitor's side, on the origin's, and on both.</summary>
public class Http2Tests
{
    [Fact]
    public async Task Get_OverHttp2_ArrivesAtAnHttp1Origin()
    {
        string? seen = null;
        await using var origin = new ScriptedOrigin(async c =>
        {
            seen = await c.ReadHeadAsync();
            await c.SendAsync("HTTP/1.1 200 OK\r\nContent-Length: 5\r\nX-Latin: \u00e4\r\n\r\nhello");
            await c.ReadToEndAsync();
        });
        await using var edge = await EdgeUnderTest.InFrontOfAsync(origin.Url);
        using var client = Client(edge);

        using var response = await client.GetAsync(Url(edge, "/a?b"), TestContext.Current.CancellationToken);

        Assert.Equal(HttpVersion.Version20, response.Version);
        Assert.Equal("hello", await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
        Assert.StartsWith("GET /a?b HTTP/1.1\r\n", seen, StringComparison.Ordinal);
        Assert.Contains("\r\nVia: 2 holdfast\r\n", seen, StringComparison.Ordinal);
        Assert.Equal("HTTP/2", (await edge.LogRecordsAsync(1))[0].GetProperty("ClientRequestProtocol").GetString());
    }

    [Fact]
    public async Task Post_OverHttp2_ComesBackWithTrailers()
    {
        await using var origin = new ScriptedOrigin(async c =>
        {
            await c.ReadHeadAsync();
            Assert.Equal("hello", await c.ReadAsync(5));
            await c.SendAsync("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\nX-Sum: abc\r\n\r\n");
            await c.ReadToEndAsync();
        });
        await using var edge = await EdgeUnderTest.InFrontOfAsync(origin.Url);
        using var client = Client(edge);

        using var response = await client.PostAsync(Url(edge, "/"), new StringContent("hello"), TestContext.Current.CancellationToken);

        Assert.Equal("ok", await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
        Assert.Equal("abc", response.TrailingHeaders.GetValues("X-Sum").Single());
    }

    [Fact]
    public async Task Post_OverHttp2WithALengthOfZero_StatesItToTheOrigin()
    {
        string? seen = null;
        await using var origin = new ScriptedOrigin(async c =>
        {
            seen = await c.ReadHeadAsync();
            await c.SendAsync("HTTP/1.1 204 No Content\r\n\r\n");
            await c.ReadToEndAsync();
        });
        await using var edge = await EdgeUnderTest.InFrontOfAsync(origin.Url);
        using var client = Client(edge);

        using var response = await client.PostAsync(Url(edge, "/"), new ByteArrayContent([]), TestContext.Current.CancellationToken);

        Assert.Equal(HttpStatusCode.NoContent, response.StatusCode);
        Assert.Contains("\r\nContent-Length: 0\r\n", seen, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("x-sum", "abc", true)]
    [InlineData("x-sum", "a\rb", false)]
    [InlineData("content-length", "5", false)]
    [InlineData("x-forwarded-for", "192.0.2.1", false)]
    public async Task Trailers_OfARequestOverHttp2_ReachAnHttp1OriginOnlyWhereTheyAreHarmless(string name, string value, bool passes)
    {
        var seen = new TaskCompletionSource<string>();
        await using var origin = new ScriptedOrigin(async c =>
        {
            await c.ReadHeadAsync();
            seen.SetResult(passes ? await c.ReadThroughAsync("\r\n\r\n") : await c.ReadToEndAsync());
            await c.SendAsync("HTTP/1.1 204 No Content\r\n\r\n");
        });
        await using var edge = await EdgeUnderTest.InFrontOfAsync(origin.Url);
        using var socket = new System.Net.Sockets.Socket(System.Net.Sockets.SocketType.Stream, System.Net.Sockets.ProtocolType.Tcp);
        await socket.ConnectAsync(edge.Https, TestContext.Current.CancellationToken);
        await using var tls = new SslStream(new System.Net.Sockets.NetworkStream(socket), false, (_, _, _, _) => true);
        await tls.AuthenticateAsClientAsync(
            new SslClientAuthenticationOptions { TargetHost = "example.com", ApplicationProtocols = [SslApplicationProtocol.Http2] },
            TestContext.Current.CancellationToken
        );
        await using var client = Listening.Http2Client.Over(tls);

        const byte Headers = 1;
        const byte Data = 0;
        byte[] post = [0x83, .. Listening.Http2Client.Get[1..]];
        client.Add(Headers, Listening.Http2Client.EndHeaders, 1, post);
        client.Add(Data, 0, 1, "hello"u8);
        client.Add(
            Headers,
            Listening.Http2Client.EndHeaders | Listening.Http2Client.EndStream,
            1,
            Listening.Http2Client.Header(name, value)
        );
        await client.SendAsync();

        var body = await seen.Task.WaitAsync(TimeSpan.FromSeconds(60), TestContext.Current.CancellationToken);
        Assert.Equal(
            passes ? $"5\r\nhello\r\n0\r\n{name}: {value}\r\n\r\n" : "",
            passes ? body : body.Replace("5\r\nhello\r\n", "", StringComparison.Ordinal)
        );
    }

    [Fact]
    public async Task Head_OfAStream_ArrivesBeforeItsBody()
    {
        var release = new TaskCompletionSource();
        await using var origin = new ScriptedOrigin(async c =>
        {
            await c.ReadHeadAsync();
            await c.SendAsync("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n");
            await release.Task;
            await c.SendAsync("2\r\nok\r\n0\r\n\r\n");
        });
        await using var edge = await EdgeUnderTest.InFrontOfAsync(origin.Url);
        using var client = Client(edge);
        using var request = Request(edge, "/");

        using var response = await client
            .SendAsync(request, HttpCompletionOption.ResponseHeadersRead, TestContext.Current.CancellationToken)
            .WaitAsync(TimeSpan.FromSeconds(60), TestContext.Current.CancellationToken);
        release.SetResult();

        Assert.Equal("ok", await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task Streams_OneHundredAtOnce_EachGetTheirOwnAnswer()
    {
        await using var origin = new ScriptedOrigin(async c =>
        {
            while (await c.ReadHeadAsync() is { } head)
            {
                var path = head.Split(' ')[1];
                var body = string.Concat(Enumerable.Repeat(path, 2000));
                await c.SendAsync($"HTTP/1.1 200 OK\r\nContent-Length: {body.Length}\r\n\r\n{body}");
            }
        });
        await using var edge = await EdgeUnderTest.InFrontOfAsync(origin.Url);
        using var client = Client(edge);

        var bodies = await Task.WhenAll(
            Enumerable.Range(0, 100).Select(i => client.GetStringAsync(Url(edge, $"/{i}"), TestContext.Current.CancellationToken))
        );

        Assert.All(bodies.Index(), b => Assert.Equal(string.Concat(Enumerable.Repeat($"/{b.Index}", 2000)), b.Item));
        Assert.Equal(100, (await edge.LogRecordsAsync(100)).Count);
    }

    [Fact]
    public async Task Stream_ResetByTheClient_LetsTheOriginGoAndLeavesTheConnection()
    {
        var gone = new TaskCompletionSource();
        await using var origin = new ScriptedOrigin(async c =>
        {
            var head = await c.ReadHeadAsync();
            if (head!.StartsWith("GET /small ", StringComparison.Ordinal))
            {
                await c.SendAsync("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
                return;
            }

            try
            {
                await c.SendAsync("HTTP/1.1 200 OK\r\nContent-Length: 500000000\r\n\r\n");
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
        using var client = Client(edge);
        using var request = Request(edge, "/large");
        using (
            var response = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, TestContext.Current.CancellationToken)
        )
        {
            await using var stream = await response.Content.ReadAsStreamAsync(TestContext.Current.CancellationToken);
            await stream.ReadExactlyAsync(new byte[1000], TestContext.Current.CancellationToken);
        }

        await gone.Task.WaitAsync(TimeSpan.FromSeconds(60), TestContext.Current.CancellationToken);

        for (var i = 0; i < 5; i++)
        {
            Assert.Equal("ok", await client.GetStringAsync(Url(edge, "/small"), TestContext.Current.CancellationToken));
        }
    }

    [Fact]
    public async Task WebSocket_OverHttp2_ReachesAnHttp1Origin()
    {
        await using var origin = new ScriptedOrigin(async c =>
        {
            var head = await c.ReadHeadAsync();
            Assert.Contains("Upgrade: websocket\r\n", head, StringComparison.Ordinal);
            await c.SendAsync(
                "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: x\r\n\r\n"
            );

            // One text frame: hello
            await c.SendAsync("\u0081\u0005hello");
            await c.ReadToEndAsync();
        });
        await using var edge = await EdgeUnderTest.InFrontOfAsync(origin.Url);
        using var handler = Handler(edge);
        using var invoker = new HttpMessageInvoker(handler);
        using var socket = new ClientWebSocket();
        socket.Options.HttpVersion = HttpVersion.Version20;
        socket.Options.HttpVersionPolicy = HttpVersionPolicy.RequestVersionExact;

        await socket.ConnectAsync(new Uri($"wss://a.example:{edge.Https.Port}/ws"), invoker, TestContext.Current.CancellationToken);
        var buffer = new byte[100];
        var received = await socket.ReceiveAsync(buffer.AsMemory(), TestContext.Current.CancellationToken);

        Assert.Equal("hello", Encoding.ASCII.GetString(buffer, 0, received.Count));
    }

    [Fact]
    public async Task Stream_ToAnH2cOrigin_FlowsBothWaysAndEndsInTrailers()
    {
        await using var origin = await KestrelOrigin.StartAsync(HttpProtocols.Http2, tls: false, EchoAsync);
        await using var edge = await EdgeUnderTest.InFrontOfAsync(origin.Url);
        using var client = Client(edge);
        var upload = new PushedContent();
        using var request = Request(edge, "/grpc.Echo/Say");
        request.Method = HttpMethod.Post;
        request.Content = upload;

        var sending = client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, TestContext.Current.CancellationToken);
        await upload.PushAsync("1");
        using var response = await sending;
        await using var stream = await response.Content.ReadAsStreamAsync(TestContext.Current.CancellationToken);
        var buffer = new byte[1];
        for (var letter = '1'; letter <= '5'; letter++)
        {
            await stream.ReadExactlyAsync(buffer, TestContext.Current.CancellationToken);
            Assert.Equal((byte)letter, buffer[0]);
            if (letter < '5')
            {
                await upload.PushAsync(((char)(letter + 1)).ToString());
            }
        }

        upload.End();
        Assert.Equal(0, await stream.ReadAsync(buffer, TestContext.Current.CancellationToken));
        Assert.Equal("0", response.TrailingHeaders.GetValues("grpc-status").Single());
    }

    [Theory]
    [InlineData(HttpProtocols.Http1AndHttp2, "/d\u00e9", "HTTP/2")]
    [InlineData(HttpProtocols.Http1, "/d", "HTTP/1.1")]
    public async Task Origin_OverTlsWithHttp2Allowed_IsSpokenToAsItCan(HttpProtocols protocols, string path, string spoken)
    {
        await using var origin = await KestrelOrigin.StartAsync(
            protocols,
            tls: true,
            async c =>
            {
                using var reader = new StreamReader(c.Request.Body);
                await c.Response.WriteAsync($"{c.Request.Protocol} {c.Request.Path} {await reader.ReadToEndAsync()}");
            }
        );
        await using var edge = await EdgeUnderTest.InFrontOfAsync(
            origin.Url,
            new ZoneSettings { Ssl = SslMode.Full, OriginMaxHttpVersion = 2 }
        );
        using var visitor = await Conversation.ConnectAsync(edge.Http);

        for (var i = 0; i < 2; i++)
        {
            await visitor.SendAsync($"POST {path} HTTP/1.1\r\nHost: a.example\r\nContent-Length: 5\r\n\r\nhello");
            var answer = await visitor.ReadThroughAsync("0\r\n\r\n");

            Assert.Contains($"{spoken} /d", answer, StringComparison.Ordinal);
            Assert.Contains(" hello\r\n", answer, StringComparison.Ordinal);
        }

        Assert.All(await edge.LogRecordsAsync(2), r => Assert.Equal("127.0.0.1", r.GetProperty("EdgeServerIP").GetString()));
    }

    [Fact]
    public async Task Origin_OverTlsWithABadCertificate_IsAnswered526()
    {
        await using var origin = await KestrelOrigin.StartAsync(HttpProtocols.Http1AndHttp2, tls: true, c => c.Response.WriteAsync("no"));
        await using var edge = await EdgeUnderTest.InFrontOfAsync(origin.Url, new ZoneSettings { OriginMaxHttpVersion = 2 });
        using var visitor = await Conversation.ConnectAsync(edge.Http);

        await visitor.SendAsync("GET / HTTP/1.1\r\nHost: a.example\r\n\r\n");

        Assert.StartsWith("HTTP/1.1 526 ", await visitor.ReadHeadAsync(), StringComparison.Ordinal);
        Assert.Contains(
            "holdfast_edge_origin_connect_failures_total{reason=\"certificate\"} 1\n",
            await edge.MetricsAsync(),
            StringComparison.Ordinal
        );
    }

    [Fact]
    public async Task Expect_ToAnH2cOrigin_IsAnsweredAndTheBodyArrives()
    {
        await using var origin = await KestrelOrigin.StartAsync(HttpProtocols.Http2, tls: false, EchoAsync);
        await using var edge = await EdgeUnderTest.InFrontOfAsync(origin.Url);
        using var visitor = await Conversation.ConnectAsync(edge.Http);

        await visitor.SendAsync("POST / HTTP/1.1\r\nHost: a.example\r\nContent-Length: 5\r\nExpect: 100-continue\r\n\r\n");
        Assert.Equal("HTTP/1.1 100 Continue\r\n\r\n", await visitor.ReadHeadAsync());
        await visitor.SendAsync("hello");

        Assert.Contains(
            "5\r\nhello\r\n0\r\ngrpc-status: 0\r\n",
            await visitor.ReadThroughAsync("grpc-status: 0\r\n"),
            StringComparison.Ordinal
        );
    }

    private static async Task EchoAsync(HttpContext context)
    {
        context.Response.ContentType = "application/grpc";
        var buffer = new byte[1024];
        int read;
        while ((read = await context.Request.Body.ReadAsync(buffer)) > 0)
        {
            await context.Response.Body.WriteAsync(buffer.AsMemory(0, read));
            await context.Response.Body.FlushAsync();
        }

        context.Response.AppendTrailer("grpc-status", "0");
    }

    private static string Url(EdgeUnderTest edge, string path) => $"https://a.example:{edge.Https.Port}{path}";

    private static HttpRequestMessage Request(EdgeUnderTest edge, string path) =>
        new(HttpMethod.Get, Url(edge, path)) { Version = HttpVersion.Version20, VersionPolicy = HttpVersionPolicy.RequestVersionExact };

    private static SocketsHttpHandler Handler(EdgeUnderTest edge) =>
        new()
        {
            SslOptions = new SslClientAuthenticationOptions { RemoteCertificateValidationCallback = (_, _, _, _) => true },
            ResponseHeaderEncodingSelector = (_, _) => Encoding.Latin1,
            ConnectCallback = async (_, cancellationToken) =>
            {
                var socket = new System.Net.Sockets.Socket(System.Net.Sockets.SocketType.Stream, System.Net.Sockets.ProtocolType.Tcp);
                await socket.ConnectAsync(edge.Https, cancellationToken);
                return new System.Net.Sockets.NetworkStream(socket, ownsSocket: true);
            },
        };

    private static HttpClient Client(EdgeUnderTest edge) =>
        new(Handler(edge)) { DefaultRequestVersion = HttpVersion.Version20, DefaultVersionPolicy = HttpVersionPolicy.RequestVersionExact };

    /// <summary>A body that is sent as the test pushes it.</summary>
    private sealed class PushedContent : HttpContent
    {
        private readonly TaskCompletionSource<Stream> _stream = new();
        private readonly TaskCompletionSource _end = new();

        public async Task PushAsync(string text)
        {
            var stream = await _stream.Task;
            await stream.WriteAsync(Encoding.ASCII.GetBytes(text));
            await stream.FlushAsync();
        }

        public void End() => _end.SetResult();

        protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context)
        {
            _stream.SetResult(stream);
            return _end.Task;
        }

        protected override bool TryComputeLength(out long length)
        {
            length = 0;
            return false;
        }
    }
}
