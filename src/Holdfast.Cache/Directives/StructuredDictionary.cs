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
internal ref partial struct StructuredDictionary(ReadOnlySpan<byte> value)
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
}
