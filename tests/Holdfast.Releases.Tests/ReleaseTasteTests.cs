using System.Threading.Channels;
using Holdfast.Model.Releases;
using Holdfast.Model.Uplink;
using Holdfast.Releases.Intake;
using Holdfast.Releases.Uplink;

namespace Holdfast.Releases.Tests;

/// <summary>What an intake does with a taster's word.</summary>
public sealed class ReleaseTasteTests
{
    [Fact]
    public async Task Release_RefusedByTheTaster_IsNeverLoadedAndOthersGoOn()
    {
        using var fixture = new Fixture();
        var consumer = new RecordingConsumer();
        var taster = new FakeTaster { ["b"] = new TasteVerdict(TasteOutcome.Refused, "it kills") };
        using var ring = new UplinkRing("edge-1", null, TimeProvider.System);
        var intake = await RunAsync(
            fixture,
            consumer,
            taster,
            Feed(fixture.Zone("a", 1), fixture.Zone("b", 1), fixture.Zone("c", 1)),
            uplink: ring
        );
        Assert.Equal(["+a/1", "+c/1"], consumer.Calls);
        Assert.Equal((2, 1, 3), (intake.State.Accepted, intake.State.Refused, intake.State.Position));
        var record = Assert.Single(ring.Peek(), record => record.Type == UplinkRecordTypes.ReleaseRefused);
        Assert.Equal("it kills", record.Body.GetProperty("reason").GetString());
        Assert.Equal("b", record.Body.GetProperty("name").GetString());
    }

    [Theory]
    [InlineData("one", 1)]
    [InlineData("another", 2)]
    public async Task Digest_RefusedByTheTaster_IsTriedAgainByAnotherBuildOnly(string build, int tasted)
    {
        using var fixture = new Fixture();
        var release = fixture.Zone("b", 1);
        var taster = new FakeTaster { ["b"] = new TasteVerdict(TasteOutcome.Refused, "it kills") };
        await RunAsync(fixture, new RecordingConsumer(), taster, Feed(release), build: "one");
        var consumer = new RecordingConsumer();
        await RunAsync(fixture, consumer, taster, Feed(release), build: build);
        Assert.Equal(tasted, taster.Tasted.Count);
        Assert.Empty(consumer.Calls);
    }

    [Fact]
    public async Task Digest_RefusedForWhatElseThereIs_IsTriedAgainByTheNextProcess()
    {
        using var fixture = new Fixture();
        var release = fixture.Zone("b", 1);
        var consumer = new RecordingConsumer { Throws = _ => new ArtifactRefusedException("the name is another's") };
        await RunAsync(fixture, consumer, new FakeTaster(), Feed(release));
        consumer = new RecordingConsumer();
        await RunAsync(fixture, consumer, new FakeTaster(), Feed(release));
        Assert.Equal(["+b/1"], consumer.Calls);
    }

    [Fact]
    public async Task Refusals_DamagedAndCutOff_AreKeptAsFarAsTheyAreWhole()
    {
        using var fixture = new Fixture();
        var (a, b, c) = (fixture.Zone("a", 1), fixture.Zone("b", 1), fixture.Zone("c", 1));
        var taster = new FakeTaster { Otherwise = new TasteVerdict(TasteOutcome.Refused, "it kills") };
        await RunAsync(fixture, new RecordingConsumer(), taster, Feed(a, b));
        var lines = File.ReadAllLines(RefusalsOf(fixture));
        Assert.Equal(2, lines.Length);
        File.WriteAllText(RefusalsOf(fixture), lines[0].Replace("kills", "kisses") + "\n" + lines[1][..20]);
        await RunAsync(fixture, new RecordingConsumer(), taster, Feed(10, a, c));
        Assert.Equal(["a/1", "b/1", "a/1", "c/1"], taster.Tasted);
        await RunAsync(fixture, new RecordingConsumer(), taster, Feed(20, a, b, c));
        Assert.Equal(["a/1", "b/1", "a/1", "c/1", "b/1"], taster.Tasted);
    }

    [Fact]
    public async Task Release_PutAside_HoldsThePositionAndNobodyElse()
    {
        using var fixture = new Fixture();
        var consumer = new RecordingConsumer();
        var taster = new FakeTaster { ["slow"] = new TasteVerdict(TasteOutcome.Later) };
        var slow = fixture.Zone("slow", 1);
        FeedMessage[] messages = [new(1, fixture.Zone("a", 1)), new(2, slow), new(3, fixture.Zone("b", 1)), new(3, null)];
        var feed = new ScriptedFeed([messages, messages]);
        var intake = Intake(fixture, consumer, taster, feed);
        intake.Boot();
        await RunAsync(
            intake,
            async () =>
            {
                await feed.Ended;
                Assert.Equal(["+a/1", "+b/1"], consumer.Calls);
                Assert.Equal((1, 1), (intake.State.Position, intake.State.PutAside));
                Assert.Equal([0, 1, 1], feed.AskedAfter);

                // Asked for again while it is tasted, it is not tasted twice.
                Assert.Single(taster.Tasted, "slow/1");
                taster.Tell(slow, TasteVerdict.Good);
                await UntilAsync(() => intake.State.PutAside == 0);
            }
        );
        Assert.Equal(["+a/1", "+b/1", "+slow/1"], consumer.Calls);
        Assert.Equal((3, 0), (intake.State.Live, intake.State.Refused));
    }

    [Fact]
    public async Task Release_PutAsideAndOvertaken_ChangesNothing()
    {
        using var fixture = new Fixture();
        var consumer = new RecordingConsumer();
        var taster = new FakeTaster { ["slow"] = new TasteVerdict(TasteOutcome.Later) };
        var first = fixture.Zone("slow", 1);
        var feed = new ScriptedFeed([
            [new(1, first), new(1, null)],
            [new(1, first), new(2, fixture.Removal("slow", 2)), new(2, null)],
        ]);
        var intake = Intake(fixture, consumer, taster, feed);
        intake.Boot();
        await RunAsync(
            intake,
            async () =>
            {
                await feed.Ended;
                taster.Tell(first, TasteVerdict.Good);
                await UntilAsync(() => intake.State.PutAside == 0);
            }
        );
        Assert.Empty(consumer.Live);
        Assert.Equal((0, 0), (intake.State.Live, intake.State.Refused));
    }

    [Fact]
    public async Task Taster_Unavailable_ReleasesWaitAndAreReadAgainWhenItIsBack()
    {
        using var fixture = new Fixture();
        var consumer = new RecordingConsumer();
        var taster = new FakeTaster { Otherwise = new TasteVerdict(TasteOutcome.Unavailable, "no such file") };
        using var ring = new UplinkRing("edge-1", null, TimeProvider.System);
        var time = new InstantTime();
        FeedMessage[] messages = [new(1, fixture.Zone("a", 1)), new(2, fixture.Zone("b", 1)), new(2, null)];
        var feed = new ScriptedFeed([messages, messages, messages]);
        var observer = new Availability(time, () => taster.Otherwise = feed.AskedAfter.Count >= 2 ? TasteVerdict.Good : taster.Otherwise);
        var intake = Intake(fixture, consumer, taster, feed, ring, observer: observer, time: time);
        intake.Boot();
        await RunAsync(intake, () => feed.Ended);
        Assert.Equal(["+a/1", "+b/1"], consumer.Calls);
        Assert.Equal([0, 0, 0, 2], feed.AskedAfter);
        Assert.Equal((2, null), (intake.State.Position, intake.State.TasterProblem));
        Assert.Single(ring.Peek(), record => record.Type == UplinkRecordTypes.TasterUnavailable);
        Assert.Equal(["no such file", "back"], observer.Said);
    }

    [Fact]
    public async Task Boot_WithReleasesThatWereAccepted_NeedsNoTaster()
    {
        using var fixture = new Fixture();
        await RunAsync(fixture, new RecordingConsumer(), new FakeTaster(), Feed(fixture.Zone("a", 1)));
        var consumer = new RecordingConsumer();
        var taster = new FakeTaster { Otherwise = new TasteVerdict(TasteOutcome.Unavailable, "no such file") };
        Intake(fixture, consumer, taster, new ScriptedFeed([])).Boot();
        Assert.Equal(["+a/1"], consumer.Calls);
        Assert.Empty(taster.Tasted);
    }

    [Fact]
    public async Task Burst_IsTastedTogetherAndRemovalsAreNot()
    {
        using var fixture = new Fixture();
        var consumer = new RecordingConsumer();
        var taster = new FakeTaster();
        var releases = Enumerable.Range(0, 1_000).Select(i => fixture.Zone($"z{i}", 1)).Append(fixture.Removal("z7", 2)).ToArray();
        var intake = await RunAsync(fixture, consumer, taster, Feed(releases));
        Assert.Equal(1_000, taster.Tasted.Count);
        Assert.InRange(taster.Batches, 4, 5);
        Assert.Equal(999, consumer.Live.Count);
        Assert.Equal(1_001, intake.State.Position);
    }

    private static ScriptedFeed Feed(params Release[] releases) => Feed(0, releases);

    private static ScriptedFeed Feed(long after, params Release[] releases) =>
        new([
            [.. releases.Select((release, at) => new FeedMessage(after + at + 1, release)), new FeedMessage(after + releases.Length, null)],
        ]);

    private static string RefusalsOf(Fixture fixture) => Path.Combine(fixture.Root, "refused");

    private static ReleaseIntake Intake(
        Fixture fixture,
        RecordingConsumer consumer,
        IReleaseTaster taster,
        IReleaseFeed feed,
        IUplinkSink? uplink = null,
        string build = "one",
        IReleaseIntakeObserver? observer = null,
        InstantTime? time = null
    ) =>
        new(
            new ReleaseIntakeOptions
            {
                Feed = feed,
                Store = fixture.Unopened(),
                Verifier = fixture.Verifier,
                Checks = [new TextCheck()],
                Consumers = [consumer],
                Taster = taster,
                RefusalsPath = RefusalsOf(fixture),
                Build = build,
                Uplink = uplink,
                Observer = observer,
                Time = time ?? new InstantTime(),
                Random = new Random(1),
            }
        );

    private static async Task<ReleaseIntake> RunAsync(
        Fixture fixture,
        RecordingConsumer consumer,
        IReleaseTaster taster,
        ScriptedFeed feed,
        IUplinkSink? uplink = null,
        string build = "one"
    )
    {
        var intake = Intake(fixture, consumer, taster, feed, uplink, build);
        intake.Boot();
        await RunAsync(intake, () => feed.Ended);
        fixture.Last!.Dispose();
        return intake;
    }

    private static async Task RunAsync(ReleaseIntake intake, Func<Task> meanwhile)
    {
        using var stopping = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        var running = intake.RunAsync(stopping.Token);
        await meanwhile().WaitAsync(TimeSpan.FromSeconds(30), stopping.Token);
        await stopping.CancelAsync();
        await running;
    }

    private static async Task UntilAsync(Func<bool> condition)
    {
        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        while (!condition())
        {
            deadline.Token.ThrowIfCancellationRequested();
            await Task.Yield();
        }
    }

    // The time until it is tried again passes while the feed is lost.
    private sealed class Availability(InstantTime time, Action lost) : IReleaseIntakeObserver
    {
        public List<string> Said { get; } = [];

        public void TasterUnavailable(string reason) => Said.Add(reason);

        public void TasterAvailable() => Said.Add("back");

        public void Lost(Exception reason, TimeSpan retryIn)
        {
            time.CreateTimer(static _ => { }, null, TimeSpan.FromSeconds(5), Timeout.InfiniteTimeSpan);
            lost();
        }
    }

    private sealed class FakeTaster : IReleaseTaster
    {
        private readonly Dictionary<string, TasteVerdict> _verdicts = [];
        private readonly Channel<LateVerdict> _late = Channel.CreateUnbounded<LateVerdict>();

        public TasteVerdict this[string name]
        {
            set => _verdicts[name] = value;
        }

        public TasteVerdict Otherwise { get; set; } = TasteVerdict.Good;

        public List<string> Tasted { get; } = [];

        public int Batches { get; private set; }

        public ChannelReader<LateVerdict> Late => _late.Reader;

        public void Tell(Release release, TasteVerdict verdict) => _late.Writer.TryWrite(new LateVerdict(release, verdict));

        public Task<IReadOnlyList<TasteVerdict>> TasteAsync(IReadOnlyList<Release> releases, CancellationToken cancellationToken)
        {
            Batches++;
            Tasted.AddRange(releases.Select(release => $"{release.Name}/{release.Generation}"));
            return Task.FromResult<IReadOnlyList<TasteVerdict>>([
                .. releases.Select(release => _verdicts.GetValueOrDefault(release.Name, Otherwise)),
            ]);
        }
    }
}
