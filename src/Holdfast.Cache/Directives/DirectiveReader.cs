using Holdfast.Cache.Fields;

namespace Holdfast.Cache.Directives;

/// <summary>How a directive's argument was written.</summary>
internal enum ArgumentForm : byte
{
    /// <summary>There is none.</summary>
    None,

    /// <summary>A token.</summary>
    Token,

    /// <summary>A quoted string; what stands between the quotes.</summary>
    Quoted,

    /// <summary>Something that the grammar does not allow: no value after the equals sign, white space around it, bytes behind it.</summary>
    Invalid,
}

/// <summary>Reads the directives of one Cache-Control line (RFC 9111 section 5.2: <c>#( token [ "=" ( token / quoted-string ) ] )</c>).</summary>
internal ref struct DirectiveReader(ReadOnlySpan<byte> value)
{
    private ReadOnlySpan<byte> _rest = value;

    /// <summary>The directive's name as it was written.</summary>
    public ReadOnlySpan<byte> Name { get; private set; }

    /// <summary>Its argument, without quotes; escapes inside stay as they are.</summary>
    public ReadOnlySpan<byte> Argument { get; private set; }

    /// <summary>How the argument was written.</summary>
    public ArgumentForm Form { get; private set; }

    /// <summary>Whether the line ends inside a quoted string, so that nobody can say which directives it holds.</summary>
    public bool EndsInsideQuotes { get; private set; }

    /// <summary>Goes to the next directive; false when there is none.</summary>
    public bool MoveNext()
    {
        while (true)
        {
            _rest = _rest.TrimStart(" \t,"u8);
            if (_rest.IsEmpty)
            {
                return false;
            }

            var length = Octets.TokenLength(_rest);
            Name = _rest[..length];
            _rest = _rest[length..];
            Argument = default;
            Form = ArgumentForm.None;
            if (length > 0 && _rest is [(byte)'=', ..])
            {
                _rest = _rest[1..];
                ReadArgument();
            }

            _rest = Octets.TrimStart(_rest);
            if (_rest is not ([] or [(byte)',', ..]))
            {
                Form = ArgumentForm.Invalid;
                SkipToComma();
            }

            if (length > 0)
            {
                return true;
            }
        }
    }

    private void ReadArgument()
    {
        if (_rest is not [(byte)'"', ..])
        {
            var length = Octets.TokenLength(_rest);
            Argument = _rest[..length];
            _rest = _rest[length..];
            Form = length == 0 ? ArgumentForm.Invalid : ArgumentForm.Token;
            return;
        }

        for (var i = 1; i < _rest.Length; i++)
        {
            if (_rest[i] == '\\')
            {
                i++;
            }
            else if (_rest[i] == '"')
            {
                Argument = _rest[1..i];
                _rest = _rest[(i + 1)..];
                Form = ArgumentForm.Quoted;
                return;
            }
        }

        EndsInsideQuotes = true;
        Form = ArgumentForm.Invalid;
        _rest = default;
    }

    private void SkipToComma()
    {
        var quoted = false;
        for (var i = 0; i < _rest.Length; i++)
        {
            switch (_rest[i])
            {
                case (byte)'"':
                    quoted = !quoted;
                    break;
                case (byte)'\\' when quoted:
                    i++;
                    break;
                case (byte)',' when !quoted:
                    _rest = _rest[i..];
                    return;
            }
        }

        EndsInsideQuotes |= quoted;
        _rest = default;
    }
}
