namespace Holdfast.Control.Operators.Passwords;

/// <summary>
/// What a new password must be. Length counts, composition does not (NIST SP 800-63B section 5.1.1.2): no rule asks for digits or
/// capitals, and the commonest passwords and their obvious variations are refused.
/// </summary>
internal static class PasswordRules
{
    /// <summary>Fewest characters.</summary>
    public const int MinLength = 12;

    /// <summary>Most characters: enough for any sentence, and little to hash.</summary>
    public const int MaxLength = 200;

    /// <summary>What is allowed, for messages.</summary>
    public const string Allowed = "12 to 200 characters that are not one of the commonest passwords";

    /// <summary>Why a password is not taken, or null.</summary>
    /// <param name="password">The password.</param>
    /// <param name="email">Its owner's e-mail address, which is no password.</param>
    public static string? Problem(string password, string email)
    {
        var length = password.EnumerateRunes().Count();
        if (length is < MinLength or > MaxLength)
        {
            return $"a password of {length} characters";
        }

        var lower = password.ToLowerInvariant();
        var local = email.Split('@')[0];
        return CommonPasswords.Contain(lower) || CommonPasswords.IsPattern(lower) ? "one of the commonest passwords, or a variation of one"
            : lower.Contains(email, StringComparison.Ordinal) || CommonPasswords.Stem(lower) == CommonPasswords.Stem(local)
                ? "the e-mail address"
            : null;
    }
}
