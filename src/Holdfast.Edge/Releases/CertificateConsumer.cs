using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Holdfast.Artifacts.Certificates;
using Holdfast.Edge.Listening.Certificates;
using Holdfast.Model.Releases;
using Holdfast.Releases.Intake;
using Holdfast.Releases.Keys;
using Holdfast.Releases.Store;

namespace Holdfast.Edge.Releases;

/// <summary>Takes custom certificates into use. Handshakes in flight finish with the one they began with.</summary>
internal sealed class CertificateConsumer(CertificateStore certificates, SecretBox secrets) : IReleaseConsumer
{
    /// <inheritdoc/>
    public ArtifactKind Kind => ArtifactKind.Certificate;

    /// <inheritdoc/>
    public PreparedRelease Prepare(Release release)
    {
        if (!CertificateArtifact.TryParse(release.FormatVersion, release.Payload.Span, out var config, out var problems))
        {
            throw new ArtifactRefusedException(string.Join("; ", problems));
        }

        if (config.Id != release.Name)
        {
            throw new ArtifactRefusedException($"the release is named {release.Name} and holds the certificate {config.Id}");
        }

        using var leaf = CertificateArtifact.Open(config, secrets, out var intermediates);
        foreach (var intermediate in intermediates)
        {
            intermediate.Dispose();
        }

        using AsymmetricAlgorithm? key = (AsymmetricAlgorithm?)leaf.GetECDsaPrivateKey() ?? leaf.GetRSAPrivateKey();
        var pkcs8 = key?.ExportPkcs8PrivateKey() ?? throw new ArtifactRefusedException("the certificate's key is neither ECDSA nor RSA");
        try
        {
            return CustomCertificate.TryCreate(config, pkcs8, out var made, out var error)
                ? new PreparedRelease(0, (_, _) => certificates.Put(made))
                : throw new ArtifactRefusedException(error);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(pkcs8);
        }
    }

    /// <inheritdoc/>
    public void Deactivate(StoredArtifact before, Release tombstone) => certificates.Remove(tombstone.Name);
}
