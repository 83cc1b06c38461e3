using System.Security.Cryptography;
using System.Text;

namespace Holdfast.Control.Access;

/// <summary>
/// Random texts that are shown once and kept as their hash: session tokens and API keys. They carry 240 random bits, so one round of
/// SHA-256 hides them as well as a slow hash would.
/// </summary>
internal static class OpaqueSecret
{
    /// <summary>Longest text that is looked at; longer ones cannot be ours.</summary>
    public const int MaxLength = 200;

    private const string Alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

    /// <summary>A new one: the prefix and 40 characters of 6 random bits each.</summary>
    public static string New(string prefix) => prefix + RandomNumberGenerator.GetString(Alphabet, 40);

    /// <summary>SHA-256 of it.</summary>
    public static byte[] Hash(string text) => SHA256.HashData(Encoding.UTF8.GetBytes(text));

    /// <summary>Whether a text is the one with this hash, in a time that does not depend on where they differ.</summary>
    public static bool Matches(string text, byte[] hash) =>
        text.Length <= MaxLength && CryptographicOperations.FixedTimeEquals(Hash(text), hash);
}
