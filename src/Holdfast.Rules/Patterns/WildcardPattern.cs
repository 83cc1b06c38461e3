using System.Collections.Immutable;
using Holdfast.Rules.Types;

namespace Holdfast.Rules.Patterns;

/// <summary>
/// A text with stars, each of which stands for any bytes, also none. <c>\*</c> is a star itself and <c>\\</c> a backslash.
/// </summary>
public sealed class WildcardPattern : IEquatable<WildcardPattern>
{
    private WildcardPattern(ByteString text, ImmutableArray<ByteString> parts)
    {
        Text = text;
        Parts = parts;
    }

    /// <summary>The pattern as it was written, once the string's own escapes were read.</summary>
    public ByteString Text { get; }

    /// <summary>What stands between the stars: one more than there are stars.</summary>
    internal ImmutableArray<ByteString> Parts { get; }

    /// <summary>Stars in it.</summary>
    internal int Stars => Parts.Length - 1;

    /// <summary>Reads a pattern.</summary>
    /// <param name="text">The pattern.</param>
    /// <param name="pattern">Null when there is a fault.</param>
    /// <returns>What is wrong with it, or null.</returns>
    public static string? Read(ByteString text, out WildcardPattern? pattern)
    {
        pattern = null;
        var bytes = text.Span;
        var parts = ImmutableArray.CreateBuilder<ByteString>();
        var part = new List<byte>();
        for (var i = 0; i < bytes.Length; i++)
        {
            switch (bytes[i])
            {
                case (byte)'\\' when i + 1 < bytes.Length && bytes[i + 1] is (byte)'*' or (byte)'\\':
                    part.Add(bytes[++i]);
                    break;
                case (byte)'\\':
                    return "a backslash in a wildcard stands before * or another backslash, nowhere else";
                case (byte)'*' when i + 1 < bytes.Length && bytes[i + 1] == (byte)'*':
                    return "two stars in a row are not allowed in a wildcard; one stands for any text";
                case (byte)'*':
                    parts.Add(new ByteString(part.ToArray()));
                    part.Clear();
                    break;
                default:
                    part.Add(bytes[i]);
                    break;
            }
        }

        if (parts.Count > RuleLimits.WildcardStars)
        {
            return $"a wildcard has at most {RuleLimits.WildcardStars} stars; this one has {parts.Count}";
        }

        parts.Add(new ByteString(part.ToArray()));
        pattern = new WildcardPattern(text, parts.ToImmutable());
        return null;
    }

    /// <inheritdoc />
    public bool Equals(WildcardPattern? other) => other is not null && Text.Equals(other.Text);

    /// <inheritdoc />
    public override bool Equals(object? obj) => Equals(obj as WildcardPattern);

    /// <inheritdoc />
    public override int GetHashCode() => Text.GetHashCode();

    /// <summary>The pattern.</summary>
    public override string ToString() => Text.ToString();
}
