namespace Holdfast.Cache.Collapsing;

/// <summary>
/// A part of one body on disk, in the manner of a ring: each byte lies at its offset modulo <paramref name="size"/>, so that an endless body
/// takes no more than that. One writer, many readers.
/// </summary>
internal sealed class SpillFile(FileStream file, long size, SpillSpace space, long reserved) : FillFile
{
    private long _taken = reserved;

    /// <inheritdoc/>
    public override long Size => size;

    /// <inheritdoc/>
    public override async ValueTask<bool> WriteAsync(long offset, ReadOnlyMemory<byte> piece)
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
    public override async ValueTask<int> ReadAsync(long offset, Memory<byte> into)
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
    public override void Dispose()
    {
        file.Dispose();
        space.GiveBack(_taken);
    }
}
