using System.Globalization;
using Holdfast.Control.Envelope;
using Microsoft.AspNetCore.Http;

namespace Holdfast.Control.Access;

/// <summary>
/// The step before routing: who calls, and may they call again so soon? Wrong credentials are slowed by address; good ones never are,
/// whatever else comes from their address. An attacker behind the same NAT or proxy can so lock nobody out, and gains nothing by it: a
/// token has 240 random bits, so it is not the pause that keeps it from being guessed. The pause keeps rubbish cheap.
/// </summary>
internal sealed class Authentication
{
    /// <summary>Longest pause after wrong credentials.</summary>
    public static readonly TimeSpan LongestPause = TimeSpan.FromMinutes(1);

    /// <summary>Retry-After is lengthened by up to this many seconds, at random, so that not all come back at once.</summary>
    public const int JitterSeconds = 10;

    private readonly IReadOnlyList<ICredentialScheme> _schemes;
    private readonly FailureCounter _failures;
    private readonly RequestAllowance _allowance;
    private readonly Func<double> _random;

    /// <summary>The step.</summary>
    /// <param name="schemes">The ways to say who calls; the first that the request uses decides.</param>
    /// <param name="failures">Counts wrong credentials by address.</param>
    /// <param name="allowance">Counts requests by credential.</param>
    /// <param name="random">A number from 0 to below 1.</param>
    public Authentication(
        IReadOnlyList<ICredentialScheme> schemes,
        FailureCounter failures,
        RequestAllowance allowance,
        Func<double> random
    )
    {
        _schemes = schemes;
        _failures = failures;
        _allowance = allowance;
        _random = random;
    }

    /// <summary>Answers those who may not go on; the others go on with a <see cref="Caller"/>.</summary>
    public async Task InvokeAsync(HttpContext context, RequestDelegate next)
    {
        var verdict = await VerdictAsync(context).ConfigureAwait(false);
        if (verdict is null)
        {
            // Thrown, not answered: the refusal is in the audit log before its sender reads of it.
            throw new ApiException(401, new ApiError(ErrorCodes.Authentication, "Authentication error: send Authorization: Bearer TOKEN"));
        }
        else if (verdict.Caller is not { } caller)
        {
            await RefuseAsync(context, verdict).ConfigureAwait(false);
        }
        else if (!caller.IsCounted || await TakeAsync(context, caller).ConfigureAwait(false))
        {
            caller.Enter(context);
            await next(context).ConfigureAwait(false);
        }
    }

    private async ValueTask<CredentialVerdict?> VerdictAsync(HttpContext context)
    {
        foreach (var scheme in _schemes)
        {
            if (await scheme.CheckAsync(context).ConfigureAwait(false) is { } verdict)
            {
                return verdict;
            }
        }

        return null;
    }

    private Task RefuseAsync(HttpContext context, CredentialVerdict verdict)
    {
        var address = AddressKey.Of(context.Connection.RemoteIpAddress);
        if (_failures.Pause(address) is { } left)
        {
            return WaitAsync(context, left, "Too many wrong credentials came from this address; a good one is still taken");
        }

        _failures.Failed(address);
        throw new ApiException(verdict.Status, verdict.Error!);
    }

    private async ValueTask<bool> TakeAsync(HttpContext context, Caller caller)
    {
        var (left, reset) = _allowance.Take(caller.CredentialId);
        context.Response.Headers["Ratelimit-Policy"] = string.Create(
            CultureInfo.InvariantCulture,
            $"\"default\";q={_allowance.Requests};w={RequestAllowance.Period.TotalSeconds:0}"
        );
        context.Response.Headers["Ratelimit"] = string.Create(
            CultureInfo.InvariantCulture,
            $"\"default\";r={Math.Max(0, left)};t={Math.Ceiling(reset.TotalSeconds):0}"
        );
        if (left >= 0)
        {
            return true;
        }

        var limit = string.Create(
            CultureInfo.InvariantCulture,
            $"More than {_allowance.Requests} requests per {RequestAllowance.Period.TotalSeconds:0} seconds reached. Please wait and consider throttling your request speed"
        );
        await WaitAsync(context, reset, limit).ConfigureAwait(false);
        return false;
    }

    private Task WaitAsync(HttpContext context, TimeSpan left, string message)
    {
        var seconds = (int)Math.Ceiling(left.TotalSeconds + (_random() * Math.Min(JitterSeconds, left.TotalSeconds)));
        context.Response.Headers.RetryAfter = seconds.ToString(CultureInfo.InvariantCulture);
        return ApiAnswer.ErrorAsync(context, 429, new ApiError(ErrorCodes.TooManyRequests, message));
    }
}
