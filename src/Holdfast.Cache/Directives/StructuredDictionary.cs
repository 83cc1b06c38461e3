using System.Buffers.Text;
using System.Text.Unicode;
using Holdfast.Cache.Fields;

namespace Holdfast.Cache.Directives;

/// <summary>The types of a structured field's items (RFC 9651 section 3.3), and inner lists.</summary>
internal enum ItemType : byte
{
    Integer,
    Decimal,
    String,
    Token,
    Bytes,
    Boolean,
    Date,
    DisplayString,
    InnerList,
}

/// <summary>
/// Reads the members of a structured field's dictionary (RFC 9651 section 4.2.2), strictly: one wrong byte and <see cref="Failed"/> is set.
/// Parameters are read and dropped.
/// </summary>
internal ref struct StructuredDictionary(ReadOnlySpan<byte> value)
{
    private readonly ReadOnlySpan<byte> _text = value.Trim((byte)' ');
    private int _at;
    private bool _begun;

    /// <summary>The member's key.</summary>
    public ReadOnlySpan<byte> Key { get; private set; }

    /// <summary>The type of its value.</summary>
    public ItemType Type { get; private set; }

    /// <summary>An integer, or 1 for a true Boolean.</summary>
    public long Number { get; private set; }

    /// <summary>A string without its quotes, with its escapes; a token.</summary>
    public ReadOnlySpan<byte> Text { get; private set; }

    /// <summary>Whether the field is no dictionary.</summary>
    public bool Failed { get; private set; }

    private readonly byte Next => _at < _text.Length ? _text[_at] : (byte)0;

    /// <summary>Goes to the next member; false at the end and when the field is no dictionary.</summary>
    public bool MoveNext()
    {
        if (Failed || (_at == _text.Length && !_begun))
        {
            return false;
        }

        if (_begun)
        {
            SkipWhiteSpace();
            if (_at == _text.Length)
            {
                return false;
            }

            if (!Take((byte)','))
            {
                return Fail();
            }

            // A comma with nothing behind it is an error too: no key follows.
            SkipWhiteSpace();
        }

        _begun = true;
        if (!TryKey(out var key))
        {
            return Fail();
        }

        Key = key;
        if (Take((byte)'='))
        {
            return (Next == '(' ? TryInnerList() : TryItem()) || Fail();
        }

        Type = ItemType.Boolean;
        Number = 1;
        return TryParameters() || Fail();
    }

    private bool Fail()
    {
        Failed = true;
        return false;
    }

    private bool Take(byte expected)
    {
        var there = _at < _text.Length && _text[_at] == expected;
        _at += there ? 1 : 0;
        return there;
    }

    private void SkipWhiteSpace()
    {
        while (Next is (byte)' ' or (byte)'\t')
        {
            _at++;
        }
    }

    private void SkipSpaces()
    {
        while (Next == ' ')
        {
            _at++;
        }
    }

    private bool TryKey(out ReadOnlySpan<byte> key)
    {
        var start = _at;
        if (Next is (>= (byte)'a' and <= (byte)'z') or (byte)'*')
        {
            while (
                Next
                    is (>= (byte)'a' and <= (byte)'z')
                        or (>= (byte)'0' and <= (byte)'9')
                        or (byte)'_'
                        or (byte)'-'
                        or (byte)'.'
                        or (byte)'*'
            )
            {
                _at++;
            }
        }

        key = _text[start.._at];
        return _at > start;
    }

    private bool TryInnerList()
    {
        _at++;
        while (true)
        {
            SkipSpaces();
            if (Take((byte)')'))
            {
                break;
            }

            if (!TryItem() || Next is not ((byte)' ' or (byte)')'))
            {
                return false;
            }
        }

        Type = ItemType.InnerList;
        return TryParameters();
    }

    private bool TryItem() => TryBareItem() && TryParameters();

    private bool TryParameters()
    {
        // What a parameter says must not be taken for the member's own value.
        var (type, number) = (Type, Number);
        var text = Text;
        while (Take((byte)';'))
        {
            SkipSpaces();
            if (!TryKey(out _) || (Take((byte)'=') && !TryBareItem()))
            {
                return false;
            }
        }

        Type = type;
        Number = number;
        Text = text;
        return true;
    }

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
