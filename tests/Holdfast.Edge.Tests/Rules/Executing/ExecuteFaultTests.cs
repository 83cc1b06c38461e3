using Holdfast.Edge.Guard.Faults;
using Holdfast.Edge.Tests.Guard;
using Holdfast.Model.KillSwitches;
using Holdfast.Model.Zones;
using static Holdfast.Edge.Tests.Guard.GuardedSite;
using static Holdfast.Edge.Tests.Rules.Executing.AccountSets;
using static Holdfast.Edge.Tests.Rules.RuledSite;

namespace Holdfast.Edge.Tests.Rules.Executing;

/// <summary>5 December 2025: a kill switch meets a rule that executes a ruleset, and code takes the missing result for granted.</summary>
public class ExecuteFaultTests
{
    [Fact]
    public async Task MissingResult_ThatCodeTakesForGranted_CostsThePhaseAndNoRequest()
    {
        await using var site = await GuardedSite.StartAsync();
        await site.Edge.PutAccountRulesetAsync(Shared(Rule(Path("/shared"), Answer(411))));
        foreach (var zone in (string[])[One, Two])
        {
            await site.Edge.PutZoneAsync(
                zone,
                site.Origin.Url,
                new ZoneSettings(),
                config => config with { Rulesets = [Ruleset(Custom, Rule("true", Execute()), Rule(Path("/admin"), Answer(410)))] }
            );
        }

        // The fault is there and nobody has met it: the ruleset is there.
        site.Trip(FaultPoint.ExecuteResultMissing, FaultAction.Throw, count: 1000);
        Assert.StartsWith("HTTP/1.1 411 ", await site.AskAsync(One, "/shared"), StringComparison.Ordinal);
        Assert.Equal(0, site.Edge.Guard.AllFaults);

        var kill = await site.Edge.KillAsync(KillSubject.Ruleset, SharedId, null);
        Assert.StartsWith("HTTP/1.1 200 ", await site.AskAsync(One, "/shared"), StringComparison.Ordinal);
        Assert.StartsWith("HTTP/1.1 200 ", await site.AskAsync(One, "/admin"), StringComparison.Ordinal);
        Assert.NotEqual(0, site.Edge.Guard.AllFaults);

        // The other zone's code is not at fault: the kill switch took the ruleset out, and nothing else.
        Assert.StartsWith("HTTP/1.1 200 ", await site.AskAsync(Two, "/shared"), StringComparison.Ordinal);
        Assert.StartsWith("HTTP/1.1 410 ", await site.AskAsync(Two, "/admin"), StringComparison.Ordinal);

        await site.Edge.UnkillAsync(kill);
        Assert.StartsWith("HTTP/1.1 411 ", await site.AskAsync(Two, "/shared"), StringComparison.Ordinal);
    }

    [Fact]
    public void Point_HasTheNameThatDrillsKnow() =>
        Assert.Equal("execute_result_missing", FaultInjection.NameOf(FaultPoint.ExecuteResultMissing));
}
