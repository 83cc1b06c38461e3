using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Holdfast.Artifacts.Certificates;
using Holdfast.Model.Certificates;
using Holdfast.Model.Zones;
using Holdfast.Releases.Intake;
using Holdfast.Releases.Keys;

namespace Holdfast.Artifacts.Tests;

/// <summary>What an upload's chain must be, and what the message says when it is not.</summary>
public sealed class CertificateChainTests : IDisposable
{
    private const string ForServers = "1.3.6.1.5.5.7.3.1";
    private const string ForClients = "1.3.6.1.5.5.7.3.2";
    private static readonly DateTimeOffset Now = new(2026, 6, 1, 0, 0, 0, TimeSpan.Zero);

    private readonly SecretBox _secrets = new(RandomNumberGenerator.GetBytes(SecretBox.KeyBytes));
    private readonly ECDsa _key = ECDsa.Create(ECCurve.NamedCurves.nistP256);

    public void Dispose()
    {
        _secrets.Dispose();
        _key.Dispose();
    }

    [Fact]
    public void Upload_LeafThenItsIssuersInAnyOrder_IsTaken()
    {
        using var root = Authority("Root", null);
        using var middle = Authority("Middle", root);
        using var leaf = Leaf(middle, ForServers);
        Assert.Empty(Problems(leaf, middle, root));
        Assert.Empty(Problems(leaf, root, middle));
        Assert.Empty(Problems(leaf));
    }

    [Fact]
    public void Upload_ChainOutOfPlace_SaysWhichCertificate()
    {
        using var root = Authority("Root", null);
        using var middle = Authority("Middle", root);
        using var stranger = Authority("Stranger", null);
        using var leaf = Leaf(middle, ForServers);
        Assert.Contains("an authority's certificate (Middle) in the first place", Problems(middle, leaf)[0].ToString());
        Assert.Contains("(Stranger) that did not issue the one for site, whose issuer is Middle", Problems(leaf, stranger)[0].ToString());
        Assert.Contains("(Stranger)", Problems(leaf, middle, root, stranger)[0].ToString());
        Assert.Contains("(Root)", Problems(leaf, root)[0].ToString());
    }

    [Fact]
    public void Upload_NotForServersOrNotYetValid_SaysSo()
    {
        using var root = Authority("Root", null);
        using var forClients = Leaf(root, ForClients);
        using var later = Leaf(root, ForServers, Now.AddDays(2));
        Assert.Contains("not for servers", Problems(forClients)[0].ToString());
        Assert.Contains("not valid before 2026-06-03 00:00 UTC", Problems(later)[0].ToString());
    }

    [Fact]
    public void Renewal_WithoutAKey_KeepsTheKeyAndThePriority()
    {
        using var root = Authority("Root", null);
        using var leaf = Leaf(root, ForServers);
        using var renewed = Leaf(root, ForServers);
        var before = Upload([leaf], out _)! with { Priority = 7 };
        var problems = new List<ArtifactProblem>();
        var after = CertificateUpload.Renew(Zone, before, renewed.ExportCertificatePem(), null, _secrets, Now, problems);
        Assert.Empty(problems);
        Assert.Equal((before.Id, 7), (after!.Id, after.Priority));
        Assert.Empty(new CertificateArtifact(_secrets).Check(1, CertificateArtifact.Write(after)));
    }

    private static ZoneConfig Zone { get; } = new() { Id = "0123456789abcdef0123456789abcdef", Name = "example.com" };

    private List<ArtifactProblem> Problems(params X509Certificate2[] chain)
    {
        Upload(chain, out var problems);
        return problems;
    }

    private CertificateConfig? Upload(X509Certificate2[] chain, out List<ArtifactProblem> problems)
    {
        problems = [];
        var pem = string.Concat(chain.Select(certificate => certificate.ExportCertificatePem() + "\n"));
        return CertificateUpload.Read(Zone, ArtifactId.New(), pem, _key.ExportPkcs8PrivateKeyPem(), _secrets, Now, problems);
    }

    private static X509Certificate2 Authority(string name, X509Certificate2? issuer)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName("example.com");
        request.CertificateExtensions.Add(names.Build());
        if (issuer is null)
        {
            return request.CreateSelfSigned(Now.AddDays(-10), Now.AddDays(100));
        }

        using var issued = request.Create(issuer, Now.AddDays(-5), Now.AddDays(90), RandomNumberGenerator.GetBytes(8));
        return issued.CopyWithPrivateKey(key);
    }

    private X509Certificate2 Leaf(X509Certificate2 issuer, string usage, DateTimeOffset? notBefore = null)
    {
        var request = new CertificateRequest("CN=site", _key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName("example.com");
        request.CertificateExtensions.Add(names.Build());
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([new Oid(usage)], false));
        return request.Create(issuer, notBefore ?? Now.AddDays(-1), Now.AddDays(30), RandomNumberGenerator.GetBytes(8));
    }
}
