using System.Buffers;
using Holdfast.Edge.Requests;

namespace Holdfast.Edge.Compression;

/// <summary>A coding that a library offers as a stream: what is written to it comes out compressed into the buffer.</summary>
internal sealed class StreamBodyEncoder : BodyEncoder
{
    private readonly Stream _stream;

    /// <summary>With the stream that writes to the given one.</summary>
    public StreamBodyEncoder(Func<Stream, Stream> coding) => _stream = coding(new Sink(Buffer));

    /// <inheritdoc/>
    public override void Dispose() => _stream.Dispose();

    /// <inheritdoc/>
    protected override void Encode(ReadOnlySpan<byte> bytes) => _stream.Write(bytes);

    /// <inheritdoc/>
    protected override void EncodeFlush() => _stream.Flush();

    /// <inheritdoc/>
    protected override void EncodeEnd() => _stream.Dispose();

    private sealed class Sink(ReusableBuffer into) : Stream
    {
        public override bool CanRead => false;

        public override bool CanSeek => false;

        public override bool CanWrite => true;

        public override long Length => throw new NotSupportedException();

        public override long Position
        {
            get => throw new NotSupportedException();
            set => throw new NotSupportedException();
        }

        public override void Write(ReadOnlySpan<byte> buffer) => into.Write(buffer);

        public override void Write(byte[] buffer, int offset, int count) => into.Write(buffer.AsSpan(offset, count));

        public override void Flush() { }

        public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();
    }
}
