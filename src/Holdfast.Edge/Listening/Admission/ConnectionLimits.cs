namespace Holdfast.Edge.Listening.Admission;

/// <summary>Every limit on connections before a request is read. HTTP/2's own are in <see cref="Http2.VisitorHttp2Limits"/>.</summary>
internal sealed record ConnectionLimits
{
    /// <summary>
    /// Open connections of all listeners together (<c>max_connections</c>), at least 1. Default 20,000: an idle TLS connection costs
    /// some 30 KB, so these are 600 MB, and twice as many descriptors (one to the visitor, one to the origin) fit a usual limit of 65,536.
    /// </summary>
    public int MaxConnections { get; init; } = 20_000;

    /// <summary>
    /// Open connections of one client address, an IPv6 client's /64 counting as one (<c>max_connections_per_address</c>), at least 1.
    /// Default 1,000: more than a large office behind one address opens, a twentieth of all there is.
    /// </summary>
    public int MaxConnectionsPerAddress { get; init; } = 1_000;

    /// <summary>
    /// How long a load balancer may take to send its PROXY header (<c>proxy_header_timeout</c>). Default 5 s: it is sent with the first
    /// packet, so only retransmissions take time.
    /// </summary>
    public TimeSpan ProxyHeaderTimeout { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>
    /// From accepted to the end of the TLS handshake, the client hello included (<c>tls_handshake_timeout</c>). Default 10 s: three
    /// round trips on a bad mobile line with a retransmission each.
    /// </summary>
    public TimeSpan HandshakeTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>How long a closing connection may take to accept the last bytes (<c>tls_close_timeout</c>). Default 2 s.</summary>
    public TimeSpan CloseTimeout { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>
    /// Refusals, and as many failed handshakes, that are reported one by one each second (<c>reported_failures_per_second</c>). Default 10;
    /// beyond it they are only counted, so that a flood costs no more than its counters.
    /// </summary>
    public int ReportedPerSecond { get; init; } = 10;
}
