using System.Text.Json.Nodes;
using Holdfast.Control.Access;
using Holdfast.Control.Tests.Tokens;
using Holdfast.Model.Zones;

namespace Holdfast.Control.Tests;

public sealed class ZoneImportTests
{
    private const string Path = "/holdfast/v1/zones/import";

    [Fact]
    public async Task Import_ManyZones_AreThereAndLiveOnTheEdge()
    {
        await using var control = await TestControl.StartAsync();
        using var store = new TemporaryDirectory();
        await using var edge = new TestEdge(control.Data, control.Host.Url, store.Path);
        var result = (
            await control.PostAsync(Path, Zones(Enumerable.Range(0, 600).Select(i => ($"z{i}.example", (string?)"http://192.0.2.1"))))
        ).Result;
        Assert.Equal(Outcome(created: 600), Short(result));
        await Eventually.TrueAsync(() => edge.Zones.Live.Count == 600, "all live");
        Assert.Empty(edge.Refusals);
        var zone = (await control.GetAsync("/client/v4/zones?name=z7.example")).Result[0]!;
        Assert.Equal("http://192.0.2.1", (string?)zone["origin"]);
        Assert.Equal("z7.example", edge.Zone((string)zone["id"]!)!.Name);
    }

    [Fact]
    public async Task Import_Repeated_ChangesOnlyWhatDiffersAndKeepsSettings()
    {
        await using var control = await TestControl.StartAsync();
        using var store = new TemporaryDirectory();
        await using var edge = new TestEdge(control.Data, control.Host.Url, store.Path);
        await control.PostAsync(Path, Zones([("a.example", "http://192.0.2.1"), ("b.example", "http://192.0.2.1")]));
        var id = (string)(await control.GetAsync("/client/v4/zones?name=a.example")).Result[0]!["id"]!;
        await control.PatchAsync($"/client/v4/zones/{id}/settings/ssl", """{"value":"full"}""");

        var again = await control.PostAsync(
            Path,
            Zones([("a.example", "http://192.0.2.2"), ("b.example", "http://192.0.2.1"), ("c.example", null)])
        );
        Assert.Equal(Outcome(created: 1, updated: 1, unchanged: 1), Short(again.Result));
        await Eventually.TrueAsync(() => edge.Zone(id)?.Origin?.Host == "192.0.2.2", "live");
        Assert.Equal(SslMode.Full, edge.Zone(id)!.Settings.Ssl);
        Assert.Empty(edge.Refusals);
    }

    [Fact]
    public async Task Import_WithBadZones_ImportsTheOthersAndNamesEachBadOne()
    {
        await using var control = await TestControl.StartAsync();
        var result = (
            await control.PostAsync(
                Path,
                """
                {"zones":[{"name":"good.example","origin":"http://192.0.2.1"},{"name":"not a name"},{"origin":"http://192.0.2.1"},7,
                {"name":"bad-origin.example","origin":"ftp://192.0.2.1"},{"name":"GOOD.example."},{"name":"more.example","more":1},
                {"name":"also-good.example","origin":null}]}
                """
            )
        ).Result;
        Assert.Equal((2, 0, 0), ((int)result["created"]!, (int)result["updated"]!, (int)result["unchanged"]!));
        Assert.Equal([1, 2, 3, 4, 5, 6], result["errors"]!.AsArray().Select(error => (int)error!["index"]!));
        Assert.Contains("not a name", (string?)result["errors"]![0]!["message"], StringComparison.Ordinal);
        Assert.Contains("twice", (string?)result["errors"]![4]!["message"], StringComparison.Ordinal);
        var names = (await control.GetAsync("/client/v4/zones")).Result.AsArray().Select(zone => (string?)zone!["name"]);
        Assert.Equal(["also-good.example", "good.example"], names);
    }

    [Theory]
    [InlineData("{}")]
    [InlineData("""{"zones":[]}""")]
    [InlineData("""{"zones":{}}""")]
    [InlineData("""{"zones":[{"name":"a.example"}],"more":1}""")]
    public async Task Import_NoListOfZones_Is400AndImportsNothing(string body)
    {
        await using var control = await TestControl.StartAsync();
        Assert.Equal(400, (int)(await control.PostAsync(Path, body)).Status);
        Assert.Empty((await control.GetAsync("/client/v4/zones")).Result.AsArray());
    }

    [Fact]
    public async Task Import_WithATokenThatMayNotChangeEveryZone_IsRefused()
    {
        await using var control = await TestControl.StartAsync();
        var zone = await control.AddZoneAsync("mine.example");
        var body = Zones([("mine.example", "http://192.0.2.9"), ("new.example", "http://192.0.2.9")]);
        string[] narrower =
        [
            (await control.AddTokenAsync($$"""{"com.cloudflare.api.account.zone.{{zone}}":"*"}""", PermissionGroups.ZoneWrite)).Value,
            (await control.AddTokenAsync(TestTokens.AllZones, PermissionGroups.ZoneRead)).Value,
        ];
        foreach (var token in narrower)
        {
            var refused = await control.SendAsync(HttpMethod.Post, Path, body, token: token);
            Assert.Equal((System.Net.HttpStatusCode.Forbidden, 9109), (refused.Status, refused.Code));
        }

        var zones = (await control.GetAsync("/client/v4/zones")).Result.AsArray();
        Assert.Equal("http://192.0.2.1", (string?)Assert.Single(zones)!["origin"]);
    }

    [Fact]
    public async Task Import_MoreThanAThousand_Is400()
    {
        await using var control = await TestControl.StartAsync();
        var answer = await control.PostAsync(Path, Zones(Enumerable.Range(0, 1001).Select(i => ($"z{i}.example", (string?)null))));
        Assert.Equal(400, (int)answer.Status);
    }

    private static string Zones(IEnumerable<(string Name, string? Origin)> zones) =>
        new JsonObject
        {
            ["zones"] = new JsonArray([.. zones.Select(zone => new JsonObject { ["name"] = zone.Name, ["origin"] = zone.Origin })]),
        }.ToJsonString();

    private static string Short(JsonNode result) => result.ToJsonString();

    private static string Outcome(int created = 0, int updated = 0, int unchanged = 0) =>
        $$"""{"created":{{created}},"updated":{{updated}},"unchanged":{{unchanged}},"errors":[]}""";
}
