using Holdfast.Control.Access;
using Holdfast.Control.Operations;

namespace Holdfast.Control.Firewall;

/// <summary>What can be done with a zone's lockdowns.</summary>
internal static class LockdownOperations
{
    /// <summary>The route value that names a lockdown.</summary>
    public const string Parameter = "lock_downs_id";

    private const string Lockdowns = "/client/v4/zones/{" + PermissionCheck.ZoneParameter + "}/firewall/lockdowns";
    private const string One = Lockdowns + "/{" + Parameter + "}";

    private static readonly ApiSchema Id = ApiSchema.Text("The lockdown's id.", "372e67954025e0ba6aaa6d586b9e0b59");

    private static readonly (string, ApiSchema)[] Wanted =
    [
        ("urls", ApiSchema.List(ApiSchema.Text("What is locked: host and path, with stars for anything.", "www.example.com/admin*"))),
        (
            "configurations",
            ApiSchema.List(
                ApiSchema.Object(
                    ("target", ApiSchema.OneOf("What the value is.", "ip", "ip_range")),
                    ("value", ApiSchema.Text("An address or a network that may.", "192.0.2.1"))
                )
            )
        ),
        ("description?", ApiSchema.Text("What it is for.", "the office only")),
        ("paused?", ApiSchema.Flag("Whether it is not asked.", false)),
        ("priority?", ApiSchema.Whole("The lower, the earlier it is asked; those without come last.", 5)),
    ];

    private static readonly ApiSchema Lockdown = ApiSchema.Object([
        ("id", Id),
        .. Wanted,
        ("created_on", ApiSchema.Time("When it was made.")),
        ("modified_on", ApiSchema.Time("When it was last changed.")),
    ]);

    public static ApiOperation List { get; } =
        new("GET", Lockdowns, "zone_lockdowns-list", "List a zone's lockdowns, the oldest first")
        {
            Permission = PermissionGroups.FirewallServicesRead,
            Query =
            [
                new("description", ApiSchema.Text("What is in the description.", "office")),
                new("ip", ApiSchema.Text("What an address begins with.", "192.0.2.")),
                new("uri_search", ApiSchema.Text("What is in a URL.", "/admin")),
                .. ApiParameter.Paging,
            ],
            Result = ApiSchema.List(Lockdown),
            Paged = true,
        };

    public static ApiOperation Create { get; } =
        new("POST", Lockdowns, "zone_lockdowns-create", "Add a lockdown")
        {
            Permission = PermissionGroups.FirewallServicesWrite,
            Body = ApiSchema.Object(Wanted),
            Result = Lockdown,
        };

    public static ApiOperation Get { get; } =
        new("GET", One, "zone_lockdowns-get", "Show a lockdown") { Permission = PermissionGroups.FirewallServicesRead, Result = Lockdown };

    public static ApiOperation Update { get; } =
        new("PUT", One, "zone_lockdowns-update", "Change a lockdown")
        {
            Permission = PermissionGroups.FirewallServicesWrite,
            Description = "`description`, `paused` and `priority` stay when they are not named.",
            Body = ApiSchema.Object(Wanted),
            Result = Lockdown,
        };

    public static ApiOperation Delete { get; } =
        new("DELETE", One, "zone_lockdowns-delete", "Delete a lockdown")
        {
            Permission = PermissionGroups.FirewallServicesWrite,
            Result = ApiSchema.Object(("id", Id)),
        };
}
