using System.Text.Json.Nodes;
using Holdfast.Control.Operations;

namespace Holdfast.Control.Firewall;

/// <summary>What can be done with IP access rules.</summary>
internal static class AccessRuleOperations
{
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
        ("scope", ApiSchema.Any("What it is of.", new JsonObject { ["type"] = "zone" })),
        ("created_on", ApiSchema.Time("When it was made.")),
        ("modified_on", ApiSchema.Time("When it was last changed."))
    );

    /// <summary>Those of a zone.</summary>
    public static OwnedRuleOperations OfZone { get; } = Of(RuleOwner.Zone, "access_rule_id", "access-rules");

    /// <summary>Those of the account.</summary>
    public static OwnedRuleOperations OfAccount { get; } = Of(RuleOwner.Account, "account_access_rule_id", "account-access-rules");

    /// <summary>Those of its user.</summary>
    public static OwnedRuleOperations OfUser { get; } = Of(RuleOwner.User, "user_access_rule_id", "user-access-rules");

    private static OwnedRuleOperations Of(RuleOwner owner, string parameter, string tag) =>
        new(
            "access_rules/rules",
            parameter,
            tag,
            ("an IP access rule", "IP access rules"),
            [
                new("mode", Mode),
                new("notes", ApiSchema.Text("What is in the notes.", "passwords")),
                new("configuration.target", ApiSchema.Text("What it looks at.", "ip")),
                new("configuration.value", ApiSchema.Text("What the value begins with.", "192.0.2.")),
            ],
            Rule,
            ApiSchema.Object(("mode", Mode), ("configuration", Configuration), ("notes?", Notes)),
            new(
                "PATCH",
                "edit",
                "Change an IP access rule's mode or notes",
                "A `configuration` in the body must be the rule's own: for another visitor there is another rule.",
                ApiSchema.Object(("mode?", Mode), ("notes?", Notes))
            ),
            ApiSchema.Object(("id", Id)),
            owner
        );
}
