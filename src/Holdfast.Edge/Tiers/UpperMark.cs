using System.Buffers.Text;
using System.Text;
using Holdfast.Http.Headers;

namespace Holdfast.Edge.Tiers;

/// <summary>
/// What an upper edge says with an answer, in <c>Holdfast-Upper: edge-2;status=hit</c>. An answer without it is none of an upper edge that
/// knows the lower one: whatever it is, it is not the origin's.
/// </summary>
internal sealed class UpperMark
{
    private const int Longest = 128;

    private UpperMark(byte[] text) => Text = text;

    /// <summary>The field's value.</summary>
    public byte[] Text { get; }

    /// <summary>Whether the answer is stale because the origin cannot be reached: nobody has confirmed it.</summary>
    public bool IsStale { get; private init; }

    /// <summary>The status of the upper edge's own answer, which is nobody's content; 0 for the origin's or a stored one.</summary>
    public int Error { get; private init; }

    /// <summary>Whether the edge that was asked is the one that asks.</summary>
    public bool IsSelf { get; private init; }

    /// <summary>Whether the origin was asked for the answer: the upper edge had none, or none that could be used without asking.</summary>
    public bool AskedOrigin =>
        Text.AsSpan().IndexOf(";status=hit"u8) < 0
        && Text.AsSpan().IndexOf(";status=stale"u8) < 0
        && Text.AsSpan().IndexOf(";status=updating"u8) < 0;

    /// <summary>Puts it into an answer from the store or the origin.</summary>
    /// <param name="headers">The answer's fields.</param>
    /// <param name="node">The upper edge's name.</param>
    /// <param name="status">CF-Cache-Status in lower case.</param>
    /// <param name="isStale">See <see cref="IsStale"/>.</param>
    public static void Write(HeaderBlock headers, ReadOnlySpan<byte> node, ReadOnlySpan<byte> status, bool isStale)
    {
        Span<byte> text = stackalloc byte[Longest];
        var length = 0;
        Append(text, ref length, node);
        Append(text, ref length, ";status="u8);
        Append(text, ref length, status);
        Append(text, ref length, isStale ? ";stale"u8 : ""u8);
        headers.Set(KnownHeader.HoldfastUpper, text[..length]);
    }

    /// <summary>Puts it into an answer of the upper edge's own.</summary>
    public static void WriteError(HeaderBlock headers, ReadOnlySpan<byte> node, int status, bool isSelf)
    {
        Span<byte> text = stackalloc byte[Longest];
        var length = 0;
        Append(text, ref length, node);
        Append(text, ref length, ";error="u8);
        Utf8Formatter.TryFormat(status, text[length..], out var digits);
        length += digits;
        Append(text, ref length, isSelf ? ";self"u8 : ""u8);
        headers.Set(KnownHeader.HoldfastUpper, text[..length]);
    }

    /// <summary>Takes it out of an answer; null when it is not there.</summary>
    public static UpperMark? Take(HeaderBlock headers)
    {
        if (!headers.TryGet(KnownHeader.HoldfastUpper, out var value) || value.Length > Longest)
        {
            return null;
        }

        var text = value.ToArray();
        headers.Remove(KnownHeader.HoldfastUpper);
        var error = text.AsSpan().IndexOf(";error="u8);
        return new UpperMark(text)
        {
            IsStale = text.AsSpan().EndsWith(";stale"u8),
            IsSelf = text.AsSpan().EndsWith(";self"u8),
            Error =
                error < 0 ? 0
                : Utf8Parser.TryParse(text.AsSpan(error + 7), out int status, out _) ? status
                : 500,
        };
    }

    /// <inheritdoc/>
    public override string ToString() => Encoding.ASCII.GetString(Text);

    private static void Append(Span<byte> into, ref int length, ReadOnlySpan<byte> text)
    {
        text.CopyTo(into[length..]);
        length += text.Length;
    }
}
