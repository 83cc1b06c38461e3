using System.Text;
using Holdfast.Edge.Tests.Harness;
using Holdfast.Model.Zones;

namespace Holdfast.Edge.Tests.Zones;

/// <summary>Zones that lie on the disk until somebody asks for them, through the whole edge.</summary>
public class ColdZoneTests
{
    [Fact]
    public async Task Restart_ZonesOnDisk_AreReadWhenAskedForAndDroppedWhenThereIsNoRoom()
    {
        await using var origin = ScriptedOrigin.Answering("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
        string data;
        await using (var first = await EdgeUnderTest.StartAsync())
        {
            data = first.Data;
            for (var i = 0; i < 20; i++)
            {
                await first.PutZoneAsync($"z{i}.example", origin.Url);
            }
        }

        await using var edge = await EdgeUnderTest.StartAsync(options => options with { ZoneMemory = 5 * 3 * 1024 }, data);
        Assert.Equal((20, 0), (edge.Zones.Count, edge.Zones.WarmCount));
        using var visitor = await Conversation.ConnectAsync(edge.Http);
        for (var i = 0; i < 20; i++)
        {
            Assert.Equal(200, await visitor.StatusAsync($"www.z{i}.example"));
        }

        Assert.Equal((5, 20), (edge.Zones.WarmCount, edge.Zones.Reads));
        Assert.Equal(1, edge.OriginTargetCount);
    }

    [Fact]
    public async Task Record_Damaged_TheOneBeforeServesAndWithoutOneAnErrorThatBlamesTheEdge()
    {
        await using var origin = ScriptedOrigin.Answering("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
        string data;
        await using (var first = await EdgeUnderTest.StartAsync())
        {
            data = first.Data;
            await first.PutZoneAsync("two.example", origin.Url);
            await first.PutZoneAsync("two.example", origin.Url, new ZoneSettings { ServerTiming = true });
            await first.PutZoneAsync("one.example", origin.Url);
            await first.PutZoneAsync("good.example", origin.Url);
        }

        Damage(data, "one.example", "two.example");
        await using var edge = await EdgeUnderTest.StartAsync(data: data);
        using var visitor = await Conversation.ConnectAsync(edge.Http);
        Assert.Equal(200, await visitor.StatusAsync("two.example"));
        Assert.Equal(200, await visitor.StatusAsync("good.example"));
        await visitor.SendAsync("GET / HTTP/1.1\r\nHost: one.example\r\nAccept: application/problem+json\r\n\r\n");
        var head = await visitor.ReadHeadAsync();
        Assert.StartsWith("HTTP/1.1 503 ", head, StringComparison.Ordinal);
        Assert.Contains("\r\nRetry-After: ", head, StringComparison.Ordinal);
        Assert.Contains("edge", await visitor.ReadAsync(Wire.RequestWireTests.LengthOf(head!)), StringComparison.Ordinal);
        Assert.Equal(200, await visitor.StatusAsync("good.example"));

        // It comes again by the feed, and serves.
        await edge.PutZoneAsync("one.example", origin.Url);
        Assert.Equal(200, await visitor.StatusAsync("one.example"));
    }

    [Fact]
    public async Task Name_OfAnotherZone_IsRefusedAlsoWhileThatOneIsCold()
    {
        await using var origin = ScriptedOrigin.Answering("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
        string data;
        await using (var first = await EdgeUnderTest.StartAsync())
        {
            data = first.Data;
            await first.PutZoneAsync("taken.example", origin.Url);
        }

        await using var edge = await EdgeUnderTest.StartAsync(data: data);
        edge.Publish(new string('e', 32), "taken.example", null);
        await edge.PutZoneAsync("other.example", origin.Url);
        Assert.Equal(2, edge.Zones.Count);
        using var visitor = await Conversation.ConnectAsync(edge.Http);
        Assert.Equal(200, await visitor.StatusAsync("taken.example"));
    }

    /// <summary>Changes a byte of the newest record of each of these zones.</summary>
    private static void Damage(string data, params string[] zones)
    {
        foreach (var path in Directory.GetFiles(Path.Combine(data, "edges", "edge-1", "releases"), "*.segment"))
        {
            var bytes = File.ReadAllBytes(path);
            foreach (var zone in zones)
            {
                var id = EdgeUnderTest.IdOf(zone);
                bytes[bytes.AsSpan().LastIndexOf(Encoding.ASCII.GetBytes(id)) + id.Length + 20] ^= 2;
            }

            File.WriteAllBytes(path, bytes);
        }
    }
}
