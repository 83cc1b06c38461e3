using Holdfast.Artifacts;
using Holdfast.Artifacts.Bots;
using Holdfast.Artifacts.Certificates;
using Holdfast.Artifacts.KillSwitches;
using Holdfast.Artifacts.Lists;
using Holdfast.Artifacts.Zones;
using Holdfast.Model.Bots;
using Holdfast.Model.Certificates;
using Holdfast.Model.KillSwitches;
using Holdfast.Model.Lists;
using Holdfast.Model.Releases;
using Holdfast.Releases.Intake;
using Holdfast.Releases.Keys;
using Holdfast.Releases.Signing;

namespace Holdfast.Control.Releases;

/// <summary>Turns what owners wrote into releases: canonical bytes, the checks that every edge will run again, signature.</summary>
internal sealed class ReleasePublisher
{
    private readonly Dictionary<ArtifactKind, IArtifactCheck> _checks;
    private readonly ReleaseSigner _signer;

    /// <param name="secrets">Opens private keys.</param>
    /// <param name="signer">Signs.</param>
    /// <param name="features">How much a bot feature file may be; null for what every file must keep.</param>
    public ReleasePublisher(SecretBox secrets, ReleaseSigner signer, BotFeatureLimits? features = null)
    {
        _checks = ArtifactKinds.All(secrets, features).ToDictionary(check => check.Kind);
        _signer = signer;
    }

    /// <summary>A zone's release.</summary>
    /// <param name="id">The zone's id.</param>
    /// <param name="generation">Its generation.</param>
    /// <param name="config">What <see cref="ZoneArtifact.Write"/> made of it.</param>
    /// <exception cref="ArtifactInvalidException">An edge would refuse it.</exception>
    public Release Zone(string id, long generation, byte[] config) =>
        Build(ArtifactKind.Zone, id, generation, ZoneArtifact.FormatVersion, config);

    /// <summary>Why an edge would refuse the zone that <see cref="ZoneArtifact.Write"/> made this of, or null.</summary>
    public string? ProblemOf(byte[] config) =>
        _checks[ArtifactKind.Zone].Check(ZoneArtifact.FormatVersion, config) is [var problem, ..] ? problem.ToString() : null;

    /// <summary>The releases of zones that passed <see cref="ProblemOf"/>, signed together.</summary>
    public IReadOnlyList<Release> Zones(IEnumerable<(string Id, long Generation, byte[] Config)> zones) =>
        _signer.SignAll(
            zones.Select(zone => new ReleaseDraft(ArtifactKind.Zone, zone.Id, zone.Generation, ZoneArtifact.FormatVersion, zone.Config))
        );

    /// <exception cref="ArtifactInvalidException">An edge would refuse it.</exception>
    public Release Certificate(CertificateConfig certificate, long generation) =>
        Build(
            ArtifactKind.Certificate,
            certificate.Id,
            generation,
            CertificateArtifact.FormatVersion,
            CertificateArtifact.Write(certificate)
        );

    /// <exception cref="ArtifactInvalidException">An edge would refuse it.</exception>
    public Release KillSwitch(KillSwitchConfig kill, long generation) =>
        Build(ArtifactKind.KillSwitch, kill.Id, generation, KillSwitchArtifact.FormatVersion, KillSwitchArtifact.Write(kill));

    public Release KillSwitchRemoval(string id, long generation) =>
        _signer.SignRemoval(ArtifactKind.KillSwitch, id, generation, KillSwitchArtifact.FormatVersion);

    /// <exception cref="ArtifactInvalidException">An edge would refuse it.</exception>
    public Release BotFeatures(BotFeaturesConfig file, long generation) =>
        Build(
            ArtifactKind.BotFeatures,
            BotFeaturesConfig.Name,
            generation,
            BotFeatureArtifact.FormatVersion,
            BotFeatureArtifact.Write(file)
        );

    public Release BotFeaturesRemoval(long generation) =>
        _signer.SignRemoval(ArtifactKind.BotFeatures, BotFeaturesConfig.Name, generation, BotFeatureArtifact.FormatVersion);

    /// <exception cref="ArtifactInvalidException">An edge would refuse it.</exception>
    public Release List(ListConfig list, long generation) =>
        Build(ArtifactKind.List, list.Id, generation, ListArtifact.FormatVersion, ListArtifact.Write(list));

    public Release ListRemoval(string id, long generation) =>
        _signer.SignRemoval(ArtifactKind.List, id, generation, ListArtifact.FormatVersion);

    public Release ZoneRemoval(string id, long generation) =>
        _signer.SignRemoval(ArtifactKind.Zone, id, generation, ZoneArtifact.FormatVersion);

    public Release CertificateRemoval(string id, long generation) =>
        _signer.SignRemoval(ArtifactKind.Certificate, id, generation, CertificateArtifact.FormatVersion);

    private Release Build(ArtifactKind kind, string name, long generation, int formatVersion, byte[] payload)
    {
        var problems = _checks[kind].Check(formatVersion, payload);
        return problems.Count == 0
            ? _signer.Sign(kind, name, generation, formatVersion, payload)
            : throw new ArtifactInvalidException(problems);
    }
}

/// <summary>An artifact does not pass its own checks; nothing of it was stored.</summary>
internal sealed class ArtifactInvalidException : Exception
{
    public ArtifactInvalidException(IReadOnlyList<ArtifactProblem> problems)
        : base(problems[0].ToString())
    {
        Problems = problems;
    }

    public IReadOnlyList<ArtifactProblem> Problems { get; }
}
