using Holdfast.Control.Access;
using Holdfast.Control.Accounts;
using Holdfast.Control.Operations;
using Microsoft.AspNetCore.Http;

namespace Holdfast.Control.Tokens;

/// <summary>What can be done with tokens, once for a person's and once for the account's.</summary>
internal sealed class TokenOperations
{
    private const string VerifySuffix = "/tokens/verify";

    private static readonly ApiSchema Id = ApiSchema.Text("The token's id.", "ed17574386854bf78a67040be0a770b0");
    private static readonly ApiSchema Value = ApiSchema.Text("The token itself, shown this once.", "hf_example");
    private static readonly ApiSchema States = ApiSchema.OneOf("Its state.", "active", "disabled", "expired");

    private static readonly ApiSchema Networks = ApiSchema.List(ApiSchema.Text("An address or a network.", "192.0.2.0/24"));

    private static readonly ApiSchema Condition = ApiSchema.Object(
        (
            "request_ip?",
            ApiSchema.Object(("in?", Networks), ("not_in?", ApiSchema.List(ApiSchema.Text("An address or a network.", "192.0.2.7"))))
        )
    );

    private static readonly ApiSchema Policies = ApiSchema.List(
        ApiSchema.Object(
            ("id?", ApiSchema.Text("The policy's id; given here.", "f267e341f3dd4697bd3b9f71dd96247f")),
            ("effect", ApiSchema.OneOf("Whether it allows or denies; one that denies wins.", "allow", "deny")),
            (
                "permission_groups",
                ApiSchema.List(ApiSchema.Object(("id", ApiSchema.Text("A permission group's id.", PermissionGroups.DnsRead.Id))))
            ),
            (
                "resources",
                ApiSchema.Any(
                    $"An object: {ResourceName.Forms}",
                    new System.Text.Json.Nodes.JsonObject { [$"{ResourceName.Zone}.*"] = "*" }
                )
            )
        )
    );

    private static readonly (string, ApiSchema)[] Written =
    [
        ("name", ApiSchema.Text("What to call it.", "dns reader")),
        ("policies", Policies),
        ("condition?", Condition),
        ("not_before?", ApiSchema.Time("When it begins to hold.")),
        ("expires_on?", ApiSchema.Time("When it ends.") with { Example = "2099-01-01T00:00:00Z" }),
        ("status?", ApiSchema.OneOf("Its state.", "active", "disabled")),
    ];

    private static readonly (string, ApiSchema)[] Shown =
    [
        ("id", Id),
        .. Written[..^1],
        ("status", States),
        ("issued_on", ApiSchema.Time("When it was made.")),
        ("modified_on", ApiSchema.Time("When it was last changed.")),
        ("last_used_on?", ApiSchema.Time("When it was last used; written once a minute.")),
    ];

    private TokenOperations(TokenOwner owner, string path, string tag, string whose, PermissionGroup read, PermissionGroup write)
    {
        Owner = owner;
        var one = path + "/{token_id}";
        var body = ApiSchema.Object(Written);
        var token = ApiSchema.Object(Shown);
        Verify = new("GET", path + "/verify", $"{tag}-verify", "Test the token that is sent")
        {
            Permission = null,
            Result = ApiSchema.Object(
                ("id", Id),
                ("status", States),
                ("not_before?", ApiSchema.Time("When it begins to hold.")),
                ("expires_on?", ApiSchema.Time("When it ends."))
            ),
        };
        ListGroups = new("GET", path + "/permission_groups", $"{tag}-permission_groups", $"List what {whose} tokens can be allowed")
        {
            Permission = read,
            Query =
            [
                new("name", ApiSchema.Text("A part of the name.", "DNS")),
                new("scope", ApiSchema.OneOf("The kind of resource.", ResourceName.Zone, ResourceName.Account, ResourceName.User)),
            ],
            Result = ApiSchema.List(
                ApiSchema.Object(
                    ("id", ApiSchema.Text("The group's id.", PermissionGroups.DnsRead.Id)),
                    ("name", ApiSchema.Text("Its name.", PermissionGroups.DnsRead.Name)),
                    ("description", ApiSchema.Text("What it grants.", PermissionGroups.DnsRead.Description)),
                    ("scopes", ApiSchema.List(ApiSchema.Text("The kind of resource.", ResourceName.Zone))),
                    ("is_selectable", ApiSchema.Flag("Whether the caller can give it to a token.", true))
                )
            ),
        };
        List = new("GET", path, $"{tag}-list", $"List {whose} tokens, the newest first")
        {
            Permission = read,
            Query =
            [
                new("direction", ApiSchema.OneOf("By age.", "desc", "asc")),
                new("include_expired", ApiSchema.Flag("Whether to show those that have ended.", false)),
                .. ApiParameter.Paging,
            ],
            Result = ApiSchema.List(token),
            Paged = true,
        };
        Create = new("POST", path, $"{tag}-create", "Create a token")
        {
            Permission = write,
            Description = "The answer holds the token itself, in `value`, this once: only its hash is kept.",
            Body = body,
            Result = ApiSchema.Object([.. Shown, ("value", Value)]),
        };
        Get = new("GET", one, $"{tag}-get", "Show a token") { Permission = read, Result = token };
        Update = new("PUT", one, $"{tag}-update", "Replace a token's name, policies, times, condition")
        {
            Permission = write,
            Description = "What is left out is removed; only `status` stays as it was.",
            Body = body,
            Result = token,
        };
        Delete = new("DELETE", one, $"{tag}-delete", "Delete a token") { Permission = write, Result = ApiSchema.Object(("id", Id)) };
        Roll = new("PUT", one + "/value", $"{tag}-roll", "Replace the token itself")
        {
            Permission = write,
            Description = "The old one stops working at once. The answer is the new one, this once.",
            Result = Value,
        };
    }

    /// <summary>A person's tokens.</summary>
    public static TokenOperations OfUser { get; } =
        new(TokenOwner.User, "/client/v4/user/tokens", "tokens", "the user's", PermissionGroups.TokensRead, PermissionGroups.TokensWrite);

    /// <summary>The account's tokens.</summary>
    public static TokenOperations OfAccount { get; } =
        new(
            TokenOwner.Account,
            $"{AccountOperations.OneAccount}/tokens",
            "account_tokens",
            "the account's",
            PermissionGroups.AccountTokensRead,
            PermissionGroups.AccountTokensWrite
        );

    public TokenOwner Owner { get; }

    public ApiOperation Verify { get; }

    public ApiOperation ListGroups { get; }

    public ApiOperation List { get; }

    public ApiOperation Create { get; }

    public ApiOperation Get { get; }

    public ApiOperation Update { get; }

    public ApiOperation Delete { get; }

    public ApiOperation Roll { get; }

    /// <summary>Whether a path asks what a token is worth: there one that is switched off or expired is answered, not refused.</summary>
    public static bool IsVerify(PathString path) => path.Value?.EndsWith(VerifySuffix, StringComparison.Ordinal) == true;
}
