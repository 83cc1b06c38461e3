namespace Holdfast.Edge.Guard.Faults;

/// <summary>
/// Named places in the product where tests and drills make it fail. They are met only on an edge that was started with
/// <c>--fault-injection</c>. Where rules' phases begin, the points have the modules' numbers.
/// </summary>
internal enum FaultPoint
{
    /// <summary>http_request_sanitize begins.</summary>
    Sanitize = EdgeModule.Sanitize,

    /// <summary>http_request_dynamic_redirect begins.</summary>
    DynamicRedirect = EdgeModule.DynamicRedirect,

    /// <summary>http_request_transform begins.</summary>
    Transform = EdgeModule.Transform,

    /// <summary>http_config_settings begins.</summary>
    ConfigSettings = EdgeModule.ConfigSettings,

    /// <summary>http_request_origin begins.</summary>
    OriginRules = EdgeModule.OriginRules,

    /// <summary>ddos_l7 begins.</summary>
    DdosL7 = EdgeModule.DdosL7,

    /// <summary>http_request_firewall_custom begins.</summary>
    FirewallCustom = EdgeModule.FirewallCustom,

    /// <summary>http_ratelimit begins.</summary>
    RateLimit = EdgeModule.RateLimit,

    /// <summary>http_request_firewall_managed begins.</summary>
    FirewallManaged = EdgeModule.FirewallManaged,

    /// <summary>http_request_sbfm begins.</summary>
    Bots = EdgeModule.Bots,

    /// <summary>http_request_redirect begins.</summary>
    Redirect = EdgeModule.Redirect,

    /// <summary>http_request_late_transform begins.</summary>
    LateTransform = EdgeModule.LateTransform,

    /// <summary>http_request_cache_settings begins.</summary>
    CacheSettings = EdgeModule.CacheSettings,

    /// <summary>http_custom_errors begins.</summary>
    CustomErrors = EdgeModule.CustomErrors,

    /// <summary>http_response_headers_transform begins.</summary>
    ResponseHeadersTransform = EdgeModule.ResponseHeadersTransform,

    /// <summary>http_response_compression begins.</summary>
    Compression = EdgeModule.Compression,

    /// <summary>http_log_custom_fields begins.</summary>
    LogCustomFields = EdgeModule.LogCustomFields,

    /// <summary>The cache looks a request up.</summary>
    Cache = EdgeModule.Cache,

    /// <summary>An upper edge is about to be asked.</summary>
    Tiers = EdgeModule.Tiers,

    /// <summary>A visitor's country is looked up.</summary>
    Country = EdgeModule.Country,

    /// <summary>A record of the access log is written.</summary>
    Log = EdgeModule.Log,

    /// <summary>The cache reads from its disk; awaited.</summary>
    CacheDiskRead,

    /// <summary>The cache sees an origin's answer.</summary>
    CacheAnswer,

    /// <summary>A piece of a body is compressed.</summary>
    CompressionBody,

    /// <summary>A zone's release is compiled.</summary>
    ZoneLoad,

    /// <summary>
    /// The bot feature file's loader has room for 200 features and meets one more, as on 18 November 2025. Checks keep such a file from it,
    /// so it takes an edge without them to get here.
    /// </summary>
    FeatureLoaderDiesAbove200,

    /// <summary>A rule executes a ruleset that is missing or killed: where the outage of 5 December 2025 began.</summary>
    ExecuteResultMissing,

    /// <summary>
    /// What reads lists and rules together in the background meets a list of the newer form named by a zone's rules: where the outage of
    /// 29 October 2025 began. See <see cref="Releases.LateListReader"/>.
    /// </summary>
    ListReaderMeetsNewerForm,
}
