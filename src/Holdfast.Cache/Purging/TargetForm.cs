using Holdfast.Cache.Storage;

namespace Holdfast.Cache.Purging;

/// <summary>
/// The one form in which targets are compared for a purge (RFC 3986 section 6.2.2.1 and 6.2.2.2): what need not be escaped is not, what
/// must be is, with capital digits. Stored keys keep every spelling apart; whoever purges means all of them.
/// </summary>
internal static class TargetForm
{
    /// <summary>Appends a target in this form.</summary>
    public static void Write(ByteBuffer into, ReadOnlySpan<byte> target)
    {
        for (var i = 0; i < target.Length; i++)
        {
            var octet = target[i];
            if (octet == '%' && i + 2 < target.Length && TryDigit(target[i + 1], out var high) && TryDigit(target[i + 2], out var low))
            {
                octet = (byte)((high << 4) | low);
                i += 2;
                if (!IsUnreserved(octet))
                {
                    WriteEscaped(into, octet);
                    continue;
                }
            }
            else if (octet is <= 0x20 or >= 0x7F)
            {
                WriteEscaped(into, octet);
                continue;
            }

            into.Add(octet);
        }
    }

    private static void WriteEscaped(ByteBuffer into, byte octet)
    {
        into.Add((byte)'%');
        into.Add("0123456789ABCDEF"u8[octet >> 4]);
        into.Add("0123456789ABCDEF"u8[octet & 15]);
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
