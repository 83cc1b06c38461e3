using Holdfast.Control.Envelope;
using Holdfast.Control.Operators;
using Holdfast.Control.Operators.Passwords;
using Holdfast.Control.Sessions;
using Holdfast.Control.Storage;
using Holdfast.Control.Tokens;
using Microsoft.AspNetCore.Http;

namespace Holdfast.Control.Access;

/// <summary>
/// Who makes a request: an operator's session (<c>Authorization: Bearer hfs_...</c>), an operator's API key (<c>X-Auth-Email</c> and
/// <c>X-Auth-Key</c>), or an API token (<c>Authorization: Bearer</c>).
/// </summary>
internal sealed class Authentication
{
    private const string Bearer = "Bearer ";
    private const string KeyHeader = "X-Auth-Key";
    private const string EmailHeader = "X-Auth-Email";

    private readonly TokenAuthentication _tokens;
    private readonly SessionStore _sessions;
    private readonly OperatorStore _operators;
    private readonly PasswordCheck _failures;

    public Authentication(TokenAuthentication tokens, SessionStore sessions, OperatorStore operators, PasswordCheck failures)
    {
        _tokens = tokens;
        _sessions = sessions;
        _operators = operators;
        _failures = failures;
    }

    /// <summary>The caller.</summary>
    /// <exception cref="ApiException">No credential, or none that is good.</exception>
    public async ValueTask<Caller> AuthenticateAsync(HttpContext context)
    {
        var headers = context.Request.Headers;
        var authorization = headers.Authorization.ToString();
        if (authorization.Length > Bearer.Length && authorization.StartsWith(Bearer, StringComparison.OrdinalIgnoreCase))
        {
            var text = authorization[Bearer.Length..].Trim();
            if (text.StartsWith(SignIn.TokenPrefix, StringComparison.Ordinal))
            {
                return await SessionAsync(context, text).ConfigureAwait(false);
            }
        }
        else if (headers.ContainsKey(KeyHeader))
        {
            return await ApiKeyAsync(context, headers[EmailHeader].ToString(), headers[KeyHeader].ToString()).ConfigureAwait(false);
        }

        return _tokens.Authenticate(context.Request);
    }

    private async Task<Caller> SessionAsync(HttpContext context, string token)
    {
        _failures.CheckAddress(context);
        var session =
            token.Length > OpaqueSecret.MaxLength
                ? null
                : await _sessions.UseAsync(OpaqueSecret.Hash(token), context.RequestAborted).ConfigureAwait(false);
        if (session is null)
        {
            _failures.CountAddress(context);
            throw new ApiException(401, new ApiError(ErrorCodes.Authentication, "the session is over: sign in again"));
        }

        return CallerOf(session.Operator, CredentialKind.Session, session.Id);
    }

    private async Task<Caller> ApiKeyAsync(HttpContext context, string email, string key)
    {
        _failures.CheckAddress(context);
        var known =
            email.Length > OperatorEmail.MaxLength
                ? null
                : await _operators.FindByEmailAsync(email.Trim().ToLowerInvariant()).ConfigureAwait(false);
        if (known is not { Disabled: false, ApiKeyHash: { } hash } || !OpaqueSecret.Matches(key, hash))
        {
            _failures.CountAddress(context);
            throw new ApiException(403, new ApiError(ErrorCodes.UnknownKeyOrEmail, "Unknown X-Auth-Key or X-Auth-Email"));
        }

        return CallerOf(known, CredentialKind.ApiKey, known.Id);
    }

    private static Caller CallerOf(StoredOperator known, CredentialKind kind, string credentialId) =>
        new(credentialId, known.Email, OperatorRoles.PoliciesOf(known.Role)) { Credential = kind, OperatorId = known.Id };
}
