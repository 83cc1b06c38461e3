using System.Buffers;
using System.IO.Pipelines;
using System.Runtime.CompilerServices;
using Holdfast.Http.Headers;
using Holdfast.Http.Messages;
using Holdfast.Http.Pooling;

namespace Holdfast.Http.Bodies;

/// <summary>The body of a visitor's request, read from the connection's pipe. Reused for the connection's next request.</summary>
public sealed class PipeBody : BodyReader
{
    private readonly PipeReader _input;
    private readonly ChunkedDecoder _chunks = new();
    private ReadOnlySequence<byte> _buffer;
    private SequencePosition _next;
    private bool _holdsBuffer;
    private Framing _framing;
    private long _length;
    private long _remaining;
    private long _taken;
    private long _most;
    private bool _complete = true;

    /// <summary>A body on this connection.</summary>
    public PipeBody(PipeReader input) => _input = input;

    /// <inheritdoc/>
    public override long Length => _length;

    /// <inheritdoc/>
    public override bool IsComplete => _complete;

    /// <inheritdoc/>
    public override HeaderBlock? Trailers => _framing == Framing.Chunked && _complete ? _chunks.Trailers : null;

    /// <summary>Bytes of content handed out so far.</summary>
    public long BytesRead => _taken;

    /// <summary>Begins the next request's body.</summary>
    /// <param name="head">Says how the body ends.</param>
    /// <param name="limits">Limits for the framing.</param>
    /// <param name="most">Largest content in bytes; more is <see cref="MessageFault.BodyTooLarge"/>.</param>
    public void Begin(RequestHead head, MessageLimits limits, long most)
    {
        _framing = head.Framing;
        _length = head.Framing switch
        {
            Framing.Length => head.ContentLength,
            Framing.None => 0,
            _ => -1,
        };
        _remaining = Math.Max(0, _length);
        _taken = 0;
        _most = most;
        _complete = head.Framing == Framing.None;
        _chunks.Reset(limits);
    }

    /// <summary>Sets the largest content, once the zone is known.</summary>
    public void Limit(long most) => _most = most;

    /// <summary>Gives back what the last piece lay in. After this the connection can be read by others.</summary>
    public void Release()
    {
        if (_holdsBuffer)
        {
            _input.AdvanceTo(_next);
            _holdsBuffer = false;
        }
    }

    /// <inheritdoc/>
    [AsyncMethodBuilder(typeof(PooledValueTaskBuilder<>))]
    public override async ValueTask<BodyPiece> ReadAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            if (_complete)
            {
                Release();
                return BodyPiece.TheEnd;
            }

            if (_length > _most)
            {
                return BodyPiece.Faulty(MessageFault.BodyTooLarge);
            }

            if (_holdsBuffer)
            {
                _buffer = _buffer.Slice(_next);
                if (!_buffer.IsEmpty)
                {
                    var piece = Take();
                    if (piece is { } found)
                    {
                        return found;
                    }

                    continue;
                }

                Release();
            }

            ReadResult result;
            try
            {
                result = await _input.ReadAsync(cancellationToken).ConfigureAwait(false);
            }
            catch (Exception e) when (IsCutOff(e, cancellationToken))
            {
                return BodyPiece.Faulty(MessageFault.CutOff);
            }

            _buffer = result.Buffer;
            _next = _buffer.Start;
            _holdsBuffer = true;
            if (result.IsCanceled)
            {
                return BodyPiece.Faulty(MessageFault.TooSlow);
            }

            if (_buffer.IsEmpty && result.IsCompleted)
            {
                return BodyPiece.Faulty(MessageFault.CutOff);
            }
        }
    }

    // A visitor's reset; some transports say it by a cancellation that nobody here asked for.
    private static bool IsCutOff(Exception e, CancellationToken cancellationToken) =>
        e is IOException || (e is OperationCanceledException && !cancellationToken.IsCancellationRequested);

    // A piece from the buffer, or null when only framing was there.
    private BodyPiece? Take()
    {
        // A sequence that is not empty may begin with empty segments.
        var position = _buffer.Start;
        ReadOnlyMemory<byte> segment;
        while (_buffer.TryGet(ref position, out segment) && segment.IsEmpty) { }

        if (_framing == Framing.Length)
        {
            var length = (int)Math.Min(segment.Length, _remaining);
            _remaining -= length;
            _taken += length;
            _complete = _remaining == 0;
            _next = _buffer.GetPosition(length);
            return BodyPiece.Of(segment[..length]);
        }

        var step = _chunks.Read(segment.Span, out var consumed, out var dataLength, out var fault);
        _next = _buffer.GetPosition(consumed);
        switch (step)
        {
            case ChunkStep.Refused:
                return BodyPiece.Faulty(fault);
            case ChunkStep.End:
                _complete = true;
                return null;
            case ChunkStep.Data:
                _taken += dataLength;
                return _taken > _most
                    ? BodyPiece.Faulty(MessageFault.BodyTooLarge)
                    : BodyPiece.Of(segment.Slice(consumed - dataLength, dataLength));
            default:
                return null;
        }
    }
}
