using System.Globalization;
using System.Net;
using Holdfast.Cli.Settings;
using Holdfast.Cli.Terminal;
using Holdfast.Releases.Rollout;

namespace Holdfast.Cli.Tests;

public class EdgeSettingsTests
{
    // Each setting: a line of the file, what is then read, in the setting's unit, and where.
    private static readonly Dictionary<string, (string Line, string Read, Func<EdgeSettings, string> From)> Settings = new()
    {
        ["place"] = ("LHR", "LHR", s => s.Place),
        ["trusted_upstreams"] = ("[192.0.2.10, '2001:db8::/32']", "192.0.2.10/32 2001:db8::/32", s => string.Join(' ', s.TrustedUpstreams)),
        ["proxy_protocol_from"] = ("192.0.2.0/24", "192.0.2.0/24", s => string.Join(' ', s.ProxyProtocolFrom)),
        ["proxy_protocol_on"] = (
            "[https, '8080']",
            "https 127.0.0.1:8080",
            s =>
                s.ProxyProtocolOn == ListenerSelection.All
                    ? "all"
                    : string.Join(
                        ' ',
                        [
                            .. s.ProxyProtocolOn.Http ? ["http"] : Array.Empty<string>(),
                            .. s.ProxyProtocolOn.Https ? ["https"] : Array.Empty<string>(),
                            .. s.ProxyProtocolOn.Addresses.Select(a => a.ToString()),
                        ]
                    )
        ),
        ["http3"] = ("off", "off", s => s.Http3.ToString().ToLowerInvariant()),
        ["status_page"] = ("https://status.example.com", "https://status.example.com/", s => s.StatusPage ?? ""),
        ["idle_timeout"] = ("20", "20", s => Seconds(s.Limits.IdleTimeout)),
        ["header_timeout"] = ("5", "5", s => Seconds(s.Limits.HeaderTimeout)),
        ["send_timeout"] = ("7", "7", s => Seconds(s.Limits.SendTimeout)),
        ["collapse_timeout"] = ("6", "6", s => Seconds(s.Limits.CollapseTimeout)),
        ["tunnel_idle_timeout"] = ("9", "9", s => Seconds(s.Limits.TunnelIdleTimeout)),
        ["body_rate_grace"] = ("3", "3", s => Seconds(s.Limits.BodyRateGrace)),
        ["min_body_rate"] = ("100", "100", s => Number(s.Limits.MinBodyRate)),
        ["requests_per_connection"] = ("50", "50", s => Number(s.Limits.RequestsPerConnection)),
        ["max_request_line"] = ("4096", "4096", s => Number(s.Limits.Messages.StartLineBytes)),
        ["max_header_bytes"] = ("8192", "8192", s => Number(s.Limits.Messages.FieldsBytes)),
        ["max_header_count"] = ("64", "64", s => Number(s.Limits.Messages.FieldCount)),
        ["cache_memory"] = ("12", "12", s => Mebibytes(s.Cache.Budget)),
        ["cache_disk"] = ("34", "34", s => Mebibytes(s.Disk.Budget)),
        ["max_connections"] = ("500", "500", s => Number(s.Limits.Connections.MaxConnections)),
        ["max_connections_per_address"] = ("51", "51", s => Number(s.Limits.Connections.MaxConnectionsPerAddress)),
        ["proxy_header_timeout"] = ("2", "2", s => Seconds(s.Limits.Connections.ProxyHeaderTimeout)),
        ["tls_handshake_timeout"] = ("4", "4", s => Seconds(s.Limits.Connections.HandshakeTimeout)),
        ["tls_close_timeout"] = ("1", "1", s => Seconds(s.Limits.Connections.CloseTimeout)),
        ["reported_failures_per_second"] = ("3", "3", s => Number(s.Limits.Connections.ReportedPerSecond)),
        ["event_disk"] = ("56", "56", s => Mebibytes(s.Events.DiskBytes)),
        ["release_pace"] = ("quick", "quick", s => s.ReleasePace == RolloutOptions.Quick ? "quick" : "normal"),
        ["request_samples"] = ("off", "off", s => s.Samples is null ? "off" : "on"),
        ["zone_memory"] = ("78", "78", s => Mebibytes(s.ZoneMemory)),
    };

    public static TheoryData<string> Names => [.. EdgeSettings.Names];

    [Theory]
    [MemberData(nameof(Names))]
    public void Parse_EachSetting_IsTakenAndNothingElseChanges(string name)
    {
        Assert.True(Settings.TryGetValue(name, out var setting), $"edge.{name} has no line in this test");

        // The one that means nothing alone.
        var other = name == "proxy_protocol_on" ? "proxy_protocol_from" : null;
        var beside = other is null ? "" : $"  {other}: {Settings[other].Line}\n";
        var parsed = ConfigurationFile.Parse($"edge:\n{beside}  {name}: {setting.Line}", "holdfast.yaml").Edge;

        Assert.NotEqual(setting.Read, setting.From(new EdgeSettings()));
        Assert.Equal(setting.Read, setting.From(parsed));
        foreach (var (unset, (_, _, from)) in Settings.Where(s => s.Key != name && s.Key != other))
        {
            Assert.True(from(new EdgeSettings()) == from(parsed), $"edge.{name} changed edge.{unset}");
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Page_EachSetting_StatesTheDefault(string name)
    {
        var row = SettingsPageTests.Rows("## An edge's settings").Single(r => r.StartsWith($"| `{name}` |", StringComparison.Ordinal));
        var stated = row.Split('|')[2].Replace(",", "", StringComparison.Ordinal).Trim(' ', '`');

        Assert.Equal(stated == "none" ? "" : stated, Settings[name].From(new EdgeSettings()));
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

    private static string Seconds(TimeSpan time) => time.TotalSeconds.ToString(CultureInfo.InvariantCulture);

    private static string Number(long number) => number.ToString(CultureInfo.InvariantCulture);

    private static string Mebibytes(long bytes) => Number(bytes / 1024 / 1024);
}
