using System.Buffers;
using System.Net;

namespace Holdfast.Http.Messages;

/// <summary>The character classes of RFC 9110 section 5.6 and RFC 3986 that the codec tests bytes against.</summary>
public static class Syntax
{
    // tchar, RFC 9110 section 5.6.2.
    private static readonly SearchValues<byte> Token = SearchValues.Create(
        "!#$%&'*+-.^_`|~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"u8
    );

    // What a request target may hold besides visible ASCII: bytes from 0x80, which real visitors send and origins understand.
    // '#' begins a fragment, which has no place in a target (RFC 9112 section 3.2) and which servers read differently.
    private static readonly SearchValues<byte> Target = SearchValues.Create([
        .. Enumerable.Range(0x21, 0x5E).Where(b => b != '#').Select(b => (byte)b),
        .. Enumerable.Range(0x80, 0x80).Select(b => (byte)b),
    ]);

    // RFC 9110 section 5.5: HTAB, SP, visible ASCII and obs-text. No CR, LF, NUL or other control.
    private static readonly SearchValues<byte> FieldValue = SearchValues.Create([
        (byte)'\t',
        .. Enumerable.Range(0x20, 0x5F).Select(b => (byte)b),
        .. Enumerable.Range(0x80, 0x80).Select(b => (byte)b),
    ]);

    // A reg-name or IPv4 address without percent-escapes or sub-delimiters, none of which a host name on the web has.
    private static readonly SearchValues<byte> HostName = SearchValues.Create(
        "-._0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"u8
    );

    // RFC 1035 section 2.3.4, as text and without the trailing dot.
    private const int LongestName = 253;

    // No zone identifier ("%eth0"): it means nothing outside its own machine (RFC 9844).
    private static readonly SearchValues<byte> IPv6 = SearchValues.Create("0123456789ABCDEFabcdef:."u8);

    /// <summary>Whether the bytes are a token: one tchar at least, nothing else.</summary>
    public static bool IsToken(ReadOnlySpan<byte> bytes) => !bytes.IsEmpty && !bytes.ContainsAnyExcept(Token);

    /// <summary>Whether the bytes can be a field value.</summary>
    public static bool IsFieldValue(ReadOnlySpan<byte> bytes) => !bytes.ContainsAnyExcept(FieldValue);

    /// <summary>Whether the bytes can stand in a request target.</summary>
    public static bool IsTarget(ReadOnlySpan<byte> bytes) => !bytes.IsEmpty && !bytes.ContainsAnyExcept(Target);

    /// <summary>The bytes without spaces and tabs at either end (OWS, RFC 9110 section 5.6.3).</summary>
    public static ReadOnlySpan<byte> Trim(ReadOnlySpan<byte> bytes) => bytes.Trim(" \t"u8);

    /// <summary>
    /// Whether the bytes are a Host: a name (at most 253 bytes, no empty label but a trailing dot) or an address, in brackets for IPv6,
    /// with an optional port of 1 to 5 digits up to 65,535.
    /// </summary>
    public static bool IsHost(ReadOnlySpan<byte> bytes)
    {
        SplitHost(bytes, out var name, out var port);
        if (port.Length > 0 && (port.Length > 6 || !IsPort(port[1..])))
        {
            return false;
        }

        if (name.Length > 2 && name[0] == '[' && name[^1] == ']')
        {
            var address = name[1..^1];
            return address.Contains((byte)':') && !address.ContainsAnyExcept(IPv6) && IPAddress.IsValidUtf8(address);
        }

        var length = name is [.., (byte)'.'] ? name.Length - 1 : name.Length;
        return length is > 0 and <= LongestName && !name.ContainsAnyExcept(HostName) && name[0] != '.' && name.IndexOf(".."u8) < 0;
    }

    /// <summary>Splits a Host into its name (brackets kept) and its port with the colon before it, or an empty one.</summary>
    public static void SplitHost(ReadOnlySpan<byte> host, out ReadOnlySpan<byte> name, out ReadOnlySpan<byte> port)
    {
        var colon = host.LastIndexOf((byte)':');
        var bracket = host.LastIndexOf((byte)']');
        if (colon < 0 || colon < bracket)
        {
            name = host;
            port = default;
            return;
        }

        name = host[..colon];
        port = host[colon..];
    }

    // An empty port ("example.com:") is allowed by RFC 3986 section 3.2.3.
    private static bool IsPort(ReadOnlySpan<byte> digits)
    {
        var value = 0;
        foreach (var digit in digits)
        {
            if (!char.IsAsciiDigit((char)digit))
            {
                return false;
            }

            value = (value * 10) + (digit - '0');
        }

        return value <= 65_535;
    }
}
