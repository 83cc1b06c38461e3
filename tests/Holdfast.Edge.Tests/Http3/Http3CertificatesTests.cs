using System.Net;
using System.Net.Security;
using System.Security.Authentication;
using Holdfast.Edge.Http3;
using Holdfast.Edge.Listening.Certificates;
using Holdfast.Edge.Tests.Listening;
using Holdfast.Model.Zones;
using Microsoft.Extensions.Logging.Abstractions;

namespace Holdfast.Edge.Tests.Http3;

public sealed class Http3CertificatesTests : IDisposable
{
    private static readonly IPEndPoint Local = IPEndPoint.Parse("192.0.2.10:443");

    private readonly TemporaryDirectory _directory = new();
    private readonly TestCertificateSource _disk = new();
    private readonly CertificateStore _store;
    private readonly Http3Certificates _certificates;

    public Http3CertificatesTests()
    {
        _store = new CertificateStore(
            LocalAuthority.Open(_directory.Path, TimeProvider.System, NullLogger<LocalAuthority>.Instance),
            host => new ValueTask<TlsPolicy?>(PolicyOf(host)),
            _disk,
            TimeProvider.System
        );
        _certificates = new Http3Certificates(_store);
    }

    public void Dispose() => _directory.Dispose();

    [Theory]
    [InlineData("www.example.com", "www.example.com")]
    [InlineData("WWW.Example.com.", "www.example.com")]
    [InlineData("nobody.test", "holdfast.local")]
    [InlineData("", "192.0.2.10")]
    [InlineData("b\u00FCcher.example", "192.0.2.10")] // not a host name on the wire
    public async Task Choose_AnyName_IsTheCertificateThatTlsWouldGet(string name, string expected)
    {
        var options = await ChooseAsync(name);

        Assert.Contains("CN=" + expected, options.ServerCertificateContext!.TargetCertificate.Subject, StringComparison.Ordinal);
        Assert.Equal([SslApplicationProtocol.Http3], options.ApplicationProtocols);
        Assert.Equal(SslProtocols.Tls13, options.EnabledSslProtocols);
    }

    [Fact]
    public async Task Choose_ZoneWithACertificate_IsThatOne()
    {
        var (config, key) = TestCertificates.Make("own", "zone-1", rsa: false, hosts: "www.example.com");
        Assert.True(CustomCertificate.TryCreate(config, key, out var certificate, out _));
        _store.Put(_disk.Keep(certificate!), null, certificate!);

        Assert.Equal("CN=own", (await ChooseAsync("www.example.com")).ServerCertificateContext!.TargetCertificate.Subject);
    }

    [Theory]
    [InlineData("off.example.com")]
    [InlineData("old.example.com")]
    public async Task Choose_ZoneWithoutHttp3OrTls13_IsRefused(string name) =>
        await Assert.ThrowsAsync<AuthenticationException>(() => ChooseAsync(name));

    private static TlsPolicy? PolicyOf(string host) =>
        host switch
        {
            "off.example.com" => TlsPolicy.Of("zone-1", new ZoneSettings { Http3 = false }),
            "old.example.com" => TlsPolicy.Of("zone-1", new ZoneSettings { Tls13 = false }),
            "www.example.com" => TlsPolicy.Of("zone-1", new ZoneSettings()),
            _ => null,
        };

    private async Task<SslServerAuthenticationOptions> ChooseAsync(string name) =>
        await _certificates.ChooseAsync(name, Local, TestContext.Current.CancellationToken);
}
