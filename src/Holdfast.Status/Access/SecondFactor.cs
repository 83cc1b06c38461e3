using OtpNet;

namespace Holdfast.Status.Access;

/// <summary>Time-based one-time passwords (RFC 6238): SHA-1, 30 s, 6 digits, one step of tolerance, as every authenticator reads them.</summary>
internal static class SecondFactor
{
    /// <summary>Bytes of a secret: as long as the hash (RFC 4226 section 4).</summary>
    public const int SecretBytes = 20;

    private static readonly VerificationWindow Window = new(previous: 1, future: 1);

    /// <summary>A new secret.</summary>
    public static byte[] New() => KeyGeneration.GenerateRandomKey(SecretBytes);

    /// <summary>The secret as people type it.</summary>
    public static string Text(byte[] secret) => Base32Encoding.ToString(secret);

    /// <summary>The secret as an authenticator opens it: <c>otpauth://totp/...</c></summary>
    public static string Link(byte[] secret, string email, string page) => new OtpUri(OtpType.Totp, secret, email, page).ToString();

    /// <summary>The time step of a code that fits now and is newer than the last one used; else null.</summary>
    /// <param name="secret">The secret.</param>
    /// <param name="code">What was typed; blanks are passed over.</param>
    /// <param name="used">The step of the last code that was used.</param>
    /// <param name="now">The time.</param>
    public static long? Step(byte[] secret, string code, long used, DateTimeOffset now) =>
        new Totp(secret).VerifyTotp(now.UtcDateTime, code.Replace(" ", "", StringComparison.Ordinal), out var step, Window) && step > used
            ? step
            : null;
}
