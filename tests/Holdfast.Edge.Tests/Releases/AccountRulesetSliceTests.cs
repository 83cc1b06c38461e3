using Holdfast.Edge.Guard.Faults;
using Holdfast.Model.Rulesets;
using static Holdfast.Edge.Tests.Rules.Executing.AccountSets;
using static Holdfast.Edge.Tests.Rules.RuledSite;

namespace Holdfast.Edge.Tests.Releases;

/// <summary>A release of an account's ruleset beside what is live, as visitors of zones meet it.</summary>
public sealed class AccountRulesetSliceTests : IAsyncDisposable
{
    private const string Zone = "www.example.com";

    private readonly SharedSlices _site = new(Zone);

    public ValueTask DisposeAsync() => _site.DisposeAsync();

    [Fact]
    public async Task Slice_IsAShareOfTheVisitorsWhoStayOnTheirSide()
    {
        await StartAsync(TimeSpan.FromHours(1), Root(Rule("true", new LogAction())), []);
        _site.Edge.PublishAccountRuleset(Root(Rule("true", Answer(411))));
        await _site.OnTrialAsync(RootId);
        await MetAsync(411);

        // 100 are expected; fewer than 76 or more than 124 would come by chance less than once in a thousand. To block is no fault.
        Assert.InRange(await _site.CountAsync(411), 76, 124);
        Assert.Contains(_site.Edge.Standings, standing => standing.Name == RootId && standing.Share == 50);
    }

    [Fact]
    public async Task Slice_ItsModuleFails_IsRevertedAndTheOtherSideNeverNotices()
    {
        await StartAsync(TimeSpan.FromHours(1), Root(Rule("true", Answer(411))), [], expected: 411);
        _site.Edge.Guard.Faults!.Trip(new TrippedFault(FaultPoint.ExecuteResultMissing, FaultAction.Throw, null, 1_000_000, 0));
        _site.Edge.PublishAccountRuleset(Root(Rule("true", Execute()), Rule("true", Answer(411))));
        await _site.OnTrialAsync(RootId);
        await _site.RevertedAsync(RootId);

        // Who meets the module's fault goes on unchecked; the live side's breaker has counted none of them.
        Assert.Equal(200, await _site.CountAsync(411));
        Assert.Contains(
            "the module http_request_firewall_custom does not run any more with it",
            _site.Edge.Standings.Single(standing => standing.Name == RootId).Reason
        );
    }

    [Fact]
    public async Task Slice_OfWhatZonesExecute_GoesToAllInGoodHealth()
    {
        await StartAsync(TimeSpan.FromMilliseconds(50), Shared(Rule("true", new LogAction())), [Ruleset(Custom, Rule("true", Execute()))]);
        var candidate = _site.Edge.PublishAccountRuleset(Shared(Rule("true", Answer(411))));
        await Harness.EdgeUnderTest.UntilAsync(() => _site.Edge.LiveGeneration(SharedId) == candidate);
        for (var visitor = 0; visitor < 20; visitor++)
        {
            Assert.Equal(411, await _site.AskAsync(visitor));
        }
    }

    // A zone is made ready with what is on trial when the first visitor comes who is to meet it.
    private async Task MetAsync(int status)
    {
        var deadline = Environment.TickCount64 + 120_000;
        for (var visitor = 0; await _site.AskAsync(visitor) != status; visitor = (visitor + 1) % 200)
        {
            Assert.True(Environment.TickCount64 < deadline, "Nobody met it within two minutes.");
        }
    }

    private async Task StartAsync(TimeSpan step, RulesetConfig ruleset, RulesetConfig[] zone, int expected = 200)
    {
        await _site.StartAsync(step, faults: true);
        await _site.Edge.PutAccountRulesetAsync(ruleset);
        await _site.Edge.PutZoneAsync(Zone, _site.Origin, null, config => config with { Rulesets = [.. zone] });
        Assert.Equal(expected, await _site.AskAsync(0));
    }
}
