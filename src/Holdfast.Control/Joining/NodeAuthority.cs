using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Holdfast.Releases.Joining;
using Holdfast.Releases.Keys;

namespace Holdfast.Control.Joining;

/// <summary>
/// What vouches for control towards nodes on other machines: an authority (ECDSA P-256) that issues control's own certificate and no
/// other. Its fingerprint is in every join token.
/// </summary>
internal sealed class NodeAuthority : IDisposable
{
    private static readonly DateTimeOffset Begin = DateTimeOffset.UnixEpoch;

    // Nodes do not look at dates (see ControlTls): the authority ends when its key is removed.
    private static readonly DateTimeOffset End = DateTimeOffset.UnixEpoch.AddYears(129);

    private NodeAuthority(X509Certificate2 certificate)
    {
        Certificate = certificate;
        Fingerprint = NodeIdentity.FingerprintOf(certificate);
    }

    /// <summary>The authority's certificate with its key.</summary>
    public X509Certificate2 Certificate { get; }

    /// <summary>SHA-256 of the certificate, in lower-case hexadecimal digits.</summary>
    public string Fingerprint { get; }

    /// <summary>The authority of this installation, made when it is missing.</summary>
    /// <exception cref="KeyFileException">Its files are damaged, do not belong together, or cannot be made.</exception>
    public static NodeAuthority LoadOrCreate(KeyDirectory keys)
    {
        var pem = Encoding.ASCII.GetString(KeyFile.ReadOrCreate(keys.NodeAuthorityKeyFile, NewKey));
        using var key = ECDsa.Create();
        try
        {
            key.ImportFromPem(pem);
            var certificate = KeyFile.ReadOrCreate(keys.NodeAuthorityFile, () => Encoding.ASCII.GetBytes(SelfSigned(key) + "\n"));
            using var read = X509Certificate2.CreateFromPem(Encoding.ASCII.GetString(certificate));
            return new NodeAuthority(read.CopyWithPrivateKey(key));
        }
        catch (Exception e) when (e is CryptographicException or ArgumentException)
        {
            throw new KeyFileException(
                keys.NodeAuthorityFile,
                $"it and {keys.NodeAuthorityKeyFile} are no authority; put both back from a backup (or remove both: every node then joins anew)",
                e
            );
        }
    }

    /// <summary>A certificate for control, with a key of its own that lives as long as the process.</summary>
    public X509Certificate2 IssueForControl()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=Holdfast control", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(false, false, 0, critical: true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.DigitalSignature, critical: true));
        request.CertificateExtensions.Add(ServerAuthentication());
        using var certificate = request.Create(Certificate, Begin, End, RandomNumberGenerator.GetBytes(15));
        using var whole = certificate.CopyWithPrivateKey(key);

        // The TLS stack of some systems cannot use a key that is in memory alone.
        return X509CertificateLoader.LoadPkcs12(whole.Export(X509ContentType.Pkcs12), null);
    }

    /// <summary>Lets go of the key.</summary>
    public void Dispose() => Certificate.Dispose();

    private static byte[] NewKey()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        return Encoding.ASCII.GetBytes(key.ExportPkcs8PrivateKeyPem() + "\n");
    }

    private static string SelfSigned(ECDsa key)
    {
        var request = new CertificateRequest("CN=Holdfast control's authority", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(X509BasicConstraintsExtension.CreateForCertificateAuthority(pathLengthConstraint: 0));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign, critical: true));
        request.CertificateExtensions.Add(ServerAuthentication());
        using var certificate = request.CreateSelfSigned(Begin, End);
        return certificate.ExportCertificatePem();
    }

    private static X509EnhancedKeyUsageExtension ServerAuthentication() => new([new Oid("1.3.6.1.5.5.7.3.1")], critical: false);
}
