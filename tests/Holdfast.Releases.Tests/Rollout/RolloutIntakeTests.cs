using Holdfast.Model.Releases;
using Holdfast.Releases.Rollout;

namespace Holdfast.Releases.Tests.Rollout;

/// <summary>A release's way from the taster to last known good, and back.</summary>
public sealed class RolloutIntakeTests
{
    [Fact]
    public async Task Release_OfWhatWasThere_GoesBySliceToGood()
    {
        using var fixture = new Fixture();
        await using var rig = new RolloutRig(fixture);
        await rig.PublishAsync(fixture.Zone("a", 1));
        Assert.Equal(1, rig.Live["a"]);
        Assert.Empty(rig.Steps);
        Assert.Null(rig.Standing("a"));

        await rig.PublishAsync(fixture.Zone("a", 2));
        Assert.Equal((1, 10), (rig.Live["a"], rig.Watched["a"].Share));
        var standing = rig.Standing("a")!;
        Assert.Equal(
            (ReleaseStage.Slice, 1, 2L, 10, 1L),
            (standing.Stage, standing.Live.Generation, standing.Candidate, standing.Share, standing.Good)
        );
        Assert.Equal(1, Assert.Single(rig.Intake.Live()).Generation);

        rig.Pass(4);
        Assert.Equal((2, 100), (rig.Live["a"], rig.Watched["a"].Share));
        standing = rig.Standing("a")!;
        Assert.Equal(
            (ReleaseStage.Live, 2, (long?)null, 1L),
            (standing.Stage, standing.Live.Generation, standing.Candidate, standing.Good)
        );

        rig.Pass(60);
        Assert.Equal(["a/2 slice 10", "a/2 live 100", "a/2 good 100"], rig.Steps);
        Assert.Null(rig.Standing("a"));
        Assert.True(rig.Watched["a"].HasEnded);
        Assert.All(rig.Store.History(0), stored => Assert.False(stored.Unproven));
    }

    [Fact]
    public async Task Slice_BadVerdict_LiveStaysAndTheDigestIsRefusedForGood()
    {
        using var fixture = new Fixture();
        var bad = fixture.Zone("a", 2);
        await using (var rig = new RolloutRig(fixture))
        {
            await rig.PublishAsync(fixture.Zone("a", 1), fixture.Zone("b", 1), bad);
            rig.Watched["a"].Reading = Failing(5);
            rig.Pass(0.2);
            Assert.Equal(1, rig.Live["a"]);
            Assert.True(rig.Watched["a"].HasEnded);
            Assert.True(rig.Intake.IsOut(bad));
            var step = rig.Progress[^1];
            Assert.Equal((ReleaseStage.Reverted, 0), (step.Stage, step.Share));
            Assert.StartsWith("of 5 visitors", step.Reason, StringComparison.Ordinal);
            Assert.Contains("this release: ", step.Evidence, StringComparison.Ordinal);
            Assert.Equal(ReleaseStage.Reverted, rig.Standing("a")!.Stage);

            // The same content as another generation is passed over, and control learns it: once, however often it comes.
            var again = fixture.Signer.Sign(ArtifactKind.Zone, "a", 3, 1, bad.Payload.ToArray());
            await rig.PublishAsync(bad, again);
            await rig.PublishAsync(again);
            Assert.StartsWith("a/3 the same content was refused before: of 5 visitors", Assert.Single(rig.Refusals));
            rig.Pass(100);
            Assert.Equal((1, 2), (rig.Live["a"], rig.Steps.Count));
        }

        // Also by the next process, which knows what is live and why.
        await using var next = new RolloutRig(fixture);
        Assert.Equal((1, 1), (next.Live["a"], next.Live["b"]));
        Assert.Equal((ReleaseStage.Reverted, 1), (next.Standing("a")!.Stage, next.Standing("a")!.Live.Generation));
        Assert.Equal(1, next.Intake.Live().First().Generation);
        await next.PublishAsync(bad);
        Assert.Equal(1, next.Live["a"]);
    }

    [Fact]
    public async Task WayBack_IsOnlyWhatWasGoodHere()
    {
        using var fixture = new Fixture();
        await using var rig = new RolloutRig(fixture);
        var (good, bad, unproven) = (fixture.Zone("a", 1), fixture.Zone("a", 2), fixture.Zone("a", 3));
        await rig.PublishAsync(good, bad);
        var artifact = rig.Store.Find(ArtifactKind.Zone, "a")!.Value;
        rig.Watched["a"].Reading = Failing(5);
        rig.Pass(0.2);
        rig.Pass(60);
        await rig.PublishAsync(unproven);
        rig.Pass(4);
        Assert.Null(rig.Intake.WhyNoWayBack(artifact, good));
        Assert.StartsWith("it was refused here: of 5 visitors", rig.Intake.WhyNoWayBack(artifact, bad), StringComparison.Ordinal);
        Assert.Equal("it has not passed its bake here", rig.Intake.WhyNoWayBack(artifact, unproven));
        rig.Pass(60);
        Assert.Null(rig.Intake.WhyNoWayBack(artifact, unproven));
    }

    [Fact]
    public async Task Bake_BadVerdict_GoesBackToWhatWasLive()
    {
        using var fixture = new Fixture();
        await using var rig = new RolloutRig(fixture);
        await rig.PublishAsync(fixture.Zone("a", 1), fixture.Zone("a", 2));
        rig.Pass(4);
        Assert.Equal(2, rig.Live["a"]);
        rig.Watched["a"].Reading = new SideReading(default, default, "a module of it does not run any more");
        rig.Pass(0.2);
        Assert.Equal(1, rig.Live["a"]);
        Assert.Equal(["a/2 slice 10", "a/2 live 100", "a/2 reverted"], rig.Steps);
        Assert.Equal("a module of it does not run any more", rig.Progress[^1].Reason);
        Assert.Equal(1, Assert.Single(rig.Intake.Live()).Generation);
    }

    [Fact]
    public async Task Release_SoonAfterAnother_IsHeldAndTheNewestGoes()
    {
        using var fixture = new Fixture();
        await using var rig = new RolloutRig(fixture);
        await rig.PublishAsync(fixture.Zone("a", 1), fixture.Zone("a", 2));
        rig.Pass(4);
        await rig.PublishAsync(fixture.Zone("a", 3));
        Assert.Equal((2, 3L), (rig.Live["a"], rig.Standing("a")!.Held));
        Assert.StartsWith("another was taken into use less than 30 s before", rig.Standing("a")!.Reason, StringComparison.Ordinal);

        // The position before what is held is the one that a restart goes on from.
        Assert.Equal(2, rig.Intake.State.Position);
        await rig.PublishAsync(fixture.Zone("a", 4));
        Assert.Equal(4L, rig.Standing("a")!.Held);
        rig.Pass(25.9);
        Assert.Equal(2, rig.Live["a"]);
        rig.Pass(0.1);
        Assert.Equal(10, rig.Watched["a"].Share);
        Assert.Null(rig.Standing("a")!.Held);
        rig.Pass(4);
        Assert.Equal(4, rig.Live["a"]);
        Assert.Equal(["a/2 slice 10", "a/2 live 100", "a/3 held", "a/4 held", "a/4 slice 10", "a/4 live 100"], rig.Steps);
        await rig.PublishAsync();
        Assert.Equal(4, rig.Intake.State.Position);
    }

    [Fact]
    public async Task Release_OfWhatWasGoodHere_GoesBackAtOnce()
    {
        using var fixture = new Fixture();
        await using var rig = new RolloutRig(fixture);
        var good = fixture.Zone("a", 1);
        await rig.PublishAsync(good, fixture.Zone("a", 2));
        rig.Pass(4);
        Assert.Equal(2, rig.Live["a"]);
        await rig.PublishAsync(fixture.Signer.Sign(ArtifactKind.Zone, "a", 3, 1, good.Payload.ToArray()));
        Assert.Equal(3, rig.Live["a"]);
        Assert.Null(rig.Standing("a"));
        Assert.True(rig.Watched["a"].HasEnded);
        Assert.False(rig.Store.History(0)[0].Unproven);
    }

    [Fact]
    public async Task Removal_OfWhatIsOnTrialAndHeld_GoesAtOnce()
    {
        using var fixture = new Fixture();
        await using var rig = new RolloutRig(fixture);
        await rig.PublishAsync(fixture.Zone("a", 1), fixture.Zone("a", 2), fixture.Zone("a", 3), fixture.Removal("a", 4));
        Assert.Empty(rig.Live);
        Assert.Null(rig.Standing("a"));
        Assert.True(rig.Watched["a"].HasEnded);
        rig.Pass(100);
        Assert.Empty(rig.Live);
        Assert.Equal(["a/2 slice 10", "a/3 held"], rig.Steps);
    }

    [Fact]
    public async Task Slice_OvertakenByANewer_IsReplacedAndLiveStays()
    {
        using var fixture = new Fixture();
        await using var rig = new RolloutRig(fixture);
        await rig.PublishAsync(fixture.Zone("a", 1), fixture.Zone("a", 2));
        rig.Watched["a"].Reading = Failing(3);
        rig.Pass(4);
        Assert.Equal((1, 10), (rig.Live["a"], rig.Watched["a"].Share));
        var first = rig.Watched["a"];
        await rig.PublishAsync(fixture.Zone("a", 3));
        rig.Watched["a"].Reading = Failing(3);
        for (var second = 0; second < 26; second++)
        {
            rig.Time.Move(1);
        }

        // At 30 s both are due: the newer goes, whatever the older came to.
        rig.Pass(0);
        Assert.True(first.HasEnded);
        Assert.Equal(3, rig.Watched["a"].Generation);
        Assert.Equal([3L, 2L, 1L], rig.Store.History(0).Select(stored => stored.Generation));
    }

    [Fact]
    public async Task Zone_ThatNobodyAsksFor_IsLiveAtOnceAndBakes()
    {
        using var fixture = new Fixture();
        await using var rig = new RolloutRig(fixture, canSlice: false);
        await rig.PublishAsync(fixture.Zone("a", 1), fixture.Zone("a", 2));
        Assert.Equal(2, rig.Live["a"]);
        rig.Pass(60);
        Assert.Equal(["a/2 live 100", "a/2 good 100"], rig.Steps);
    }

    [Fact]
    public async Task LastKnownGood_OfManyUnprovenReleases_StaysOnTheDisk()
    {
        using var fixture = new Fixture();
        await using var rig = new RolloutRig(fixture, canSlice: false);
        await rig.PublishAsync(fixture.Zone("a", 1));
        for (var generation = 2; generation <= 9; generation++)
        {
            await rig.PublishAsync(fixture.Zone("a", generation));
            rig.Pass(31);
            Assert.Equal(generation, rig.Live["a"]);
            Assert.Equal(1L, rig.Standing("a")!.Good);
        }

        Assert.Equal([9L, 8L, 1L], rig.Store.History(0).Select(stored => stored.Generation));
        Assert.Equal([9L, 8L, 1L], rig.Store.Generations(0).Select(stored => stored.Release!.Generation));
    }

    [Fact]
    public async Task LastKnownGood_OfManyRevertedReleases_StaysOnTheDisk()
    {
        using var fixture = new Fixture();
        await using var rig = new RolloutRig(fixture);
        await rig.PublishAsync(fixture.Zone("a", 1), fixture.Zone("a", 2));
        rig.Pass(4);
        rig.Pass(60);
        for (var generation = 3; generation <= 9; generation++)
        {
            await rig.PublishAsync(fixture.Zone("a", generation));
            rig.Watched["a"].Reading = Failing(9);
            rig.Pass(31);
            Assert.Equal(2, rig.Live["a"]);
        }

        Assert.Equal([9L, 2L, 1L], rig.Store.History(0).Select(stored => stored.Generation));
    }

    [Fact]
    public async Task Start_WithSomethingUnproven_UsesItAndBakesItAgain()
    {
        using var fixture = new Fixture();
        var time = new ManualTime();
        var killed = new RolloutRig(fixture, time);
        await killed.PublishAsync(fixture.Zone("a", 1), fixture.Zone("a", 2));
        killed.Pass(4);
        await killed.KillAsync();

        await using var rig = new RolloutRig(fixture, time);
        Assert.Equal(2, rig.Live["a"]);
        Assert.Equal((ReleaseStage.Live, 1L), (rig.Standing("a")!.Stage, rig.Standing("a")!.Good));
        Assert.StartsWith("the edge came to a bad end while it had this", rig.Progress[0].Reason, StringComparison.Ordinal);
        rig.Pass(59);
        Assert.Equal(["a/2 live 100"], rig.Steps);
        rig.Pass(1);
        Assert.Equal(["a/2 live 100", "a/2 good 100"], rig.Steps);
    }

    [Fact]
    public async Task Start_AfterTwoBadEndsWithSomethingUnproven_GoesBackToLastKnownGood()
    {
        using var fixture = new Fixture();
        var time = new ManualTime();
        var first = new RolloutRig(fixture, time);
        await first.PublishAsync(fixture.Zone("a", 1), fixture.Zone("a", 2), fixture.Zone("b", 1));
        first.Pass(4);
        await first.KillAsync();
        var crashing = new RolloutRig(fixture, time);
        Assert.Equal(2, crashing.Live["a"]);
        Assert.Equal(["a/2 live 100"], crashing.Steps);
        crashing.Pass(50);
        await crashing.KillAsync();

        await using (var rig = new RolloutRig(fixture, time))
        {
            Assert.Equal((1, 1), (rig.Live["a"], rig.Live["b"]));
            Assert.Equal(["a/2 reverted"], rig.Steps);
            Assert.StartsWith("the edge came to a bad end twice in a row", rig.Standing("a")!.Reason, StringComparison.Ordinal);
        }

        await using var next = new RolloutRig(fixture, time);
        Assert.Equal(1, next.Live["a"]);
    }

    [Fact]
    public async Task Start_AfterTwoBadEndsWithWhatARefusedOneLeft_GoesBackToLastKnownGood()
    {
        using var fixture = new Fixture();
        var time = new ManualTime();
        var first = new RolloutRig(fixture, time);
        await first.PublishAsync(fixture.Zone("a", 1), fixture.Zone("a", 2));
        first.Pass(4);
        first.Pass(30);
        await first.PublishAsync(fixture.Zone("a", 3));
        first.Watched["a"].Reading = new SideReading(default, default, "a module of it does not run any more");
        first.Pass(0.2);
        Assert.Equal((2, ReleaseStage.Reverted), (first.Live["a"], first.Standing("a")!.Stage));
        await first.KillAsync();

        // The second generation is what it dies of, and it has not passed its bake; the third, which was refused, is the newest.
        var crashing = new RolloutRig(fixture, time);
        Assert.Equal((2, 100), (crashing.Live["a"], crashing.Watched["a"].Share));
        await crashing.KillAsync();

        await using var rig = new RolloutRig(fixture, time);
        Assert.Equal(1, rig.Live["a"]);
        Assert.Equal(["a/2 reverted"], rig.Steps);
    }

    [Fact]
    public async Task Start_AfterEndsInGoodOrder_KeepsWhatIsUnproven()
    {
        using var fixture = new Fixture();
        var time = new ManualTime();
        var first = new RolloutRig(fixture, time);
        await first.PublishAsync(fixture.Zone("a", 1), fixture.Zone("a", 2));
        first.Pass(4);
        await first.KillAsync();
        for (var start = 0; start < 5; start++)
        {
            // Its bake is never over, and yet no process dies of it.
            var rig = new RolloutRig(fixture, time);
            Assert.Equal(2, rig.Live["a"]);
            rig.Pass(30);
            rig.Intake.Settle();
            await rig.KillAsync();
        }
    }

    private static SideReading Failing(int visitors) =>
        new(
            new SideFigures { Requests = 90, Visitors = 90 },
            new SideFigures
            {
                Requests = 10,
                Visitors = 10,
                Errors = visitors,
                Failing = visitors,
            }
        );
}
