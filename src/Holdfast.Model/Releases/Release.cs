namespace Holdfast.Model.Releases;

/// <summary>One immutable, content-addressed, signed version of one artifact.</summary>
public sealed record Release
{
    /// <summary>What kind of artifact it is.</summary>
    public required ArtifactKind Kind { get; init; }

    /// <summary>Which artifact of that kind: a zone's, certificate's or list's id.</summary>
    public required string Name { get; init; }

    /// <summary>Strictly increasing per artifact, from 1; a lower one never replaces a higher one.</summary>
    public required long Generation { get; init; }

    /// <summary>Version of the payload's format; a build refuses one that it does not know.</summary>
    public required int FormatVersion { get; init; }

    /// <summary>When it was built, UTC.</summary>
    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>True when this release takes the artifact away; the payload is then empty.</summary>
    public bool Removed { get; init; }

    /// <summary>The artifact's canonical bytes.</summary>
    public required ReadOnlyMemory<byte> Payload { get; init; }

    /// <summary>SHA-256 of <see cref="Payload"/>, 64 lower-case hexadecimal digits.</summary>
    public required string Digest { get; init; }

    /// <summary>Which signing key signed it.</summary>
    public required string KeyId { get; init; }

    /// <summary>
    /// ECDSA P-256 with SHA-256, IEEE P1363 form, over every other member (the payload by its digest). A release that was published
    /// together with others has the signature of a tree over all of them, and the way from this one to its root.
    /// </summary>
    public required ReadOnlyMemory<byte> Signature { get; init; }
}

/// <summary>The kinds of artifact. Each one's schema, limits and checks stand in one file of Holdfast.Artifacts.</summary>
public enum ArtifactKind
{
    /// <summary>A zone's configuration: <see cref="Zones.ZoneConfig"/>.</summary>
    Zone = 1,

    /// <summary>A custom certificate: <see cref="Certificates.CertificateConfig"/>.</summary>
    Certificate = 2,

    /// <summary>A new key that releases will be signed with, announced by the one before.</summary>
    SigningKey = 3,

    /// <summary>A list that rules refer to: <see cref="Lists.ListConfig"/>.</summary>
    List = 4,

    /// <summary>The bot feature file: <see cref="Bots.BotFeaturesConfig"/>.</summary>
    BotFeatures = 7,

    /// <summary>A kill switch: <see cref="KillSwitches.KillSwitchConfig"/>.</summary>
    KillSwitch = 10,
}
