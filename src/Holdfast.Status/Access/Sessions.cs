using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using System.Text;
using Holdfast.Status.Storage;
using Microsoft.AspNetCore.Http;

namespace Holdfast.Status.Access;

/// <summary>Who is signed in.</summary>
/// <param name="Operator">The person.</param>
/// <param name="Hash">The session's hash, by which it is kept.</param>
/// <param name="FormToken">What every form of theirs has to send back.</param>
internal sealed record SignedIn(OperatorRow Operator, byte[] Hash, string FormToken);

/// <summary>
/// Operators' sessions: a random secret in a cookie that no script reads, kept as its hash. A form has to send back a word that follows from
/// the secret, which another site can't know.
/// </summary>
internal sealed class Sessions(StatusStore store, OperatorDesk operators, PasswordGate gate, TimeProvider time)
{
    /// <summary>A session ends after so long, however much it is used.</summary>
    public static readonly TimeSpan Longest = TimeSpan.FromHours(12);

    /// <summary>A session that is not used for so long ends.</summary>
    public static readonly TimeSpan Idle = TimeSpan.FromHours(2);

    /// <summary>Sessions of one person; the one that was idle longest goes for a new one.</summary>
    public const int Most = 20;

    /// <summary>Failed sign-ins that an address has in a minute.</summary>
    public const int TriesPerMinute = 10;

    private const string Cookie = "holdfast_status_session";
    private const string FormCookie = "holdfast_status_form";
    private const int SecretBytes = 32;

    private static readonly TimeSpan SeenEvery = TimeSpan.FromMinutes(1);

    /// <summary>Refused sign-ins that the audit log takes in a minute: a flood must not fill the disk.</summary>
    private const int RefusalsPerMinute = 20;

    private readonly Tries tries = new(TriesPerMinute, TimeSpan.FromMinutes(1), time);
    private readonly Lock turn = new();
    private (DateTimeOffset From, int Count) refusals;

    /// <summary>Whose request it is, or null when nobody is signed in.</summary>
    public SignedIn? Of(HttpContext context)
    {
        if (context.Request.Cookies[Cookie] is not { Length: > 0 and < 200 } secret)
        {
            return null;
        }

        var hash = Hash(secret);
        var now = time.GetUtcNow();
        if (
            store.Read(database => database.Session(hash)) is not { } session
            || now - session.CreatedAt >= Longest
            || now - session.SeenAt >= Idle
        )
        {
            return null;
        }

        if (now - session.SeenAt >= SeenEvery)
        {
            try
            {
                store.Write((transaction, at) => transaction.SessionSeen(hash, at));
            }
            catch (StatusStoreException)
            {
                // A full disk must not sign anybody out; the session then ends by its idle time.
            }
        }

        return new SignedIn(session.Operator, hash, FormToken(secret));
    }

    /// <summary>Signs in, and sets the cookie.</summary>
    /// <exception cref="StatusProblem">Something is wrong (401, the same whatever it is), or the address failed too often (429).</exception>
    public async Task SignInAsync(HttpContext context, string email, string password, string? code)
    {
        tries.Check(context, "failed sign-ins");
        var row = store.Read(database => database.OperatorByEmail(email.Trim().ToLowerInvariant()));
        var right = await gate.RunAsync(
                () => PasswordHash.Matches(password, row?.Password ?? PasswordHash.OfNobody),
                context.RequestAborted
            )
            .ConfigureAwait(false);
        var step = row?.Totp is null ? 0 : Step(row, code);
        if (row is null || !right || step is null)
        {
            tries.Failed(context);
            Refused(row);
            throw new StatusProblem(401, "e-mail address, password or code is wrong");
        }

        var secret = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(SecretBytes));
        store.Write(
            (transaction, now) =>
            {
                // What was changed while the password was looked at counts: a code that was used meanwhile, a new password, a removal.
                var current = store.Read(database => database.OperatorById(row.Id));
                if (current is null || current.Password != row.Password || (current.Totp is not null && !(step > current.TotpStep)))
                {
                    throw new StatusProblem(401, "e-mail address, password or code is wrong");
                }

                transaction.EndSessionsBefore(now - Longest, now - Idle);
                transaction.Put(current with { SignedInAt = now, TotpStep = current.Totp is null ? 0 : step.Value });
                transaction.AddSession(Hash(secret), row.Id, now, Most);
                transaction.Audit(now, row.Email, "session.create", row.Id, null, null);
            }
        );
        context.Response.Cookies.Append(Cookie, secret, Options(context, Longest));
    }

    /// <summary>Whether this is still the person's password.</summary>
    /// <exception cref="StatusProblem">The address failed too often (429).</exception>
    public async Task<bool> IsPasswordAsync(HttpContext context, OperatorRow row, string password)
    {
        tries.Check(context, "wrong passwords");
        if (await gate.RunAsync(() => PasswordHash.Matches(password, row.Password), context.RequestAborted).ConfigureAwait(false))
        {
            return true;
        }

        tries.Failed(context);
        return false;
    }

    /// <summary>Ends the session.</summary>
    public void SignOut(HttpContext context, SignedIn signedIn)
    {
        store.Write((transaction, _) => transaction.EndSession(signedIn.Hash));
        context.Response.Cookies.Delete(Cookie, Options(context, Longest));
    }

    /// <summary>What a form has to send back that is shown before anybody has signed in; the browser gets a cookie that it follows from.</summary>
    public static string FormTokenOfNobody(HttpContext context)
    {
        if (context.Request.Cookies[FormCookie] is not { Length: 2 * SecretBytes } secret)
        {
            secret = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(SecretBytes));
            context.Response.Cookies.Append(FormCookie, secret, Options(context, Longest));
        }

        return FormToken(secret);
    }

    /// <summary>Whether a form that was shown before anybody signed in comes from a page of ours.</summary>
    public static bool IsFormOfNobody(HttpContext context, [NotNullWhen(true)] string? token) =>
        context.Request.Cookies[FormCookie] is { Length: 2 * SecretBytes } secret && IsSame(token, FormToken(secret));

    /// <summary>Compares in a time that does not depend on what is compared.</summary>
    public static bool IsSame([NotNullWhen(true)] string? sent, string expected) =>
        sent is not null && CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(sent), Encoding.UTF8.GetBytes(expected));

    private long? Step(OperatorRow row, string? code) =>
        code is not null && operators.Secret(row) is { } secret ? SecondFactor.Step(secret, code, row.TotpStep, time.GetUtcNow()) : null;

    private void Refused(OperatorRow? row)
    {
        // An unknown address may be a password typed into the wrong field: it is not written down.
        if (row is not null && MayWriteRefusal())
        {
            store.Write((transaction, now) => transaction.Audit(now, row.Email, "session.refused", row.Id, null, null));
        }
    }

    private bool MayWriteRefusal()
    {
        lock (turn)
        {
            var now = time.GetUtcNow();
            refusals = now - refusals.From < TimeSpan.FromMinutes(1) ? (refusals.From, refusals.Count + 1) : (now, 1);
            return refusals.Count <= RefusalsPerMinute;
        }
    }

    // A proxy that speaks TLS with the browser says so; a lie here only harms the liar's own cookie.
    private static CookieOptions Options(HttpContext context, TimeSpan age) =>
        new()
        {
            HttpOnly = true,
            SameSite = SameSiteMode.Lax,
            Path = "/operate",
            MaxAge = age,
            Secure = context.Request.IsHttps || context.Request.Headers["X-Forwarded-Proto"] == "https",
        };

    private static string FormToken(string secret) =>
        Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes($"holdfast status form {secret}")));

    private static byte[] Hash(string secret) => SHA256.HashData(Encoding.UTF8.GetBytes(secret));
}
