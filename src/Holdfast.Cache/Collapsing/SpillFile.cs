namespace Holdfast.Cache.Collapsing;

/// <summary>
/// A part of one body on disk, in the manner of a ring: each byte lies at its offset modulo <paramref name="size"/>, so that an endless body
/// takes no more than that. One writer, many readers.
/// </summary>
internal sealed class SpillFile(FileStream file, long size, SpillSpace space, long reserved) : IDisposable
{
    /// <summary>How far behind a reader may be, bytes.</summary>
    public long Size => size;

    private long _taken = reserved;

    /// <summary>Writes a piece of the body; false when there is no room for it.</summary>
    public async ValueTask<bool> WriteAsync(long offset, ReadOnlyMemory<byte> piece)
    {
        try
        {
            while (!piece.IsEmpty)
            {
                var position = offset % size;
                var count = (int)Math.Min(piece.Length, size - position);
                var more = position + count - _taken;
                if (more > 0)
                {
                    if (!space.TryTake(more))
                    {
                        space.Fail();
                        return false;
                    }

                    _taken += more;
                }

                await RandomAccess.WriteAsync(file.SafeFileHandle, piece[..count], position).ConfigureAwait(false);
                piece = piece[count..];
                offset += count;
            }

            return true;
        }
        catch (Exception e) when (e is IOException or ArgumentOutOfRangeException)
        {
            space.Fail();
            return false;
        }
    }

    /// <summary>Reads from an offset on; less than asked for at the ring's seam.</summary>
    /// <returns>How many bytes; 0 when the disk cannot be read.</returns>
    public async ValueTask<int> ReadAsync(long offset, Memory<byte> into)
    {
        var position = offset % size;
        var count = (int)Math.Min(into.Length, size - position);
        try
        {
            return await RandomAccess.ReadAsync(file.SafeFileHandle, into[..count], position).ConfigureAwait(false);
        }
        catch (Exception e) when (e is IOException or ArgumentOutOfRangeException)
        {
            space.Fail();
            return 0;
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        file.Dispose();
        space.GiveBack(_taken);
    }
}
