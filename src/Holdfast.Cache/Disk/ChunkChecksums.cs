using System.Buffers.Binary;

namespace Holdfast.Cache.Disk;

/// <summary>The checksums of a body's chunks, taken while it arrives in pieces of any length. For one flow of control.</summary>
/// <param name="most">How many chunks the body has at most.</param>
internal sealed class ChunkChecksums(int most)
{
    private readonly byte[] _checksums = new byte[most * sizeof(uint)];
    private byte[]? _chunk;

    /// <summary>How many bytes have been taken in, from the first on.</summary>
    public long Length { get; private set; }

    /// <summary>Takes the next piece; without effect when it is not the next one, or more than there may be: then the body is not kept.</summary>
    /// <param name="offset">Where it begins in the body.</param>
    /// <param name="piece">It.</param>
    public void Add(long offset, ReadOnlySpan<byte> piece)
    {
        if (offset != Length || offset + piece.Length > (long)most * DiskRecord.ChunkBytes)
        {
            return;
        }

        while (!piece.IsEmpty)
        {
            var (chunk, within) = Math.DivRem(Length, DiskRecord.ChunkBytes);
            var bytes = piece[..(int)Math.Min(piece.Length, DiskRecord.ChunkBytes - within)];
            piece = piece[bytes.Length..];
            Length += bytes.Length;
            if (bytes.Length == DiskRecord.ChunkBytes)
            {
                Set(chunk, bytes);
                continue;
            }

            _chunk ??= new byte[DiskRecord.ChunkBytes];
            bytes.CopyTo(_chunk.AsSpan((int)within));
            if (within + bytes.Length == DiskRecord.ChunkBytes)
            {
                Set(chunk, _chunk);
            }
        }
    }

    /// <summary>The checksums of everything that was taken in, as a record has them.</summary>
    public ReadOnlySpan<byte> Finish()
    {
        var (chunk, within) = Math.DivRem(Length, DiskRecord.ChunkBytes);
        if (within > 0)
        {
            Set(chunk, _chunk.AsSpan(0, (int)within));
        }

        return _checksums.AsSpan(0, DiskRecord.ChunksOf(Length) * sizeof(uint));
    }

    private void Set(long chunk, ReadOnlySpan<byte> bytes) =>
        BinaryPrimitives.WriteUInt32LittleEndian(_checksums.AsSpan((int)chunk * sizeof(uint)), Checksum.Of(bytes));
}
