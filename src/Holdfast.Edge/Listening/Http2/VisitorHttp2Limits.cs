using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace Holdfast.Edge.Listening.Http2;

/// <summary>
/// The limits that HTTP/2 from visitors has beside those of <see cref="EdgeLimits"/>, which hold for it too. Kestrel keeps those that
/// <see cref="ApplyTo"/> hands it; of control frames it counts none (only streams that it had to refuse, and replies that queue up unread), so
/// those below are counted by <see cref="Http2MeteredStream"/>.
/// </summary>
internal sealed record VisitorHttp2Limits
{
    /// <summary>Open requests of one connection. Default 100, RFC 9113's advice (section 6.5.2) and what browsers expect.</summary>
    public int MaxStreams { get; init; } = 100;

    /// <summary>Bytes of the HPACK table that a client may fill. Default 4,096, the protocol's own: each connection holds it.</summary>
    public int HeaderTableSize { get; init; } = 4_096;

    /// <summary>Largest frame in bytes, 16,384 to 16,777,215. Default 16,384: larger ones only delay other streams.</summary>
    public int MaxFrameSize { get; init; } = 16_384;

    /// <summary>Unread body bytes of one connection. Default 1 MiB: an upload of 100 Mbit/s over 80 ms.</summary>
    public int ConnectionWindow { get; init; } = 1024 * 1024;

    /// <summary>Unread body bytes of one request. Default 768 KiB: one upload may take most of the connection, never all.</summary>
    public int StreamWindow { get; init; } = 768 * 1024;

    /// <summary>Silence after which a connection with open requests is asked whether it lives. Default 60 s.</summary>
    public TimeSpan PingDelay { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>How long it may take to answer. Default 20 s.</summary>
    public TimeSpan PingTimeout { get; init; } = TimeSpan.FromSeconds(20);

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
    /// CONTINUATION frames of one header block. Default 16: with full frames that is twice what
    /// <see cref="Holdfast.Http.Messages.MessageLimits.FieldsBytes"/> allows; empty ones end here (CVE-2024-27316 and its kin).
    /// </summary>
    public int MaxContinuations { get; init; } = 16;

    /// <summary>Hands Kestrel those that it keeps. Body sizes are the zone's to limit and connections the admission's, so those are off here.</summary>
    /// <param name="options">The server's options.</param>
    /// <param name="edge">The limits that hold for all protocols, and these.</param>
    public static void ApplyTo(KestrelServerOptions options, EdgeLimits edge)
    {
        options.AddServerHeader = false;
        options.AllowSynchronousIO = false;
        // A visitor's scheme and TLS are our business; what a client claims in :scheme must still match.
        options.AllowAlternateSchemes = false;

        var (limits, own) = (options.Limits, edge.Http2);
        limits.MaxConcurrentConnections = null;
        limits.MaxConcurrentUpgradedConnections = null;
        limits.MaxRequestBodySize = null;
        limits.MaxRequestHeadersTotalSize = edge.Messages.FieldsBytes;
        limits.MaxRequestHeaderCount = edge.Messages.FieldCount;

        // The edge answers a target that is too long with 414; Kestrel would reset the stream. What a field may be bounds this too.
        limits.MaxRequestLineSize = edge.Messages.StartLineBytes + edge.Messages.FieldsBytes;

        // It has no use over HTTP/2, and Kestrel wants it no smaller.
        limits.MaxRequestBufferSize = null;
        limits.RequestHeadersTimeout = edge.HeaderTimeout;
        limits.KeepAliveTimeout = edge.IdleTimeout;
        limits.MinRequestBodyDataRate = new MinDataRate(edge.MinBodyRate, edge.BodyRateGrace);
        limits.MinResponseDataRate = new MinDataRate(edge.MinBodyRate, edge.BodyRateGrace);

        limits.Http2.MaxStreamsPerConnection = own.MaxStreams;
        limits.Http2.HeaderTableSize = own.HeaderTableSize;
        limits.Http2.MaxFrameSize = own.MaxFrameSize;
        limits.Http2.MaxRequestHeaderFieldSize = edge.Messages.FieldsBytes;
        limits.Http2.InitialConnectionWindowSize = own.ConnectionWindow;
        limits.Http2.InitialStreamWindowSize = own.StreamWindow;
        limits.Http2.KeepAlivePingDelay = own.PingDelay;
        limits.Http2.KeepAlivePingTimeout = own.PingTimeout;
    }
}
