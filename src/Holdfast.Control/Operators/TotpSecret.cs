using System.Security.Cryptography;
using System.Text;
using Holdfast.Releases.Keys;
using OtpNet;

namespace Holdfast.Control.Operators;

/// <summary>Time-based one-time passwords (RFC 6238): SHA-1, 30 s, 6 digits, as every authenticator application reads them.</summary>
internal static class TotpSecret
{
    /// <summary>Length of a secret: as long as the hash (RFC 4226 section 4).</summary>
    private const int SecretBytes = 20;

    /// <summary>One step before and one after: clocks differ, and people type slowly.</summary>
    private static readonly VerificationWindow Window = new(previous: 1, future: 1);

    /// <summary>A new secret, sealed for an operator, and what their application needs to see once.</summary>
    public static (byte[] Sealed, string Secret, string Uri) New(SecretBox box, string operatorId, string email)
    {
        var secret = KeyGeneration.GenerateRandomKey(SecretBytes);
        try
        {
            var uri = new OtpUri(OtpType.Totp, secret, email, "Holdfast").ToString();
            return (box.Seal(secret, Purpose(operatorId)), Base32Encoding.ToString(secret), uri);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(secret);
        }
    }

    /// <summary>Whether a code fits now and is newer than the last one that was used.</summary>
    /// <param name="box">Opens the secret.</param>
    /// <param name="sealedSecret">The operator's secret.</param>
    /// <param name="operatorId">The operator.</param>
    /// <param name="code">What was typed; blanks are passed over.</param>
    /// <param name="usedStep">The time step of the last code that was used.</param>
    /// <param name="now">The time, UTC.</param>
    /// <returns>The code's time step, or null.</returns>
    public static long? Step(SecretBox box, byte[] sealedSecret, string operatorId, string code, long usedStep, DateTime now)
    {
        if (!box.TryOpen(sealedSecret, Purpose(operatorId), out var secret))
        {
            return null;
        }

        try
        {
            var digits = code.Replace(" ", "", StringComparison.Ordinal);
            return new Totp(secret).VerifyTotp(now, digits, out var step, Window) && step > usedStep ? step : null;
        }
        finally
        {
            CryptographicOperations.ZeroMemory(secret);
        }
    }

    private static byte[] Purpose(string operatorId) => Encoding.UTF8.GetBytes("totp:" + operatorId);
}
