using Holdfast.Control.Operations;

namespace Holdfast.Control.Firewall;

/// <summary>What can be done with a zone's lockdowns.</summary>
internal static class LockdownOperations
{
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

    public static OwnedRuleOperations All { get; } =
        new(
            "lockdowns",
            "lock_downs_id",
            "zone_lockdowns",
            ("a lockdown", "lockdowns"),
            [
                new("description", ApiSchema.Text("What is in the description.", "office")),
                new("ip", ApiSchema.Text("What an address begins with.", "192.0.2.")),
                new("uri_search", ApiSchema.Text("What is in a URL.", "/admin")),
            ],
            Lockdown,
            ApiSchema.Object(Wanted),
            new(
                "PUT",
                "update",
                "Change a lockdown",
                "`description`, `paused` and `priority` stay when they are not named.",
                ApiSchema.Object(Wanted)
            ),
            ApiSchema.Object(("id", Id))
        );
}
