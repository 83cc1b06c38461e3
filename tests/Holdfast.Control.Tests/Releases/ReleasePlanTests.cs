using System.Collections.Concurrent;
using System.Net;
using Holdfast.Artifacts.Zones;
using Holdfast.Model.Releases;
using Holdfast.Model.Releases.Rehearsals;

namespace Holdfast.Control.Tests.Releases;

/// <summary>Plans over real feeds: what edges are asked to rehearse, and what the API makes of their reports.</summary>
public sealed class ReleasePlanTests : IAsyncDisposable
{
    private const string Rules = """{"rules":[{"action":"block","expression":"http.request.uri.path eq \"/admin\""}]}""";

    private readonly TemporaryDirectory _stores = new();
    private readonly List<TestEdge> _edges = [];
    private readonly ConcurrentQueue<RehearsalOrder> _orders = new();
    private TestControl _control = null!;
    private SettableTime? _time;

    [Fact]
    public async Task RulesetOfAZone_Planned_IsRehearsedByAnEdgeAndChangesNothing()
    {
        var zone = await StartAsync();
        Add("edge-1", order => Report(order, 200, blocked: 50));
        var before = await GenerationAsync(zone);
        var plan = (await UntilPlannedAsync(Path(zone))).Result;
        Assert.Equal(
            ("zone", zone, "edge-1", 200, 6),
            (
                plan["kind"]!.GetValue<string>(),
                plan["name"]!.GetValue<string>(),
                plan["node"]!.GetValue<string>(),
                plan["requests"]!.GetValue<int>(),
                plan["live_generation"]!.GetValue<int>()
            )
        );
        var change = Assert.Single(plan["changes"]!.AsArray())!;
        Assert.Equal(
            ("newly_blocked", 50, 25.0),
            (change["what"]!.GetValue<string>(), change["requests"]!.GetValue<int>(), change["share"]!.GetValue<double>())
        );
        Assert.Equal("0dc90fbbf576d1cd", change["examples"]![0]!["ray"]!.GetValue<string>());

        // Whoever asked has seen the requests; what is kept has only how many there were.
        var kept = (await _control.GetAsync("/holdfast/v1/uplink_records?type=release.rehearsed")).Result[0]!["body"]!["changes"]![0]!;
        Assert.Equal(50, kept["requests"]!.GetValue<int>());
        Assert.Empty(kept["examples"]!.AsArray());

        // What was rehearsed is the zone with the rules, and the zone has none.
        Assert.True(_orders.TryDequeue(out var order));
        Assert.True(ZoneArtifact.TryParse(order.FormatVersion, order.Payload.Span, out var proposed, out _));
        Assert.Equal("http.request.uri.path eq \"/admin\"", Assert.Single(Assert.Single(proposed.Rulesets).Rules).Expression);
        Assert.Equal(before, await GenerationAsync(zone));
        Assert.Empty((await _control.GetAsync($"/client/v4/zones/{zone}/rulesets")).Body["result"]!.AsArray());
    }

    [Fact]
    public async Task Plan_OfSeveralEdges_IsThatOverTheMostRequests()
    {
        var zone = await StartAsync();
        Add("edge-1", order => new RehearsalReport { Id = order.Id, Problem = "no sample" });
        Add("edge-2", order => Report(order, 40, blocked: 1));
        Add("edge-3", order => Report(order, 30, blocked: 30));
        Answer answer = null!;
        await Eventually.TrueAsync(
            async () => (answer = await PlanAsync(Path(zone))).Status == HttpStatusCode.OK && answer.Result["edges"]!.GetValue<int>() == 3,
            "all three edges have rehearsed it"
        );
        Assert.Equal(("edge-2", 40), (answer.Result["node"]!.GetValue<string>(), answer.Result["requests"]!.GetValue<int>()));
    }

    [Fact]
    public async Task Plan_WithoutAnEdgeThatRehearses_IsRefusedAndSaysSo()
    {
        var zone = await StartAsync();
        Add("edge-1", rehearse: null);
        await Eventually.TrueAsync(() => _edges[0].Intake.State.Connected, "the edge follows the feed");
        var answer = await PlanAsync(Path(zone));
        Assert.Equal(HttpStatusCode.Conflict, answer.Status);
        Assert.Contains("no edge follows that rehearses", answer.Error["message"]!.GetValue<string>(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Plan_OfRulesThatAreWrong_IsRefusedWithTheirPlace()
    {
        var zone = await StartAsync();
        var answer = await _control.PostAsync(Path(zone), """{"rules":[{"action":"block","expression":"http.request.uri.path eq"}]}""");
        Assert.Equal(HttpStatusCode.BadRequest, answer.Status);
        Assert.Contains("/rules/0/expression", answer.Body.ToJsonString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task StoredRelease_Planned_IsRehearsedWithItsOwnContent()
    {
        var zone = await StartAsync();
        Add("edge-1", order => Report(order, 10, blocked: 0));
        var plan = await UntilPlannedAsync($"/holdfast/v1/releases/zone/first.example/newest/plan");
        Assert.Empty(plan.Result["changes"]!.AsArray());
        Assert.True(_orders.TryDequeue(out var order));
        Assert.Equal((ArtifactKind.Zone, zone), (order.Kind, order.Name));
    }

    [Fact]
    public async Task Edge_ThatNeverReports_IsNotWaitedForForEver()
    {
        var time = new SettableTime();
        var zone = await StartAsync(time);
        Add("edge-1", _ => null);
        await Eventually.TrueAsync(() => _edges[0].Intake.State.Connected, "the edge follows the feed");
        var planning = PlanAsync(Path(zone));
        await Eventually.TrueAsync(() => !_orders.IsEmpty, "the edge is asked");
        var answer = await planning.WaitAsync(TimeSpan.FromSeconds(95), TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.Conflict, answer.Status);
        Assert.Contains("none of 1 edges reported", answer.Error["message"]!.GetValue<string>(), StringComparison.Ordinal);
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var edge in _edges)
        {
            await edge.DisposeAsync();
        }

        await _control.DisposeAsync();
        _stores.Dispose();
    }

    private static string Path(string zone) =>
        $"/holdfast/v1/releases/plan/zones/{zone}/rulesets/phases/http_request_firewall_custom/entrypoint";

    private static RehearsalReport Report(RehearsalOrder order, int requests, int blocked) =>
        new()
        {
            Id = order.Id,
            LiveGeneration = 6,
            Requests = requests,
            Oldest = DateTimeOffset.UnixEpoch,
            Changes =
                blocked == 0
                    ? []
                    :
                    [
                        new RehearsalChange(
                            RehearsalDifference.NewlyBlocked,
                            blocked,
                            [new RehearsalExample("0dc90fbbf576d1cd", "GET https://first.example/admin", "200", "blocked (403)", "r")]
                        ),
                    ],
            LiveMicroseconds = 100,
            CandidateMicroseconds = 101,
        };

    private async Task<string> StartAsync(SettableTime? time = null)
    {
        _time = time;
        _control = await TestControl.StartAsync(time: time);
        return await _control.AddZoneAsync("first.example");
    }

    private void Add(string node, Func<RehearsalOrder, RehearsalReport?>? rehearse) =>
        _edges.Add(
            new TestEdge(
                _control.Data,
                _control.Host.Url,
                System.IO.Path.Combine(_stores.Path, node),
                node,
                time: _time,
                rehearse: rehearse is null
                    ? null
                    : order =>
                    {
                        _orders.Enqueue(order);
                        return rehearse(order);
                    }
            )
        );

    private async Task<Answer> UntilPlannedAsync(string path)
    {
        Answer answer = null!;
        await Eventually.TrueAsync(async () => (answer = await PlanAsync(path)).Status == HttpStatusCode.OK, "an edge rehearses");
        return answer;
    }

    private Task<Answer> PlanAsync(string path) =>
        _control.PostAsync(path, path.EndsWith("newest/plan", StringComparison.Ordinal) ? "{}" : Rules);

    private async Task<long> GenerationAsync(string zone) =>
        (await _control.GetAsync($"/holdfast/v1/releases/zone/{zone}/newest")).Result["generation"]!.GetValue<long>();
}
