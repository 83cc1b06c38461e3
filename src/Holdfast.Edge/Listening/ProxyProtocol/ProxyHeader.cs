using System.Buffers.Binary;
using System.Net;

namespace Holdfast.Edge.Listening.ProxyProtocol;

/// <summary>
/// A PROXY protocol header, version 1 or 2, as HAProxy's <c>proxy-protocol.txt</c> (revision 2020/03/05) describes it. TLVs are skipped.
/// </summary>
/// <param name="Length">Bytes that the header takes.</param>
/// <param name="Client">Who connected to the sender, or null when the sender speaks for itself (LOCAL) or does not know (UNKNOWN, UNSPEC, UNIX).</param>
/// <param name="Destination">What the client connected to; null together with <paramref name="Client"/>.</param>
internal readonly record struct ProxyHeader(int Length, IPEndPoint? Client, IPEndPoint? Destination)
{
    /// <summary>
    /// Longest accepted header in bytes. Version 1 allows 107, version 2 with addresses takes at most 232; the rest is room for TLVs,
    /// of which a client certificate is the largest in use.
    /// </summary>
    public const int MaxLength = 4096;

    private const int FixedV2Length = 16;

    private static ReadOnlySpan<byte> SignatureV1 => "PROXY "u8;

    private static ReadOnlySpan<byte> SignatureV2 => "\r\n\r\n\0\r\nQUIT\n"u8;

    /// <summary>Reads the header at the start of the bytes.</summary>
    /// <param name="bytes">What has come so far.</param>
    /// <param name="header">The header when it is complete.</param>
    public static ProxyHeaderStatus TryParse(ReadOnlySpan<byte> bytes, out ProxyHeader header)
    {
        header = default;
        if (StartsWith(bytes, SignatureV2))
        {
            return bytes.Length < FixedV2Length ? CheckEarly(bytes) : ParseV2(bytes, out header);
        }

        return StartsWith(bytes, SignatureV1) ? ProxyHeaderV1.TryParse(bytes, out header) : ProxyHeaderStatus.Malformed;
    }

    private static bool StartsWith(ReadOnlySpan<byte> bytes, ReadOnlySpan<byte> signature)
    {
        var length = Math.Min(bytes.Length, signature.Length);
        return bytes[..length].SequenceEqual(signature[..length]);
    }

    private static ProxyHeaderStatus CheckEarly(ReadOnlySpan<byte> bytes) =>
        bytes.Length > 12 && bytes[12] >> 4 != 2 ? ProxyHeaderStatus.Malformed : ProxyHeaderStatus.Incomplete;

    private static ProxyHeaderStatus ParseV2(ReadOnlySpan<byte> bytes, out ProxyHeader header)
    {
        header = default;
        var (version, command) = (bytes[12] >> 4, bytes[12] & 0x0F);
        var (family, transport) = (bytes[13] >> 4, bytes[13] & 0x0F);
        var length = FixedV2Length + BinaryPrimitives.ReadUInt16BigEndian(bytes[14..]);
        if (version != 2 || command > 1 || family > 3 || transport > 2 || length > MaxLength)
        {
            return ProxyHeaderStatus.Malformed;
        }

        // A datagram's header has no business on a stream, and a family without a transport (or the reverse) is not defined.
        var local = command == 0;
        if (!local && (transport == 2 || (family == 0) != (transport == 0)))
        {
            return ProxyHeaderStatus.Malformed;
        }

        var addressBytes = family switch
        {
            1 => 12,
            2 => 36,
            3 => 216,
            _ => 0,
        };
        if (!local && length - FixedV2Length < addressBytes)
        {
            return ProxyHeaderStatus.Malformed;
        }

        if (bytes.Length < length)
        {
            return ProxyHeaderStatus.Incomplete;
        }

        header = new ProxyHeader(length, null, null);
        if (!local && family is 1 or 2)
        {
            var size = family == 1 ? 4 : 16;
            var block = bytes[FixedV2Length..];
            var sourcePort = BinaryPrimitives.ReadUInt16BigEndian(block[(2 * size)..]);
            var destinationPort = BinaryPrimitives.ReadUInt16BigEndian(block[((2 * size) + 2)..]);
            header = new ProxyHeader(
                length,
                new IPEndPoint(new IPAddress(block[..size]), sourcePort),
                new IPEndPoint(new IPAddress(block.Slice(size, size)), destinationPort)
            );
        }

        return ProxyHeaderStatus.Complete;
    }
}

/// <summary>How far the reading of a PROXY header got.</summary>
internal enum ProxyHeaderStatus
{
    /// <summary>What is there may become a header; more bytes are needed.</summary>
    Incomplete,

    /// <summary>It is there.</summary>
    Complete,

    /// <summary>It is none, and no further byte can make it one.</summary>
    Malformed,
}
