using System.Buffers.Binary;
using Holdfast.Cache.Fields;

namespace Holdfast.Cache.Storage;

/// <summary>
/// Stored fields, read one after the other. Each is written as: the known name (1 byte), the lengths of name (2) and value (4), name,
/// value.
/// </summary>
public readonly ref struct StoredFields(ReadOnlySpan<byte> bytes)
{
    private const int HeadLength = 7;

    private readonly ReadOnlySpan<byte> _bytes = bytes;

    /// <summary>Begins at the first field.</summary>
    public Enumerator GetEnumerator() => new(_bytes);

    /// <summary>How many bytes a field takes.</summary>
    internal static int LengthOf(ReadOnlySpan<byte> name, ReadOnlySpan<byte> value) => HeadLength + name.Length + value.Length;

    /// <summary>Writes a field and returns how many bytes it took.</summary>
    internal static int Write(Span<byte> into, FieldName known, ReadOnlySpan<byte> name, ReadOnlySpan<byte> value)
    {
        into[0] = (byte)known;
        BinaryPrimitives.WriteUInt16LittleEndian(into[1..], checked((ushort)name.Length));
        BinaryPrimitives.WriteInt32LittleEndian(into[3..], value.Length);
        name.CopyTo(into[HeadLength..]);
        value.CopyTo(into[(HeadLength + name.Length)..]);
        return LengthOf(name, value);
    }

    /// <summary>One stored field.</summary>
    /// <param name="known">Which it is.</param>
    /// <param name="name">Its name as it came.</param>
    /// <param name="value">Its value.</param>
    public readonly ref struct Field(FieldName known, ReadOnlySpan<byte> name, ReadOnlySpan<byte> value)
    {
        /// <summary>Which it is.</summary>
        public FieldName Known { get; } = known;

        /// <summary>Its name as it came.</summary>
        public ReadOnlySpan<byte> Name { get; } = name;

        /// <summary>Its value.</summary>
        public ReadOnlySpan<byte> Value { get; } = value;
    }

    /// <summary>Goes from field to field.</summary>
    public ref struct Enumerator(ReadOnlySpan<byte> bytes)
    {
        private ReadOnlySpan<byte> _rest = bytes;

        /// <summary>The field.</summary>
        public Field Current { get; private set; }

        /// <summary>Goes to the next field; false at the end.</summary>
        public bool MoveNext()
        {
            if (_rest.IsEmpty)
            {
                return false;
            }

            var nameLength = BinaryPrimitives.ReadUInt16LittleEndian(_rest[1..]);
            var valueLength = BinaryPrimitives.ReadInt32LittleEndian(_rest[3..]);
            Current = new Field(
                (FieldName)_rest[0],
                _rest.Slice(HeadLength, nameLength),
                _rest.Slice(HeadLength + nameLength, valueLength)
            );
            _rest = _rest[(HeadLength + nameLength + valueLength)..];
            return true;
        }
    }
}
