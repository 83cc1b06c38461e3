using System.Security.Cryptography;

namespace Holdfast.Artifacts;

/// <summary>The ids of zones and certificates: 32 lower-case hexadecimal digits, random, never used twice.</summary>
public static class ArtifactId
{
    /// <summary>What an id looks like, for messages.</summary>
    public const string Form = "32 lower-case hexadecimal digits";

    /// <summary>A new id.</summary>
    public static string New() => Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(16));

    /// <summary>Whether the text is one.</summary>
    public static bool IsWellFormed(ReadOnlySpan<char> text) => text.Length == 32 && !text.ContainsAnyExcept("0123456789abcdef");
}
