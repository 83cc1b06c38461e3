using System.Net.Security;
using System.Net.Sockets;
using Holdfast.Edge.Tests.Harness;

namespace Holdfast.Edge.Tests.Requests;

/// <summary>Limits and times towards visitors over HTTP/1.1 that no other test is about.</summary>
public class LimitTests
{
    private static readonly TimeSpan Never = TimeSpan.FromHours(10);

    // Only the time that a test is about passes while it moves the clock.
    private static readonly EdgeLimits Patient = new()
    {
        IdleTimeout = Never,
        HeaderTimeout = Never,
        BodyRateGrace = Never,
        SendTimeout = Never,
        DrainTimeout = Never,
        TunnelIdleTimeout = Never,
    };

    [Theory]
    [InlineData(1000, true)]
    [InlineData(1001, false)]
    public async Task Body_ThatNobodyReads_KeepsItsConnectionUpToDrainBytes(int length, bool keeps)
    {
        await using var edge = await EdgeUnderTest.StartAsync(o => o with { Limits = Patient with { DrainBytes = 1000 } });
        using var visitor = await Conversation.ConnectAsync(edge.Http);

        await visitor.SendAsync(Trace(length));
        var head = (await visitor.ReadHeadAsync())!;
        await visitor.ReadAsync(Wire.RequestWireTests.LengthOf(head));

        Assert.Equal(!keeps, head.Contains("Connection: close\r\n", StringComparison.Ordinal));
        await visitor.SendAsync(new string('x', length) + (keeps ? Trace(0) : ""));
        if (keeps)
        {
            Assert.StartsWith("HTTP/1.1 200 ", await visitor.ReadHeadAsync(), StringComparison.Ordinal);
        }
        else
        {
            Assert.Equal("", await visitor.ReadToEndAsync());
        }
    }

    [Fact]
    public async Task Body_ThatNobodyReadsAndThatDoesNotCome_IsWaitedForForDrainTimeout()
    {
        var time = new ShiftedTime();
        await using var edge = await EdgeUnderTest.StartAsync(o =>
            o with
            {
                Time = time,
                Limits = Patient with { DrainTimeout = new EdgeLimits().DrainTimeout },
            }
        );
        using var visitor = await Conversation.ConnectAsync(edge.Http);
        await visitor.SendAsync(Trace(10));
        var head = (await visitor.ReadHeadAsync())!;
        await visitor.ReadAsync(Wire.RequestWireTests.LengthOf(head));

        Assert.DoesNotContain("Connection: close", head, StringComparison.Ordinal);
        var end = visitor.ReadToEndAsync();
        await time.AdvanceUntilAsync(end, TimeSpan.FromSeconds(2));

        Assert.Equal("", await end);
    }

    [Fact]
    public async Task Tunnel_SilentForTunnelIdleTimeout_Ends()
    {
        var time = new ShiftedTime();
        var ended = new TaskCompletionSource();
        await using var origin = new ScriptedOrigin(async c =>
        {
            await c.ReadHeadAsync();
            await c.SendAsync("HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\nhello");
            try
            {
                await c.ReadToEndAsync();
            }
            finally
            {
                ended.TrySetResult();
            }
        });
        await using var edge = await EdgeUnderTest.InFrontOfAsync(
            origin.Url,
            change: o => o with { Time = time, Limits = Patient with { TunnelIdleTimeout = new EdgeLimits().TunnelIdleTimeout } }
        );
        using var visitor = await Conversation.ConnectAsync(edge.Http);
        await visitor.SendAsync(
            "GET /ws HTTP/1.1\r\nHost: a.example\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Key: x\r\n\r\n"
        );
        Assert.StartsWith("HTTP/1.1 101 ", await visitor.ReadHeadAsync(), StringComparison.Ordinal);
        await visitor.ReadAsync(5);

        time.Advance(TimeSpan.FromMinutes(9));
        edge.SweepDeadlines();
        Assert.False(ended.Task.IsCompleted);

        var end = visitor.ReadToEndAsync();
        await time.AdvanceUntilAsync(Task.WhenAll(end, ended.Task), TimeSpan.FromMinutes(10));
        Assert.Equal("", await end);
    }

    [Fact]
    public async Task Visitor_ThatTakesNothingOfAnAnswerForSendTimeout_IsCutOff()
    {
        const int Size = 1_000_000;
        var time = new ShiftedTime();
        var gate = new HeldTransport.Gate();
        await using var origin = ScriptedOrigin.Answering($"HTTP/1.1 200 OK\r\nContent-Length: {Size}\r\n\r\n" + new string('x', Size));
        await using var edge = await EdgeUnderTest.InFrontOfAsync(
            origin.Url,
            change: o =>
                o with
                {
                    Time = time,
                    Limits = Patient with { SendTimeout = new EdgeLimits().SendTimeout },
                    Transport = sockets => new HeldTransport(sockets, gate),
                }
        );
        using var visitor = await Conversation.ConnectAsync(edge.Http);
        await visitor.SendAsync("GET / HTTP/1.1\r\nHost: a.example\r\n\r\n");
        await gate.Waiting.WaitAsync(TimeSpan.FromSeconds(60), TestContext.Current.CancellationToken);

        time.Advance(TimeSpan.FromSeconds(30));
        edge.SweepDeadlines();
        Assert.Equal(1, edge.OpenConnections);

        var end = visitor.ReadToEndAsync();
        await time.AdvanceUntilAsync(end, TimeSpan.FromSeconds(60));
        gate.Open();

        Assert.Single(await edge.LogRecordsAsync(1));
        Assert.True((await end).Length < Size);
    }

    [Fact]
    public async Task Connection_WhoseLastBytesNobodyTakes_IsClosedAfterCloseTimeout()
    {
        var gate = new HeldTransport.Gate { Passes = true };
        await using var edge = await EdgeUnderTest.StartAsync(o =>
            o with
            {
                Limits = Patient with { Connections = new() { CloseTimeout = TimeSpan.FromMilliseconds(100) } },
                Transport = sockets => new HeldTransport(sockets, gate),
            }
        );
        using var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync(edge.Https, TestContext.Current.CancellationToken);
        await using var tls = new SslStream(new NetworkStream(socket), false, (_, _, _, _) => true);
        await tls.AuthenticateAsClientAsync("a.example");
        await tls.WriteAsync(System.Text.Encoding.ASCII.GetBytes(Trace(0)), TestContext.Current.CancellationToken);
        Assert.NotEqual(0, await tls.ReadAsync(new byte[64 * 1024], TestContext.Current.CancellationToken));

        // The visitor says goodbye; what the edge says to that goes nowhere.
        gate.Passes = false;
        await tls.ShutdownAsync();
        await gate.Waiting.WaitAsync(TimeSpan.FromSeconds(60), TestContext.Current.CancellationToken);

        await EdgeUnderTest.UntilAsync(() => edge.OpenConnections == 0);
        gate.Open();
    }

    private static string Trace(int length) => $"GET /cdn-cgi/trace HTTP/1.1\r\nHost: a.example\r\nContent-Length: {length}\r\n\r\n";
}
