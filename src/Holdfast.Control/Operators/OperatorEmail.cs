using System.Diagnostics.CodeAnalysis;

namespace Holdfast.Control.Operators;

/// <summary>E-mail addresses as names of operators. No mail is sent, so only the form is looked at.</summary>
internal static class OperatorEmail
{
    /// <summary>Most characters (RFC 5321 section 4.5.3.1.3, without the angle brackets).</summary>
    public const int MaxLength = 254;

    /// <summary>What is allowed, for messages.</summary>
    public const string Allowed = "an e-mail address: NAME@DOMAIN in visible ASCII, at most 254 characters";

    /// <summary>The address in lower case: two that differ in case alone are one operator.</summary>
    public static bool TryNormalize(string? text, [NotNullWhen(true)] out string? email)
    {
        email = text?.Trim().ToLowerInvariant();
        if (email is { Length: >= 3 and <= MaxLength } && email.All(c => c is > ' ' and <= '~' and not (',' or ';' or '<' or '>' or '"')))
        {
            var at = email.IndexOf('@', StringComparison.Ordinal);
            if (at > 0 && at == email.LastIndexOf('@') && at < email.Length - 1)
            {
                return true;
            }
        }

        email = null;
        return false;
    }
}
