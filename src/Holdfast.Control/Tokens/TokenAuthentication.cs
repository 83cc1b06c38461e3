using Holdfast.Control.Access;
using Holdfast.Control.Envelope;
using Microsoft.AspNetCore.Http;

namespace Holdfast.Control.Tokens;

/// <summary>API tokens in <c>Authorization: Bearer</c> (RFC 6750).</summary>
internal sealed class TokenAuthentication : ICredentialScheme
{
    private const string Prefix = "Bearer ";

    private readonly TokenTable _tokens;
    private readonly TokenUse _use;
    private readonly TimeProvider _time;

    public TokenAuthentication(TokenTable tokens, TokenUse use, TimeProvider time)
    {
        _tokens = tokens;
        _use = use;
        _time = time;
    }

    /// <inheritdoc/>
    public ValueTask<CredentialVerdict?> CheckAsync(HttpContext context)
    {
        var header = context.Request.Headers.Authorization.ToString();
        return ValueTask.FromResult(
            header.StartsWith(Prefix, StringComparison.OrdinalIgnoreCase) && header.Length > Prefix.Length
                ? Check(context, header[Prefix.Length..].Trim())
                : null
        );
    }

    private CredentialVerdict Check(HttpContext context, string text)
    {
        var verifies = TokenOperations.IsVerify(context.Request.Path);
        if (_tokens.Find(text) is not { } token)
        {
            return verifies
                ? CredentialVerdict.Refused(401, ErrorCodes.InvalidToken, "Invalid API Token")
                : CredentialVerdict.Refused(403, ErrorCodes.InvalidAccessToken, "Invalid access token");
        }

        var address = context.Connection.RemoteIpAddress;
        if (!token.Bounds.Addresses.Allows(address))
        {
            return CredentialVerdict.Refused(403, ErrorCodes.InvalidAccessToken, $"Cannot use the access token from location: {address}");
        }

        var now = _time.GetUtcNow().UtcDateTime;
        var status = token.NotBefore > now ? "not valid yet" : token.StatusAt(now);
        if (status != "active" && !verifies)
        {
            return CredentialVerdict.Refused(403, ErrorCodes.InvalidAccessToken, $"Invalid access token: it is {status}");
        }

        _use.Note(token.Id);
        return CredentialVerdict.Good(
            new Caller(token.Id, token.Name, status == "active" ? token.Rules : [])
            {
                Bounds = token.Bounds,
                MayDelegateTokens = token.IsAdmin,

                // Whoever has to repair the installation is not told to wait five minutes.
                IsCounted = !token.IsAdmin,
            }
        );
    }
}
