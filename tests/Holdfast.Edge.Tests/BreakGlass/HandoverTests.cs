using Holdfast.Edge.Tests.Harness;

namespace Holdfast.Edge.Tests.BreakGlass;

/// <summary>An edge whose successor has its data directory: both serve, one of them writes.</summary>
public class HandoverTests
{
    private const string Site = "site.example.com";

    [Fact]
    public async Task HandedOver_Edge_ServesOnAndLeavesTheDiskToItsSuccessor()
    {
        await using var origin = new ScriptedOrigin(async c =>
        {
            while (await c.ReadHeadAsync() is { } head)
            {
                var target = head.Split(' ')[1];
                await c.SendAsync($"HTTP/1.1 200 OK\r\nCache-Control: max-age=60\r\nContent-Length: {target.Length}\r\n\r\n{target}");
            }
        });
        var first = await EdgeUnderTest.StartAsync();
        var id = await first.PutZoneAsync(Site, origin.Url);
        await first.PutZoneAsync("cold.example.com", origin.Url);
        using var visitor = await Conversation.ConnectAsync(first.Http);
        Assert.Contains("200 OK", await AskAsync(visitor, "/one"), StringComparison.Ordinal);

        await first.HandOverAsync();

        // What it has in memory, what it must read, what it would store: all of it is answered, and the connection stays.
        Assert.Contains("200 OK", await AskAsync(visitor, "/two"), StringComparison.Ordinal);
        Assert.Contains("200 OK", await AskAsync(visitor, "/three.css", "cold.example.com"), StringComparison.Ordinal);
        using (var other = await Conversation.ConnectAsync(first.Http))
        {
            Assert.Contains("200 OK", await AskAsync(other, "/four"), StringComparison.Ordinal);
        }

        var second = await EdgeUnderTest.StartAsync(data: first.Data);
        await second.PutZoneAsync(Site, origin.Url, change: zone => zone with { Paused = true });
        var generation = second.LiveGeneration(id);

        // It leaves when its visitors have: each is told by its next answer.
        var leaving = first.DisposeAsync().AsTask();
        await EdgeUnderTest.UntilAsync(() => first.IsLeaving);
        var last = await AskAsync(visitor, "/five");
        Assert.Contains("200 OK", last, StringComparison.Ordinal);
        Assert.Contains("Connection: close", last, StringComparison.Ordinal);
        await leaving;
        await second.DisposeAsync();

        await using var third = await EdgeUnderTest.StartAsync(data: first.Data);
        Assert.Equal(generation, third.LiveGeneration(id));
        Assert.Equal(2, third.Zones.Count);
    }

    private static async Task<string> AskAsync(Conversation visitor, string target, string host = Site)
    {
        await visitor.SendAsync($"GET {target} HTTP/1.1\r\nHost: {host}\r\n\r\n");
        var head = await visitor.ReadHeadAsync() ?? "";
        await visitor.ReadAsync(target.Length);
        return head;
    }
}
