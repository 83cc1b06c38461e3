using System.Collections.Frozen;
using System.Collections.Immutable;
using Holdfast.Rules.Types;

namespace Holdfast.Rules.Fields;

/// <summary>
/// Every field of the language, in one table. The names and types are those of Cloudflare's reference; a field without a source here is in
/// it too, so that an expression that reads it is understood, warned about, and unknown.
/// </summary>
public static class FieldCatalogue
{
    private static readonly RuleType Text = RuleType.String;
    private static readonly RuleType Number = RuleType.Integer;
    private static readonly RuleType Flag = RuleType.Boolean;
    private static readonly RuleType Ip = RuleType.Address;
    private static readonly RuleType Texts = RuleType.ArrayOf(Text);
    private static readonly RuleType Numbers = RuleType.ArrayOf(Number);
    private static readonly RuleType ListsOfTexts = RuleType.ArrayOf(Texts);
    private static readonly RuleType TextsByName = RuleType.MapOf(Texts);
    private static readonly RuleType NumbersByName = RuleType.MapOf(Number);
    private static readonly RuleType ListsOfNumbersByName = RuleType.MapOf(Numbers);

    /// <summary>All of them, those with a source first.</summary>
    public static ImmutableArray<RuleField> All { get; } =
    [
        From(Signal.HttpCookie, SignalSource.Request, "http.cookie", Text),
        From(Signal.HttpHost, SignalSource.Request, "http.host", Text),
        From(Signal.HttpReferer, SignalSource.Request, "http.referer", Text),
        From(Signal.HttpUserAgent, SignalSource.Request, "http.user_agent", Text),
        From(Signal.HttpXForwardedFor, SignalSource.Request, "http.x_forwarded_for", Text),
        From(Signal.HttpRequestFullUri, SignalSource.Request, "http.request.full_uri", Text),
        From(Signal.HttpRequestMethod, SignalSource.Request, "http.request.method", Text),
        From(Signal.HttpRequestCookies, SignalSource.Request, "http.request.cookies", TextsByName),
        From(Signal.HttpRequestUri, SignalSource.Request, "http.request.uri", Text),
        From(Signal.HttpRequestUriPath, SignalSource.Request, "http.request.uri.path", Text),
        From(Signal.HttpRequestUriPathExtension, SignalSource.Request, "http.request.uri.path.extension", Text),
        From(Signal.HttpRequestUriQuery, SignalSource.Request, "http.request.uri.query", Text),
        From(Signal.HttpRequestUriArgs, SignalSource.Request, "http.request.uri.args", TextsByName),
        From(Signal.HttpRequestUriArgsNames, SignalSource.Request, "http.request.uri.args.names", Texts),
        From(Signal.HttpRequestUriArgsValues, SignalSource.Request, "http.request.uri.args.values", Texts),
        From(Signal.HttpRequestVersion, SignalSource.Request, "http.request.version", Text),
        From(Signal.HttpRequestHeaders, SignalSource.Request, "http.request.headers", TextsByName),
        From(Signal.HttpRequestHeadersNames, SignalSource.Request, "http.request.headers.names", Texts),
        From(Signal.HttpRequestHeadersValues, SignalSource.Request, "http.request.headers.values", Texts),
        From(Signal.HttpRequestHeadersTruncated, SignalSource.Request, "http.request.headers.truncated", Flag),
        From(Signal.HttpRequestAcceptedLanguages, SignalSource.Request, "http.request.accepted_languages", Texts),
        From(Signal.HttpRequestTimestampSec, SignalSource.Request, "http.request.timestamp.sec", Number),
        From(Signal.HttpRequestTimestampMsec, SignalSource.Request, "http.request.timestamp.msec", Number),
        From(Signal.RawHttpRequestFullUri, SignalSource.Request, "raw.http.request.full_uri", Text),
        From(Signal.RawHttpRequestUri, SignalSource.Request, "raw.http.request.uri", Text),
        From(Signal.RawHttpRequestUriPath, SignalSource.Request, "raw.http.request.uri.path", Text),
        From(Signal.RawHttpRequestUriPathExtension, SignalSource.Request, "raw.http.request.uri.path.extension", Text),
        From(Signal.RawHttpRequestUriQuery, SignalSource.Request, "raw.http.request.uri.query", Text),
        From(Signal.RawHttpRequestUriArgs, SignalSource.Request, "raw.http.request.uri.args", TextsByName),
        From(Signal.RawHttpRequestUriArgsNames, SignalSource.Request, "raw.http.request.uri.args.names", Texts),
        From(Signal.RawHttpRequestUriArgsValues, SignalSource.Request, "raw.http.request.uri.args.values", Texts),
        From(Signal.HttpRequestBodyRaw, SignalSource.Body, "http.request.body.raw", Text),
        From(Signal.HttpRequestBodySize, SignalSource.Body, "http.request.body.size", Number),
        From(Signal.HttpRequestBodyTruncated, SignalSource.Body, "http.request.body.truncated", Flag),
        From(Signal.HttpRequestBodyForm, SignalSource.Body, "http.request.body.form", TextsByName),
        From(Signal.HttpRequestBodyFormNames, SignalSource.Body, "http.request.body.form.names", Texts),
        From(Signal.HttpRequestBodyFormValues, SignalSource.Body, "http.request.body.form.values", Texts),
        From(Signal.HttpRequestBodyMime, SignalSource.Body, "http.request.body.mime", Text),
        From(Signal.IpSrc, SignalSource.Request, "ip.src", Ip),
        From(Signal.IpSrcCountry, SignalSource.Country, "ip.src.country", Text, "ip.geoip.country"),
        From(Signal.IpSrcContinent, SignalSource.Country, "ip.src.continent", Text, "ip.geoip.continent"),
        From(Signal.IpSrcIsInEuropeanUnion, SignalSource.Country, "ip.src.is_in_european_union", Flag, "ip.geoip.is_in_european_union"),
        From(Signal.IpSrcAsnum, SignalSource.AutonomousSystem, "ip.src.asnum", Number, "ip.geoip.asnum"),
        From(Signal.Ssl, SignalSource.Connection, "ssl", Flag),
        From(Signal.CfTlsVersion, SignalSource.Connection, "cf.tls_version", Text),
        From(Signal.CfTlsCipher, SignalSource.Connection, "cf.tls_cipher", Text),
        From(Signal.CfTlsClientAuthCertVerified, SignalSource.Connection, "cf.tls_client_auth.cert_verified", Flag),
        From(Signal.CfTlsClientAuthCertPresented, SignalSource.Connection, "cf.tls_client_auth.cert_presented", Flag),
        From(Signal.CfTlsClientAuthCertRevoked, SignalSource.Connection, "cf.tls_client_auth.cert_revoked", Flag),
        From(Signal.CfEdgeServerIp, SignalSource.Connection, "cf.edge.server_ip", Ip),
        From(Signal.CfEdgeServerPort, SignalSource.Connection, "cf.edge.server_port", Number),
        From(Signal.CfEdgeClientTcp, SignalSource.Connection, "cf.edge.client_tcp", Flag),
        From(Signal.CfRandomSeed, SignalSource.Request, "cf.random_seed", Text),
        From(Signal.CfRayId, SignalSource.Request, "cf.ray_id", Text),
        From(Signal.CfColoName, SignalSource.Request, "cf.colo.name", Text),
        From(Signal.CfZoneName, SignalSource.Request, "cf.zone.name", Text),
        From(Signal.CfWorkerUpstreamZone, SignalSource.Request, "cf.worker.upstream_zone", Text),
        From(Signal.CfBotManagementScore, SignalSource.BotScore, "cf.bot_management.score", Number),
        From(Signal.CfBotManagementVerifiedBot, SignalSource.VerifiedBots, "cf.bot_management.verified_bot", Flag),
        From(Signal.CfBotManagementStaticResource, SignalSource.Request, "cf.bot_management.static_resource", Flag),
        From(Signal.CfBotManagementJa4, SignalSource.Connection, "cf.bot_management.ja4", Text),
        From(Signal.CfClientBot, SignalSource.VerifiedBots, "cf.client.bot", Flag),
        From(Signal.CfVerifiedBotCategory, SignalSource.VerifiedBots, "cf.verified_bot_category", Text),
        From(Signal.HoldfastBotCategory, SignalSource.Crawlers, "holdfast.bot.category", Text),
        From(Signal.HttpResponseCode, SignalSource.Response, "http.response.code", Number),
        From(Signal.HttpResponseHeaders, SignalSource.Response, "http.response.headers", TextsByName),
        From(Signal.HttpResponseHeadersNames, SignalSource.Response, "http.response.headers.names", Texts),
        From(Signal.HttpResponseHeadersValues, SignalSource.Response, "http.response.headers.values", Texts),
        From(Signal.HttpResponseContentTypeMediaType, SignalSource.Response, "http.response.content_type.media_type", Text),
        From(Signal.RawHttpResponseHeaders, SignalSource.Response, "raw.http.response.headers", TextsByName),
        From(Signal.RawHttpResponseHeadersNames, SignalSource.Response, "raw.http.response.headers.names", Texts),
        From(Signal.RawHttpResponseHeadersValues, SignalSource.Response, "raw.http.response.headers.values", Texts),
        From(Signal.CfResponseOneXxxCode, SignalSource.Response, "cf.response.1xxx_code", Number),
        From(Signal.CfResponseErrorType, SignalSource.Response, "cf.response.error_type", Text),
        // Nothing here knows these.
        Nowhere("cf.colo.region", Text),
        Nowhere("ip.src.city", Text),
        Nowhere("ip.src.region", Text),
        Nowhere("ip.src.region_code", Text),
        Nowhere("ip.src.lat", Text),
        Nowhere("ip.src.lon", Text),
        Nowhere("ip.src.postal_code", Text),
        Nowhere("ip.src.metro_code", Text),
        Nowhere("ip.src.timezone.name", Text),
        Nowhere("ip.src.subdivision_1_iso_code", Text, "ip.geoip.subdivision_1_iso_code"),
        Nowhere("ip.src.subdivision_2_iso_code", Text, "ip.geoip.subdivision_2_iso_code"),
        Nowhere("cf.threat_score", Number),
        Nowhere("cf.bot_management.ja3_hash", Text),
        Nowhere("cf.bot_management.corporate_proxy", Flag),
        Nowhere("cf.bot_management.js_detection.passed", Flag),
        Nowhere("cf.bot_management.detection_ids", Numbers),
        Nowhere("cf.bot_management.signed_agent", Flag),
        Nowhere("cf.waf.score", Number),
        Nowhere("cf.waf.score.sqli", Number),
        Nowhere("cf.waf.score.xss", Number),
        Nowhere("cf.waf.score.rce", Number),
        Nowhere("cf.waf.score.class", Text),
        Nowhere("cf.waf.auth_detected", Flag),
        Nowhere("cf.waf.credential_check.password_leaked", Flag),
        Nowhere("cf.waf.credential_check.username_leaked", Flag),
        Nowhere("cf.waf.credential_check.username_and_password_leaked", Flag),
        Nowhere("cf.waf.credential_check.username_password_similar", Flag),
        Nowhere("cf.waf.content_scan.has_obj", Flag),
        Nowhere("cf.waf.content_scan.has_malicious_obj", Flag),
        Nowhere("cf.waf.content_scan.num_malicious_obj", Number),
        Nowhere("cf.waf.content_scan.has_failed", Flag),
        Nowhere("cf.waf.content_scan.num_obj", Number),
        Nowhere("cf.waf.content_scan.obj_sizes", Numbers),
        Nowhere("cf.waf.content_scan.obj_types", Texts),
        Nowhere("cf.waf.content_scan.obj_results", Texts),
        Nowhere("cf.api_gateway.auth_id_present", Flag),
        Nowhere("cf.api_gateway.request_violates_schema", Flag),
        Nowhere("cf.api_gateway.fallthrough_detected", Flag),
        Nowhere("cf.schema_validation.learned.violated", Flag),
        Nowhere("cf.schema_validation.uploaded.violated", Flag),
        Nowhere("cf.hostname.metadata", Text),
        Nowhere("cf.tls_client_auth.cert_issuer_dn", Text),
        Nowhere("cf.tls_client_auth.cert_subject_dn", Text),
        Nowhere("cf.tls_client_auth.cert_issuer_dn_rfc2253", Text),
        Nowhere("cf.tls_client_auth.cert_subject_dn_rfc2253", Text),
        Nowhere("cf.tls_client_auth.cert_issuer_dn_legacy", Text),
        Nowhere("cf.tls_client_auth.cert_subject_dn_legacy", Text),
        Nowhere("cf.tls_client_auth.cert_serial", Text),
        Nowhere("cf.tls_client_auth.cert_issuer_serial", Text),
        Nowhere("cf.tls_client_auth.cert_fingerprint_sha256", Text),
        Nowhere("cf.tls_client_auth.cert_fingerprint_sha1", Text),
        Nowhere("cf.tls_client_auth.cert_not_before", Text),
        Nowhere("cf.tls_client_auth.cert_not_after", Text),
        Nowhere("cf.tls_client_auth.cert_ski", Text),
        Nowhere("cf.tls_client_auth.cert_issuer_ski", Text),
        Nowhere("cf.tls_client_auth.cert_rfc9440", Text),
        Nowhere("cf.tls_client_auth.cert_rfc9440_too_large", Flag),
        Nowhere("cf.tls_client_auth.cert_chain_rfc9440", Text),
        Nowhere("cf.tls_client_auth.cert_chain_rfc9440_too_large", Flag),
        Nowhere("cf.tls_client_extensions_sha1", Text),
        Nowhere("cf.tls_client_extensions_sha1_le", Text),
        Nowhere("cf.tls_ciphers_sha1", Text),
        Nowhere("cf.tls_client_hello_length", Number),
        Nowhere("cf.tls_client_random", Text),
        Nowhere("cf.edge.l4.delivery_rate", Number),
        Nowhere("cf.timings.client_tcp_rtt_msec", Number),
        Nowhere("cf.timings.client_quic_rtt_msec", Number),
        Nowhere("cf.timings.edge_msec", Number),
        Nowhere("cf.timings.origin_ttfb_msec", Number),
        Nowhere("cf.timings.worker_msec", Number),
        Nowhere("cf.llm.prompt.detected", Flag),
        Nowhere("cf.llm.prompt.pii_detected", Flag),
        Nowhere("cf.llm.prompt.pii_categories", Texts),
        Nowhere("cf.llm.prompt.unsafe_topic_detected", Flag),
        Nowhere("cf.llm.prompt.unsafe_topic_categories", Texts),
        Nowhere("cf.llm.prompt.injection_score", Number),
        Nowhere("cf.llm.prompt.token_count", Number),
        Nowhere("cf.llm.prompt.custom_topic_categories", NumbersByName),
        Nowhere("http.request.jwt.claims.aud", TextsByName),
        Nowhere("http.request.jwt.claims.aud.names", Texts),
        Nowhere("http.request.jwt.claims.aud.values", Texts),
        Nowhere("http.request.jwt.claims.iss", TextsByName),
        Nowhere("http.request.jwt.claims.iss.names", Texts),
        Nowhere("http.request.jwt.claims.iss.values", Texts),
        Nowhere("http.request.jwt.claims.jti", TextsByName),
        Nowhere("http.request.jwt.claims.jti.names", Texts),
        Nowhere("http.request.jwt.claims.jti.values", Texts),
        Nowhere("http.request.jwt.claims.sub", TextsByName),
        Nowhere("http.request.jwt.claims.sub.names", Texts),
        Nowhere("http.request.jwt.claims.sub.values", Texts),
        Nowhere("http.request.jwt.claims.iat.sec", ListsOfNumbersByName),
        Nowhere("http.request.jwt.claims.iat.sec.names", Texts),
        Nowhere("http.request.jwt.claims.iat.sec.values", Numbers),
        Nowhere("http.request.jwt.claims.nbf.sec", ListsOfNumbersByName),
        Nowhere("http.request.jwt.claims.nbf.sec.names", Texts),
        Nowhere("http.request.jwt.claims.nbf.sec.values", Numbers),
        Nowhere("http.request.body.multipart", TextsByName),
        Nowhere("http.request.body.multipart.names", ListsOfTexts),
        Nowhere("http.request.body.multipart.values", Texts),
        Nowhere("http.request.body.multipart.content_types", ListsOfTexts),
        Nowhere("http.request.body.multipart.content_dispositions", ListsOfTexts),
        Nowhere("http.request.body.multipart.content_transfer_encodings", ListsOfTexts),
        Nowhere("http.request.body.multipart.filenames", ListsOfTexts),
    ];

    private static readonly FrozenDictionary<string, RuleField> ByName = All.SelectMany(field =>
            field.Aliases.Prepend(field.Name).Select(name => (Name: name, Field: field))
        )
        .ToFrozenDictionary(entry => entry.Name, entry => entry.Field, StringComparer.Ordinal);

    private static readonly FrozenDictionary<string, RuleField>.AlternateLookup<ReadOnlySpan<char>> BySpan = ByName.GetAlternateLookup<
        ReadOnlySpan<char>
    >();

    private static readonly FrozenDictionary<Signal, RuleField> BySignal = All.Where(field => field.Signal is not null)
        .ToFrozenDictionary(field => field.Signal!.Value);

    /// <summary>Every name that a field can be called by, old ones too.</summary>
    public static IEnumerable<string> Names => ByName.Keys;

    /// <summary>Finds a field by a name; null when there is none.</summary>
    public static RuleField? Find(ReadOnlySpan<char> name) => BySpan.TryGetValue(name, out var field) ? field : null;

    /// <summary>The field that gives a signal its name.</summary>
    public static RuleField Of(Signal signal) => BySignal[signal];

    private static RuleField From(Signal signal, SignalSource source, string name, RuleType type, params ImmutableArray<string> aliases) =>
        new(name, type, source, signal, aliases);

    private static RuleField Nowhere(string name, RuleType type, params ImmutableArray<string> aliases) =>
        new(name, type, SignalSource.None, null, aliases);
}
