using System.Text;
using Holdfast.Model.Releases;
using Holdfast.Releases.Intake;
using Holdfast.Releases.Signing;
using Holdfast.Releases.Store;

namespace Holdfast.Releases.Tests;

/// <summary>A signing key, those who believe it, and a directory that goes with the test.</summary>
internal sealed class Fixture : IDisposable
{
    public Fixture()
    {
        Key = SigningKey.LoadOrCreate(Path.Combine(Root, "signing.pem"));
        Key.Trust(Path.Combine(Root, "trusted"));
        Trusted = new VerificationKeys(Path.Combine(Root, "trusted"), TimeProvider.System);
        Verifier = new ReleaseVerifier(Trusted);
        Signer = new ReleaseSigner(Key, TimeProvider.System);
    }

    public string Root { get; } = Directory.CreateTempSubdirectory("holdfast-test-").FullName;

    public string StorePath => Path.Combine(Root, "releases");

    public SigningKey Key { get; }

    public VerificationKeys Trusted { get; }

    public ReleaseVerifier Verifier { get; }

    public ReleaseSigner Signer { get; }

    public ReleaseStore Store() => new(StorePath, Verifier);

    public Release Zone(string name, long generation, string payload = "good") =>
        Signer.Sign(ArtifactKind.Zone, name, generation, 1, Encoding.UTF8.GetBytes($"{payload} {name} {generation}"));

    public Release Removal(string name, long generation) => Signer.SignRemoval(ArtifactKind.Zone, name, generation, 1);

    public string FileOf(Release release) => Path.Combine(StorePath, "zone", release.Name, $"{release.Generation}.release");

    public void Dispose()
    {
        Trusted.Dispose();
        Key.Dispose();
        Directory.Delete(Root, recursive: true);
    }
}

/// <summary>Takes every payload that does not begin with "bad".</summary>
internal sealed class TextCheck : IArtifactCheck
{
    public ArtifactKind Kind => ArtifactKind.Zone;

    public IReadOnlyList<ArtifactProblem> Check(int formatVersion, ReadOnlySpan<byte> payload) =>
        payload.StartsWith("bad"u8) ? [new ArtifactProblem("/text", "bad", "good")] : [];
}

internal sealed class RecordingConsumer : IReleaseConsumer
{
    public ArtifactKind Kind => ArtifactKind.Zone;

    public List<string> Calls { get; } = [];

    public Dictionary<string, long> Live { get; } = [];

    public Func<Release, Exception?> Throws { get; set; } = _ => null;

    public void Activate(Release release)
    {
        Calls.Add($"+{release.Name}/{release.Generation}");
        if (Throws(release) is { } error)
        {
            throw error;
        }

        Live[release.Name] = release.Generation;
    }

    public void Deactivate(Release tombstone)
    {
        Calls.Add($"-{tombstone.Name}/{tombstone.Generation}");
        Live.Remove(tombstone.Name);
    }
}

/// <summary>Time that stands still, except that whoever waits is woken at once and finds that the time has passed.</summary>
internal sealed class InstantTime : TimeProvider
{
    private long _milliseconds = 1_700_000_000_000;

    public List<TimeSpan> Waits { get; } = [];

    public override DateTimeOffset GetUtcNow() => DateTimeOffset.FromUnixTimeMilliseconds(Interlocked.Read(ref _milliseconds));

    public override long GetTimestamp() => Interlocked.Read(ref _milliseconds) * (TimestampFrequency / 1000);

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        if (dueTime != Timeout.InfiniteTimeSpan)
        {
            Waits.Add(dueTime);
            Interlocked.Add(ref _milliseconds, (long)dueTime.TotalMilliseconds);
            ThreadPool.QueueUserWorkItem(_ => callback(state));
        }

        return new Nothing();
    }

    private sealed class Nothing : ITimer
    {
        public bool Change(TimeSpan dueTime, TimeSpan period) => true;

        public void Dispose() { }

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }
}
