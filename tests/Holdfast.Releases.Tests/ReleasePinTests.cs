using Holdfast.Model.Releases;
using Holdfast.Releases.Intake;

namespace Holdfast.Releases.Tests;

/// <summary>What people at an edge's machine have pinned: control does not move it, and going back is through the same door.</summary>
public sealed class ReleasePinTests
{
    [Fact]
    public async Task Pinned_NewerOnesWait_AndComeWhenThePinIsTakenBack()
    {
        using var fixture = new Fixture();
        var pins = new TestPins { ["a"] = 1 };
        var consumer = new RecordingConsumer();
        var observer = new Waiting();
        ReleaseIntake intake = null!;
        var feed = new Steps([
            () => [new FeedMessage(1, fixture.Zone("a", 1)), new FeedMessage(2, fixture.Zone("b", 1))],
            () =>
                [
                    new FeedMessage(3, fixture.Zone("a", 2)),
                    new FeedMessage(4, fixture.Removal("a", 3)),
                    new FeedMessage(5, fixture.Zone("b", 2)),
                ],
            () =>
            {
                Assert.Equal(["a/2", "a/3"], observer.Held);
                Assert.Equal((1, 2), (consumer.Live["a"], consumer.Live["b"]));

                // What waits holds the position: it would come again after a restart.
                Assert.Equal((2, 2), (intake.State.Position, intake.State.Held));
                pins["a"] = 2;
                intake.ReadHeldAgain();
                return [new FeedMessage(5, null)];
            },
        ]);
        intake = Intake(fixture, consumer, pins, feed, observer: observer);
        intake.Boot();
        await feed.RunAsync(intake);

        // It was read again from before what had waited.
        Assert.Equal([0, 2], feed.AskedAfter);
        feed = new Steps([
            () => [new FeedMessage(3, fixture.Zone("a", 2)), new FeedMessage(4, fixture.Removal("a", 3)), new FeedMessage(5, null)],
        ]);
        fixture.Last!.Dispose();
        intake = Intake(fixture, consumer, pins, feed, observer: observer);
        intake.Boot();
        await feed.RunAsync(intake);
        Assert.Equal(2, consumer.Live["a"]);
        Assert.Equal((3, 1), (intake.State.Position, intake.State.Held));
    }

    [Fact]
    public void Boot_Pinned_TakesTheGenerationThatMayBeUsed()
    {
        using var fixture = new Fixture();
        using (var store = fixture.Store())
        {
            store.Keep(fixture.Zone("a", 1), 0, out _);
            store.Keep(fixture.Zone("a", 2), 0, out _);
            store.Keep(fixture.Zone("a", 3), 0, out _);
        }

        var consumer = new RecordingConsumer();
        var opened = 0;
        Intake(fixture, consumer, new TestPins { ["a"] = 2 }, new ScriptedFeed([]), opened: () => opened = consumer.Calls.Count + 1).Boot();
        Assert.Equal(["+a/2"], consumer.Calls);
        Assert.Equal(1, opened);
    }

    [Fact]
    public async Task Stored_Reverted_GoesThroughTheChecksAndTheTaster()
    {
        using var fixture = new Fixture();
        var consumer = new RecordingConsumer();
        var taster = new TestTaster();
        var intake = await WithThreeAsync(fixture, consumer, taster);
        taster.Seen.Clear();
        var artifact = fixture.Last!.Find(ArtifactKind.Zone, "a")!.Value;
        var generations = fixture.Last!.Generations(artifact.Number).Select(stored => stored.Release!).ToList();
        var committed = 0;

        var (refusal, untasted) = await intake.UseStoredAsync(
            artifact,
            generations[1],
            () => committed++,
            TestContext.Current.CancellationToken
        );

        Assert.Equal((null, false, 1, 2L), (refusal, untasted, committed, consumer.Live["a"]));
        Assert.Equal(["a/2"], taster.Seen);
    }

    [Theory]
    [InlineData("check")]
    [InlineData("taster")]
    [InlineData("late")]
    [InlineData("consumer")]
    public async Task Stored_ThatIsRefused_ChangesNothing(string by)
    {
        using var fixture = new Fixture();
        var consumer = new RecordingConsumer();
        var taster = new TestTaster();
        var intake = await WithThreeAsync(fixture, consumer, taster);
        var artifact = fixture.Last!.Find(ArtifactKind.Zone, "a")!.Value;
        var release = fixture.Last!.Generations(artifact.Number).ElementAt(1).Release!;
        taster.Verdict =
            by == "taster" ? new TasteVerdict(TasteOutcome.Refused, "the taster does not survive it")
            : by == "late" ? new TasteVerdict(TasteOutcome.Later)
            : TasteVerdict.Good;
        consumer.Throws = _ => by == "consumer" ? new InvalidOperationException("boom") : null;
        if (by == "check")
        {
            release = fixture.Signer.Sign(ArtifactKind.Zone, "a", 2, 1, "bad"u8.ToArray());
        }

        var (refusal, _) = await intake.UseStoredAsync(
            artifact,
            release,
            () => Assert.Fail("it was committed"),
            TestContext.Current.CancellationToken
        );

        Assert.NotNull(refusal);
        Assert.Equal(3, consumer.Live["a"]);
    }

    [Fact]
    public async Task Stored_WithoutATasterToBeHad_IsUsedAndSaysSo()
    {
        using var fixture = new Fixture();
        var consumer = new RecordingConsumer();
        var taster = new TestTaster();
        var intake = await WithThreeAsync(fixture, consumer, taster);
        taster.Verdict = new TasteVerdict(TasteOutcome.Unavailable, "no memory");
        var artifact = fixture.Last!.Find(ArtifactKind.Zone, "a")!.Value;
        var release = fixture.Last!.Generations(artifact.Number).ElementAt(2).Release!;

        var (refusal, untasted) = await intake.UseStoredAsync(artifact, release, () => { }, TestContext.Current.CancellationToken);

        Assert.Equal((null, true, 1L), (refusal, untasted, consumer.Live["a"]));
    }

    private static async Task<ReleaseIntake> WithThreeAsync(Fixture fixture, RecordingConsumer consumer, TestTaster taster)
    {
        var feed = new Steps([
            () =>
                [
                    new FeedMessage(1, fixture.Zone("a", 1)),
                    new FeedMessage(2, fixture.Zone("a", 2)),
                    new FeedMessage(3, fixture.Zone("a", 3)),
                    new FeedMessage(3, null),
                ],
        ]);
        var intake = Intake(fixture, consumer, new TestPins(), feed, taster);
        intake.Boot();
        await feed.RunAsync(intake);
        Assert.Equal(3, consumer.Live["a"]);
        return intake;
    }

    private static ReleaseIntake Intake(
        Fixture fixture,
        RecordingConsumer consumer,
        IReleasePins pins,
        IReleaseFeed feed,
        IReleaseTaster? taster = null,
        IReleaseIntakeObserver? observer = null,
        Action? opened = null
    ) =>
        new(
            new ReleaseIntakeOptions
            {
                Feed = feed,
                Store = fixture.Unopened(),
                Verifier = fixture.Verifier,
                Checks = [new TextCheck()],
                Consumers = [consumer],
                Pins = pins,
                Opened = opened,
                Taster = taster,
                Observer = observer,
                Time = new InstantTime(),
                Random = new Random(1),
            }
        );

    private sealed class TestPins : Dictionary<string, long>, IReleasePins
    {
        public bool Holds(ArtifactKind kind, string name, long generation) => TryGetValue(name, out var pinned) && generation > pinned;

        public bool KeepsOut(Release release, long newest) => Holds(release.Kind, release.Name, release.Generation);
    }

    private sealed class Waiting : IReleaseIntakeObserver
    {
        public List<string> Held { get; } = [];

        void IReleaseIntakeObserver.Held(Release release) => Held.Add($"{release.Name}/{release.Generation}");
    }

    private sealed class TestTaster : IReleaseTaster
    {
        public TasteVerdict Verdict { get; set; } = TasteVerdict.Good;

        public List<string> Seen { get; } = [];

        public System.Threading.Channels.ChannelReader<LateVerdict> Late { get; } =
            System.Threading.Channels.Channel.CreateUnbounded<LateVerdict>().Reader;

        public Task<IReadOnlyList<TasteVerdict>> TasteAsync(IReadOnlyList<Release> releases, CancellationToken cancellationToken)
        {
            Seen.AddRange(releases.Select(release => $"{release.Name}/{release.Generation}"));
            return Task.FromResult<IReadOnlyList<TasteVerdict>>([.. releases.Select(_ => Verdict)]);
        }
    }

    /// <summary>A feed whose next messages are made when those before were dealt with; it ends when there are none, or when it is read again.</summary>
    private sealed class Steps(Func<FeedMessage[]>[] steps) : IReleaseFeed
    {
        private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private int _next;

        public List<long> AskedAfter { get; } = [];

        public async Task RunAsync(ReleaseIntake intake)
        {
            using var stopping = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
            var running = intake.RunAsync(stopping.Token);
            await _ended.Task.WaitAsync(TimeSpan.FromSeconds(30), stopping.Token);
            await stopping.CancelAsync();
            await running;
        }

        public async IAsyncEnumerable<FeedMessage> ReadAsync(
            FeedPosition after,
            [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken
        )
        {
            AskedAfter.Add(after.Release);
            while (_next < steps.Length)
            {
                FeedMessage[] messages;
                try
                {
                    messages = steps[_next++]();
                }
                catch (Exception e)
                {
                    _ended.TrySetException(e);
                    throw;
                }

                foreach (var message in messages)
                {
                    yield return message;
                }

                // A heartbeat has what came before dealt with.
                yield return new FeedMessage(messages[^1].Position, null);
            }

            _ended.TrySetResult();
            await System.Threading.Channels.Channel.CreateUnbounded<int>().Reader.ReadAsync(cancellationToken);
        }
    }
}
