using System.Globalization;
using System.Net;
using System.Security.Cryptography;
using System.Text.Json.Nodes;
using Holdfast.Model.Releases;
using Holdfast.Model.Uplink;
using Holdfast.Releases.Feed;
using Holdfast.Releases.Intake;

namespace Holdfast.Control.Tests;

public sealed class FeedTests
{
    [Fact]
    public async Task Zone_Saved_IsLiveOnTheEdge()
    {
        await using var control = await TestControl.StartAsync();
        using var store = new TemporaryDirectory();
        await using var edge = new TestEdge(control.Data, control.Host.Url, store.Path);
        await Eventually.TrueAsync(() => edge.Intake.State.Connected, "connected");

        var id = await control.AddZoneAsync("example.com");
        await Eventually.TrueAsync(() => edge.Zone(id) is not null, "live");

        await control.PatchAsync($"/client/v4/zones/{id}/settings/ssl", """{"value":"full"}""");
        await Eventually.TrueAsync(() => edge.Zone(id)!.Settings.Ssl == Model.Zones.SslMode.Full, "setting live");
        await control.DeleteAsync($"/client/v4/zones/{id}");
        await Eventually.TrueAsync(() => edge.Zone(id) is null, "removed");
    }

    [Fact]
    public async Task Feed_BacklogOfSeveralPages_ArrivesWholeAndInOrder()
    {
        await using var control = await TestControl.StartAsync();
        using var store = new TemporaryDirectory();
        var ids = new List<string>();
        for (var i = 0; i < 230; i++)
        {
            ids.Add(await control.AddZoneAsync($"z{i}.example"));
        }

        await control.PutAsync($"/holdfast/v1/zones/{ids[3]}/origin", """{"origin":null}""");
        await using var edge = new TestEdge(control.Data, control.Host.Url, store.Path);
        await Eventually.TrueAsync(() => edge.Intake.State.Position == 231, "all dealt with");
        Assert.Equal([.. ids[..3], .. ids[4..], ids[3]], edge.Zones.Seen.Select(release => release.Name));
    }

    [Fact]
    public async Task Zone_Refused_StopsNoOtherAndIsReportedUp()
    {
        await using var control = await TestControl.StartAsync();
        using var store = new TemporaryDirectory();
        var bad = await control.AddZoneAsync("bad.example");
        var good = await control.AddZoneAsync("good.example");
        await using var edge = new TestEdge(control.Data, control.Host.Url, store.Path);
        await Eventually.TrueAsync(() => edge.Zone(bad) is not null && edge.Zone(good) is not null, "both live");

        edge.Zones.Refuses[bad] = new ArtifactRefusedException("the certificate's store is on fire");
        await control.PutAsync($"/holdfast/v1/zones/{bad}/origin", """{"origin":"http://192.0.2.66"}""");
        await control.PutAsync($"/holdfast/v1/zones/{good}/origin", """{"origin":"http://192.0.2.77"}""");
        await Eventually.TrueAsync(() => edge.Zone(good)!.Origin!.Host == "192.0.2.77", "the other zone's change");

        Assert.Equal("192.0.2.1", edge.Zone(bad)!.Origin!.Host);
        Assert.All(edge.Refusals, refusal => Assert.Equal("the certificate's store is on fire", refusal.Reason));
        JsonArray refused = [];
        await Eventually.TrueAsync(() => edge.Ring.Count == 0, "all sent up");
        refused = (await control.GetAsync("/holdfast/v1/uplink_records?type=release.refused")).Result.AsArray();

        // The release, and what control takes it back to: of one edge, one refusal is the fleet's.
        Assert.InRange(refused.Count, 1, 2);
        Assert.All(refused, record => Assert.Equal(bad, record!["body"]!["name"]!.GetValue<string>()));
    }

    [Fact]
    public async Task Control_KilledAndRestarted_FeedResumesByPosition()
    {
        using var data = new TemporaryDirectory();
        using var store = new TemporaryDirectory();
        var control = await TestControl.StartAsync(data.Path);
        var port = control.Host.Url.Port;
        var first = await control.AddZoneAsync("first.example");
        await using var edge = new TestEdge(data.Path, control.Host.Url, store.Path);
        await Eventually.TrueAsync(() => edge.Zone(first) is not null && edge.Intake.State.Position == 1, "first live");

        await control.StopAsync();
        await Eventually.TrueAsync(() => !edge.Intake.State.Connected, "lost");
        Assert.NotNull(edge.Zone(first));

        await using var again = await TestControl.StartAsync(data.Path, port);
        var second = await again.AddZoneAsync("second.example");
        await Eventually.TrueAsync(() => edge.Zone(second) is not null, "second live");
        Assert.Equal([first, second], edge.Zones.Seen.Select(release => release.Name));
    }

    [Fact]
    public async Task Edge_StartedWithoutControl_ServesWhatItHadAndResumes()
    {
        await using var control = await TestControl.StartAsync();
        using var store = new TemporaryDirectory();
        var first = await control.AddZoneAsync("first.example");
        await using (var edge = new TestEdge(control.Data, control.Host.Url, store.Path))
        {
            await Eventually.TrueAsync(() => edge.Zone(first) is not null && edge.Intake.State.Position == 1, "first live");
        }

        var second = await control.AddZoneAsync("second.example");
        await using var cold = new TestEdge(control.Data, new Uri("http://127.0.0.1:1"), store.Path);
        Assert.NotNull(cold.Zone(first));
        Assert.Empty(cold.Booted.Problems);
        await using var warm = new TestEdge(control.Data, control.Host.Url, store.Path);
        await Eventually.TrueAsync(() => warm.Zone(second) is not null, "second live");
        Assert.Equal([first, second], warm.Zones.Seen.Select(release => release.Name));
    }

    [Fact]
    public async Task Database_MadeAnew_EdgeReadsTheFeedFromItsBeginning()
    {
        using var data = new TemporaryDirectory();
        using var store = new TemporaryDirectory();
        int port;
        await using (var control = await TestControl.StartAsync(data.Path))
        {
            port = control.Host.Url.Port;
            for (var i = 0; i < 5; i++)
            {
                await control.AddZoneAsync($"z{i}.example");
            }

            await using var edge = new TestEdge(data.Path, control.Host.Url, store.Path);
            await Eventually.TrueAsync(() => edge.Intake.State.Position == 5, "all live");
        }

        Directory.Delete(Path.Combine(data.Path, "control"), recursive: true);
        await using var anew = await TestControl.StartAsync(data.Path, port);
        var id = await anew.AddZoneAsync("new.example");
        await using var back = new TestEdge(data.Path, anew.Host.Url, store.Path);
        await Eventually.TrueAsync(() => back.Zone(id) is not null, "the new database's zone");
    }

    [Fact]
    public async Task Edge_WithAnotherSecret_IsRefusedAndSaysSo()
    {
        await using var control = await TestControl.StartAsync();
        using var store = new TemporaryDirectory();
        await control.AddZoneAsync("example.com");
        var wrong = new FeedSecret(RandomNumberGenerator.GetBytes(FeedSecret.KeyBytes));
        await using var edge = new TestEdge(control.Data, control.Host.Url, store.Path, secret: wrong);
        await Eventually.TrueAsync(() => edge.Intake.State.LastError is not null, "refused");
        Assert.Contains("does not believe this node", edge.Intake.State.LastError, StringComparison.Ordinal);
        Assert.Empty(edge.Zones.Seen);
    }

    [Fact]
    public async Task Request_RepeatedStaleOrChanged_Is401()
    {
        await using var control = await TestControl.StartAsync();
        var secret = FeedSecret.Load(control.Keys.FeedKeyFile);
        var now = TimeProvider.System.GetUtcNow().ToUnixTimeSeconds();
        var nonce = FeedSecret.NewNonce();
        Assert.Equal(HttpStatusCode.OK, await AskAsync(secret, now, nonce, "/holdfast/v1/feed?after=0", "/holdfast/v1/feed?after=0"));
        Assert.Equal(
            HttpStatusCode.Unauthorized,
            await AskAsync(secret, now, nonce, "/holdfast/v1/feed?after=0", "/holdfast/v1/feed?after=0")
        );
        Assert.Equal(
            HttpStatusCode.Unauthorized,
            await AskAsync(secret, now - 301, FeedSecret.NewNonce(), "/holdfast/v1/feed?after=0", "/holdfast/v1/feed?after=0")
        );
        Assert.Equal(
            HttpStatusCode.Unauthorized,
            await AskAsync(secret, now, FeedSecret.NewNonce(), "/holdfast/v1/feed?after=0", "/holdfast/v1/feed?after=1")
        );

        async Task<HttpStatusCode> AskAsync(FeedSecret secret, long time, string nonce, string signed, string sent)
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(control.Host.Url, sent));
            var digest = Convert.ToHexStringLower(SHA256.HashData([]));
            request.Headers.Add(FeedHeaders.Node, "edge-1");
            request.Headers.Add(FeedHeaders.Time, time.ToString(CultureInfo.InvariantCulture));
            request.Headers.Add(FeedHeaders.Nonce, nonce);
            request.Headers.Add(FeedHeaders.ContentDigest, digest);
            request.Headers.Add(FeedHeaders.Proof, secret.EdgeProof("edge-1", time, nonce, "GET", signed, digest));
            using var response = await control.Client.SendAsync(
                request,
                HttpCompletionOption.ResponseHeadersRead,
                TestContext.Current.CancellationToken
            );
            return response.StatusCode;
        }
    }

    [Fact]
    public async Task Health_SentUp_IsShownWithTheNode()
    {
        await using var control = await TestControl.StartAsync();
        using var store = new TemporaryDirectory();
        await using var edge = new TestEdge(control.Data, control.Host.Url, store.Path, "edge-7");
        edge.Report(UplinkRecordTypes.Health, new JsonObject { ["requests"] = 12, ["position"] = 0 });
        await Eventually.TrueAsync(() => edge.Ring.Count == 0, "sent");
        var node = Assert.Single((await control.GetAsync("/holdfast/v1/nodes")).Result.AsArray())!;
        Assert.Equal("edge-7", node["name"]!.GetValue<string>());
        Assert.Equal("reporting", node["status"]!.GetValue<string>());
        Assert.Equal(12, node["health"]!["requests"]!.GetValue<int>());
    }

    [Fact]
    public async Task Uplink_SameBatchTwice_IsStoredOnce()
    {
        await using var control = await TestControl.StartAsync();
        using var client = HttpReleaseFeed.CreateClient();
        var uplink = new HttpEdgeUplink(client, control.Host.Url, "edge-1", FeedSecret.Load(control.Keys.FeedKeyFile), TimeProvider.System);
        using var body = System.Text.Json.JsonDocument.Parse("""{"a":1}""");
        UplinkRecord[] batch =
        [
            new("edge-1", 5, DateTimeOffset.UnixEpoch, "test", body.RootElement),
            new("edge-1", 9, DateTimeOffset.UnixEpoch, "test", body.RootElement),
        ];
        Assert.Equal(9, await uplink.SendAsync(batch, TestContext.Current.CancellationToken));
        Assert.Equal(9, await uplink.SendAsync(batch, TestContext.Current.CancellationToken));
        Assert.Equal(2, (await control.GetAsync("/holdfast/v1/uplink_records")).Result.AsArray().Count);

        var forged = batch.Select(record => record with { Node = "edge-2" }).ToArray();
        var refused = await Assert.ThrowsAsync<ControlRefusedException>(() =>
            uplink.SendAsync(forged, TestContext.Current.CancellationToken)
        );
        Assert.True(refused.Permanent);
    }

    [Fact]
    public async Task NodeCommands_ToldByAnEdge_AreInTheAuditLogOnce()
    {
        await using var control = await TestControl.StartAsync();
        using var client = HttpReleaseFeed.CreateClient();
        var uplink = new HttpEdgeUplink(client, control.Host.Url, "edge-1", FeedSecret.Load(control.Keys.FeedKeyFile), TimeProvider.System);
        using var done = System.Text.Json.JsonDocument.Parse(
            """{"id":"1","verb":"revert","target":"example.com","by":"ann","given_at":"2026-01-01T03:00:00Z","outcome":"done","text":"it went"}"""
        );
        using var refused = System.Text.Json.JsonDocument.Parse(
            """{"id":"2","verb":"pin","target":{"a":1},"by":7,"outcome":"refused","text":"no such zone"}"""
        );
        UplinkRecord[] batch =
        [
            new("edge-1", 5, DateTimeOffset.UnixEpoch, UplinkRecordTypes.NodeCommand, done.RootElement),
            new("edge-1", 9, DateTimeOffset.UnixEpoch, UplinkRecordTypes.NodeCommand, refused.RootElement),
        ];
        await uplink.SendAsync(batch, TestContext.Current.CancellationToken);
        await uplink.SendAsync(batch, TestContext.Current.CancellationToken);

        var entries = (await control.GetAsync("/holdfast/v1/audit_logs?operation=node.command&direction=asc")).Result.AsArray();
        Assert.Equal(["ann", "unknown"], entries.Select(entry => $"{entry!["actor_name"]}"));
        Assert.Equal(["success", "refused"], entries.Select(entry => $"{entry!["outcome"]}"));
        Assert.All(entries, entry => Assert.Equal(("node", "edge-1"), ($"{entry!["actor_type"]}", $"{entry["actor_id"]}")));
        Assert.Equal(
            ("revert", "example.com", "2026-01-01T03:00:00Z"),
            ($"{entries[0]!["after"]!["verb"]}", $"{entries[0]!["after"]!["target"]}", $"{entries[0]!["after"]!["given_at"]}")
        );
        Assert.Equal(2, (await control.GetAsync("/holdfast/v1/uplink_records?type=node.command")).Result.AsArray().Count);
        Assert.Equal($"{entries[0]!["hash"]}", $"{entries[1]!["previous_hash"]}");
    }

    [Fact]
    public async Task Feed_FromSomethingThatIsNotControl_IsNotBelieved()
    {
        await using var control = await TestControl.StartAsync();
        using var client = HttpReleaseFeed.CreateClient();
        var impostor = new UriBuilder(control.Host.Url) { Path = "/healthz" }.Uri;
        var feed = new HttpReleaseFeed(
            new HttpClient(new Redirecting(impostor)),
            control.Host.Url,
            "edge-1",
            FeedSecret.Load(control.Keys.FeedKeyFile),
            TimeProvider.System
        );
        var error = await Assert.ThrowsAsync<ControlRefusedException>(async () =>
        {
            await foreach (var _ in feed.ReadAsync(new FeedPosition(0), TestContext.Current.CancellationToken)) { }
        });
        Assert.Contains("cannot prove that it is control", error.Message, StringComparison.Ordinal);
    }

    /// <summary>Sends every request elsewhere, as a machine in the middle would.</summary>
    private sealed class Redirecting(Uri to) : DelegatingHandler(new SocketsHttpHandler())
    {
        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            request.RequestUri = to;
            return base.SendAsync(request, cancellationToken);
        }
    }
}
