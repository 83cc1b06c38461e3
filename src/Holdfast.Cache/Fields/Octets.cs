using System.Buffers;

namespace Holdfast.Cache.Fields;

/// <summary>What field values are made of (RFC 9110 section 5.6).</summary>
internal static class Octets
{
    /// <summary>What a delta-seconds becomes that is larger than a cache can represent (RFC 9111 section 1.2.2).</summary>
    public const long LargestDelta = 1L << 31;

    private static readonly SearchValues<byte> TokenBytes = SearchValues.Create(
        "!#$%&'*+-.^_`|~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"u8
    );

    /// <summary>How many bytes at the beginning are those of a token.</summary>
    public static int TokenLength(ReadOnlySpan<byte> text)
    {
        var end = text.IndexOfAnyExcept(TokenBytes);
        return end < 0 ? text.Length : end;
    }

    /// <summary>Without spaces and tabs around it.</summary>
    public static ReadOnlySpan<byte> Trim(ReadOnlySpan<byte> text) => text.Trim(" \t"u8);

    /// <summary>Without spaces and tabs at its beginning.</summary>
    public static ReadOnlySpan<byte> TrimStart(ReadOnlySpan<byte> text) => text.TrimStart(" \t"u8);

    /// <summary>The place of the next comma outside quoted strings, or -1.</summary>
    public static int IndexOfComma(ReadOnlySpan<byte> text)
    {
        var quoted = false;
        for (var i = 0; i < text.Length; i++)
        {
            switch (text[i])
            {
                case (byte)'"':
                    quoted = !quoted;
                    break;
                case (byte)'\\' when quoted:
                    i++;
                    break;
                case (byte)',' when !quoted:
                    return i;
            }
        }

        return -1;
    }

    /// <summary>Reads a delta-seconds: digits only. What is too large is <see cref="LargestDelta"/>.</summary>
    public static bool TryReadDelta(ReadOnlySpan<byte> text, out long seconds)
    {
        seconds = 0;
        if (text.IsEmpty || text.ContainsAnyExceptInRange((byte)'0', (byte)'9'))
        {
            return false;
        }

        foreach (var digit in text)
        {
            seconds = Math.Min((seconds * 10) + digit - '0', LargestDelta);
        }

        return true;
    }

    /// <summary>Writes a byte in lower case.</summary>
    public static byte Lower(byte letter) => letter is >= (byte)'A' and <= (byte)'Z' ? (byte)(letter | 0x20) : letter;
}
