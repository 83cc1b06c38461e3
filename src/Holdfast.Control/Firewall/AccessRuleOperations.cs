using System.Text.Json.Nodes;
using Holdfast.Control.Access;
using Holdfast.Control.Operations;

namespace Holdfast.Control.Firewall;

/// <summary>What can be done with a zone's IP access rules.</summary>
internal static class AccessRuleOperations
{
    /// <summary>The route value that names a rule.</summary>
    public const string Parameter = "access_rule_id";

    private const string Rules = "/client/v4/zones/{" + PermissionCheck.ZoneParameter + "}/firewall/access_rules/rules";
    private const string OneRule = Rules + "/{" + Parameter + "}";

    private static readonly ApiSchema Id = ApiSchema.Text("The rule's id.", "92f17202ed8bd63d69a66b86a49a8f6b");

    private static readonly ApiSchema Mode = ApiSchema.OneOf("What becomes of the visitor.", "block", "whitelist");

    private static readonly ApiSchema Configuration = ApiSchema.Object(
        ("target", ApiSchema.OneOf("What the value is.", "ip", "ip6", "ip_range", "asn", "country")),
        ("value", ApiSchema.Text("An address, a network, AS and a number, or a country's two letters.", "192.0.2.1"))
    );

    private static readonly ApiSchema Notes = ApiSchema.Text("What there is to say of it.", "tries passwords");

    private static readonly ApiSchema Rule = ApiSchema.Object(
        ("id", Id),
        ("notes", Notes),
        ("allowed_modes", ApiSchema.List(Mode)),
        ("mode", Mode),
        ("configuration", Configuration),
        ("scope", ApiSchema.Any("The zone that it is of.", new JsonObject { ["type"] = "zone" })),
        ("created_on", ApiSchema.Time("When it was made.")),
        ("modified_on", ApiSchema.Time("When it was last changed."))
    );

    public static ApiOperation List { get; } =
        new("GET", Rules, "access-rules-list", "List a zone's IP access rules, the oldest first")
        {
            Permission = PermissionGroups.FirewallServicesRead,
            Query =
            [
                new("mode", Mode),
                new("notes", ApiSchema.Text("What is in the notes.", "passwords")),
                new("configuration.target", ApiSchema.Text("What it looks at.", "ip")),
                new("configuration.value", ApiSchema.Text("What the value begins with.", "192.0.2.")),
                .. ApiParameter.Paging,
            ],
            Result = ApiSchema.List(Rule),
            Paged = true,
        };

    public static ApiOperation Create { get; } =
        new("POST", Rules, "access-rules-create", "Add an IP access rule")
        {
            Permission = PermissionGroups.FirewallServicesWrite,
            Body = ApiSchema.Object(("mode", Mode), ("configuration", Configuration), ("notes?", Notes)),
            Result = Rule,
        };

    public static ApiOperation Get { get; } =
        new("GET", OneRule, "access-rules-get", "Show an IP access rule")
        {
            Permission = PermissionGroups.FirewallServicesRead,
            Result = Rule,
        };

    public static ApiOperation Edit { get; } =
        new("PATCH", OneRule, "access-rules-edit", "Change an IP access rule's mode or notes")
        {
            Permission = PermissionGroups.FirewallServicesWrite,
            Description = "A `configuration` in the body must be the rule's own: for another visitor there is another rule.",
            Body = ApiSchema.Object(("mode?", Mode), ("notes?", Notes)),
            Result = Rule,
        };

    public static ApiOperation Delete { get; } =
        new("DELETE", OneRule, "access-rules-delete", "Delete an IP access rule")
        {
            Permission = PermissionGroups.FirewallServicesWrite,
            Result = ApiSchema.Object(("id", Id)),
        };
}
