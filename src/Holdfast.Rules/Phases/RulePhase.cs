namespace Holdfast.Rules.Phases;

/// <summary>The named steps that a rule can stand in, in the order in which a request meets them. The names are Cloudflare's.</summary>
public enum RulePhase
{
    /// <summary>http_request_sanitize</summary>
    HttpRequestSanitize,

    /// <summary>http_request_dynamic_redirect</summary>
    HttpRequestDynamicRedirect,

    /// <summary>http_request_transform: rewrites of the URL</summary>
    HttpRequestTransform,

    /// <summary>http_config_settings</summary>
    HttpConfigSettings,

    /// <summary>http_request_origin</summary>
    HttpRequestOrigin,

    /// <summary>ddos_l7</summary>
    DdosL7,

    /// <summary>http_request_firewall_custom</summary>
    HttpRequestFirewallCustom,

    /// <summary>http_ratelimit</summary>
    HttpRatelimit,

    /// <summary>http_request_firewall_managed</summary>
    HttpRequestFirewallManaged,

    /// <summary>http_request_sbfm: bots</summary>
    HttpRequestSbfm,

    /// <summary>http_request_redirect: redirects from a list</summary>
    HttpRequestRedirect,

    /// <summary>http_request_late_transform: the request's headers</summary>
    HttpRequestLateTransform,

    /// <summary>http_request_cache_settings</summary>
    HttpRequestCacheSettings,

    /// <summary>http_custom_errors</summary>
    HttpCustomErrors,

    /// <summary>http_response_headers_transform</summary>
    HttpResponseHeadersTransform,

    /// <summary>http_response_compression</summary>
    HttpResponseCompression,

    /// <summary>http_log_custom_fields</summary>
    HttpLogCustomFields,
}
