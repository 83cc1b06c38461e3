using Holdfast.Control.Access;
using Holdfast.Control.Operations;

namespace Holdfast.Control.Joining;

/// <summary>What can be done with join tokens.</summary>
internal static class JoinTokenOperations
{
    /// <summary>The route value that names a token.</summary>
    public const string Parameter = "join_token_id";

    private const string Tokens = "/holdfast/v1/join_tokens";

    private static readonly ApiSchema Id = ApiSchema.Text("The token's id.", "9c2e5f60a1b748d3a6f0c4d2e8b91757");
    private static readonly ApiSchema Node = ApiSchema.Text("The name that the node gets.", "paris-1");

    private static readonly (string, ApiSchema)[] Members =
    [
        ("id", Id),
        ("node", Node),
        ("status", ApiSchema.OneOf("Whether a node can still join with it.", "waiting", "used", "expired")),
        ("created_on", ApiSchema.Time("When it was made.")),
        ("expires_on", ApiSchema.Time("When it ends.")),
        ("used_on", ApiSchema.Time("When a node joined with it.").OrNull()),
    ];

    public static ApiOperation Create { get; } =
        new("POST", Tokens, "join-tokens-create", "Make a token that lets one node join")
        {
            Permission = PermissionGroups.AccountSettingsWrite,
            Description = "409 when control does not listen for nodes (`--node-listen`), or has a node of that name.",
            Body = ApiSchema.Object(
                ("node", Node),
                ("expires_in?", ApiSchema.Whole("Seconds that it is good for, 60 to 2,592,000.", 3600))
            ),
            Result = ApiSchema.Object([
                .. Members,
                ("token", ApiSchema.Text("The token. Shown once.", $"hfj_{new string('x', 40)}.{new string('0', 64)}")),
                ("listens_on", ApiSchema.Text("Where control listens for nodes.", "https://192.0.2.1:8601")),
            ]),
        };

    public static ApiOperation List { get; } =
        new("GET", Tokens, "join-tokens-list", "List join tokens")
        {
            Permission = PermissionGroups.AccountSettingsRead,
            Query = ApiParameter.Paging,
            Result = ApiSchema.List(ApiSchema.Object(Members)),
            Paged = true,
        };

    public static ApiOperation Delete { get; } =
        new("DELETE", Tokens + "/{" + Parameter + "}", "join-tokens-delete", "Remove a join token")
        {
            Permission = PermissionGroups.AccountSettingsWrite,
            Description = "A node that has joined with it stays.",
            Result = ApiSchema.Object(("id", Id)),
        };
}
