using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Nodes;
using Holdfast.Artifacts.Json;
using Holdfast.Artifacts.Zones;
using Holdfast.Control.Envelope;
using Holdfast.Control.Storage;
using Holdfast.Control.Zones;
using Holdfast.Model.Zones;

namespace Holdfast.Control.Settings;

/// <summary>
/// A setting as the API has it: those that stand in a release as they are, and <c>development_mode</c>, which is a point in time there.
/// </summary>
internal sealed class ZoneSetting
{
    /// <summary>How long development mode lasts, as at Cloudflare.</summary>
    public static readonly TimeSpan DevelopmentModeTime = TimeSpan.FromHours(3);

    private static readonly JsonElement On = JsonElement.Parse("\"on\"");
    private static readonly JsonElement Off = JsonElement.Parse("\"off\"");

    private readonly Func<StoredZone, DateTimeOffset, JsonObject> _show;
    private readonly Func<ZoneConfig, JsonElement, DateTimeOffset, ZoneConfig?> _change;

    private ZoneSetting(
        string id,
        string allowed,
        bool isSwitch,
        Func<StoredZone, DateTimeOffset, JsonObject> show,
        Func<ZoneConfig, JsonElement, DateTimeOffset, ZoneConfig?> change
    )
    {
        Id = id;
        Allowed = allowed;
        IsSwitch = isSwitch;
        _show = show;
        _change = change;
    }

    /// <summary>All of them, by id in order of the alphabet.</summary>
    public static ImmutableArray<ZoneSetting> All { get; } =
    [.. ZoneSettingDefinitions.All.Select(Of).Append(DevelopmentMode()).OrderBy(setting => setting.Id, StringComparer.Ordinal)];

    /// <summary>Its id, <c>min_tls_version</c>.</summary>
    public string Id { get; }

    /// <summary>The values that it can have, for messages.</summary>
    public string Allowed { get; }

    /// <summary>Whether it is <c>"on"</c> or <c>"off"</c>.</summary>
    public bool IsSwitch { get; }

    /// <summary>The setting with this id.</summary>
    /// <exception cref="ApiException">There is none; the message says which one may be meant.</exception>
    public static ZoneSetting Find(string id, string? pointer = null) =>
        All.FirstOrDefault(setting => setting.Id == id) ?? throw new ApiException(400, Unknown(id, pointer));

    /// <summary>The error about an id that is none.</summary>
    public static ApiError Unknown(string id, string? pointer)
    {
        var ids = All.Select(setting => setting.Id).ToList();
        var meant = ClosestName.Of(id, ids) is { } closest ? $"; did you mean {closest}?" : ".";
        return new ApiError(
            ErrorCodes.UnknownSetting,
            $"Unrecognized zone setting name{meant} Known are {string.Join(", ", ids)}",
            pointer
        );
    }

    /// <summary>The setting as the API shows it.</summary>
    public JsonObject Show(StoredZone zone, DateTimeOffset now) => _show(zone, now);

    /// <summary>The zone with this setting changed, or null when the value is not one that it can have.</summary>
    public ZoneConfig? Change(ZoneConfig zone, JsonElement value, DateTimeOffset now) => _change(zone, value, now);

    /// <summary>What a request sets: its member <c>value</c>, or for a switch <c>enabled</c> instead.</summary>
    /// <param name="members">The object; what is wrong with it is reported there.</param>
    /// <param name="given">The value.</param>
    /// <param name="pointer">Where it stands.</param>
    public bool TryRead(JsonMembers members, out JsonElement given, out string pointer)
    {
        var hasValue = members.TryGet("value", out given);
        pointer = members.PointerTo("value");
        if (!members.TryGet("enabled", out var enabled))
        {
            return hasValue || members.TryRequire("value", Allowed, out given);
        }

        pointer = members.PointerTo("enabled");
        if (hasValue || !IsSwitch || enabled.ValueKind is not (JsonValueKind.True or JsonValueKind.False))
        {
            members.Report(
                "enabled",
                hasValue ? "there beside value" : StrictJson.Describe(enabled),
                IsSwitch ? "value or enabled; enabled is true or false" : "value: this setting is more than on or off"
            );
            return false;
        }

        given = enabled.GetBoolean() ? On : Off;
        return true;
    }

    private static ZoneSetting Of(ZoneSettingDefinition definition) =>
        new(
            definition.Id,
            definition.Allowed,
            definition.IsSwitch,
            (zone, _) => Json(definition.Id, definition.Read(zone.Config.Settings), zone),
            (zone, value, _) => definition.Write(zone.Settings, value) is { } settings ? zone with { Settings = settings } : null
        );

    private static ZoneSetting DevelopmentMode() =>
        new(
            "development_mode",
            "\"on\", \"off\"",
            isSwitch: true,
            (zone, now) =>
            {
                var remaining = ZoneJson.DevelopmentMode(zone.Config, now);
                var json = Json("development_mode", remaining > 0 ? "on" : "off", zone);
                json["time_remaining"] = remaining;
                return json;
            },
            (zone, value, now) =>
                StrictJson.TextOf(value) switch
                {
                    "on" => zone with { DevelopmentModeUntil = WholeSecond(now + DevelopmentModeTime) },
                    "off" => zone.DevelopmentModeUntil > now ? zone with { DevelopmentModeUntil = WholeSecond(now) } : zone,
                    _ => null,
                }
        );

    private static DateTimeOffset WholeSecond(DateTimeOffset time) => DateTimeOffset.FromUnixTimeSeconds(time.ToUnixTimeSeconds());

    private static JsonObject Json(string id, JsonNode? value, StoredZone zone) =>
        new()
        {
            ["id"] = id,
            ["value"] = value,
            ["editable"] = true,
            ["modified_on"] = ApiAnswer.Time(zone.ModifiedAt),
        };
}
