using System.Collections.Frozen;
using System.Collections.Immutable;
using System.Net;
using Holdfast.Cache.Disk;
using Holdfast.Cache.Storage;
using Holdfast.Cli.Terminal;
using Holdfast.Edge;
using Holdfast.Edge.Rehearsing;
using Holdfast.Edge.Reporting;
using Holdfast.Edge.Zones;
using Holdfast.Releases.Rollout;
using YamlDotNet.RepresentationModel;

namespace Holdfast.Cli.Settings;

/// <summary>The values of <c>edge.http3</c>.</summary>
internal enum Http3Mode
{
    /// <summary>Not spoken.</summary>
    Off,

    /// <summary>Spoken where the machine can.</summary>
    Auto,

    /// <summary>Spoken; a machine that can't is not started on.</summary>
    On,
}

/// <summary>
/// The section <c>edge</c> of <c>holdfast.yaml</c>: where an edge stands, whom it trusts, and its limits. Read when an edge starts.
/// </summary>
internal sealed record EdgeSettings
{
    /// <summary>The section's name.</summary>
    public const string Section = "edge";

    /// <summary>The place in CF-Ray.</summary>
    public string Place { get; init; } = "LOC";

    /// <summary>Proxies whose forwarded fields are believed.</summary>
    public ImmutableArray<IPNetwork> TrustedUpstreams { get; init; } = [];

    /// <summary>Load balancers that send a PROXY header.</summary>
    public ImmutableArray<IPNetwork> ProxyProtocolFrom { get; init; } = [];

    /// <summary>On which listeners they do.</summary>
    public ListenerSelection ProxyProtocolOn { get; init; } = ListenerSelection.All;

    /// <summary>Whether HTTP/3 is spoken.</summary>
    public Http3Mode Http3 { get; init; } = Http3Mode.Auto;

    /// <summary>The status page that error pages link to.</summary>
    public string? StatusPage { get; init; }

    /// <summary>Most bytes of compiled zones.</summary>
    public long ZoneMemory { get; init; } = ZoneDirectory.DefaultBudget;

    /// <summary>How fast releases go from the taster to all requests.</summary>
    public RolloutOptions ReleasePace { get; init; } = new();

    /// <summary>What is kept of recent requests, to rehearse changes with; null for nothing.</summary>
    public SampleOptions? Samples { get; init; } = new();

    /// <summary>How security events wait for control.</summary>
    public SecurityEventOptions Events { get; init; } = new();

    /// <summary>Limits towards visitors and origins.</summary>
    public EdgeLimits Limits { get; init; } = new();

    /// <summary>Limits of the cache.</summary>
    public MemoryStoreLimits Cache { get; init; } = new();

    /// <summary>Limits of the cache's disk tier.</summary>
    public DiskStoreLimits Disk { get; init; } = new();

    private static readonly FrozenDictionary<string, Func<EdgeSettings, SettingValue, EdgeSettings>> Settings = new Dictionary<
        string,
        Func<EdgeSettings, SettingValue, EdgeSettings>
    >
    {
        ["place"] = (s, v) => s with { Place = v.Place() },
        ["trusted_upstreams"] = (s, v) => s with { TrustedUpstreams = v.Networks() },
        ["proxy_protocol_from"] = (s, v) => s with { ProxyProtocolFrom = v.Networks() },
        ["proxy_protocol_on"] = (s, v) => s with { ProxyProtocolOn = v.Listeners() },
        ["http3"] = (s, v) => s with { Http3 = v.Http3() },
        ["status_page"] = (s, v) => s with { StatusPage = v.WebAddress() },
        ["idle_timeout"] = (s, v) => s with { Limits = s.Limits with { IdleTimeout = v.Seconds(1, 3600) } },
        ["header_timeout"] = (s, v) => s with { Limits = s.Limits with { HeaderTimeout = v.Seconds(1, 600) } },
        ["send_timeout"] = (s, v) => s with { Limits = s.Limits with { SendTimeout = v.Seconds(1, 3600) } },
        ["collapse_timeout"] = (s, v) => s with { Limits = s.Limits with { CollapseTimeout = v.Seconds(1, 600) } },
        ["tunnel_idle_timeout"] = (s, v) => s with { Limits = s.Limits with { TunnelIdleTimeout = v.Seconds(1, 86_400) } },
        ["body_rate_grace"] = (s, v) => s with { Limits = s.Limits with { BodyRateGrace = v.Seconds(1, 600) } },
        ["min_body_rate"] = (s, v) => s with { Limits = s.Limits with { MinBodyRate = v.Number(1, 1_000_000) } },
        ["requests_per_connection"] = (s, v) => s with { Limits = s.Limits with { RequestsPerConnection = v.Number(1, 1_000_000_000) } },
        ["max_request_line"] = (s, v) =>
            s with
            {
                Limits = s.Limits with { Messages = s.Limits.Messages with { StartLineBytes = v.Number(256, 1024 * 1024) } },
            },
        ["max_header_bytes"] = (s, v) =>
            s with
            {
                Limits = s.Limits with { Messages = s.Limits.Messages with { FieldsBytes = v.Number(1024, 1024 * 1024) } },
            },
        ["max_header_count"] = (s, v) =>
            s with
            {
                Limits = s.Limits with { Messages = s.Limits.Messages with { FieldCount = v.Number(10, 10_000) } },
            },
        ["cache_memory"] = (s, v) => s with { Cache = s.Cache with { Budget = v.Number(1, 1024 * 1024) * 1024L * 1024 } },
        ["cache_disk"] = (s, v) => s with { Disk = s.Disk with { Budget = v.Number(0, 1024 * 1024 * 1024) * 1024L * 1024 } },
        ["max_connections"] = (s, v) =>
            s with
            {
                Limits = s.Limits with { Connections = s.Limits.Connections with { MaxConnections = v.Number(1, 10_000_000) } },
            },
        ["max_connections_per_address"] = (s, v) =>
            s with
            {
                Limits = s.Limits with { Connections = s.Limits.Connections with { MaxConnectionsPerAddress = v.Number(1, 10_000_000) } },
            },
        ["proxy_header_timeout"] = (s, v) =>
            s with
            {
                Limits = s.Limits with { Connections = s.Limits.Connections with { ProxyHeaderTimeout = v.Seconds(1, 60) } },
            },
        ["tls_handshake_timeout"] = (s, v) =>
            s with
            {
                Limits = s.Limits with { Connections = s.Limits.Connections with { HandshakeTimeout = v.Seconds(1, 60) } },
            },
        ["tls_close_timeout"] = (s, v) =>
            s with
            {
                Limits = s.Limits with { Connections = s.Limits.Connections with { CloseTimeout = v.Seconds(1, 60) } },
            },
        ["event_disk"] = (s, v) => s with { Events = s.Events with { DiskBytes = v.Number(1, 1024) * 1024L * 1024 } },
        ["release_pace"] = (s, v) => s with { ReleasePace = v.ReleasePace() },
        ["request_samples"] = (s, v) => s with { Samples = v.IsOn() ? new SampleOptions() : null },
        ["zone_memory"] = (s, v) => s with { ZoneMemory = v.Number(1, 1_000_000) * 1024L * 1024L },
        ["reported_failures_per_second"] = (s, v) =>
            s with
            {
                Limits = s.Limits with { Connections = s.Limits.Connections with { ReportedPerSecond = v.Number(0, 10_000) } },
            },
    }.ToFrozenDictionary(StringComparer.Ordinal);

    /// <summary>The names of all settings.</summary>
    public static IReadOnlyCollection<string> Names => Settings.Keys;

    /// <summary>Reads the section.</summary>
    /// <param name="node">The section's value.</param>
    /// <param name="path">The file's name, for messages.</param>
    /// <exception cref="CliFailure">A setting is unknown or its value is wrong; the message names file and line.</exception>
    public static EdgeSettings Parse(YamlNode node, string path)
    {
        var settings = SettingValue.Read(Section, node, path, new EdgeSettings(), Settings);
        return settings is { ProxyProtocolFrom.IsEmpty: true } && settings.ProxyProtocolOn != ListenerSelection.All
            ? throw new CliFailure(
                $"{path}: {Section}.proxy_protocol_on is set, and {Section}.proxy_protocol_from is not",
                "say there which addresses send the PROXY header"
            )
            : settings;
    }

    /// <summary>Refuses to go on where HTTP/3 must be spoken and can't.</summary>
    /// <param name="supported">Whether this machine can.</param>
    /// <exception cref="CliFailure">It can't.</exception>
    public void RequireHttp3(bool supported)
    {
        if (Http3 == Http3Mode.On && !supported)
        {
            throw new CliFailure(
                $"{ConfigurationFile.Name}: {Section}.http3 is on, and libmsquic, which speaks QUIC for .NET, is not on this machine",
                "install libmsquic 2.2 or later (Microsoft's package repository for Linux has it), or set http3 to auto or off"
            );
        }
    }

    /// <summary>Whose PROXY header a listener expects; empty for none.</summary>
    /// <param name="tls">Whether it is an HTTPS listener.</param>
    /// <param name="at">Where it listens, or null when that is not known.</param>
    public ImmutableArray<IPNetwork> ProxyProtocolAt(bool tls, IPEndPoint? at) =>
        ProxyProtocolOn.Includes(tls, at) ? ProxyProtocolFrom : [];
}
