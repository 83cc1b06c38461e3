using System.Buffers;
using System.Text;

namespace Holdfast.Edge.Requests;

/// <summary>
/// The paths that belong to the edge on every host and never reach an origin: <c>/cdn-cgi</c> and all below it. An origin may read a path
/// more generously than it is written, so whatever any usual server would take for such a path is ours too: in other casing, with
/// escapes, doubled or back slashes, dot segments or path parameters. Only the plain spelling of a page is answered with that page.
/// </summary>
internal static class OwnPaths
{
    // What a path can hold that makes its meaning differ from its bytes.
    private static readonly SearchValues<byte> Unusual = SearchValues.Create("%\\;"u8);

    // Escapes of escapes: each round takes one layer off. Nobody stacks more in earnest, and what does is not served as something else.
    private const int MostRounds = 3;

    /// <summary>Whether the path is one of them.</summary>
    /// <param name="path">As the visitor sent it, without the query.</param>
    public static bool Contains(ReadOnlySpan<byte> path)
    {
        if (IsPlainly(path))
        {
            return true;
        }

        return (path.ContainsAny(Unusual) || path.IndexOf("//"u8) >= 0 || path.IndexOf("/."u8) >= 0) && ContainsNormalized(path);
    }

    private static bool IsPlainly(ReadOnlySpan<byte> path) =>
        path.Length >= 8 && Ascii.EqualsIgnoreCase(path[..8], "/cdn-cgi"u8) && (path.Length == 8 || path[8] == '/');

    private static bool ContainsNormalized(ReadOnlySpan<byte> path)
    {
        var rented = ArrayPool<byte>.Shared.Rent(path.Length * 2);
        try
        {
            var text = rented.AsSpan(0, path.Length);
            var normal = rented.AsSpan(path.Length, path.Length);
            path.CopyTo(text);
            for (var round = 0; round < MostRounds; round++)
            {
                var length = Unescape(text);
                var shorter = length < text.Length;
                text = text[..length];
                if (IsPlainly(normal[..Normalize(text, normal)]))
                {
                    return true;
                }

                if (!shorter)
                {
                    break;
                }
            }

            return false;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(rented);
        }
    }

    // In place; what is no escape stays.
    private static int Unescape(Span<byte> text)
    {
        var to = 0;
        for (var from = 0; from < text.Length; from++)
        {
            var next = text[from];
            if (
                next == '%'
                && from + 2 < text.Length
                && char.IsAsciiHexDigit((char)text[from + 1])
                && char.IsAsciiHexDigit((char)text[from + 2])
            )
            {
                next = (byte)((Digit(text[from + 1]) << 4) | Digit(text[from + 2]));
                from += 2;
            }

            text[to++] = next;
        }

        return to;
    }

    private static int Digit(byte hex) => hex <= '9' ? hex & 0xF : (hex & 0xF) + 9;

    // RFC 3986 section 5.2.4 over segments without their parameters, empty ones left out; a back slash counts as a slash.
    private static int Normalize(ReadOnlySpan<byte> path, Span<byte> into)
    {
        var length = 0;
        while (!path.IsEmpty)
        {
            var end = path.IndexOfAny((byte)'/', (byte)'\\');
            var segment = end < 0 ? path : path[..end];
            path = end < 0 ? default : path[(end + 1)..];
            var parameter = segment.IndexOf((byte)';');
            segment = parameter < 0 ? segment : segment[..parameter];
            if (segment.IsEmpty || segment.SequenceEqual("."u8))
            {
                continue;
            }

            if (segment.SequenceEqual(".."u8))
            {
                length = Math.Max(0, into[..length].LastIndexOf((byte)'/'));
                continue;
            }

            into[length++] = (byte)'/';
            segment.CopyTo(into[length..]);
            length += segment.Length;
        }

        return length;
    }
}
