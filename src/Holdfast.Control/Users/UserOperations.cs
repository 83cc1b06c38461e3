using Holdfast.Control.Access;
using Holdfast.Control.Accounts;
using Holdfast.Control.Operations;

namespace Holdfast.Control.Users;

/// <summary>What the user can do with their own details and memberships.</summary>
internal static class UserOperations
{
    private const string UserPath = "/client/v4/user";
    private const string MembershipsPath = "/client/v4/memberships";

    private static readonly (string, ApiSchema)[] Details =
    [
        ("first_name?", ApiSchema.Text("First name, at most 60 characters.", "Ada").OrNull()),
        ("last_name?", ApiSchema.Text("Last name, at most 60 characters.", "Example").OrNull()),
        ("telephone?", ApiSchema.Text("Telephone number, at most 20 characters.", "+1 555 0100").OrNull()),
        ("country?", ApiSchema.Text("Country, at most 30 characters.", "US").OrNull()),
        ("zipcode?", ApiSchema.Text("Zip code, at most 20 characters.", "00000").OrNull()),
    ];

    private static readonly ApiSchema User = ApiSchema.Object([
        ("id", ApiSchema.Text("The user's id.", "7c5dae5552338874e5053f2534d2767a")),
        ("email", ApiSchema.Text("The user's address.", "admin@localhost")),
        .. Details,
        ("two_factor_authentication_enabled", ApiSchema.Flag("Whether there is a second factor.", false)),
        ("suspended", ApiSchema.Flag("Whether the user is locked.", false)),
    ]);

    private static readonly ApiSchema Membership = ApiSchema.Object(
        ("id", ApiSchema.Text("The membership's id.", "4536bcfad5faccb111b47003c79917fa")),
        ("status", ApiSchema.OneOf("Its state.", "accepted")),
        ("account", AccountOperations.Account),
        ("api_access_enabled", ApiSchema.Flag("Whether the user may use the API.", true)),
        ("roles", ApiSchema.List(ApiSchema.Text("A role.", "Super Administrator - All Privileges")))
    );

    public static ApiOperation Get { get; } =
        new("GET", UserPath, "user-get", "Show the user") { Permission = PermissionGroups.UserDetailsRead, Result = User };

    public static ApiOperation Edit { get; } =
        new("PATCH", UserPath, "user-edit", "Change the user's details")
        {
            Permission = PermissionGroups.UserDetailsWrite,
            Description = "A member that is left out stays as it is; null removes it.",
            Body = ApiSchema.Object(Details),
            Result = User,
        };

    public static ApiOperation ListMemberships { get; } =
        new("GET", MembershipsPath, "memberships-list", "List the user's memberships: there is one")
        {
            Permission = PermissionGroups.MembershipsRead,
            Query =
            [
                new("account.name", ApiSchema.Text("The account's name.", "holdfast")),
                new("name", ApiSchema.Text("The account's name.", "holdfast")),
                new("status", ApiSchema.OneOf("Its state.", "accepted", "pending", "rejected")),
                new("order", ApiSchema.OneOf("What to order by.", "id", "account.name", "status")),
                new("direction", ApiSchema.OneOf("How to order.", "asc", "desc")),
                .. ApiParameter.Paging,
            ],
            Result = ApiSchema.List(Membership),
            Paged = true,
        };

    public static ApiOperation GetMembership { get; } =
        new("GET", MembershipsPath + "/{membership_id}", "memberships-get", "Show a membership")
        {
            Permission = PermissionGroups.MembershipsRead,
            Result = Membership,
        };
}
