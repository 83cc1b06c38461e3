using System.Net;
using Holdfast.Releases.Intake;

namespace Holdfast.Control.Tests.Releases;

/// <summary>What people do to releases, over the API.</summary>
public sealed class ReleaseActionTests
{
    private const string Because = """{"reason":"errors at the shop"}""";

    [Fact]
    public async Task Paused_StaysWhereItIs_UntilItIsResumed()
    {
        await using var fleet = await FleetUnderTest.StartAsync(2, "192.0.2.1");
        await fleet.PutAsync("192.0.2.2");
        await fleet.StateAsync(3, "soaking");
        var tag = (await fleet.ShowAsync(3)).Tag;
        var stale = await fleet.Control.SendAsync(HttpMethod.Post, fleet.PathOf(3) + "/pause", Because, "\"0\"");
        Assert.Equal(HttpStatusCode.PreconditionFailed, stale.Status);
        var paused = await fleet.Control.SendAsync(HttpMethod.Post, fleet.PathOf(3) + "/pause", Because, tag);
        Assert.Equal((HttpStatusCode.OK, "paused"), (paused.Status, paused.Result["state"]!.GetValue<string>()));
        Assert.Equal(HttpStatusCode.Conflict, (await fleet.Control.PostAsync(fleet.PathOf(3) + "/pause", Because)).Status);

        fleet.Time.Advance(TimeSpan.FromHours(1));
        Assert.Equal("paused", (await fleet.ShowAsync(3)).Result["state"]!.GetValue<string>());
        await fleet.Control.PostAsync(fleet.PathOf(3) + "/resume", Because);
        await fleet.StateAsync(3, "soaking");
        Assert.Equal(1, fleet.Having("192.0.2.2"));
        fleet.Time.Advance(TimeSpan.FromSeconds(60));
        await fleet.HaveAsync(2, "192.0.2.2");
    }

    [Fact]
    public async Task Skipped_GoesToTheNextWaveAtOnce_AndWhoAndWhyIsKept()
    {
        await using var fleet = await FleetUnderTest.StartAsync(3, "192.0.2.1");
        await fleet.PutAsync("192.0.2.2");
        await fleet.StateAsync(3, "soaking");
        Assert.Equal(1, fleet.Having("192.0.2.2"));
        var skipped = await fleet.Control.PostAsync(fleet.PathOf(3) + "/skip", Because);
        Assert.Equal((HttpStatusCode.OK, 2), (skipped.Status, skipped.Result["wave"]!.GetValue<int>()));
        var decision = Assert.Single(skipped.Result["decisions"]!.AsArray(), decision => decision!["what"]!.GetValue<string>() == "skip")!;
        Assert.Equal("the wait for wave 1 was cut short: errors at the shop", decision["text"]!.GetValue<string>());
        Assert.NotEqual("control", decision["by"]!.GetValue<string>());
        await fleet.HaveAsync(2, "192.0.2.2");
        var audit = (await fleet.Control.GetAsync("/holdfast/v1/audit_logs?per_page=1")).Result[0]!;
        Assert.Equal("releases-skip", audit["operation"]!.GetValue<string>());

        // The last wave opens it to all; then there is no wait to cut short.
        await fleet.StateAsync(3, "soaking");
        Assert.Equal(HttpStatusCode.OK, (await fleet.Control.PostAsync(fleet.PathOf(3) + "/skip", Because)).Status);
        await fleet.HaveAsync(3, "192.0.2.2");
        var again = await fleet.Control.PostAsync(fleet.PathOf(3) + "/skip", Because);
        Assert.Equal(HttpStatusCode.Conflict, again.Status);
        Assert.Contains("no wait to cut short", again.Error["message"]!.GetValue<string>(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Skipped_WhilePausedOrWithoutAReason_IsRefused()
    {
        await using var fleet = await FleetUnderTest.StartAsync(2, "192.0.2.1");
        await fleet.PutAsync("192.0.2.2");
        await fleet.StateAsync(3, "soaking");
        Assert.Equal(HttpStatusCode.BadRequest, (await fleet.Control.PostAsync(fleet.PathOf(3) + "/skip", "{}")).Status);
        await fleet.Control.PostAsync(fleet.PathOf(3) + "/pause", Because);
        Assert.Equal(HttpStatusCode.Conflict, (await fleet.Control.PostAsync(fleet.PathOf(3) + "/skip", Because)).Status);
        Assert.Equal(1, fleet.Having("192.0.2.2"));
    }

    [Fact]
    public async Task Aborted_GoesBackOnTheEdgesThatHaveIt_AndMayBeTriedAgain()
    {
        await using var fleet = await FleetUnderTest.StartAsync(2, "192.0.2.1");
        await fleet.PutAsync("192.0.2.2");
        await fleet.HaveAsync(1, "192.0.2.2");
        var aborted = await fleet.Control.PostAsync(fleet.PathOf(3) + "/abort", Because);
        Assert.Equal("aborted", aborted.Result["state"]!.GetValue<string>());
        Assert.Equal(4, aborted.Result["revert_generation"]!.GetValue<int>());
        await fleet.HaveAsync(2, "192.0.2.1");
        Assert.Equal(["192.0.2.1"], await fleet.ItemsAsync());
        Assert.Empty((await fleet.Control.GetAsync("/holdfast/v1/incident-drafts")).Body["result"]!.AsArray());
        Assert.Equal(HttpStatusCode.OK, (await fleet.PutAsync("192.0.2.2")).Status);
    }

    [Fact]
    public async Task Revert_ToWhatFailedOrWasNeverForAll_IsRefused()
    {
        await using var fleet = await FleetUnderTest.StartAsync(2, "192.0.2.1");
        var path = $"/holdfast/v1/releases/list/{fleet.List}/revert";
        await fleet.PutAsync("192.0.2.2");
        await fleet.HaveAsync(1, "192.0.2.2");
        await fleet.Control.PostAsync(fleet.PathOf(3) + "/abort", Because);
        await fleet.HaveAsync(2, "192.0.2.1");
        var never = await fleet.Control.PostAsync(path, """{"generation":3,"reason":"clean up"}""");
        Assert.Equal(HttpStatusCode.Conflict, never.Status);
        Assert.Contains("never in use on every edge", never.Error["message"]!.GetValue<string>(), StringComparison.Ordinal);

        foreach (var edge in fleet.Edges)
        {
            edge.Lists.Refuses[fleet.List] = new ArtifactRefusedException("it ends the taster");
        }

        await fleet.PutAsync("192.0.2.3");
        await fleet.StateAsync(5, "stopped");
        var failed = await fleet.Control.PostAsync(path, """{"generation":5,"reason":"clean up"}""");
        Assert.Equal(HttpStatusCode.Conflict, failed.Status);
        Assert.Contains("failed before, as generation 5", failed.Error["message"]!.GetValue<string>(), StringComparison.Ordinal);
        Assert.Equal(["192.0.2.1"], await fleet.ItemsAsync());
    }

    [Fact]
    public async Task Pinned_TakesNothingNewer_UntilItIsUnpinned()
    {
        await using var control = await TestControl.StartAsync();
        var zone = await control.AddZoneAsync("example.com");
        using var store = new TemporaryDirectory();
        await using var edge = new TestEdge(control.Data, control.Host.Url, store.Path);
        await Eventually.TrueAsync(() => edge.Zone(zone) is not null, "live");
        var pin = await control.PutAsync("/holdfast/v1/releases/zone/example.com/pin", Because);
        Assert.Equal(1, pin.Result["generation"]!.GetValue<int>());
        await control.PatchAsync($"/client/v4/zones/{zone}/settings/always_use_https", """{"value":"on"}""");
        var newest = (await control.GetAsync("/holdfast/v1/releases/zone/example.com/newest")).Result;
        Assert.Equal((2, "pinned"), (newest["generation"]!.GetValue<int>(), newest["state"]!.GetValue<string>()));
        Assert.Equal(HttpStatusCode.Conflict, (await control.DeleteAsync($"/client/v4/zones/{zone}")).Status);

        // What comes after it in the feed is there, and it is not.
        var other = await control.AddZoneAsync("example.org");
        await Eventually.TrueAsync(() => edge.Zone(other) is not null, "the other zone live");
        Assert.Equal(1, edge.Zones.Live[zone].Generation);
        await control.DeleteAsync("/holdfast/v1/releases/zone/example.com/pin");
        await Eventually.TrueAsync(() => edge.Zones.Live[zone].Generation == 2, "let go");
    }

    [Fact]
    public async Task Revert_PublishesTheOlderContentForEveryEdge()
    {
        await using var control = await TestControl.StartAsync();
        var zone = await control.AddZoneAsync("example.com");
        var path = $"/client/v4/zones/{zone}/settings/always_use_https";
        await control.PatchAsync(path, """{"value":"on"}""");
        var reverted = await control.PostAsync("/holdfast/v1/releases/zone/example.com/revert", Because);
        Assert.Equal(3, reverted.Result["generation"]!.GetValue<int>());
        Assert.Equal("off", (await control.GetAsync(path)).Result["value"]!.GetValue<string>());
        var digests = (await control.GetAsync("/holdfast/v1/releases?kind=zone&name=example.com")).Body["result"]!
            .AsArray()
            .Select(release => release!["digest"]!.GetValue<string>())
            .ToList();
        Assert.Equal(digests[2], digests[0]);

        var newer = await control.PostAsync("/holdfast/v1/releases/zone/example.com/revert", """{"generation":3,"reason":"no"}""");
        Assert.Equal(HttpStatusCode.Conflict, newer.Status);
    }
}
