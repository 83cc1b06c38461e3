using System.Text.Json.Nodes;
using Holdfast.Control.Accounts;
using Holdfast.Control.Envelope;
using Holdfast.Control.Storage;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Holdfast.Control.Users;

/// <summary>Memberships: <c>/client/v4/memberships</c>. The user belongs to the account, and may do everything in it.</summary>
internal sealed class MembershipEndpoints
{
    private static readonly string[] Areas =
    [
        "analytics",
        "billing",
        "cache_purge",
        "dns",
        "dns_records",
        "lb",
        "logs",
        "organization",
        "ssl",
        "waf",
        "zone_settings",
        "zones",
    ];

    private readonly UserStore _users;
    private readonly AccountStore _accounts;

    public MembershipEndpoints(UserStore users, AccountStore accounts)
    {
        _users = users;
        _accounts = accounts;
    }

    public void Map(IEndpointRouteBuilder routes)
    {
        UserOperations.ListMemberships.Map(routes, ListAsync);
        UserOperations.GetMembership.Map(routes, GetAsync);
    }

    private Task ListAsync(HttpContext context)
    {
        var request = context.Request;
        var paging = Paging.Of(request);
        var status = Paging.OneOf(request, "status", "accepted", "pending", "rejected");
        Paging.OneOf(request, "order", "id", "account.name", "status");
        Paging.OneOf(request, "direction", "asc", "desc");
        var name = Paging.Text(request, "account.name") ?? Paging.Text(request, "name");
        var account = _accounts.Account;
        JsonObject[] all = status == "accepted" && (name is null || name == account.Name) ? [Membership()] : [];
        return ApiAnswer.PageAsync(context, all.Skip(paging.Skip).Take(paging.PerPage), paging, all.Length);
    }

    private Task GetAsync(HttpContext context) =>
        context.Request.RouteValues["membership_id"] as string == _users.User.MembershipId
            ? ApiAnswer.ResultAsync(context, Membership())
            : throw ApiException.NotFound("there is no such membership");

    private JsonObject Membership() =>
        new()
        {
            ["id"] = _users.User.MembershipId,
            ["status"] = "accepted",
            ["account"] = AccountJson.Of(_accounts.Account),
            ["api_access_enabled"] = true,
            ["roles"] = new JsonArray("Super Administrator - All Privileges"),
            ["permissions"] = new JsonObject(
                Areas.Select(area => KeyValuePair.Create(area, (JsonNode?)new JsonObject { ["read"] = true, ["write"] = true }))
            ),
        };
}
