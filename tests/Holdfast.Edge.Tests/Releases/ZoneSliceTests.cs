using System.Net;
using System.Text.RegularExpressions;
using Holdfast.Edge.Guard.Faults;
using Holdfast.Edge.Tests.Guard;
using Holdfast.Edge.Tests.Harness;
using Holdfast.Edge.Tests.Rules;
using Holdfast.Model.KillSwitches;
using Holdfast.Model.Releases;
using Holdfast.Model.Rulesets;
using Holdfast.Model.Zones;
using Holdfast.Releases.Rollout;

namespace Holdfast.Edge.Tests.Releases;

/// <summary>A zone's release beside what is live, as visitors meet it.</summary>
public sealed partial class ZoneSliceTests : IAsyncDisposable
{
    private const string Zone = "www.example.com";

    private static readonly RolloutPace AlwaysSliced = new()
    {
        Steps = [new RolloutStep(10, TimeSpan.FromHours(1))],
        Bake = TimeSpan.FromHours(1),
    };

    private readonly ScriptedOrigin _origin = ScriptedOrigin.Answering("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
    private EdgeUnderTest _edge = null!;

    [Fact]
    public async Task Slice_OfManyVisitors_IsTheShareAndEachStaysOnItsSide()
    {
        var (live, candidate) = await SliceAsync(rulesets: [Blocking("/admin")]);
        var first = new List<long>();
        for (var visitor = 0; visitor < 300; visitor++)
        {
            var (head, generation) = await AskAsync(Visitor(visitor));
            Assert.Equal(generation == candidate, head.Contains("\r\nHoldfast-Side: candidate\r\n", StringComparison.Ordinal));
            Assert.Equal(generation, (await AskAsync(Visitor(visitor))).Generation);
            first.Add(generation);
        }

        // 30 are expected; fewer than 14 or more than 50 of a fair hash would come by chance less than once in a thousand.
        Assert.InRange(first.Count(generation => generation == candidate), 14, 50);
        Assert.All(first, generation => Assert.True(generation == live || generation == candidate));
        var records = await _edge.LogRecordsAsync(600);
        Assert.All(
            records.Where(record => record.GetProperty("Generation").GetInt64() == candidate),
            record => Assert.Equal("candidate", record.GetProperty("Side").GetString())
        );
        Assert.All(
            records.Where(record => record.GetProperty("Generation").GetInt64() == live),
            record => Assert.False(record.TryGetProperty("Side", out _))
        );
    }

    [Fact]
    public async Task Slice_AModuleFailsOnTheCandidate_IsRevertedAndTheLiveSideNeverNotices()
    {
        var (live, candidate) = await SliceAsync(rulesets: [Blocking("/admin")]);
        Trip(FaultPoint.FirewallCustom);
        var unlucky = await VisitorOfAsync(candidate);
        var lucky = await VisitorOfAsync(live);
        await UntilRevertedAsync(unlucky);
        Assert.Equal(live, (await AskAsync(unlucky)).Generation);
        Assert.Equal(live, (await AskAsync(lucky)).Generation);

        var standing = Assert.Single(_edge.Standings);
        Assert.StartsWith(
            "the module http_request_firewall_custom does not run any more with it",
            standing.Reason,
            StringComparison.Ordinal
        );
        Assert.Equal((live, live, (long?)null), (standing.Live.Generation, standing.Good, standing.Candidate));

        // The zone's own guard has seen nothing of it.
        Assert.Empty(_edge.Guard.Of(EdgeUnderTest.IdOf(Zone)).Breakers);
        Assert.DoesNotContain(_edge.Guard.Breakers, breaker => breaker.Zone.Id == EdgeUnderTest.IdOf(Zone));

        // The same content is not tried again; another one is.
        Publish(null, Blocking("/admin"));
        var other = Publish(null, Blocking("/other"));
        await EdgeUnderTest.UntilAsync(() => _edge.Standings.Any(tried => tried.Candidate == other));
    }

    [Fact]
    public async Task Slice_ItsOriginIsDead_IsRevertedWhenFiveVisitorsHaveMetThat()
    {
        var (live, candidate) = await SliceAsync(origin: "http://127.0.0.1:1");
        var unlucky = new List<string>();
        for (var visitor = 0; unlucky.Count < 5; visitor++)
        {
            var (head, _) = await AskAsync(Visitor(visitor));
            if (head.StartsWith("HTTP/1.1 5", StringComparison.Ordinal))
            {
                unlucky.Add(Visitor(visitor));
            }
        }

        await EdgeUnderTest.UntilAsync(IsReverted);
        foreach (var visitor in unlucky)
        {
            Assert.Equal(live, (await AskAsync(visitor)).Generation);
        }

        Assert.Equal(
            "of 5 visitors who met an error of the edge, 5 were of the 10% that met this release",
            Assert.Single(_edge.Standings).Reason
        );
        Assert.True(candidate > live);
    }

    [Fact]
    public async Task Slice_TheOriginOfBothIsDead_IsNotHeldAgainstTheCandidate()
    {
        await StartAsync(
            new RolloutPace { Steps = [new RolloutStep(50, TimeSpan.FromSeconds(2))], Bake = TimeSpan.FromHours(1) },
            "http://127.0.0.1:1"
        );
        await AskAsync(Visitor(0));
        var candidate = Publish("http://127.0.0.1:1", Blocking("/admin"));
        await EdgeUnderTest.UntilAsync(() => _edge.Standings.Any());
        for (var visitor = 0; visitor < 60; visitor++)
        {
            await AskAsync(Visitor(visitor));
        }

        await EdgeUnderTest.UntilAsync(() => _edge.LiveGeneration(EdgeUnderTest.IdOf(Zone)) == candidate);
        Assert.Equal(ReleaseStage.Live, Assert.Single(_edge.Standings).Stage);
    }

    [Fact]
    public async Task Slice_InGoodHealth_GoesToAllAndIsGood()
    {
        await StartAsync(
            new RolloutPace { Steps = [new RolloutStep(10, TimeSpan.FromMilliseconds(50))], Bake = TimeSpan.FromMilliseconds(50) },
            _origin.Url
        );
        await AskAsync(Visitor(0));
        var candidate = Publish(null, Blocking("/admin"));
        await EdgeUnderTest.UntilAsync(() => _edge.LiveGeneration(EdgeUnderTest.IdOf(Zone)) == candidate && !_edge.Standings.Any());
        for (var visitor = 0; visitor < 20; visitor++)
        {
            var (head, generation) = await AskAsync(Visitor(visitor));
            Assert.Equal(candidate, generation);
            Assert.DoesNotContain("Holdfast-Side", head, StringComparison.Ordinal);
        }

        Assert.Null(_edge.Guard.Of(EdgeUnderTest.IdOf(Zone)).Slice);
    }

    [Fact]
    public async Task Bake_AModuleFails_GoesBackToWhatWasLive()
    {
        await StartAsync(new RolloutPace { Bake = TimeSpan.FromHours(1) }, _origin.Url);
        var (_, live) = await AskAsync(Visitor(0));
        var bad = Publish(null, Blocking("/admin"));
        await EdgeUnderTest.UntilAsync(() => _edge.LiveGeneration(EdgeUnderTest.IdOf(Zone)) == bad);
        Trip(FaultPoint.FirewallCustom);
        await UntilRevertedAsync(Visitor(0));
        Assert.Equal(live, (await AskAsync(Visitor(0))).Generation);
        Assert.Equal(live, _edge.LiveGeneration(EdgeUnderTest.IdOf(Zone)));
    }

    [Fact]
    public async Task Slice_AKillSwitchIsSet_ItTakesTheModuleOutOfBothSides()
    {
        var (_, candidate) = await SliceAsync(rulesets: [Blocking("/")]);
        var visitor = await VisitorOfAsync(candidate);
        Assert.StartsWith("HTTP/1.1 403 ", (await AskAsync(visitor)).Head, StringComparison.Ordinal);
        await _edge.KillAsync(KillSubject.Module, "http_request_firewall_custom", Zone);
        var (head, generation) = await AskAsync(visitor);
        Assert.StartsWith("HTTP/1.1 200 ", head, StringComparison.Ordinal);
        Assert.Equal(candidate, generation);
    }

    [Fact]
    public async Task Slice_ItsReleaseIsKilled_IsReverted()
    {
        var (live, candidate) = await SliceAsync(rulesets: [Blocking("/")]);
        var visitor = await VisitorOfAsync(candidate);
        await _edge.KillAsync(KillSubject.Release, candidate.ToString(System.Globalization.CultureInfo.InvariantCulture), Zone);
        await EdgeUnderTest.UntilAsync(IsReverted);
        Assert.Equal(live, (await AskAsync(visitor)).Generation);
        Assert.Equal("a kill switch has taken it out", Assert.Single(_edge.Standings).Reason);
    }

    [Fact]
    public async Task Release_OfAZoneThatNobodyHasAskedFor_IsLiveAtOnce()
    {
        await StartAsync(AlwaysSliced, _origin.Url);
        var second = Publish(null, Blocking("/admin"));
        await EdgeUnderTest.UntilAsync(() => _edge.LiveGeneration(EdgeUnderTest.IdOf(Zone)) == second);
        Assert.Equal(second, (await AskAsync(Visitor(0))).Generation);
        Assert.Equal(ReleaseStage.Live, Assert.Single(_edge.Standings).Stage);
    }

    public async ValueTask DisposeAsync()
    {
        await _edge.DisposeAsync();
        await _origin.DisposeAsync();
    }

    private static string Visitor(int number) => $"10.{number / 250}.{number % 250}.7";

    private static RulesetConfig Blocking(string path) =>
        RuledSite.Ruleset(RuledSite.Custom, RuledSite.Rule($"http.request.uri.path eq \"{path}\"", new BlockAction((BlockResponse?)null)));

    private async Task StartAsync(RolloutPace pace, string origin)
    {
        _edge = await EdgeUnderTest.StartAsync(options =>
            options with
            {
                Rollout = new RolloutOptions { Zone = pace, LookEvery = TimeSpan.FromMilliseconds(10) },
                TrustedUpstreams = [IPNetwork.Parse("127.0.0.0/8")],
                FaultInjection = true,
                Guard = GuardedSite.Quick,
            }
        );
        await _edge.PutZoneAsync(Zone, origin);
    }

    /// <summary>An edge with a candidate that 10% of the visitors meet.</summary>
    private async Task<(long Live, long Candidate)> SliceAsync(
        string? origin = null,
        ZoneSettings? settings = null,
        params RulesetConfig[] rulesets
    )
    {
        await StartAsync(AlwaysSliced, _origin.Url);
        var (_, live) = await AskAsync(Visitor(0));
        var candidate = Publish(origin, settings, rulesets);
        await EdgeUnderTest.UntilAsync(() => _edge.Standings.Any(standing => standing.Candidate == candidate && standing.Share == 10));
        return (live, candidate);
    }

    private long Publish(string? origin, params RulesetConfig[] rulesets) => Publish(origin, null, rulesets);

    private long Publish(string? origin, ZoneSettings? settings, RulesetConfig[] rulesets) =>
        _edge.Publish(EdgeUnderTest.IdOf(Zone), Zone, origin ?? _origin.Url, settings, zone => zone with { Rulesets = [.. rulesets] });

    private void Trip(FaultPoint point) =>
        _edge.Guard.Faults!.Trip(new TrippedFault(point, FaultAction.Throw, EdgeUnderTest.IdOf(Zone), FaultInjection.MostTimes, 0));

    private bool IsReverted() => _edge.Standings.Any(standing => standing.Stage == ReleaseStage.Reverted);

    private async Task UntilRevertedAsync(string visitor)
    {
        for (var asked = 0; !IsReverted(); asked++)
        {
            Assert.True(asked < 10_000, "it was not reverted");
            await AskAsync(visitor);
        }
    }

    private async Task<string> VisitorOfAsync(long generation)
    {
        for (var visitor = 0; visitor < 1_000; visitor++)
        {
            if ((await AskAsync(Visitor(visitor))).Generation == generation)
            {
                return Visitor(visitor);
            }
        }

        throw new InvalidOperationException("no visitor meets that generation");
    }

    private async Task<(string Head, long Generation)> AskAsync(string visitor)
    {
        using var conversation = await Conversation.ConnectAsync(_edge.Http);
        await conversation.SendAsync($"GET / HTTP/1.1\r\nHost: {Zone}\r\nX-Forwarded-For: {visitor}\r\nConnection: close\r\n\r\n");
        var answer = await conversation.ReadToEndAsync();
        var generation = GenerationField().Match(answer).Groups[1].Value;
        return (answer, long.Parse(generation, System.Globalization.CultureInfo.InvariantCulture));
    }

    [GeneratedRegex("\r\nHoldfast-Generation: ([0-9]+)\r\n")]
    private static partial Regex GenerationField();
}
