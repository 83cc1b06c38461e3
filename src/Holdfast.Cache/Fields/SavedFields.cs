using Holdfast.Cache.Storage;

namespace Holdfast.Cache.Fields;

/// <summary>A copy of a message's fields, used again for the next message.</summary>
internal sealed class SavedFields : IFields
{
    private readonly ByteBuffer _bytes = new();
    private (int NameStart, int NameLength, int ValueLength)[] _fields = new (int, int, int)[32];

    /// <inheritdoc/>
    public int Count { get; private set; }

    /// <inheritdoc/>
    public ReadOnlySpan<byte> NameAt(int index) => _bytes.Written.Slice(_fields[index].NameStart, _fields[index].NameLength);

    /// <inheritdoc/>
    public FieldName FieldAt(int index) => FieldNames.Find(NameAt(index));

    /// <inheritdoc/>
    public ReadOnlySpan<byte> ValueAt(int index) =>
        _bytes.Written.Slice(_fields[index].NameStart + _fields[index].NameLength, _fields[index].ValueLength);

    /// <summary>Forgets them.</summary>
    public void Clear()
    {
        Count = 0;
        _bytes.Clear();
    }

    /// <summary>Appends a field.</summary>
    public void Add(ReadOnlySpan<byte> name, ReadOnlySpan<byte> value)
    {
        if (Count == _fields.Length)
        {
            Array.Resize(ref _fields, Count * 2);
        }

        _fields[Count++] = (_bytes.Length, name.Length, value.Length);
        _bytes.Add(name);
        _bytes.Add(value);
    }

    /// <summary>Makes this a copy of other fields.</summary>
    public void CopyFrom<T>(T fields)
        where T : IFields
    {
        Clear();
        for (var i = 0; i < fields.Count; i++)
        {
            Add(fields.NameAt(i), fields.ValueAt(i));
        }
    }
}
