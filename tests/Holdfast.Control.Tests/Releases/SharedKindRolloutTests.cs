using System.Net;
using System.Text.Json.Nodes;
using Holdfast.Releases.Intake;

namespace Holdfast.Control.Tests.Releases;

/// <summary>What every zone uses beside lists goes by waves too, and is taken back: the account's rulesets and the bot feature file.</summary>
public sealed class SharedKindRolloutTests
{
    private const string EntryPoint = "phases/http_request_firewall_custom/entrypoint";
    private const string Features = "/holdfast/v1/bot-features";

    [Theory]
    [InlineData("account-ruleset")]
    [InlineData("bot-features")]
    public async Task Change_ThatTheFirstEdgeRefuses_IsTakenBackAndReachesNoOther(string kind)
    {
        await using var fleet = await FleetUnderTest.StartAsync(3, "192.0.2.1");
        var path = await PathOfAsync(fleet, kind);
        var name = await PublishedAsync(fleet, kind, path);
        foreach (var edge in fleet.Edges)
        {
            Consumer(edge, kind).Refuses[name] = new ArtifactRefusedException("it ends the taster");
        }

        Assert.Equal(HttpStatusCode.OK, (await fleet.Control.PutAsync(path, Body(kind, "second"))).Status);
        await StateAsync(fleet, kind, name, 2, "stopped");
        var story = (await fleet.Control.GetAsync($"/holdfast/v1/releases/{kind}/{name}/2")).Result;
        Assert.Equal(3, story["revert_generation"]!.GetValue<int>());
        Assert.Single(fleet.Edges, edge => edge.Refusals.Any(refusal => refusal.Release.Generation == 2));

        // The owner sees what the edges have, and the same is not taken again.
        Assert.Contains("first", (await fleet.Control.GetAsync(path)).Body.ToJsonString(), StringComparison.Ordinal);
        var draft = Assert.Single((await fleet.Control.GetAsync("/holdfast/v1/incident-drafts")).Body["result"]!.AsArray())!["draft"]!;
        Assert.Equal($"{kind}/{name}/2", draft["release"]!.GetValue<string>());
        if (kind == "bot-features")
        {
            Assert.Equal(HttpStatusCode.Conflict, (await fleet.Control.PutAsync(path, Body(kind, "second"))).Status);
        }
    }

    [Theory]
    [InlineData("account-ruleset")]
    [InlineData("bot-features")]
    public async Task Removal_ThatAnEdgeGoesBackFrom_IsTakenBack(string kind)
    {
        await using var fleet = await FleetUnderTest.StartAsync(2, "192.0.2.1");
        var path = await PathOfAsync(fleet, kind);
        var name = await PublishedAsync(fleet, kind, path);
        var one = kind == "bot-features" ? path : path.Replace(EntryPoint, name, StringComparison.Ordinal);
        await fleet.Control.DeleteAsync(one);
        await Eventually.TrueAsync(
            () => fleet.Edges.Count(edge => Consumer(edge, kind).Live.ContainsKey(name)) == 1,
            "one edge is without it"
        );
        Assert.Equal(HttpStatusCode.NotFound, (await fleet.Control.GetAsync(one)).Status);
        fleet
            .Edges.Single(edge => !Consumer(edge, kind).Live.ContainsKey(name))
            .Report(
                "release.refused",
                new JsonObject
                {
                    ["kind"] = kind,
                    ["name"] = name,
                    ["generation"] = 2,
                    ["digest"] = new string('0', 64),
                    ["reason"] = "requests fail without it",
                }
            );
        await Eventually.TrueAsync(
            () => fleet.Edges.TrueForAll(edge => Consumer(edge, kind).Live.TryGetValue(name, out var live) && live.Generation is 1 or 3),
            "every edge has it again"
        );
        await Eventually.TrueAsync(
            async () => (await fleet.Control.GetAsync(one)).Body.ToJsonString().Contains("first", StringComparison.Ordinal),
            "its owner sees it again"
        );
        Assert.Equal(HttpStatusCode.OK, (await fleet.Control.PutAsync(path, Body(kind, "third"))).Status);
    }

    // To an edge that has not heard of the removal a new one would be a second entry point of the phase.
    [Fact]
    public async Task EntryPoint_MadeWhileTheRemovalOfTheOneBeforeIsOnItsWay_IsAChangeOfThatOne()
    {
        const string Kind = "account-ruleset";
        await using var fleet = await FleetUnderTest.StartAsync(2, "192.0.2.1");
        var path = await PathOfAsync(fleet, Kind);
        var name = await PublishedAsync(fleet, Kind, path);
        await fleet.Control.DeleteAsync(path.Replace(EntryPoint, name, StringComparison.Ordinal));
        await Eventually.TrueAsync(
            () => fleet.Edges.Count(edge => Consumer(edge, Kind).Live.ContainsKey(name)) == 1,
            "one edge is without it"
        );

        var put = await fleet.Control.PutAsync(path, Body(Kind, "second"));

        Assert.Equal((HttpStatusCode.OK, name), (put.Status, put.Result["id"]!.GetValue<string>()));
        Assert.Equal("1", put.Result["version"]!.GetValue<string>());
        Assert.Equal(name, (await fleet.Control.GetAsync(path)).Result["id"]!.GetValue<string>());
        var story = (await fleet.Control.GetAsync($"/holdfast/v1/releases/{Kind}/{name}/3")).Result;
        Assert.False(story["removed"]!.GetValue<bool>());
    }

    // Unpinning would let it out.
    [Fact]
    public async Task Content_ThatFailed_IsNotTakenWhileItIsPinnedEither()
    {
        const string Kind = "bot-features";
        await using var fleet = await FleetUnderTest.StartAsync(2, "192.0.2.1");
        var path = await PathOfAsync(fleet, Kind);
        var name = await PublishedAsync(fleet, Kind, path);
        foreach (var edge in fleet.Edges)
        {
            Consumer(edge, Kind).Refuses[name] = new ArtifactRefusedException("it ends the taster");
        }

        await fleet.Control.PutAsync(path, Body(Kind, "second"));
        await StateAsync(fleet, Kind, name, 2, "stopped");
        var pin = await fleet.Control.PutAsync($"/holdfast/v1/releases/{Kind}/{name}/pin", """{"reason":"as it is"}""");
        Assert.Equal(HttpStatusCode.OK, pin.Status);

        Assert.Equal(HttpStatusCode.Conflict, (await fleet.Control.PutAsync(path, Body(Kind, "second"))).Status);
        Assert.Equal(HttpStatusCode.OK, (await fleet.Control.PutAsync(path, Body(Kind, "third"))).Status);
    }

    private static async Task<string> PathOfAsync(FleetUnderTest fleet, string kind)
    {
        var account = (await fleet.Control.GetAsync("/client/v4/accounts")).Result[0]!["id"]!.GetValue<string>();
        return kind == "bot-features" ? Features : $"/client/v4/accounts/{account}/rulesets/{EntryPoint}";
    }

    // The first release of an artifact goes by waves as well.
    private static async Task<string> PublishedAsync(FleetUnderTest fleet, string kind, string path)
    {
        var put = await fleet.Control.PutAsync(path, Body(kind, "first"));
        Assert.Equal(HttpStatusCode.OK, put.Status);
        var name = kind == "bot-features" ? "bot-features" : put.Result["id"]!.GetValue<string>();
        for (var edges = 1; edges <= fleet.Edges.Count; edges++)
        {
            await Eventually.TrueAsync(
                () => fleet.Edges.Count(edge => Consumer(edge, kind).Live.ContainsKey(name)) == edges,
                $"{edges} edges have it"
            );
            await StateAsync(fleet, kind, name, 1, edges == fleet.Edges.Count ? "baking" : "soaking");
            fleet.Time.Advance(TimeSpan.FromSeconds(60));
        }

        return name;
    }

    private static Task StateAsync(FleetUnderTest fleet, string kind, string name, long generation, string state) =>
        Eventually.TrueAsync(
            async () =>
                (await fleet.Control.GetAsync($"/holdfast/v1/releases/{kind}/{name}/{generation}")).Result["state"]!.GetValue<string>()
                == state,
            $"generation {generation} is {state}"
        );

    private static TestEdge.Consumer Consumer(TestEdge edge, string kind) => kind == "bot-features" ? edge.Features : edge.Rulesets;

    private static string Body(string kind, string word) =>
        kind == "bot-features"
            ? $$"""
                {"features":[{"name":"{{word}}","expression":"http.host eq \"{{word}}\"","weight":10}],"least_evidence":1,"rows":1}
                """
            : $$"""{"rules":[{"action":"log","description":"{{word}}","expression":"true"}]}""";
}
