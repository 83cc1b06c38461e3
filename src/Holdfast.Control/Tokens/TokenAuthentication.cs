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
internal sealed class TokenAuthentication
{
    /// <summary>Longest token that is looked at; longer ones cannot be ours.</summary>
    public const int MaxTokenLength = 200;

    private const string Prefix = "Bearer ";

    private volatile IReadOnlyList<StoredToken> _tokens = [];

    /// <summary>Says which tokens are believed from now on; before the first call none is.</summary>
    public void Believe(IReadOnlyList<StoredToken> tokens) => _tokens = tokens;

    /// <summary>Whose token the request presents.</summary>
    /// <exception cref="ApiException">It presents none, or one that is not believed here.</exception>
    public Caller Authenticate(HttpRequest request)
    {
        var header = request.Headers.Authorization.ToString();
        if (!header.StartsWith(Prefix, StringComparison.OrdinalIgnoreCase) || header.Length == Prefix.Length)
        {
            throw new ApiException(401, new ApiError(ErrorCodes.Authentication, "Authentication error: send Authorization: Bearer TOKEN"));
        }

        var token = Find(header[Prefix.Length..].Trim()) ?? throw Refused(request);
        return new Caller(token.Id, token.Name, [Policy.Everything]);
    }

    private static ApiException Refused(HttpRequest request) =>
        request.Path.StartsWithSegments(TokenOperations.VerifyPath, StringComparison.Ordinal)
            ? new ApiException(401, new ApiError(ErrorCodes.InvalidToken, "Invalid API Token"))
            : new ApiException(403, new ApiError(ErrorCodes.InvalidAccessToken, "Invalid access token"));

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
