using System.Buffers.Binary;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Holdfast.Rules.Types;

/// <summary>
/// An IP address as a number. IPv4 and IPv6 never compare equal: an IPv4 address that came inside an IPv6 one is made IPv4 by whoever
/// accepts the connection.
/// </summary>
/// <param name="Bits">The address as a number: 32 bits of IPv4, or 128 of IPv6.</param>
/// <param name="IsIPv6">Which of the two.</param>
public readonly record struct RuleAddress(UInt128 Bits, bool IsIPv6) : IComparable<RuleAddress>
{
    /// <summary>The longest text, in characters.</summary>
    public const int MostCharacters = 39;

    /// <summary>Bits of an address of this family.</summary>
    public int Width => IsIPv6 ? 128 : 32;

    /// <summary>From the framework's address.</summary>
    public static RuleAddress From(IPAddress address)
    {
        Span<byte> bytes = stackalloc byte[16];
        address.TryWriteBytes(bytes, out var written);
        return written == 4
            ? new RuleAddress(BinaryPrimitives.ReadUInt32BigEndian(bytes), false)
            : new RuleAddress(BinaryPrimitives.ReadUInt128BigEndian(bytes), true);
    }

    /// <summary>
    /// Reads dotted decimal (four numbers without leading zeros) or IPv6 as RFC 4291 section 2.2 writes it; no zone, no brackets.
    /// </summary>
    public static bool TryParse(ReadOnlySpan<char> text, out RuleAddress address)
    {
        address = default;
        if (!text.Contains(':'))
        {
            return TryParseIPv4(text, out address);
        }

        if (text.ContainsAnyExcept("0123456789abcdefABCDEF:.") || !IPAddress.TryParse(text, out var parsed))
        {
            return false;
        }

        address = From(parsed);
        return parsed.AddressFamily == AddressFamily.InterNetworkV6;
    }

    /// <summary>The first address of the network that has so many leading bits of this one.</summary>
    /// <param name="prefix">From 0 to <see cref="Width"/>.</param>
    public RuleAddress Network(int prefix) => this with { Bits = Bits & ~HostMask(prefix) };

    /// <summary>The last address of that network.</summary>
    public RuleAddress LastOf(int prefix) => this with { Bits = Bits | HostMask(prefix) };

    /// <summary>IPv4 before IPv6, then by number.</summary>
    public int CompareTo(RuleAddress other) => IsIPv6 == other.IsIPv6 ? Bits.CompareTo(other.Bits) : IsIPv6.CompareTo(other.IsIPv6);

    /// <summary>Dotted decimal, or IPv6 as RFC 5952 has it.</summary>
    public override string ToString()
    {
        Span<byte> text = stackalloc byte[MostCharacters];
        return Encoding.ASCII.GetString(text[..Write(text)]);
    }

    /// <summary>Writes the text as bytes.</summary>
    /// <param name="output">At least <see cref="MostCharacters"/> bytes.</param>
    /// <returns>How many were written.</returns>
    public int Write(Span<byte> output)
    {
        var at = 0;
        if (!IsIPv6)
        {
            for (var shift = 24; shift >= 0; shift -= 8)
            {
                ((byte)(Bits >> shift)).TryFormat(output[at..], out var written, default, CultureInfo.InvariantCulture);
                at += written;
                if (shift > 0)
                {
                    output[at++] = (byte)'.';
                }
            }

            return at;
        }

        // The longest run of at least two groups of zero, the first of equals (RFC 5952 section 4.2).
        var (from, length) = LongestZeros();
        for (var group = 0; group < 8; group++)
        {
            if (length > 1 && group == from)
            {
                output[at++] = (byte)':';
                output[at++] = (byte)':';
                group += length - 1;
                continue;
            }

            if (group > 0 && output[at - 1] != (byte)':')
            {
                output[at++] = (byte)':';
            }

            Group(group).TryFormat(output[at..], out var written, "x", CultureInfo.InvariantCulture);
            at += written;
        }

        return at;
    }

    private static bool TryParseIPv4(ReadOnlySpan<char> text, out RuleAddress address)
    {
        address = default;
        uint bits = 0;
        var parts = 0;
        foreach (var range in text.Split('.'))
        {
            var part = text[range];
            if (
                ++parts > 4
                || (part.Length > 1 && part[0] == '0')
                || !byte.TryParse(part, NumberStyles.None, CultureInfo.InvariantCulture, out var value)
            )
            {
                return false;
            }

            bits = (bits << 8) | value;
        }

        address = new RuleAddress(bits, false);
        return parts == 4;
    }

    private ushort Group(int index) => (ushort)(Bits >> (112 - (16 * index)));

    private (int From, int Length) LongestZeros()
    {
        var (best, bestLength) = (0, 0);
        for (var from = 0; from < 8; from++)
        {
            var length = 0;
            while (from + length < 8 && Group(from + length) == 0)
            {
                length++;
            }

            if (length > bestLength)
            {
                (best, bestLength) = (from, length);
            }

            from += length;
        }

        return (best, bestLength);
    }

    private UInt128 HostMask(int prefix)
    {
        var all = IsIPv6 ? UInt128.MaxValue : uint.MaxValue;
        return prefix >= Width ? 0 : all >> prefix;
    }
}
