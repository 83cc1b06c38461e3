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
        var expected = TrustedIds(keys).Single();
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
        using var directory = new TemporaryDirectory();
        var keys = new KeyDirectory(directory.Path);
        keys.EnsureAll();
        using var forger = SigningKey.LoadOrCreate(Path.Combine(directory.Path, "forger.pem"));
        using var trusted = new VerificationKeys(keys.TrustedDirectory, TimeProvider.System);
        var verifier = new ReleaseVerifier(trusted);
        using var store = new ReleaseStore(Path.Combine(directory.Path, "releases"), verifier);
        using var stopping = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        var payload = KeyAnnouncement.Of(forger).Write();
        var forged = new ReleaseSigner(forger, TimeProvider.System).Sign(ArtifactKind.SigningKey, forger.Id, 1, 1, payload);
        using var genuine = SigningKey.LoadOrCreate(keys.SigningKeyFile);
        var misnamed = new ReleaseSigner(genuine, TimeProvider.System).Sign(ArtifactKind.SigningKey, genuine.Id, 1, 1, payload);
        var intake = new ReleaseIntake(
            new ReleaseIntakeOptions
            {
                Feed = new Script([forged, misnamed]),
                Store = store,
                Verifier = verifier,
                Checks = [new KeyAnnouncementCheck()],
                Consumers = [new AnnouncedKeys(trusted, keys.TrustedDirectory, null)],
            }
        );
        intake.Boot();
        var running = intake.RunAsync(stopping.Token);
        await Eventually.TrueAsync(() => intake.State.Refused == 2, "both refused");
        await stopping.CancelAsync();
        await running;
        Assert.Equal([genuine.Id], trusted.Ids);
        Assert.Equal([genuine.Id], TrustedIds(keys));
    }

    private static IEnumerable<string> TrustedIds(KeyDirectory keys) =>
        Directory.GetFiles(keys.TrustedDirectory, "*.pub").Select(file => Path.GetFileNameWithoutExtension(file));

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
