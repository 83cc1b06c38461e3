using System.Text.Json.Nodes;
using Holdfast.Control.Access;
using Holdfast.Control.Operations;

namespace Holdfast.Control.Settings;

/// <summary>What can be done with a zone's settings.</summary>
internal static class SettingOperations
{
    /// <summary>The route value that names a setting.</summary>
    public const string Parameter = "setting_id";

    private const string Settings = "/client/v4/zones/{" + PermissionCheck.ZoneParameter + "}/settings";
    private const string OneSetting = Settings + "/{" + Parameter + "}";

    private static readonly ApiSchema Setting = ApiSchema.Object(
        ("id", ApiSchema.Text("The setting's id.", "always_use_https")),
        ("value", ApiSchema.Any("The setting's value.", "on")),
        ("editable", ApiSchema.Flag("Whether it can be changed.", true)),
        ("modified_on", ApiSchema.Time("When the zone was last changed.").OrNull()),
        ("time_remaining?", ApiSchema.Whole("Of development_mode: the seconds for which it is still on.", 0))
    );

    private static readonly (string, ApiSchema)[] NewValue =
    [
        ("value?", ApiSchema.Any("The setting's value.", "on")),
        ("enabled?", ApiSchema.Flag("Of a setting that is on or off, instead of value.", true)),
    ];

    public static ApiOperation List { get; } =
        new("GET", Settings, "settings-list", "List a zone's settings")
        {
            Permission = PermissionGroups.ZoneSettingsRead,
            Result = ApiSchema.List(Setting),
        };

    public static ApiOperation Get { get; } =
        new("GET", OneSetting, "settings-get", "Show a setting") { Permission = PermissionGroups.ZoneSettingsRead, Result = Setting };

    public static ApiOperation Edit { get; } =
        new("PATCH", OneSetting, "settings-edit", "Change a setting")
        {
            Permission = PermissionGroups.ZoneSettingsWrite,
            Description = "Either `value` or, for a setting that is on or off, `enabled`.",
            Body = ApiSchema.Object(NewValue) with { Example = new JsonObject { ["value"] = "on" } },
            Result = Setting,
        };

    public static ApiOperation EditSeveral { get; } =
        new("PATCH", Settings, "settings-edit-several", "Change several settings at once")
        {
            Permission = PermissionGroups.ZoneSettingsWrite,
            Description = "All of them or none.",
            Body = ApiSchema.Object(
                ("items", ApiSchema.List(ApiSchema.Object([("id", ApiSchema.Text("The setting's id.", "always_use_https")), .. NewValue])))
            ) with
            {
                Example = new JsonObject
                {
                    ["items"] = new JsonArray(
                        new JsonObject { ["id"] = "always_use_https", ["value"] = "on" },
                        new JsonObject { ["id"] = "http2", ["enabled"] = true }
                    ),
                },
            },
            Result = ApiSchema.List(Setting),
        };
}
