using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace Holdfast.Edge.Listening.Http2;

/// <summary>
/// Every limit on HTTP/2 from visitors. Kestrel keeps those that <see cref="ApplyTo"/> hands it; of control frames it counts none (only
/// streams that it had to refuse, and replies that queue up unread), so those below are counted by <see cref="Http2MeteredStream"/>.
/// </summary>
internal sealed record VisitorHttp2Limits
{
    /// <summary>The defaults, with what HTTP/1.1 and HTTP/2 visitors have in common taken from the edge's limits.</summary>
    public static VisitorHttp2Limits From(EdgeLimits limits) =>
        new()
        {
            MaxHeaderFieldSize = limits.Messages.FieldsBytes,
            MaxHeaderBytes = limits.Messages.FieldsBytes,
            MaxHeaderCount = limits.Messages.FieldCount,
            HeaderTimeout = limits.HeaderTimeout,
            IdleTimeout = limits.IdleTimeout,
            MinBodyRate = limits.MinBodyRate,
            MinBodyRateGrace = limits.BodyRateGrace,
        };

    /// <summary>Open requests of one connection. Default 100, RFC 9113's advice (section 6.5.2) and what browsers expect.</summary>
    public int MaxStreams { get; init; } = 100;

    /// <summary>Bytes of the HPACK table that a client may fill. Default 4,096, the protocol's own: each connection holds it.</summary>
    public int HeaderTableSize { get; init; } = 4_096;

    /// <summary>Largest frame in bytes, 16,384 to 16,777,215. Default 16,384: larger ones only delay other streams.</summary>
    public int MaxFrameSize { get; init; } = 16_384;

    /// <summary>Largest name plus value of one header in bytes; the edge's is <c>max_header_bytes</c>, as over HTTP/1.1.</summary>
    public int MaxHeaderFieldSize { get; init; } = 16_384;

    /// <summary>All of a request's headers in bytes, decompressed (<c>max_header_bytes</c>). Default 65,536: twice what origins usually take.</summary>
    public int MaxHeaderBytes { get; init; } = 65_536;

    /// <summary>Headers of a request (<c>max_header_count</c>). Default 256.</summary>
    public int MaxHeaderCount { get; init; } = 256;

    /// <summary>Unread body bytes of one connection. Default 1 MiB: an upload of 100 Mbit/s over 80 ms.</summary>
    public int ConnectionWindow { get; init; } = 1024 * 1024;

    /// <summary>Unread body bytes of one request. Default 768 KiB: one upload may take most of the connection, never all.</summary>
    public int StreamWindow { get; init; } = 768 * 1024;

    /// <summary>From a request's first header byte to its last (<c>header_timeout</c>). Default 15 s; it also ends a header block that never ends.</summary>
    public TimeSpan HeaderTimeout { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>How long a connection without a request stays (<c>idle_timeout</c>). Default 120 s: a visitor who reads a page and clicks on.</summary>
    public TimeSpan IdleTimeout { get; init; } = TimeSpan.FromSeconds(120);

    /// <summary>Silence after which a connection with open requests is asked whether it lives. Default 60 s.</summary>
    public TimeSpan PingDelay { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>How long it may take to answer. Default 20 s.</summary>
    public TimeSpan PingTimeout { get; init; } = TimeSpan.FromSeconds(20);

    /// <summary>Slowest request body and response in bytes per second (<c>min_body_rate</c>). Default 240: a modem from long ago passes, a slow-body attack does not.</summary>
    public double MinBodyRate { get; init; } = 240;

    /// <summary>How long a body may be slower at its start (<c>body_rate_grace</c>). Default 5 s.</summary>
    public TimeSpan MinBodyRateGrace { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>
    /// Requests that a client may take back each second. Default 200: twice a page's worth of streams; a rapid
    /// reset attack (CVE-2023-44487) sends thousands.
    /// </summary>
    public int MaxResetsPerSecond { get; init; } = 200;

    /// <summary>SETTINGS frames each second, acknowledgements aside. Default 10; a client sends one in all (CVE-2019-9515).</summary>
    public int MaxSettingsPerSecond { get; init; } = 10;

    /// <summary>PING frames each second, acknowledgements aside. Default 50: gRPC's bandwidth probes stay far below (CVE-2019-9512).</summary>
    public int MaxPingsPerSecond { get; init; } = 50;

    /// <summary>
    /// Frames each second that carry nothing: PRIORITY, empty DATA that does not end its stream, unknown types
    /// (CVE-2019-9513, CVE-2019-9518). Default 500: browsers send a tree of priorities at the start.
    /// </summary>
    public int MaxIdleFramesPerSecond { get; init; } = 500;

    /// <summary>
    /// CONTINUATION frames of one header block. Default 16: with full frames that is four times what
    /// <see cref="MaxHeaderBytes"/> allows; empty ones end here (CVE-2024-27316 and its kin).
    /// </summary>
    public int MaxContinuations { get; init; } = 16;

    /// <summary>Hands Kestrel those that it keeps. Body sizes are the zone's to limit and connections the admission's, so those are off here.</summary>
    public void ApplyTo(KestrelServerOptions options)
    {
        options.AddServerHeader = false;
        options.AllowSynchronousIO = false;
        // A visitor's scheme and TLS are our business; what a client claims in :scheme must still match.
        options.AllowAlternateSchemes = false;

        var limits = options.Limits;
        limits.MaxConcurrentConnections = null;
        limits.MaxConcurrentUpgradedConnections = null;
        limits.MaxRequestBodySize = null;
        limits.MaxRequestHeadersTotalSize = MaxHeaderBytes;
        limits.MaxRequestHeaderCount = MaxHeaderCount;

        // The edge answers a target that is too long with 414; Kestrel would reset the stream. What a field may be bounds this too.
        limits.MaxRequestLineSize = MaxHeaderBytes;
        limits.RequestHeadersTimeout = HeaderTimeout;
        limits.KeepAliveTimeout = IdleTimeout;
        limits.MinRequestBodyDataRate = new MinDataRate(MinBodyRate, MinBodyRateGrace);
        limits.MinResponseDataRate = new MinDataRate(MinBodyRate, MinBodyRateGrace);

        limits.Http2.MaxStreamsPerConnection = MaxStreams;
        limits.Http2.HeaderTableSize = HeaderTableSize;
        limits.Http2.MaxFrameSize = MaxFrameSize;
        limits.Http2.MaxRequestHeaderFieldSize = MaxHeaderFieldSize;
        limits.Http2.InitialConnectionWindowSize = ConnectionWindow;
        limits.Http2.InitialStreamWindowSize = StreamWindow;
        limits.Http2.KeepAlivePingDelay = PingDelay;
        limits.Http2.KeepAlivePingTimeout = PingTimeout;
    }
}
