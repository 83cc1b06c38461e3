using Holdfast.Artifacts;
using Holdfast.Control.Access;
using Holdfast.Control.Audit;
using Holdfast.Control.Envelope;
using Holdfast.Control.Operators;
using Holdfast.Control.Operators.Passwords;
using Holdfast.Control.Storage;
using Holdfast.Releases.Keys;
using Microsoft.AspNetCore.Http;

namespace Holdfast.Control.Sessions;

/// <summary>
/// Signing in. An unknown address, a wrong password and a disabled operator get the same answer after the same work. Nothing here needs
/// an edge, a challenge or anything else of Holdfast's but the database.
/// </summary>
internal sealed class SignIn
{
    /// <summary>What session tokens begin with.</summary>
    public const string TokenPrefix = "hfs_";

    private readonly OperatorStore _operators;
    private readonly SessionStore _sessions;
    private readonly PasswordCheck _passwords;
    private readonly SecretBox _secrets;
    private readonly TimeProvider _time;

    public SignIn(OperatorStore operators, SessionStore sessions, PasswordCheck passwords, SecretBox secrets, TimeProvider time)
    {
        _operators = operators;
        _sessions = sessions;
        _passwords = passwords;
        _secrets = secrets;
        _time = time;
    }

    /// <summary>Opens a session.</summary>
    /// <param name="context">The request.</param>
    /// <param name="request">What was presented.</param>
    /// <returns>The session and its token.</returns>
    /// <exception cref="ApiException">401: something is wrong, or a second factor is missing. 429, 503: later.</exception>
    public async Task<(StoredSession Session, string Token)> OpenAsync(HttpContext context, SignInRequest request)
    {
        var audit = AuditScope.Of(context);
        audit.ActsAs(AuditActor.Anonymous with { Name = request.Email });
        var known = await _operators.FindByEmailAsync(request.Email).ConfigureAwait(false);
        var checkedPassword = await _passwords.CheckAsync(context, request.Email, known, request.Password).ConfigureAwait(false);
        if (!checkedPassword.IsRight || known is not { Disabled: false })
        {
            throw _passwords.Failed(context, request.Email);
        }

        var proof = SecondFactor(context, known, request) with { NewPasswordHash = checkedPassword.NewHash };
        var now = _time.GetUtcNow().UtcDateTime;
        var token = OpaqueSecret.New(TokenPrefix);
        var session = new StoredSession
        {
            Id = ArtifactId.New(),
            Operator = known,
            CreatedAt = now,
            UsedAt = now,
            ExpiresAt = now + StoredSession.Life,
            Address = AuditScope.AddressOf(context),
        };
        audit.ActsAs(new AuditActor("session", session.Id, known.Email));
        if (!await _sessions.OpenAsync(session, OpaqueSecret.Hash(token), proof, audit, context.RequestAborted).ConfigureAwait(false))
        {
            throw _passwords.Failed(context, request.Email);
        }

        _passwords.Succeeded(context, request.Email);
        return (session, token);
    }

    private SignInProof SecondFactor(HttpContext context, StoredOperator known, SignInRequest request)
    {
        if (!known.TotpConfirmed)
        {
            return new SignInProof();
        }

        if (request.RecoveryCode is { } code)
        {
            return new SignInProof { RecoveryCode = RecoveryCode.Hash(code) };
        }

        if (request.Totp is null)
        {
            throw new ApiException(
                401,
                new ApiError(ErrorCodes.SecondFactorNeeded, "the password is right; send a code as well: totp or recovery_code", "/totp")
            );
        }

        var now = _time.GetUtcNow().UtcDateTime;
        return TotpSecret.Step(_secrets, known.TotpSecret!, known.Id, request.Totp, known.TotpStep, now) is { } step
            ? new SignInProof { TotpStep = step }
            : throw _passwords.Failed(context, request.Email);
    }
}

/// <summary>What somebody presents.</summary>
/// <param name="Email">The e-mail address, lower case.</param>
/// <param name="Password">The password.</param>
/// <param name="Totp">A code of their authenticator, or null.</param>
/// <param name="RecoveryCode">A recovery code, or null.</param>
internal sealed record SignInRequest(string Email, string Password, string? Totp, string? RecoveryCode);

/// <summary>What a sign-in uses up or renews.</summary>
internal sealed record SignInProof
{
    /// <summary>The time step of the TOTP code, or null.</summary>
    public long? TotpStep { get; init; }

    /// <summary>The hash of the recovery code, or null.</summary>
    public byte[]? RecoveryCode { get; init; }

    /// <summary>The password's hash with today's parameters when the stored one is weaker, or null.</summary>
    public string? NewPasswordHash { get; init; }
}
