using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Holdfast.Model.Certificates;

namespace Holdfast.Edge.Listening.Certificates;

/// <summary>A certificate that a zone's owner uploaded, ready for handshakes.</summary>
/// <param name="Id">Its id.</param>
/// <param name="ZoneId">The zone it is for.</param>
/// <param name="Hosts">The names it is good for.</param>
/// <param name="Priority">The owner's preference among those that would do; the highest is served.</param>
/// <param name="Certificate">The certificate.</param>
internal sealed record CustomCertificate(string Id, string ZoneId, IReadOnlyList<string> Hosts, int Priority, ServerCertificate Certificate)
{
    /// <summary>Makes it from its configuration and its key.</summary>
    /// <param name="config">The configuration.</param>
    /// <param name="pkcs8">The private key, decrypted. The caller clears it afterwards.</param>
    /// <param name="made">The certificate.</param>
    /// <param name="error">Otherwise what is wrong with it, as one sentence without any of the key.</param>
    public static bool TryCreate(
        CertificateConfig config,
        ReadOnlySpan<byte> pkcs8,
        [NotNullWhen(true)] out CustomCertificate? made,
        [NotNullWhen(false)] out string? error
    )
    {
        made = null;
        var chain = new X509Certificate2Collection();
        try
        {
            chain.ImportFromPem(config.ChainPem);
            if (chain.Count == 0)
            {
                error = "there is no certificate in the chain's PEM";
                return false;
            }

            using var bare = chain[0];
            chain.RemoveAt(0);
            var certificate = new ServerCertificate(WithKey(bare, pkcs8), chain);
            made = new CustomCertificate(config.Id, config.ZoneId, config.Hosts, config.Priority, certificate);
            error = null;
            return true;
        }
        catch (Exception e) when (e is CryptographicException or ArgumentException or NotSupportedException)
        {
            error = $"certificate {config.Id} can't be used: {e.Message}";
            return false;
        }
    }

    private static X509Certificate2 WithKey(X509Certificate2 bare, ReadOnlySpan<byte> pkcs8)
    {
        if (bare.GetRSAPublicKey() is { } publicKey)
        {
            publicKey.Dispose();
            using var rsa = RSA.Create();
            rsa.ImportPkcs8PrivateKey(pkcs8, out _);
            return bare.CopyWithPrivateKey(rsa);
        }

        using var ecdsa = ECDsa.Create();
        ecdsa.ImportPkcs8PrivateKey(pkcs8, out _);
        return bare.CopyWithPrivateKey(ecdsa);
    }
}
