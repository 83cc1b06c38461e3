using Holdfast.Control.Access;
using Holdfast.Control.Envelope;
using Holdfast.Control.Storage;
using Microsoft.AspNetCore.Http;

namespace Holdfast.Control.Operators;

/// <summary>An operator's API key, as Cloudflare's oldest clients send it: <c>X-Auth-Email</c> and <c>X-Auth-Key</c>.</summary>
internal sealed class ApiKeyScheme : ICredentialScheme
{
    private const string KeyHeader = "X-Auth-Key";
    private const string EmailHeader = "X-Auth-Email";

    private readonly OperatorStore _operators;

    public ApiKeyScheme(OperatorStore operators)
    {
        _operators = operators;
    }

    /// <inheritdoc/>
    public async ValueTask<CredentialVerdict?> CheckAsync(HttpContext context)
    {
        var headers = context.Request.Headers;
        if (!headers.ContainsKey(KeyHeader))
        {
            return null;
        }

        var known = OperatorEmail.TryNormalize(headers[EmailHeader].ToString(), out var email)
            ? await _operators.FindByEmailAsync(email).ConfigureAwait(false)
            : null;
        return known is { Disabled: false, ApiKeyHash: { } hash } && OpaqueSecret.Matches(headers[KeyHeader].ToString(), hash)
            ? CredentialVerdict.Good(OperatorRoles.CallerOf(known, CredentialKind.ApiKey, known.Id))
            : CredentialVerdict.Refused(403, ErrorCodes.UnknownKeyOrEmail, "Unknown X-Auth-Key or X-Auth-Email");
    }
}
