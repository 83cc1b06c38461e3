using Holdfast.Control.Operations;

namespace Holdfast.Control.Firewall;

/// <summary>What can be done with a zone's user agent rules.</summary>
internal static class UserAgentRuleOperations
{
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

    public static OwnedRuleOperations All { get; } =
        new(
            "ua_rules",
            "ua_rule_id",
            "ua_rules",
            ("a user agent rule", "user agent rules"),
            [
                new("description", ApiSchema.Text("What is in the description.", "everything")),
                new("user_agent", ApiSchema.Text("What is in the user agent.", "BadBot")),
                new("paused", ApiSchema.OneOf("Only those that are not asked, or that are.", "true", "false")),
            ],
            Rule,
            ApiSchema.Object(Wanted),
            new(
                "PUT",
                "update",
                "Change a user agent rule",
                "`description` and `paused` stay when they are not named.",
                ApiSchema.Object(Wanted)
            ),
            Rule
        );
}
