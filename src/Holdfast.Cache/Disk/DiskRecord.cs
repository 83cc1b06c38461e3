using System.Buffers.Binary;
using Holdfast.Cache.Storage;

namespace Holdfast.Cache.Disk;

/// <summary>What a record is.</summary>
internal enum DiskRecordType : byte
{
    /// <summary>A stored response.</summary>
    Response = 1,

    /// <summary>Says that what was stored before is gone: one variant of a key.</summary>
    Removal = 2,

    /// <summary>Says it of all variants of a key.</summary>
    RemovalOfAll = 3,
}

/// <summary>
/// The fixed part of a record. After it come the checksums of the body's chunks, 4 bytes each, then key, selecting fields, fields and body
/// in one row, as <see cref="StoredResponse"/> has them in memory. Numbers are little-endian.
/// <code>
///  0 magic        4 checksum of what follows, up to the body     8 type, variant, status   12 flags, -
/// 16 key length  20 selecting length  24 fields length  28 chunks
/// 32 body length 40 received 48 initial age 56 date 64 last modified
/// 72 lifetime    76 stale-while-revalidate 80 stale-if-error
/// 84 the segment the body lies in, 0 for this one 88 its first byte there   92 removals before this record
/// 96 began      104 the key's hash 112 where the record lies, mixed with the store's seed
/// </code>
/// </summary>
internal readonly record struct DiskRecord
{
    /// <summary>Bytes of the fixed part.</summary>
    public const int HeadBytes = 120;

    /// <summary>The bytes of a body that have a checksum of their own; as long as a segment of a <see cref="StoredBody"/>.</summary>
    public const int ChunkBytes = StoredBody.SegmentLength;

    private const uint Magic = 0x4543_4648;

    /// <summary>What it is.</summary>
    public DiskRecordType Type { get; init; }

    /// <summary>The hash of the selecting fields.</summary>
    public byte Variant { get; init; }

    /// <summary>What the response says; without its hash in memory.</summary>
    public StoredResponseParts Parts { get; init; }

    /// <summary>The body's bytes.</summary>
    public long BodyLength { get; init; }

    /// <summary>The segment that the body lies in, when the record has none of its own; else 0.</summary>
    public uint BodySegment { get; init; }

    /// <summary>Where it begins there.</summary>
    public int BodyOffset { get; init; }

    /// <summary>How many removals were written before this record, as far as 32 bits say it.</summary>
    public uint Removals { get; init; }

    /// <summary>The key's hash with the store's seed.</summary>
    public ulong Hash { get; init; }

    /// <summary>How many chunks a body has; an empty one has one, which is empty.</summary>
    public static int ChunksOf(long body) => (int)Math.Max(1, (body + ChunkBytes - 1) / ChunkBytes);

    /// <summary>How many chunks it has.</summary>
    public int Chunks => ChunksOf(BodyLength);

    /// <summary>The bytes of fixed part and checksums.</summary>
    public int PrefixBytes => HeadBytes + (Chunks * sizeof(uint));

    /// <summary>The bytes of key, selecting fields and fields.</summary>
    public int TextBytes => Parts.KeyLength + Parts.SelectingLength + Parts.FieldsLength;

    /// <summary>The bytes of the whole record.</summary>
    public long Size => PrefixBytes + TextBytes + (BodySegment == 0 ? BodyLength : 0);

    /// <summary>Writes the fixed part, once the checksums and the text are in their places behind it.</summary>
    /// <param name="into">The fixed part, the checksums and the text.</param>
    /// <param name="place">Where the record will lie (<see cref="PlaceOf"/>).</param>
    public void Write(Span<byte> into, ulong place)
    {
        var parts = Parts;
        into[..HeadBytes].Clear();
        BinaryPrimitives.WriteUInt32LittleEndian(into, Magic);
        into[8] = (byte)Type;
        into[9] = Variant;
        BinaryPrimitives.WriteUInt16LittleEndian(into[10..], (ushort)parts.Status);
        BinaryPrimitives.WriteUInt16LittleEndian(into[12..], (ushort)parts.Flags);
        BinaryPrimitives.WriteInt32LittleEndian(into[16..], parts.KeyLength);
        BinaryPrimitives.WriteInt32LittleEndian(into[20..], parts.SelectingLength);
        BinaryPrimitives.WriteInt32LittleEndian(into[24..], parts.FieldsLength);
        BinaryPrimitives.WriteInt32LittleEndian(into[28..], Chunks);
        BinaryPrimitives.WriteInt64LittleEndian(into[32..], BodyLength);
        BinaryPrimitives.WriteInt64LittleEndian(into[40..], parts.Received);
        BinaryPrimitives.WriteInt64LittleEndian(into[48..], parts.InitialAge);
        BinaryPrimitives.WriteInt64LittleEndian(into[56..], parts.Date);
        BinaryPrimitives.WriteInt64LittleEndian(into[64..], parts.LastModified);
        BinaryPrimitives.WriteUInt32LittleEndian(into[72..], (uint)parts.Lifetime);
        BinaryPrimitives.WriteUInt32LittleEndian(into[76..], (uint)parts.StaleWhileRevalidate);
        BinaryPrimitives.WriteUInt32LittleEndian(into[80..], (uint)parts.StaleIfError);
        BinaryPrimitives.WriteUInt32LittleEndian(into[84..], BodySegment);
        BinaryPrimitives.WriteInt32LittleEndian(into[88..], BodyOffset);
        BinaryPrimitives.WriteUInt32LittleEndian(into[92..], Removals);
        BinaryPrimitives.WriteInt64LittleEndian(into[96..], parts.Began);
        BinaryPrimitives.WriteUInt64LittleEndian(into[104..], Hash);
        BinaryPrimitives.WriteUInt64LittleEndian(into[112..], place);
        BinaryPrimitives.WriteUInt32LittleEndian(into[4..], Checksum.Of(into[PrefixBytes..], Checksum.Of(into[8..PrefixBytes])));
    }

    /// <summary>Reads the fixed part; nothing of it is checked but that it makes sense.</summary>
    /// <param name="from">At least <see cref="HeadBytes"/> bytes.</param>
    /// <param name="place">Where the record ought to lie.</param>
    /// <param name="record">It.</param>
    /// <returns>False when it is none.</returns>
    public static bool TryRead(ReadOnlySpan<byte> from, ulong place, out DiskRecord record)
    {
        record = default;
        if (
            BinaryPrimitives.ReadUInt32LittleEndian(from) != Magic
            || BinaryPrimitives.ReadUInt64LittleEndian(from[112..]) != place
            || from[8] is not ((byte)DiskRecordType.Response or (byte)DiskRecordType.Removal or (byte)DiskRecordType.RemovalOfAll)
        )
        {
            return false;
        }

        record = new DiskRecord
        {
            Type = (DiskRecordType)from[8],
            Variant = from[9],
            Parts = new StoredResponseParts
            {
                Status = BinaryPrimitives.ReadUInt16LittleEndian(from[10..]),
                Flags = (StoredFlags)BinaryPrimitives.ReadUInt16LittleEndian(from[12..]),
                KeyLength = BinaryPrimitives.ReadInt32LittleEndian(from[16..]),
                SelectingLength = BinaryPrimitives.ReadInt32LittleEndian(from[20..]),
                FieldsLength = BinaryPrimitives.ReadInt32LittleEndian(from[24..]),
                Received = BinaryPrimitives.ReadInt64LittleEndian(from[40..]),
                InitialAge = BinaryPrimitives.ReadInt64LittleEndian(from[48..]),
                Date = BinaryPrimitives.ReadInt64LittleEndian(from[56..]),
                LastModified = BinaryPrimitives.ReadInt64LittleEndian(from[64..]),
                Lifetime = BinaryPrimitives.ReadUInt32LittleEndian(from[72..]),
                StaleWhileRevalidate = BinaryPrimitives.ReadUInt32LittleEndian(from[76..]),
                StaleIfError = BinaryPrimitives.ReadUInt32LittleEndian(from[80..]),
                Began = BinaryPrimitives.ReadInt64LittleEndian(from[96..]),
            },
            BodyLength = BinaryPrimitives.ReadInt64LittleEndian(from[32..]),
            BodySegment = BinaryPrimitives.ReadUInt32LittleEndian(from[84..]),
            BodyOffset = BinaryPrimitives.ReadInt32LittleEndian(from[88..]),
            Removals = BinaryPrimitives.ReadUInt32LittleEndian(from[92..]),
            Hash = BinaryPrimitives.ReadUInt64LittleEndian(from[104..]),
        };
        var (parts, most) = (record.Parts, DiskSlot.LargestSize);
        return parts is { KeyLength: > 0, SelectingLength: >= 0, FieldsLength: >= 0 }
            && record is { BodyLength: >= 0, BodyOffset: >= 0 }
            && parts.KeyLength <= most
            && parts.SelectingLength <= most
            && parts.FieldsLength <= most
            && record.BodyLength <= most
            && BinaryPrimitives.ReadInt32LittleEndian(from[28..]) == record.Chunks
            && (long)record.PrefixBytes + parts.KeyLength + parts.SelectingLength + parts.FieldsLength <= most;
    }

    /// <summary>Whether a record's checksum holds.</summary>
    /// <param name="prefix">Fixed part and checksums.</param>
    /// <param name="text">Key, selecting fields and fields.</param>
    public static bool IsWhole(ReadOnlySpan<byte> prefix, ReadOnlySpan<byte> text) =>
        BinaryPrimitives.ReadUInt32LittleEndian(prefix[4..]) == Checksum.Of(text, Checksum.Of(prefix[8..]));

    /// <summary>What a record says of where it lies, so that one found elsewhere, or of another store, is none.</summary>
    public static ulong PlaceOf(ulong seed, uint segment, int offset) => seed ^ ((ulong)segment << 32) ^ (uint)offset;
}
