using Holdfast.Control.Access;
using Holdfast.Control.Envelope;
using Holdfast.Control.Operators;
using Holdfast.Control.Storage;
using Microsoft.AspNetCore.Http;

namespace Holdfast.Control.Sessions;

/// <summary>A session of an operator: <c>Authorization: Bearer hfs_...</c>.</summary>
internal sealed class SessionScheme : ICredentialScheme
{
    private const string Bearer = "Bearer ";

    private readonly SessionStore _sessions;

    public SessionScheme(SessionStore sessions)
    {
        _sessions = sessions;
    }

    /// <inheritdoc/>
    public async ValueTask<CredentialVerdict?> CheckAsync(HttpContext context)
    {
        var header = context.Request.Headers.Authorization.ToString();
        var token = header.StartsWith(Bearer, StringComparison.OrdinalIgnoreCase) ? header[Bearer.Length..].Trim() : "";
        if (!token.StartsWith(SignIn.TokenPrefix, StringComparison.Ordinal))
        {
            return null;
        }

        var session =
            token.Length > OpaqueSecret.MaxLength
                ? null
                : await _sessions.UseAsync(OpaqueSecret.Hash(token), context.RequestAborted).ConfigureAwait(false);
        return session is null
            ? CredentialVerdict.Refused(401, ErrorCodes.Authentication, "the session is over: sign in again")
            : CredentialVerdict.Good(OperatorRoles.CallerOf(session.Operator, CredentialKind.Session, session.Id));
    }
}
