using System.IO.Pipelines;
using System.Net;
using Microsoft.AspNetCore.Connections;

namespace Holdfast.Edge.Tests.Harness;

/// <summary>
/// Visitors' connections that take nothing until they are let go: what the edge flushes waits, as it does when all that lies between it
/// and a visitor is full.
/// </summary>
internal sealed class HeldTransport(IConnectionListenerFactory sockets, HeldTransport.Gate gate) : IConnectionListenerFactory
{
    public async ValueTask<IConnectionListener> BindAsync(EndPoint endpoint, CancellationToken cancellationToken = default) =>
        new Listener(await sockets.BindAsync(endpoint, cancellationToken), gate);

    /// <summary>Holds the flushes of all connections.</summary>
    public sealed class Gate
    {
        private readonly TaskCompletionSource _waiting = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private readonly TaskCompletionSource _open = new(TaskCreationOptions.RunContinuationsAsynchronously);

        /// <summary>Whether flushes go through all the same, for now.</summary>
        public bool Passes { get; set; }

        /// <summary>Completed when a flush waits.</summary>
        public Task Waiting => _waiting.Task;

        /// <summary>Lets everything go.</summary>
        public void Open() => _open.SetResult();

        public Task PassAsync()
        {
            if (Passes)
            {
                return Task.CompletedTask;
            }

            _waiting.TrySetResult();
            return _open.Task;
        }
    }

    private sealed class Listener(IConnectionListener inner, Gate gate) : IConnectionListener
    {
        public EndPoint EndPoint => inner.EndPoint;

        public async ValueTask<ConnectionContext?> AcceptAsync(CancellationToken cancellationToken = default)
        {
            var connection = await inner.AcceptAsync(cancellationToken);
            connection?.Transport = new Pipe(connection.Transport.Input, new Writer(connection.Transport.Output, gate));
            return connection;
        }

        public ValueTask UnbindAsync(CancellationToken cancellationToken = default) => inner.UnbindAsync(cancellationToken);

        public ValueTask DisposeAsync() => inner.DisposeAsync();
    }

    private sealed class Pipe(PipeReader input, PipeWriter output) : IDuplexPipe
    {
        public PipeReader Input => input;

        public PipeWriter Output => output;
    }

    private sealed class Writer(PipeWriter inner, Gate gate) : PipeWriter
    {
        public override bool CanGetUnflushedBytes => inner.CanGetUnflushedBytes;

        public override long UnflushedBytes => inner.UnflushedBytes;

        public override void Advance(int bytes) => inner.Advance(bytes);

        public override Memory<byte> GetMemory(int sizeHint = 0) => inner.GetMemory(sizeHint);

        public override Span<byte> GetSpan(int sizeHint = 0) => inner.GetSpan(sizeHint);

        public override void CancelPendingFlush() => inner.CancelPendingFlush();

        public override void Complete(Exception? exception = null) => inner.Complete(exception);

        public override async ValueTask<FlushResult> FlushAsync(CancellationToken cancellationToken = default)
        {
            await gate.PassAsync();
            return await inner.FlushAsync(cancellationToken);
        }
    }
}
