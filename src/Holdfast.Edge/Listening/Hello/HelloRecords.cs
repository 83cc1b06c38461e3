using System.Buffers.Binary;

namespace Holdfast.Edge.Listening.Hello;

/// <summary>Finds the client hello in the TLS records that a connection begins with (RFC 8446 section 5.1).</summary>
internal static class HelloRecords
{
    /// <summary>
    /// Most bytes that are looked at, records' headers included: 16 KiB, the largest a single record carries. Today's largest hellos, with
    /// post-quantum key shares, take about 2 KB.
    /// </summary>
    public const int MaxBytes = 16 * 1024;

    private const int RecordHeader = 5;
    private const int MessageHeader = 4;
    private const byte HandshakeRecord = 22;
    private const byte ClientHelloMessage = 1;

    /// <summary>Finds the hello.</summary>
    /// <param name="bytes">What the connection has brought so far.</param>
    /// <param name="scratch">At least as long as <paramref name="bytes"/>; a hello in several records is put together here.</param>
    /// <param name="body">The hello without its type and length, when the result is <see cref="HelloStatus.Complete"/>.</param>
    /// <param name="needed">How many bytes there must be before asking again can change the result, when it is incomplete.</param>
    public static HelloStatus TryFind(ReadOnlySpan<byte> bytes, Span<byte> scratch, out ReadOnlySpan<byte> body, out int needed)
    {
        body = default;
        needed = 1;
        if (bytes.IsEmpty)
        {
            return HelloStatus.Incomplete;
        }

        if (bytes[0] != HandshakeRecord)
        {
            return char.IsAsciiLetter((char)bytes[0]) ? HelloStatus.PlainHttp : HelloStatus.NotTls;
        }

        var collected = 0;
        for (var at = 0; ; )
        {
            needed = at + RecordHeader + 1;
            if (needed > MaxBytes)
            {
                return HelloStatus.TooLarge;
            }

            var record = bytes[at..];
            if (record.Length >= 2 && (record[0] != HandshakeRecord || record[1] != 3))
            {
                return at == 0 ? HelloStatus.NotTls : HelloStatus.Malformed;
            }

            if (record.Length < RecordHeader)
            {
                return HelloStatus.Incomplete;
            }

            var length = BinaryPrimitives.ReadUInt16BigEndian(record[3..]);
            if (length is 0 or > 1 << 14)
            {
                return HelloStatus.Malformed;
            }

            // The message's own length is known, and checked, before its last record is.
            var fragment = record[RecordHeader..];
            fragment = fragment[..Math.Min(fragment.Length, length)];
            fragment.CopyTo(scratch[collected..]);
            collected += fragment.Length;
            var message = at == 0 ? fragment : scratch[..collected];
            if (message.Length > 0 && message[0] != ClientHelloMessage)
            {
                return HelloStatus.Malformed;
            }

            if (message.Length >= MessageHeader)
            {
                var total = MessageHeader + (message[1] << 16 | message[2] << 8 | message[3]);
                if (total > MaxBytes - RecordHeader)
                {
                    return HelloStatus.TooLarge;
                }

                if (message.Length >= total)
                {
                    body = message[MessageHeader..total];
                    return HelloStatus.Complete;
                }
            }

            at += RecordHeader + length;
            if (fragment.Length < length)
            {
                needed = at;
                return needed > MaxBytes ? HelloStatus.TooLarge : HelloStatus.Incomplete;
            }
        }
    }
}

/// <summary>What a connection begins with.</summary>
internal enum HelloStatus
{
    /// <summary>A client hello as far as it goes.</summary>
    Incomplete,

    /// <summary>A client hello.</summary>
    Complete,

    /// <summary>A letter, so most likely an HTTP method.</summary>
    PlainHttp,

    /// <summary>Neither TLS nor HTTP.</summary>
    NotTls,

    /// <summary>TLS records that do not hold a client hello, or a broken one.</summary>
    Malformed,

    /// <summary>A hello beyond <see cref="HelloRecords.MaxBytes"/>.</summary>
    TooLarge,
}
