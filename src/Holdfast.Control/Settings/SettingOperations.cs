using Holdfast.Control.Access;
using Holdfast.Control.Operations;

namespace Holdfast.Control.Settings;

/// <summary>What can be done with a zone's settings.</summary>
internal static class SettingOperations
{
    private const string Settings = "/client/v4/zones/{" + PermissionCheck.ZoneParameter + "}/settings";
    private const string OneSetting = Settings + "/{setting_id}";

    private static readonly ApiSchema Setting = ApiSchema.Object(
        ("id", ApiSchema.Text("The setting's id.", "always_use_https")),
        ("value", ApiSchema.Any("The setting's value.", "on")),
        ("editable", ApiSchema.Flag("Whether it can be changed.", true)),
        ("modified_on", ApiSchema.Time("When the zone was last changed.").OrNull())
    );

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
            Body = ApiSchema.Object(("value", ApiSchema.Any("The setting's value.", "on"))),
            Result = Setting,
        };
}
