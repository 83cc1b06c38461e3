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

    [Fact]
    public async Task Certificate_Renewed_KeepsItsIdAndItsKeyUnlessThereIsANewOne()
    {
        await using var control = await TestControl.StartAsync();
        var path = await PathAsync(control);
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var other = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var id = await UploadAsync(control, path, key);
        var renewed = await control.PatchAsync(
            $"{path}/{id}",
            new JsonObject { ["certificate"] = Pem(key, "example.com", "www.example.com") }.ToJsonString(),
            "\"1\""
        );
        Assert.Equal((HttpStatusCode.OK, "\"2\"", id), (renewed.Status, renewed.Tag, renewed.Result["id"]!.GetValue<string>()));
        Assert.Equal(2, renewed.Result["hosts"]!.AsArray().Count);

        await RefusedAsync("/private_key", ("certificate", Pem(other, "example.com")));
        await RefusedAsync("/private_key", ("private_key", other.ExportECPrivateKeyPem()));
        await RefusedAsync("/geo_restrictions", ("geo_restrictions", "us"));
        await RefusedAsync("/type", ("type", "legacy_custom"));
        var both = await control.PatchAsync(
            $"{path}/{id}",
            new JsonObject { ["certificate"] = Pem(other, "example.com"), ["private_key"] = other.ExportECPrivateKeyPem() }.ToJsonString()
        );
        Assert.Equal((HttpStatusCode.OK, "\"3\""), (both.Status, both.Tag));
        Assert.Equal(
            HttpStatusCode.PreconditionFailed,
            (await control.SendAsync(HttpMethod.Delete, $"{path}/{id}", ifMatch: "\"2\"")).Status
        );

        async Task RefusedAsync(string pointer, (string Name, string Value) member)
        {
            var body = new JsonObject { [member.Name] = member.Value }.ToJsonString();
            var answer = await control.PatchAsync($"{path}/{id}", body);
            Assert.Equal((HttpStatusCode.BadRequest, pointer), (answer.Status, answer.Pointer));
            Assert.Equal("\"2\"", (await control.GetAsync($"{path}/{id}")).Tag);
        }
    }

    [Fact]
    public async Task Certificates_Prioritized_AreListedInThatOrder()
    {
        await using var control = await TestControl.StartAsync();
        var path = await PathAsync(control);
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var (first, second) = (await UploadAsync(control, path, key), await UploadAsync(control, path, key));
        var tag = (await control.GetAsync(path)).Tag!;
        var body = $$"""{"certificates":[{"id":"{{second}}","priority":2},{"id":"{{first}}","priority":1}]}""";

        var answer = await control.PutAsync(path + "/prioritize", body, tag);
        Assert.Equal([second, first], answer.Result.AsArray().Select(certificate => certificate!["id"]!.GetValue<string>()));
        Assert.Equal(HttpStatusCode.PreconditionFailed, (await control.PutAsync(path + "/prioritize", body, tag)).Status);
        Assert.Equal(answer.Tag, (await control.PutAsync(path + "/prioritize", body)).Tag);
        Assert.Equal(answer.Tag, (await control.GetAsync(path)).Tag);
        foreach (
            var (bad, pointer) in ((string, string)[])
                [
                    ("""{"certificates":[]}""", "/certificates"),
                    ("""{"certificates":[{"id":"x","priority":1}]}""", "/certificates/0/id"),
                    ($$"""{"certificates":[{"id":"{{first}}","priority":-1}]}""", "/certificates/0/priority"),
                    ($$"""{"certificates":[{"id":"{{first}}","priority":9},{"id":"{{first}}","priority":8}]}""", "/certificates/1/id"),
                ]
        )
        {
            var refused = await control.PutAsync(path + "/prioritize", bad);
            Assert.Equal((HttpStatusCode.BadRequest, pointer), (refused.Status, refused.Pointer));
        }

        Assert.Equal(answer.Tag, (await control.GetAsync(path)).Tag);
    }

    [Fact]
    public async Task Certificates_Filtered_ByTheirStatus()
    {
        var time = new SettableTime();
        await using var control = await TestControl.StartAsync(time: time);
        var path = await PathAsync(control);
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        await UploadAsync(control, path, key);
        Assert.Single((await control.GetAsync(path + "?status=active&match=all")).Result.AsArray());
        time.Advance(TimeSpan.FromDays(60));
        Assert.Empty((await control.GetAsync(path + "?status=active")).Result.AsArray());
        Assert.Equal("expired", (await control.GetAsync(path + "?status=expired")).Result[0]!["status"]!.GetValue<string>());
        Assert.Equal("/status", (await control.GetAsync(path + "?status=dead")).Pointer);
    }

    private static async Task<string> PathAsync(TestControl control) =>
        $"/client/v4/zones/{await control.AddZoneAsync("example.com")}/custom_certificates";

    private static async Task<string> UploadAsync(TestControl control, string path, ECDsa key)
    {
        var body = new JsonObject { ["certificate"] = Pem(key, "example.com"), ["private_key"] = key.ExportECPrivateKeyPem() };
        return (await control.PostAsync(path, body.ToJsonString())).Result["id"]!.GetValue<string>();
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
