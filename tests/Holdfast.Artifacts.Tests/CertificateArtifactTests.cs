using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json.Nodes;
using CsCheck;
using Holdfast.Artifacts.Certificates;
using Holdfast.Model.Certificates;
using Holdfast.Model.Zones;
using Holdfast.Releases.Intake;
using Holdfast.Releases.Keys;

namespace Holdfast.Artifacts.Tests;

public sealed class CertificateArtifactTests : IDisposable
{
    private static readonly DateTimeOffset Now = new(2026, 6, 1, 0, 0, 0, TimeSpan.Zero);

    private readonly SecretBox _secrets = new(RandomNumberGenerator.GetBytes(SecretBox.KeyBytes));

    public void Dispose() => _secrets.Dispose();

    public static TheoryData<string> KeyKinds => ["rsa", "p256", "p384", "p521"];

    [Theory]
    [MemberData(nameof(KeyKinds))]
    public void Certificate_OfEachKeyKind_PassesAndOpens(string kind)
    {
        var (chain, key) = Issue(kind, Now.AddDays(90), "Example.com", "*.example.com", "192.0.2.7");
        var certificate = Upload("example.com", chain, key, out var problems);
        Assert.Empty(problems);
        Assert.Equal(["example.com", "*.example.com", "192.0.2.7"], certificate!.Hosts);
        Assert.Equal(Now.AddDays(90), certificate.ExpiresAt);

        var bytes = CertificateArtifact.Write(certificate);
        Assert.Empty(new CertificateArtifact(_secrets).Check(1, bytes));
        Assert.True(CertificateArtifact.TryParse(1, bytes, out var read, out _));
        Assert.Equal(bytes, CertificateArtifact.Write(read));
        using var leaf = CertificateArtifact.Open(read, _secrets, out _);
        Assert.True(leaf.HasPrivateKey);
    }

    [Theory]
    [InlineData("*", "anything.example")]
    [InlineData("example.com", "www.example.com")]
    [InlineData("*.example.com", "*.example.com")]
    [InlineData("192.0.2.7", "192.0.2.7")]
    public void Upload_ForAHostOfTheZone_IsTaken(string zone, string host)
    {
        var (chain, key) = Issue("p256", Now.AddDays(1), host);
        Assert.NotNull(Upload(zone, chain, key, out var problems));
        Assert.Empty(problems);
    }

    [Fact]
    public void Upload_Wrong_SaysWhere()
    {
        var (chain, key) = Issue("p256", Now.AddDays(1), "example.com");
        var (expired, expiredKey) = Issue("p256", Now.AddDays(-1), "example.com");
        var (small, smallKey) = Issue("rsa1024", Now.AddDays(1), "example.com");
        var (_, other) = Issue("p256", Now.AddDays(1), "example.com");
        var (_, rsa) = Issue("rsa", Now.AddDays(1), "example.com");
        Assert.Equal("/private_key", Refused("example.com", chain, other));
        Assert.Equal("/private_key", Refused("example.com", chain, rsa));
        Assert.Equal("/private_key", Refused("example.com", chain, chain));
        Assert.Equal("/private_key", Refused("example.com", small, smallKey));
        Assert.Equal("/certificate", Refused("example.com", expired, expiredKey));
        Assert.Equal("/certificate", Refused("example.org", chain, key));
        Assert.Equal("/certificate", Refused("example.com", key, key));
        Assert.Equal("/certificate", Refused("example.com", string.Concat(Enumerable.Repeat(chain, 11)), key));
    }

    [Fact]
    public void Check_Expired_IsStillGood()
    {
        var longAgo = new DateTimeOffset(2001, 1, 1, 0, 0, 0, TimeSpan.Zero);
        var (chain, key) = Issue("p256", longAgo, "example.com");
        var zone = new ZoneConfig { Id = ArtifactId.New(), Name = "example.com" };
        var certificate = CertificateUpload.Read(zone, ArtifactId.New(), chain, key, _secrets, longAgo.AddDays(-1), [])!;
        Assert.Empty(new CertificateArtifact(_secrets).Check(1, CertificateArtifact.Write(certificate)));
    }

    [Theory]
    [InlineData("id", "\"ffffffffffffffffffffffffffffffff\"", "/key")]
    [InlineData("id", "\"F\"", "/id")]
    [InlineData("zone_id", "null", "/zone_id")]
    [InlineData("hosts", "[\"example.org\"]", "/hosts")]
    [InlineData("hosts", "[]", "/hosts")]
    [InlineData("hosts", "[1]", "/hosts")]
    [InlineData("hosts", "\"example.com\"", "/hosts")]
    [InlineData("chain", "\"none\"", "/chain")]
    [InlineData("chain", "\"\\ud800\"", "/chain")]
    [InlineData("key", "\"AAAA\"", "/key")]
    [InlineData("key", "\"?\"", "/key")]
    [InlineData("key", "\"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\"", "/key")]
    [InlineData("expires_at", "\"2027-01-01T00:00:00Z\"", "/expires_at")]
    [InlineData("expires_at", "\"tomorrow\"", "/expires_at")]
    [InlineData("expires_at", "5", "/expires_at")]
    [InlineData("more", "5", "/more")]
    public void Check_OneThingWrong_IsOneProblemWithItsPointer(string member, string value, string pointer)
    {
        var (chain, key) = Issue("p256", Now.AddDays(1), "example.com");
        var payload = JsonNode.Parse(CertificateArtifact.Write(Upload("example.com", chain, key, out _)!))!.AsObject();
        payload[member] = value.Contains("\\u", StringComparison.Ordinal) ? "MARK" : JsonNode.Parse(value);
        var text = payload.ToJsonString().Replace("\"MARK\"", value, StringComparison.Ordinal);
        Assert.Equal(pointer, Assert.Single(new CertificateArtifact(_secrets).Check(1, Encoding.UTF8.GetBytes(text))).Pointer);
    }

    [Fact]
    public void Check_ChainTooLarge_IsRefused()
    {
        var (chain, key) = Issue("p256", Now.AddDays(1), "example.com");
        var certificate = Upload("example.com", chain, key, out _)!;
        var large = certificate with { ChainPem = certificate.ChainPem + new string('\n', CertificateConfig.MaxChainBytes) };
        Assert.Equal("/chain", Assert.Single(new CertificateArtifact(_secrets).Check(1, CertificateArtifact.Write(large))).Pointer);
    }

    [Fact]
    public void Open_WithAnotherInstallationsKey_IsRefused()
    {
        var (chain, key) = Issue("p256", Now.AddDays(1), "example.com");
        var certificate = Upload("example.com", chain, key, out _)!;
        using var other = new SecretBox(RandomNumberGenerator.GetBytes(SecretBox.KeyBytes));
        Assert.Throws<ArtifactRefusedException>(() => CertificateArtifact.Open(certificate, other, out _));
    }

    [Fact]
    public void Check_MutatedOrCutBytes_NeverThrows()
    {
        var (chain, key) = Issue("p256", Now.AddDays(1), "example.com");
        var bytes = CertificateArtifact.Write(Upload("example.com", chain, key, out _)!);
        var check = new CertificateArtifact(_secrets);
        Gen.Select(Gen.Select(Gen.Int[0, bytes.Length - 1], Gen.Byte).Array[1, 3], Gen.Int[bytes.Length / 2, bytes.Length])
            .Sample(
                (changes, length) =>
                {
                    var mutated = bytes.ToArray();
                    foreach (var (at, value) in changes)
                    {
                        mutated[at] = value;
                    }

                    check.Check(1, mutated);
                    check.Check(1, mutated.AsSpan(0, length));
                },
                iter: 2_000
            );
    }

    private string Refused(string zone, string chain, string key)
    {
        Assert.Null(Upload(zone, chain, key, out var problems));
        return Assert.Single(problems).Pointer;
    }

    private CertificateConfig? Upload(string zone, string chain, string key, out List<ArtifactProblem> problems)
    {
        problems = [];
        var config = new ZoneConfig { Id = ArtifactId.New(), Name = zone };
        return CertificateUpload.Read(config, ArtifactId.New(), chain, key, _secrets, Now, problems);
    }

    private static (string Chain, string Key) Issue(string kind, DateTimeOffset notAfter, params string[] hosts)
    {
        var names = new SubjectAlternativeNameBuilder();
        foreach (var host in hosts)
        {
            if (System.Net.IPAddress.TryParse(host, out var address))
            {
                names.AddIpAddress(address);
            }
            else
            {
                names.AddDnsName(host);
            }
        }

        using var rsa = kind is "rsa" or "rsa1024" ? RSA.Create(kind == "rsa" ? 2048 : 1024) : null;
        using var ecdsa = rsa is not null
            ? null
            : ECDsa.Create(
                kind switch
                {
                    "p384" => ECCurve.NamedCurves.nistP384,
                    "p521" => ECCurve.NamedCurves.nistP521,
                    _ => ECCurve.NamedCurves.nistP256,
                }
            );
        var request = rsa is not null
            ? new CertificateRequest("CN=test", rsa, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1)
            : new CertificateRequest("CN=test", ecdsa!, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(names.Build());
        using var certificate = request.CreateSelfSigned(notAfter.AddDays(-365), notAfter);
        return (certificate.ExportCertificatePem(), rsa?.ExportRSAPrivateKeyPem() ?? ecdsa!.ExportECPrivateKeyPem());
    }
}
