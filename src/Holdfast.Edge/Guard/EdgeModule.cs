using Holdfast.Rules.Phases;

namespace Holdfast.Edge.Guard;

/// <summary>
/// The code behind one or more phases, which the guard keeps apart: a fault of one costs that one. The modules of phases that rules stand in have
/// the phases' numbers.
/// </summary>
internal enum EdgeModule : byte
{
    /// <summary>http_request_sanitize</summary>
    Sanitize = RulePhase.HttpRequestSanitize,

    /// <summary>http_request_dynamic_redirect</summary>
    DynamicRedirect = RulePhase.HttpRequestDynamicRedirect,

    /// <summary>http_request_transform</summary>
    Transform = RulePhase.HttpRequestTransform,

    /// <summary>http_config_settings</summary>
    ConfigSettings = RulePhase.HttpConfigSettings,

    /// <summary>http_request_origin</summary>
    OriginRules = RulePhase.HttpRequestOrigin,

    /// <summary>ddos_l7</summary>
    DdosL7 = RulePhase.DdosL7,

    /// <summary>http_request_firewall_custom</summary>
    FirewallCustom = RulePhase.HttpRequestFirewallCustom,

    /// <summary>http_ratelimit</summary>
    RateLimit = RulePhase.HttpRatelimit,

    /// <summary>http_request_firewall_managed</summary>
    FirewallManaged = RulePhase.HttpRequestFirewallManaged,

    /// <summary>http_request_sbfm</summary>
    Bots = RulePhase.HttpRequestSbfm,

    /// <summary>http_request_redirect</summary>
    Redirect = RulePhase.HttpRequestRedirect,

    /// <summary>http_request_late_transform</summary>
    LateTransform = RulePhase.HttpRequestLateTransform,

    /// <summary>http_request_cache_settings</summary>
    CacheSettings = RulePhase.HttpRequestCacheSettings,

    /// <summary>http_custom_errors</summary>
    CustomErrors = RulePhase.HttpCustomErrors,

    /// <summary>http_response_headers_transform</summary>
    ResponseHeadersTransform = RulePhase.HttpResponseHeadersTransform,

    /// <summary>http_response_compression</summary>
    Compression = RulePhase.HttpResponseCompression,

    /// <summary>http_log_custom_fields</summary>
    LogCustomFields = RulePhase.HttpLogCustomFields,

    /// <summary>The cache.</summary>
    Cache,

    /// <summary>Asking an upper edge before the origin.</summary>
    Tiers,

    /// <summary>The visitor's country.</summary>
    Country,

    /// <summary>The access log.</summary>
    Log,
}
