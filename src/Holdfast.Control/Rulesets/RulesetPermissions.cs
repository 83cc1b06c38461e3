using System.Collections.Immutable;
using Holdfast.Control.Access;
using Holdfast.Control.Zones;
using Microsoft.AspNetCore.Http;

namespace Holdfast.Control.Rulesets;

/// <summary>
/// Who may see and change the rulesets of a phase: as at Cloudflare, each kind of rule has a permission of its own. The route lets in who
/// has one of them; what the ruleset's phase needs is asked once it is known.
/// </summary>
internal static class RulesetPermissions
{
    private static readonly (PermissionGroup Read, PermissionGroup Write) Firewall = (
        PermissionGroups.ZoneWafRead,
        PermissionGroups.ZoneWafWrite
    );

    private static readonly (PermissionGroup Read, PermissionGroup Write) Caching = (
        PermissionGroups.CacheSettingsRead,
        PermissionGroups.CacheSettingsWrite
    );

    private static readonly (PermissionGroup Read, PermissionGroup Write) Configuration = (
        PermissionGroups.ConfigSettingsRead,
        PermissionGroups.ConfigSettingsWrite
    );

    private static readonly (PermissionGroup Read, PermissionGroup Write) Compression = (
        PermissionGroups.CompressionRead,
        PermissionGroups.CompressionWrite
    );

    private static readonly (PermissionGroup Read, PermissionGroup Write) Redirects = (
        PermissionGroups.RedirectsRead,
        PermissionGroups.RedirectsWrite
    );

    private static readonly (PermissionGroup Read, PermissionGroup Write) Errors = (
        PermissionGroups.CustomErrorsRead,
        PermissionGroups.CustomErrorsWrite
    );

    private static readonly (PermissionGroup Read, PermissionGroup Write) Routes = (
        PermissionGroups.OriginRead,
        PermissionGroups.OriginWrite
    );

    private static readonly (PermissionGroup Read, PermissionGroup Write) Transforms = (
        PermissionGroups.TransformRulesRead,
        PermissionGroups.TransformRulesWrite
    );

    /// <summary>Those that let a caller see rulesets of some phase, beside <see cref="PermissionGroups.ZoneWafRead"/>.</summary>
    public static ImmutableArray<PermissionGroup> OtherReads { get; } =
    [Caching.Read, Compression.Read, Configuration.Read, Errors.Read, Redirects.Read, Routes.Read, Transforms.Read];

    /// <summary>Those that let a caller change rulesets of some phase, beside <see cref="PermissionGroups.ZoneWafWrite"/>.</summary>
    public static ImmutableArray<PermissionGroup> OtherWrites { get; } =
    [Caching.Write, Compression.Write, Configuration.Write, Errors.Write, Redirects.Write, Routes.Write, Transforms.Write];

    /// <summary>Whether the caller may see the rulesets of a phase.</summary>
    public static bool MayRead(HttpContext context, string phase) => Caller.Of(context).May(Of(phase).Read, ZoneRequests.Id(context));

    /// <exception cref="Envelope.ApiException">The caller may not see the rulesets of this phase.</exception>
    public static void RequireRead(HttpContext context, string phase)
    {
        if (!MayRead(context, phase))
        {
            throw PermissionCheck.Refused(Of(phase).Read);
        }
    }

    /// <exception cref="Envelope.ApiException">The caller may not change the rulesets of this phase.</exception>
    public static void RequireWrite(HttpContext context, string phase)
    {
        if (!Caller.Of(context).May(Of(phase).Write, ZoneRequests.Id(context)))
        {
            throw PermissionCheck.Refused(Of(phase).Write);
        }
    }

    private static (PermissionGroup Read, PermissionGroup Write) Of(string phase) =>
        phase switch
        {
            "http_request_cache_settings" => Caching,
            "http_request_dynamic_redirect" or "http_request_redirect" => Redirects,
            "http_custom_errors" => Errors,
            "http_request_origin" => Routes,
            "http_config_settings" => Configuration,
            "http_response_compression" => Compression,
            "http_request_transform" or "http_request_late_transform" or "http_response_headers_transform" => Transforms,
            _ => Firewall,
        };
}
