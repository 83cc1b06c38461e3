using Holdfast.Control.Operations;
using Holdfast.Control.Operators;

namespace Holdfast.Control.Sessions;

/// <summary>What can be done with sessions.</summary>
internal static class SessionOperations
{
    /// <summary>Where one signs in; the one path of the API that needs no credential.</summary>
    public const string Path = "/holdfast/v1/sessions";

    /// <summary>The route value that names a session; <c>current</c> is the one that asks.</summary>
    public const string Parameter = "session_id";

    private static readonly ApiSchema Id = ApiSchema.Text("The session's id.", "f174e90afafe4643bbbc4a0ed4fc8415");

    private static readonly (string, ApiSchema)[] Members =
    [
        ("id", Id),
        (
            "operator",
            ApiSchema.Object(
                ("id", ApiSchema.Text("The operator's id.", "5d41402abc4b2a76b9719d911017c592")),
                ("email", ApiSchema.Text("Their e-mail address.", "ops@example.com")),
                ("role", ApiSchema.OneOf("Their role.", [.. OperatorRoles.Names]))
            )
        ),
        ("created_on", ApiSchema.Time("When it was opened.")),
        ("last_used_on", ApiSchema.Time("When it was last used, to within a minute.")),
        ("expires_on", ApiSchema.Time("When it ends whatever happens: 12 hours after it was opened.")),
        ("idle_seconds", ApiSchema.Whole("Idle seconds after which it ends.", 3600)),
        ("address", ApiSchema.Text("Where it was opened from.", "192.0.2.1")),
    ];

    private static readonly ApiSchema Session = ApiSchema.Object(Members);

    public static ApiOperation Create { get; } =
        new("POST", Path, "sessions-create", "Sign in")
        {
            Permission = null,
            Description =
                "Needs no credential. With two factors `totp` or `recovery_code` must be there; without them the answer is 401 with code 40101.",
            Body = ApiSchema.Object(
                ("email", ApiSchema.Text("The operator's e-mail address.", "ops@example.com")),
                ("password", ApiSchema.Text("Their password.", "a long sentence that nobody guesses")),
                ("totp?", ApiSchema.Text("A code of their authenticator.", "123456")),
                ("recovery_code?", ApiSchema.Text("A recovery code; it works once.", "abcd-efgh-jkmn-pqrs"))
            ),
            Result = ApiSchema.Object([
                .. Members,
                ("token", ApiSchema.Text("For Authorization: Bearer. Shown once.", "hfs_0123456789abcdef")),
            ]),
        };

    public static ApiOperation List { get; } =
        new("GET", Path, "sessions-list", "List sessions")
        {
            Permission = null,
            Description = "An operator sees their own; who may write account settings sees everybody's.",
            Query = [new("operator_id", ApiSchema.Text("Whose.", "5d41402abc4b2a76b9719d911017c592")), .. ApiParameter.Paging],
            Result = ApiSchema.List(Session),
            Paged = true,
        };

    public static ApiOperation Get { get; } =
        new("GET", Path + "/current", "sessions-current", "Show the session that asks") { Permission = null, Result = Session };

    public static ApiOperation Delete { get; } =
        new("DELETE", Path + "/{" + Parameter + "}", "sessions-delete", "End a session")
        {
            Permission = null,
            Description = "`current` is the session that asks. Operators end their own; who may write account settings ends anybody's.",
            Result = ApiSchema.Object(("id", Id)),
        };
}
