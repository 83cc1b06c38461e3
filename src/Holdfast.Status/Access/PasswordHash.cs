using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Holdfast.Status.Access;

/// <summary>
/// A password as it is kept: PBKDF2 (RFC 8018 section 5.2) with HMAC-SHA-512 and its parameters, <c>pbkdf2-sha512$ROUNDS$SALT$HASH</c>.
/// </summary>
internal static class PasswordHash
{
    /// <summary>Fewest characters of a password; length is what counts (NIST SP 800-63B section 5.1.1.2).</summary>
    public const int Shortest = 12;

    /// <summary>Most characters.</summary>
    public const int Longest = 200;

    /// <summary>Different characters that a password has at least: <c>aaaaaaaaaaaa</c> is none.</summary>
    private const int Different = 6;

    /// <summary>What the OWASP Password Storage Cheat Sheet asks for with SHA-512; about 0.1 s of one core.</summary>
    private const int Rounds = 210_000;

    private const string Scheme = "pbkdf2-sha512";
    private const int SaltBytes = 16;
    private const int HashBytes = 32;

    /// <summary>What nobody's password is compared with, so that an unknown address takes as long as a known one.</summary>
    public static string OfNobody { get; } = Text(new byte[SaltBytes], new byte[HashBytes]);

    /// <summary>Says what is wrong with a new password, or null.</summary>
    /// <param name="password">The password.</param>
    /// <param name="email">Whose it is to be.</param>
    public static string? Objection(string password, string email)
    {
        if (password.Length is < Shortest or > Longest)
        {
            return string.Create(
                CultureInfo.InvariantCulture,
                $"a password has {Shortest} to {Longest} characters, this one {password.Length}"
            );
        }

        var name = email.Split('@')[0];
        return password.Distinct().Count() < Different
                ? string.Create(CultureInfo.InvariantCulture, $"a password has at least {Different} different characters")
            : password.Contains(email, StringComparison.OrdinalIgnoreCase)
            || (name.Length >= 4 && password.StartsWith(name, StringComparison.OrdinalIgnoreCase) && password.Length < name.Length + 8)
                ? "a password that is made of the e-mail address is the first to be tried"
            : null;
    }

    /// <summary>Hashes.</summary>
    public static string Of(string password)
    {
        var salt = RandomNumberGenerator.GetBytes(SaltBytes);
        return Text(salt, Derive(password, salt, Rounds));
    }

    /// <summary>Whether this is the password, in a time that does not depend on it.</summary>
    /// <exception cref="FormatException">The stored hash is damaged.</exception>
    public static bool Matches(string password, string stored)
    {
        var parts = stored.Split('$');
        if (
            parts.Length != 4
            || parts[0] != Scheme
            || !int.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out var rounds)
        )
        {
            throw new FormatException("an operator's password hash is damaged; set a new password with a token");
        }

        return CryptographicOperations.FixedTimeEquals(
            Derive(password, Convert.FromBase64String(parts[2]), rounds),
            Convert.FromBase64String(parts[3])
        );
    }

    private static byte[] Derive(string password, byte[] salt, int rounds) =>
        Rfc2898DeriveBytes.Pbkdf2(Encoding.UTF8.GetBytes(password), salt, rounds, HashAlgorithmName.SHA512, HashBytes);

    private static string Text(byte[] salt, byte[] hash) =>
        string.Create(CultureInfo.InvariantCulture, $"{Scheme}${Rounds}${Convert.ToBase64String(salt)}${Convert.ToBase64String(hash)}");
}
