using System.Text.Json.Nodes;
using Holdfast.Model.Releases;
using Holdfast.Model.Uplink;
using Holdfast.Releases.Feed;
using Holdfast.Releases.Intake;
using Microsoft.Data.Sqlite;

namespace Holdfast.Control.Tests.Releases;

/// <summary>Zones' releases that edges go back from: what one says is shown, what several say is taken back everywhere.</summary>
public sealed class ZoneFailureTests : IAsyncDisposable
{
    private readonly TemporaryDirectory _stores = new();
    private readonly List<TestEdge> _edges = [];
    private TestControl _control = null!;
    private string _zone = "";

    public async ValueTask DisposeAsync()
    {
        foreach (var edge in _edges)
        {
            await edge.DisposeAsync();
        }

        await _control.DisposeAsync();
        _stores.Dispose();
    }

    [Fact]
    public async Task Release_ThatTwoOfThreeEdgesGoBackFrom_IsTakenBackForAll()
    {
        await StartAsync(edges: 3);
        await SetAsync("on", generation: 2);
        GoesBack(0, 2);
        await Eventually.TrueAsync(async () => (await NewestAsync())["edges"]!["reverted"]!.GetValue<int>() == 1, "one edge went back");
        var shown = await NewestAsync();
        Assert.Equal((2, "in_use"), (shown["generation"]!.GetValue<int>(), shown["state"]!.GetValue<string>()));

        GoesBack(1, 2);
        await LiveAsync(3);
        Assert.All(_edges, edge => Assert.False(edge.Zone(_zone)!.Settings.AlwaysUseHttps));
        Assert.Equal("off", (await _control.GetAsync(Setting)).Result["value"]!.GetValue<string>());
        var draft = Assert.Single((await _control.GetAsync("/holdfast/v1/incident-drafts")).Body["result"]!.AsArray())!["draft"]!;
        Assert.Equal($"zone/{_zone}/2", draft["release"]!.GetValue<string>());
        Assert.Matches("^edge-[12] reverted it: 5xx; with it 2 of 3 edges$", draft["cause"]!.GetValue<string>());
        var audit = (await _control.GetAsync("/holdfast/v1/audit_logs?per_page=1")).Result[0]!;
        Assert.Equal(
            ("releases-revert", "system", $"zone/{_zone}/2"),
            (audit["operation"]!.GetValue<string>(), audit["actor_type"]!.GetValue<string>(), audit["resource_id"]!.GetValue<string>())
        );

        var taken = (await _control.GetAsync("/holdfast/v1/releases/zone/example.com/2")).Result;
        Assert.Equal(("stopped", 3), (taken["state"]!.GetValue<string>(), taken["revert_generation"]!.GetValue<int>()));

        // The same is not taken again, and what would be another is.
        var again = await _control.PatchAsync(Setting, """{"value":"on"}""");
        Assert.Equal(System.Net.HttpStatusCode.Conflict, again.Status);
        Assert.Contains("failed before, as generation 2: ", again.Error["message"]!.GetValue<string>(), StringComparison.Ordinal);
        Assert.Equal("off", (await _control.GetAsync(Setting)).Result["value"]!.GetValue<string>());
        var other = await _control.PatchAsync($"/client/v4/zones/{_zone}/settings/min_tls_version", """{"value":"1.3"}""");
        Assert.Equal(System.Net.HttpStatusCode.OK, other.Status);
    }

    [Fact]
    public async Task Release_ThatTheOnlyEdgeRefuses_IsTakenBack()
    {
        await StartAsync(edges: 1);
        _edges[0].Zones.Refuses[_zone] = new ArtifactRefusedException("it ends the taster");
        await _control.PatchAsync(Setting, """{"value":"on"}""");
        await Eventually.TrueAsync(
            async () => (await _control.GetAsync(Setting)).Result["value"]!.GetValue<string>() == "off",
            "the owner sees what the edge has"
        );
        Assert.Equal(3, (await NewestAsync())["generation"]!.GetValue<int>());
    }

    [Fact]
    public async Task Release_ThatEdgesRefuse_IsTakenBackWhenMostOfThemDo()
    {
        // Of an older build, say: two of five are enough where edges go back, and not where they refuse.
        await StartAsync(edges: 5);
        foreach (var edge in _edges.Take(2))
        {
            edge.Zones.Refuses[_zone] = new ArtifactRefusedException("no edge of this build does it");
        }

        await _control.PatchAsync(Setting, """{"value":"on"}""");
        await Eventually.TrueAsync(
            async () =>
                (await NewestAsync())["edges"]! is { } edges
                && edges["refused"]!.GetValue<int>() == 2
                && edges["full"]!.GetValue<int>() == 3,
            "two refuse it, and the others have it"
        );
        GoesBack(2, 2);
        await Eventually.TrueAsync(
            async () => (await _control.GetAsync(Setting)).Result["value"]!.GetValue<string>() == "off",
            "most of five have failed with it"
        );
        var draft = (await _control.GetAsync("/holdfast/v1/incident-drafts")).Body["result"]!.AsArray()[^1]!["draft"]!;
        Assert.EndsWith("with it 3 of 5 edges", draft["cause"]!.GetValue<string>(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Release_ThatAnEdgeHasFoundGood_OrThatIsPinned_Stays()
    {
        await StartAsync(edges: 3);
        await SetAsync("on", generation: 2);
        Says(0, 2, ReleaseStage.Good, null);
        await Eventually.TrueAsync(
            async () => (await NewestAsync())["edge_list"]!.ToJsonString().Contains("\"good\"", StringComparison.Ordinal),
            "one has found it good"
        );
        GoesBack(1, 2);
        GoesBack(2, 2);
        await Eventually.TrueAsync(async () => (await NewestAsync())["edges"]!["reverted"]!.GetValue<int>() == 2, "two went back");

        // What comes after it is looked at after it.
        await SetAsync("off", generation: 3);
        await SetAsync("on", generation: 4);
        GoesBack(1, 4);
        GoesBack(2, 4);
        await LiveAsync(5);
        Assert.Equal("off", (await _control.GetAsync(Setting)).Result["value"]!.GetValue<string>());
        Assert.Single((await _control.GetAsync("/holdfast/v1/incident-drafts")).Body["result"]!.AsArray());

        await _control.PatchAsync($"/client/v4/zones/{_zone}/settings/min_tls_version", """{"value":"1.3"}""");
        await LiveAsync(6);
        await HeardAsync();
        var pin = await _control.PutAsync("/holdfast/v1/releases/zone/example.com/pin", """{"reason":"it is right"}""");
        Assert.Equal(System.Net.HttpStatusCode.OK, pin.Status);
        GoesBack(1, 6);
        GoesBack(2, 6);
        await Eventually.TrueAsync(async () => (await NewestAsync())["edges"]!["reverted"]!.GetValue<int>() == 2, "two went back");

        // Let go, the next word of an edge has it looked at, and only now it is taken back.
        await _control.DeleteAsync("/holdfast/v1/releases/zone/example.com/pin");
        Assert.Equal(6, (await NewestAsync())["generation"]!.GetValue<int>());
        GoesBack(1, 6);
        await LiveAsync(7);
    }

    [Fact]
    public async Task Release_BeforeWhichAnotherFailedToo_GoesBackToTheOneThatDidNot()
    {
        await StartAsync(edges: 2);
        await SetAsync("on", generation: 2);
        GoesBack(0, 2);
        await Eventually.TrueAsync(async () => (await NewestAsync())["edges"]!["reverted"]!.GetValue<int>() == 1, "one edge went back");
        await _control.PatchAsync($"/client/v4/zones/{_zone}/settings/min_tls_version", """{"value":"1.3"}""");
        await LiveAsync((await NewestAsync())["generation"]!.GetValue<long>());
        await HeardAsync();
        var newest = (await NewestAsync())["generation"]!.GetValue<long>();

        // What the edges say of one that is no longer in use changes nothing, and is remembered.
        GoesBack(1, 2);
        GoesBack(0, newest);
        GoesBack(1, newest);

        await LiveAsync(newest + 1);
        Assert.False(_edges[0].Zone(_zone)!.Settings.AlwaysUseHttps);
        Assert.Equal("off", (await _control.GetAsync(Setting)).Result["value"]!.GetValue<string>());
    }

    [Fact]
    public async Task Control_ThatWasKilledBeforeItLooked_LooksWhenItStarts()
    {
        await StartAsync(edges: 2);
        await SetAsync("on", generation: 2);
        GoesBack(0, 2);
        await Eventually.TrueAsync(async () => (await NewestAsync())["edges"]!["reverted"]!.GetValue<int>() == 1, "one edge went back");
        await Eventually.TrueAsync(
            async () => (await NewestAsync())["edges"]!["full"]!.GetValue<int>() == 1,
            "the other edge has it, and has said so"
        );
        await _control.StopAsync();
        await using (
            var connection = new SqliteConnection($"Data Source={Path.Combine(_control.Data, "control", "control.db")};Pooling=False")
        )
        {
            // The second edge's word came, and nobody looked at it.
            await connection.OpenAsync(TestContext.Current.CancellationToken);
            await using var word = connection.CreateCommand();
            word.CommandText = "UPDATE release_edges SET Standing = 7 WHERE Kind = 1 AND ReleaseGeneration = 2";
            Assert.Equal(2, await word.ExecuteNonQueryAsync(TestContext.Current.CancellationToken));
        }

        await using var again = await TestControl.StartAsync(_control.Data);
        await Eventually.TrueAsync(
            async () => (await again.GetAsync(Setting)).Result["value"]!.GetValue<string>() == "off",
            "what both went back from is taken back"
        );
    }

    private string Setting => $"/client/v4/zones/{_zone}/settings/always_use_https";

    private async Task StartAsync(int edges)
    {
        _control = await TestControl.StartAsync();
        _zone = await _control.AddZoneAsync("example.com");
        for (var number = 1; number <= edges; number++)
        {
            var name = $"edge-{number}";
            _edges.Add(new TestEdge(_control.Data, _control.Host.Url, Path.Combine(_stores.Path, name), name));
        }

        await LiveAsync(1);
        await HeardAsync();
    }

    private async Task SetAsync(string value, long generation)
    {
        await _control.PatchAsync(Setting, $$"""{"value":"{{value}}"}""");
        await LiveAsync(generation);
        await HeardAsync();
    }

    // An edge has a release live a moment before it says so, and what a test has it say must not come before that.
    private Task HeardAsync() =>
        Eventually.TrueAsync(
            async () => (await NewestAsync())["edges"]!["full"]!.GetValue<int>() == _edges.Count,
            "control has heard of all edges"
        );

    private Task LiveAsync(long generation) =>
        Eventually.TrueAsync(
            () => _edges.TrueForAll(edge => edge.Zones.Live.TryGetValue(_zone, out var live) && live.Generation == generation),
            $"generation {generation} on all edges"
        );

    private async Task<JsonNode> NewestAsync() => (await _control.GetAsync("/holdfast/v1/releases/zone/example.com/newest")).Result;

    private void GoesBack(int edge, long generation) => Says(edge, generation, ReleaseStage.Reverted, "5xx");

    private void Says(int edge, long generation, ReleaseStage stage, string? reason) =>
        _edges[edge]
            .Report(
                UplinkRecordTypes.ReleaseProgress,
                ReleaseProgressCodec.Encode(
                    new ReleaseProgress
                    {
                        Kind = ArtifactKind.Zone,
                        Name = _zone,
                        Generation = generation,
                        Digest = new string('0', 64),
                        Stage = stage,
                        Share = stage == ReleaseStage.Good ? 100 : 0,
                        Reason = reason,
                        At = DateTimeOffset.UnixEpoch,
                    }
                )
            );
}
