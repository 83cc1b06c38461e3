using System.Runtime.CompilerServices;
using Holdfast.Edge.Compression;
using Holdfast.Edge.Requests;
using Holdfast.Edge.Zones;
using Holdfast.Http.Messages;
using Holdfast.Http.Origins;
using Holdfast.Http.Pooling;

namespace Holdfast.Edge.Origins;

/// <summary>Passes an origin's answer on to the visitor, at the visitor's pace, in constant memory.</summary>
internal sealed class ResponseRelay(ForwardedHeaders forwarded)
{
    // From here on a body is read straight into the visitor's memory; below, one copy is cheaper than one more system call.
    private const int DirectFrom = 16 * 1024;

    private const int LargestRead = 64 * 1024;

    /// <summary>Makes the head that was read the one that goes to the visitor.</summary>
    public void Prepare(EdgeRequest request)
    {
        ForwardedHeaders.PrepareResponse(request);
        request.Tap?.Dress(request);
        forwarded.Stamp(request);
    }

    /// <summary>Sends the head that was read, then the body as it comes.</summary>
    /// <param name="request">The request; its response's head is as the origin sent it.</param>
    /// <param name="zone">The zone that the request began with.</param>
    /// <param name="connection">Where the body comes from.</param>
    /// <param name="body">The body.</param>
    /// <returns>Whether all of it was passed on.</returns>
    [AsyncMethodBuilder(typeof(PooledValueTaskBuilder<>))]
    public async ValueTask<bool> RelayAsync(EdgeRequest request, ZoneRuntime zone, OriginConnection connection, OriginBody body)
    {
        var response = request.Response;
        Prepare(request);
        var length = response.Framing == Framing.None ? response.ContentLength : body.Length;
        ResponseCompression.Begin(request, length, hasBody: response.Framing != Framing.None);
        request.Start(response.Framing, length);

        // Counted here: the pipe of a visitor that has gone drops what it gets and counts nothing, and only a flush says so.
        var unflushed = 0;
        while (true)
        {
            var direct = body.DirectBytes;
            if (direct >= DirectFrom)
            {
                if ((unflushed > 0 || request.Unflushed > 0) && !await request.FlushAsync().ConfigureAwait(false))
                {
                    return false;
                }

                unflushed = 0;
                var memory = request.GetMemory(DirectFrom);
                memory = memory[..(int)Math.Min(Math.Min(direct, memory.Length), LargestRead)];
                var read = body.ReadDirectAsync(memory);
                var count = read.IsCompleted
                    ? await read.ConfigureAwait(false)
                    : await WaitAsync(request, zone, connection, read).ConfigureAwait(false);
                if (count < 0)
                {
                    return await BreakOffAsync(request, body).ConfigureAwait(false);
                }

                request.Advance(count);
                unflushed += count;
                continue;
            }

            var reading = body.ReadAsync(CancellationToken.None);
            if (!reading.IsCompleted && request.Unflushed > 0)
            {
                // What is here goes out before we wait for more: a stream must stream.
                var stays = false;
                try
                {
                    stays = await request.FlushAsync().ConfigureAwait(false);
                }
                finally
                {
                    // Nothing may read into this exchange's buffers when it is over.
                    if (!stays)
                    {
                        connection.Abort();
                        await reading.ConfigureAwait(false);
                    }
                }

                if (!stays)
                {
                    return false;
                }

                unflushed = 0;
            }

            var piece = reading.IsCompleted
                ? await reading.ConfigureAwait(false)
                : await WaitAsync(request, zone, connection, reading).ConfigureAwait(false);
            if (piece.Fault != MessageFault.None)
            {
                request.Origin.Detail = piece.Fault;
                return await BreakOffAsync(request, body).ConfigureAwait(false);
            }

            if (piece.End)
            {
                await request.EndAsync(body.Trailers).ConfigureAwait(false);
                return true;
            }

            request.Write(piece.Data.Span);
            unflushed += piece.Data.Length;
            if (unflushed >= LargestRead)
            {
                if (!await request.FlushAsync().ConfigureAwait(false))
                {
                    return false;
                }

                unflushed = 0;
            }
        }
    }

    // Only the time of waiting counts: a visitor that is slow to take what has come must not make the origin look slow.
    [AsyncMethodBuilder(typeof(PooledValueTaskBuilder<>))]
    private static async ValueTask<T> WaitAsync<T>(EdgeRequest request, ZoneRuntime zone, OriginConnection connection, ValueTask<T> reading)
    {
        request.WaitForOrigin(connection, request.ReadTimeout);
        var result = await reading.ConfigureAwait(false);
        connection.ReadDeadline.Lift();
        return result;
    }

    private static async ValueTask<bool> BreakOffAsync(EdgeRequest request, OriginBody body)
    {
        request.Error = OriginForwarder.ErrorOf(request, body.Fault);
        if (request.Unflushed > 0)
        {
            await request.FlushAsync().ConfigureAwait(false);
        }

        request.Abort();
        return false;
    }
}
