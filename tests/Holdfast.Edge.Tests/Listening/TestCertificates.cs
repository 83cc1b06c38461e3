using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Holdfast.Model.Certificates;

namespace Holdfast.Edge.Tests.Listening;

/// <summary>Certificates made for one test.</summary>
internal static class TestCertificates
{
    public static (CertificateConfig Config, byte[] Key) Make(
        string id,
        string zoneId,
        bool rsa,
        DateTimeOffset? notAfter = null,
        params string[] hosts
    )
    {
        using var ecdsaKey = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var rsaKey = RSA.Create(2048);
        var request = rsa
            ? new CertificateRequest($"CN={id}", rsaKey, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1)
            : new CertificateRequest($"CN={id}", ecdsaKey, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        foreach (var host in hosts)
        {
            names.AddDnsName(host);
        }

        request.CertificateExtensions.Add(names.Build());
        var end = notAfter ?? DateTimeOffset.UtcNow.AddDays(30);
        using var certificate = request.CreateSelfSigned(end.AddDays(-60), end);
        var config = new CertificateConfig
        {
            Id = id,
            ZoneId = zoneId,
            Hosts = hosts,
            ChainPem = certificate.ExportCertificatePem(),
            EncryptedKey = [],
            ExpiresAt = end,
        };
        return (config, rsa ? rsaKey.ExportPkcs8PrivateKey() : ecdsaKey.ExportPkcs8PrivateKey());
    }
}
