using System.Security.Cryptography;
using Holdfast.Control.Access;

namespace Holdfast.Control.Operators;

/// <summary>Codes for the day the authenticator is lost: ten, shown once, each good once. <c>xxxx-xxxx-xxxx-xxxx</c>, 79 random bits.</summary>
internal static class RecoveryCode
{
    /// <summary>How many an operator gets.</summary>
    public const int Count = 10;

    /// <summary>31 characters that are not mistaken for each other.</summary>
    private const string Alphabet = "abcdefghjkmnpqrstuvwxyz23456789";

    /// <summary>New codes.</summary>
    public static IReadOnlyList<string> New() =>
        [
            .. Enumerable
                .Range(0, Count)
                .Select(_ => string.Join('-', Enumerable.Range(0, 4).Select(_ => RandomNumberGenerator.GetString(Alphabet, 4)))),
        ];

    /// <summary>The hash that is kept; case, blanks and hyphens do not matter.</summary>
    public static byte[] Hash(string code) => OpaqueSecret.Hash(string.Concat(code.ToLowerInvariant().Where(char.IsAsciiLetterOrDigit)));
}
