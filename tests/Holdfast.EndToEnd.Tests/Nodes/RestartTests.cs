using System.Net;
using System.Net.WebSockets;
using System.Text;
using Holdfast.EndToEnd.Tests.Harness;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace Holdfast.EndToEnd.Tests.Nodes;

/// <summary>An edge's process is replaced under load, and nobody notices (the design's law 22).</summary>
public sealed class RestartTests
{
    private const string Site = "restart.example.com";

    [Fact]
    public async Task Restart_UnderLoad_LosesNoRequestAndKeepsWebSockets()
    {
        await using var nginx = await NginxOrigin.StartAsync("location / { return 200 hello; }");
        await using var sockets = await KestrelOrigin.StartAsync(HttpProtocols.Http1);
        await using var holdfast = await HoldfastUnderTest.StartAsync();
        await holdfast.ZoneAsync(Site, nginx.Url);
        await holdfast.ZoneAsync("socket.example.com", $"http://127.0.0.1:{sockets.Port}");
        var fresh = new ConnectionLoad(holdfast.Http.Port, Site);
        var kept = new KeepAliveLoad(holdfast.Http.Port, Site);
        var second = new Http2Load(holdfast.Https.Port);
        List<Task> visitors = [fresh.RunAsync(), fresh.RunAsync(), kept.RunAsync(), kept.RunAsync(), kept.RunAsync(), second.RunAsync()];
        using var socket = new ClientWebSocket();
        socket.Options.SetRequestHeader("Host", "socket.example.com");
        await socket.ConnectAsync(new Uri($"ws://127.0.0.1:{holdfast.Http.Port}/echo"), TestContext.Current.CancellationToken);
        var before = holdfast.ProcessOf("edge-1");

        foreach (var isFirst in (bool[])[true, false])
        {
            await GoneOnAsync(fresh, kept, second);
            var process = holdfast.ProcessOf("edge-1");
            Assert.Contains(
                "edge-1 is process ",
                (await holdfast.CommandAsync("node", "restart")).Succeeded().Out,
                StringComparison.Ordinal
            );
            Assert.NotEqual(process, holdfast.ProcessOf("edge-1"));
            if (isFirst)
            {
                // Within the time that the leaving process gives it.
                Assert.Equal("still here", await EchoAsync(socket, "still here"));
                await socket.CloseAsync(WebSocketCloseStatus.NormalClosure, null, TestContext.Current.CancellationToken);
            }

            await GoneOnAsync(fresh, kept, second);
        }

        // The one that runs follows control, and what was there before is there.
        await holdfast.ZoneAsync("later.example.com", nginx.Url);
        Assert.Equal("hello", (await Curl.GetAsync(holdfast.Http, "later.example.com", "/")).Body);
        fresh.Stop();
        kept.Stop();
        second.Stop();
        await Task.WhenAll(visitors);
        await Eventually.TrueAsync(() => !Signals.IsAlive(before), "the end of the first process");

        TestContext.Current.TestOutputHelper!.WriteLine(
            $"new connections: {fresh.Answered} answered; kept: {kept.Answered} over {kept.Connections}; HTTP/2: {second.Answered}"
        );
        Assert.Equal((0, 0, 0, 0), (fresh.Refused, fresh.Broken, kept.Broken, second.Broken));
        Assert.Equal("", second.Fault);
    }

    private static async Task GoneOnAsync(ConnectionLoad fresh, KeepAliveLoad kept, Http2Load second)
    {
        var (one, two, three) = (fresh.Answered, kept.Answered, second.Answered);
        await Eventually.TrueAsync(
            () => fresh.Answered > one + 100 && kept.Answered > two + 100 && second.Answered > three + 100,
            "a hundred answers of each kind"
        );
    }

    private static async Task<string> EchoAsync(ClientWebSocket socket, string text)
    {
        await socket.SendAsync(Encoding.UTF8.GetBytes(text), WebSocketMessageType.Text, true, TestContext.Current.CancellationToken);
        var buffer = new byte[1000];
        var received = await socket.ReceiveAsync(buffer, TestContext.Current.CancellationToken);
        return Encoding.UTF8.GetString(buffer, 0, received.Count);
    }

    /// <summary>Visitors over one HTTP/2 connection, four requests at a time.</summary>
    private sealed class Http2Load(int port)
    {
        private int answered;
        private int broken;
        private volatile bool stopped;

        public int Answered => Volatile.Read(ref answered);

        public int Broken => Volatile.Read(ref broken);

        public string Fault { get; private set; } = "";

        public void Stop() => stopped = true;

        public async Task RunAsync()
        {
            using var client = new HttpClient(
                new SocketsHttpHandler { UseProxy = false, SslOptions = { RemoteCertificateValidationCallback = (_, _, _, _) => true } }
            )
            {
                DefaultRequestVersion = HttpVersion.Version20,
                DefaultVersionPolicy = HttpVersionPolicy.RequestVersionExact,
            };
            await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => AskAsync(client)));
        }

        private async Task AskAsync(HttpClient client)
        {
            while (!stopped)
            {
                try
                {
                    using var request = new HttpRequestMessage(HttpMethod.Get, $"https://127.0.0.1:{port}/")
                    {
                        Version = HttpVersion.Version20,
                        VersionPolicy = HttpVersionPolicy.RequestVersionExact,
                        Headers = { Host = Site },
                    };
                    using var response = await client.SendAsync(request);
                    var isAnswer = response.IsSuccessStatusCode && await response.Content.ReadAsStringAsync() == "hello";
                    Interlocked.Increment(ref isAnswer ? ref answered : ref broken);
                }
                catch (HttpRequestException fault)
                {
                    Fault = fault.ToString();
                    Interlocked.Increment(ref broken);
                }
            }
        }
    }
}
