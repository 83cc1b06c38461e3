using Holdfast.Artifacts.Bots;
using Holdfast.Artifacts.Certificates;
using Holdfast.Artifacts.KillSwitches;
using Holdfast.Artifacts.Lists;
using Holdfast.Artifacts.Rulesets;
using Holdfast.Artifacts.Zones;
using Holdfast.Model.Releases;
using Holdfast.Releases.Keys;
using Holdfast.Releases.Signing;

namespace Holdfast.Artifacts.Tests.Golden;

/// <summary>Law 10: what an older control has written is loaded or cleanly refused by this build, for ever.</summary>
public sealed class GoldenTests : IDisposable
{
    /// <summary>The version of each kind that this build writes.</summary>
    private static readonly Dictionary<ArtifactKind, int> Written = new()
    {
        [ArtifactKind.Zone] = ZoneArtifact.FormatVersion,
        [ArtifactKind.Certificate] = CertificateArtifact.FormatVersion,
        [ArtifactKind.SigningKey] = KeyAnnouncement.FormatVersion,
        [ArtifactKind.List] = ListArtifact.FormatVersion,
        [ArtifactKind.AccountRuleset] = AccountRulesetArtifact.FormatVersion,
        [ArtifactKind.BotFeatures] = BotFeatureArtifact.FormatVersion,
        [ArtifactKind.KillSwitch] = KillSwitchArtifact.FormatVersion,
    };

    private readonly SecretBox _secrets = new(File.ReadAllBytes(Path.Combine(GoldenReleases.Keys, "secret.key")));

    public static TheoryData<string> Names => [.. GoldenReleases.Names];

    [Fact]
    public void Kinds_AllOfThem_HaveAFileOfEachVersion()
    {
        // A kind that is new stands above, and a file in tests/golden: its README says how to make one.
        Assert.Equal(Enum.GetValues<ArtifactKind>().Order(), Written.Keys.Order());
        Assert.Equal(ArtifactKinds.All(_secrets).Select(check => check.Kind).Order(), Written.Keys.Order());
        var wanted = Written.SelectMany(kind =>
            Enumerable.Range(1, kind.Value).Select(version => GoldenReleases.NameOf(kind.Key, version))
        );
        Assert.Equal(wanted.Order(StringComparer.Ordinal), GoldenReleases.Names);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void File_IsAsItWasSigned(string name)
    {
        var release = GoldenReleases.Read(name);
        Assert.Equal(name, GoldenReleases.NameOf(release.Kind, release.FormatVersion));
        using var keys = new VerificationKeys(GoldenReleases.Keys, TimeProvider.System);
        Assert.Null(new ReleaseVerifier(keys).Verify(release));
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void File_IsLoadedOrCleanlyRefused(string name)
    {
        var release = GoldenReleases.Read(name);
        var check = ArtifactKinds.All(_secrets).Single(check => check.Kind == release.Kind);
        var problems = check.Check(release.FormatVersion, release.Payload.Span);
        if (release.FormatVersion == Written[release.Kind])
        {
            Assert.Empty(problems);
        }

        Assert.All(problems, problem => Assert.NotEmpty(problem.Allowed));

        // The same bytes in a format of a newer build are refused, and nothing else.
        var newer = Assert.Single(check.Check(Written[release.Kind] + 1, release.Payload.Span));
        Assert.NotEmpty(newer.Allowed);
    }

    public void Dispose() => _secrets.Dispose();
}
