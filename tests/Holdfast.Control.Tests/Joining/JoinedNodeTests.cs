using System.Net;
using Holdfast.Model.Releases;
using Holdfast.Releases.Feed;
using Holdfast.Releases.Joining;

namespace Holdfast.Control.Tests.Joining;

/// <summary>A node that has joined, at its two channels to control.</summary>
public sealed class JoinedNodeTests
{
    [Fact]
    public async Task Node_Joined_GetsReleasesAndSendsRecords()
    {
        await using var control = await TestControl.StartAsync();
        using var node = await JoiningNode.JoinedAsync(control, "paris-1");
        await using var edge = Edge(node, control.Host.NodeUrl!);
        var id = await control.AddZoneAsync("example.com");
        await Eventually.TrueAsync(() => edge.Zone(id) is not null && edge.Ring.Count == 0, "live, and control told of it");
        var records = (await control.GetAsync("/holdfast/v1/uplink_records?node=paris-1")).Result.AsArray();
        Assert.Equal("release.accepted", records[0]!["type"]!.GetValue<string>());
    }

    [Fact]
    public async Task Node_Removed_IsCutOffAtOnceAndKeepsWhatItHas()
    {
        using var data = new TemporaryDirectory();
        var control = await TestControl.StartAsync(data.Path);
        using var node = await JoiningNode.JoinedAsync(control, "paris-1");
        await using var edge = Edge(node, control.Host.NodeUrl!);
        var id = await control.AddZoneAsync("example.com");
        await Eventually.TrueAsync(() => edge.Zone(id) is not null, "live");

        Assert.Equal(HttpStatusCode.OK, (await control.DeleteAsync("/holdfast/v1/nodes/paris-1")).Status);
        await Eventually.TrueAsync(() => edge.Intake.State.LastError?.Contains("was removed", StringComparison.Ordinal) == true, "refused");
        Assert.NotNull(edge.Zone(id));
        Assert.Empty((await control.GetAsync("/holdfast/v1/nodes")).Result.AsArray());
        await RefusedAsync(node, control.Host.NodeUrl!);

        // And it stays so.
        await control.StopAsync();
        await using var restarted = await TestControl.StartAsync(data.Path);
        await RefusedAsync(node, restarted.Host.NodeUrl!);
        Assert.Equal(HttpStatusCode.NotFound, (await restarted.GetAsync("/holdfast/v1/nodes/paris-1")).Status);
    }

    [Fact]
    public async Task Control_Restarted_NodeGoesOnWhereItWas()
    {
        using var data = new TemporaryDirectory();
        var control = await TestControl.StartAsync(data.Path);
        var nodes = new IPEndPoint(IPAddress.Loopback, control.Host.NodeUrl!.Port);
        using var node = await JoiningNode.JoinedAsync(control, "paris-1");
        await using var edge = Edge(node, control.Host.NodeUrl!);
        var first = await control.AddZoneAsync("first.example");
        await Eventually.TrueAsync(() => edge.Zone(first) is not null, "live");

        await control.StopAsync();
        await Eventually.TrueAsync(() => !edge.Intake.State.Connected, "noticed");
        await using var restarted = await TestControl.StartAsync(data.Path, configure: options => options with { NodeEndpoint = nodes });
        var second = await restarted.AddZoneAsync("second.example");
        await Eventually.TrueAsync(() => edge.Zone(second) is not null, "live after the restart");
        Assert.Equal([first, second], edge.Zones.Seen.Select(release => release.Name));
    }

    [Fact]
    public async Task Node_SomebodyInBetween_IsNotBelieved()
    {
        await using var control = await TestControl.StartAsync();
        using var node = await JoiningNode.JoinedAsync(control, "paris-1");
        await using var between = new Interceptor("");
        await using var edge = Edge(node, between.Url);
        await Eventually.TrueAsync(
            () => edge.Intake.State.LastError?.Contains("not the control that this node has joined", StringComparison.Ordinal) == true,
            "refused"
        );
        Assert.Empty(between.Read);
    }

    [Fact]
    public async Task Names_OfNodesThatHaveJoined_CannotBeBorrowed()
    {
        await using var control = await TestControl.StartAsync();
        using var paris = await JoiningNode.JoinedAsync(control, "paris-1");
        using var lyon = await JoiningNode.JoinedAsync(control, "lyon-1");
        using var store = new TemporaryDirectory();

        // One that knows the feed key, and one that has joined as somebody else.
        await using (var local = new TestEdge(control.Data, control.Host.Url, store.Path, "paris-1"))
        {
            await Eventually.TrueAsync(() => local.Intake.State.LastError?.Contains("401", StringComparison.Ordinal) == true, "refused");
        }

        using var identity = NodeIdentity.Load(lyon.Keys)!;
        using var client = ControlTls.CreateClient(identity.Certificate, identity.Authority);
        var feed = new HttpReleaseFeed(client, control.Host.NodeUrl!, "paris-1", null, TimeProvider.System);
        await Assert.ThrowsAsync<ControlRefusedException>(() => FirstAsync(feed));
    }

    private static async Task RefusedAsync(JoiningNode node, Uri control)
    {
        using var identity = NodeIdentity.Load(node.Keys)!;
        using var client = ControlTls.CreateClient(identity.Certificate, identity.Authority);
        var feed = new HttpReleaseFeed(client, control, identity.Name, null, TimeProvider.System);
        await Assert.ThrowsAsync<ControlRefusedException>(() => FirstAsync(feed));
    }

    private static async Task FirstAsync(HttpReleaseFeed feed)
    {
        await foreach (var _ in feed.ReadAsync(new FeedPosition(0), TestContext.Current.CancellationToken))
        {
            return;
        }
    }

    /// <summary>The node's edge; its store is in its own data directory.</summary>
    private static TestEdge Edge(JoiningNode node, Uri control) =>
        new(node.Data, control, Path.Combine(node.Data, "edge"), identity: NodeIdentity.Load(node.Keys));
}
