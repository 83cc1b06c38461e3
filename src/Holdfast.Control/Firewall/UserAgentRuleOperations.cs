using Holdfast.Control.Access;
using Holdfast.Control.Operations;

namespace Holdfast.Control.Firewall;

/// <summary>What can be done with a zone's user agent rules.</summary>
internal static class UserAgentRuleOperations
{
    /// <summary>The route value that names a rule.</summary>
    public const string Parameter = "ua_rule_id";

    private const string Rules = "/client/v4/zones/{" + PermissionCheck.ZoneParameter + "}/firewall/ua_rules";
    private const string One = Rules + "/{" + Parameter + "}";

    private static readonly (string, ApiSchema)[] Wanted =
    [
        ("mode", ApiSchema.OneOf("What becomes of the visitor.", "block")),
        (
            "configuration",
            ApiSchema.Object(
                ("target", ApiSchema.OneOf("What the value is.", "ua")),
                ("value", ApiSchema.Text("The whole of the field User-Agent.", "BadBot/1.0"))
            )
        ),
        ("description?", ApiSchema.Text("What it is for.", "takes everything")),
        ("paused?", ApiSchema.Flag("Whether it is not asked.", false)),
    ];

    private static readonly ApiSchema Rule = ApiSchema.Object([
        ("id", ApiSchema.Text("The rule's id.", "372e67954025e0ba6aaa6d586b9e0b59")),
        .. Wanted,
    ]);

    public static ApiOperation List { get; } =
        new("GET", Rules, "ua_rules-list", "List a zone's user agent rules, the oldest first")
        {
            Permission = PermissionGroups.FirewallServicesRead,
            Query =
            [
                new("description", ApiSchema.Text("What is in the description.", "everything")),
                new("user_agent", ApiSchema.Text("What is in the user agent.", "BadBot")),
                new("paused", ApiSchema.OneOf("Only those that are not asked, or that are.", "true", "false")),
                .. ApiParameter.Paging,
            ],
            Result = ApiSchema.List(Rule),
            Paged = true,
        };

    public static ApiOperation Create { get; } =
        new("POST", Rules, "ua_rules-create", "Add a user agent rule")
        {
            Permission = PermissionGroups.FirewallServicesWrite,
            Body = ApiSchema.Object(Wanted),
            Result = Rule,
        };

    public static ApiOperation Get { get; } =
        new("GET", One, "ua_rules-get", "Show a user agent rule") { Permission = PermissionGroups.FirewallServicesRead, Result = Rule };

    public static ApiOperation Update { get; } =
        new("PUT", One, "ua_rules-update", "Change a user agent rule")
        {
            Permission = PermissionGroups.FirewallServicesWrite,
            Description = "`description` and `paused` stay when they are not named.",
            Body = ApiSchema.Object(Wanted),
            Result = Rule,
        };

    public static ApiOperation Delete { get; } =
        new("DELETE", One, "ua_rules-delete", "Delete a user agent rule")
        {
            Permission = PermissionGroups.FirewallServicesWrite,
            Result = Rule,
        };
}
