using Holdfast.Releases.Rollout;

namespace Holdfast.Releases.Tests.Rollout;

public sealed class ReleaseTrialTests
{
    private static readonly RolloutOptions Pace = new();

    [Fact]
    public void Zone_InGoodHealth_GoesFrom10To100WithinFiveSecondsAndIsGoodAfterItsBake()
    {
        var trial = new ReleaseTrial(Pace.Zone, canSlice: true, At(100));
        Assert.Equal((true, 10), (trial.IsSliced, trial.Share));
        Assert.Equal(TrialStep.Stay, trial.Look(At(103.9), default).Step);
        Assert.Equal(TrialStep.All, trial.Look(At(104), default).Step);
        Assert.Equal((false, 100), (trial.IsSliced, trial.Share));
        Assert.Equal(TrialStep.Stay, trial.Look(At(163.9), default).Step);
        Assert.Equal(TrialStep.Good, trial.Look(At(164), default).Step);
    }

    [Fact]
    public void Shared_InGoodHealth_GoesBy1And10And50()
    {
        var trial = new ReleaseTrial(Pace.Shared, canSlice: true, At(0));
        List<int> shares = [trial.Share];
        for (var second = 1; second <= 60; second++)
        {
            if (trial.Look(At(second), Reading(candidate: 0, live: 0)).Step != TrialStep.Stay)
            {
                shares.Add(trial.Share);
            }
        }

        Assert.Equal([1, 10, 50, 100], shares);
        Assert.Equal(TrialStep.Stay, trial.Look(At(659), default).Step);
        Assert.Equal(TrialStep.Good, trial.Look(At(660), default).Step);
    }

    [Fact]
    public void Slice_NobodyToMeetIt_IsLiveAtOnceAndBakes()
    {
        var trial = new ReleaseTrial(Pace.Zone, canSlice: false, At(0));
        Assert.Equal((false, 100), (trial.IsSliced, trial.Share));
        Assert.Equal(TrialStep.Stay, trial.Look(At(59), default).Step);
        Assert.Equal(TrialStep.Good, trial.Look(At(60), default).Step);
    }

    [Fact]
    public void Slice_FailuresOnItsSideAlone_IsRevertedWithFigures()
    {
        var trial = new ReleaseTrial(Pace.Zone, canSlice: true, At(0));
        Assert.Equal(TrialStep.Stay, trial.Look(At(0.2), Reading(candidate: 2, live: 0)).Step);
        var decision = trial.Look(At(0.4), Reading(candidate: 5, live: 0));
        Assert.Equal(TrialStep.Revert, decision.Step);
        Assert.Equal("of 5 visitors who met an error of the edge, 5 were of the 10% that met this release", decision.Reason);
        Assert.Contains("likelihood ratio", decision.Evidence, StringComparison.Ordinal);
        Assert.InRange(trial.Evidence, ChanceTest.Enough, double.MaxValue);
    }

    [Fact]
    public void Slice_BothSidesFail_IsNotHeldAgainstIt()
    {
        var trial = new ReleaseTrial(Pace.Zone, canSlice: true, At(0));
        for (var visitors = 10; visitors <= 400; visitors += 10)
        {
            Assert.Equal(TrialStep.Stay, trial.Look(At(visitors / 200.0), Reading(candidate: visitors / 10, live: visitors * 9 / 10)).Step);
        }

        Assert.Equal(TrialStep.All, trial.Look(At(4), Reading(candidate: 40, live: 360)).Step);
    }

    [Fact]
    public void Slice_Doubtful_IsLookedAtLongerAndNotForEver()
    {
        var trial = new ReleaseTrial(Pace.Zone, canSlice: true, At(0));
        var doubtful = Reading(candidate: 3, live: 0);
        Assert.Equal(TrialStep.Stay, trial.Look(At(4), doubtful).Step);
        Assert.InRange(trial.Evidence, ChanceTest.Doubt, ChanceTest.Enough);
        Assert.Equal(TrialStep.Stay, trial.Look(At(11.9), doubtful).Step);
        Assert.Equal(TrialStep.All, trial.Look(At(12), doubtful).Step);
    }

    [Fact]
    public void Slices_AVisitorWhoFailsOnBothOfItsSides_CountsInEachOfThemAnew()
    {
        // The origin is down for all. Those who move to the candidate's side with the next slice fail there too: that is no difference.
        var trial = new ReleaseTrial(Pace.Shared, canSlice: true, At(0));
        Assert.Equal(TrialStep.Stay, trial.Look(At(1), Reading(candidate: 4, live: 396)).Step);
        Assert.Equal(TrialStep.Widen, trial.Look(At(20), Reading(candidate: 4, live: 396)).Step);
        Assert.Equal(TrialStep.Stay, trial.Look(At(21), Reading(candidate: 40, live: 360)).Step);
        Assert.Equal(TrialStep.Widen, trial.Look(At(40), Reading(candidate: 40, live: 360)).Step);
    }

    [Fact]
    public void Bake_AnOriginThatFails_IsNotHeldAgainstIt()
    {
        var trial = new ReleaseTrial(Pace.Zone, canSlice: false, At(0));
        var down = new SideReading(
            default,
            new SideFigures
            {
                Requests = 900,
                Errors = 900,
                Visitors = 300,
                Failing = 300,
            }
        );
        Assert.Equal(TrialStep.Stay, trial.Look(At(1), down).Step);
        Assert.Equal(TrialStep.Good, trial.Look(At(60), down).Step);
    }

    [Fact]
    public void Bake_VisitorsMeetFaultsOfTheEdge_IsReverted()
    {
        var trial = new ReleaseTrial(Pace.Zone, canSlice: false, At(0));
        Assert.Equal(TrialStep.Stay, trial.Look(At(1), Faults(visitors: 100, faulting: 2)).Step);
        var decision = trial.Look(At(2), Faults(visitors: 120, faulting: 20));
        Assert.Equal(TrialStep.Revert, decision.Step);
        Assert.Equal("20 of 120 visitors met a fault of the edge since it is live", decision.Reason);
    }

    [Fact]
    public void Bake_FaultsThatWereThereBefore_AreNotHeldAgainstIt()
    {
        var trial = new ReleaseTrial(Pace.Zone, canSlice: true, At(0));
        var before = new SideFigures
        {
            Requests = 90,
            Visitors = 90,
            Failing = 9,
            Faulting = 9,
        };
        var candidate = new SideFigures
        {
            Requests = 10,
            Visitors = 10,
            Failing = 1,
            Faulting = 1,
        };
        Assert.Equal(TrialStep.All, trial.Look(At(4), new SideReading(before, candidate)).Step);
        Assert.Equal(TrialStep.Stay, trial.Look(At(5), Faults(visitors: 100, faulting: 10)).Step);
        Assert.Equal(TrialStep.Good, trial.Look(At(64), Faults(visitors: 1000, faulting: 100)).Step);
    }

    [Fact]
    public void Bake_VisitorsWhoStayAndGoOnMeetingTheOldFault_IsNotHeldAgainstIt()
    {
        // 0.4% of the visitors meet a fault in the four seconds of the slice. The same visitors are there for a minute: 5.8% meet one.
        var trial = new ReleaseTrial(Pace.Zone, canSlice: true, At(0));
        Assert.Equal(TrialStep.All, trial.Look(At(4), new SideReading(Side(7_000, 28), Side(800, 3))).Step);
        for (var look = 1; look < 300; look++)
        {
            var faulting = (int)(8_000 * (1 - Math.Pow(1 - 0.004, look * 0.2 / 4)));
            Assert.Equal(TrialStep.Stay, trial.Look(At(4 + (look * 0.2)), new SideReading(default, Side(8_000, faulting))).Step);
        }

        Assert.Equal(TrialStep.Good, trial.Look(At(64), new SideReading(default, Side(8_000, 466))).Step);
    }

    [Fact]
    public void Bake_OfMuchTraffic_SeesAFaultThatWasNotThereBeforeAndMeetsFew()
    {
        // Three faults in two seconds that the slices did not show: 2% of the visitors have met one after two minutes.
        var trial = new ReleaseTrial(Pace.Shared, canSlice: true, At(0));
        for (var slice = 1; slice <= 3; slice++)
        {
            Assert.NotEqual(TrialStep.Stay, trial.Look(At(20 * slice), new SideReading(Side(8_000, 0), Side(100, 0))).Step);
        }

        var step = TrialStep.Stay;
        var second = 60;
        for (; step == TrialStep.Stay && second < 660; second++)
        {
            step = trial.Look(At(second + 1), new SideReading(default, Side(8_000, (second - 60) * 3 / 2))).Step;
        }

        Assert.Equal(TrialStep.Revert, step);
        Assert.InRange(second, 61, 120);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Release_ItsModuleDoesNotRunAnyMore_IsRevertedAtOnce(bool isSliced)
    {
        var trial = new ReleaseTrial(Pace.Zone, isSliced, At(0));
        var decision = trial.Look(At(0.1), new SideReading(default, default, "the module firewall_custom does not run any more"));
        Assert.Equal((TrialStep.Revert, "the module firewall_custom does not run any more"), (decision.Step, decision.Reason));
    }

    private static SideFigures Side(int visitors, int faulting) =>
        new()
        {
            Requests = visitors,
            Visitors = visitors,
            Faults = faulting,
            Failing = faulting,
            Faulting = faulting,
        };

    private static TimeSpan At(double seconds) => TimeSpan.FromSeconds(seconds);

    private static SideReading Reading(int candidate, int live) =>
        new(
            new SideFigures
            {
                Requests = 1000,
                Visitors = 900,
                Failing = live,
                Errors = live,
            },
            new SideFigures
            {
                Requests = 110,
                Visitors = 100,
                Failing = candidate,
                Errors = candidate,
            }
        );

    private static SideReading Faults(int visitors, int faulting) =>
        new(
            default,
            new SideFigures
            {
                Requests = visitors,
                Visitors = visitors,
                Faults = faulting,
                Failing = faulting,
                Faulting = faulting,
            }
        );
}
