using Holdfast.Http.Headers;
using Holdfast.Http.Messages;

namespace Holdfast.Http.Bodies;

/// <summary>What the decoder found.</summary>
public enum ChunkStep
{
    /// <summary>All bytes were consumed and the body goes on.</summary>
    NeedsMore,

    /// <summary>Content.</summary>
    Data,

    /// <summary>The body is over, its trailer section was read.</summary>
    End,

    /// <summary>The framing is malformed; so it stays until the next <see cref="ChunkedDecoder.Reset"/>.</summary>
    Refused,
}

/// <summary>
/// Takes the chunked coding apart (RFC 9112 section 7.1), strictly: sizes are plain hexadecimal numbers, every line ends in CR LF,
/// extensions are bounded and dropped. Fed with bytes as they come, cut anywhere.
/// </summary>
public sealed class ChunkedDecoder
{
    // 15 hexadecimal digits always fit a long.
    private const int MostSizeDigits = 15;

    private readonly HeaderBlock _trailers = new();
    private MessageLimits _limits = MessageLimits.ForVisitors;
    private byte[] _trailerBytes = [];
    private int _trailerLength;
    private int _trailerLineStart;
    private State _state;
    private long _size;
    private int _digits;
    private int _extension;
    private int _extensions;
    private MessageFault _fault;

    private enum State
    {
        Size,
        Extension,
        SizeFeed,
        Data,
        DataReturn,
        DataFeed,
        Trailer,
        End,
    }

    /// <summary>The trailer fields, once <see cref="ChunkStep.End"/> came; null when there are none.</summary>
    public HeaderBlock? Trailers => _trailers.Count > 0 ? _trailers : null;

    /// <summary>Begins a new body.</summary>
    public void Reset(MessageLimits limits)
    {
        _limits = limits;
        _state = State.Size;
        _size = 0;
        _digits = _extension = _extensions = _trailerLength = _trailerLineStart = 0;
        _fault = MessageFault.None;
        _trailers.Clear();
    }

    /// <summary>Reads on until there is content, the end, a fault, or no more input.</summary>
    /// <param name="input">The bytes that follow those consumed before.</param>
    /// <param name="consumed">How many were used, content included.</param>
    /// <param name="dataLength">With <see cref="ChunkStep.Data"/>: how many of the last consumed bytes are content.</param>
    /// <param name="fault">With <see cref="ChunkStep.Refused"/>: why.</param>
    public ChunkStep Read(ReadOnlySpan<byte> input, out int consumed, out int dataLength, out MessageFault fault)
    {
        consumed = 0;
        dataLength = 0;
        fault = _fault;
        if (fault != MessageFault.None)
        {
            return ChunkStep.Refused;
        }

        while (_state != State.End)
        {
            if (consumed == input.Length)
            {
                return ChunkStep.NeedsMore;
            }

            if (_state == State.Data)
            {
                dataLength = (int)Math.Min(_size, input.Length - consumed);
                consumed += dataLength;
                _size -= dataLength;
                _state = _size == 0 ? State.DataReturn : State.Data;
                return ChunkStep.Data;
            }

            fault = Take(input[consumed++]);
            if (fault != MessageFault.None)
            {
                _fault = fault;
                return ChunkStep.Refused;
            }
        }

        return ChunkStep.End;
    }

    private MessageFault Take(byte next)
    {
        switch (_state)
        {
            case State.Size:
                return TakeSize(next);
            case State.Extension:
                return TakeExtension(next);
            case State.SizeFeed:
                _state = _size > 0 ? State.Data : State.Trailer;
                return next == '\n' ? MessageFault.None : MessageFault.BadChunkSize;
            case State.DataReturn:
                _state = State.DataFeed;
                return next == '\r' ? MessageFault.None : MessageFault.BadChunkEnd;
            case State.DataFeed:
                _state = State.Size;
                _digits = 0;
                return next == '\n' ? MessageFault.None : MessageFault.BadChunkEnd;
            default:
                return TakeTrailer(next);
        }
    }

    private MessageFault TakeSize(byte next)
    {
        if (char.IsAsciiHexDigit((char)next))
        {
            if (++_digits > MostSizeDigits)
            {
                return MessageFault.BadChunkSize;
            }

            // '0' to '9' are 0x30 to 0x39; 'A' and 'a' have 1 in their low four bits.
            _size = (_size << 4) | (long)(next <= '9' ? next & 0xF : (next & 0xF) + 9);
            return MessageFault.None;
        }

        if (_digits == 0)
        {
            return MessageFault.BadChunkSize;
        }

        _extension = 0;
        _state = next == '\r' ? State.SizeFeed : State.Extension;
        return next is (byte)'\r' or (byte)';' ? MessageFault.None : MessageFault.BadChunkSize;
    }

    private MessageFault TakeExtension(byte next)
    {
        if (next == '\r')
        {
            _state = State.SizeFeed;
            return MessageFault.None;
        }

        _extension++;
        _extensions++;
        var tooLong = _extension > _limits.ChunkExtensionBytes || _extensions > _limits.ChunkExtensionBytesPerBody;
        return tooLong || next is < 0x20 and not (byte)'\t' or 0x7F ? MessageFault.BadChunkExtension : MessageFault.None;
    }

    private MessageFault TakeTrailer(byte next)
    {
        if (_trailerLength == _limits.TrailerBytes)
        {
            return MessageFault.BadTrailer;
        }

        if (_trailerLength == _trailerBytes.Length)
        {
            Array.Resize(ref _trailerBytes, Math.Min(Math.Max(256, _trailerBytes.Length * 2), _limits.TrailerBytes));
        }

        _trailerBytes[_trailerLength++] = next;
        if (next != '\n')
        {
            return MessageFault.None;
        }

        var line = _trailerBytes.AsSpan(_trailerLineStart, _trailerLength - _trailerLineStart);
        if (line.Length < 2 || line[^2] != '\r')
        {
            return MessageFault.BareLineFeed;
        }

        _trailerLineStart = _trailerLength;
        return line.Length == 2 ? FinishTrailers() : MessageFault.None;
    }

    private MessageFault FinishTrailers()
    {
        _state = State.End;
        if (_trailerLength == 2)
        {
            return MessageFault.None;
        }

        if (FieldSection.Read(_trailerBytes.AsSpan(0, _trailerLength), _trailers, _limits, Strictness.Strict) != MessageFault.None)
        {
            return MessageFault.BadTrailer;
        }

        for (var i = 0; i < _trailers.Count; i++)
        {
            if (TrailerFields.IsForbidden(_trailers.KnownAt(i)))
            {
                return MessageFault.BadTrailer;
            }
        }

        return MessageFault.None;
    }
}
