using System.Text;

namespace Holdfast.Http.Headers;

/// <summary>
/// The fields of one message: names and values as bytes, in the order and casing they came in. It owns its bytes and keeps its
/// buffers when cleared, so that a connection's next message costs no allocation. Not thread-safe: it belongs to one exchange.
/// </summary>
public sealed class HeaderBlock
{
    // What a usual message needs; larger ones grow the buffers, and Clear gives back what is far above it.
    private const int UsualBytes = 2048;
    private const int UsualFields = 32;
    private const int KeptBytes = 64 * 1024;

    // Empty until the first field comes: many blocks, those for trailers above all, never hold one.
    private byte[] _bytes = [];
    private Field[] _fields = [];
    private int _used;

    /// <summary>How many fields there are.</summary>
    public int Count { get; private set; }

    /// <summary>Bytes that the block keeps for its next message.</summary>
    public int Capacity => _bytes.Length;

    /// <summary>The name of the field at this place, 0 to <see cref="Count"/> - 1. Valid until the block changes.</summary>
    public ReadOnlySpan<byte> NameAt(int index) => _bytes.AsSpan(_fields[Checked(index)].NameStart, _fields[index].NameLength);

    /// <summary>The value of the field at this place, without the white space around it. Valid until the block changes.</summary>
    public ReadOnlySpan<byte> ValueAt(int index) => _bytes.AsSpan(_fields[Checked(index)].ValueStart, _fields[index].ValueLength);

    /// <summary>Which known field stands at this place.</summary>
    public KnownHeader KnownAt(int index) => _fields[Checked(index)].Known;

    /// <summary>Forgets all fields.</summary>
    public void Clear()
    {
        Count = 0;
        _used = 0;
        if (_bytes.Length > KeptBytes)
        {
            _bytes = [];
            _fields = [];
        }
    }

    /// <summary>Appends a field.</summary>
    public void Add(ReadOnlySpan<byte> name, ReadOnlySpan<byte> value) => Add(name, value, KnownHeaders.Find(name));

    /// <summary>Appends a known field under its usual name.</summary>
    public void Add(KnownHeader header, ReadOnlySpan<byte> value) => Add(KnownHeaders.NameOf(header), value, header);

    /// <summary>Replaces every field of that name by one with this value, at the place of the first, or appends it.</summary>
    public void Set(KnownHeader header, ReadOnlySpan<byte> value)
    {
        var index = IndexOf(header);
        if (index < 0)
        {
            Add(header, value);
            return;
        }

        var start = Append(value);
        _fields[index].ValueStart = start;
        _fields[index].ValueLength = value.Length;
        for (var i = Count - 1; i > index; i--)
        {
            if (_fields[i].Known == header)
            {
                RemoveAt(i);
            }
        }
    }

    /// <summary>Removes every field of that name; false when there was none.</summary>
    public bool Remove(KnownHeader header)
    {
        var found = false;
        for (var i = Count - 1; i >= 0; i--)
        {
            if (_fields[i].Known == header)
            {
                RemoveAt(i);
                found = true;
            }
        }

        return found;
    }

    /// <summary>Removes every field of that name, without regard to case; false when there was none.</summary>
    public bool Remove(ReadOnlySpan<byte> name)
    {
        var found = false;
        for (var i = Count - 1; i >= 0; i--)
        {
            if (Ascii.EqualsIgnoreCase(NameAt(i), name))
            {
                RemoveAt(i);
                found = true;
            }
        }

        return found;
    }

    /// <summary>Removes the field at this place; those behind it move up.</summary>
    public void RemoveAt(int index)
    {
        Checked(index);
        Count--;
        Array.Copy(_fields, index + 1, _fields, index, Count - index);
    }

    /// <summary>The place of the first field of that name, or -1.</summary>
    public int IndexOf(KnownHeader header)
    {
        for (var i = 0; i < Count; i++)
        {
            if (_fields[i].Known == header)
            {
                return i;
            }
        }

        return -1;
    }

    /// <summary>Whether there is a field of that name.</summary>
    public bool Contains(KnownHeader header) => IndexOf(header) >= 0;

    /// <summary>How many fields have that name.</summary>
    public int CountOf(KnownHeader header)
    {
        var count = 0;
        for (var i = 0; i < Count; i++)
        {
            count += _fields[i].Known == header ? 1 : 0;
        }

        return count;
    }

    /// <summary>The value of the first field of that name.</summary>
    public bool TryGet(KnownHeader header, out ReadOnlySpan<byte> value)
    {
        var index = IndexOf(header);
        value = index < 0 ? default : ValueAt(index);
        return index >= 0;
    }

    /// <summary>The value of the first field of that name, without regard to case.</summary>
    public bool TryGet(ReadOnlySpan<byte> name, out ReadOnlySpan<byte> value)
    {
        for (var i = 0; i < Count; i++)
        {
            if (Ascii.EqualsIgnoreCase(NameAt(i), name))
            {
                value = ValueAt(i);
                return true;
            }
        }

        value = default;
        return false;
    }

    /// <summary>Makes this block a copy of another one.</summary>
    public void CopyFrom(HeaderBlock other)
    {
        Clear();
        for (var i = 0; i < other.Count; i++)
        {
            Add(other.NameAt(i), other.ValueAt(i), other.KnownAt(i));
        }
    }

    /// <summary>Takes a message's raw field section in one copy; the fields are then declared by <see cref="AddRange"/>.</summary>
    /// <returns>Where the bytes lie in this block.</returns>
    internal int Take(ReadOnlySpan<byte> section) => Append(section);

    /// <summary>The bytes taken with <see cref="Take"/>, writable so that a folded line can be joined in place.</summary>
    internal Span<byte> Taken(int start, int length) => _bytes.AsSpan(start, length);

    /// <summary>Declares a field that lies within bytes taken with <see cref="Take"/>.</summary>
    internal void AddRange(int nameStart, int nameLength, int valueStart, int valueLength)
    {
        ref var field = ref NextField();
        field.NameStart = nameStart;
        field.NameLength = nameLength;
        field.ValueStart = valueStart;
        field.ValueLength = valueLength;
        field.Known = KnownHeaders.Find(_bytes.AsSpan(nameStart, nameLength));
    }

    private void Add(ReadOnlySpan<byte> name, ReadOnlySpan<byte> value, KnownHeader known)
    {
        var nameStart = Append(name);
        var valueStart = Append(value);
        ref var field = ref NextField();
        field.NameStart = nameStart;
        field.NameLength = name.Length;
        field.ValueStart = valueStart;
        field.ValueLength = value.Length;
        field.Known = known;
    }

    private ref Field NextField()
    {
        if (Count == _fields.Length)
        {
            Array.Resize(ref _fields, Math.Max(UsualFields, _fields.Length * 2));
        }

        return ref _fields[Count++];
    }

    private int Append(ReadOnlySpan<byte> bytes)
    {
        if (_bytes.Length - _used < bytes.Length)
        {
            // The span may lie in this very buffer (a value moved from one field to another): the old array stays alive until copied.
            var larger = new byte[Math.Max(Math.Max(UsualBytes, _bytes.Length * 2), _used + bytes.Length)];
            _bytes.AsSpan(0, _used).CopyTo(larger);
            bytes.CopyTo(larger.AsSpan(_used));
            _bytes = larger;
        }
        else
        {
            bytes.CopyTo(_bytes.AsSpan(_used));
        }

        var start = _used;
        _used += bytes.Length;
        return start;
    }

    private int Checked(int index)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)index, (uint)Count, nameof(index));
        return index;
    }

    private struct Field
    {
        public int NameStart;
        public int NameLength;
        public int ValueStart;
        public int ValueLength;
        public KnownHeader Known;
    }
}
