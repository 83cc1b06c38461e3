using System.Net;
using Holdfast.Cli.Settings;
using Holdfast.Cli.Terminal;

namespace Holdfast.Cli.Tests;

public class EdgeSettingsTests
{
    [Fact]
    public void Parse_EverySetting_IsTaken()
    {
        var settings = ConfigurationFile
            .Parse(
                """
                http: 127.0.0.1:80
                edge:
                  place: LHR
                  trusted_upstreams: [192.0.2.10, "2001:db8::/32"]
                  proxy_protocol_from: 192.0.2.0/24
                  proxy_protocol_on: [https, "8080"]
                  status_page: https://status.example.com
                  idle_timeout: 20
                  header_timeout: 5
                  send_timeout: 7
                  tunnel_idle_timeout: 9
                  body_rate_grace: 3
                  min_body_rate: 100
                  requests_per_connection: 50
                  max_request_line: 4096
                  max_header_bytes: 8192
                  max_header_count: 64
                  max_connections: 500
                  max_connections_per_address: 50
                  proxy_header_timeout: 2
                  tls_handshake_timeout: 4
                  tls_close_timeout: 1
                  reported_failures_per_second: 3
                """,
                "holdfast.yaml"
            )
            .Edge;

        Assert.Equal("LHR", settings.Place);
        Assert.Equal(["192.0.2.10/32", "2001:db8::/32"], settings.TrustedUpstreams.Select(n => n.ToString()));
        Assert.Equal("192.0.2.0/24", Assert.Single(settings.ProxyProtocolFrom).ToString());
        Assert.Equal((false, true), (settings.ProxyProtocolOn.Http, settings.ProxyProtocolOn.Https));
        Assert.Equal("127.0.0.1:8080", Assert.Single(settings.ProxyProtocolOn.Addresses).ToString());
        Assert.Equal("https://status.example.com/", settings.StatusPage);
        Assert.Equal(TimeSpan.FromSeconds(20), settings.Limits.IdleTimeout);
        Assert.Equal(TimeSpan.FromSeconds(5), settings.Limits.HeaderTimeout);
        Assert.Equal(64, settings.Limits.Messages.FieldCount);
        Assert.Equal(500, settings.Connections.MaxConnections);
        Assert.Equal(TimeSpan.FromSeconds(4), settings.Connections.HandshakeTimeout);
    }

    [Theory]
    [InlineData("edge:\n  idle_time: 3", "holdfast.yaml line 2: unknown setting 'edge.idle_time'")]
    [InlineData("edge:\n  idle_timeout: soon", "holdfast.yaml line 2: edge.idle_timeout: 'soon' is not allowed")]
    [InlineData("edge:\n  idle_timeout: 0", "holdfast.yaml line 2: edge.idle_timeout: '0' is not allowed")]
    [InlineData("edge:\n  trusted_upstreams: [example.com]", "holdfast.yaml line 2: edge.trusted_upstreams: 'example.com' is not allowed")]
    [InlineData(
        "edge:\n  trusted_upstreams: [192.0.2.1/24]",
        "holdfast.yaml line 2: edge.trusted_upstreams: '192.0.2.1/24' is not allowed"
    )]
    [InlineData(
        "edge:\n  proxy_protocol_from: [192.0.2.0/24, 192.0.2.1/24]",
        "holdfast.yaml line 2: edge.proxy_protocol_from: '192.0.2.1/24' is not allowed"
    )]
    [InlineData("edge:\n  http3: yes", "holdfast.yaml line 2: edge.http3: 'yes' is not allowed")]
    [InlineData("edge:\n  proxy_protocol_on: tls", "holdfast.yaml line 2: edge.proxy_protocol_on: 'tls' is not allowed")]
    [InlineData("edge:\n  proxy_protocol_on: \":0\"", "holdfast.yaml line 2: edge.proxy_protocol_on: ':0' is not allowed")]
    [InlineData("edge:\n  proxy_protocol_on: http", "holdfast.yaml: edge.proxy_protocol_on is set, and edge.proxy_protocol_from is not")]
    [InlineData("edge:\n  place: lhr", "holdfast.yaml line 2: edge.place: 'lhr' is not allowed")]
    [InlineData("edge:\n  status_page: ftp://example.com", "holdfast.yaml line 2: edge.status_page: 'ftp://example.com' is not allowed")]
    [InlineData("edge: 3", "holdfast.yaml line 1: 'edge' is not a section")]
    public void Parse_WrongSetting_SaysWhereAndWhatIsAllowed(string text, string beginning)
    {
        var failure = Assert.Throws<CliFailure>(() => ConfigurationFile.Parse(text, "holdfast.yaml"));

        Assert.StartsWith(beginning, failure.Line, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("", true, true, true)] // every listener, as long as nothing else is said
    [InlineData("proxy_protocol_on: https", false, true, true)]
    [InlineData("proxy_protocol_on: http", true, false, false)]
    [InlineData("proxy_protocol_on: 192.0.2.1:443", false, true, false)]
    [InlineData("proxy_protocol_on: [http, 192.0.2.1:443]", true, true, false)]
    public void ProxyProtocolAt_EachListener_IsAsSelected(string line, bool http, bool https, bool otherHttps)
    {
        var settings = ConfigurationFile.Parse($"edge:\n  proxy_protocol_from: 198.51.100.0/24\n  {line}", "holdfast.yaml").Edge;

        bool Expects(bool tls, string at) => !settings.ProxyProtocolAt(tls, IPEndPoint.Parse(at)).IsEmpty;

        Assert.Equal(
            (http, https, otherHttps),
            (Expects(tls: false, "192.0.2.1:80"), Expects(tls: true, "192.0.2.1:443"), Expects(tls: true, "192.0.2.1:8443"))
        );
    }

    [Theory]
    [InlineData("on", true, null)]
    [InlineData("on", false, "holdfast.yaml: edge.http3 is on, and libmsquic, ")]
    [InlineData("auto", false, null)]
    [InlineData("off", false, null)]
    public void RequireHttp3_OnWhereTheMachineCannot_IsRefused(string mode, bool supported, string? beginning)
    {
        var settings = ConfigurationFile.Parse($"edge:\n  http3: {mode}", "holdfast.yaml").Edge;

        var failure = Record.Exception(() => settings.RequireHttp3(supported));

        Assert.Equal(beginning, beginning is null ? failure?.Message : (failure as CliFailure)?.Line[..beginning.Length]);
    }

    [Fact]
    public void Parse_NoHttp3_IsAuto() => Assert.Equal(Http3Mode.Auto, new EdgeSettings().Http3);
}
