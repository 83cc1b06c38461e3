using System.Security.Cryptography;
using System.Text;
using Holdfast.Control.Audit;
using Holdfast.Control.Storage;

namespace Holdfast.Control.Tokens;

/// <summary>The first token of an installation, which may do everything.</summary>
internal static class AdminToken
{
    private const string Prefix = "hf_";
    private const string Alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

    /// <summary>A new token: <c>hf_</c> and 40 characters of 6 random bits each.</summary>
    public static string New() => Prefix + RandomNumberGenerator.GetString(Alphabet, 40);

    public static byte[] Hash(string token) => SHA256.HashData(Encoding.UTF8.GetBytes(token));

    /// <summary>Why a text cannot be an admin token, or null.</summary>
    public static string? Problem(string token) =>
        token.Length is < 20 or > TokenAuthentication.MaxTokenLength || token.Any(c => c is <= ' ' or > '~')
            ? $"an admin token has 20 to {TokenAuthentication.MaxTokenLength} visible ASCII characters"
            : null;

    /// <summary>Sees to it that there is an admin token: the given one, or on the first start a new one.</summary>
    /// <param name="store">The tokens.</param>
    /// <param name="given">The operator's own, or null. One that is not known yet is added beside those that are.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>The clear text when this is the first start, otherwise null.</returns>
    public static async Task<string?> EnsureAsync(InstallationStore store, string? given, CancellationToken cancellationToken)
    {
        var known = await store.TokensAsync().ConfigureAwait(false);
        if (known.Count > 0 && (given is null || known.Any(token => CryptographicOperations.FixedTimeEquals(token.Hash, Hash(given)))))
        {
            return null;
        }

        var token = given ?? New();
        await store.AddTokenAsync("admin", Hash(token), AuditScope.System("tokens-first"), cancellationToken).ConfigureAwait(false);
        return known.Count == 0 ? token : null;
    }
}
