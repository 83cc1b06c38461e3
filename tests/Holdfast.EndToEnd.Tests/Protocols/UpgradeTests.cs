using System.Net.WebSockets;
using System.Text;
using Holdfast.EndToEnd.Tests.Harness;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace Holdfast.EndToEnd.Tests.Protocols;

/// <summary>WebSocket, with and without TLS.</summary>
public sealed class UpgradeTests(SharedHoldfast shared) : SharedTests(shared)
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task WebSocket_MessagesBothWays_PassAndSurviveAChangeOfTheZone(bool tls)
    {
        var stop = TestContext.Current.CancellationToken;
        await using var origin = await KestrelOrigin.StartAsync(HttpProtocols.Http1);
        await Holdfast.ZoneAsync("socket.example.com", $"http://127.0.0.1:{origin.Port}");
        using var socket = new ClientWebSocket();
        socket.Options.SetRequestHeader("Host", "socket.example.com");
        socket.Options.AddSubProtocol("chat");
        socket.Options.RemoteCertificateValidationCallback = (_, _, _, _) => true;
        var address = tls ? $"wss://127.0.0.1:{Holdfast.Https.Port}/echo" : $"ws://127.0.0.1:{Holdfast.Http.Port}/echo";
        await socket.ConnectAsync(new Uri(address), stop);
        Assert.Equal("chat", socket.SubProtocol);

        Assert.Equal("hello", await EchoAsync(socket, "hello"));
        await Holdfast.ZoneAsync("socket.example.com", "http://127.0.0.1:1");
        Assert.Equal("still here", await EchoAsync(socket, "still here"));

        await socket.CloseAsync(WebSocketCloseStatus.NormalClosure, null, stop);
        Assert.Equal("bye", socket.CloseStatusDescription);
    }

    [Fact]
    public async Task WebSocket_SettingOff_IsNotPassedOn()
    {
        await using var origin = await KestrelOrigin.StartAsync(HttpProtocols.Http1);
        await Holdfast.ZoneAsync("nosocket.example.com", $"http://127.0.0.1:{origin.Port}", ("websockets", "off"));

        var answer = await Curl.GetAsync(
            Holdfast.Http,
            "nosocket.example.com",
            "/echo",
            "-H",
            "Connection: Upgrade",
            "-H",
            "Upgrade: websocket",
            "-H",
            "Sec-WebSocket-Version: 13",
            "-H",
            "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ=="
        );

        Assert.Equal(400, answer.Status);
    }

    private static async Task<string> EchoAsync(ClientWebSocket socket, string text)
    {
        var stop = TestContext.Current.CancellationToken;
        await socket.SendAsync(Encoding.UTF8.GetBytes(text), WebSocketMessageType.Text, endOfMessage: true, stop);
        var buffer = new byte[100];
        var received = await socket.ReceiveAsync(buffer, stop);
        return Encoding.UTF8.GetString(buffer, 0, received.Count);
    }
}
