using System.Security.Cryptography;

namespace Holdfast.Releases.Signing;

/// <summary>What a release's content is called: SHA-256 of its payload, 64 lower-case hexadecimal digits.</summary>
public static class ReleaseDigest
{
    /// <summary>Digits of a digest.</summary>
    public const int Length = 64;

    /// <summary>The payload's digest.</summary>
    public static string Of(ReadOnlySpan<byte> payload) => Convert.ToHexStringLower(SHA256.HashData(payload));

    /// <summary>Whether the text has the form of a digest.</summary>
    public static bool IsWellFormed(ReadOnlySpan<char> text) => text.Length == Length && !text.ContainsAnyExcept("0123456789abcdef");
}
