using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Holdfast.Control.Operators.Passwords;

/// <summary>
/// A password as it is kept: PBKDF2 (RFC 8018 section 5.2) with HMAC-SHA-512, its parameters beside it, so that they can rise:
/// <c>pbkdf2-sha512$ITERATIONS$SALT$HASH</c>.
/// </summary>
internal static class PasswordHash
{
    /// <summary>Iterations of a new hash. The OWASP Password Storage Cheat Sheet asks for 210,000 with SHA-512.</summary>
    public const int Iterations = 210_000;

    private const string Scheme = "pbkdf2-sha512";
    private const int SaltBytes = 16;
    private const int HashBytes = 32;

    /// <summary>What the password of nobody is compared with, so that an unknown address takes as long as a known one.</summary>
    public static string OfNobody { get; } = Text(Iterations, new byte[SaltBytes], new byte[HashBytes]);

    /// <summary>Hashes; it takes about 0.1 s of one core.</summary>
    public static string Of(string password, int iterations = Iterations)
    {
        var salt = RandomNumberGenerator.GetBytes(SaltBytes);
        return Text(iterations, salt, Derive(password, salt, iterations));
    }

    /// <summary>Whether this is the password, in a time that does not depend on it.</summary>
    /// <param name="password">What was presented.</param>
    /// <param name="stored">A hash of ours.</param>
    /// <param name="outdated">Whether the hash was made with weaker parameters than today's.</param>
    /// <exception cref="FormatException">The stored hash is damaged.</exception>
    public static bool Matches(string password, string stored, out bool outdated)
    {
        var parts = stored.Split('$');
        if (
            parts.Length != 4
            || parts[0] != Scheme
            || !int.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out var iterations)
            || iterations < 1
        )
        {
            throw new FormatException("an operator's password hash in the database is damaged; set a new password");
        }

        outdated = iterations < Iterations;
        var derived = Derive(password, Convert.FromBase64String(parts[2]), iterations);
        return CryptographicOperations.FixedTimeEquals(derived, Convert.FromBase64String(parts[3]));
    }

    private static byte[] Derive(string password, byte[] salt, int iterations) =>
        Rfc2898DeriveBytes.Pbkdf2(Encoding.UTF8.GetBytes(password), salt, iterations, HashAlgorithmName.SHA512, HashBytes);

    private static string Text(int iterations, byte[] salt, byte[] hash) =>
        string.Create(CultureInfo.InvariantCulture, $"{Scheme}${iterations}${Convert.ToBase64String(salt)}${Convert.ToBase64String(hash)}");
}
