using System.Collections.Concurrent;
using Holdfast.Edge.Tests.Harness;
using Holdfast.Model.Zones;

namespace Holdfast.Edge.Tests.Origins;

/// <summary>What keeps two zones' connections to one server apart.</summary>
public class SeparateConnectionsTests
{
    [Fact]
    public async Task Zones_WithOneOriginAndDifferentTls_NeverShareAConnection()
    {
        var asked = new ConcurrentQueue<string?>();
        await using var origin = await TlsOrigin.StartAsync(asked.Enqueue);
        await using var edge = await EdgeUnderTest.StartAsync();
        var url = $"https://127.0.0.1:{origin.Port}";
        await edge.PutZoneAsync("a.example", url, new ZoneSettings { Ssl = SslMode.Full });
        await edge.PutZoneAsync("b.example", url, new ZoneSettings { Ssl = SslMode.Full });
        await edge.PutZoneAsync("strict.example", url, new ZoneSettings { Ssl = SslMode.Strict, OriginHostHeader = "a.example" });
        await edge.PutZoneAsync("clear.example", url, new ZoneSettings { Ssl = SslMode.Flexible });

        // Each zone finds the connections of the others idle.
        Assert.Equal("200", await StatusAsync(edge, "a.example"));
        await EdgeUnderTest.UntilAsync(() => edge.IdleOriginConnections == 1);
        Assert.Equal("200", await StatusAsync(edge, "b.example"));
        await EdgeUnderTest.UntilAsync(() => edge.IdleOriginConnections == 2);
        Assert.Equal("200", await StatusAsync(edge, "a.example"));
        await EdgeUnderTest.UntilAsync(() => edge.IdleOriginConnections == 2);
        Assert.Equal(["a.example", "b.example"], asked);

        // The same name, but checked: the connections that were not are none of its.
        Assert.Equal("526", await StatusAsync(edge, "strict.example"));
        Assert.NotEqual("200", await StatusAsync(edge, "clear.example"));
        Assert.Equal("200", await StatusAsync(edge, "a.example"));
    }

    private static async Task<string> StatusAsync(EdgeUnderTest edge, string host)
    {
        using var visitor = await Conversation.ConnectAsync(edge.Http);
        await visitor.SendAsync($"GET / HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n");
        return (await visitor.ReadToEndAsync())[9..12];
    }
}
