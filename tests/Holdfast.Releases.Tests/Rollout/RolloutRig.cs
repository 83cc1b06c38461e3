using System.Runtime.CompilerServices;
using System.Threading.Channels;
using Holdfast.Model.Releases;
using Holdfast.Model.Uplink;
using Holdfast.Releases.Feed;
using Holdfast.Releases.Intake;
using Holdfast.Releases.Rollout;
using Holdfast.Releases.Store;
using Holdfast.Releases.Uplink;

namespace Holdfast.Releases.Tests.Rollout;

/// <summary>An intake with slices and bakes, a clock that the test moves, and zones whose health the test says.</summary>
internal sealed class RolloutRig : IAsyncDisposable, IReleaseConsumer
{
    private readonly Fixture _fixture;
    private readonly CancellationTokenSource _stopping = new();
    private readonly LiveFeed _feed;
    private readonly UplinkRing _ring;
    private readonly Task _running;
    private long _position;

    public RolloutRig(Fixture fixture, ManualTime? time = null, bool canSlice = true)
    {
        _fixture = fixture;
        CanSlice = canSlice;
        Time = time ?? new ManualTime();
        _feed = new LiveFeed();
        _ring = new UplinkRing("edge-1", null, Time);
        Store = fixture.Unopened();
        Intake = new ReleaseIntake(
            new ReleaseIntakeOptions
            {
                Feed = _feed,
                Store = Store,
                Verifier = fixture.Verifier,
                Checks = [new TextCheck()],
                Consumers = [this],
                Rollout = new RolloutOptions(),
                RefusalsPath = Path.Combine(fixture.Root, "refused"),
                CrashesPath = Path.Combine(fixture.Root, "starts"),
                Build = "test",
                Uplink = _ring,
                Time = Time,
                Random = new Random(1),
            }
        );
        Booted = Intake.Boot();
        _position = Booted.Position;
        _running = Intake.RunAsync(_stopping.Token);
    }

    public ManualTime Time { get; }

    public ReleaseIntake Intake { get; }

    public ReleaseStore Store { get; }

    public StoreContents Booted { get; }

    public bool CanSlice { get; set; }

    /// <summary>What all requests meet.</summary>
    public Dictionary<string, long> Live { get; } = [];

    /// <summary>What is watched, by name.</summary>
    public Dictionary<string, Sides> Watched { get; } = [];

    /// <summary>The steps so far, as they went up: <c>a/2 slice 10</c>.</summary>
    public IReadOnlyList<string> Steps =>
        [
            .. Progress.Select(step =>
                $"{step.Name}/{step.Generation} {ReleaseProgressCodec.NameOf(step.Stage)}{(step.Share > 0 ? $" {step.Share}" : "")}"
            ),
        ];

    public IReadOnlyList<ReleaseProgress> Progress =>
        [
            .. _ring
                .Peek()
                .Where(record => record.Type == UplinkRecordTypes.ReleaseProgress)
                .Select(record => ReleaseProgressCodec.TryDecode(record.Body, out var step, out _) ? step : throw new FormatException()),
        ];

    /// <summary>The refusals so far, as they went up: <c>a/3 no</c>.</summary>
    public IReadOnlyList<string> Refusals =>
        [
            .. _ring
                .Peek()
                .Where(record => record.Type == UplinkRecordTypes.ReleaseRefused)
                .Select(record =>
                    $"{record.Body.GetProperty("name").GetString()}/{record.Body.GetProperty("generation")} {record.Body.GetProperty("reason").GetString()}"
                ),
        ];

    public ArtifactKind Kind => ArtifactKind.Zone;

    /// <summary>Publishes, and waits until the intake has dealt with it.</summary>
    public async Task PublishAsync(params Release[] releases)
    {
        foreach (var release in releases)
        {
            _feed.Messages.Writer.TryWrite(new FeedMessage(++_position, release));
        }

        // A heartbeat that was taken says that all before it was.
        var beat = new FeedMessage(_position, null);
        _feed.Messages.Writer.TryWrite(beat);
        var deadline = Environment.TickCount64 + 30_000;
        while (!ReferenceEquals(_feed.Taken, beat))
        {
            Assert.True(Environment.TickCount64 < deadline, "the intake has not taken the releases");
            await Task.Delay(1, TestContext.Current.CancellationToken);
        }
    }

    /// <summary>Lets time pass, and has the intake look at what is on trial.</summary>
    public void Pass(double seconds)
    {
        Time.Move(seconds);
        Intake.Look();
    }

    public ReleaseStanding? Standing(string name) => Intake.Standings.SingleOrDefault(standing => standing.Name == name);

    public ulong KeyOf(Release release) => Fixture.KeyOf(release);

    public PreparedRelease Prepare(Release release)
    {
        var sides = new Sides(this, release);
        return new PreparedRelease(KeyOf(release), (_, _) => Live[release.Name] = release.Generation) { Sides = sides };
    }

    public IReleaseSides? Watch(Release release) => new Sides(this, release);

    public void Deactivate(StoredArtifact before, Release tombstone) => Live.Remove(tombstone.Name);

    public async ValueTask DisposeAsync()
    {
        await KillAsync();
        Intake.Settle();
    }

    /// <summary>Ends it as a crash does.</summary>
    public async Task KillAsync()
    {
        await _stopping.CancelAsync();
        await _running;
        Store.Dispose();
    }

    internal sealed class Sides(RolloutRig rig, Release release) : IReleaseSides
    {
        public bool CanSlice => rig.CanSlice;

        public long Generation => release.Generation;

        public int Share { get; private set; }

        public bool HasEnded { get; private set; }

        public SideReading Reading { get; set; }

        public void Widen(int share)
        {
            (Share, Reading) = (share, default);
            rig.Watched[release.Name] = this;
        }

        public SideReading Read() => Reading;

        public void End() => HasEnded = true;
    }

    private sealed class LiveFeed : IReleaseFeed
    {
        private FeedMessage? _taken;

        public Channel<FeedMessage> Messages { get; } = Channel.CreateUnbounded<FeedMessage>();

        /// <summary>The last message that the reader has done with: it asks for the next.</summary>
        public FeedMessage? Taken => Volatile.Read(ref _taken);

        public async IAsyncEnumerable<FeedMessage> ReadAsync(
            FeedPosition after,
            [EnumeratorCancellation] CancellationToken cancellationToken
        )
        {
            await foreach (var message in Messages.Reader.ReadAllAsync(cancellationToken))
            {
                yield return message;
                Volatile.Write(ref _taken, message);
            }
        }
    }
}
