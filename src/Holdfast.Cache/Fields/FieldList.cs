namespace Holdfast.Cache.Fields;

/// <summary>
/// The members of a comma-separated list (RFC 9110 section 5.6.1), without white space around them and without empty ones. A comma inside
/// a quoted string separates nothing.
/// </summary>
internal ref struct FieldList(ReadOnlySpan<byte> value)
{
    private ReadOnlySpan<byte> _rest = value;

    /// <summary>The member.</summary>
    public ReadOnlySpan<byte> Current { get; private set; }

    /// <summary>Goes to the next member; false when there is none.</summary>
    public bool MoveNext()
    {
        while (!_rest.IsEmpty)
        {
            var end = Octets.IndexOfComma(_rest);
            Current = Octets.Trim(end < 0 ? _rest : _rest[..end]);
            _rest = end < 0 ? default : _rest[(end + 1)..];
            if (!Current.IsEmpty)
            {
                return true;
            }
        }

        return false;
    }
}
