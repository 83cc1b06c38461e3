using System.Buffers.Text;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Holdfast.Edge.Listening.ProxyProtocol;

/// <summary>
/// The human-readable header: <c>PROXY TCP4 192.0.2.1 198.51.100.1 56324 443</c> and CRLF. Exactly one space between the parts, no
/// leading zeros, at most 107 bytes (proxy-protocol.txt section 2.1).
/// </summary>
internal static class ProxyHeaderV1
{
    private const int MaxLength = 107;

    /// <summary>Reads the line at the start of the bytes, which is known to begin with <c>PROXY </c> as far as it goes.</summary>
    public static ProxyHeaderStatus TryParse(ReadOnlySpan<byte> bytes, out ProxyHeader header)
    {
        header = default;
        var seen = bytes[..Math.Min(bytes.Length, MaxLength)];
        var end = seen.IndexOf("\r\n"u8);
        if (end < 0)
        {
            return seen.Length == MaxLength ? ProxyHeaderStatus.Malformed : ProxyHeaderStatus.Incomplete;
        }

        var line = seen["PROXY ".Length..end];
        var rest = line;
        var protocol = Part(ref rest);
        if (protocol.SequenceEqual("UNKNOWN"u8))
        {
            // Whatever follows UNKNOWN up to the line's end is to be ignored.
            header = new ProxyHeader(end + 2, null, null);
            return ProxyHeaderStatus.Complete;
        }

        var family =
            protocol.SequenceEqual("TCP4"u8) ? AddressFamily.InterNetwork
            : protocol.SequenceEqual("TCP6"u8) ? AddressFamily.InterNetworkV6
            : AddressFamily.Unspecified;
        if (
            family == AddressFamily.Unspecified
            || !TryAddress(Part(ref rest), family, out var source)
            || !TryAddress(Part(ref rest), family, out var destination)
            || !TryNumber(Part(ref rest), ushort.MaxValue, out var sourcePort)
            || !TryNumber(rest, ushort.MaxValue, out var destinationPort)
        )
        {
            return ProxyHeaderStatus.Malformed;
        }

        header = new ProxyHeader(end + 2, new IPEndPoint(source, sourcePort), new IPEndPoint(destination, destinationPort));
        return ProxyHeaderStatus.Complete;
    }

    // Up to the next space; all of it, and nothing left over, when there is none: the next part is then empty and refused.
    private static ReadOnlySpan<byte> Part(ref ReadOnlySpan<byte> rest)
    {
        var space = rest.IndexOf((byte)' ');
        var part = space < 0 ? rest : rest[..space];
        rest = space < 0 ? default : rest[(space + 1)..];
        return part;
    }

    private static bool TryAddress(ReadOnlySpan<byte> text, AddressFamily family, out IPAddress address)
    {
        address = IPAddress.None;
        if (family == AddressFamily.InterNetwork)
        {
            return TryIPv4(text, out address);
        }

        // The framework's parser also takes brackets, scopes and prefix lengths, which have no place here.
        if (text.Length is 0 or > 45 || text.ContainsAnyExcept("0123456789abcdefABCDEF:."u8) || !text.Contains((byte)':'))
        {
            return false;
        }

        Span<char> chars = stackalloc char[text.Length];
        Encoding.ASCII.GetChars(text, chars);
        if (!IPAddress.TryParse(chars, out var parsed) || parsed.AddressFamily != family)
        {
            return false;
        }

        address = parsed;
        return true;
    }

    private static bool TryIPv4(ReadOnlySpan<byte> text, out IPAddress address)
    {
        address = IPAddress.None;
        Span<byte> bytes = stackalloc byte[4];
        for (var i = 0; i < 4; i++)
        {
            var dot = i < 3 ? text.IndexOf((byte)'.') : text.Length;
            if (dot < 0 || !TryNumber(text[..dot], byte.MaxValue, out var number))
            {
                return false;
            }

            bytes[i] = (byte)number;
            text = i < 3 ? text[(dot + 1)..] : default;
        }

        address = new IPAddress(bytes);
        return true;
    }

    private static bool TryNumber(ReadOnlySpan<byte> text, int max, out int number)
    {
        number = 0;
        return text.Length is > 0 and <= 5
            && (text.Length == 1 || text[0] != '0')
            && !text.ContainsAnyExceptInRange((byte)'0', (byte)'9')
            && Utf8Parser.TryParse(text, out number, out _)
            && number <= max;
    }
}
