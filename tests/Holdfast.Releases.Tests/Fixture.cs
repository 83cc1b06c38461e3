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

    /// <summary>A store on the fixture's directory, opened.</summary>
    public ReleaseStore Store(ReleaseStoreLimits? limits = null) => Store(out _, limits);

    public ReleaseStore Store(out StoreContents contents, ReleaseStoreLimits? limits = null)
    {
        var store = Unopened(limits);
        contents = store.Open(KeyOf);
        return store;
    }

    public ReleaseStore Unopened(ReleaseStoreLimits? limits = null) => Last = new(StorePath, Verifier, limits);

    /// <summary>The store that was made last.</summary>
    public ReleaseStore? Last { get; private set; }

    public static ulong KeyOf(Release release) => (ulong)release.Name.Length;

    public Release Zone(string name, long generation, string payload = "good") =>
        Signer.Sign(ArtifactKind.Zone, name, generation, 1, Encoding.UTF8.GetBytes($"{payload} {name} {generation}"));

    public Release Removal(string name, long generation) => Signer.SignRemoval(ArtifactKind.Zone, name, generation, 1);

    /// <summary>The newest segment.</summary>
    public string Segment => Directory.GetFiles(StorePath, "*.segment").Order(StringComparer.Ordinal).Last();

    /// <summary>Changes bytes of a release's record in whichever segment holds it.</summary>
    public void Damage(Release release, Func<byte, byte>? change = null)
    {
        var payload = Encoding.ASCII.GetBytes(Convert.ToBase64String(release.Payload.Span));
        foreach (var path in Directory.GetFiles(StorePath, "*.segment"))
        {
            var bytes = File.ReadAllBytes(path);
            var at = bytes.AsSpan().LastIndexOf(payload);
            if (at >= 0)
            {
                bytes[at] = change?.Invoke(bytes[at]) ?? (byte)(bytes[at] ^ 1);
                File.WriteAllBytes(path, bytes);
                return;
            }
        }

        Assert.Fail("the release lies in no segment");
    }

    /// <summary>Puts a release where an edge of the layout before segments kept it.</summary>
    public string WriteLegacy(Release release)
    {
        var directory = Path.Combine(StorePath, "zone", release.Name);
        Directory.CreateDirectory(directory);
        var path = Path.Combine(directory, $"{release.Generation}.release");
        WriteChecksummed(path, "holdfast-release 1", Wire.ReleaseCodec.Encode(release));
        return path;
    }

    public void WriteLegacyPosition(long position) =>
        WriteChecksummed(Path.Combine(StorePath, "position"), "holdfast-position 1", Encoding.ASCII.GetBytes($"{position}"));

    private static void WriteChecksummed(string path, string magic, byte[] body) =>
        File.WriteAllBytes(
            path,
            [
                .. Encoding.ASCII.GetBytes($"{magic} {Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(body))}\n"),
                .. body,
            ]
        );

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

    /// <summary>Artifacts that were found on the disk at a start, by number, when it does not want them read at once.</summary>
    public List<StoredArtifact>? Restored { get; init; }

    public ulong KeyOf(Release release) => Fixture.KeyOf(release);

    public bool Restore(StoredArtifact artifact)
    {
        Restored?.Add(artifact);
        return Restored is not null;
    }

    public PreparedRelease Prepare(Release release)
    {
        Calls.Add($"+{release.Name}/{release.Generation}");
        if (Throws(release) is { } error)
        {
            throw error;
        }

        return new PreparedRelease(KeyOf(release), (_, _) => Live[release.Name] = release.Generation);
    }

    public void Deactivate(StoredArtifact before, Release tombstone)
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
