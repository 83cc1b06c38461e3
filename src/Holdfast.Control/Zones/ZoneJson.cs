using System.Text.Json.Nodes;
using Holdfast.Control.Envelope;
using Holdfast.Control.Storage;

namespace Holdfast.Control.Zones;

/// <summary>A zone as the API shows it: Cloudflare's members, and ours beside them (<c>origin</c>, <c>generation</c>).</summary>
internal static class ZoneJson
{
    public static JsonObject Of(StoredZone zone, StoredAccount account) =>
        new()
        {
            ["id"] = zone.Config.Id,
            ["name"] = zone.Config.Name,
            ["status"] = "active",
            ["paused"] = false,
            ["type"] = "full",
            ["development_mode"] = 0,
            ["name_servers"] = new JsonArray(),
            ["original_name_servers"] = null,
            ["original_registrar"] = null,
            ["original_dnshost"] = null,
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
            ["origin"] = zone.Config.Origin?.ToString(),
            ["generation"] = zone.Generation,
        };
}
