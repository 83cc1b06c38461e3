using System.Buffers.Binary;
using System.Numerics;
using System.Runtime.InteropServices;
using Holdfast.Model.Releases;

namespace Holdfast.Releases.Store;

/// <summary>What a record of a segment is.</summary>
internal enum RecordType : byte
{
    /// <summary>A release; the body is its encoded bytes.</summary>
    Release = 1,

    /// <summary>How far the feed was dealt with; everything before it was flushed to the disk.</summary>
    Position = 2,
}

/// <summary>
/// A record's fixed head: what the index needs to know of a release without reading it, a checksum of its own, and one of the body, so
/// that a damaged body does not hide the records behind it.
/// </summary>
internal readonly record struct SegmentRecord
{
    /// <summary>Bytes of a head.</summary>
    public const int HeadBytes = 72;

    /// <summary>The first four bytes of every head.</summary>
    public const uint Magic = 0x3152_4648; // "HFR1"

    /// <summary>What it is.</summary>
    public required RecordType Type { get; init; }

    /// <summary>The artifact's kind.</summary>
    public ArtifactKind Kind { get; init; }

    /// <summary>Whether the release takes the artifact away.</summary>
    public bool Removed { get; init; }

    /// <summary>Whether the release had not passed its bake when this was written; in what an older build wrote this is false.</summary>
    public bool Unproven { get; init; }

    /// <summary>The release's generation, or the position.</summary>
    public required long Generation { get; init; }

    /// <summary>The artifact, see <see cref="ArtifactIndex.IdOf"/>.</summary>
    public UInt128 Id { get; init; }

    /// <summary>What its consumer finds it by, see <see cref="Intake.IReleaseConsumer"/>.</summary>
    public ulong Key { get; init; }

    /// <summary>Where the generation before it lies, or <see cref="SegmentLocation.None"/>.</summary>
    public long Previous { get; init; }

    /// <summary>The first eight bytes of the payload's digest.</summary>
    public ulong Digest { get; init; }

    /// <summary>Bytes after the head.</summary>
    public int BodyBytes { get; init; }

    /// <summary>The body's checksum.</summary>
    public uint BodyChecksum { get; init; }

    /// <summary>Bytes of the whole record.</summary>
    public int Bytes => HeadBytes + BodyBytes;

    /// <summary>Writes the head.</summary>
    public void Write(Span<byte> head)
    {
        BinaryPrimitives.WriteUInt32LittleEndian(head, Magic);
        BinaryPrimitives.WriteInt32LittleEndian(head[8..], BodyBytes);
        BinaryPrimitives.WriteUInt32LittleEndian(head[12..], BodyChecksum);
        head[16] = (byte)Type;
        head[17] = Removed ? (byte)1 : (byte)0;
        BinaryPrimitives.WriteUInt16LittleEndian(head[18..], (ushort)Kind);
        BinaryPrimitives.WriteUInt32LittleEndian(head[20..], Unproven ? 1u : 0);
        BinaryPrimitives.WriteInt64LittleEndian(head[24..], Generation);
        BinaryPrimitives.WriteUInt128LittleEndian(head[32..], Id);
        BinaryPrimitives.WriteUInt64LittleEndian(head[48..], Key);
        BinaryPrimitives.WriteInt64LittleEndian(head[56..], Previous);
        BinaryPrimitives.WriteUInt64LittleEndian(head[64..], Digest);
        BinaryPrimitives.WriteUInt32LittleEndian(head[4..], Checksum(head[8..HeadBytes]));
    }

    /// <summary>Reads a head.</summary>
    /// <param name="head">At least <see cref="HeadBytes"/> bytes.</param>
    /// <param name="record">The head.</param>
    /// <returns>False when these bytes are none.</returns>
    public static bool TryRead(ReadOnlySpan<byte> head, out SegmentRecord record)
    {
        record = default;
        if (
            BinaryPrimitives.ReadUInt32LittleEndian(head) != Magic
            || BinaryPrimitives.ReadUInt32LittleEndian(head[4..]) != Checksum(head[8..HeadBytes])
        )
        {
            return false;
        }

        record = new SegmentRecord
        {
            BodyBytes = BinaryPrimitives.ReadInt32LittleEndian(head[8..]),
            BodyChecksum = BinaryPrimitives.ReadUInt32LittleEndian(head[12..]),
            Type = (RecordType)head[16],
            Removed = head[17] == 1,
            Unproven = (BinaryPrimitives.ReadUInt32LittleEndian(head[20..]) & 1) != 0,
            Kind = (ArtifactKind)BinaryPrimitives.ReadUInt16LittleEndian(head[18..]),
            Generation = BinaryPrimitives.ReadInt64LittleEndian(head[24..]),
            Id = BinaryPrimitives.ReadUInt128LittleEndian(head[32..]),
            Key = BinaryPrimitives.ReadUInt64LittleEndian(head[48..]),
            Previous = BinaryPrimitives.ReadInt64LittleEndian(head[56..]),
            Digest = BinaryPrimitives.ReadUInt64LittleEndian(head[64..]),
        };
        return record.BodyBytes is >= 0 and <= Wire.ReleaseCodec.MaxEncodedBytes
            && record.Generation >= 0
            && record.Type is RecordType.Release or RecordType.Position;
    }

    /// <summary>CRC-32C, which processors have an instruction for. It finds bit rot and half a write; what is genuine says the signature.</summary>
    public static uint Checksum(ReadOnlySpan<byte> bytes)
    {
        var crc = uint.MaxValue;
        var words = MemoryMarshal.Cast<byte, ulong>(bytes);
        foreach (var word in words)
        {
            crc = BitOperations.Crc32C(crc, word);
        }

        foreach (var rest in bytes[(words.Length * sizeof(ulong))..])
        {
            crc = BitOperations.Crc32C(crc, rest);
        }

        return ~crc;
    }
}

/// <summary>Where a record lies, as one number: the segment's in the upper 24 bits, the offset in the lower 40.</summary>
internal static class SegmentLocation
{
    /// <summary>Nowhere.</summary>
    public const long None = -1;

    /// <summary>In memory, because the disk did not take it yet.</summary>
    public const long InMemory = -2;

    private const int OffsetBits = 40;

    public static long Of(int segment, long offset) => ((long)segment << OffsetBits) | offset;

    public static int Segment(long location) => (int)(location >> OffsetBits);

    public static long Offset(long location) => location & ((1L << OffsetBits) - 1);
}
