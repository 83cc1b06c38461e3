using Holdfast.Edge.Requests;

namespace Holdfast.Edge.Rules;

/// <summary>Writes computed texts into URIs: what cannot stand there is escaped, so that nothing computed ends a line or a part.</summary>
internal static class UriText
{
    /// <summary>Appends a text.</summary>
    /// <param name="into">Where to.</param>
    /// <param name="text">The text.</param>
    /// <param name="alsoEscaped">What is escaped beside controls, spaces and what is not ASCII.</param>
    public static void Write(ReusableBuffer into, ReadOnlySpan<byte> text, ReadOnlySpan<byte> alsoEscaped)
    {
        var span = into.GetSpan(3 * text.Length);
        var length = 0;
        foreach (var octet in text)
        {
            if (octet is > 0x20 and < 0x7F && !alsoEscaped.Contains(octet))
            {
                span[length++] = octet;
                continue;
            }

            span[length++] = (byte)'%';
            span[length++] = "0123456789ABCDEF"u8[octet >> 4];
            span[length++] = "0123456789ABCDEF"u8[octet & 15];
        }

        into.Advance(length);
    }
}
