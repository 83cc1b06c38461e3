using Holdfast.Control.Access;
using Holdfast.Control.Audit;
using Holdfast.Control.Envelope;
using Microsoft.AspNetCore.Http;

namespace Holdfast.Control.Operators.Passwords;

/// <summary>
/// Looks at a presented password: through the gate, and only when neither the address nor the account failed too often just now. An
/// account's failures do not slow it down at the address where it signed in last, so that nobody can be kept out by others' failures.
/// Safe to use from several threads.
/// </summary>
internal sealed class PasswordCheck
{
    private static readonly TimeSpan LongestAddressPause = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan LongestAccountPause = TimeSpan.FromSeconds(30);

    private readonly PasswordGate _gate;
    private readonly FailureCounter _addresses;
    private readonly FailureCounter _accounts;

    public PasswordCheck(PasswordGate gate, TimeProvider time)
    {
        _gate = gate;
        _addresses = new FailureCounter(LongestAddressPause, time);
        _accounts = new FailureCounter(LongestAccountPause, time);
    }

    /// <summary>Compares; an operator who does not exist costs as much as one who does.</summary>
    /// <param name="context">The request.</param>
    /// <param name="email">The e-mail address that was named, lower case.</param>
    /// <param name="known">The operator of that address, or null.</param>
    /// <param name="password">What was presented.</param>
    /// <returns>Whether it is right, and its new hash when the stored one is weaker than today's.</returns>
    /// <exception cref="ApiException">429 or 503 with Retry-After: it was not looked at.</exception>
    public async Task<(bool IsRight, string? NewHash)> CheckAsync(HttpContext context, string email, StoredOperator? known, string password)
    {
        var address = _addresses.Pause(AddressKey.Of(context.Connection.RemoteIpAddress));
        if (address is { } left)
        {
            throw ApiException.TooMany(left);
        }

        if (known?.SignedInFrom != AuditScope.AddressOf(context) && _accounts.Pause(email) is { } pause)
        {
            throw ApiException.TooMany(pause);
        }

        return await _gate
            .RunAsync<(bool, string?)>(
                () =>
                {
                    var right = PasswordHash.Matches(password, known?.PasswordHash ?? PasswordHash.OfNobody, out var outdated);
                    return (right && known is not null, right && outdated ? PasswordHash.Of(password) : null);
                },
                context.RequestAborted
            )
            .ConfigureAwait(false);
    }

    /// <summary>Hashes a new password.</summary>
    /// <exception cref="ApiException">503: there is no room.</exception>
    public Task<string> HashAsync(string password, CancellationToken cancellationToken) =>
        _gate.RunAsync(() => PasswordHash.Of(password), cancellationToken);

    /// <summary>Counts a failure of address and account.</summary>
    /// <returns>The one answer to everything that can be wrong: 401.</returns>
    public ApiException Failed(HttpContext context, string email)
    {
        _addresses.Failed(AddressKey.Of(context.Connection.RemoteIpAddress));
        _accounts.Failed(email);
        return new ApiException(401, new ApiError(ErrorCodes.Authentication, "e-mail address, password or code is wrong"));
    }

    /// <summary>Forgets the failures of address and account.</summary>
    public void Succeeded(HttpContext context, string email)
    {
        _addresses.Succeeded(AddressKey.Of(context.Connection.RemoteIpAddress));
        _accounts.Succeeded(email);
    }
}
