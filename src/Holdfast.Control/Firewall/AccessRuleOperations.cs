using System.Text.Json.Nodes;
using Holdfast.Control.Operations;

namespace Holdfast.Control.Firewall;

/// <summary>What can be done with a zone's IP access rules.</summary>
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
        ("scope", ApiSchema.Any("The zone that it is of.", new JsonObject { ["type"] = "zone" })),
        ("created_on", ApiSchema.Time("When it was made.")),
        ("modified_on", ApiSchema.Time("When it was last changed."))
    );

    public static ZoneRuleOperations All { get; } =
        new(
            "access_rules/rules",
            "access_rule_id",
            "access-rules",
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
            ApiSchema.Object(("id", Id))
        );
}
