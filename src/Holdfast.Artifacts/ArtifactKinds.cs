using Holdfast.Artifacts.Bots;
using Holdfast.Artifacts.Certificates;
using Holdfast.Artifacts.KillSwitches;
using Holdfast.Artifacts.Lists;
using Holdfast.Artifacts.Zones;
using Holdfast.Releases.Intake;
using Holdfast.Releases.Keys;

namespace Holdfast.Artifacts;

/// <summary>Every kind of artifact that this build knows.</summary>
public static class ArtifactKinds
{
    /// <summary>The checks, one for each kind; the same in control and on every edge.</summary>
    /// <param name="secrets">Opens private keys to see that they fit their certificates; it stays the caller's.</param>
    /// <param name="features">How much a bot feature file may be; null for what every file must keep.</param>
    public static IReadOnlyList<IArtifactCheck> All(SecretBox secrets, BotFeatureLimits? features = null) =>
        [
            new ZoneArtifact(),
            new CertificateArtifact(secrets),
            new ListArtifact(),
            new BotFeatureArtifact(features ?? BotFeatureLimits.Standard),
            new KillSwitchArtifact(),
            new KeyAnnouncementCheck(),
        ];
}
