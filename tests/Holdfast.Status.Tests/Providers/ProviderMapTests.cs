using System.Net;
using System.Text.Json.Nodes;
using Holdfast.Status.Tests.Operating;
using Holdfast.Status.Tests.Watching;

namespace Holdfast.Status.Tests.Providers;

/// <summary>What stops if a provider stops, and what incidents say of it.</summary>
public sealed class ProviderMapTests : IAsyncLifetime
{
    private StatusPageHarness page = null!;
    private FakeEdge edge = null!;

    public async ValueTask InitializeAsync()
    {
        page = await StatusPageHarness.StartAsync();
        edge = await FakeEdge.StartAsync();
        edge.Origin = ("web-2.us-east-1.elb.amazonaws.com", "192.0.2.10");
        await page.WriteAsync("POST", "/watches", $$$"""{"watch":{"name":"Zurich","kind":"edge","target":"{{{edge.Url}}}"}}""");
    }

    public async ValueTask DisposeAsync()
    {
        await edge.DisposeAsync();
        await page.DisposeAsync();
    }

    [Fact]
    public async Task Map_HasEachProvidersZonesAndShareOfRequests_AndSaysThatThereIsNoFailover()
    {
        Assert.Empty((await MapAsync())["providers"]!.AsArray());
        await PassAsync(TimeSpan.FromMinutes(10));

        // Half of all requests are for each zone; the other one has half of its answers from a private address.
        var map = await MapAsync();
        Assert.Equal("none", Text(map, "failover"));
        var aws = map["providers"]![0]!;
        Assert.Equal(("aws/us-east-1", "us-east-1", "Amazon Web Services"), (Text(aws, "name"), Text(aws, "region"), Text(aws, "title")));
        Assert.Equal(0.75, aws["share"]!.GetValue<double>(), 0.01);
        Assert.Equal(["example.com", "private.example"], aws["zones"]!.AsArray().Select(zone => Text(zone!, "name")));
        Assert.Equal(0.5, aws["zones"]![1]!["of_zone"]!.GetValue<double>(), 0.01);
        Assert.Equal(("private", 1), (Text(map["providers"]![1]!, "name"), map["providers"]![1]!["zones"]!.AsArray().Count));

        using var browser = new OperatorBrowser(page);
        await browser.BeginAsync();
        await browser.GetAsync("/operate/providers");
        Assert.Contains("Amazon Web Services, us-east-1", browser.Text, StringComparison.Ordinal);
        Assert.Contains("None is configured", browser.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task OriginThatFails_IsToldWithItsProviderAndWhatOutsideServicesSay()
    {
        await using var feed = await FakeEdge.StartAsync();
        feed.Instead = """{"page":{"name":"Amazon Web Services"},"status":{"indicator":"none","description":"All Systems Operational"}}""";
        await page.WriteAsync(
            "POST",
            "/watches",
            $$$"""{"watch":{"name":"Amazon Web Services","kind":"feed","target":"{{{feed.Url}}}"}}"""
        );
        await PassAsync(TimeSpan.FromMinutes(70));
        edge.OriginErrors = 60;
        await PassAsync(TimeSpan.FromSeconds(30));

        var draft = Assert.Single(await DraftsAsync())!;
        Assert.Equal("aws/us-east-1", Text(draft["provider"]!, "name"));
        Assert.Contains(
            "No outside service that is watched says that it has trouble",
            Text(draft["provider"]!, "text"),
            StringComparison.Ordinal
        );
        Assert.DoesNotContain("outside service", Text(draft, "body"), StringComparison.Ordinal);

        feed.Instead = """{"status":{"indicator":"major","description":"Partial System Outage"}}""";
        await PassAsync(TimeSpan.FromSeconds(60));

        draft = Assert.Single(await DraftsAsync())!;
        Assert.Contains(
            "The outside service Amazon Web Services reports trouble too: Partial System Outage.",
            Text(draft, "body"),
            StringComparison.Ordinal
        );
        Assert.DoesNotContain("us-east-1", Text(draft, "body"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"status":{"indicator":"minor","description":"Minor Service Outage"}}""", "failing", "Minor Service Outage")]
    [InlineData("""{"status":{"indicator":"maintenance","description":"Service Under Maintenance"}}""", "well", "")]
    [InlineData("""{"status":7}""", "doubtful", "its page cannot be read: it has no status.indicator")]
    [InlineData("[]", "doubtful", "its page cannot be read: it has no status.indicator")]
    [InlineData("not JSON", "doubtful", null)]
    public async Task Feed_OfAnOutsideService_IsReadAndOpensNoDraft(string document, string state, string? said)
    {
        await using var feed = await FakeEdge.StartAsync();
        feed.Instead = document;
        var watch = await page.WriteAsync(
            "POST",
            "/watches",
            $$$"""{"watch":{"name":"Elsewhere","kind":"feed","target":"{{{feed.Url}}}"}}"""
        );
        await PassAsync(TimeSpan.FromSeconds(30));

        var seen = await page.WriteAsync("GET", $"/watches/{watch["id"]}");
        Assert.Equal(state, Text(seen, "state"));
        Assert.True(said is null || said == Text(seen, "said"));
        Assert.Empty(await DraftsAsync());
    }

    [Fact]
    public async Task Document_WithAnOriginThatIsNoAddress_IsRefused()
    {
        edge.Origin = ("origin.example.com", "nowhere");
        await PassAsync(TimeSpan.FromSeconds(20));

        Assert.Equal("not_answering", Text(Assert.Single(await DraftsAsync())!["signs"]![0]!, "kind"));
        Assert.False(IPAddress.TryParse(edge.Origin.Address, out _));
    }

    private Task PassAsync(TimeSpan duration) => page.LookAsync(duration, 10, edge.Serve);

    private Task<JsonNode> MapAsync() => page.WriteAsync("GET", "/providers");

    private async Task<JsonArray> DraftsAsync() => (await page.WriteAsync("GET", "/drafts")).AsArray();

    private static string Text(JsonNode node, string member) => node[member]!.GetValue<string>();
}
