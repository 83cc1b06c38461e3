namespace Holdfast.Rules.Fields;

/// <summary>
/// A value of a request or a response that an edge can know: one for each field of the language that has a source here. What each of them
/// means stands in <c>docs/rules.md</c>; a header or a query that is not there is an empty string, never missing.
/// </summary>
public enum Signal
{
    /// <summary>http.cookie</summary>
    HttpCookie,

    /// <summary>http.host</summary>
    HttpHost,

    /// <summary>http.referer</summary>
    HttpReferer,

    /// <summary>http.user_agent</summary>
    HttpUserAgent,

    /// <summary>http.x_forwarded_for</summary>
    HttpXForwardedFor,

    /// <summary>http.request.full_uri</summary>
    HttpRequestFullUri,

    /// <summary>http.request.method</summary>
    HttpRequestMethod,

    /// <summary>http.request.cookies</summary>
    HttpRequestCookies,

    /// <summary>http.request.uri</summary>
    HttpRequestUri,

    /// <summary>http.request.uri.path</summary>
    HttpRequestUriPath,

    /// <summary>http.request.uri.path.extension</summary>
    HttpRequestUriPathExtension,

    /// <summary>http.request.uri.query</summary>
    HttpRequestUriQuery,

    /// <summary>http.request.uri.args</summary>
    HttpRequestUriArgs,

    /// <summary>http.request.uri.args.names</summary>
    HttpRequestUriArgsNames,

    /// <summary>http.request.uri.args.values</summary>
    HttpRequestUriArgsValues,

    /// <summary>http.request.version</summary>
    HttpRequestVersion,

    /// <summary>http.request.headers</summary>
    HttpRequestHeaders,

    /// <summary>http.request.headers.names</summary>
    HttpRequestHeadersNames,

    /// <summary>http.request.headers.values</summary>
    HttpRequestHeadersValues,

    /// <summary>http.request.headers.truncated</summary>
    HttpRequestHeadersTruncated,

    /// <summary>http.request.accepted_languages</summary>
    HttpRequestAcceptedLanguages,

    /// <summary>http.request.timestamp.sec</summary>
    HttpRequestTimestampSec,

    /// <summary>http.request.timestamp.msec</summary>
    HttpRequestTimestampMsec,

    /// <summary>raw.http.request.full_uri</summary>
    RawHttpRequestFullUri,

    /// <summary>raw.http.request.uri</summary>
    RawHttpRequestUri,

    /// <summary>raw.http.request.uri.path</summary>
    RawHttpRequestUriPath,

    /// <summary>raw.http.request.uri.path.extension</summary>
    RawHttpRequestUriPathExtension,

    /// <summary>raw.http.request.uri.query</summary>
    RawHttpRequestUriQuery,

    /// <summary>raw.http.request.uri.args</summary>
    RawHttpRequestUriArgs,

    /// <summary>raw.http.request.uri.args.names</summary>
    RawHttpRequestUriArgsNames,

    /// <summary>raw.http.request.uri.args.values</summary>
    RawHttpRequestUriArgsValues,

    /// <summary>http.request.body.raw</summary>
    HttpRequestBodyRaw,

    /// <summary>http.request.body.size</summary>
    HttpRequestBodySize,

    /// <summary>http.request.body.truncated</summary>
    HttpRequestBodyTruncated,

    /// <summary>http.request.body.form</summary>
    HttpRequestBodyForm,

    /// <summary>http.request.body.form.names</summary>
    HttpRequestBodyFormNames,

    /// <summary>http.request.body.form.values</summary>
    HttpRequestBodyFormValues,

    /// <summary>http.request.body.mime</summary>
    HttpRequestBodyMime,

    /// <summary>ip.src</summary>
    IpSrc,

    /// <summary>ip.src.country</summary>
    IpSrcCountry,

    /// <summary>ip.src.continent</summary>
    IpSrcContinent,

    /// <summary>ip.src.is_in_european_union</summary>
    IpSrcIsInEuropeanUnion,

    /// <summary>ip.src.asnum</summary>
    IpSrcAsnum,

    /// <summary>ssl</summary>
    Ssl,

    /// <summary>cf.tls_version</summary>
    CfTlsVersion,

    /// <summary>cf.tls_cipher</summary>
    CfTlsCipher,

    /// <summary>cf.tls_client_auth.cert_verified</summary>
    CfTlsClientAuthCertVerified,

    /// <summary>cf.tls_client_auth.cert_presented</summary>
    CfTlsClientAuthCertPresented,

    /// <summary>cf.tls_client_auth.cert_revoked</summary>
    CfTlsClientAuthCertRevoked,

    /// <summary>cf.edge.server_ip</summary>
    CfEdgeServerIp,

    /// <summary>cf.edge.server_port</summary>
    CfEdgeServerPort,

    /// <summary>cf.edge.client_tcp</summary>
    CfEdgeClientTcp,

    /// <summary>cf.random_seed</summary>
    CfRandomSeed,

    /// <summary>cf.ray_id</summary>
    CfRayId,

    /// <summary>cf.colo.name</summary>
    CfColoName,

    /// <summary>cf.zone.name</summary>
    CfZoneName,

    /// <summary>cf.worker.upstream_zone</summary>
    CfWorkerUpstreamZone,

    /// <summary>cf.bot_management.score</summary>
    CfBotManagementScore,

    /// <summary>cf.bot_management.verified_bot</summary>
    CfBotManagementVerifiedBot,

    /// <summary>cf.bot_management.static_resource</summary>
    CfBotManagementStaticResource,

    /// <summary>cf.bot_management.ja4</summary>
    CfBotManagementJa4,

    /// <summary>cf.client.bot</summary>
    CfClientBot,

    /// <summary>cf.verified_bot_category</summary>
    CfVerifiedBotCategory,

    /// <summary>holdfast.bot.category</summary>
    HoldfastBotCategory,

    /// <summary>http.response.code</summary>
    HttpResponseCode,

    /// <summary>http.response.headers</summary>
    HttpResponseHeaders,

    /// <summary>http.response.headers.names</summary>
    HttpResponseHeadersNames,

    /// <summary>http.response.headers.values</summary>
    HttpResponseHeadersValues,

    /// <summary>http.response.content_type.media_type</summary>
    HttpResponseContentTypeMediaType,

    /// <summary>raw.http.response.headers</summary>
    RawHttpResponseHeaders,

    /// <summary>raw.http.response.headers.names</summary>
    RawHttpResponseHeadersNames,

    /// <summary>raw.http.response.headers.values</summary>
    RawHttpResponseHeadersValues,

    /// <summary>cf.response.1xxx_code</summary>
    CfResponseOneXxxCode,

    /// <summary>cf.response.error_type</summary>
    CfResponseErrorType,
}
