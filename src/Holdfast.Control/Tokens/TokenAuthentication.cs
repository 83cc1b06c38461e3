using System.Security.Cryptography;
using Holdfast.Control.Access;
using Holdfast.Control.Envelope;
using Holdfast.Control.Storage;
using Microsoft.AspNetCore.Http;

namespace Holdfast.Control.Tokens;

/// <summary>
/// Who may use the API: bearer tokens (RFC 6750). The hashes are in memory, and every presented token is compared with all of them in
/// a time that does not depend on what matches.
/// </summary>
internal sealed class TokenAuthentication : ICredentialScheme
{
    /// <summary>Longest token that is looked at; longer ones cannot be ours.</summary>
    public const int MaxTokenLength = 200;

    private const string Prefix = "Bearer ";

    private volatile IReadOnlyList<StoredToken> _tokens = [];

    /// <summary>Says which tokens are believed from now on; before the first call none is.</summary>
    public void Believe(IReadOnlyList<StoredToken> tokens) => _tokens = tokens;

    /// <inheritdoc/>
    public ValueTask<CredentialVerdict?> CheckAsync(HttpContext context)
    {
        var header = context.Request.Headers.Authorization.ToString();
        if (!header.StartsWith(Prefix, StringComparison.OrdinalIgnoreCase) || header.Length == Prefix.Length)
        {
            return default;
        }

        var verdict = Find(header[Prefix.Length..].Trim()) is { } token
            ? CredentialVerdict.Good(new Caller(token.Id, token.Name, [Policy.Everything]))
            : Refused(context.Request);
        return ValueTask.FromResult<CredentialVerdict?>(verdict);
    }

    private static CredentialVerdict Refused(HttpRequest request) =>
        request.Path.StartsWithSegments(TokenOperations.VerifyPath, StringComparison.Ordinal)
            ? CredentialVerdict.Refused(401, ErrorCodes.InvalidToken, "Invalid API Token")
            : CredentialVerdict.Refused(403, ErrorCodes.InvalidAccessToken, "Invalid access token");

    private StoredToken? Find(string text)
    {
        if (text.Length > MaxTokenLength)
        {
            return null;
        }

        var hash = AdminToken.Hash(text);
        StoredToken? found = null;
        foreach (var token in _tokens)
        {
            found = CryptographicOperations.FixedTimeEquals(hash, token.Hash) ? token : found;
        }

        return found;
    }
}
