using System.Buffers;
using System.IO.Pipelines;
using System.Runtime.CompilerServices;
using System.Text;
using Holdfast.Http.Bodies;
using Holdfast.Http.Headers;
using Holdfast.Http.Messages;
using Holdfast.Http.Pooling;
using Microsoft.AspNetCore.Http.Features;

namespace Holdfast.Edge.Http2;

/// <summary>The body of a request that came over HTTP/2 or 3: Kestrel has taken its framing away already.</summary>
internal sealed class Http2Body : BodyReader
{
    private PipeReader? _input;
    private IHttpRequestTrailersFeature? _trailerSource;
    private HeaderBlock? _trailers;
    private ReadOnlySequence<byte> _buffer;
    private SequencePosition _next;
    private bool _holdsBuffer;
    private bool _inputEnded;
    private bool _complete;
    private long _length;
    private long _most;

    /// <inheritdoc/>
    public override long Length => _length;

    /// <inheritdoc/>
    public override bool IsComplete => _complete;

    /// <inheritdoc/>
    public override HeaderBlock? Trailers => _complete ? _trailers : null;

    /// <summary>Bytes handed out so far.</summary>
    public long BytesRead { get; private set; }

    /// <summary>Begins a stream's body.</summary>
    /// <param name="input">Where it comes from; null when there is none.</param>
    /// <param name="length">Its length, or -1.</param>
    /// <param name="trailers">Where its trailers come from, once it was read; null when there are none.</param>
    public void Begin(PipeReader? input, long length, IHttpRequestTrailersFeature? trailers)
    {
        _input = input;
        _trailerSource = trailers;
        _trailers = null;
        _length = input is null ? 0 : length;
        _most = long.MaxValue;
        _complete = input is null;
        _holdsBuffer = _inputEnded = false;
        BytesRead = 0;
    }

    /// <summary>Sets the largest body.</summary>
    public void Limit(long most) => _most = most;

    /// <summary>Makes a pending read return.</summary>
    public void Stop() => _input?.CancelPendingRead();

    /// <inheritdoc/>
    [AsyncMethodBuilder(typeof(PooledValueTaskBuilder<>))]
    public override async ValueTask<BodyPiece> ReadAsync(CancellationToken cancellationToken)
    {
        while (!_complete)
        {
            if (_holdsBuffer)
            {
                _buffer = _buffer.Slice(_next);
                if (!_buffer.IsEmpty)
                {
                    var segment = _buffer.First;
                    _next = _buffer.GetPosition(segment.Length);
                    BytesRead += segment.Length;
                    return BytesRead > _most ? BodyPiece.Faulty(MessageFault.BodyTooLarge) : BodyPiece.Of(segment);
                }

                _input!.AdvanceTo(_next);
                _holdsBuffer = false;
                if (_inputEnded)
                {
                    if (!TryReadTrailers())
                    {
                        return BodyPiece.Faulty(MessageFault.BadTrailer);
                    }

                    _complete = true;
                    break;
                }
            }

            ReadResult result;
            try
            {
                result = await _input!.ReadAsync(cancellationToken).ConfigureAwait(false);
            }
            catch (Exception e) when (e is IOException or OperationCanceledException or Microsoft.AspNetCore.Http.BadHttpRequestException)
            {
                // The stream was reset, sent more or less than it announced, or too slowly; Kestrel answers the visitor where it can.
                return BodyPiece.Faulty(MessageFault.CutOff);
            }

            _buffer = result.Buffer;
            _next = _buffer.Start;
            _holdsBuffer = true;
            _inputEnded = result.IsCompleted;
            if (result.IsCanceled)
            {
                return BodyPiece.Faulty(MessageFault.TooSlow);
            }
        }

        return BodyPiece.TheEnd;
    }

    private bool TryReadTrailers()
    {
        if (_trailerSource is not { Available: true, Trailers.Count: > 0 })
        {
            return true;
        }

        _trailers = new HeaderBlock();
        foreach (var (name, values) in _trailerSource.Trailers)
        {
            foreach (var value in values)
            {
                var nameBytes = Encoding.Latin1.GetBytes(name);
                var valueBytes = Encoding.Latin1.GetBytes(value ?? "");

                // What goes on to an HTTP/1.1 origin must have no line end in it, whatever an HTTP/2 frame allowed.
                if (
                    !Syntax.IsToken(nameBytes)
                    || !Syntax.IsFieldValue(valueBytes)
                    || TrailerFields.IsForbidden(KnownHeaders.Find(nameBytes))
                )
                {
                    return false;
                }

                _trailers.Add(nameBytes, valueBytes);
            }
        }

        return true;
    }
}
