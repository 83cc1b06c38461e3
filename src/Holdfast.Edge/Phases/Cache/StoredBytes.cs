using System.Buffers;
using System.Runtime.CompilerServices;
using Holdfast.Cache.Disk;
using Holdfast.Cache.Exchange;
using Holdfast.Cache.Storage;
using Holdfast.Edge.Requests;
using Holdfast.Http.Pooling;

namespace Holdfast.Edge.Phases.Cache;

/// <summary>Sends what is stored, at the visitor's pace. All of it says false when the visitor has gone.</summary>
internal static class StoredBytes
{
    /// <summary>What a visitor that reads slowly may leave unflushed.</summary>
    public const int FlushFrom = 64 * 1024;

    // Below it, the connection's own blocks of 4 KiB cost less than one that is taken for it.
    private const int InOneBlock = 16 * 1024;

    /// <summary>Sends the bytes of an answer.</summary>
    [AsyncMethodBuilder(typeof(PooledValueTaskBuilder<>))]
    public static async ValueTask<bool> SendAsync(EdgeRequest request, StoredResponse stored, VisitorAnswer answer)
    {
        if (answer.Several is not { } several)
        {
            return await SendAsync(request, stored, null, answer.Start, answer.Length).ConfigureAwait(false);
        }

        for (var i = 0; i < several.Ranges.Length; i++)
        {
            request.Write(several.Heads[i]);
            var (start, length) = several.Ranges[i];
            if (!await SendAsync(request, stored, null, start, length).ConfigureAwait(false))
            {
                return false;
            }
        }

        request.Write(several.End);
        return true;
    }

    /// <summary>Sends bytes of a body.</summary>
    /// <param name="request">Whose answer has started.</param>
    /// <param name="stored">The response.</param>
    /// <param name="encoded">Its body in a content coding, in the place of its own; or null.</param>
    /// <param name="start">The first byte.</param>
    /// <param name="length">How many.</param>
    [AsyncMethodBuilder(typeof(PooledValueTaskBuilder<>))]
    public static async ValueTask<bool> SendAsync(EdgeRequest request, StoredResponse stored, StoredBody? encoded, long start, long length)
    {
        if (encoded is null && stored.OnDisk is { } body)
        {
            return await SendFromDiskAsync(request, body, start, length).ConfigureAwait(false);
        }

        for (var offset = start; offset < start + length; )
        {
            if (request.IsEncoding)
            {
                // Other connections wait for this thread.
                await Task.Yield();
            }

            var piece = encoded is null ? stored.BodyAt(offset) : encoded.At(offset);
            piece = piece[..(int)Math.Min(piece.Length, start + length - offset)];
            if (piece.IsEmpty)
            {
                // Bytes that ought to be there are not: the visitor can tell that its answer is not whole.
                request.Abort();
                return false;
            }

            if (piece.Length >= InOneBlock && !request.IsEncoding)
            {
                // In one block: written as a span it would be cut into the connection's own small ones.
                piece.CopyTo(request.GetMemory(piece.Length));
                request.Advance(piece.Length);
            }
            else
            {
                request.Write(piece.Span);
            }

            offset += piece.Length;
            if (request.Unflushed >= FlushFrom && !await request.FlushAsync().ConfigureAwait(false))
            {
                return false;
            }
        }

        return true;
    }

    // Chunk by chunk. A whole one is read to where the connection sends it from; nothing of one that is damaged goes out.
    private static async ValueTask<bool> SendFromDiskAsync(EdgeRequest request, DiskBody body, long start, long length)
    {
        byte[]? room = null;
        try
        {
            for (var (offset, end) = (start, start + length); offset < end; )
            {
                var within = (int)(offset % DiskBody.ChunkBytes);
                var chunk = body.LengthOfChunk(offset);
                var count = (int)Math.Min(chunk - within, end - offset);
                var isWhole = count == chunk && !request.IsEncoding;
                var memory = isWhole ? request.GetMemory(chunk) : room ??= ArrayPool<byte>.Shared.Rent(DiskBody.ChunkBytes);
                if (!await body.ReadChunkAsync(offset, memory).ConfigureAwait(false))
                {
                    request.Abort();
                    return false;
                }

                if (isWhole)
                {
                    request.Advance(count);
                }
                else
                {
                    request.Write(memory.Span.Slice(within, count));
                }

                offset += count;
                if (request.Unflushed >= FlushFrom && !await request.FlushAsync().ConfigureAwait(false))
                {
                    return false;
                }
            }

            return true;
        }
        finally
        {
            if (room is not null)
            {
                ArrayPool<byte>.Shared.Return(room);
            }
        }
    }
}
