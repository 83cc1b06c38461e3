using System.Security.Cryptography;
using System.Text;
using Holdfast.Model.Certificates;
using Holdfast.Model.Zones;
using Holdfast.Releases.Intake;
using Holdfast.Releases.Keys;

namespace Holdfast.Artifacts.Certificates;

/// <summary>A certificate as its owner uploads it: a PEM chain and its private key in the clear, which leaves here sealed.</summary>
public static class CertificateUpload
{
    /// <summary>Largest private key in PEM, in bytes.</summary>
    public const int MaxKeyPemBytes = 16 * 1024;

    private const string ChainForm = "a PEM chain of 1 to 10 certificates with 1 to 100 names";
    private const string ServerAuthentication = "1.3.6.1.5.5.7.3.1";
    private const string AnyUsage = "2.5.29.37.0";

    /// <summary>Takes an upload.</summary>
    /// <param name="zone">The zone that gets it.</param>
    /// <param name="id">The new certificate's id.</param>
    /// <param name="chainPem">The chain, leaf first.</param>
    /// <param name="keyPem">The private key: PKCS#8, PKCS#1 or SEC 1, not encrypted.</param>
    /// <param name="secrets">Seals the key.</param>
    /// <param name="now">A certificate that has ended, or has not begun, is refused.</param>
    /// <param name="problems">Gets what is wrong, with the pointers <c>/certificate</c> and <c>/private_key</c>.</param>
    /// <returns>The certificate, or null when there is a problem.</returns>
    public static CertificateConfig? Read(
        ZoneConfig zone,
        string id,
        string chainPem,
        string keyPem,
        SecretBox secrets,
        DateTimeOffset now,
        ICollection<ArtifactProblem> problems
    ) => Read(zone, id, chainPem, () => ReadKey(keyPem), secrets, now, problems);

    /// <summary>Takes a new chain, a new key or both for a certificate that is there. Its id and priority stay.</summary>
    /// <param name="zone">The zone that has it.</param>
    /// <param name="before">The certificate as it is.</param>
    /// <param name="chainPem">The new chain, or null when the key alone is new.</param>
    /// <param name="keyPem">The new key, or null when the chain is for the key that is there.</param>
    /// <param name="secrets">Opens and seals keys.</param>
    /// <param name="now">A certificate that has ended, or has not begun, is refused.</param>
    /// <param name="problems">Gets what is wrong, with the pointers <c>/certificate</c> and <c>/private_key</c>.</param>
    /// <returns>The certificate, or null when there is a problem.</returns>
    public static CertificateConfig? Renew(
        ZoneConfig zone,
        CertificateConfig before,
        string? chainPem,
        string? keyPem,
        SecretBox secrets,
        DateTimeOffset now,
        ICollection<ArtifactProblem> problems
    )
    {
        var renewed = Read(
            zone,
            before.Id,
            chainPem ?? before.ChainPem,
            () => keyPem is null ? CertificateArtifact.OpenKey(before, secrets) : ReadKey(keyPem),
            secrets,
            now,
            problems
        );
        return renewed is null ? null : renewed with { Priority = before.Priority };
    }

    private static CertificateConfig? Read(
        ZoneConfig zone,
        string id,
        string chainPem,
        Func<byte[]?> readKey,
        SecretBox secrets,
        DateTimeOffset now,
        ICollection<ArtifactProblem> problems
    )
    {
        if (Encoding.UTF8.GetByteCount(chainPem) > CertificateConfig.MaxChainBytes)
        {
            problems.Add(new ArtifactProblem("/certificate", "too large", $"at most {CertificateConfig.MaxChainBytes} bytes"));
            return null;
        }

        using var chain = CertificateChain.Parse(chainPem, out var error);
        if (chain is null)
        {
            problems.Add(new ArtifactProblem("/certificate", error!, ChainForm));
            return null;
        }

        CheckChain(zone, chain, now, problems);
        var pkcs8 = readKey();
        if (pkcs8 is null)
        {
            problems.Add(new ArtifactProblem("/private_key", "no private key that can be read", "an RSA or EC key as PEM, not encrypted"));
            return null;
        }

        using var joined = chain.WithKey(pkcs8, out error);
        var sealedKey = CertificateArtifact.SealKey(secrets, id, pkcs8);
        CryptographicOperations.ZeroMemory(pkcs8);
        if (joined is null)
        {
            problems.Add(
                new ArtifactProblem(
                    "/private_key",
                    error!,
                    "the first certificate's key: RSA of 2048 to 8192 bits, or EC P-256, P-384 or P-521"
                )
            );
        }

        return problems.Count > 0
            ? null
            : new CertificateConfig
            {
                Id = id,
                ZoneId = zone.Id,
                Hosts = chain.Hosts,
                ChainPem = chain.Pem(),
                EncryptedKey = sealedKey,
                ExpiresAt = chain.NotAfter,
            };
    }

    private static void CheckChain(ZoneConfig zone, CertificateChain chain, DateTimeOffset now, ICollection<ArtifactProblem> problems)
    {
        void Report(string found, string allowed) => problems.Add(new ArtifactProblem("/certificate", found, allowed));

        if (chain.Misplaced() is { } misplaced)
        {
            Report(misplaced, "the site's own certificate first, then the ones that issued it, and no others");
        }

        if (chain.NotAfter <= now)
        {
            Report($"expired since {chain.NotAfter:yyyy-MM-dd}", "a certificate that is valid");
        }

        if (chain.NotBefore > now)
        {
            Report($"not valid before {chain.NotBefore:yyyy-MM-dd HH:mm} UTC", "a certificate that is valid");
        }

        if (chain.Usages is { Count: > 0 } usages && !usages.Contains(ServerAuthentication) && !usages.Contains(AnyUsage))
        {
            Report("a certificate that is not for servers", "one whose extended key usage has server authentication, or none at all");
        }

        if (!chain.Hosts.Any(host => Covers(zone.Name, host)))
        {
            Report($"for {string.Join(", ", chain.Hosts.Take(5))}", $"a certificate for a host of {zone.Name}");
        }
    }

    private static bool Covers(string zone, string host) =>
        zone == ZoneName.CatchAll
        || host == zone
        || host.EndsWith("." + (zone.StartsWith("*.", StringComparison.Ordinal) ? zone[2..] : zone), StringComparison.Ordinal);

    private static byte[]? ReadKey(string pem)
    {
        if (Encoding.UTF8.GetByteCount(pem) > MaxKeyPemBytes)
        {
            return null;
        }

        try
        {
            using var rsa = RSA.Create();
            rsa.ImportFromPem(pem);
            return rsa.ExportPkcs8PrivateKey();
        }
        catch (Exception e) when (e is CryptographicException or ArgumentException)
        {
            // Not RSA: it may be EC.
        }

        try
        {
            using var ecdsa = ECDsa.Create();
            ecdsa.ImportFromPem(pem);
            return ecdsa.ExportPkcs8PrivateKey();
        }
        catch (Exception e) when (e is CryptographicException or ArgumentException)
        {
            return null;
        }
    }
}
