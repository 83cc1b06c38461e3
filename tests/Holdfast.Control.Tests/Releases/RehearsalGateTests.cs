using System.Net;
using System.Text.Json.Nodes;
using Holdfast.Control.Releases.Rehearsals;
using Holdfast.Model.Releases.Rehearsals;

namespace Holdfast.Control.Tests.Releases;

/// <summary>Limits of what a release may treat otherwise than what is live: beyond them a person has to let it go on.</summary>
public sealed class RehearsalGateTests
{
    private const string Because = """{"reason":"it is what we want"}""";

    private static readonly RehearsalLimits FivePercent = new() { NewlyBlockedPercent = 5 };

    [Fact]
    public async Task ReleaseBeyondTheLimits_IsHeldBeforeItsFirstWave_UntilSomebodyLetsItGoOn()
    {
        var blocked = 0;
        await using var fleet = await FleetUnderTest.StartAsync(
            2,
            FivePercent,
            order => Report(order, 200, Volatile.Read(ref blocked)),
            "192.0.2.1"
        );
        Volatile.Write(ref blocked, 50);
        await fleet.PutAsync("192.0.2.2");
        await fleet.StateAsync(3, "paused");
        var held = (await fleet.ShowAsync(3)).Result;
        const string Why = "is beyond the limits: 25% of 200 requests newly blocked, 5% allowed";
        Assert.Contains(Why, held["reason"]!.GetValue<string>(), StringComparison.Ordinal);
        Assert.StartsWith("somebody to let it go on (resume)", held["waits_for"]!.GetValue<string>(), StringComparison.Ordinal);
        Assert.Equal(["rehearse", "pause"], Decisions(held));
        Assert.Equal(0, held["wave"]!.GetValue<int>());
        var listed = (await fleet.Control.GetAsync("/holdfast/v1/releases?kind=list&name=offices")).Body["result"]![0]!;
        Assert.Contains(Why, listed["reason"]!.GetValue<string>(), StringComparison.Ordinal);
        fleet.Time.Advance(TimeSpan.FromHours(1));
        Assert.Equal(2, fleet.Having("192.0.2.1"));

        var resumed = await fleet.Control.PostAsync(fleet.PathOf(3) + "/resume", Because);
        Assert.Equal(HttpStatusCode.OK, resumed.Status);
        await fleet.HaveAsync(1, "192.0.2.2");
        var going = (await fleet.ShowAsync(3)).Result;
        Assert.Null(going["reason"]);
        Assert.Equal(["rehearse", "pause", "resume", "offer"], Decisions(going).Take(4));
        var audit = (await fleet.Control.GetAsync("/holdfast/v1/audit_logs?per_page=1")).Result[0]!;
        Assert.Equal("releases-resume", audit["operation"]!.GetValue<string>());
    }

    [Fact]
    public async Task ReleaseWithinTheLimits_GoesOnAndSaysSo()
    {
        await using var fleet = await FleetUnderTest.StartAsync(2, FivePercent, order => Report(order, 200, 10), "192.0.2.1");
        await fleet.PutAsync("192.0.2.2");
        await fleet.HaveAsync(1, "192.0.2.2");
        var shown = (await fleet.ShowAsync(3)).Result;
        Assert.Equal(["rehearse", "offer"], Decisions(shown).Take(2));
        Assert.Contains("replayed 200 requests", shown["decisions"]![0]!["text"]!.GetValue<string>(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task ReleaseThatNoEdgeRehearses_GoesOnAndSaysSo()
    {
        await using var fleet = await FleetUnderTest.StartAsync(2, FivePercent, null, "192.0.2.1");
        await fleet.PutAsync("192.0.2.2");
        await fleet.HaveAsync(1, "192.0.2.2");
        var decision = (await fleet.ShowAsync(3)).Result["decisions"]![0]!;
        Assert.StartsWith("not rehearsed: no edge follows that rehearses", decision["text"]!.GetValue<string>(), StringComparison.Ordinal);
    }

    [Fact]
    public void Limits_AreOfSharesAndOfTime()
    {
        var limits = new RehearsalLimits { NewlyFailingPercent = 0, AddedMicroseconds = 50 };
        var report = new RehearsalReport
        {
            Id = "",
            Requests = 400,
            Changes = [new RehearsalChange(RehearsalDifference.NewlyFailing, 2, [])],
            LiveMicroseconds = 100,
            CandidateMicroseconds = 160.5,
        };
        Assert.Equal(
            ["0.5% of 400 requests newly failing, 0% allowed", "60.5 microseconds more a request, 50 allowed"],
            limits.Beyond(report)
        );
        Assert.Empty(limits.Beyond(report with { Changes = [], CandidateMicroseconds = 150 }));
        Assert.Empty(limits.Beyond(report with { Requests = RehearsalLimits.LeastRequests - 1 }));
        Assert.False(new RehearsalLimits().IsSet);
        Assert.True(limits.IsSet);
    }

    private static IEnumerable<string> Decisions(JsonNode release) =>
        release["decisions"]!.AsArray().Select(decision => decision!["what"]!.GetValue<string>());

    private static RehearsalReport Report(RehearsalOrder order, int requests, int blocked) =>
        new()
        {
            Id = order.Id,
            Requests = requests,
            Changes = blocked == 0 ? [] : [new RehearsalChange(RehearsalDifference.NewlyBlocked, blocked, [])],
            LiveMicroseconds = 100,
            CandidateMicroseconds = 100,
        };
}
