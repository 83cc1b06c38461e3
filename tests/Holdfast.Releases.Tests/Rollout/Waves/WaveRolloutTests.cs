using Holdfast.Model.Releases;
using Holdfast.Releases.Rollout.Waves;

namespace Holdfast.Releases.Tests.Rollout.Waves;

/// <summary>What a rollout decides. Time and fleet are the test's.</summary>
public sealed class WaveRolloutTests
{
    private static readonly DateTimeOffset Start = new(2026, 1, 31, 12, 0, 0, TimeSpan.Zero);

    private DateTimeOffset _now = Start;

    [Fact]
    public void Staged_WithThreeEdges_GoesOneByOneAndBakes()
    {
        var (rollout, fleet) = (Staged(), Fleet(3));
        var canary = Assert.Single(rollout.Advance(fleet, _now).Offered);
        Assert.Equal((1, WavePhase.Rolling), (rollout.Progress.Wave, rollout.Progress.Phase));
        Assert.Equal(WaveStep.None, Later(rollout, fleet, 59));

        rollout.Note(canary, EdgeStanding.Slice, null);
        Assert.Empty(Later(rollout, fleet, 1).Offered);
        rollout.Note(canary, EdgeStanding.Live, null);
        Later(rollout, fleet, 0);
        Assert.Equal(WavePhase.Soaking, rollout.Progress.Phase);
        Assert.Empty(Later(rollout, fleet, 59).Offered);

        var second = Assert.Single(Later(rollout, fleet, 1).Offered);
        Assert.False(rollout.Progress.IsOpen);
        rollout.Note(second, EdgeStanding.Accepted, null);
        Later(rollout, fleet, 0);
        var third = Assert.Single(Later(rollout, fleet, 60).Offered);
        Assert.True(rollout.Progress is { IsOpen: true, Wave: 3, Phase: WavePhase.Baking });
        Assert.True(rollout.IsOpenTo("an edge that comes later"));

        rollout.Note(third, EdgeStanding.Live, null);
        Later(rollout, fleet, 0);
        Later(rollout, fleet, 599);
        Assert.Equal(WavePhase.Baking, rollout.Progress.Phase);
        Assert.Contains(Later(rollout, fleet, 1).Decisions, decision => decision.What == "good");
        Assert.True(rollout.Progress.IsOver);
    }

    [Fact]
    public void Staged_WhenAllEdgesSayGood_IsGoodAtOnce()
    {
        var (rollout, fleet) = (Staged(), Fleet(1));
        var only = Assert.Single(rollout.Advance(fleet, _now).Offered);
        rollout.Note(only, EdgeStanding.Good, null);
        Later(rollout, fleet, 0);
        Assert.Equal(WavePhase.Good, rollout.Progress.Phase);
    }

    [Theory]
    [InlineData(EdgeStanding.Refused)]
    [InlineData(EdgeStanding.Reverted)]
    public void Staged_WhenAnEdgeFails_StopsAndOffersNoMore(EdgeStanding failure)
    {
        var (rollout, fleet) = (Staged(), Fleet(10));
        var canary = Assert.Single(rollout.Advance(fleet, _now).Offered);
        rollout.Note(canary, EdgeStanding.Live, null);
        Later(rollout, fleet, 0);
        rollout.Note(canary, failure, "5xx 2.1% against 0.1%");
        var stopped = Later(rollout, fleet, 60);
        Assert.Empty(stopped.Offered);
        Assert.Equal("stop", Assert.Single(stopped.Decisions).What);
        Assert.Equal(WavePhase.Failed, rollout.Progress.Phase);
        Assert.Contains("5xx 2.1% against 0.1%", rollout.Failure, StringComparison.Ordinal);
        Assert.Equal(WaveStep.None, Later(rollout, fleet, 3600));
        Assert.Single(rollout.Edges);
    }

    [Fact]
    public void OneEdgeOfAHundred_ThatFails_StaysBehindAndTheOthersGoOn()
    {
        var (rollout, fleet) = (Staged(), Fleet(10_000));
        var canaries = rollout.Advance(fleet, _now).Offered;
        Assert.Equal(100, canaries.Length);
        rollout.Note(canaries[0], EdgeStanding.Reverted, "it died twice");
        var told = Assert.Single(Later(rollout, fleet, 1).Decisions);
        Assert.Equal(("leave_behind", true), (told.What, told.Text.Contains("it died twice", StringComparison.Ordinal)));
        Assert.Equal(WaveStep.None, Later(rollout, fleet, 1));
        foreach (var canary in canaries.Skip(1))
        {
            rollout.Note(canary, EdgeStanding.Live, null);
        }

        Later(rollout, fleet, 0);
        Assert.Equal(901, Later(rollout, fleet, 60).Offered.Length + 1);
        rollout.Note(canaries[1], EdgeStanding.Reverted, "5xx");
        rollout.Note(canaries[2], EdgeStanding.Reverted, "5xx");
        Assert.Empty(Later(rollout, fleet, 1).Decisions.Where(decision => decision.What == "stop"));
        rollout.Note(canaries[3], EdgeStanding.Refused, "5xx");
        Assert.Equal("stop", Assert.Single(Later(rollout, fleet, 1).Decisions).What);
        Assert.Contains("so did 3 more", rollout.Failure, StringComparison.Ordinal);
    }

    [Fact]
    public void Wave_OfWhichAnEdgeBeginsAnew_SoaksAnew()
    {
        var (rollout, fleet) = (Staged(), Fleet(3));
        var canary = Assert.Single(rollout.Advance(fleet, _now).Offered);
        rollout.Note(canary, EdgeStanding.Live, null);
        Later(rollout, fleet, 0);
        Later(rollout, fleet, 50);
        rollout.Note(canary, EdgeStanding.Live, "the edge came to a bad end");
        Assert.Empty(Later(rollout, fleet, 1).Offered);
        Assert.Empty(Later(rollout, fleet, 59).Offered);
        Assert.Single(Later(rollout, fleet, 1).Offered);
    }

    [Fact]
    public void Rollout_WithNoEdgeAlive_WaitsSaysSoAndGoesOn()
    {
        var rollout = Staged();
        var dead = Fleet(2, alive: false);
        Assert.Equal("wait", Assert.Single(rollout.Advance(dead, _now).Decisions).What);
        Assert.Contains("stored and waits", rollout.WaitsFor(_now), StringComparison.Ordinal);
        Assert.Equal(WaveStep.None, Later(rollout, dead, 3600));
        Assert.Single(Later(rollout, Fleet(2), 1).Offered);
    }

    [Fact]
    public void Canary_ThatDiesBeforeItAnswers_IsReplaced()
    {
        var (rollout, fleet) = (Staged(), Fleet(3));
        var canary = Assert.Single(rollout.Advance(fleet, _now).Offered);
        var left = fleet.Select(edge => edge.Name == canary ? edge with { IsAlive = false } : edge).ToList();
        var other = Assert.Single(Later(rollout, left, 1).Offered);
        Assert.NotEqual(canary, other);
        Assert.Equal(1, rollout.Progress.Wave);
    }

    [Fact]
    public void SilentEdge_BesideOneThatHasIt_IsPassedOverByName()
    {
        var (rollout, fleet) = (Staged(), Fleet(300));
        var canaries = rollout.Advance(fleet, _now).Offered;
        Assert.Equal(3, canaries.Length);
        rollout.Note(canaries[0], EdgeStanding.Live, null);
        Assert.Empty(Later(rollout, fleet, 119).Decisions);
        var passed = Later(rollout, fleet, 1).Decisions;
        Assert.Contains(passed, decision => decision.What == "pass_over" && decision.Text.Contains(canaries[1], StringComparison.Ordinal));
        Assert.Equal(27, Later(rollout, fleet, 60).Offered.Length);
    }

    [Fact]
    public void SilentCanary_OfAStagedKind_IsWaitedForAlways()
    {
        var (rollout, fleet) = (Staged(), Fleet(3));
        var canary = Assert.Single(rollout.Advance(fleet, _now).Offered);
        Assert.Equal(WaveStep.None, Later(rollout, fleet, 100_000));
        Assert.Equal($"{canary} to take it in full", rollout.WaitsFor(_now));
    }

    [Fact]
    public void KillSwitch_IsOnOneEdgeForTwoSecondsThenOnAll()
    {
        var (rollout, fleet) = (KillSwitch(), Fleet(100));
        var canary = Assert.Single(rollout.Advance(fleet, _now).Offered);
        rollout.Note(canary, EdgeStanding.Live, null);
        Later(rollout, fleet, 0);
        Assert.Empty(Later(rollout, fleet, 1).Offered);
        Assert.Equal(99, Later(rollout, fleet, 1).Offered.Length);
        Assert.True(rollout.Progress.IsOpen);
    }

    [Fact]
    public void KillSwitch_WhoseCanaryIsSilent_GoesOnAndSaysSo()
    {
        var (rollout, fleet) = (KillSwitch(), Fleet(3));
        rollout.Advance(fleet, _now);
        Assert.Contains(Later(rollout, fleet, 5).Decisions, decision => decision.What == "pass_over");
        Assert.Equal(2, Later(rollout, fleet, 2).Offered.Length);
    }

    [Fact]
    public void Fleet_OutOfSightForAMoment_DoesNotOpenTheReleaseToAll()
    {
        var (rollout, fleet) = (Staged(), Fleet(100));
        var canary = Assert.Single(rollout.Advance(fleet, _now).Offered);
        rollout.Note(canary, EdgeStanding.Live, null);
        Later(rollout, fleet, 0);
        List<WaveEdge> seen = [.. fleet.Select(edge => new WaveEdge(edge.Name, edge.Name == canary, IsExpected: true))];

        Later(rollout, seen, 60);
        Later(rollout, seen, 60);
        Later(rollout, seen, 60);
        Assert.False(rollout.Progress.IsOpen);

        // They are back.
        Later(rollout, fleet, 0);
        Later(rollout, fleet, 60);
        Assert.Equal(10, rollout.Edges.Count);
        Assert.False(rollout.Progress.IsOpen);
    }

    [Fact]
    public void Canary_ThatDoesNotTakeIt_AnotherOneIsAsked()
    {
        var (rollout, fleet) = (Staged(), Fleet(100));
        var canary = Assert.Single(rollout.Advance(fleet, _now).Offered);
        rollout.Note(canary, EdgeStanding.Held, null);
        Assert.Empty(Later(rollout, fleet, 119).Offered);

        var other = Assert.Single(Later(rollout, fleet, 1).Offered);
        Assert.NotEqual(canary, other);
        rollout.Note(other, EdgeStanding.Live, null);
        Later(rollout, fleet, 120);
        Assert.Equal(8, Later(rollout, fleet, 60).Offered.Length);
    }

    [Fact]
    public void Paused_OffersNothing_AndStopsAllTheSameWhenItFails()
    {
        var (rollout, fleet) = (Staged(), Fleet(3));
        var canary = Assert.Single(rollout.Advance(fleet, _now).Offered);
        rollout.Note(canary, EdgeStanding.Live, null);
        Later(rollout, fleet, 0);
        rollout.Pause("let me look", _now);
        Assert.Equal(WaveStep.None, Later(rollout, fleet, 3600));
        Assert.Equal(WaveStep.None, rollout.Skip(fleet, "no", _now));

        rollout.Resume("all well", _now);
        Later(rollout, fleet, 0);
        Assert.Empty(Later(rollout, fleet, 59).Offered);
        rollout.Pause("again", _now);
        rollout.Note(canary, EdgeStanding.Reverted, "p99");
        Later(rollout, fleet, 0);
        Assert.Equal(WavePhase.Failed, rollout.Progress.Phase);
    }

    [Fact]
    public void Skip_GoesToTheNextWaveWithItsReason()
    {
        var (rollout, fleet) = (Staged(), Fleet(3));
        rollout.Advance(fleet, _now);
        var step = rollout.Skip(fleet, "seen on staging", _now);
        Assert.Single(step.Offered);
        Assert.Contains(
            step.Decisions,
            decision => decision.What == "skip" && decision.Text.EndsWith("seen on staging", StringComparison.Ordinal)
        );
    }

    [Fact]
    public void Progress_WrittenDownAndReadAgain_GoesOnWhereItWas()
    {
        var (rollout, fleet) = (Staged(), Fleet(10));
        var canary = Assert.Single(rollout.Advance(fleet, _now).Offered);
        rollout.Note(canary, EdgeStanding.Live, null);
        Later(rollout, fleet, 0);

        var again = new WaveRollout(WavePolicy.Staged, "digest", rollout.Progress, rollout.Edges.Keys);
        again.Note(canary, EdgeStanding.Live, null);
        Assert.Equal(Later(rollout, fleet, 60).Offered, again.Advance(fleet, _now).Offered);
    }

    [Fact]
    public void LargeFleet_TakesWavesOfAHundredthATenthAHalfAndAll()
    {
        Assert.Equal([100, 1_000, 5_000, 10_000], WavePolicy.Staged.Sizes(10_000));
        Assert.Equal([1, 2, 3], WavePolicy.Staged.Sizes(3));
        Assert.Equal([1], WavePolicy.Staged.Sizes(1));
        var fleet = Fleet(10_000);
        var first = new WaveRollout(WavePolicy.Staged, "one", new WaveProgress { Phase = WavePhase.Rolling }, [])
            .Advance(fleet, _now)
            .Offered;
        var other = new WaveRollout(WavePolicy.Staged, "two", new WaveProgress { Phase = WavePhase.Rolling }, [])
            .Advance(fleet, _now)
            .Offered;
        Assert.Equal(100, first.Length);
        Assert.True(first.Intersect(other).Count() < 20, "another release has other canaries");
    }

    [Theory]
    [InlineData(ArtifactKind.Zone)]
    [InlineData(ArtifactKind.Certificate)]
    [InlineData(ArtifactKind.SigningKey)]
    public void Kinds_OfOneZoneOrNone_TakeNoWaves(ArtifactKind kind) => Assert.Null(WavePolicy.Of(kind));

    private WaveStep Later(WaveRollout rollout, IReadOnlyList<WaveEdge> fleet, int seconds)
    {
        _now += TimeSpan.FromSeconds(seconds);
        return rollout.Advance(fleet, _now);
    }

    private static WaveRollout Staged() => new(WavePolicy.Staged, "digest", new WaveProgress { Phase = WavePhase.Rolling }, []);

    private static WaveRollout KillSwitch() => new(WavePolicy.KillSwitch, "digest", new WaveProgress { Phase = WavePhase.Rolling }, []);

    private static List<WaveEdge> Fleet(int edges, bool alive = true) =>
        [.. Enumerable.Range(1, edges).Select(number => new WaveEdge($"edge-{number}", alive))];
}
