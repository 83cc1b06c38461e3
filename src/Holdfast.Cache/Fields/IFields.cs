namespace Holdfast.Cache.Fields;

/// <summary>
/// The header fields of one message as the cache reads them: in the order they came, names in any case, values without white space
/// around them. Whoever holds a message adapts it with a struct, so that reading costs no virtual call and no copy.
/// </summary>
public interface IFields
{
    /// <summary>How many field lines there are.</summary>
    int Count { get; }

    /// <summary>The name at this place, 0 to <see cref="Count"/> - 1.</summary>
    ReadOnlySpan<byte> NameAt(int index);

    /// <summary>Which field stands at this place: <see cref="FieldNames.Find"/> of its name, or what the message's holder knows already.</summary>
    FieldName FieldAt(int index);

    /// <summary>The value at this place.</summary>
    ReadOnlySpan<byte> ValueAt(int index);
}
