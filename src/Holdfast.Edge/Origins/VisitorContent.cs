using System.Net;
using Holdfast.Edge.Requests;
using Holdfast.Http.Messages;

namespace Holdfast.Edge.Origins;

/// <summary>The visitor's body as the framework's client wants it. It can be sent once.</summary>
internal sealed class VisitorContent(EdgeRequest request, Action onProgress) : HttpContent
{
    private static readonly ResponseHead Continue = new() { Status = 100 };

    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _saidContinue = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _state;
    private int _continue;

    private enum State
    {
        New,
        Begun,
        Closed,
    }

    private enum ContinueState
    {
        Open,
        Begun,
        Withheld,
    }

    /// <summary>Whether the client has all of it.</summary>
    public bool IsComplete { get; private set; }

    /// <summary>
    /// Sees to it that no 100 goes to the visitor from now on: an answer is about to be written to it by somebody else. The client
    /// begins to send a body also when the answer came first.
    /// </summary>
    public Task WithholdContinueAsync() =>
        Interlocked.CompareExchange(ref _continue, (int)ContinueState.Withheld, (int)ContinueState.Open) == (int)ContinueState.Begun
            ? _saidContinue.Task
            : Task.CompletedTask;

    /// <summary>Sees to it that nobody reads the visitor's body from now on.</summary>
    public Task CloseAsync()
    {
        var before = (State)Interlocked.Exchange(ref _state, (int)State.Closed);
        if (before == State.New || _ended.Task.IsCompleted)
        {
            return Task.CompletedTask;
        }

        request.StopReadingBody();
        return _ended.Task;
    }

    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) =>
        SerializeToStreamAsync(stream, context, CancellationToken.None);

    protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context, CancellationToken cancellationToken)
    {
        if (Interlocked.CompareExchange(ref _state, (int)State.Begun, (int)State.New) != (int)State.New)
        {
            // The client wants to send again, or only now: what the visitor sent is gone, or no longer wanted.
            throw new IOException("The visitor's body can be read once.");
        }

        try
        {
            if (request.Head.ExpectsContinue && request.CanSendInterim)
            {
                await SayContinueAsync().ConfigureAwait(false);
            }

            // What the visitor sends is passed on as it comes: a gRPC stream may never end before it is answered.
            await stream.FlushAsync(cancellationToken).ConfigureAwait(false);
            await CopyAsync(stream, cancellationToken).ConfigureAwait(false);
            IsComplete = true;
        }
        finally
        {
            _ended.TrySetResult();
        }
    }

    protected override bool TryComputeLength(out long length)
    {
        length = 0;
        return false;
    }

    // The client begins when the origin has said 100, or nothing for a second, or has answered.
    private async ValueTask SayContinueAsync()
    {
        if (Interlocked.CompareExchange(ref _continue, (int)ContinueState.Begun, (int)ContinueState.Open) != (int)ContinueState.Open)
        {
            return;
        }

        try
        {
            await request.SendInterimAsync(Continue).ConfigureAwait(false);
        }
        finally
        {
            _saidContinue.TrySetResult();
        }
    }

    private async Task CopyAsync(Stream stream, CancellationToken cancellationToken)
    {
        while (true)
        {
            // Not cancelled, but stopped: a cancelled read could not be told from one that still runs.
            var reading = request.Content.ReadAsync(CancellationToken.None);
            if (!reading.IsCompleted)
            {
                try
                {
                    await stream.FlushAsync(cancellationToken).ConfigureAwait(false);
                }
                catch
                {
                    // The body has one reader: whoever drains it next must not meet this read.
                    request.StopReadingBody();
                    await reading.ConfigureAwait(false);
                    throw;
                }
            }

            var piece = await reading.ConfigureAwait(false);
            if (piece.Fault != MessageFault.None)
            {
                if (Volatile.Read(ref _state) != (int)State.Closed)
                {
                    request.Refused = request.HasEnded ? MessageFault.None : piece.Fault;
                }

                throw new IOException($"The visitor's body ended in {piece.Fault}.");
            }

            if (piece.End)
            {
                return;
            }

            await stream.WriteAsync(piece.Data, cancellationToken).ConfigureAwait(false);
            onProgress();
        }
    }
}
