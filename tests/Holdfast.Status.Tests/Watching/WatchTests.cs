using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Holdfast.Status.Tests.Watching;

/// <summary>Watches: what they may be, and what each kind sees.</summary>
public sealed class WatchTests
{
    [Theory]
    [InlineData("""{"watch":{"name":"x","kind":"http","target":"ftp://example.com"}}""", "watch.target: 'ftp://example.com' is no http")]
    [InlineData("""{"watch":{"name":"x","kind":"tls","target":"http://example.com"}}""", "is no https address")]
    [InlineData("""{"watch":{"name":"x","kind":"dns","target":"https://example.com"}}""", "is no host name")]
    [InlineData("""{"watch":{"name":"x","kind":"ping","target":"example.com"}}""", "has to be one of edge, http, tls, dns, feed")]
    [InlineData("""{"watch":{"name":"x","target":"example.com"}}""", "watch.kind: it is edge, http, tls, dns or feed")]
    [InlineData("""{"watch":{"name":"x","kind":"dns","target":"example.com","interval":5}}""", "a whole number from 10 to 60")]
    [InlineData(
        """{"watch":{"name":"x","kind":"dns","target":"example.com","component_id":"nobody"}}""",
        "no component with the id nobody"
    )]
    public async Task Watch_ThatIsWrong_IsRefusedWithThePlace(string body, string says)
    {
        await using var page = await StatusPageHarness.StartAsync();

        Assert.Contains(
            says,
            await page.RefusedAsync(HttpStatusCode.UnprocessableEntity, "POST", "/watches", body),
            StringComparison.Ordinal
        );
        Assert.Empty((await page.WriteAsync("GET", "/watches")).AsArray());
    }

    [Fact]
    public async Task Watch_IsChangedRemovedAndKept()
    {
        await using var page = await StatusPageHarness.StartAsync();
        var watch = await page.WriteAsync("POST", "/watches", """{"watch":{"name":"Site","kind":"http","target":"http://127.0.0.1:1/"}}""");
        await page.WriteAsync("PATCH", $"/watches/{watch["id"]}", """{"watch":{"interval":60}}""");
        await page.RestartAsync();

        var kept = Assert.Single((await page.WriteAsync("GET", "/watches")).AsArray())!;
        Assert.Equal(60, kept["interval"]!.GetValue<int>());
        Assert.Equal("unknown", kept["state"]!.GetValue<string>());
        await page.WriteAsync("DELETE", $"/watches/{watch["id"]}");
        Assert.Empty((await page.WriteAsync("GET", "/watches")).AsArray());
    }

    [Fact]
    public async Task Http_StatusOrNoAnswer_IsSeen()
    {
        await using var page = await StatusPageHarness.StartAsync();
        await using var site = await FakeEdge.StartAsync();
        Assert.Equal("well ", await LookAsync(page, "http", site.Url));
        site.Status = 404;
        Assert.Equal("failing status 404", await LookAsync(page, "http", site.Url));
        Assert.StartsWith("failing ", await LookAsync(page, "http", "http://127.0.0.1:1/"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Dns_NameThatThereIsOrIsNot_IsSeen()
    {
        await using var page = await StatusPageHarness.StartAsync();
        Assert.Equal("well ", await LookAsync(page, "dns", "localhost"));
        Assert.StartsWith("failing ", await LookAsync(page, "dns", "nobody.invalid"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(3, "the certificate expires in 3 days")]
    [InlineData(-1, "the certificate has expired")]
    [InlineData(90, "the certificate is from no authority that is trusted here")]
    public async Task Tls_Certificate_IsSeen(int days, string says)
    {
        await using var page = await StatusPageHarness.StartAsync();
        var now = page.Clock.GetUtcNow();
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=localhost", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName("localhost");
        request.CertificateExtensions.Add(names.Build());
        using var certificate = request.CreateSelfSigned(now.AddDays(-30), now.AddDays(days));
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        var serving = ServeAsync(listener, certificate, stop.Token);

        Assert.Equal($"failing {says}", await LookAsync(page, "tls", $"https://localhost:{((IPEndPoint)listener.LocalEndpoint).Port}/"));

        await stop.CancelAsync();
        await serving;
    }

    private static async Task<string> LookAsync(StatusPageHarness page, string kind, string target)
    {
        var watch = await page.WriteAsync("POST", "/watches", $$$"""{"watch":{"name":"It","kind":"{{{kind}}}","target":"{{{target}}}"}}""");
        await page.LookAsync(TimeSpan.FromSeconds(20));
        var seen = await page.WriteAsync("GET", $"/watches/{watch["id"]}");
        await page.WriteAsync("DELETE", $"/watches/{watch["id"]}");
        return $"{seen["state"]!.GetValue<string>()} {seen["said"]!.GetValue<string>()}";
    }

    private static async Task ServeAsync(TcpListener listener, X509Certificate2 certificate, CancellationToken stop)
    {
        try
        {
            while (true)
            {
                using var connection = await listener.AcceptTcpClientAsync(stop);
                await using var stream = new SslStream(connection.GetStream());
                await stream.AuthenticateAsServerAsync(new SslServerAuthenticationOptions { ServerCertificate = certificate }, stop);
            }
        }
        catch (OperationCanceledException)
        {
            // The test has ended.
        }
    }
}
