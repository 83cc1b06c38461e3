using System.Collections.Concurrent;
using System.Text.Json.Nodes;
using Holdfast.Artifacts;
using Holdfast.Artifacts.Zones;
using Holdfast.Model.Purging;
using Holdfast.Model.Releases;
using Holdfast.Model.Releases.Rehearsals;
using Holdfast.Model.Zones;
using Holdfast.Releases.Feed;
using Holdfast.Releases.Intake;
using Holdfast.Releases.Joining;
using Holdfast.Releases.Keys;
using Holdfast.Releases.Purging;
using Holdfast.Releases.Rehearsals;
using Holdfast.Releases.Signing;
using Holdfast.Releases.Store;
using Holdfast.Releases.Uplink;

namespace Holdfast.Control.Tests;

/// <summary>An edge's end of the channels, with consumers that remember what they got.</summary>
internal sealed class TestEdge : IAsyncDisposable, IReleaseIntakeObserver
{
    private readonly CancellationTokenSource _stopping = new();
    private readonly HttpClient _client;
    private readonly VerificationKeys _trusted;
    private readonly SecretBox _secrets;
    private readonly UplinkRing _ring;
    private readonly ReleaseStore _store;
    private readonly string _journal;
    private readonly Task _running;

    public TestEdge(
        string data,
        Uri control,
        string store,
        string node = "edge-1",
        FeedSecret? secret = null,
        NodeIdentity? identity = null,
        TimeProvider? time = null,
        Func<RehearsalOrder, RehearsalReport?>? rehearse = null
    )
    {
        var keys = new KeyDirectory(data);
        time ??= TimeProvider.System;
        node = identity?.Name ?? node;
        _client = identity is null ? HttpReleaseFeed.CreateClient() : ControlTls.CreateClient(identity.Certificate, identity.Authority);
        secret ??= identity is null ? FeedSecret.Load(keys.FeedKeyFile) : null;
        _secrets = SecretBox.Load(keys.SecretKeyFile);
        _trusted = new VerificationKeys(keys.TrustedDirectory, TimeProvider.System);
        var verifier = new ReleaseVerifier(_trusted);
        _ring = new UplinkRing(node, Path.Combine(store, "uplink"), TimeProvider.System);
        _journal = Path.Combine(store, "purges");
        Purges = new PurgeIntake(_journal, Purged, new PurgeVerifier(_trusted), _ring);
        Intake = new ReleaseIntake(
            new ReleaseIntakeOptions
            {
                Feed = new HttpReleaseFeed(_client, control, node, secret, time) { Rehearses = rehearse is not null },
                Rehearse = rehearse is null ? null : order => Answer(rehearse(order)),
                Store = _store = new ReleaseStore(Path.Combine(store, "releases"), verifier),
                Verifier = verifier,
                Checks = ArtifactKinds.All(_secrets),
                Consumers =
                [
                    Zones,
                    Certificates,
                    Lists,
                    Rulesets,
                    Features,
                    KillSwitches,
                    new AnnouncedKeys(_trusted, keys.TrustedDirectory, this),
                ],
                Purges = Purges,
                Uplink = _ring,
                Observer = this,
            }
        );
        Booted = Intake.Boot();
        var sender = new UplinkSender(_ring, new HttpEdgeUplink(_client, control, node, secret, time), TimeProvider.System, new Random(1));
        _running = Task.WhenAll(Intake.RunAsync(_stopping.Token), sender.RunAsync(_stopping.Token));
    }

    public ReleaseIntake Intake { get; }

    public PurgeIntake Purges { get; }

    public PurgeRecorder Purged { get; } = new();

    /// <summary>How many purges were in effect when the first release came; -1 before it.</summary>
    public int PurgesAtFirstRelease { get; private set; } = -1;

    /// <summary>Waits until the purge log is in effect up to here, and that is on the disk.</summary>
    public Task PurgedAsync(long sequence) =>
        Eventually.TrueAsync(
            () =>
                Purges.Position.Log.Length > 0
                && File.Exists(_journal)
                && File.ReadAllText(_journal)
                    .Contains($"\"log\":\"{Purges.Position.Log}\",\"sequence\":{sequence},", StringComparison.Ordinal),
            $"purge {sequence}"
        );

    public StoreContents Booted { get; }

    public Consumer Zones { get; } = new(ArtifactKind.Zone);

    public Consumer Certificates { get; } = new(ArtifactKind.Certificate);

    public Consumer Lists { get; } = new(ArtifactKind.List);

    public Consumer Rulesets { get; } = new(ArtifactKind.AccountRuleset);

    public Consumer Features { get; } = new(ArtifactKind.BotFeatures);

    public Consumer KillSwitches { get; } = new(ArtifactKind.KillSwitch);

    public ConcurrentQueue<ReleaseRefusal> Refusals { get; } = new();

    public UplinkRing Ring => _ring;

    public ZoneConfig? Zone(string id) =>
        Zones.Live.TryGetValue(id, out var release)
        && ZoneArtifact.TryParse(release.FormatVersion, release.Payload.Span, out var zone, out _)
            ? zone
            : null;

    public void Accepted(Release release, bool fromStore) =>
        PurgesAtFirstRelease = PurgesAtFirstRelease < 0 && !fromStore ? Purged.Seen.Count : PurgesAtFirstRelease;

    public void Refused(ReleaseRefusal refusal) => Refusals.Enqueue(refusal);

    private void Answer(RehearsalReport? report)
    {
        if (report is not null)
        {
            _ring.Add("release.rehearsed", RehearsalCodec.Encode(report));
        }
    }

    public void Report(string type, JsonObject body) => _ring.Add(type, body);

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        await _running;
        _ring.Dispose();
        Purges.Dispose();
        _store.Dispose();
        _client.Dispose();
        _trusted.Dispose();
        _secrets.Dispose();
        _stopping.Dispose();
    }

    internal sealed class Consumer(ArtifactKind kind) : IReleaseConsumer
    {
        public ArtifactKind Kind => kind;

        public ConcurrentDictionary<string, Release> Live { get; } = new();

        public ConcurrentQueue<Release> Seen { get; } = new();

        /// <summary>The names that it refuses, with what it then throws.</summary>
        public ConcurrentDictionary<string, Exception> Refuses { get; } = new();

        public PreparedRelease Prepare(Release release)
        {
            Seen.Enqueue(release);
            return Refuses.TryGetValue(release.Name, out var error)
                ? throw error
                : new PreparedRelease(0, (_, _) => Live[release.Name] = release);
        }

        public void Deactivate(StoredArtifact before, Release tombstone) => Live.TryRemove(tombstone.Name, out _);
    }
}

/// <summary>Remembers what it was told to purge.</summary>
internal sealed class PurgeRecorder : IPurgeConsumer
{
    public ConcurrentQueue<Purge> Seen { get; } = new();

    /// <summary>How often everything was purged.</summary>
    public int All { get; private set; }

    public long Floor => 0;

    public long Apply(Purge purge)
    {
        Seen.Enqueue(purge);
        return purge.Sequence;
    }

    public void ApplyToAll() => All++;

    public void Restore(PurgeSnapshot snapshot) { }

    public PurgeSnapshot Snapshot() => new(0, []);
}

internal static class Eventually
{
    /// <summary>The same for a condition that is asked for elsewhere.</summary>
    public static async Task TrueAsync(Func<Task<bool>> condition, string what)
    {
        var deadline = TimeProvider.System.GetTimestamp();
        while (!await condition())
        {
            Assert.True(TimeProvider.System.GetElapsedTime(deadline) < TimeSpan.FromSeconds(60), $"not within a minute: {what}");

            // Control allows a credential 1,200 calls in five minutes.
            await Task.Delay(50, TestContext.Current.CancellationToken);
        }
    }

    /// <summary>Waits for a condition, a minute at most.</summary>
    public static async Task TrueAsync(Func<bool> condition, string what)
    {
        var deadline = TimeProvider.System.GetTimestamp();
        while (!condition())
        {
            Assert.True(TimeProvider.System.GetElapsedTime(deadline) < TimeSpan.FromSeconds(60), $"not within a minute: {what}");
            await Task.Delay(5, TestContext.Current.CancellationToken);
        }
    }
}
