using Holdfast.Control.Envelope;
using Microsoft.AspNetCore.Http;

namespace Holdfast.Control.Access;

/// <summary>
/// The step before routing: who calls? Wrong credentials are slowed by address; good ones never are, whatever else comes from their
/// address. An attacker behind the same NAT or proxy can so lock nobody out, and gains nothing by it: tokens have 240 random bits, so it
/// is not the pause that keeps them from being guessed. The pause keeps rubbish cheap.
/// </summary>
internal sealed class Authentication
{
    private static readonly TimeSpan LongestPause = TimeSpan.FromMinutes(1);

    private readonly IReadOnlyList<ICredentialScheme> _schemes;
    private readonly FailureCounter _failures;

    /// <summary>The step.</summary>
    /// <param name="schemes">The ways to say who calls; the first that the request uses decides.</param>
    /// <param name="time">The clock.</param>
    public Authentication(IReadOnlyList<ICredentialScheme> schemes, TimeProvider time)
    {
        _schemes = schemes;
        _failures = new FailureCounter(LongestPause, time);
    }

    /// <summary>The caller.</summary>
    /// <exception cref="ApiException">No credential, or none that is good.</exception>
    public async ValueTask<Caller> AuthenticateAsync(HttpContext context)
    {
        foreach (var scheme in _schemes)
        {
            if (await scheme.CheckAsync(context).ConfigureAwait(false) is { } verdict)
            {
                return verdict.Caller ?? throw Refused(context, verdict);
            }
        }

        throw new ApiException(401, new ApiError(ErrorCodes.Authentication, "Authentication error: send Authorization: Bearer TOKEN"));
    }

    private ApiException Refused(HttpContext context, CredentialVerdict verdict)
    {
        var address = AddressKey.Of(context.Connection.RemoteIpAddress);
        if (_failures.Pause(address) is { } left)
        {
            return ApiException.TooMany(left);
        }

        _failures.Failed(address);
        return new ApiException(verdict.Status, verdict.Error!);
    }
}
