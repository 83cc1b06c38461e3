using System.Buffers;
using System.Buffers.Binary;
using Holdfast.Cache.Storage;

namespace Holdfast.Cache.Disk;

/// <summary>
/// A body that lies on the disk and is read from there, chunk by chunk, each checked before anybody sees a byte of it. Its segment may go;
/// whoever has begun to read it before that can read on.
/// </summary>
public sealed class DiskBody : BodyBytes
{
    /// <summary>The bytes of a chunk; the last one may be shorter.</summary>
    public const int ChunkBytes = DiskRecord.ChunkBytes;

    private readonly DiskStore _store;
    private readonly byte[] _checksums;

    internal DiskBody(DiskStore store, DiskSegment segment, int offset, long length, byte[] checksums)
    {
        _store = store;
        _checksums = checksums;
        Segment = segment;
        Offset = offset;
        Length = length;
    }

    /// <inheritdoc/>
    public override long Length { get; }

    /// <inheritdoc/>
    public override long Cost => 96 + _checksums.Length;

    internal DiskSegment Segment { get; }

    internal int Offset { get; }

    internal ReadOnlySpan<byte> Checksums => _checksums;

    /// <summary>Nothing is at hand without reading.</summary>
    public override ReadOnlyMemory<byte> At(long offset) => default;

    /// <summary>Sees to it that it can be read until <see cref="EndReading"/>; false when it is gone.</summary>
    public bool TryBeginReading() => Segment.TryBeginReading();

    /// <summary>Ends what <see cref="TryBeginReading"/> began.</summary>
    public void EndReading() => Segment.EndReading();

    /// <summary>How many bytes the chunk has that this byte is in.</summary>
    public int LengthOfChunk(long offset) => (int)Math.Min(ChunkBytes, Length - (offset / ChunkBytes * ChunkBytes));

    /// <summary>Reads the chunk that a byte is in, and checks it.</summary>
    /// <param name="offset">The byte, 0 to <see cref="BodyBytes.Length"/> - 1.</param>
    /// <param name="into">Room for <see cref="LengthOfChunk"/> bytes, which nobody else uses before this ends.</param>
    /// <returns>False when the disk does not give what was written there; that is counted.</returns>
    public async ValueTask<bool> ReadChunkAsync(long offset, Memory<byte> into)
    {
        var chunk = (int)(offset / ChunkBytes);
        into = into[..LengthOfChunk(offset)];
        if (
            await Segment.ReadAsync(into, Offset + ((long)chunk * ChunkBytes)).ConfigureAwait(false)
            && Checksum.Of(into.Span) == BinaryPrimitives.ReadUInt32LittleEndian(_checksums.AsSpan(chunk * sizeof(uint)))
        )
        {
            return true;
        }

        _store.Counters.Damaged();
        return false;
    }

    /// <summary>Whether the chunk that a byte is in can be read.</summary>
    internal async ValueTask<bool> CheckAsync(long offset)
    {
        var room = ArrayPool<byte>.Shared.Rent(ChunkBytes);
        try
        {
            return await ReadChunkAsync(offset, room).ConfigureAwait(false);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(room);
        }
    }
}
