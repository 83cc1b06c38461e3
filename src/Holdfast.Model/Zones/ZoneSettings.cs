namespace Holdfast.Model.Zones;

/// <summary>What a zone's owner can set. Every default and range stands here and nowhere else.</summary>
public sealed record ZoneSettings
{
    /// <summary>Largest accepted <see cref="MaxUploadMegabytes"/>.</summary>
    public const int MaxUploadMegabytesLimit = 100_000;

    /// <summary>Largest accepted <see cref="ProxyReadTimeoutSeconds"/>.</summary>
    public const int ProxyReadTimeoutSecondsLimit = 6_000;

    /// <summary>Largest accepted <see cref="BrowserCacheTtlSeconds"/>: a year, Cloudflare's.</summary>
    public const int BrowserCacheTtlSecondsLimit = 31_536_000;

    /// <summary>Largest accepted <see cref="ErrorPageHtml"/>, in UTF-8 bytes: it is kept in memory on every edge.</summary>
    public const int ErrorPageHtmlBytesLimit = 256 * 1024;

    /// <summary>Largest accepted <see cref="OriginConcurrencyLimit"/>: more than an edge has connections for.</summary>
    public const int OriginConcurrencyLimitLimit = 100_000;

    /// <summary>
    /// Largest accepted <see cref="OriginQueueLength"/>: with its connection and buffers, what waits takes up to 100 KB of an edge's memory.
    /// </summary>
    public const int OriginQueueLengthLimit = 10_000;

    /// <summary>Largest accepted <see cref="OriginQueueTimeoutSeconds"/>: nobody waits a minute for a page to begin.</summary>
    public const int OriginQueueTimeoutSecondsLimit = 60;

    /// <summary>How the edge speaks to the origin (<c>ssl</c>). Default strict: an encrypted origin is verified.</summary>
    public SslMode Ssl { get; init; } = SslMode.Strict;

    /// <summary>The lowest TLS version offered to visitors (<c>min_tls_version</c>). Default 1.2.</summary>
    public MinTlsVersion MinTlsVersion { get; init; } = MinTlsVersion.Tls12;

    /// <summary>Whether TLS 1.3 is offered to visitors (<c>tls_1_3</c>). Default on. Never off where <see cref="MinTlsVersion"/> is 1.3.</summary>
    public bool Tls13 { get; init; } = true;

    /// <summary>Whether HTTP/2 is offered to visitors (<c>http2</c>). Default on.</summary>
    public bool Http2 { get; init; } = true;

    /// <summary>Whether HTTP/3 is offered to visitors by edges that speak it (<c>http3</c>). Default on.</summary>
    public bool Http3 { get; init; } = true;

    /// <summary>Whether requests to the edge's IPv6 addresses are served (<c>ipv6</c>). Default on; off, they are answered with 421.</summary>
    public bool Ipv6 { get; init; } = true;

    /// <summary>What responses tell browsers about HTTPS and content types (<c>security_header</c>). Default nothing.</summary>
    public SecurityHeader SecurityHeader { get; init; } = new();

    /// <summary>Redirect plain HTTP to HTTPS with 301 (<c>always_use_https</c>). Default off.</summary>
    public bool AlwaysUseHttps { get; init; }

    /// <summary>Whether WebSocket and other upgrades reach the origin (<c>websockets</c>). Default on.</summary>
    public bool WebSockets { get; init; } = true;

    /// <summary>Highest HTTP version spoken to an https origin (<c>origin_max_http_version</c>): 1 or 2. Default 1.</summary>
    public int OriginMaxHttpVersion { get; init; } = 1;

    /// <summary>Seconds to wait for the origin's answer, and between two reads of it (<c>proxy_read_timeout</c>): 1 to 6,000. Default 100.</summary>
    public int ProxyReadTimeoutSeconds { get; init; } = 100;

    /// <summary>
    /// Most requests that each edge has under way to one of the zone's origins (<c>origin_concurrency_limit</c>): 1 to 100,000, or null for no
    /// limit. Default null.
    /// </summary>
    public int? OriginConcurrencyLimit { get; init; }

    /// <summary>
    /// Most requests that wait until fewer are under way (<c>origin_queue_length</c>): 0 to 10,000. Default 100: an origin that answers ten a
    /// second works that off within <see cref="OriginQueueTimeoutSeconds"/>.
    /// </summary>
    public int OriginQueueLength { get; init; } = 100;

    /// <summary>Seconds that a request waits for that (<c>origin_queue_timeout</c>): 1 to 60. Default 10: then visitors reload anyway.</summary>
    public int OriginQueueTimeoutSeconds { get; init; } = 10;

    /// <summary>Largest request body in megabytes of 1,048,576 bytes (<c>max_upload</c>): 1 to 100,000. Default 100.</summary>
    public int MaxUploadMegabytes { get; init; } = 100;

    /// <summary>The Host that the origin sees instead of the visitor's (<c>origin_host_header</c>), or null for the visitor's own. Default null.</summary>
    public string? OriginHostHeader { get; init; }

    /// <summary>Whether the origin is told the visitor's address in <c>True-Client-IP</c> (<c>true_client_ip_header</c>). Default off.</summary>
    public bool TrueClientIpHeader { get; init; }

    /// <summary>Whether responses carry <c>Server-Timing</c> (<c>server_timing</c>). Default off.</summary>
    public bool ServerTiming { get; init; }

    /// <summary>What is cached when no rule says so (<c>cache_profile</c>). Default cloudflare.</summary>
    public CacheProfile CacheProfile { get; init; } = CacheProfile.Cloudflare;

    /// <summary>What the query string means to the cache (<c>cache_level</c>). Default aggressive.</summary>
    public CacheLevel CacheLevel { get; init; } = CacheLevel.Aggressive;

    /// <summary>
    /// Whether the order of a query string's parameters means nothing to the cache (<c>sort_query_string_for_cache</c>). Default off. The
    /// origin gets the query as the visitor sent it.
    /// </summary>
    public bool SortQueryStringForCache { get; init; }

    /// <summary>
    /// Whether a stored response is served stale, when its origin cannot be reached, without its own <c>stale-if-error</c>
    /// (<c>always_online</c>). Default on.
    /// </summary>
    public bool AlwaysOnline { get; init; } = true;

    /// <summary>
    /// For how many seconds at least browsers keep what the cache has to do with (<c>browser_cache_ttl</c>): 0 to 31,536,000. Default 0: as
    /// long as the origin says. Cloudflare's default is 14,400; what browsers keep no purge reaches, so here its owner says so.
    /// </summary>
    public int BrowserCacheTtlSeconds { get; init; }

    /// <summary>
    /// The SHA-256, 64 lower-case hexadecimal digits, of the token with which a request is told what the cache did with it and why
    /// (<c>cache_debug_token_sha256</c>), or null when nobody is told. Default null. The token itself never comes here.
    /// </summary>
    public string? CacheDebugTokenSha256 { get; init; }

    /// <summary>
    /// Whether files are fetched from the origin and stored in slices of 1 MiB, so that a seek in a large one does not fetch all of it
    /// (<c>cache_slice</c>). Default off: the origin sees several requests for one file.
    /// </summary>
    public bool CacheSlice { get; init; }

    /// <summary>
    /// Whether the edge compresses what can be compressed (<c>compression</c>). Default on. Cloudflare has no such setting: there it is on.
    /// </summary>
    public bool Compression { get; init; } = true;

    /// <summary>Whether it offers visitors brotli beside zstd and gzip (<c>brotli</c>). Default on.</summary>
    public bool Brotli { get; init; } = true;

    /// <summary>Whether visitors' own cache directives count (<c>respect_request_cache_control</c>). Default off.</summary>
    public bool RespectRequestCacheControl { get; init; }

    /// <summary>What becomes of requests when what protects the zone fails (<c>security_failure_mode</c>). Default open.</summary>
    public SecurityFailureMode SecurityFailureMode { get; init; }

    /// <summary>
    /// HTML served instead of the edge's own error page (<c>error_page_html</c>), or null. The tokens <c>::RAY_ID::</c>,
    /// <c>::CLIENT_IP::</c>, <c>::ERROR_CODE::</c> and <c>::ERROR_TITLE::</c> are replaced. At most 256 KiB. Default null.
    /// </summary>
    public string? ErrorPageHtml { get; init; }
}

/// <summary>How the edge speaks to an origin and what it demands of its certificate.</summary>
public enum SslMode
{
    /// <summary>Plain HTTP to the origin; visitors on HTTPS are redirected to HTTP.</summary>
    Off,

    /// <summary>Plain HTTP to the origin, whatever the visitor used.</summary>
    Flexible,

    /// <summary>TLS to an https origin; its certificate is not checked.</summary>
    Full,

    /// <summary>TLS to an https origin; its certificate must be valid for its name, otherwise the answer is 526.</summary>
    Strict,
}

/// <summary>The lowest TLS version that a zone offers its visitors.</summary>
public enum MinTlsVersion
{
    /// <summary>TLS 1.2 (RFC 5246) and later.</summary>
    Tls12,

    /// <summary>TLS 1.3 (RFC 8446) only.</summary>
    Tls13,
}
