using System.Net;
using System.Text.Json.Nodes;
using Holdfast.Releases.Intake;

namespace Holdfast.Control.Tests.Releases;

/// <summary>Waves over real feeds: who gets a release when, and what becomes of one that fails.</summary>
public sealed class RolloutTests
{
    [Fact]
    public async Task ListChange_GoesByWaves_AndIsGoodAfterItsBake()
    {
        await using var fleet = await FleetUnderTest.StartAsync(3, "192.0.2.1");
        await fleet.PutAsync("192.0.2.2");
        await fleet.HaveAsync(1, "192.0.2.2");
        await fleet.StateAsync(3, "soaking");
        Assert.Equal(2, fleet.Having("192.0.2.1"));
        var story = (await fleet.ShowAsync(3)).Result;
        Assert.Contains("the next follows in", story["waits_for"]!.GetValue<string>(), StringComparison.Ordinal);
        Assert.Equal(
            (1, 2, false),
            (story["wave"]!.GetValue<int>(), story["previous_generation"]!.GetValue<int>(), story["open_to_all"]!.GetValue<bool>())
        );

        fleet.Time.Advance(TimeSpan.FromSeconds(60));
        await fleet.HaveAsync(2, "192.0.2.2");
        await fleet.StateAsync(3, "soaking");
        fleet.Time.Advance(TimeSpan.FromSeconds(60));
        await fleet.HaveAsync(3, "192.0.2.2");
        await fleet.StateAsync(3, "baking");
        await Eventually.TrueAsync(
            async () => (await fleet.ShowAsync(3)).Result["edges"]!["full"]!.GetValue<int>() == 3,
            "all edges said that they have it"
        );
        fleet.Time.Advance(TimeSpan.FromMinutes(10));
        await fleet.StateAsync(3, "good");
        Assert.Equal(
            ["offer", "soak", "offer", "soak", "open", "soak", "good"],
            (await fleet.ShowAsync(3)).Result["decisions"]!.AsArray().Select(decision => decision!["what"]!.GetValue<string>())
        );
    }

    [Fact]
    public async Task EdgeThatIsNew_WhileAReleaseIsOnItsWay_GetsWhatIsInUse()
    {
        await using var fleet = await FleetUnderTest.StartAsync(2, "192.0.2.1");
        await fleet.PutAsync("192.0.2.2");
        await fleet.HaveAsync(1, "192.0.2.2");
        fleet.AddEdge();
        await fleet.HaveAsync(2, "192.0.2.1");
        Assert.Equal(1, fleet.Having("192.0.2.2"));
    }

    [Fact]
    public async Task RefusalByTheCanary_StopsTheRolloutAndIsSaid()
    {
        await using var fleet = await FleetUnderTest.StartAsync(3, "192.0.2.1");
        foreach (var edge in fleet.Edges)
        {
            edge.Lists.Refuses[fleet.List] = new ArtifactRefusedException("it ends the taster");
        }

        await fleet.PutAsync("192.0.2.2");
        await fleet.StateAsync(3, "stopped");
        var story = (await fleet.ShowAsync(3)).Result;
        Assert.Equal(4, story["revert_generation"]!.GetValue<int>());
        Assert.Contains("refused it: it ends the taster", story["reason"]!.GetValue<string>(), StringComparison.Ordinal);

        var listed = (await fleet.Control.GetAsync("/holdfast/v1/releases?kind=list&name=offices&state=failed")).Body["result"]!;
        var release = Assert.Single(listed.AsArray(), release => release!["generation"]!.GetValue<int>() == 3)!;
        var failure = Assert.Single(release["failures"]!.AsArray())!;
        Assert.Equal(("refused", "it ends the taster"), (failure["stage"]!.GetValue<string>(), failure["reason"]!.GetValue<string>()));

        // The edges that were not in the wave never saw it, and what the owner sees is what they have.
        Assert.Single(fleet.Edges, edge => edge.Refusals.Any(refusal => refusal.Release.Generation == 3));
        Assert.Equal(["192.0.2.1"], await fleet.ItemsAsync());
        var draft = Assert.Single((await fleet.Control.GetAsync("/holdfast/v1/incident-drafts")).Body["result"]!.AsArray())!["draft"]!;
        Assert.Equal($"list/{fleet.List}/3", draft["release"]!.GetValue<string>());
        var audit = (await fleet.Control.GetAsync("/holdfast/v1/audit_logs?per_page=1")).Result[0]!;
        Assert.Equal(
            ("releases-revert", "system", $"list/{fleet.List}/3"),
            (audit["operation"]!.GetValue<string>(), audit["actor_type"]!.GetValue<string>(), audit["resource_id"]!.GetValue<string>())
        );
    }

    [Fact]
    public async Task ContentThatFailed_IsNotTakenAgain_UntilItIsAnother()
    {
        await using var fleet = await FleetUnderTest.StartAsync(2, "192.0.2.1");
        foreach (var edge in fleet.Edges)
        {
            edge.Lists.Refuses[fleet.List] = new ArtifactRefusedException("no");
        }

        await fleet.PutAsync("192.0.2.2");
        await fleet.StateAsync(3, "stopped");
        foreach (var edge in fleet.Edges)
        {
            edge.Lists.Refuses.Clear();
        }

        var refused = await fleet.PutAsync("192.0.2.2");
        Assert.Equal(HttpStatusCode.Conflict, refused.Status);
        Assert.Contains("failed before, as generation 3", refused.Error["message"]!.GetValue<string>(), StringComparison.Ordinal);
        Assert.Equal(["192.0.2.1"], await fleet.ItemsAsync());

        Assert.Equal(HttpStatusCode.OK, (await fleet.PutAsync("192.0.2.3")).Status);
        await fleet.HaveAsync(1, "192.0.2.3");
    }

    [Fact]
    public async Task RevertByAnEdgeOfALaterWave_TakesItBackFromAll()
    {
        await using var fleet = await FleetUnderTest.StartAsync(3, "192.0.2.1");
        await fleet.PutAsync("192.0.2.2");
        await fleet.HaveAsync(1, "192.0.2.2");
        await fleet.StateAsync(3, "soaking");
        fleet.Time.Advance(TimeSpan.FromSeconds(60));
        await fleet.HaveAsync(2, "192.0.2.2");
        await Eventually.TrueAsync(
            async () => (await fleet.ShowAsync(3)).Result["edges"]!["full"]!.GetValue<int>() == 2,
            "control has heard of both"
        );
        var digest = (await fleet.ShowAsync(3)).Result["digest"]!.GetValue<string>();
        var last = fleet.Edges.Last(edge => fleet.ItemsOn(edge) is ["192.0.2.2"]);
        last.Report(
            "release.progress",
            new JsonObject
            {
                ["kind"] = "list",
                ["name"] = fleet.List,
                ["generation"] = 3,
                ["digest"] = digest,
                ["stage"] = "reverted",
                ["share"] = 0,
                ["reason"] = "more of its requests fail",
                ["evidence"] = "5xx 2.1% against 0.1%",
                ["at"] = "2026-01-31T12:00:00.000Z",
            }
        );
        await fleet.StateAsync(3, "stopped");
        await fleet.HaveAsync(3, "192.0.2.1");
        Assert.All(fleet.Edges, edge => Assert.Equal(4, edge.Lists.Live[fleet.List].Generation));
    }

    [Fact]
    public async Task ReleaseWithNoEdgeAlive_IsStoredWaitsAndSaysSo()
    {
        await using var fleet = await FleetUnderTest.StartAsync(0, "192.0.2.1");
        await fleet.StateAsync(2, "waiting");
        Assert.Equal("no edge is alive: it is stored and waits", (await fleet.ShowAsync(2)).Result["waits_for"]!.GetValue<string>());
        await fleet.StateAsync(1, "superseded");
        fleet.AddEdge();
        await fleet.HaveAsync(1, "192.0.2.1");
    }

    [Fact]
    public async Task ChangeDuringARollout_WaitsBehindIt()
    {
        await using var fleet = await FleetUnderTest.StartAsync(2, "192.0.2.1");
        await fleet.PutAsync("192.0.2.2");
        await fleet.StateAsync(3, "soaking");
        await fleet.PutAsync("192.0.2.3");
        await fleet.PutAsync("192.0.2.4");
        await fleet.StateAsync(4, "superseded");
        await fleet.StateAsync(5, "queued");
        fleet.Time.Advance(TimeSpan.FromSeconds(60));
        await fleet.StateAsync(3, "superseded");
        await fleet.HaveAsync(1, "192.0.2.4");
        await fleet.HaveAsync(1, "192.0.2.2");
    }

    [Fact]
    public async Task WhatIsInUse_IsKept_HoweverManyChangesWaitBehindIt()
    {
        await using var fleet = await FleetUnderTest.StartAsync(2, "192.0.2.1");
        await fleet.PutAsync("192.0.2.2");
        await fleet.StateAsync(3, "soaking");
        for (var host = 3; host <= 18; host++)
        {
            Assert.Equal(HttpStatusCode.OK, (await fleet.PutAsync($"192.0.2.{host}")).Status);
        }

        fleet.AddEdge();
        await fleet.HaveAsync(2, "192.0.2.1");
    }

    [Fact]
    public async Task ControlThatStartsAgain_GoesOnWhereItWas()
    {
        await using var fleet = await FleetUnderTest.StartAsync(2, "192.0.2.1");
        await fleet.PutAsync("192.0.2.2");
        await fleet.StateAsync(3, "soaking");
        var port = fleet.Control.Host.Url.Port;
        await fleet.Control.StopAsync();
        await using var again = await TestControl.StartAsync(fleet.Control.Data, port, time: fleet.Time);
        var state = (await again.GetAsync(fleet.PathOf(3))).Result;
        Assert.Equal("soaking", state["state"]!.GetValue<string>());
        await Eventually.TrueAsync(() => fleet.Edges.TrueForAll(edge => edge.Intake.State.Connected), "edges are back");

        // The wave soaks anew: from when control has seen its edges again.
        await Eventually.TrueAsync(
            () =>
            {
                fleet.Time.Advance(TimeSpan.FromSeconds(1));
                return fleet.Having("192.0.2.2") == 2;
            },
            "2 edges with 192.0.2.2"
        );
    }
}
