using Holdfast.Edge.Requests;
using Holdfast.Http.Messages;
using Holdfast.Http.Origins;

namespace Holdfast.Edge.Origins;

/// <summary>
/// Carries a request's body from the visitor to the origin while the answer may already be on its way back. It begins with whatever
/// lies in the request's output buffer (the head), so that head and first bytes go out in one write.
/// </summary>
internal sealed class RequestPump(EdgeRequest request, OriginConnection connection, TimeSpan writeTimeout, TimeSpan readTimeout)
{
    // Small pieces are gathered up to this size before they are written.
    private const int Gather = 64 * 1024;

    private volatile bool _abandoned;

    /// <summary>Done when nothing runs any more.</summary>
    public Task Completion { get; private set; } = Task.CompletedTask;

    /// <summary>Whether the whole body was written.</summary>
    public bool IsComplete { get; private set; }

    /// <summary>Whether it still reads or writes.</summary>
    public bool IsRunning => !Completion.IsCompleted;

    /// <summary>Why the origin did not take the body, or <see cref="OriginFault.None"/>.</summary>
    public OriginFault WriteFault { get; private set; }

    /// <summary>Begins.</summary>
    public void Start()
    {
        // Until the whole request is out the origin owes no answer; from then on it has its usual time, unless it has begun already.
        connection.ReadDeadline.Suspend();
        Completion = RunAsync();
    }

    /// <summary>Ends it, because the answer is over or nobody waits for it: the rest of the request has no reader.</summary>
    public ValueTask AbandonAsync()
    {
        if (!IsRunning)
        {
            return new ValueTask(Completion);
        }

        _abandoned = true;
        connection.Abort();
        request.StopReadingBody();
        return new ValueTask(Completion);
    }

    private async Task RunAsync()
    {
        var output = request.Scratch.Output;
        var chunked = request.Head.Framing == Framing.Chunked;
        while (true)
        {
            var reading = request.Content.ReadAsync(CancellationToken.None);
            if (!reading.IsCompleted && output.Length > 0 && !await WriteAsync(output).ConfigureAwait(false))
            {
                // The origin may have answered already and closed its ears; the answer is read elsewhere.
                _abandoned = true;
                request.StopReadingBody();
                await reading.ConfigureAwait(false);
                return;
            }

            var piece = await reading.ConfigureAwait(false);
            if (piece.Fault != MessageFault.None)
            {
                // The end of a read that we ourselves have stopped says nothing about the visitor, nor does what a visitor leaves out
                // that has its whole answer.
                if (!_abandoned)
                {
                    request.Refused = request.HasEnded ? MessageFault.None : piece.Fault;
                    connection.Abort();
                }

                return;
            }

            if (piece.End)
            {
                if (chunked)
                {
                    HeadWriter.WriteLastChunk(output, request.Content.Trailers);
                }

                IsComplete = output.Length == 0 || await WriteAsync(output).ConfigureAwait(false);
                request.AwaitAnswer(connection, readTimeout);
                return;
            }

            if (chunked)
            {
                HeadWriter.WriteChunk(output, piece.Data.Span);
            }
            else
            {
                piece.Data.Span.CopyTo(output.GetSpan(piece.Data.Length));
                output.Advance(piece.Data.Length);
            }

            if (output.Length >= Gather && !await WriteAsync(output).ConfigureAwait(false))
            {
                return;
            }
        }
    }

    private async ValueTask<bool> WriteAsync(ReusableBuffer output)
    {
        try
        {
            connection.WriteDeadline.Set(writeTimeout);
            await connection.WriteAsync(output.Written).ConfigureAwait(false);
            connection.WriteDeadline.Lift();
            output.Clear();
            return true;
        }
        catch (Exception e) when (OriginConnection.IsBroken(e))
        {
            WriteFault = connection.WriteDeadline.HasPassed ? OriginFault.WriteTimeout : OriginFault.ClosedEarly;

            // The pump has ended, so from here on the origin's answer has its usual time.
            request.AwaitAnswer(connection, readTimeout);
            return false;
        }
    }
}
