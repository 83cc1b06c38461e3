using Holdfast.Control.Access;
using Holdfast.Control.Operations;

namespace Holdfast.Control.Accounts;

/// <summary>What can be done with accounts.</summary>
internal static class AccountOperations
{
    public const string OneAccount = Accounts + "/{" + AccountRequests.Parameter + "}";

    private const string Accounts = "/client/v4/accounts";

    private static readonly ApiSchema Id = ApiSchema.Text("The account's id.", "023e105f4ecef8ad9ca31a8372d0c353");
    private static readonly ApiSchema Name = ApiSchema.Text("The account's name.", "holdfast");
    private static readonly ApiSchema Type = ApiSchema.OneOf("The account's type.", "standard");

    private static readonly ApiSchema Settings = ApiSchema.Object(
        ("enforce_twofactor?", ApiSchema.Flag("Whether every user must have a second factor.", false)),
        ("abuse_contact_email?", ApiSchema.Text("Where abuse is reported.", "abuse@example.com").OrNull())
    );

    /// <summary>The shape of an account.</summary>
    public static ApiSchema Account { get; } =
        ApiSchema.Object(
            ("id", Id),
            ("name", Name),
            ("type", Type),
            ("settings", Settings),
            ("created_on", ApiSchema.Time("When it was made."))
        );

    public static ApiOperation List { get; } =
        new("GET", Accounts, "accounts-list", "List accounts: there is one")
        {
            Permission = PermissionGroups.AccountSettingsRead,
            Query = [new("name", Name), new("direction", ApiSchema.OneOf("By name.", "asc", "desc")), .. ApiParameter.Paging],
            Result = ApiSchema.List(Account),
            Paged = true,
        };

    public static ApiOperation Get { get; } =
        new("GET", OneAccount, "accounts-get", "Show an account") { Permission = PermissionGroups.AccountSettingsRead, Result = Account };

    public static ApiOperation Update { get; } =
        new("PUT", OneAccount, "accounts-update", "Change an account's name and settings")
        {
            Permission = PermissionGroups.AccountSettingsWrite,
            Description = "An `id` in the body must be the account's. Settings that are left out stay as they are.",
            Body = ApiSchema.Object(("name", Name), ("type?", Type), ("settings?", Settings)),
            Result = Account,
        };
}
