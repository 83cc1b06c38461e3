using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json.Nodes;
using Holdfast.Artifacts.Certificates;
using Holdfast.Releases.Keys;

namespace Holdfast.Control.Tests;

public sealed class CertificateApiTests
{
    [Fact]
    public async Task Certificate_Uploaded_ReachesTheEdgeWithItsKeySealed()
    {
        await using var control = await TestControl.StartAsync();
        using var store = new TemporaryDirectory();
        var zone = await control.AddZoneAsync("example.com");
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var pem = Pem(key, "example.com", "*.example.com");
        var created = await control.PostAsync(
            $"/client/v4/zones/{zone}/custom_certificates",
            new JsonObject { ["certificate"] = pem, ["private_key"] = key.ExportECPrivateKeyPem() }.ToJsonString()
        );
        Assert.Equal(HttpStatusCode.OK, created.Status);
        Assert.Equal(["example.com", "*.example.com"], created.Result["hosts"]!.AsArray().Select(host => host!.GetValue<string>()));
        var id = created.Result["id"]!.GetValue<string>();

        await using var edge = new TestEdge(control.Data, control.Host.Url, store.Path);
        await Eventually.TrueAsync(() => edge.Certificates.Live.ContainsKey(id), "live");
        var payload = edge.Certificates.Live[id].Payload;
        Assert.True(CertificateArtifact.TryParse(1, payload.Span, out var certificate, out _));
        using var secrets = SecretBox.Load(control.Keys.SecretKeyFile);
        using var leaf = CertificateArtifact.Open(certificate, secrets, out var intermediates);
        Assert.True(leaf.HasPrivateKey);
        Assert.Empty(intermediates);

        var secret = Convert.ToBase64String(key.ExportPkcs8PrivateKey())[60..100];
        Assert.DoesNotContain(secret, Encoding.ASCII.GetString(payload.Span), StringComparison.Ordinal);
        Assert.DoesNotContain(
            secret,
            Encoding.Latin1.GetString(
                await File.ReadAllBytesAsync(Path.Combine(control.Data, "control", "control.db"), TestContext.Current.CancellationToken)
            ),
            StringComparison.Ordinal
        );

        await control.DeleteAsync($"/client/v4/zones/{zone}/custom_certificates/{id}");
        await Eventually.TrueAsync(() => !edge.Certificates.Live.ContainsKey(id), "removed");
        Assert.Equal(HttpStatusCode.NotFound, (await control.GetAsync($"/client/v4/zones/{zone}/custom_certificates/{id}")).Status);
    }

    [Fact]
    public async Task Certificate_BadInput_Is400WithPointer()
    {
        await using var control = await TestControl.StartAsync();
        var zone = await control.AddZoneAsync("example.com");
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var other = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var pem = Pem(key, "example.com");
        await RefusedAsync(pem, other.ExportECPrivateKeyPem(), "/private_key");
        await RefusedAsync(pem, "none", "/private_key");
        await RefusedAsync("none", key.ExportECPrivateKeyPem(), "/certificate");
        await RefusedAsync(Pem(key, "example.org"), key.ExportECPrivateKeyPem(), "/certificate");
        await RefusedAsync(Pem(key), key.ExportECPrivateKeyPem(), "/certificate");
        await RefusedAsync(string.Concat(Enumerable.Repeat(pem, 11)), key.ExportECPrivateKeyPem(), "/certificate");
        await RefusedAsync(new string('x', 70_000), key.ExportECPrivateKeyPem(), "/certificate");
        Assert.Empty((await control.GetAsync($"/client/v4/zones/{zone}/custom_certificates")).Result.AsArray());

        async Task RefusedAsync(string certificate, string privateKey, string pointer)
        {
            var answer = await control.PostAsync(
                $"/client/v4/zones/{zone}/custom_certificates",
                new JsonObject { ["certificate"] = certificate, ["private_key"] = privateKey }.ToJsonString()
            );
            Assert.Equal((HttpStatusCode.BadRequest, pointer), (answer.Status, answer.Pointer));
        }
    }

    [Fact]
    public async Task Zone_Deleted_TakesItsCertificatesAlong()
    {
        await using var control = await TestControl.StartAsync();
        var zone = await control.AddZoneAsync("example.com");
        using var key = RSA.Create(2048);
        var request = new CertificateRequest("CN=x", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName("www.example.com");
        request.CertificateExtensions.Add(names.Build());
        using var certificate = request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
        var created = await control.PostAsync(
            $"/client/v4/zones/{zone}/custom_certificates",
            new JsonObject
            {
                ["certificate"] = certificate.ExportCertificatePem(),
                ["private_key"] = key.ExportRSAPrivateKeyPem(),
            }.ToJsonString()
        );
        Assert.Equal(HttpStatusCode.OK, created.Status);
        Assert.Equal(HttpStatusCode.OK, (await control.DeleteAsync($"/client/v4/zones/{zone}")).Status);
        var release = Assert.Single((await control.GetAsync("/holdfast/v1/releases?kind=certificate")).Result.AsArray())!;
        Assert.True(release["removed"]!.GetValue<bool>());
    }

    private static string Pem(ECDsa key, params string[] hosts)
    {
        var request = new CertificateRequest("CN=test", key, HashAlgorithmName.SHA256);
        if (hosts.Length > 0)
        {
            var names = new SubjectAlternativeNameBuilder();
            foreach (var host in hosts)
            {
                names.AddDnsName(host);
            }

            request.CertificateExtensions.Add(names.Build());
        }

        using var certificate = request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(30));
        return certificate.ExportCertificatePem();
    }
}
