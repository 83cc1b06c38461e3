using Holdfast.Control.Accounts;
using Holdfast.Control.Storage;
using Holdfast.Control.Zones;
using Microsoft.AspNetCore.Http;

namespace Holdfast.Control.Lists;

/// <summary>What requests say about lists.</summary>
internal static class ListRequests
{
    /// <summary>The id of the list in the route of the one account.</summary>
    public static string ListId(HttpContext context, AccountStore accounts)
    {
        AccountRequests.RequireAccount(context, accounts.Account);
        return ZoneRequests.Id(context, ListOperations.ListParameter);
    }
}
