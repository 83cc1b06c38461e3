namespace Holdfast.Edge.Rules.Signals;

/// <summary>
/// The form of a path that rules see: what need not be escaped is not, escapes have capital digits, backslashes are slashes, several
/// slashes are one, and dot segments are gone (RFC 3986 section 6.2.2, and what Cloudflare's normalization does beyond it). A rule for
/// <c>/admin</c> so holds for <c>/%61dmin</c>, <c>//admin</c> and <c>/x/../admin</c> too. The origin gets what the visitor sent.
/// </summary>
internal static class NormalPath
{
    /// <summary>Whether a path may differ from its normal form.</summary>
    public static bool MayDiffer(ReadOnlySpan<byte> path) =>
        path.ContainsAny((byte)'%', (byte)'\\') || path.IndexOf("//"u8) >= 0 || path.IndexOf("/."u8) >= 0;

    /// <summary>Writes the normal form, which is never longer.</summary>
    /// <param name="path">A path that begins with a slash.</param>
    /// <param name="output">As long as the path.</param>
    /// <returns>How many bytes were written.</returns>
    public static int Write(ReadOnlySpan<byte> path, Span<byte> output) => RemoveDots(output[..Unescape(path, output)]);

    private static int Unescape(ReadOnlySpan<byte> path, Span<byte> output)
    {
        var length = 0;
        for (var i = 0; i < path.Length; i++)
        {
            var octet = path[i];
            if (octet == '%' && i + 2 < path.Length && TryDigit(path[i + 1], out var high) && TryDigit(path[i + 2], out var low))
            {
                i += 2;
                octet = (byte)((high << 4) | low);
                if (!IsUnreserved(octet))
                {
                    output[length++] = (byte)'%';
                    output[length++] = "0123456789ABCDEF"u8[octet >> 4];
                    output[length++] = "0123456789ABCDEF"u8[octet & 15];
                    continue;
                }
            }
            else if (octet == '\\')
            {
                octet = (byte)'/';
            }

            if (octet != '/' || length == 0 || output[length - 1] != '/')
            {
                output[length++] = octet;
            }
        }

        return length;
    }

    // In place: what is written is never ahead of what is read.
    private static int RemoveDots(Span<byte> path)
    {
        var length = 0;
        for (var at = 0; at < path.Length; )
        {
            // A segment with the slash before it.
            var next = path[(at + 1)..].IndexOf((byte)'/');
            var end = next < 0 ? path.Length : at + 1 + next;
            var segment = path[at..end];
            var isLast = next < 0;
            if (segment.SequenceEqual("/."u8))
            {
                if (isLast)
                {
                    path[length++] = (byte)'/';
                }
            }
            else if (segment.SequenceEqual("/.."u8))
            {
                length = Math.Max(0, path[..length].LastIndexOf((byte)'/'));
                if (isLast)
                {
                    path[length++] = (byte)'/';
                }
            }
            else
            {
                segment.CopyTo(path[length..]);
                length += segment.Length;
            }

            at = end;
        }

        return length;
    }

    private static bool IsUnreserved(byte octet) =>
        char.IsAsciiLetterOrDigit((char)octet) || octet is (byte)'-' or (byte)'.' or (byte)'_' or (byte)'~';

    private static bool TryDigit(byte text, out int digit)
    {
        digit = text switch
        {
            >= (byte)'0' and <= (byte)'9' => text - '0',
            >= (byte)'A' and <= (byte)'F' => text - 'A' + 10,
            >= (byte)'a' and <= (byte)'f' => text - 'a' + 10,
            _ => -1,
        };
        return digit >= 0;
    }
}
