using Holdfast.Artifacts.KillSwitches;
using Holdfast.Control.Access;
using Holdfast.Control.Operations;
using Holdfast.Model.KillSwitches;

namespace Holdfast.Control.KillSwitches;

/// <summary>What can be done with kill switches.</summary>
internal static class KillSwitchOperations
{
    /// <summary>The route value that names one.</summary>
    public const string Parameter = "kill_switch_id";

    private const string Switches = "/holdfast/v1/kill-switches";
    private const string One = Switches + "/{" + Parameter + "}";

    private static readonly ApiSchema Id = ApiSchema.Text("The kill switch's id.", "2458ce5a0c35c7f82c7822e9487d3c60");

    private static readonly (string, ApiSchema)[] Members =
    [
        ("subject", ApiSchema.OneOf("What is taken out.", [.. Enum.GetValues<KillSubject>().Select(KillSwitchArtifact.NameOf)])),
        (
            "target",
            ApiSchema.Text("Which: a module's, phase's or action's name, a ruleset's or rule's id, a release's generation.", "cache")
        ),
        ("zone", ApiSchema.Text($"In which zone: {KillSwitchArtifact.ZoneForm}.", "353e105f4ecef8ad9ca31a8372d0c023")),
        ("reason", ApiSchema.Text("Why.", "It fails since 10:40.")),
    ];

    private static readonly ApiSchema Switch = ApiSchema.Object([
        ("id", Id),
        .. Members,
        ("generation", ApiSchema.Whole("Its release's.", 1)),
        ("created_on", ApiSchema.Time("When it was set.")),
    ]);

    public static ApiOperation List { get; } =
        new("GET", Switches, "kill-switches-list", "List the kill switches that are set, the newest first")
        {
            Permission = PermissionGroups.AccountSettingsRead,
            Query = ApiParameter.Paging,
            Result = ApiSchema.List(Switch),
            Paged = true,
        };

    public static ApiOperation Create { get; } =
        new("POST", Switches, "kill-switches-create", "Take a part of the edges out of use")
        {
            Permission = PermissionGroups.AccountSettingsWrite,
            Description = "What it names is as if it were absent, on every edge, until the kill switch is deleted.",
            Body = ApiSchema.Object(Members),
            Result = Switch,
        };

    public static ApiOperation Get { get; } =
        new("GET", One, "kill-switches-get", "Show a kill switch") { Permission = PermissionGroups.AccountSettingsRead, Result = Switch };

    public static ApiOperation Delete { get; } =
        new("DELETE", One, "kill-switches-delete", "Put a part of the edges back into use")
        {
            Permission = PermissionGroups.AccountSettingsWrite,
            Result = ApiSchema.Object(("id", Id)),
        };
}
