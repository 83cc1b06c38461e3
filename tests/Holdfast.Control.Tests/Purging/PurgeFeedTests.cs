using Holdfast.Control.Storage;
using Holdfast.Model.Purging;
using Holdfast.Model.Releases;
using Holdfast.Releases.Feed;

namespace Holdfast.Control.Tests.Purging;

/// <summary>The purge log beside the releases: in order, before what is newer, and over every kind of absence.</summary>
public sealed class PurgeFeedTests
{
    [Fact]
    public async Task APurge_IsInEffectOnTheEdgeAndSaidToBe()
    {
        await using var control = await TestControl.StartAsync();
        using var store = new TemporaryDirectory();
        var zone = await control.AddZoneAsync("example.com");
        await using var edge = new TestEdge(control.Data, control.Host.Url, store.Path);
        await edge.PurgedAsync(0);

        var ordered = await control.PostAsync($"/client/v4/zones/{zone}/purge_cache", """{"tags":["red"]}""");
        await Eventually.TrueAsync(() => edge.Purged.Seen.Count == 1, "in effect");
        var purge = Assert.Single(edge.Purged.Seen);
        Assert.Equal((zone, PurgeKind.Tag, "red"), (purge.ZoneId, purge.Kind, Assert.Single(purge.Values)));

        var path = $"/holdfast/v1/zones/{zone}/purges/{ordered.Result["id"]}";
        var said = false;
        await Eventually.TrueAsync(
            async () =>
            {
                var edges = (await control.GetAsync(path)).Result["edges"]!.AsArray();
                said = edges.Count == 1 && edges[0]!["in_effect"]!.GetValue<bool>();
                return said;
            },
            "said to be in effect"
        );
        Assert.Equal(1, (await control.GetAsync("/holdfast/v1/nodes")).Result[0]!["purge_sequence"]!.GetValue<int>());
    }

    [Fact]
    public async Task AnEdgeThatWasAway_CatchesUpWithPurgesBeforeAnythingNewer()
    {
        await using var control = await TestControl.StartAsync();
        using var store = new TemporaryDirectory();
        var zone = await control.AddZoneAsync("first.example");
        await using (var edge = new TestEdge(control.Data, control.Host.Url, store.Path))
        {
            await edge.PurgedAsync(0);
            await Eventually.TrueAsync(() => edge.Intake.State.Position == 1, "caught up");
        }

        for (var i = 0; i < 3; i++)
        {
            await control.PostAsync($"/client/v4/zones/{zone}/purge_cache", $$"""{"tags":["{{i}}"]}""");
            await control.AddZoneAsync($"z{i}.example");
        }

        await using var back = new TestEdge(control.Data, control.Host.Url, store.Path);
        await Eventually.TrueAsync(() => back.Intake.State.Position == 4, "all releases");
        Assert.Equal([1, 2, 3], back.Purged.Seen.Select(purge => purge.Sequence));
        Assert.Equal(0, back.Purged.All);

        // The first release came when all three purges were in effect.
        Assert.Equal(3, back.PurgesAtFirstRelease);
        Assert.Equal(3, back.Purges.Position.Sequence);
    }

    [Fact]
    public async Task AControlThatIsKilledAndBack_GoesOnWhereItWas()
    {
        using var data = new TemporaryDirectory();
        using var store = new TemporaryDirectory();
        var control = await TestControl.StartAsync(data.Path);
        var port = control.Host.Url.Port;
        var zone = await control.AddZoneAsync("example.com");
        await control.PostAsync($"/client/v4/zones/{zone}/purge_cache", """{"tags":["one"]}""");
        await using var edge = new TestEdge(data.Path, control.Host.Url, store.Path);
        await edge.PurgedAsync(1);
        await control.StopAsync();
        await Eventually.TrueAsync(() => !edge.Intake.State.Connected, "lost");
        var before = edge.Purged.All;

        await using var again = await TestControl.StartAsync(data.Path, port);
        await again.PostAsync($"/client/v4/zones/{zone}/purge_cache", """{"tags":["two"]}""");
        await edge.PurgedAsync(2);
        Assert.Equal("two", Assert.Single(edge.Purged.Seen).Values[0]);
        Assert.Equal(before, edge.Purged.All);
    }

    [Fact]
    public async Task ADatabaseMadeAnew_PurgesEverything()
    {
        using var data = new TemporaryDirectory();
        using var store = new TemporaryDirectory();
        int port;
        await using (var control = await TestControl.StartAsync(data.Path))
        {
            port = control.Host.Url.Port;
            await using var edge = new TestEdge(data.Path, control.Host.Url, store.Path);
            await edge.PurgedAsync(0);
        }

        Directory.Delete(Path.Combine(data.Path, "control"), recursive: true);
        await using var anew = await TestControl.StartAsync(data.Path, port);
        await using var back = new TestEdge(data.Path, anew.Host.Url, store.Path);
        await Eventually.TrueAsync(() => back.Purged.All == 1, "everything purged");
    }

    [Fact]
    public async Task AnEdgeBehindWhatTheLogStillHas_PurgesEverything()
    {
        var time = new SettableTime();
        await using var control = await TestControl.StartAsync(time: time);
        using var store = new TemporaryDirectory();
        using var other = new TemporaryDirectory();
        var zone = await control.AddZoneAsync("example.com");
        await control.PostAsync($"/client/v4/zones/{zone}/purge_cache", """{"tags":["one"]}""");
        foreach (var path in new[] { store.Path, other.Path })
        {
            await using var edge = new TestEdge(control.Data, control.Host.Url, path, time: time);
            await edge.PurgedAsync(1);
        }

        await control.PostAsync($"/client/v4/zones/{zone}/purge_cache", """{"tags":["two"]}""");
        await using (var near = new TestEdge(control.Data, control.Host.Url, other.Path, time: time))
        {
            await near.PurgedAsync(2);
            Assert.Equal(0, near.Purged.All);
        }

        time.Advance(PurgeLog.KeptFor + TimeSpan.FromSeconds(1));
        await control.PostAsync($"/client/v4/zones/{zone}/purge_cache", """{"tags":["three"]}""");
        await using (var near = new TestEdge(control.Data, control.Host.Url, other.Path, time: time))
        {
            await near.PurgedAsync(3);
            Assert.Equal((0, 1), (near.Purged.All, near.Purged.Seen.Count));
        }

        await using var far = new TestEdge(control.Data, control.Host.Url, store.Path, time: time);
        await far.PurgedAsync(3);
        Assert.Equal((1, 0), (far.Purged.All, far.Purged.Seen.Count));
    }

    [Fact]
    public async Task WhatAPurgeOfEverythingCovers_IsNotSent()
    {
        await using var control = await TestControl.StartAsync();
        using var store = new TemporaryDirectory();
        await using (var edge = new TestEdge(control.Data, control.Host.Url, store.Path))
        {
            await edge.PurgedAsync(0);
        }

        var zone = await control.AddZoneAsync("example.com");
        var other = await control.AddZoneAsync("example.net");
        await control.PostAsync($"/client/v4/zones/{zone}/purge_cache", """{"tags":["one"]}""");
        await control.PostAsync($"/client/v4/zones/{other}/purge_cache", """{"tags":["two"]}""");
        await control.PostAsync($"/client/v4/zones/{zone}/purge_cache", """{"purge_everything":true}""");
        await using var back = new TestEdge(control.Data, control.Host.Url, store.Path);
        await back.PurgedAsync(3);
        Assert.Equal([2, 3], back.Purged.Seen.Select(purge => purge.Sequence));
        Assert.Equal(0, back.Purged.All);
    }

    [Fact]
    public async Task AnEdgeOfABuildWithoutPurges_GetsNoWordOfThem()
    {
        await using var control = await TestControl.StartAsync();
        var zone = await control.AddZoneAsync("example.com");
        await control.PostAsync($"/client/v4/zones/{zone}/purge_cache", """{"purge_everything":true}""");
        using var client = HttpReleaseFeed.CreateClient();
        var secret = FeedSecret.Load(control.Keys.FeedKeyFile);
        var feed = new HttpReleaseFeed(client, control.Host.Url, "edge-1", secret, TimeProvider.System);
        var messages = new List<FeedMessage>();
        await foreach (var message in feed.ReadAsync(new FeedPosition(0), TestContext.Current.CancellationToken))
        {
            messages.Add(message);
            if (message.Release is null)
            {
                break;
            }
        }

        Assert.Equal(2, messages.Count);
        Assert.All(messages, message => Assert.True(message is { Purge: null, Purged: null }));
    }
}
