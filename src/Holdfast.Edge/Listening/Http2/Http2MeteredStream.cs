using System.Runtime.CompilerServices;
using Holdfast.Http.Pooling;

namespace Holdfast.Edge.Listening.Http2;

/// <summary>What an HTTP/2 client sends, with its frames counted on the way to Kestrel. For reading only; it does not own the inner stream.</summary>
/// <param name="inner">The decrypted stream.</param>
/// <param name="limits">How many frames of which kind.</param>
/// <param name="time">The clock.</param>
/// <param name="onFlood">Called once with the kind of frame when there were too many; it ends the connection.</param>
internal sealed class Http2MeteredStream(Stream inner, VisitorHttp2Limits limits, TimeProvider time, Action<string> onFlood) : Stream
{
    private readonly Http2FrameMeter _meter = new(limits, time);

    /// <inheritdoc/>
    public override bool CanRead => true;

    /// <inheritdoc/>
    public override bool CanWrite => false;

    /// <inheritdoc/>
    public override bool CanSeek => false;

    /// <inheritdoc/>
    public override long Length => throw new NotSupportedException();

    /// <inheritdoc/>
    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    /// <inheritdoc/>
    [AsyncMethodBuilder(typeof(PooledValueTaskBuilder<>))]
    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        var read = await inner.ReadAsync(buffer, cancellationToken);
        if (_meter.Count(buffer.Span[..read]) is { } flood)
        {
            onFlood(flood);
            throw new IOException($"The client sent too many {flood}.");
        }

        return read;
    }

    /// <inheritdoc/>
    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    /// <inheritdoc/>
    public override void Flush() { }

    /// <inheritdoc/>
    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException("The stream is asynchronous.");

    /// <inheritdoc/>
    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException("The stream is for reading.");

    /// <inheritdoc/>
    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    /// <inheritdoc/>
    public override void SetLength(long value) => throw new NotSupportedException();
}
