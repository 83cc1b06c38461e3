using System.Net;
using System.Text.Json.Nodes;
using Holdfast.Control.Tests.Joining;
using Holdfast.Model.Uplink;
using Holdfast.Releases.Joining;
using Holdfast.Releases.Keys;

namespace Holdfast.Control.Tests.SigningKeys;

/// <summary>A former signing key that nobody is to believe any more.</summary>
public sealed class RetirementTests
{
    [Fact]
    public async Task Retire_EdgeTakesEverythingAnewAndBelievesTheOldKeyNoMore()
    {
        await using var control = await TestControl.StartAsync();
        using var node = await JoiningNode.JoinedAsync(control, "paris-1");
        var (old, zone) = (Assert.Single(control.Keys.TrustedIds()), await control.AddZoneAsync("example.com"));
        var gone = await control.AddZoneAsync("gone.example");
        await control.DeleteAsync($"/client/v4/zones/{gone}");
        string key;
        await using (var edge = Edge(node, control.Host.NodeUrl!))
        {
            await Eventually.TrueAsync(() => edge.Zone(zone) is not null, "live");
            key = await RotateAsync(control);
            await Eventually.TrueAsync(() => node.Keys.TrustedIds().Count == 2, "announced");
            await ReportAsync(control, edge, old, key);
            Assert.Equal(HttpStatusCode.OK, (await RetireAsync(control, old)).Status);
            await Eventually.TrueAsync(() => node.Keys.TrustedIds().Count == 1, "retired");
            Assert.Equal(key, edge.Zones.Live[zone].KeyId);
            Assert.Equal($"\"{edge.Zones.Live[zone].Generation}\"", (await control.GetAsync($"/client/v4/zones/{zone}")).Tag);
            Assert.Empty(edge.Refusals);
        }

        Assert.Equal([key], node.Keys.TrustedIds());
        Assert.Equal([key], control.Keys.TrustedIds());
        await using var alone = Edge(node, new Uri("https://127.0.0.1:1"));
        Assert.Empty(alone.Booted.Problems);
        Assert.NotNull(alone.Zone(zone));

        // One that joins now knows the new key alone, and can read all of the feed.
        using var later = await JoiningNode.JoinedAsync(control, "lyon-1");
        Assert.Equal([key], later.Keys.TrustedIds());
        await using var fresh = Edge(later, control.Host.NodeUrl!);
        await Eventually.TrueAsync(() => fresh.Zone(zone) is not null, "live on the new node");
        Assert.Empty(fresh.Refusals);
    }

    [Fact]
    public async Task Retire_EdgeThatHadTheNewKeyAndWasAway_CatchesUp()
    {
        await using var control = await TestControl.StartAsync();
        using var node = await JoiningNode.JoinedAsync(control, "paris-1");
        var (old, zone) = (Assert.Single(control.Keys.TrustedIds()), await control.AddZoneAsync("example.com"));
        string key;
        await using (var edge = Edge(node, control.Host.NodeUrl!))
        {
            key = await RotateAsync(control);
            await Eventually.TrueAsync(() => node.Keys.TrustedIds().Count == 2, "announced");
            await ReportAsync(control, edge, old, key);
        }

        Assert.Equal(HttpStatusCode.OK, (await RetireAsync(control, old)).Status);
        await using var back = Edge(node, control.Host.NodeUrl!);
        await Eventually.TrueAsync(() => node.Keys.TrustedIds().Count == 1, "retired");
        Assert.Equal(key, back.Zones.Live[zone].KeyId);
        Assert.Empty(back.Refusals);
    }

    [Fact]
    public async Task Retire_PurgesOfTheOldKey_AreInEffectOnAnEdgeThatWasAway()
    {
        await using var control = await TestControl.StartAsync();
        using var store = new TemporaryDirectory();
        var (old, zone) = (Assert.Single(control.Keys.TrustedIds()), await control.AddZoneAsync("example.com"));
        await using (var edge = new TestEdge(control.Data, control.Host.Url, store.Path))
        {
            await edge.PurgedAsync(0);
        }

        await control.PostAsync($"/client/v4/zones/{zone}/purge_cache", """{"tags":["old"]}""");
        var ordered = await control.PostAsync($"/client/v4/zones/{zone}/purge_cache", """{"hosts":["www.example.com"]}""");
        await RotateAsync(control);
        await control.PostAsync($"/client/v4/zones/{zone}/purge_cache", """{"tags":["new"]}""");
        Assert.Equal(HttpStatusCode.OK, (await RetireAsync(control, old, "?force=true")).Status);

        // It has control's own directory of trusted keys, in which the old one is no more.
        await using (var back = new TestEdge(control.Data, control.Host.Url, store.Path))
        {
            await back.PurgedAsync(3);
            Assert.Equal(["old", "www.example.com", "new"], back.Purged.Seen.Select(purge => Assert.Single(purge.Values)));
            Assert.Equal((0, 0L), (back.Purged.All, back.Purges.Refused));
            var path = $"/holdfast/v1/zones/{zone}/purges/{ordered.Result["id"]}";
            await Eventually.TrueAsync(
                async () => (await control.GetAsync(path)).Result["edges"]![0]!["in_effect"]!.GetValue<bool>(),
                "said to be in effect"
            );
        }

        // One that joins now has nothing to purge, and goes on from the log's end.
        using var node = await JoiningNode.JoinedAsync(control, "paris-1");
        await using var fresh = Edge(node, control.Host.NodeUrl!);
        await fresh.PurgedAsync(3);
        await control.PostAsync($"/client/v4/zones/{zone}/purge_cache", """{"tags":["newest"]}""");
        await fresh.PurgedAsync(4);
        Assert.Equal("newest", Assert.Single(Assert.Single(fresh.Purged.Seen).Values));
        Assert.Equal(0, fresh.Purges.Refused);
    }

    [Fact]
    public async Task Retire_EdgeKnowsTheOldKeyAlone_IsRefusedOrForcedAndThenTrustedByHand()
    {
        await using var control = await TestControl.StartAsync();
        using var node = await JoiningNode.JoinedAsync(control, "paris-1");
        var (old, zone) = (Assert.Single(control.Keys.TrustedIds()), await control.AddZoneAsync("example.com"));
        await using (var edge = Edge(node, control.Host.NodeUrl!))
        {
            await Eventually.TrueAsync(() => edge.Zone(zone) is not null, "live");
        }

        var key = await RotateAsync(control);
        var refused = await RetireAsync(control, old);
        Assert.Equal(HttpStatusCode.Conflict, refused.Status);
        Assert.Contains("paris-1 did not report", refused.Error["message"]!.GetValue<string>());
        Assert.Contains(old, control.Keys.TrustedIds());
        Assert.Equal(HttpStatusCode.OK, (await RetireAsync(control, old, "?force=true")).Status);

        // It serves what it has, says what is missing, and takes all of it once it is told to, without a restart.
        await using var behind = Edge(node, control.Host.NodeUrl!);
        await Eventually.TrueAsync(() => !behind.Refusals.IsEmpty, "refused");
        Assert.All(
            behind.Refusals,
            refusal => Assert.Equal($"it is signed with key {key}, which is not among the trusted keys; {Hint}", refusal.Reason)
        );
        Assert.Equal(old, behind.Zones.Live[zone].KeyId);
        await control.PostAsync($"/client/v4/zones/{zone}/purge_cache", """{"tags":["red"]}""");
        await Eventually.TrueAsync(() => behind.Purges.Refused > 0, "the purge refused");
        Assert.Equal(0, behind.Purges.Position.Sequence);
        TrustedKey.Add(Path.Combine(control.Keys.TrustedDirectory, key + ".pub"), node.Keys.TrustedDirectory);
        await Eventually.TrueAsync(() => node.Keys.TrustedIds().Count == 1, "the old key retired");
        Assert.Equal([key], node.Keys.TrustedIds());
        Assert.Equal(key, behind.Zones.Live[zone].KeyId);
        await behind.PurgedAsync(1);
        Assert.Equal("red", Assert.Single(Assert.Single(behind.Purged.Seen).Values));
    }

    [Fact]
    public async Task Retire_KeyLostAndReplacedByHand_Works()
    {
        using var data = new TemporaryDirectory();
        var control = await TestControl.StartAsync(data.Path);
        var keys = control.Keys;
        using var node = await JoiningNode.JoinedAsync(control, "paris-1");
        var nodes = new IPEndPoint(IPAddress.Loopback, control.Host.NodeUrl!.Port);
        var (old, zone) = (Assert.Single(keys.TrustedIds()), await control.AddZoneAsync("example.com"));
        await using var edge = Edge(node, control.Host.NodeUrl!);
        await Eventually.TrueAsync(() => edge.Zone(zone) is not null, "live");
        await control.StopAsync();

        // The steps of docs/operations.md: the new key's public half to every node, then the key to control.
        using var made = new TemporaryDirectory();
        var fresh = new KeyDirectory(made.Path);
        fresh.EnsureAll();
        var key = Assert.Single(fresh.TrustedIds());
        TrustedKey.Add(Path.Combine(fresh.TrustedDirectory, key + ".pub"), node.Keys.TrustedDirectory);
        KeyFile.Move(fresh.SigningKeyFile, keys.SigningKeyFile);
        await using var replaced = await TestControl.StartAsync(data.Path, configure: options => options with { NodeEndpoint = nodes });
        await ReportAsync(replaced, edge, old, key);
        Assert.Equal(HttpStatusCode.OK, (await RetireAsync(replaced, old)).Status);
        await Eventually.TrueAsync(() => node.Keys.TrustedIds().Count == 1, "the old key retired");
        Assert.Equal(key, edge.Zones.Live[zone].KeyId);
    }

    [Fact]
    public async Task Retire_KeyInUseOrUnknown_ChangesNothing()
    {
        await using var control = await TestControl.StartAsync();
        var key = Assert.Single(control.Keys.TrustedIds());
        Assert.Equal(HttpStatusCode.Conflict, (await RetireAsync(control, key, "?force=true")).Status);
        Assert.Equal(HttpStatusCode.NotFound, (await RetireAsync(control, new string('0', 32))).Status);
        Assert.Equal(HttpStatusCode.NotFound, (await RetireAsync(control, "..%2Fsigning")).Status);
        Assert.Equal([key], control.Keys.TrustedIds());
        Assert.True(File.Exists(control.Keys.SigningKeyFile));
    }

    [Fact]
    public async Task Retire_ControlKilledBehindTheCommit_FinishesAtTheNextStart()
    {
        using var data = new TemporaryDirectory();
        var control = await TestControl.StartAsync(data.Path);
        var keys = control.Keys;
        var old = Path.Combine(keys.TrustedDirectory, Assert.Single(keys.TrustedIds()) + ".pub");
        var pem = await File.ReadAllBytesAsync(old, TestContext.Current.CancellationToken);
        var key = await RotateAsync(control);
        Assert.Equal(HttpStatusCode.OK, (await RetireAsync(control, Path.GetFileNameWithoutExtension(old))).Status);
        await control.StopAsync();
        KeyFile.Replace(old, pem);

        await using var restarted = await TestControl.StartAsync(data.Path);
        Assert.Equal([key], restarted.Keys.TrustedIds());
        Assert.Empty((await restarted.GetAsync("/holdfast/v1/audit_logs?operation=audit-head-differs")).Result.AsArray());
    }

    private const string Hint = "'holdfast node trust KEYFILE' adds one";

    private static async Task<string> RotateAsync(TestControl control)
    {
        var answer = await control.SendAsync(HttpMethod.Post, "/holdfast/v1/signing_keys");
        Assert.Equal(HttpStatusCode.OK, answer.Status);
        return answer.Result["id"]!.GetValue<string>();
    }

    private static Task<Answer> RetireAsync(TestControl control, string key, string query = "") =>
        control.DeleteAsync($"/holdfast/v1/signing_keys/{key}{query}");

    /// <summary>The edge's health, as <c>HealthReports</c> makes it, and control has it.</summary>
    private static async Task ReportAsync(TestControl control, TestEdge edge, params string[] keys)
    {
        edge.Report(
            UplinkRecordTypes.Health,
            new JsonObject { [UplinkRecordTypes.TrustedKeys] = new JsonArray([.. keys.Select(key => (JsonNode)key)]) }
        );
        await Eventually.TrueAsync(() => edge.Ring.Count == 0, "reported");
        Assert.NotNull((await control.GetAsync("/holdfast/v1/nodes/paris-1")).Result["health"]);
    }

    private static TestEdge Edge(JoiningNode node, Uri control) =>
        new(node.Data, control, Path.Combine(node.Data, "edge"), identity: NodeIdentity.Load(node.Keys));
}
