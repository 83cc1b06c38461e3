using System.Text.Json.Nodes;
using Holdfast.Artifacts.Zones;
using Holdfast.Control.Access;
using Holdfast.Control.Envelope;
using Holdfast.Control.Storage;
using Holdfast.Model.Zones;

namespace Holdfast.Control.Zones;

/// <summary>
/// A zone as the API shows it: every member of Cloudflare's, and ours beside them (<c>origin</c>, <c>generation</c>). What Holdfast has
/// no notion of says so: no tenant, one plan that costs nothing, no name servers.
/// </summary>
internal static class ZoneJson
{
    /// <summary>The id of the one plan.</summary>
    public const string PlanId = "00000000000000000000000000000001";

    private static readonly (string Name, PermissionGroup Group)[] Permissions =
    [
        ("#zone:read", PermissionGroups.ZoneRead),
        ("#zone:edit", PermissionGroups.ZoneWrite),
        ("#zone_settings:read", PermissionGroups.ZoneSettingsRead),
        ("#zone_settings:edit", PermissionGroups.ZoneSettingsWrite),
        ("#dns_records:read", PermissionGroups.DnsRead),
        ("#dns_records:edit", PermissionGroups.DnsWrite),
        ("#ssl:read", PermissionGroups.CertificatesRead),
        ("#ssl:edit", PermissionGroups.CertificatesWrite),
    ];

    public static JsonObject Of(StoredZone zone, StoredAccount account, Caller caller, DateTimeOffset now) =>
        new()
        {
            ["id"] = zone.Config.Id,
            ["name"] = zone.Config.Name,
            ["status"] = "active",
            ["paused"] = zone.Config.Paused,
            ["type"] = ZoneTypeNames.Of(zone.Config.Type),
            ["development_mode"] = DevelopmentMode(zone.Config, now),
            ["name_servers"] = new JsonArray(),
            ["vanity_name_servers"] = new JsonArray(),
            ["original_name_servers"] = null,
            ["original_registrar"] = null,
            ["original_dnshost"] = null,
            ["cname_suffix"] = null,
            ["verification_key"] = null,
            ["created_on"] = ApiAnswer.Time(zone.CreatedAt),
            ["modified_on"] = ApiAnswer.Time(zone.ModifiedAt),
            ["activated_on"] = ApiAnswer.Time(zone.CreatedAt),
            ["account"] = new JsonObject { ["id"] = account.Id, ["name"] = account.Name },
            ["owner"] = new JsonObject
            {
                ["id"] = account.Id,
                ["name"] = account.Name,
                ["type"] = "organization",
            },
            ["meta"] = new JsonObject
            {
                ["cdn_only"] = true,
                ["custom_certificate_quota"] = CertificateStore.MaxPerZone,
                ["dns_only"] = false,
                ["foundation_dns"] = false,
                ["page_rule_quota"] = 0,
                ["phishing_detected"] = false,
                ["step"] = 4,
            },
            ["plan"] = new JsonObject
            {
                ["id"] = PlanId,
                ["name"] = "Holdfast",
                ["price"] = 0,
                ["currency"] = "USD",
                ["frequency"] = "",
                ["is_subscribed"] = true,
                ["can_subscribe"] = false,
                ["legacy_id"] = "holdfast",
                ["legacy_discount"] = false,
                ["externally_managed"] = false,
            },
            ["tenant"] = new JsonObject { ["id"] = null, ["name"] = null },
            ["tenant_unit"] = new JsonObject { ["id"] = null },
            ["permissions"] = new JsonArray([
                .. Permissions.Where(known => caller.May(known.Group, zone.Config.Id)).Select(known => (JsonNode)known.Name),
            ]),
            ["origin"] = zone.Config.Origin?.ToString(),
            ["generation"] = zone.Generation,
        };

    /// <summary>Seconds until development mode ends, below zero since it ended, 0 when it was never on.</summary>
    public static long DevelopmentMode(ZoneConfig zone, DateTimeOffset now) =>
        zone.DevelopmentModeUntil is { } until ? (long)Math.Ceiling((until - now).TotalSeconds) : 0;
}
