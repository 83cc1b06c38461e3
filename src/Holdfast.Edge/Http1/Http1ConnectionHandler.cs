using System.Buffers;
using System.IO.Pipelines;
using System.Runtime.CompilerServices;
using Holdfast.Edge.ErrorPages;
using Holdfast.Edge.Listening;
using Holdfast.Edge.Requests;
using Holdfast.Http.Deadlines;
using Holdfast.Http.Messages;
using Holdfast.Http.Pooling;
using Microsoft.AspNetCore.Connections;

namespace Holdfast.Edge.Http1;

/// <summary>
/// Serves HTTP/1.1 connections: reads heads one after the other, hands each request to the pipeline, and sees to it that the next one
/// begins where the last one ended, or that the connection is closed.
/// </summary>
internal sealed class Http1ConnectionHandler(RequestPipeline pipeline, EdgeLimits limits, DeadlineSweep sweep)
{
    private readonly TimeProvider _time = sweep.Time;

    /// <summary>Cancelled when the edge is to stop: idle connections are closed, others after their answer.</summary>
    public CancellationToken Stopping { get; init; }

    /// <summary>Whether visitors are to come by another connection for their next request.</summary>
    public Func<bool> Draining { get; init; } = static () => false;

    /// <summary>Serves one connection until it ends.</summary>
    public async Task RunAsync(ConnectionContext connection)
    {
        var facts =
            connection.Features.Get<ConnectionFacts>() ?? throw new InvalidOperationException("The listener has set no ConnectionFacts.");
        var input = connection.Transport.Input;
        using var request = new Http1Request(connection, sweep, limits, Stopping) { Connection = facts };
        await using var gone = connection
            .ConnectionClosed.UnsafeRegister(static r => ((Http1Request)r!).SetVisitorGone(), request)
            .ConfigureAwait(false);
        await using var stop = Stopping.UnsafeRegister(static i => ((PipeReader)i!).CancelPendingRead(), input).ConfigureAwait(false);
        try
        {
            do
            {
                var fault = await ReadHeadAsync(request, input).ConfigureAwait(false);
                if (fault == MessageFault.CutOff)
                {
                    break;
                }

                if (fault == MessageFault.None)
                {
                    if (Draining())
                    {
                        request.CloseAfter();
                    }

                    await pipeline.HandleAsync(request).ConfigureAwait(false);
                }
                else
                {
                    request.Refused = fault;
                    request.CloseAfter();
                    await pipeline.RefuseAsync(request, RefusalErrors.Of(fault)).ConfigureAwait(false);
                }

                request.ReleaseBody();
                if (Stopping.IsCancellationRequested)
                {
                    // The wake-up of the stop may have ended a read of the body; the wait for a next request must not outlast it.
                    input.CancelPendingRead();
                }
            } while (!request.IsUpgraded && await ReachNextAsync(request, input).ConfigureAwait(false));
        }
        catch (Exception e) when (e is IOException or OperationCanceledException or ObjectDisposedException)
        {
            // The visitor is gone. A fault of ours inside a request never gets here: the pipeline answers and logs it. One between
            // requests goes on to Kestrel, which logs it and closes the connection.
        }

        await input.CompleteAsync().ConfigureAwait(false);
        await connection.Transport.Output.CompleteAsync().ConfigureAwait(false);
    }

    // None: a head was read. CutOff: the connection ended between two requests. Otherwise: why the head was refused.
    [AsyncMethodBuilder(typeof(PooledValueTaskBuilder<>))]
    private async ValueTask<MessageFault> ReadHeadAsync(Http1Request request, PipeReader input)
    {
        var begun = false;
        long timestamp = 0;
        var now = default(DateTimeOffset);
        try
        {
            while (true)
            {
                var reading = input.ReadAsync(CancellationToken.None);
                if (!reading.IsCompleted && !begun)
                {
                    // A new connection owes a request soon; an old one may rest, and needs nothing for that.
                    request.GiveBuffers();
                    request.ReadDeadline.Set(request.Ordinal == 0 ? limits.HeaderTimeout : limits.IdleTimeout);
                }

                ReadResult result;
                try
                {
                    result = await reading.ConfigureAwait(false);
                }
                catch (Exception e) when (begun && e is IOException or OperationCanceledException)
                {
                    // A reset within a head is a request that ended, too.
                    return await RefuseUnfinishedAsync(request, begun, now, timestamp, MessageFault.CutOff).ConfigureAwait(false);
                }

                var buffer = result.Buffer;
                if (!begun && !buffer.IsEmpty)
                {
                    begun = true;
                    request.TakeBuffers();
                    timestamp = _time.GetTimestamp();
                    now = _time.GetUtcNow();
                }

                if (!buffer.IsEmpty)
                {
                    var outcome = Parse(buffer, request, out var consumed, out var fault);
                    if (outcome != HeadResult.Incomplete)
                    {
                        input.AdvanceTo(buffer.GetPosition(consumed));
                        request.BeginRequest(RayId.Next(pipeline.Random), now, timestamp);
                        return outcome == HeadResult.Complete ? MessageFault.None : fault;
                    }
                }

                if (result.IsCanceled && request.ReadDeadline.HasPassed)
                {
                    input.AdvanceTo(buffer.Start, buffer.End);
                    return await RefuseUnfinishedAsync(request, begun, now, timestamp, MessageFault.TooSlow).ConfigureAwait(false);
                }

                if (result.IsCompleted || (result.IsCanceled && Stopping.IsCancellationRequested && !begun))
                {
                    input.AdvanceTo(buffer.Start, buffer.End);
                    return await RefuseUnfinishedAsync(request, begun, now, timestamp, MessageFault.CutOff).ConfigureAwait(false);
                }

                input.AdvanceTo(buffer.Start, buffer.End);
                if (begun)
                {
                    // From the first byte on the clock runs for the whole head, however its bytes trickle.
                    var left = limits.HeaderTimeout - _time.GetElapsedTime(timestamp);
                    request.ReadDeadline.Set(left > TimeSpan.Zero ? left : TimeSpan.Zero);
                }
            }
        }
        finally
        {
            request.ReadDeadline.Lift();
        }
    }

    // A connection that ends or idles out between requests is no request. One that does so within a head is, and is logged.
    private async ValueTask<MessageFault> RefuseUnfinishedAsync(
        Http1Request request,
        bool begun,
        DateTimeOffset now,
        long timestamp,
        MessageFault fault
    )
    {
        if (!begun)
        {
            return MessageFault.CutOff;
        }

        request.Head.Clear();
        request.BeginRequest(RayId.Next(pipeline.Random), now, timestamp);
        if (fault == MessageFault.CutOff)
        {
            request.Refused = fault;
            await pipeline.RefuseAsync(request, EdgeError.None).ConfigureAwait(false);
        }

        return fault;
    }

    private HeadResult Parse(ReadOnlySequence<byte> buffer, Http1Request request, out int consumed, out MessageFault fault)
    {
        if (buffer.IsSingleSegment)
        {
            return RequestHeadParser.TryParse(buffer.FirstSpan, request.Head, limits.Messages, out consumed, out fault);
        }

        var most = limits.Messages.StartLineBytes + limits.Messages.FieldsBytes + 4;
        var length = (int)Math.Min(buffer.Length, most);
        var copy = ArrayPool<byte>.Shared.Rent(length);
        try
        {
            buffer.Slice(0, length).CopyTo(copy);
            return RequestHeadParser.TryParse(copy.AsSpan(0, length), request.Head, limits.Messages, out consumed, out fault);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(copy);
        }
    }

    // Whether the connection can serve another request. What is left of a body is read and dropped; a connection that will be closed
    // is drained for a moment too, because closing it on unread bytes would reset it before the visitor has read the answer.
    private async ValueTask<bool> ReachNextAsync(Http1Request request, PipeReader input)
    {
        // A visitor that has said its last word still gets its answers, those to requests that lie in the pipe included.
        if (!request.CanBeAnswered || !request.HasEnded || request.IsBrokenOff)
        {
            return false;
        }

        if (request.KeepAlive && request.Body.IsComplete)
        {
            return true;
        }

        request.ReadDeadline.Set(limits.DrainTimeout);
        try
        {
            return request.KeepAlive && request.Refused == MessageFault.None
                ? await request.DrainBodyAsync().ConfigureAwait(false)
                : await LingerAsync(request, input).ConfigureAwait(false);
        }
        finally
        {
            request.ReadDeadline.Lift();
        }
    }

    private async ValueTask<bool> LingerAsync(Http1Request request, PipeReader input)
    {
        if (request.Body.IsComplete && request.Refused == MessageFault.None)
        {
            return false;
        }

        // The visitor can tell where the answer ends and that the connection closes; what it still sends meanwhile is dropped.
        await request.FlushAsync().ConfigureAwait(false);
        long dropped = 0;
        while (dropped < limits.DrainBytes)
        {
            var result = await input.ReadAsync(CancellationToken.None).ConfigureAwait(false);
            dropped += result.Buffer.Length;
            input.AdvanceTo(result.Buffer.End);
            if (result.IsCompleted || (result.IsCanceled && request.ReadDeadline.HasPassed))
            {
                break;
            }
        }

        return false;
    }
}
