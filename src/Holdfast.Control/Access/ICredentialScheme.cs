using Holdfast.Control.Envelope;
using Microsoft.AspNetCore.Http;

namespace Holdfast.Control.Access;

/// <summary>One way to say who calls: a bearer token, a session, a key.</summary>
internal interface ICredentialScheme
{
    /// <summary>Looks at what the request presents.</summary>
    /// <returns>Null when it presents nothing of this kind.</returns>
    ValueTask<CredentialVerdict?> CheckAsync(HttpContext context);
}

/// <summary>What became of a credential: a caller, or why not.</summary>
/// <param name="Caller">Who calls; null when the credential is refused.</param>
/// <param name="Status">The answer's status when it is refused.</param>
/// <param name="Error">What is wrong when it is refused.</param>
internal sealed record CredentialVerdict(Caller? Caller, int Status, ApiError? Error)
{
    /// <summary>A good one.</summary>
    public static CredentialVerdict Good(Caller caller) => new(caller, 200, null);

    /// <summary>One that is refused.</summary>
    public static CredentialVerdict Refused(int status, int code, string message) => new(null, status, new ApiError(code, message));
}
