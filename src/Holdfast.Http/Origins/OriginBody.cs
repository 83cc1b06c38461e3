using System.Runtime.CompilerServices;
using Holdfast.Http.Bodies;
using Holdfast.Http.Headers;
using Holdfast.Http.Messages;
using Holdfast.Http.Pooling;

namespace Holdfast.Http.Origins;

/// <summary>The body of an origin's response. Reused for the next response that the exchange's owner reads.</summary>
public sealed class OriginBody : BodyReader
{
    private readonly ChunkedDecoder _chunks = new();
    private OriginConnection? _connection;
    private MessageLimits _limits = MessageLimits.ForOrigins;
    private Framing _framing;
    private long _length;
    private long _remaining;
    private int _given;
    private bool _complete = true;

    /// <inheritdoc/>
    public override long Length => _length;

    /// <inheritdoc/>
    public override bool IsComplete => _complete;

    /// <inheritdoc/>
    public override HeaderBlock? Trailers => _framing == Framing.Chunked && _complete ? _chunks.Trailers : null;

    /// <summary>What went wrong with the connection, once a piece said <see cref="MessageFault.CutOff"/>.</summary>
    public OriginFault Fault { get; private set; }

    /// <summary>Whether the connection stands clean at the end of this body, so that another exchange may follow.</summary>
    public bool LeavesCleanConnection =>
        _complete && _framing != Framing.UntilClose && _connection is { } connection && connection.Unread.Length == _given;

    /// <summary>Begins the body that follows this head on the connection.</summary>
    public void Begin(OriginConnection connection, ResponseHead head, MessageLimits limits)
    {
        _connection = connection;
        _limits = limits;
        _framing = head.Framing;
        _length = head.Framing switch
        {
            Framing.Length => head.ContentLength,
            Framing.None => 0,
            _ => -1,
        };
        _remaining = Math.Max(0, _length);
        _given = 0;
        _complete = head.Framing == Framing.None;
        Fault = OriginFault.None;
        _chunks.Reset(limits);
    }

    /// <summary>
    /// How many bytes may be read from the connection straight into the visitor's memory now: content that neither lies in the buffer
    /// nor needs its framing taken away. 0 when <see cref="ReadAsync"/> is the way.
    /// </summary>
    public long DirectBytes => _framing == Framing.Length && !_complete && _given == 0 && !_connection!.HasUnread ? _remaining : 0;

    /// <summary>Reads content straight into the caller's memory; at most <see cref="DirectBytes"/>.</summary>
    /// <returns>How many bytes came; -1 when the body can't be read on, see <see cref="Fault"/>.</returns>
    [AsyncMethodBuilder(typeof(PooledValueTaskBuilder<>))]
    public async ValueTask<int> ReadDirectAsync(Memory<byte> into)
    {
        var connection = _connection!;
        try
        {
            // What lies behind the body's end is not this body's.
            var most = (int)Math.Min(into.Length, DirectBytes);
            ArgumentOutOfRangeException.ThrowIfZero(most, nameof(into));
            var read = await connection.ReadAsync(into[..most]).ConfigureAwait(false);
            if (read > 0)
            {
                _remaining -= read;
                _complete = _remaining == 0;
                return read;
            }

            Fault = OriginFault.CutOff;
        }
        catch (Exception e) when (OriginConnection.IsBroken(e))
        {
            Fault = connection.WhyBroken();
        }

        return -1;
    }

    /// <inheritdoc/>
    [AsyncMethodBuilder(typeof(PooledValueTaskBuilder<>))]
    public override async ValueTask<BodyPiece> ReadAsync(CancellationToken cancellationToken)
    {
        var connection = _connection!;
        connection.Take(_given);
        _given = 0;
        while (!_complete)
        {
            if (connection.HasUnread)
            {
                var piece = TakePiece(connection);
                if (piece is { } found)
                {
                    return found;
                }

                continue;
            }

            try
            {
                if (await connection.FillBodyAsync(cancellationToken).ConfigureAwait(false) > 0)
                {
                    continue;
                }
            }
            catch (Exception e) when (OriginConnection.IsBroken(e))
            {
                Fault = connection.WhyBroken();
                return BodyPiece.Faulty(MessageFault.CutOff);
            }

            if (_framing == Framing.UntilClose)
            {
                _complete = true;
                break;
            }

            Fault = OriginFault.CutOff;
            return BodyPiece.Faulty(MessageFault.CutOff);
        }

        return BodyPiece.TheEnd;
    }

    private BodyPiece? TakePiece(OriginConnection connection)
    {
        var unread = connection.Unread;
        switch (_framing)
        {
            case Framing.UntilClose:
                _given = unread.Length;
                return BodyPiece.Of(unread);
            case Framing.Length:
                _given = (int)Math.Min(unread.Length, _remaining);
                _remaining -= _given;
                _complete = _remaining == 0;
                return BodyPiece.Of(unread[.._given]);
        }

        var step = _chunks.Read(unread.Span, out var consumed, out var dataLength, out var fault);
        switch (step)
        {
            case ChunkStep.Refused:
                Fault = OriginFault.BadAnswer;
                return BodyPiece.Faulty(fault);
            case ChunkStep.Data:
                connection.Take(consumed - dataLength);
                _given = dataLength;
                return BodyPiece.Of(connection.Unread[..dataLength]);
            case ChunkStep.End:
                connection.Take(consumed);
                _complete = true;
                return null;
            default:
                connection.Take(consumed);
                return null;
        }
    }
}
