using Holdfast.Edge.Listening.Admission;
using Holdfast.Edge.Listening.Http2;
using Holdfast.Http.Messages;
using Holdfast.Http.Origins;

namespace Holdfast.Edge;

/// <summary>
/// Every limit and time of the edge towards visitors and origins; what belongs to one protocol or one side stands in a group of its own. Each
/// default has its reason, and is what an edge runs with unless its setting says otherwise.
/// </summary>
internal sealed record EdgeLimits
{
    /// <summary>What an origin exchange may still take once its visitor has gone: enough for a visitor that only half-closed.</summary>
    public static readonly TimeSpan GoneVisitorGrace = TimeSpan.FromSeconds(5);

    /// <summary>Interim responses (1xx) of one answer: more than any origin has a reason to send.</summary>
    public const int MostInterim = 64;

    /// <summary>
    /// How long a body still goes into the store once the last visitor that read it has gone: 5 minutes, enough for 32 MB at the pace of a
    /// slow origin, and an end for an origin that trickles.
    /// </summary>
    public static readonly TimeSpan UnreadFillTime = TimeSpan.FromMinutes(5);

    /// <summary>
    /// What is accepted of one message. Settings <c>max_request_line</c>, <c>max_header_bytes</c> and <c>max_header_count</c>.
    /// </summary>
    public MessageLimits Messages { get; init; } = MessageLimits.ForVisitors;

    /// <summary>Connections before a request is read from them.</summary>
    public ConnectionLimits Connections { get; init; } = new();

    /// <summary>What HTTP/2 has beside the rest, which holds for it too.</summary>
    public VisitorHttp2Limits Http2 { get; init; } = new();

    /// <summary>Connections to origins.</summary>
    public OriginPoolLimits Origins { get; init; } = new();

    /// <summary>How long a connection may wait for its next request. Default 75 s, nginx's keepalive_timeout. Setting <c>idle_timeout</c>.</summary>
    public TimeSpan IdleTimeout { get; init; } = TimeSpan.FromSeconds(75);

    /// <summary>
    /// Time from a request's first byte, or from the connection's beginning, until its head is whole. Default 30 s: room for a slow
    /// phone, none for a slowloris. Setting <c>header_timeout</c>.
    /// </summary>
    public TimeSpan HeaderTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Lowest rate of a request body, and over HTTP/2 of an answer too, in bytes per second after the grace time. Default 240, Kestrel's: a modem from long ago passes, a slow-body attack does not. Setting <c>min_body_rate</c>.</summary>
    public int MinBodyRate { get; init; } = 240;

    /// <summary>Waiting that a body may cost before its rate counts. Default 10 s: a stall in a mobile network. Setting <c>body_rate_grace</c>.</summary>
    public TimeSpan BodyRateGrace { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>How long an HTTP/1.1 visitor may take no byte of an answer. Default 60 s, nginx's send_timeout. Setting <c>send_timeout</c>.</summary>
    public TimeSpan SendTimeout { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>Requests on one connection. Default 10,000: then it is closed, so that load balancers before us rebalance. Setting <c>requests_per_connection</c>.</summary>
    public int RequestsPerConnection { get; init; } = 10_000;

    /// <summary>Unread body that is read and dropped so that a connection can be kept. Default 256 KiB; beyond that closing is cheaper.</summary>
    public int DrainBytes { get; init; } = 256 * 1024;

    /// <summary>Time for that, and for a visitor to read the answer to a request whose body was refused. Default 2 s.</summary>
    public TimeSpan DrainTimeout { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>How long the origin is asked before the edge itself answers <c>Expect: 100-continue</c>. Default 1 s (law 24).</summary>
    public TimeSpan ContinueTimeout { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>
    /// How long a request waits for another one's answer from the origin before it asks itself. Default 10 s: an origin that is slower than
    /// that may be so for one request only. Setting <c>collapse_timeout</c>.
    /// </summary>
    public TimeSpan CollapseTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>How long a tunnel (WebSocket) may be silent in both directions. Default 10 min. Setting <c>tunnel_idle_timeout</c>.</summary>
    public TimeSpan TunnelIdleTimeout { get; init; } = TimeSpan.FromMinutes(10);
}
