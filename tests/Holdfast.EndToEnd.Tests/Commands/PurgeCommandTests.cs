using System.Text.Json.Nodes;
using Holdfast.EndToEnd.Tests.Harness;

namespace Holdfast.EndToEnd.Tests.Commands;

/// <summary><c>holdfast purge</c>, from the command line to what a visitor gets.</summary>
public sealed class PurgeCommandTests(SharedHoldfast shared) : SharedTests(shared)
{
    [Theory]
    [InlineData("1 URL purged", "--url", "http://purge.example.com/")]
    [InlineData("1 prefix purged", "--prefix", "purge.example.com/")]
    [InlineData("2 hosts purged", "--host", "purge.example.com", "--host", "www.purge.example.com")]
    [InlineData("1 tag purged", "--tag", "red")]
    [InlineData("everything purged", "--everything")]
    public async Task Purge_TakesWhatTheEdgeHasCached(string said, params string[] selector)
    {
        await using var nginx = await NginxOrigin.StartAsync(
            "location / { add_header Cache-Control max-age=600; add_header Cache-Tag red; return 200 $request_id; }"
        );
        await Holdfast.ZoneAsync("purge.example.com", nginx.Url, ("cache_profile", "standard"));
        (await Holdfast.CommandAsync("purge", "purge.example.com", "--everything")).Succeeded();
        var first = await BodyAsync();
        Assert.Equal(first, await BodyAsync());

        var purged = (await Holdfast.CommandAsync(["purge", "purge.example.com", .. selector])).Succeeded();
        Assert.Equal($"zone purge.example.com: {said}, in effect on edge-1\n", purged.Out);
        var second = await BodyAsync();
        Assert.NotEqual(first, second);
        Assert.Equal(second, await BodyAsync());
    }

    [Fact]
    public async Task Purge_PrintsJsonAndRefusesWhatIsNotTheZones()
    {
        await Holdfast.ZoneAsync("purge.example.com", "http://127.0.0.1:9");
        var purged = (await Holdfast.CommandAsync("purge", "purge.example.com", "--tag", "red", "--json")).Succeeded();
        var json = JsonNode.Parse(purged.Out)!;
        Assert.Equal("tag", json["kind"]!.GetValue<string>());
        Assert.True(json["edges"]![0]!["in_effect"]!.GetValue<bool>());

        var foreign = await Holdfast.CommandAsync("purge", "purge.example.com", "--url", "http://example.net/");
        Assert.NotEqual(0, foreign.ExitCode);
        Assert.Contains("example.net does not belong to the zone", foreign.Error, StringComparison.Ordinal);
        Assert.Equal(2, (await Holdfast.CommandAsync("purge", "purge.example.com")).ExitCode);
        Assert.Equal(2, (await Holdfast.CommandAsync("purge", "purge.example.com", "--everything", "--tag", "a")).ExitCode);
    }

    private async Task<string> BodyAsync() => (await Curl.GetAsync(Holdfast.Http, "purge.example.com", "/")).Body;
}
