using System.Buffers.Binary;
using System.Runtime.InteropServices;

namespace Holdfast.Cache.Disk;

/// <summary>
/// The index as it was written down: where everything lies that was appended before a place in the log. One file, replaced as a whole, with
/// a checksum over all of it.
/// </summary>
internal sealed class DiskCheckpoint
{
    private const string FileName = "index";
    private const ulong Magic = 0x3158_4449_4341_4648;
    private const int HeadBytes = 64;
    private const int SegmentBytes = 24;

    /// <summary>The segment that was appended to.</summary>
    public required uint Tail { get; init; }

    /// <summary>What lies from here on in it, and in later segments, is not in the index.</summary>
    public required long TailOffset { get; init; }

    /// <summary>How many removals were written before.</summary>
    public required uint Removals { get; init; }

    /// <summary>The segments there were: number, lowest and highest number of the purge clock.</summary>
    public required (uint Number, long OldestBegan, long NewestBegan)[] Segments { get; init; }

    /// <summary>The places of each shard.</summary>
    public required DiskSlot[][] Slots { get; init; }

    /// <summary>Writes it, and sees to it that it outlives the machine's power.</summary>
    /// <exception cref="IOException">The disk refuses.</exception>
    /// <exception cref="UnauthorizedAccessException">The same.</exception>
    public async ValueTask WriteAsync(string directory, ulong seed)
    {
        var path = Path.Combine(directory, FileName);
        var temporary = path + ".new";
        await using (var file = new FileStream(temporary, FileMode.Create, FileAccess.Write, FileShare.None, 0, FileOptions.Asynchronous))
        {
            var head = new byte[HeadBytes + (Segments.Length * SegmentBytes) + (Slots.Length * sizeof(int))];
            BinaryPrimitives.WriteUInt64LittleEndian(head, Magic);
            BinaryPrimitives.WriteUInt32LittleEndian(head.AsSpan(8), DiskSegment.Version);
            BinaryPrimitives.WriteUInt32LittleEndian(head.AsSpan(12), Tail);
            BinaryPrimitives.WriteInt64LittleEndian(head.AsSpan(16), TailOffset);
            BinaryPrimitives.WriteUInt64LittleEndian(head.AsSpan(24), seed);
            BinaryPrimitives.WriteUInt32LittleEndian(head.AsSpan(32), Removals);
            BinaryPrimitives.WriteInt32LittleEndian(head.AsSpan(36), Segments.Length);
            BinaryPrimitives.WriteInt32LittleEndian(head.AsSpan(40), Slots.Length);
            var at = HeadBytes;
            foreach (var (number, oldest, newest) in Segments)
            {
                BinaryPrimitives.WriteUInt32LittleEndian(head.AsSpan(at), number);
                BinaryPrimitives.WriteInt64LittleEndian(head.AsSpan(at + 8), oldest);
                BinaryPrimitives.WriteInt64LittleEndian(head.AsSpan(at + 16), newest);
                at += SegmentBytes;
            }

            foreach (var slots in Slots)
            {
                BinaryPrimitives.WriteInt32LittleEndian(head.AsSpan(at), slots.Length);
                at += sizeof(int);
            }

            var checksum = Checksum.Of(head);
            await file.WriteAsync(head).ConfigureAwait(false);
            foreach (var slots in Slots)
            {
                var bytes = MemoryMarshal.AsBytes<DiskSlot>(slots).ToArray();
                checksum = Checksum.Of(bytes, checksum);
                await file.WriteAsync(bytes).ConfigureAwait(false);
            }

            var end = new byte[sizeof(uint)];
            BinaryPrimitives.WriteUInt32LittleEndian(end, checksum);
            await file.WriteAsync(end).ConfigureAwait(false);
            file.Flush(flushToDisk: true);
        }

        File.Move(temporary, path, overwrite: true);
    }

    /// <summary>Reads it; null when there is none, or none that can be believed.</summary>
    public static async ValueTask<DiskCheckpoint?> ReadAsync(string directory, ulong seed, CancellationToken cancellationToken)
    {
        try
        {
            var bytes = await File.ReadAllBytesAsync(Path.Combine(directory, FileName), cancellationToken).ConfigureAwait(false);
            return Read(bytes, seed);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    private static DiskCheckpoint? Read(ReadOnlySpan<byte> bytes, ulong seed)
    {
        if (
            bytes.Length < HeadBytes + sizeof(uint)
            || BinaryPrimitives.ReadUInt64LittleEndian(bytes) != Magic
            || BinaryPrimitives.ReadUInt32LittleEndian(bytes[8..]) != DiskSegment.Version
            || BinaryPrimitives.ReadUInt64LittleEndian(bytes[24..]) != seed
            || BinaryPrimitives.ReadInt32LittleEndian(bytes[40..]) != DiskIndex.ShardCount
        )
        {
            return null;
        }

        // Nothing is allocated on the word of bytes that have not been checked.
        var count = BinaryPrimitives.ReadInt32LittleEndian(bytes[36..]);
        var headLength = HeadBytes + ((long)count * SegmentBytes) + (DiskIndex.ShardCount * sizeof(int));
        if (count < 0 || headLength + sizeof(uint) > bytes.Length)
        {
            return null;
        }

        var head = bytes[..(int)headLength];
        var checksum = Checksum.Of(head);
        var rest = bytes[(int)headLength..^sizeof(uint)];
        var slots = new DiskSlot[DiskIndex.ShardCount][];
        for (var i = 0; i < slots.Length; i++)
        {
            var length = BinaryPrimitives.ReadInt32LittleEndian(head[^((DiskIndex.ShardCount - i) * sizeof(int))..]) * (long)DiskSlot.Bytes;
            if (length < 0 || length > rest.Length)
            {
                return null;
            }

            checksum = Checksum.Of(rest[..(int)length], checksum);
            slots[i] = MemoryMarshal.Cast<byte, DiskSlot>(rest[..(int)length]).ToArray();
            rest = rest[(int)length..];
        }

        if (!rest.IsEmpty || checksum != BinaryPrimitives.ReadUInt32LittleEndian(bytes[^sizeof(uint)..]))
        {
            return null;
        }

        var segments = new (uint, long, long)[count];
        for (var i = 0; i < count; i++)
        {
            var at = head[(HeadBytes + (i * SegmentBytes))..];
            segments[i] = (
                BinaryPrimitives.ReadUInt32LittleEndian(at),
                BinaryPrimitives.ReadInt64LittleEndian(at[8..]),
                BinaryPrimitives.ReadInt64LittleEndian(at[16..])
            );
        }

        return new DiskCheckpoint
        {
            Tail = BinaryPrimitives.ReadUInt32LittleEndian(bytes[12..]),
            TailOffset = BinaryPrimitives.ReadInt64LittleEndian(bytes[16..]),
            Removals = BinaryPrimitives.ReadUInt32LittleEndian(bytes[32..]),
            Segments = segments,
            Slots = slots,
        };
    }
}
