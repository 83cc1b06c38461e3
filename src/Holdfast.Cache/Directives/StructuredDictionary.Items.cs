using System.Buffers.Text;
using System.Text.Unicode;
using Holdfast.Cache.Fields;

namespace Holdfast.Cache.Directives;

/// <content>Items (RFC 9651 sections 4.2.3 to 4.2.10).</content>
internal ref partial struct StructuredDictionary
{
    private bool TryBareItem() =>
        Next switch
        {
            (byte)'"' => TryString(),
            (byte)'?' => TryBoolean(),
            (byte)':' => TryBytes(),
            (byte)'@' => TryDate(),
            (byte)'%' => TryDisplayString(),
            (byte)'-' or (>= (byte)'0' and <= (byte)'9') => TryNumber(),
            (byte)'*' or (>= (byte)'A' and <= (byte)'Z') or (>= (byte)'a' and <= (byte)'z') => TryToken(),
            _ => false,
        };

    private bool TryNumber()
    {
        var negative = Take((byte)'-');
        var start = _at;
        long number = 0;
        while (Next is >= (byte)'0' and <= (byte)'9')
        {
            if (_at - start >= 15)
            {
                return false;
            }

            number = (number * 10) + _text[_at++] - '0';
        }

        var digits = _at - start;
        Type = ItemType.Integer;
        Number = negative ? -number : number;
        if (digits == 0 || Next != '.')
        {
            return digits > 0;
        }

        _at++;
        start = _at;
        while (Next is >= (byte)'0' and <= (byte)'9')
        {
            _at++;
        }

        Type = ItemType.Decimal;
        return digits <= 12 && _at - start is >= 1 and <= 3;
    }

    private bool TryString()
    {
        var start = ++_at;
        Type = ItemType.String;
        for (; _at < _text.Length; _at++)
        {
            switch (_text[_at])
            {
                case (byte)'"':
                    Text = _text[start.._at++];
                    return true;
                case (byte)'\\':
                    _at++;
                    if (Next is not ((byte)'"' or (byte)'\\'))
                    {
                        return false;
                    }

                    break;
                case < 0x20 or > 0x7e:
                    return false;
            }
        }

        return false;
    }

    private bool TryToken()
    {
        var start = _at;
        Type = ItemType.Token;
        while (_at < _text.Length && (Next is (byte)':' or (byte)'/' || Octets.TokenLength(_text.Slice(_at, 1)) == 1))
        {
            _at++;
        }

        Text = _text[start.._at];
        return true;
    }

    private bool TryBoolean()
    {
        _at++;
        Type = ItemType.Boolean;
        Number = Next == '1' ? 1 : 0;
        return Take((byte)'1') || Take((byte)'0');
    }

    private bool TryBytes()
    {
        _at++;
        Type = ItemType.Bytes;
        var length = _text[_at..].IndexOf((byte)':');
        if (length < 0)
        {
            return false;
        }

        var content = _text.Slice(_at, length);
        _at += length + 1;

        // Padding may be missing (RFC 9651 section 4.2.7), and an encoder may have left bits set.
        return content.TrimEnd((byte)'=').IndexOfAnyExcept("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"u8) < 0;
    }

    private bool TryDate()
    {
        _at++;
        var whole = TryNumber() && Type == ItemType.Integer;
        Type = ItemType.Date;
        return whole;
    }

    private bool TryDisplayString()
    {
        _at++;
        Type = ItemType.DisplayString;
        if (!Take((byte)'"'))
        {
            return false;
        }

        Span<byte> decoded = stackalloc byte[_text.Length - _at > 1024 ? 0 : _text.Length - _at];
        var length = 0;
        while (_at < _text.Length)
        {
            var letter = _text[_at++];
            if (letter == '"')
            {
                return Utf8.IsValid(decoded[..length]);
            }

            if (letter is < 0x20 or > 0x7e || length == decoded.Length)
            {
                return false;
            }

            if (letter == '%')
            {
                if (
                    _text.Length - _at < 2
                    || _text.Slice(_at, 2).ContainsAnyInRange((byte)'A', (byte)'F')
                    || !Utf8Parser.TryParse(_text.Slice(_at, 2), out byte escaped, out var used, 'x')
                    || used != 2
                )
                {
                    return false;
                }

                _at += 2;
                letter = escaped;
            }

            decoded[length++] = letter;
        }

        return false;
    }
}
