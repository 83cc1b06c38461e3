using System.Text;

namespace Holdfast.Rules.Types;

/// <summary>Bytes that don't change and are equal when their contents are: a string of the rules language.</summary>
public readonly struct ByteString : IEquatable<ByteString>
{
    private readonly byte[]? _bytes;

    /// <param name="bytes">Copied.</param>
    public ByteString(ReadOnlySpan<byte> bytes) => _bytes = bytes.ToArray();

    /// <summary>The bytes.</summary>
    public ReadOnlySpan<byte> Span => _bytes;

    /// <summary>How many.</summary>
    public int Length => _bytes?.Length ?? 0;

    /// <summary>A text, as UTF-8.</summary>
    public static ByteString Of(string text) => new(Encoding.UTF8.GetBytes(text));

    /// <inheritdoc />
    public bool Equals(ByteString other) => Span.SequenceEqual(other.Span);

    /// <inheritdoc />
    public override bool Equals(object? obj) => obj is ByteString other && Equals(other);

    /// <inheritdoc />
    public override int GetHashCode()
    {
        var hash = new HashCode();
        hash.AddBytes(Span);
        return hash.ToHashCode();
    }

    /// <summary>For people: what is not UTF-8 is replaced.</summary>
    public override string ToString() => Encoding.UTF8.GetString(Span);
}
