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
        var reader = new Reader(target);
        while (reader.Next() is >= 0 and var octet)
        {
            into.Add((byte)octet);
        }
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

    /// <summary>A target in this form, octet by octet.</summary>
    public ref struct Reader(ReadOnlySpan<byte> target)
    {
        private readonly ReadOnlySpan<byte> _target = target;
        private int _at;
        private byte _escaped;
        private int _digits;

        /// <summary>The next octet; -1 at the end.</summary>
        public int Next()
        {
            if (_digits > 0)
            {
                return "0123456789ABCDEF"u8[--_digits == 1 ? _escaped >> 4 : _escaped & 15];
            }

            if (_at == _target.Length)
            {
                return -1;
            }

            var octet = _target[_at++];
            if (octet == '%' && _at + 1 < _target.Length && TryDigit(_target[_at], out var high) && TryDigit(_target[_at + 1], out var low))
            {
                octet = (byte)((high << 4) | low);
                _at += 2;
                return IsUnreserved(octet) ? octet : Escape(octet);
            }

            return octet is <= 0x20 or >= 0x7F ? Escape(octet) : octet;
        }

        private int Escape(byte octet)
        {
            (_escaped, _digits) = (octet, 2);
            return '%';
        }
    }
}
