using System.Net;
using System.Net.Quic;
using System.Text;
using System.Text.Json;
using Holdfast.Edge.Http3;
using Holdfast.Edge.Listening;
using Holdfast.Edge.Tests.Harness;
using Holdfast.Model.Zones;
using Microsoft.AspNetCore.Connections;

namespace Holdfast.Edge.Tests.Http3;

public class AltServiceTests
{
    [Theory]
    [InlineData(true, 443, "http/1.1", true, "h3=\":443\"; ma=86400")]
    [InlineData(true, 443, "h2", true, "h3=\":443\"; ma=86400")]
    [InlineData(true, 443, "h3", true, null)] // it knows
    [InlineData(true, 443, "h2", false, null)] // the zone's http3 is off
    [InlineData(true, 8443, "h2", true, null)] // no HTTP/3 beside this listener
    [InlineData(false, 443, null, true, null)]
    public void For_EachConnection_IsToldWhereItHolds(bool tls, int port, string? alpn, bool http3, string? expected)
    {
        var facts = new ConnectionFacts(new DefaultConnectionContext { LocalEndPoint = IPEndPoint.Parse($"192.0.2.1:{port}") }, default, 0);
        if (tls)
        {
            facts.Secured("TLSv1.3", null, alpn);
        }

        var service = new AltService([IPEndPoint.Parse("192.0.2.1:443"), IPEndPoint.Parse("[2001:db8::1]:443")]);
        var value = service.For(facts, new ZoneSettings { Http3 = http3 });

        Assert.Equal(expected, value is null ? null : Encoding.ASCII.GetString(value));
    }

    [Fact]
    public async Task Edge_WithoutHttp3_SaysNothingOfItAndPassesOnWhatTheOriginSays()
    {
        await using var origin = ScriptedOrigin.Answering("HTTP/1.1 200 OK\r\nContent-Length: 0\r\nAlt-Svc: clear\r\n\r\n");
        await using var edge = await EdgeUnderTest.InFrontOfAsync(origin.Url, change: options => options with { Http3 = false });
        using var client = new HttpClient(
            new SocketsHttpHandler { SslOptions = { RemoteCertificateValidationCallback = (_, _, _, _) => true } }
        );

        using var answer = await client.GetAsync($"https://127.0.0.1:{edge.Https.Port}/", TestContext.Current.CancellationToken);
        var ready = await client.GetStringAsync(new Uri(edge.Management, "/readyz"), TestContext.Current.CancellationToken);

        Assert.Equal(["clear"], answer.Headers.GetValues("Alt-Svc"));
        Assert.Equal("off", JsonDocument.Parse(ready).RootElement.GetProperty("http3").GetString());
    }

    [Fact]
    public async Task Edge_WhereTheMachineCannot_ServesAsBeforeAndSaysWhy()
    {
        Assert.SkipWhen(QuicListener.IsSupported, "This machine has libmsquic.");
        await using var edge = await EdgeUnderTest.InFrontOfAsync("http://127.0.0.1:1");
        using var client = new HttpClient(
            new SocketsHttpHandler { SslOptions = { RemoteCertificateValidationCallback = (_, _, _, _) => true } }
        );

        using var answer = await client.GetAsync($"https://127.0.0.1:{edge.Https.Port}/", TestContext.Current.CancellationToken);
        var ready = await client.GetStringAsync(new Uri(edge.Management, "/readyz"), TestContext.Current.CancellationToken);

        Assert.Equal(521, (int)answer.StatusCode);
        Assert.False(answer.Headers.Contains("Alt-Svc"));
        Assert.Equal("no libmsquic", JsonDocument.Parse(ready).RootElement.GetProperty("http3").GetString());
    }
}
