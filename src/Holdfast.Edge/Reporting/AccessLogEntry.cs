using Holdfast.Edge.Bots;
using Holdfast.Edge.ErrorPages;
using Holdfast.Edge.Guard;
using Holdfast.Edge.Rules;

namespace Holdfast.Edge.Reporting;

/// <summary>
/// What is known about one request when it has ended, under the names of Logpush's <c>http_requests</c> fields. All texts are UTF-8 as
/// they came (never trusted, may be empty) and are read only during <see cref="AccessLog.Append"/>. Sizes are in bytes.
/// </summary>
internal ref struct AccessLogEntry
{
    /// <summary><c>RayID</c>.</summary>
    public ReadOnlySpan<byte> RayId { get; set; }

    /// <summary><c>EdgeStartTimestamp</c>: when the request's first byte was read, UTC.</summary>
    public DateTime EdgeStart { get; set; }

    /// <summary><c>EdgeEndTimestamp</c>: when the response's last byte was written, or the request was given up, UTC.</summary>
    public DateTime EdgeEnd { get; set; }

    /// <summary><c>EdgeTimeToFirstByteMs</c>.</summary>
    public TimeSpan TimeToFirstByte { get; set; }

    /// <summary><c>ClientIP</c>: the visitor's address as text.</summary>
    public ReadOnlySpan<byte> ClientIp { get; set; }

    /// <summary><c>ClientSrcPort</c>.</summary>
    public int ClientSourcePort { get; set; }

    /// <summary><c>ClientCountry</c>: two upper-case letters, <c>XX</c> when unknown.</summary>
    public ReadOnlySpan<byte> ClientCountry { get; set; }

    /// <summary><c>ClientRequestMethod</c>.</summary>
    public ReadOnlySpan<byte> Method { get; set; }

    /// <summary><c>ClientRequestScheme</c>: <c>http</c> or <c>https</c>.</summary>
    public ReadOnlySpan<byte> Scheme { get; set; }

    /// <summary><c>ClientRequestHost</c>.</summary>
    public ReadOnlySpan<byte> Host { get; set; }

    /// <summary><c>ClientRequestPath</c>: without the query.</summary>
    public ReadOnlySpan<byte> Path { get; set; }

    /// <summary><c>ClientRequestURI</c>: path and query.</summary>
    public ReadOnlySpan<byte> Uri { get; set; }

    /// <summary><c>ClientRequestProtocol</c>: <c>HTTP/1.1</c>.</summary>
    public ReadOnlySpan<byte> Protocol { get; set; }

    /// <summary><c>ClientRequestReferer</c>.</summary>
    public ReadOnlySpan<byte> Referer { get; set; }

    /// <summary><c>ClientRequestUserAgent</c>.</summary>
    public ReadOnlySpan<byte> UserAgent { get; set; }

    /// <summary><c>ClientRequestBytes</c>: head and body as read.</summary>
    public long RequestBytes { get; set; }

    /// <summary><c>ClientSSLProtocol</c>: <c>TLSv1.3</c>; empty is written as <c>none</c>.</summary>
    public ReadOnlySpan<byte> TlsProtocol { get; set; }

    /// <summary><c>ClientSSLCipher</c>; empty is written as <c>NONE</c>.</summary>
    public ReadOnlySpan<byte> TlsCipher { get; set; }

    /// <summary><c>JA4</c>.</summary>
    public ReadOnlySpan<byte> Ja4 { get; set; }

    /// <summary><c>EdgeResponseStatus</c>; 0 when no response was begun, 499 when the visitor left first.</summary>
    public int Status { get; set; }

    /// <summary><c>EdgeResponseBytes</c>: head and body as written.</summary>
    public long ResponseBytes { get; set; }

    /// <summary><c>EdgeResponseBodyBytes</c>.</summary>
    public long ResponseBodyBytes { get; set; }

    /// <summary><c>EdgeResponseContentType</c>.</summary>
    public ReadOnlySpan<byte> ResponseContentType { get; set; }

    /// <summary><c>EdgeServerIP</c>: the edge's address towards the origin; empty when no connection to the origin was had.</summary>
    public ReadOnlySpan<byte> EdgeServerIp { get; set; }

    /// <summary><c>OriginIP</c>.</summary>
    public ReadOnlySpan<byte> OriginIp { get; set; }

    /// <summary><c>OriginResponseStatus</c>; 0 when the origin was not asked or did not answer.</summary>
    public int OriginStatus { get; set; }

    /// <summary><c>OriginResponseDurationMs</c>: from the first step towards the origin to its response's head.</summary>
    public TimeSpan OriginDuration { get; set; }

    /// <summary><c>OriginQueueDurationMs</c>: waiting until fewer requests were under way to the origin; left out when there was none.</summary>
    public TimeSpan OriginQueue { get; set; }

    /// <summary><c>OriginDNSResponseTimeMs</c>.</summary>
    public TimeSpan OriginDns { get; set; }

    /// <summary><c>OriginTCPHandshakeDurationMs</c>; 0 on a reused connection.</summary>
    public TimeSpan OriginTcpHandshake { get; set; }

    /// <summary><c>OriginTLSHandshakeDurationMs</c>; 0 on a reused connection.</summary>
    public TimeSpan OriginTlsHandshake { get; set; }

    /// <summary><c>OriginResponseHeaderReceiveDurationMs</c>: from the request head's end to the response head's.</summary>
    public TimeSpan OriginHeaderReceive { get; set; }

    /// <summary><c>CacheCacheStatus</c>: <c>dynamic</c>, <c>hit</c> and so on; empty is written as <c>unknown</c>.</summary>
    public ReadOnlySpan<byte> CacheStatus { get; set; }

    /// <summary><c>CacheReason</c>: why the cache did not store the answer, as <c>no-store</c>; left out when it did, or was not asked.</summary>
    public ReadOnlySpan<byte> CacheReason { get; set; }

    /// <summary><c>CacheCollapsed</c>: whether another request's exchange with the origin answered this one; left out when not.</summary>
    public bool Collapsed { get; set; }

    /// <summary><c>CacheTieredFill</c>: whether an upper edge gave the answer; left out when not. The origin's fields are then about it.</summary>
    public bool Tiered { get; set; }

    /// <summary><c>LowerEdge</c>: the edge that asked in the visitor's name; left out when the visitor did.</summary>
    public ReadOnlySpan<byte> LowerEdge { get; set; }

    /// <summary><c>ZoneName</c>; empty when the host belongs to no zone.</summary>
    public ReadOnlySpan<byte> ZoneName { get; set; }

    /// <summary><c>ZoneID</c>.</summary>
    public ReadOnlySpan<byte> ZoneId { get; set; }

    /// <summary><c>Generation</c>: of the zone's configuration that served the request; 0 without a zone.</summary>
    public long Generation { get; set; }

    /// <summary><c>Side</c>: whether only a share of the requests met that generation.</summary>
    public bool IsCandidate { get; set; }

    /// <summary>
    /// <c>SecurityAction</c>, <c>SecurityActions</c>, <c>SecurityRuleDescription</c>, <c>SecurityRuleID</c>, <c>SecurityRuleIDs</c> and
    /// <c>SecuritySources</c>: of the rules that acted, in their order; left out when none did.
    /// </summary>
    public ReadOnlySpan<RuleRuntime> SecurityRules { get; set; }

    /// <summary>
    /// <c>BotScore</c>, 0 where it is unknown, and <c>BotFeatures</c>, the names of those that hold; null, and left out, when no rule has asked.
    /// </summary>
    public BotScore? Bots { get; set; }

    /// <summary><c>ModulesFailed</c> and <c>ModulesResting</c>: what the guard did; each is left out when it is empty.</summary>
    public GuardNotes Guarded { get; set; }

    /// <summary><c>KillSwitches</c>: the ids of those that have taken something out of the zone; left out when there are none.</summary>
    public ReadOnlySpan<byte[]> KillSwitches { get; set; }

    /// <summary><c>ErrorCode</c> and <c>Blame</c>, which are left out when there was no error of the edge's.</summary>
    public EdgeError Error { get; set; }

    /// <summary><c>RefusedReason</c>: why the parser refused the request; left out when it did not.</summary>
    public ReadOnlySpan<byte> RefusedReason { get; set; }

    /// <summary><c>RefusedDetail</c>: what else is known of that; left out when nothing is.</summary>
    public ReadOnlySpan<byte> RefusedDetail { get; set; }

    /// <summary><c>ConnectionRequests</c>: which request of its connection it was, from 1.</summary>
    public long ConnectionRequests { get; set; }

    /// <summary><c>TraceParent</c>: the traceparent sent to the origin; left out when there was none.</summary>
    public ReadOnlySpan<byte> TraceParent { get; set; }
}
