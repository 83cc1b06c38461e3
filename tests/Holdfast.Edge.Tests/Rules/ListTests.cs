using System.Text;
using Holdfast.Edge.Tests.Harness;
using Holdfast.Model.Lists;
using Holdfast.Model.Rulesets;
using static Holdfast.Edge.Tests.Rules.RuledSite;

namespace Holdfast.Edge.Tests.Rules;

/// <summary>Lists that rules name.</summary>
public class ListTests
{
    private static readonly BlockAction Block = new((BlockResponse?)null);

    [Fact]
    public async Task Rule_ThatNamesAList_ActsAsTheListIsNow()
    {
        await using var site = await StartAsync(Custom, Rule("ip.src in $visitors", Block));
        Assert.Equal(200, await site.GetAsync("/"));

        await site.Edge.PutListAsync("visitors", ListKind.Ip, "127.0.0.0/8", "2001:db8::/32");
        Assert.Equal(403, await site.GetAsync("/"));

        await site.Edge.PutListAsync("visitors", ListKind.Ip, "192.0.2.0/24");
        Assert.Equal(200, await site.GetAsync("/"));

        await site.Edge.PutListAsync("visitors", ListKind.Ip, "127.0.0.1");
        Assert.Equal(403, await site.GetAsync("/"));
        await site.Edge.RemoveListAsync("visitors");
        Assert.Equal(200, await site.GetAsync("/"));
    }

    [Theory]
    [InlineData("not ip.src in $gone")]
    [InlineData("ip.src in $gone or not ip.src in $gone")]
    public async Task Rule_ThatNamesAListWhichTheEdgeLacks_DoesNotAct(string expression)
    {
        await using var site = await StartAsync(Custom, Rule(expression, Block));
        Assert.Equal(200, await site.GetAsync("/"));

        await site.Edge.PutListAsync("gone", ListKind.Ip, "192.0.2.1");
        Assert.Equal(403, await site.GetAsync("/"));
    }

    [Fact]
    public async Task Rule_ThatNamesAListOfHosts_KnowsTheNamesBelow()
    {
        await using var site = await StartAsync(Custom, Rule("http.host in $hosts", Block));
        await site.Edge.PutListAsync("hosts", ListKind.Hostname, "*.example.org", "shop.example.com");

        Assert.Equal(403, await site.GetAsync("/", host: "a.example.org"));
        Assert.Equal(403, await site.GetAsync("/", host: "Shop.example.com"));
        Assert.Equal(200, await site.GetAsync("/", host: "example.org"));
    }

    [Fact]
    public async Task List_OfManyAddresses_IsMappedAndLeavesNoFile()
    {
        await using var site = await StartAsync(Custom, Rule("ip.src in $many", Block));
        var items = Enumerable.Range(0, 20_000).Select(i => $"10.{i / 250}.{i % 250}.1").ToList();
        await site.Edge.PutListAsync("many", ListKind.Ip, [.. items, "127.0.0.0/8", "2001:db8:1::/48"]);
        Assert.Equal(403, await site.GetAsync("/"));

        await site.Edge.PutListAsync("many", ListKind.Ip, items);
        Assert.Equal(200, await site.GetAsync("/"));
        Assert.Empty(Directory.GetFiles(Path.Combine(site.Edge.Data, "edges", "edge-1", "lists")));
    }

    [Fact]
    public async Task List_ThatIsNone_IsRefusedAndTheOneBeforeStays()
    {
        await using var site = await StartAsync(Custom, Rule("ip.src in $visitors", Block));
        await site.Edge.PutListAsync("visitors", ListKind.Ip, "127.0.0.1");
        foreach (var bad in (string[])["x", "{}", "null", """{"id":"x","items":["127.0.0.1","127.0.0.1"],"kind":"ip","name":"visitors"}"""])
        {
            site.Edge.PublishBadList("visitors", Encoding.UTF8.GetBytes(bad));
        }

        // Behind them in the feed, so that they were dealt with when it is live.
        await site.Edge.PutListAsync("other", ListKind.Asn, "64496");
        Assert.Equal(403, await site.GetAsync("/"));
    }

    [Fact]
    public async Task Lists_AfterARestartWithoutAFeed_AreThereForTheFirstVisitor()
    {
        await using var origin = new ScriptedOrigin(async c =>
        {
            while (await c.ReadHeadAsync() is not null)
            {
                await c.SendAsync("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
            }
        });
        string data;
        await using (var edge = await EdgeUnderTest.StartAsync())
        {
            data = edge.Data;
            var rules = Ruleset(Custom, Rule("ip.src in $visitors", Block));
            await edge.PutZoneAsync("*", origin.Url, null, zone => zone with { Rulesets = [rules] });
            await edge.PutListAsync("visitors", ListKind.Ip, "192.0.2.1");
            await edge.PutListAsync("visitors", ListKind.Ip, "127.0.0.1");
        }

        Assert.Equal(403, await FirstAnswerAsync(data));

        // The newest generation is damaged: the one before it takes its place.
        var segment = Assert.Single(Directory.GetFiles(Path.Combine(data, "edges", "edge-1", "releases"), "*.segment"));
        var bytes = await File.ReadAllBytesAsync(segment, TestContext.Current.CancellationToken);
        bytes[bytes.AsSpan().LastIndexOf(Encoding.ASCII.GetBytes(EdgeUnderTest.IdOf("visitors"))) + 50] ^= 0x40;
        await File.WriteAllBytesAsync(segment, bytes, TestContext.Current.CancellationToken);
        Assert.Equal(200, await FirstAnswerAsync(data));
    }

    private static async Task<int> FirstAnswerAsync(string data)
    {
        await using var edge = await EdgeUnderTest.StartAsync(data: data);
        using var visitor = await Conversation.ConnectAsync(edge.Http);
        await visitor.SendAsync("GET / HTTP/1.1\r\nHost: example.com\r\n\r\n");
        return int.Parse((await visitor.ReadHeadAsync())!.AsSpan(9, 3), System.Globalization.CultureInfo.InvariantCulture);
    }
}
