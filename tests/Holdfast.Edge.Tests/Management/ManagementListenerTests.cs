using System.Net;
using System.Text.Json;
using Holdfast.Edge.ErrorPages;
using Holdfast.Edge.Management;
using Holdfast.Edge.Reporting;
using Holdfast.Model.Releases;
using Microsoft.Extensions.Logging.Abstractions;

namespace Holdfast.Edge.Tests.Management;

public sealed class ManagementListenerTests : IAsyncLifetime
{
    private readonly EdgeCounters _counters = new([]);
    private readonly FakeState _state = new();
    private EdgeMetrics _metrics = null!;
    private ManagementListener _listener = null!;
    private HttpClient _client = null!;

    public async ValueTask InitializeAsync()
    {
        _metrics = new EdgeMetrics(_counters, []);
        _listener = await ManagementListener.StartAsync(
            kestrel => kestrel.Listen(IPAddress.Loopback, 0),
            _state,
            _counters,
            _metrics,
            NullLoggerFactory.Instance,
            TestContext.Current.CancellationToken
        );
        _client = new HttpClient { BaseAddress = new Uri(_listener.Addresses.Single()) };
    }

    public async ValueTask DisposeAsync()
    {
        _client.Dispose();
        await _listener.DisposeAsync();
        _metrics.Dispose();
    }

    [Fact]
    public async Task Healthz_Always_IsOk() => Assert.Equal((HttpStatusCode.OK, "ok\n"), await Get("/healthz"));

    [Fact]
    public async Task Readyz_BeforeZonesAreKnown_Is503WithTheReason()
    {
        _state.LastFeedError = "connection refused";
        var (status, body) = await Get("/readyz");
        Assert.Equal(HttpStatusCode.ServiceUnavailable, status);
        var state = JsonDocument.Parse(body).RootElement;
        Assert.Equal("connection refused", state.GetProperty("last_feed_error").GetString());
        Assert.Equal("no libmsquic", state.GetProperty("http3").GetString());

        _state.IsReady = true;
        (status, body) = await Get("/readyz");
        Assert.Equal(HttpStatusCode.OK, status);
        Assert.Equal(42, JsonDocument.Parse(body).RootElement.GetProperty("position").GetInt64());
    }

    [Fact]
    public async Task Health_Asked_HasEachZonesCountersByBlame()
    {
        _counters.RequestEnded(521, EdgeError.OriginRefused, 0, 0, TimeSpan.Zero);
        _counters.Zones.Ended("z1", "example.com", EdgeError.OriginRefused, 0, Environment.TickCount64);
        _counters.Zones.Ended("z1", "example.com", EdgeError.None, 503, Environment.TickCount64);
        _counters.Zones.Ended("z1", "example.com", EdgeError.EdgeFault, 0, Environment.TickCount64);
        _counters.Zones.Ended("z1", "example.com", EdgeError.BlockedByRule, 0, Environment.TickCount64);
        _counters.Zones.Ended(null, "", EdgeError.NoSuchHost, 0, Environment.TickCount64);

        var (_, body) = await Get("/holdfast/health");

        var json = JsonDocument.Parse(body).RootElement;
        Assert.Equal("edge-1", json.GetProperty("node").GetString());
        Assert.Equal(1, json.GetProperty("origin_errors").GetInt64());
        Assert.Equal("origin_refused", json.GetProperty("errors")[0].GetProperty("error").GetString());
        Assert.Equal("origin", json.GetProperty("errors")[0].GetProperty("blame").GetString());
        var zone = Assert.Single(json.GetProperty("zones").EnumerateArray());
        Assert.Equal(
            ["z1", "example.com", "0", "4", "1", "2", "0", "0"],
            zone.EnumerateObject().Take(8).Select(member => member.Value.ToString())
        );
        Assert.Equal(
            [("origin_answered_5xx", "origin", 1L), ("edge_fault", "edge", 1), ("origin_refused", "origin", 1)],
            zone.GetProperty("errors")
                .EnumerateArray()
                .Select(one =>
                    (one.GetProperty("error").GetString(), one.GetProperty("blame").GetString(), one.GetProperty("count").GetInt64())
                )
        );
        Assert.Empty(zone.GetProperty("origins").EnumerateArray());
    }

    [Fact]
    public async Task Health_WithMoreZonesThanItTellsApart_CountsTheRestTogether()
    {
        for (var i = 0; i < ZoneTraffic.MaxZones + 5; i++)
        {
            _counters.Zones.Ended($"z{i}", "example.com", EdgeError.None, 200, Environment.TickCount64);
        }

        var (_, body) = await Get("/holdfast/health");

        var json = JsonDocument.Parse(body).RootElement;
        Assert.Equal(ZoneTraffic.MaxZones, json.GetProperty("zones").GetArrayLength());
        Assert.Equal(5, json.GetProperty("other_zones").GetProperty("requests").GetInt64());

        // An hour on nobody has asked for any of them: there is room again.
        Assert.Empty(_counters.Zones.Read(Environment.TickCount64 + 3_700_000));
        _counters.Zones.Ended("z9999", "example.com", EdgeError.None, 200, Environment.TickCount64);
        Assert.Single(_counters.Zones.Read(Environment.TickCount64));
    }

    [Fact]
    public async Task Health_WithTheLongestNamesOfAll_IsAtMostWhatAStatusPageTakes()
    {
        var name = new string('x', 250);
        for (var i = 0; i < ZoneTraffic.MaxZones; i++)
        {
            foreach (var info in EdgeErrorCatalog.All)
            {
                _counters.Zones.Ended($"{i:x32}", name, info.Error, 0, Environment.TickCount64);
            }

            for (var j = 0; j < ReachedOrigins.Most; j++)
            {
                _counters.Zones.Asked($"{i:x32}", name, IPAddress.Parse($"2001:db8:1111:2222:3333:4444:5555:{j}"), Environment.TickCount64);
            }
        }

        var (_, body) = await Get("/holdfast/health");

        Assert.InRange(body.Length, 500_000, 1_048_576);
        var json = JsonDocument.Parse(body).RootElement;
        Assert.Equal(ZoneTraffic.MaxZones, json.GetProperty("zones").GetArrayLength());
        Assert.Equal(4, json.GetProperty("zones")[0].GetProperty("origins").GetArrayLength());
    }

    [Fact]
    public async Task State_Asked_HasReleasesAndCounters()
    {
        _counters.RequestEnded(521, EdgeError.OriginRefused, 0, 0, TimeSpan.Zero);

        var (_, body) = await Get("/holdfast/state");

        var json = JsonDocument.Parse(body).RootElement;
        Assert.Equal("edge-1", json.GetProperty("node").GetString());
        Assert.Equal(1, json.GetProperty("counters").GetProperty("origin_errors").GetInt64());
        Assert.Equal(1, json.GetProperty("counters").GetProperty("errors").GetProperty("origin_refused").GetInt64());
        var release = json.GetProperty("releases")[0];
        Assert.Equal("zone", release.GetProperty("kind").GetString());
        Assert.Equal(7, release.GetProperty("generation").GetInt64());
        Assert.Equal(
            """[{"kind":"zone","name":"z","stage":"slice","live":6,"candidate":7,"share":10,"last_known_good":6,"held":8,"reason":"it waits","since":"1970-01-01T00:00:00Z"}]""",
            json.GetProperty("rollouts").GetRawText()
        );
        var taster = json.GetProperty("taster");
        Assert.Equal(4711, taster.GetProperty("process").GetInt32());
        Assert.Equal(2, taster.GetProperty("put_aside").GetInt32());
        Assert.Equal("no such file", taster.GetProperty("problem").GetString());
    }

    [Fact]
    public async Task Metrics_Asked_AreInPrometheusFormat()
    {
        using var response = await _client.GetAsync("/metrics", TestContext.Current.CancellationToken);

        Assert.Equal("text/plain; version=0.0.4; charset=utf-8", response.Content.Headers.ContentType?.ToString());
        Assert.Contains(
            "# TYPE holdfast_edge_requests_total counter\n",
            await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken)
        );
    }

    [Theory]
    [InlineData("evil.example.com", HttpStatusCode.Forbidden)]
    [InlineData("localhost.example.com", HttpStatusCode.Forbidden)]
    [InlineData("192.0.2.1", HttpStatusCode.Forbidden)]
    [InlineData("localhost", HttpStatusCode.OK)]
    [InlineData("LOCALHOST:99", HttpStatusCode.OK)]
    [InlineData("127.0.0.1:1", HttpStatusCode.OK)]
    [InlineData("[::1]:1", HttpStatusCode.OK)]
    public async Task Host_NotOurs_IsForbidden(string host, HttpStatusCode expected)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/healthz") { Headers = { Host = host } };
        using var response = await _client.SendAsync(request, TestContext.Current.CancellationToken);

        Assert.Equal(expected, response.StatusCode);
    }

    [Fact]
    public async Task OtherMethodsAndPaths_AreRefused()
    {
        using var post = await _client.PostAsync("/healthz", null, TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.MethodNotAllowed, post.StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, (await Get("/")).Status);
    }

    private async Task<(HttpStatusCode Status, string Body)> Get(string path)
    {
        using var response = await _client.GetAsync(path, TestContext.Current.CancellationToken);
        return (response.StatusCode, await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
    }

    private sealed class FakeState : IEdgeState
    {
        public string Node => "edge-1";

        public bool IsReady { get; set; }

        public long Position => 42;

        public Holdfast.Model.Purging.PurgePosition Purged => new("11111111111111111111111111111111", 7);

        public Holdfast.Cache.Disk.DiskStore? CacheDisk => null;

        public int Zones => 3;

        public string Http3 => "no libmsquic";

        public string? LastFeedError { get; set; }

        public Holdfast.Edge.KillSwitches.KillSet KillSwitches => Holdfast.Edge.KillSwitches.KillSet.Empty;

        public Holdfast.Edge.Guard.EdgeGuard Guard { get; } = Harness.TestGuard.Edge();

        public Holdfast.Edge.Rules.Counting.RuleCounts RuleCounts { get; } = new();

        public int? TasterProcess => 4711;

        public string? TasterProblem => "no such file";

        public int PutAside => 2;

        public IEnumerable<Holdfast.Releases.Rollout.ReleaseStanding> Standings(int limit) =>
            [
                new Holdfast.Releases.Rollout.ReleaseStanding
                {
                    Kind = ArtifactKind.Zone,
                    Name = "z",
                    Stage = ReleaseStage.Slice,
                    Live = new Holdfast.Releases.Store.StoredArtifact(0, ArtifactKind.Zone, 6, 0, false),
                    Candidate = 7,
                    Share = 10,
                    Good = 6,
                    Held = 8,
                    Reason = "it waits",
                    Since = DateTimeOffset.UnixEpoch,
                },
            ];

        public IEnumerable<LiveRelease> LiveReleases(int limit) => [new(ArtifactKind.Zone, "0123456789abcdef0123456789abcdef", 7)];
    }
}
