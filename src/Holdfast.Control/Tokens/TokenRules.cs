using Holdfast.Control.Access;
using Holdfast.Control.Envelope;

namespace Holdfast.Control.Tokens;

/// <summary>Who may make, change and remove which token.</summary>
internal static class TokenRules
{
    /// <summary>Nobody makes a token that may do more than they may themselves, for longer, or from more places.</summary>
    /// <exception cref="ApiException">The draft would.</exception>
    public static void RequireHolds(Caller caller, TokenDraft draft)
    {
        if (!caller.Holds([.. draft.Policies.Select(policy => policy.Rule)], draft.Bounds))
        {
            throw new ApiException(
                403,
                new ApiError(
                    ErrorCodes.InvalidAccessToken,
                    "A token can be given no more than its maker has: its policies, its expires_on and its condition must be within those of the credential that makes it",
                    "/policies"
                )
            );
        }
    }

    /// <summary>
    /// Nobody touches a token that may do more than they may themselves: rolling it would hand it to them, and removing it would shut
    /// out its holder. An admin token may do more than any other: it lets others manage tokens.
    /// </summary>
    /// <exception cref="ApiException">The token may do more.</exception>
    public static void RequireHolds(Caller caller, ApiToken token)
    {
        if ((token.IsAdmin && !caller.MayDelegateTokens) || !caller.Holds(token.Rules, token.Bounds))
        {
            throw new ApiException(
                403,
                new ApiError(
                    ErrorCodes.InvalidAccessToken,
                    "The token may do more than the credential that was sent; use one that may do as much"
                )
            );
        }
    }

    /// <summary>Only people and the admin token let others manage tokens (see <see cref="Caller.MayDelegateTokens"/>).</summary>
    /// <exception cref="ApiException">The caller may not, and the draft would, and the token did not before.</exception>
    public static void RequireDelegation(Caller caller, TokenDraft draft, ApiToken? before)
    {
        var manages = draft.Policies.Any(policy => policy.Allows && policy.Groups.Any(group => group.ManagesTokens));
        if (manages && !caller.MayDelegateTokens && before is not { ManagesTokens: true })
        {
            throw new ApiException(
                400,
                new ApiError(
                    ErrorCodes.TokenNotAllowed,
                    "sub-token is not allowed to have permissions to manage other tokens: only the admin token can give them",
                    "/policies"
                )
            );
        }
    }

    /// <summary>The account outlives its people: its tokens hold nothing of a person.</summary>
    /// <exception cref="ApiException">The draft does.</exception>
    public static void RequireOwner(TokenOwner owner, TokenDraft draft)
    {
        if (owner == TokenOwner.Account && draft.Policies.Any(policy => policy.Rule.Resources.User))
        {
            throw ApiException.Invalid("/policies", "a token of the account cannot name a user; make it at /user/tokens");
        }
    }

    /// <summary>The last token that keeps the door open can be rolled, and neither removed nor bounded.</summary>
    /// <param name="before">The token.</param>
    /// <param name="after">What shall become of it; null when it is removed.</param>
    /// <param name="others">All others.</param>
    /// <param name="now">The time.</param>
    /// <exception cref="ApiException">Nobody could manage this installation any more.</exception>
    public static void RequireKeeper(ApiToken before, ApiToken? after, IEnumerable<ApiToken> others, DateTime now)
    {
        if (before.IsKeeperAt(now) && after?.IsKeeperAt(now) != true && !others.Any(other => other.IsKeeperAt(now)))
        {
            throw new ApiException(
                409,
                new ApiError(
                    ErrorCodes.Conflict,
                    "This is the last admin token that holds without end and from everywhere: without it nobody could manage this installation. Roll it (PUT .../value), or start control once with another in HOLDFAST_ADMIN_TOKEN first"
                )
            );
        }
    }
}
