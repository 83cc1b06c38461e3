using Holdfast.Control.Envelope;
using Holdfast.Control.Storage;
using Microsoft.AspNetCore.Http;

namespace Holdfast.Control.Accounts;

/// <summary>What requests say about accounts.</summary>
internal static class AccountRequests
{
    /// <summary>The route value that names an account.</summary>
    public const string Parameter = "account_id";

    /// <exception cref="ApiException">The path names another account than the one there is.</exception>
    public static void RequireAccount(HttpContext context, StoredAccount account)
    {
        if (context.Request.RouteValues[Parameter] as string != account.Id)
        {
            throw ApiException.NotFound(
                $"Could not route to {context.Request.Path}, perhaps your object identifier is invalid?",
                ErrorCodes.InvalidIdentifier
            );
        }
    }
}
