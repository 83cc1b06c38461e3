using Holdfast.Model.Releases;
using Holdfast.Releases.Intake;
using Holdfast.Releases.Signing;

namespace Holdfast.Releases.Tests;

public sealed class ReleaseIntakeTests
{
    [Fact]
    public async Task Release_Good_IsActivatedKeptAndCounted()
    {
        using var fixture = new Fixture();
        var consumer = new RecordingConsumer();
        var intake = await RunAsync(
            fixture,
            consumer,
            fixture.Zone("a", 1),
            fixture.Zone("a", 2),
            fixture.Zone("b", 1),
            fixture.Removal("b", 2)
        );
        Assert.Equal(["+a/1", "+a/2", "+b/1", "-b/2"], consumer.Calls);
        Assert.Equal((4, 4, 0, 1), (intake.State.Position, intake.State.Accepted, intake.State.Refused, intake.State.Live));
        var boot = Boot(fixture, out var cold);
        Assert.Equal(["+a/2"], cold.Calls);
        Assert.Equal(4, boot.State.Position);
    }

    [Fact]
    public async Task Release_ForgedBadThrowingOrOld_IsRefusedAndOthersGoOn()
    {
        using var fixture = new Fixture();
        using var stranger = new Fixture();
        var consumer = new RecordingConsumer
        {
            Throws = release =>
                release.Name == "throws" && release.Generation == 2 ? new InvalidOperationException("boom")
                : release.Name == "refuses" ? new ArtifactRefusedException("no room")
                : null,
        };
        var refusals = new Refusals();
        var intake = await RunAsync(
            fixture,
            consumer,
            refusals,
            fixture.Zone("a", 5),
            stranger.Zone("a", 6),
            fixture.Zone("bad", 1, "bad"),
            fixture.Zone("throws", 1),
            fixture.Zone("throws", 2),
            fixture.Zone("refuses", 1),
            fixture.Zone("a", 4),
            fixture.Zone("a", 5, "other content"),
            fixture.Zone("b", 1),
            fixture.Signer.Sign(ArtifactKind.Certificate, "c", 1, 1, [1])
        );
        Assert.Equal(["a/5", "b/1", "throws/1"], consumer.Live.Select(live => $"{live.Key}/{live.Value}").Order());
        Assert.Equal(
            [
                $"a/6 it is signed with key {stranger.Key.Id}, which is not among the trusted keys; 'holdfast node trust KEYFILE' adds one",
                "bad/1 /text is bad; allowed is good",
                "throws/2 it cannot be used: InvalidOperationException: boom",
                "refuses/1 no room",
                "a/4 its generation 4 is not above 5, which is in use",
                "a/5 its generation 5 is not above 5, which is in use",
                "c/1 this build does not know its kind of artifact",
            ],
            refusals.Reasons
        );
        Assert.Equal((10, 7), (intake.State.Position, intake.State.Refused));
    }

    [Fact]
    public async Task Digest_RefusedOnce_IsNotTriedAgain()
    {
        using var fixture = new Fixture();
        var consumer = new RecordingConsumer { Throws = release => release.Generation == 1 ? new InvalidOperationException("boom") : null };
        var payload = "the same"u8.ToArray();
        await RunAsync(
            fixture,
            consumer,
            fixture.Signer.Sign(ArtifactKind.Zone, "a", 1, 1, payload),
            fixture.Signer.Sign(ArtifactKind.Zone, "a", 2, 1, payload),
            fixture.Signer.Sign(ArtifactKind.Zone, "a", 3, 1, "another"u8.ToArray())
        );
        Assert.Equal(["+a/1", "+a/3"], consumer.Calls);
    }

    [Fact]
    public async Task Drill_WithoutMemoryOfRefusals_TriesTheSameAgain()
    {
        using var fixture = new Fixture();
        var consumer = new RecordingConsumer { Throws = release => release.Generation == 1 ? new InvalidOperationException("boom") : null };
        var payload = "the same"u8.ToArray();
        await DrillAsync(
            fixture,
            consumer,
            options => options with { ForgetsRefusals = true },
            fixture.Signer.Sign(ArtifactKind.Zone, "a", 1, 1, payload),
            fixture.Signer.Sign(ArtifactKind.Zone, "a", 2, 1, payload)
        );
        Assert.Equal(["+a/1", "+a/2"], consumer.Calls);
    }

    [Fact]
    public async Task Drill_WithoutLastKnownGood_BootsWithWhatWasNeverUsed()
    {
        using var fixture = new Fixture();
        var consumer = new RecordingConsumer { Throws = release => release.Generation == 2 ? new InvalidOperationException("boom") : null };
        await DrillAsync(fixture, consumer, options => options with { KeepsUntried = true }, fixture.Zone("a", 1), fixture.Zone("a", 2));
        Assert.Equal(1, consumer.Live["a"]);
        fixture.Last!.Dispose();
        Boot(fixture, out var cold);
        Assert.Equal(["+a/2"], cold.Calls);
    }

    [Fact]
    public async Task Drill_AtLoaderFault_IsToldOfWhatALoaderThrewAndNotOfARefusal()
    {
        using var fixture = new Fixture();
        var consumer = new RecordingConsumer
        {
            Throws = release =>
                release.Name == "throws" ? new InvalidOperationException("boom")
                : release.Name == "refuses" ? new ArtifactRefusedException("no room")
                : null,
        };
        var told = new List<string>();
        await DrillAsync(
            fixture,
            consumer,
            options => options with { AtLoaderFault = fault => told.Add(fault.Message) },
            fixture.Zone("throws", 1),
            fixture.Zone("refuses", 1),
            fixture.Zone("good", 1)
        );
        Assert.Equal(["boom"], told);
    }

    [Fact]
    public void Boot_NewestUnusable_TakesTheOneBeforeAndReadsTheFeedAgain()
    {
        using var fixture = new Fixture();
        using (var store = fixture.Store())
        {
            store.Keep(fixture.Zone("a", 1), 0, out _);
            store.Keep(fixture.Zone("a", 2, "bad"), 0, out _);
            store.Keep(fixture.Zone("b", 1), 0, out _);
            store.SavePosition(9);
        }

        var intake = Boot(fixture, out var consumer);
        Assert.Equal(["+a/1", "+b/1"], consumer.Calls);
        Assert.Equal(0, intake.State.Position);
    }

    [Fact]
    public async Task Newest_DamagedOnDisk_ComesAgainByTheFeed()
    {
        using var fixture = new Fixture();
        var first = fixture.Zone("a", 1);
        var second = fixture.Zone("a", 2);
        await RunAsync(fixture, new RecordingConsumer(), first, second);
        fixture.Damage(second);
        var consumer = new RecordingConsumer();
        var feed = new ScriptedFeed([
            [new FeedMessage(2, second)],
        ]);
        await RunAsync(fixture, consumer, feed, new InstantTime(), state => state.Position == 2);
        Assert.Equal(["+a/1", "+a/2"], consumer.Calls);
        Assert.Equal([0], feed.AskedAfter.Take(1));
    }

    [Fact]
    public async Task Damage_FoundWhileServing_HasTheFeedReadAgainAndTheReleaseTakenAgain()
    {
        using var fixture = new Fixture();
        var (first, second) = (fixture.Zone("a", 1), fixture.Zone("b", 1));
        await RunAsync(fixture, new RecordingConsumer(), first, second);
        fixture.Last!.Dispose();
        fixture.Damage(first);
        var consumer = new RecordingConsumer { Restored = [] };
        var feed = new ScriptedFeed([
            [new FeedMessage(2, null)],
            [new FeedMessage(1, first), new FeedMessage(2, second)],
        ]);
        var intake = Intake(fixture, consumer, feed, new InstantTime(), null);
        Assert.Equal(2, intake.Boot().Position);
        Assert.Equal(2, consumer.Restored.Count);
        Assert.Empty(consumer.Calls);

        intake.ReportDamage(consumer.Restored[0].Number);
        await RunAsync(intake, feed);
        Assert.Equal([2, 0], feed.AskedAfter.Take(2));
        Assert.Equal(["+a/1"], consumer.Calls);
        Assert.Equal(2, intake.State.Position);
    }

    [Fact]
    public async Task Bulk_SignedTogether_IsTakenAndAForgedOneRefusedAlone()
    {
        using var fixture = new Fixture();
        var releases = fixture
            .Signer.SignAll(
                Enumerable
                    .Range(0, 300)
                    .Select(i => new ReleaseDraft(ArtifactKind.Zone, $"z{i}", 1, 1, System.Text.Encoding.UTF8.GetBytes($"zone {i}")))
            )
            .ToArray();
        releases[7] = releases[7] with { Generation = 2 };
        releases[8] = releases[8] with { Signature = releases[9].Signature };
        var consumer = new RecordingConsumer();
        var refusals = new Refusals();
        await RunAsync(fixture, consumer, refusals, releases);
        Assert.Equal(298, consumer.Live.Count);
        Assert.Equal(["z7/2 the signature does not match", "z8/1 the signature does not match"], refusals.Reasons);
        Boot(fixture, out var cold);
        Assert.Equal(298, cold.Live.Count);
    }

    [Fact]
    public async Task Disk_Unwritable_ActivatesAllTheSameAndSavesNoPosition()
    {
        using var fixture = new Fixture();
        File.WriteAllText(fixture.StorePath, "in the way");
        var consumer = new RecordingConsumer();
        var intake = await RunAsync(fixture, consumer, fixture.Zone("a", 1), fixture.Zone("b", 1));
        Assert.Equal(["+a/1", "+b/1"], consumer.Calls);
        Assert.Equal((2, 2), (intake.State.Unsaved, intake.State.Position));
        Assert.True(intake.State.FailedWrites >= 2);
    }

    [Fact]
    public async Task Feed_Lost_ResumesAfterTheLastPositionWithGrowingDelays()
    {
        using var fixture = new Fixture();
        var consumer = new RecordingConsumer();
        var feed = new ScriptedFeed([
            [new FeedMessage(3, fixture.Zone("a", 1))],
            [],
            [],
            [],
            [],
            [],
            [],
            [],
            [new FeedMessage(4, fixture.Zone("b", 1))],
        ]);
        var time = new InstantTime();
        await RunAsync(fixture, consumer, feed, time, state => state.Position == 4);
        Assert.Equal([0, 3, 3, 3, 3, 3, 3, 3, 3], feed.AskedAfter.Take(9));
        for (var i = 0; i < 8; i++)
        {
            var full = Math.Min(5000, 100 * Math.Pow(2, i));
            Assert.InRange(time.Waits[i].TotalMilliseconds, full / 2, full);
        }
    }

    [Fact]
    public async Task Feed_BehindOurPosition_IsReadFromItsBeginning()
    {
        using var fixture = new Fixture();
        var consumer = new RecordingConsumer();
        var feed = new ScriptedFeed([
            [new FeedMessage(9, fixture.Zone("a", 1))],
            [new FeedMessage(2, null)],
            [new FeedMessage(1, fixture.Zone("b", 1))],
        ]);
        await RunAsync(fixture, consumer, feed, new InstantTime(), state => state.Position == 1);
        Assert.Equal([0, 9, 0], feed.AskedAfter.Take(3));
        Assert.Equal(["+a/1", "+b/1"], consumer.Calls);
    }

    [Fact]
    public async Task Message_ThatCannotBeRead_IsCountedAndPassed()
    {
        using var fixture = new Fixture();
        var consumer = new RecordingConsumer();
        var feed = new ScriptedFeed([
            [new FeedMessage(1, null, "unreadable"), new FeedMessage(2, fixture.Zone("a", 1))],
        ]);
        var intake = await RunAsync(fixture, consumer, feed, new InstantTime(), state => state.Position == 2);
        Assert.Equal(1, intake.State.Refused);
        Assert.Equal(["+a/1"], consumer.Calls);
    }

    private static ReleaseIntake Boot(Fixture fixture, out RecordingConsumer consumer)
    {
        consumer = new RecordingConsumer();
        var intake = Intake(fixture, consumer, new ScriptedFeed([]), new InstantTime(), null);
        intake.Boot();
        return intake;
    }

    private static Task<ReleaseIntake> RunAsync(Fixture fixture, RecordingConsumer consumer, params Release[] releases) =>
        RunAsync(fixture, consumer, null, releases);

    private static Task<ReleaseIntake> RunAsync(
        Fixture fixture,
        RecordingConsumer consumer,
        IReleaseIntakeObserver? observer,
        params Release[] releases
    )
    {
        var feed = new ScriptedFeed([
            [.. releases.Select((release, at) => new FeedMessage(at + 1, release)), new FeedMessage(releases.Length, null)],
        ]);
        return RunAsync(fixture, consumer, feed, new InstantTime(), state => state.Position == releases.Length, observer);
    }

    private static async Task<ReleaseIntake> RunAsync(
        Fixture fixture,
        RecordingConsumer consumer,
        ScriptedFeed feed,
        InstantTime time,
        Func<IntakeState, bool> until,
        IReleaseIntakeObserver? observer = null
    )
    {
        var intake = Intake(fixture, consumer, feed, time, observer);
        intake.Boot();
        await RunAsync(intake, feed);
        Assert.True(until(intake.State), intake.State.ToString());
        return intake;
    }

    private static async Task DrillAsync(
        Fixture fixture,
        RecordingConsumer consumer,
        Func<ReleaseIntakeOptions, ReleaseIntakeOptions> change,
        params Release[] releases
    )
    {
        var feed = new ScriptedFeed([
            [.. releases.Select((release, at) => new FeedMessage(at + 1, release)), new FeedMessage(releases.Length, null)],
        ]);
        var intake = new ReleaseIntake(change(Options(fixture, consumer, feed, new InstantTime(), null)));
        intake.Boot();
        await RunAsync(intake, feed);
    }

    private static async Task RunAsync(ReleaseIntake intake, ScriptedFeed feed)
    {
        using var stopping = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        stopping.CancelAfter(TimeSpan.FromSeconds(20));
        var running = intake.RunAsync(stopping.Token);
        await feed.Ended.WaitAsync(stopping.Token);
        await stopping.CancelAsync();
        await running;
    }

    private static ReleaseIntake Intake(
        Fixture fixture,
        RecordingConsumer consumer,
        IReleaseFeed feed,
        TimeProvider time,
        IReleaseIntakeObserver? observer
    ) => new(Options(fixture, consumer, feed, time, observer));

    private static ReleaseIntakeOptions Options(
        Fixture fixture,
        RecordingConsumer consumer,
        IReleaseFeed feed,
        TimeProvider time,
        IReleaseIntakeObserver? observer
    ) =>
        new()
        {
            Feed = feed,
            Store = fixture.Unopened(),
            Verifier = fixture.Verifier,
            Checks = [new TextCheck()],
            Consumers = [consumer],
            Observer = observer,
            Time = time,
            Random = new Random(1),
        };

    private sealed class Refusals : IReleaseIntakeObserver
    {
        public List<string> Reasons { get; } = [];

        public void Refused(ReleaseRefusal refusal) => Reasons.Add($"{refusal.Release.Name}/{refusal.Release.Generation} {refusal.Reason}");
    }
}
