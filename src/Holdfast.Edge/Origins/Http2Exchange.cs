using System.Buffers;
using System.Net.Http.Headers;
using System.Text;
using Holdfast.Http.Bodies;
using Holdfast.Http.Headers;
using Holdfast.Http.Messages;
using Holdfast.Http.Origins;

namespace Holdfast.Edge.Origins;

/// <summary>One exchange through the framework's client: what must be disposed of together, and the reading of the answer's body.</summary>
internal sealed class Http2Exchange(TimeProvider time) : IDisposable
{
    private const int BufferLength = 32 * 1024;

    private Stream? _stream;
    private byte[]? _buffer;
    private long _left;

    /// <summary>Ends the exchange when it is cancelled.</summary>
    public CancellationTokenSource Timeout { get; } = new(System.Threading.Timeout.InfiniteTimeSpan, time);

    /// <summary>The request.</summary>
    public HttpRequestMessage? Message { get; set; }

    /// <summary>The answer, once its head is here.</summary>
    public HttpResponseMessage? Response { get; set; }

    /// <summary>Whether somebody else disposes of it.</summary>
    public bool IsTaken { get; set; }

    /// <summary>The body's length as the origin stated it, or -1.</summary>
    public long Length { get; private set; }

    /// <summary>The trailer fields, at the end; null without any.</summary>
    public HeaderBlock? Trailers { get; private set; }

    /// <summary>Begins to read the body.</summary>
    /// <param name="length">Its length, 0 without one, or -1.</param>
    public void BeginBody(long length)
    {
        Length = length;
        _left = length < 0 ? long.MaxValue : length;
    }

    /// <summary>
    /// Reads the next piece, within the caller's time limit; gives up when <see cref="Timeout"/> is cancelled. The client checks no length (RFC 9113 section 8.1.1 wants it
    /// checked): what is over it would be read as the next answer on the visitor's connection, what is short of it would be filled with
    /// the next answer's beginning. So either is a fault.
    /// </summary>
    /// <exception cref="IOException">The stream broke.</exception>
    /// <exception cref="OperationCanceledException">It was given up.</exception>
    public async ValueTask<BodyPiece> ReadAsync()
    {
        _stream ??= await Response!.Content.ReadAsStreamAsync(Timeout.Token).ConfigureAwait(false);
        _buffer ??= ArrayPool<byte>.Shared.Rent(BufferLength);
        var read = await _stream.ReadAsync(_buffer, Timeout.Token).ConfigureAwait(false);
        if (read > _left)
        {
            return new BodyPiece(_buffer.AsMemory(0, (int)_left), false, MessageFault.BadContentLength);
        }

        if (read > 0)
        {
            _left -= Length < 0 ? 0 : read;
            return BodyPiece.Of(_buffer.AsMemory(0, read));
        }

        return _left is > 0 and < long.MaxValue ? BodyPiece.Faulty(MessageFault.CutOff) : End();
    }

    /// <summary>What an exception of the client's says of the origin.</summary>
    /// <param name="exception">What was thrown.</param>
    /// <param name="connectFault">Why the last connection could not be had, or <see cref="OriginFault.None"/>.</param>
    public OriginFault FaultOf(Exception exception, OriginFault connectFault) =>
        exception switch
        {
            _ when Timeout.IsCancellationRequested => OriginFault.ReadTimeout,
            HttpRequestException { HttpRequestError: HttpRequestError.ConnectionError } => connectFault == OriginFault.None
                ? OriginFault.Unreachable
                : connectFault,
            HttpRequestException { HttpRequestError: HttpRequestError.SecureConnectionError } => connectFault == OriginFault.BadCertificate
                ? OriginFault.BadCertificate
                : OriginFault.TlsHandshake,
            _ => OriginFault.BadAnswer,
        };

    /// <summary>
    /// Copies fields; false when one cannot be passed on: what goes to an HTTP/1.1 visitor must have no line end in it, whatever an HTTP/2
    /// frame allowed.
    /// </summary>
    public static bool TryCopy(HttpHeadersNonValidated from, HeaderBlock to)
    {
        foreach (var (name, values) in from)
        {
            var nameBytes = Encoding.Latin1.GetBytes(name);
            foreach (var value in values)
            {
                var valueBytes = Encoding.Latin1.GetBytes(value);
                if (!Syntax.IsToken(nameBytes) || !Syntax.IsFieldValue(valueBytes))
                {
                    return false;
                }

                to.Add(nameBytes, valueBytes);
            }
        }

        return true;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _stream?.Dispose();
        Response?.Dispose();
        Message?.Dispose();
        Timeout.Dispose();
        if (_buffer is { } buffer)
        {
            _buffer = null;
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private BodyPiece End()
    {
        if (Response!.TrailingHeaders.NonValidated.Count > 0)
        {
            Trailers = new HeaderBlock();
            if (!TryCopy(Response.TrailingHeaders.NonValidated, Trailers))
            {
                return BodyPiece.Faulty(MessageFault.BadFieldValue);
            }
        }

        return BodyPiece.TheEnd;
    }
}
