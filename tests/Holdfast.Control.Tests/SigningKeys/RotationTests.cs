using System.Net;
using System.Runtime.CompilerServices;
using Holdfast.Control.Tests.Joining;
using Holdfast.Model.Releases;
using Holdfast.Releases.Intake;
using Holdfast.Releases.Joining;
using Holdfast.Releases.Keys;
using Holdfast.Releases.Signing;
using Holdfast.Releases.Store;

namespace Holdfast.Control.Tests.SigningKeys;

/// <summary>A new signing key that the old one announces, and edges that have nothing but the feed to learn it from.</summary>
public sealed class RotationTests
{
    [Fact]
    public async Task Rotate_EdgeLearnsTheNewKeyAndKeepsIt()
    {
        await using var control = await TestControl.StartAsync();
        using var node = await JoiningNode.JoinedAsync(control, "paris-1");
        string zone;
        string key;
        await using (var edge = Edge(node, control.Host.NodeUrl!))
        {
            await Eventually.TrueAsync(() => edge.Intake.State.Connected, "connected");
            key = await RotateAsync(control);
            zone = await control.AddZoneAsync("example.com");
            await Eventually.TrueAsync(() => edge.Zone(zone) is not null, "live");
            Assert.Equal(key, edge.Zones.Live[zone].KeyId);
            Assert.Empty(edge.Refusals);
        }

        Assert.True(File.Exists(Path.Combine(node.Keys.TrustedDirectory, key + ".pub")));
        await using var again = Edge(node, new Uri("https://127.0.0.1:1"));
        Assert.Empty(again.Booted.Problems);
        Assert.NotNull(again.Zone(zone));
    }

    [Fact]
    public async Task Rotate_EdgeThatWasAway_CatchesUpKeyByKey()
    {
        await using var control = await TestControl.StartAsync();
        using var node = await JoiningNode.JoinedAsync(control, "paris-1");
        await RotateAsync(control);
        var between = await control.AddZoneAsync("between.example");
        var newest = await RotateAsync(control);
        var last = await control.AddZoneAsync("last.example");

        await using var edge = Edge(node, control.Host.NodeUrl!);
        await Eventually.TrueAsync(() => edge.Zone(between) is not null && edge.Zone(last) is not null, "all live");
        Assert.Equal(newest, edge.Zones.Live[last].KeyId);
        Assert.Empty(edge.Refusals);
    }

    [Fact]
    public async Task Rotate_ControlRestarted_SignsWithTheNewKeyAndTheAuditLogIsWhole()
    {
        using var data = new TemporaryDirectory();
        var control = await TestControl.StartAsync(data.Path);
        var key = await RotateAsync(control);
        await control.StopAsync();
        await using var restarted = await TestControl.StartAsync(data.Path);
        await SignsWithAsync(restarted, key);
        Assert.Empty((await restarted.GetAsync("/holdfast/v1/audit_logs?operation=audit-head-differs")).Result.AsArray());
        var keys = (await restarted.GetAsync("/holdfast/v1/signing_keys")).Result.AsArray();
        Assert.Equal(["former", "signing"], keys.Select(shown => shown!["status"]!.GetValue<string>()).Order());
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Rotate_ControlKilledInBetween_FinishesOrHasNotBegun(bool announced)
    {
        using var data = new TemporaryDirectory();
        var control = await TestControl.StartAsync(data.Path);
        var keys = control.Keys;
        var oldPem = await File.ReadAllBytesAsync(keys.SigningKeyFile, TestContext.Current.CancellationToken);
        var expected = keys.TrustedIds().Single();
        if (announced)
        {
            // The announcement is committed, and the files are as they were before.
            expected = await RotateAsync(control);
            await control.StopAsync();
            KeyFile.Move(keys.SigningKeyFile, keys.NextSigningKeyFile);
            KeyFile.Replace(keys.SigningKeyFile, oldPem);
        }
        else
        {
            await control.StopAsync();
            SigningKey.LoadOrCreate(keys.NextSigningKeyFile).Dispose();
        }

        await using var restarted = await TestControl.StartAsync(data.Path);
        Assert.Equal(!announced, File.Exists(keys.NextSigningKeyFile));
        await SignsWithAsync(restarted, expected);
    }

    [Fact]
    public async Task Announcement_NotSignedByABelievedKey_IsRefused()
    {
        using var node = new Believer();
        using var forger = node.NewKey("forger");
        using var genuine = SigningKey.LoadOrCreate(node.Keys.SigningKeyFile);
        var forged = Sign(forger, forger.Id, KeyAnnouncement.Of(forger));
        var misnamed = Sign(genuine, genuine.Id, KeyAnnouncement.Of(forger));
        await node.TakeAsync([forged, misnamed], refused: 2);
        Assert.Equal([genuine.Id], node.Trusted.Ids);
        Assert.Equal([genuine.Id], node.Keys.TrustedIds());
    }

    [Fact]
    public async Task RetiredKey_IsBelievedNoMore_AlsoWhenItsFileComesBack()
    {
        using var node = new Believer();
        using var old = SigningKey.LoadOrCreate(node.Keys.SigningKeyFile);
        using var next = node.NewKey("next");
        using var forger = node.NewKey("forger");
        var itself = Sign(old, KeyAnnouncement.RetiredName(old.Id), KeyAnnouncement.Of(old) with { Retired = true });
        var announced = Sign(old, next.Id, KeyAnnouncement.Of(next));
        await node.TakeAsync([itself, announced], refused: 1);
        Assert.Equal(2, node.Trusted.Ids.Count);

        var together = new ReleaseSigner(old, TimeProvider.System).SignAll([
            Draft(forger.Id, KeyAnnouncement.Of(forger)),
            Draft(old.Id, KeyAnnouncement.Of(old)),
        ]);
        var again = Sign(next, next.Id, KeyAnnouncement.Of(next), generation: 2);
        var retired = Sign(next, KeyAnnouncement.RetiredName(old.Id), KeyAnnouncement.Of(old) with { Retired = true });

        // The second of the old key's was signed together with the first, whose signature was believed a moment before.
        await node.TakeAsync([together[1], again, retired, together[0], Sign(old, forger.Id, KeyAnnouncement.Of(forger))], refused: 2);
        Assert.Equal([next.Id], node.Trusted.Ids);
        Assert.Equal([next.Id], node.Keys.TrustedIds());

        old.Trust(node.Keys.TrustedDirectory);
        await node.TakeAsync([Sign(old, forger.Id, KeyAnnouncement.Of(forger), generation: 3)], refused: 1);
        Assert.Equal([next.Id], node.Trusted.Ids);
        Assert.Equal([next.Id], node.Keys.TrustedIds());
    }

    private static Release Sign(SigningKey key, string name, KeyAnnouncement announcement, long generation = 1) =>
        new ReleaseSigner(key, TimeProvider.System).Sign(
            ArtifactKind.SigningKey,
            name,
            generation,
            KeyAnnouncement.FormatVersion,
            announcement.Write()
        );

    private static ReleaseDraft Draft(string name, KeyAnnouncement announcement) =>
        new(ArtifactKind.SigningKey, name, 1, KeyAnnouncement.FormatVersion, announcement.Write());

    private static async Task<string> RotateAsync(TestControl control)
    {
        var answer = await control.SendAsync(HttpMethod.Post, "/holdfast/v1/signing_keys");
        Assert.Equal(HttpStatusCode.OK, answer.Status);
        return answer.Result["id"]!.GetValue<string>();
    }

    private static async Task SignsWithAsync(TestControl control, string key)
    {
        using var store = new TemporaryDirectory();
        await using var edge = new TestEdge(control.Data, control.Host.Url, store.Path);
        var zone = await control.AddZoneAsync("signed.example");
        await Eventually.TrueAsync(() => edge.Zone(zone) is not null, "live");
        Assert.Equal(key, edge.Zones.Live[zone].KeyId);
    }

    private static TestEdge Edge(JoiningNode node, Uri control) =>
        new(node.Data, control, Path.Combine(node.Data, "edge"), identity: NodeIdentity.Load(node.Keys));

    /// <summary>An edge's keys and store, which outlive its process: every <see cref="TakeAsync"/> is a start.</summary>
    private sealed class Believer : IDisposable
    {
        private readonly TemporaryDirectory _directory = new();

        public Believer()
        {
            Keys.EnsureAll();
            Trusted = new VerificationKeys(Keys.TrustedDirectory, TimeProvider.System);
        }

        public KeyDirectory Keys => new(_directory.Path);

        public VerificationKeys Trusted { get; private set; }

        public SigningKey NewKey(string name) => SigningKey.LoadOrCreate(Path.Combine(_directory.Path, name + ".pem"));

        public async Task TakeAsync(IReadOnlyList<Release> releases, int refused)
        {
            Trusted.Dispose();
            Trusted = new VerificationKeys(Keys.TrustedDirectory, TimeProvider.System);
            var verifier = new ReleaseVerifier(Trusted);
            using var store = new ReleaseStore(Path.Combine(_directory.Path, "releases"), verifier);
            using var stopping = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
            var intake = new ReleaseIntake(
                new ReleaseIntakeOptions
                {
                    Feed = new Script(releases),
                    Store = store,
                    Verifier = verifier,
                    Checks = [new KeyAnnouncementCheck()],
                    Consumers = [new AnnouncedKeys(Trusted, Keys.TrustedDirectory, null)],
                }
            );
            intake.Boot();
            var running = intake.RunAsync(stopping.Token);
            await Eventually.TrueAsync(() => intake.State.Position == releases.Count, "all taken or refused");
            await stopping.CancelAsync();
            await running;
            Assert.Equal(refused, intake.State.Refused);
        }

        public void Dispose()
        {
            Trusted.Dispose();
            _directory.Dispose();
        }
    }

    /// <summary>A feed that says these, and is silent then.</summary>
    private sealed class Script(IReadOnlyList<Release> releases) : IReleaseFeed
    {
        public async IAsyncEnumerable<FeedMessage> ReadAsync(
            FeedPosition after,
            [EnumeratorCancellation] CancellationToken cancellationToken
        )
        {
            for (var i = 0; i < releases.Count; i++)
            {
                yield return new FeedMessage(i + 1, releases[i]);
            }

            await Task.Delay(Timeout.InfiniteTimeSpan, cancellationToken);
        }
    }
}
