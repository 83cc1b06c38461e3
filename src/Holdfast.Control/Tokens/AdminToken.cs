using Holdfast.Artifacts;
using Holdfast.Control.Access;
using Holdfast.Control.Audit;
using Holdfast.Control.Storage;

namespace Holdfast.Control.Tokens;

/// <summary>The first token of an installation, which may do everything.</summary>
internal static class AdminToken
{
    /// <summary>Why a text cannot be an admin token, or null.</summary>
    public static string? Problem(string token) =>
        token.Length is < 20 or > OpaqueSecret.MaxLength || token.Any(c => c is <= ' ' or > '~')
            ? $"an admin token has 20 to {OpaqueSecret.MaxLength} visible ASCII characters"
            : null;

    /// <summary>Sees to it that there is an admin token: the given one, or on the first start a new one.</summary>
    /// <param name="store">The tokens, loaded.</param>
    /// <param name="given">The operator's own, or null. One that is not known yet is added beside those that are.</param>
    /// <param name="time">The clock.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>The clear text when this is the first start, otherwise null.</returns>
    public static async Task<string?> EnsureAsync(TokenStore store, string? given, TimeProvider time, CancellationToken cancellationToken)
    {
        var known = store.Table.All.Count;
        if (known > 0 && (given is null || store.Table.Find(given) is not null))
        {
            return null;
        }

        var text = given ?? OpaqueSecret.New(TokenEndpoints.Prefix);
        var now = time.GetUtcNow().UtcDateTime;
        var token = new ApiToken
        {
            Id = ArtifactId.New(),
            Owner = TokenOwner.User,
            Name = "admin",
            Hash = OpaqueSecret.Hash(text),
            IsAdmin = true,
            Policies = [],
            IssuedOn = now,
            ModifiedOn = now,
        };
        await store.AddAsync(token, AuditScope.System("tokens-first"), cancellationToken).ConfigureAwait(false);
        return known == 0 ? text : null;
    }
}
