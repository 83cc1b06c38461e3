using Holdfast.Edge.Tests.Harness;
using Holdfast.Model.Zones;

namespace Holdfast.Edge.Tests.Zones;

/// <summary>Which answer a host gets, through the whole edge.</summary>
public class HostTests
{
    [Fact]
    public async Task Host_WithoutAnyZone_GetsTheWelcomePage()
    {
        await using var edge = await EdgeUnderTest.StartAsync();
        using var visitor = await Conversation.ConnectAsync(edge.Http);

        await visitor.SendAsync("GET / HTTP/1.1\r\nHost: a.example\r\nAccept: text/plain\r\n\r\n");

        Assert.StartsWith("HTTP/1.1 200 ", await visitor.ReadHeadAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Host_OfNobody_NeverGetsANeighboursSite()
    {
        await using var origin = ScriptedOrigin.Answering("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
        await using var edge = await EdgeUnderTest.StartAsync();
        await edge.PutZoneAsync("example.com", origin.Url);
        using var visitor = await Conversation.ConnectAsync(edge.Http);

        foreach (
            var (host, status) in new[]
            {
                ("example.com", 200),
                ("WWW.Example.com.:80", 200),
                ("example.org", 421),
                ("notexample.com", 421),
            }
        )
        {
            await visitor.SendAsync($"GET / HTTP/1.1\r\nHost: {host}\r\n\r\n");
            var head = await visitor.ReadHeadAsync();
            await visitor.ReadAsync(Wire.RequestWireTests.LengthOf(head!));
            Assert.StartsWith($"HTTP/1.1 {status} ", head, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Zone_WithoutAnOrigin_IsAnswered530()
    {
        await using var edge = await EdgeUnderTest.StartAsync();
        await edge.PutZoneAsync("example.com", null, new ZoneSettings());
        using var visitor = await Conversation.ConnectAsync(edge.Http);

        await visitor.SendAsync("GET / HTTP/1.1\r\nHost: example.com\r\n\r\n");

        Assert.StartsWith("HTTP/1.1 530 ", await visitor.ReadHeadAsync(), StringComparison.Ordinal);
    }
}
