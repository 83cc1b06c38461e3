using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Holdfast.Artifacts.Certificates;
using Holdfast.Edge.Listening.Certificates;
using Holdfast.Model.Certificates;
using Holdfast.Model.Releases;
using Holdfast.Releases.Intake;
using Holdfast.Releases.Keys;
using Holdfast.Releases.Store;

namespace Holdfast.Edge.Releases;

/// <summary>Reads custom certificates from the edge's disk. What cannot be used is reported, and the generation before it taken.</summary>
/// <param name="store">The releases.</param>
/// <param name="secrets">Opens their keys.</param>
/// <param name="pins">What this machine's people have pinned.</param>
/// <param name="observer">Told what can't be used.</param>
internal sealed class CertificateReader(ReleaseStore store, SecretBox secrets, IReleasePins pins, IReleaseIntakeObserver observer)
    : ICertificateSource
{
    /// <summary>Told of certificates whose newest generation is damaged on the disk.</summary>
    public Action<int>? Damaged { get; set; }

    /// <inheritdoc/>
    public CustomCertificate? Read(int artifact)
    {
        foreach (var stored in store.Generations(artifact))
        {
            if (stored.Problem is { } problem)
            {
                observer.StoreProblem(problem);
                Damaged?.Invoke(artifact);
            }
            else if (stored.Release is { Removed: false } release && !pins.Holds(release.Kind, release.Name, release.Generation))
            {
                try
                {
                    return Make(release);
                }
                catch (Exception e)
                {
                    // Nothing in a release may end the process: what fails is this certificate.
                    var reason = e is ArtifactRefusedException ? e.Message : $"it cannot be used: {e.GetType().Name}: {e.Message}";
                    observer.Refused(new ReleaseRefusal(release, reason, FromStore: true));
                }
            }
        }

        return null;
    }

    /// <summary>Makes a release's certificate ready for handshakes.</summary>
    /// <exception cref="ArtifactRefusedException">It cannot be used; the message says why.</exception>
    public CustomCertificate Make(Release release) => Make(release, secrets);

    /// <summary>The same, with a key to open its key.</summary>
    /// <exception cref="ArtifactRefusedException">It cannot be used; the message says why.</exception>
    public static CustomCertificate Make(Release release, SecretBox secrets)
    {
        var config = Config(release);
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
                ? made
                : throw new ArtifactRefusedException(error);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(pkcs8);
        }
    }

    /// <summary>A release's certificate, its key still sealed.</summary>
    /// <exception cref="ArtifactRefusedException">It is none.</exception>
    public static CertificateConfig Config(Release release) =>
        !CertificateArtifact.TryParse(release.FormatVersion, release.Payload.Span, out var config, out var problems)
            ? throw new ArtifactRefusedException(string.Join("; ", problems))
        : config.Id != release.Name
            ? throw new ArtifactRefusedException($"the release is named {release.Name} and holds the certificate {config.Id}")
        : config;
}
