using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Holdfast.Model.Zones;

namespace Holdfast.Artifacts.Certificates;

/// <summary>What a PEM chain says about itself.</summary>
internal sealed class CertificateChain : IDisposable
{
    /// <summary>Most certificates in a chain; real chains have two to four.</summary>
    public const int MaxCertificates = 10;

    /// <summary>Most names in a certificate; the public authorities allow 100.</summary>
    public const int MaxHosts = 100;

    private readonly X509Certificate2Collection _certificates;

    private CertificateChain(X509Certificate2Collection certificates, IReadOnlyList<string> hosts)
    {
        _certificates = certificates;
        Hosts = hosts;
    }

    public X509Certificate2 Leaf => _certificates[0];

    /// <summary>The leaf's subject alternative names that a zone can have, canonical, in order and without repetition.</summary>
    public IReadOnlyList<string> Hosts { get; }

    public DateTimeOffset NotBefore => new DateTimeOffset(Leaf.NotBefore).ToUniversalTime();

    public DateTimeOffset NotAfter => new DateTimeOffset(Leaf.NotAfter).ToUniversalTime();

    /// <summary>What the leaf may be used for (RFC 5280 section 4.2.1.12), as object identifiers; empty when it does not say.</summary>
    public IReadOnlyList<string> Usages =>
        [
            .. Leaf
                .Extensions.OfType<X509EnhancedKeyUsageExtension>()
                .SelectMany(extension => extension.EnhancedKeyUsages.Cast<Oid>())
                .Select(usage => usage.Value ?? ""),
        ];

    /// <summary>The first certificate that does not belong where it is, as a phrase, or null. The issuers may stand in any order.</summary>
    public string? Misplaced()
    {
        if (_certificates.Count > 1 && IsAuthority(Leaf))
        {
            return $"an authority's certificate ({NameOf(Leaf)}) in the first place";
        }

        var rest = _certificates.Skip(1).ToList();
        for (var subject = Leaf; rest.Find(candidate => Issued(candidate, subject)) is { } issuer; subject = issuer)
        {
            rest.Remove(issuer);
        }

        return rest.Count == 0
            ? null
            : $"a certificate ({NameOf(rest[0])}) that did not issue the one for {NameOf(Leaf)}, whose issuer is "
                + $"{Leaf.GetNameInfo(X509NameType.SimpleName, forIssuer: true)}";
    }

    private static bool Issued(X509Certificate2 issuer, X509Certificate2 subject) =>
        issuer.SubjectName.RawData.AsSpan().SequenceEqual(subject.IssuerName.RawData);

    private static bool IsAuthority(X509Certificate2 certificate) =>
        certificate.Extensions.OfType<X509BasicConstraintsExtension>().Any(extension => extension.CertificateAuthority);

    private static string NameOf(X509Certificate2 certificate) => certificate.GetNameInfo(X509NameType.SimpleName, forIssuer: false);

    /// <summary>The chain without anything between or around the certificates.</summary>
    public string Pem() => string.Concat(_certificates.Select(certificate => certificate.ExportCertificatePem() + "\n"));

    /// <summary>The certificates after the leaf; they are the caller's then.</summary>
    public X509Certificate2Collection TakeIntermediates()
    {
        var rest = new X509Certificate2Collection(_certificates);
        rest.RemoveAt(0);
        while (_certificates.Count > 1)
        {
            _certificates.RemoveAt(1);
        }

        return rest;
    }

    /// <summary>Reads a chain.</summary>
    /// <param name="pem">The PEM text.</param>
    /// <param name="error">What was found instead, or null.</param>
    public static CertificateChain? Parse(string pem, out string? error)
    {
        var certificates = new X509Certificate2Collection();
        try
        {
            certificates.ImportFromPem(pem);
            if (certificates.Count is 0 or > MaxCertificates)
            {
                error = $"a chain of {certificates.Count} certificates";
            }
            else
            {
                var hosts = HostsOf(certificates[0]);
                if (hosts.Count is > 0 and <= MaxHosts)
                {
                    error = null;
                    return new CertificateChain(certificates, hosts);
                }

                error = $"a certificate with {hosts.Count} subject alternative names";
            }
        }
        catch (Exception e) when (e is CryptographicException or ArgumentException)
        {
            error = "no certificate that can be read";
        }

        foreach (var certificate in certificates)
        {
            certificate.Dispose();
        }

        return null;
    }

    /// <summary>The leaf together with its private key.</summary>
    /// <param name="pkcs8">The key.</param>
    /// <param name="error">Why they cannot be joined, or null.</param>
    public X509Certificate2? WithKey(ReadOnlySpan<byte> pkcs8, out string? error)
    {
        try
        {
            error = null;
            if (Leaf.GetRSAPublicKey() is { } rsaPublic)
            {
                using (rsaPublic)
                using (var rsa = RSA.Create())
                {
                    rsa.ImportPkcs8PrivateKey(pkcs8, out _);
                    error = rsa.KeySize is < 2048 or > 8192 ? $"an RSA key of {rsa.KeySize} bits" : null;
                    return error is null ? Leaf.CopyWithPrivateKey(rsa) : null;
                }
            }

            if (Leaf.GetECDsaPublicKey() is { } ecdsaPublic)
            {
                using (ecdsaPublic)
                using (var ecdsa = ECDsa.Create())
                {
                    ecdsa.ImportPkcs8PrivateKey(pkcs8, out _);
                    error = ecdsa.KeySize is 256 or 384 or 521 ? null : $"an EC key of {ecdsa.KeySize} bits";
                    return error is null ? Leaf.CopyWithPrivateKey(ecdsa) : null;
                }
            }

            error = "a key that is neither RSA nor EC";
        }
        catch (Exception e) when (e is CryptographicException or ArgumentException or InvalidOperationException)
        {
            error = "a key that does not belong to the certificate";
        }

        return null;
    }

    public void Dispose()
    {
        foreach (var certificate in _certificates)
        {
            certificate.Dispose();
        }
    }

    private static List<string> HostsOf(X509Certificate2 leaf)
    {
        var names = leaf
            .Extensions.OfType<X509SubjectAlternativeNameExtension>()
            .SelectMany(extension =>
                extension.EnumerateDnsNames().Concat(extension.EnumerateIPAddresses().Select(address => address.ToString()))
            );
        var hosts = new List<string>();
        foreach (var name in names)
        {
            if (ZoneName.TryNormalize(name, out var host, out _) && host != ZoneName.CatchAll && !hosts.Contains(host))
            {
                hosts.Add(host);
            }
        }

        return hosts;
    }
}
