namespace Holdfast.Edge.Listening.Http2;

/// <summary>
/// Follows the frames (RFC 9113 section 4.1) in what an HTTP/2 client sends, looking at each one's header alone, and says when there are
/// more of a kind than <see cref="VisitorHttp2Limits"/> allows. Whether the bytes are well-formed is Kestrel's to judge. One thread at a time.
/// </summary>
internal sealed class Http2FrameMeter(VisitorHttp2Limits limits, TimeProvider time)
{
    private const int PrefaceLength = 24;
    private const int HeaderLength = 9;

    private const byte Data = 0;
    private const byte Headers = 1;
    private const byte Reset = 3;
    private const byte Settings = 4;
    private const byte PushPromise = 5;
    private const byte Ping = 6;
    private const byte WindowUpdate = 8;
    private const byte Continuation = 9;

    private readonly byte[] _header = new byte[HeaderLength];
    private int _headerBytes;
    private long _skip = PrefaceLength;

    private long _second = long.MinValue;
    private int _resets;
    private int _settings;
    private int _pings;
    private int _idle;
    private int _continuations;

    /// <summary>Takes note of the next bytes.</summary>
    /// <returns>Null, or which frames there were too many of.</returns>
    public string? Count(ReadOnlySpan<byte> bytes)
    {
        while (!bytes.IsEmpty)
        {
            if (_skip > 0)
            {
                var skipped = (int)Math.Min(_skip, bytes.Length);
                _skip -= skipped;
                bytes = bytes[skipped..];
                continue;
            }

            var taken = Math.Min(HeaderLength - _headerBytes, bytes.Length);
            bytes[..taken].CopyTo(_header.AsSpan(_headerBytes));
            _headerBytes += taken;
            bytes = bytes[taken..];
            if (_headerBytes == HeaderLength)
            {
                _headerBytes = 0;
                _skip = _header[0] << 16 | _header[1] << 8 | _header[2];
                if (Excess((int)_skip, _header[3], _header[4]) is { } excess)
                {
                    return excess;
                }
            }
        }

        return null;
    }

    private string? Excess(int length, byte type, byte flags)
    {
        var isFirstFlagSet = (flags & 1) != 0; // END_STREAM of DATA, ACK of SETTINGS and PING
        switch (type)
        {
            case Continuation:
                return ++_continuations > limits.MaxContinuations ? "CONTINUATION frames" : null;
            case Headers:
                _continuations = 0;
                return null;
            case WindowUpdate or PushPromise:
                return null;
            case Data when length > 0 || isFirstFlagSet:
                return null;
            case Settings or Ping when isFirstFlagSet:
                return null;
        }

        StartSecond();
        return type switch
        {
            Reset => ++_resets > limits.MaxResetsPerSecond ? "RST_STREAM frames" : null,
            Settings => ++_settings > limits.MaxSettingsPerSecond ? "SETTINGS frames" : null,
            Ping => ++_pings > limits.MaxPingsPerSecond ? "PING frames" : null,
            _ => ++_idle > limits.MaxIdleFramesPerSecond ? "frames without a use" : null,
        };
    }

    private void StartSecond()
    {
        var now = time.GetTimestamp() / time.TimestampFrequency;
        if (now != _second)
        {
            (_second, _resets, _settings, _pings, _idle) = (now, 0, 0, 0, 0);
        }
    }
}
