using System.Buffers.Text;
using System.Text;
using Holdfast.Edge.Requests;
using Holdfast.Http.Headers;
using Holdfast.Http.Messages;

namespace Holdfast.Edge.Rules.Signals;

/// <summary>What rules see of a request's fields: as they came, names of maps without regard to case.</summary>
internal sealed class FieldSignals(ByteArena arena)
{
    private EdgeRequest _request = null!;
    private ByteArena.Piece _cookie;
    private ByteArena.Piece _forwardedFor;
    private ByteArena.Piece _length;
    private ByteArena.Piece _agent;
    private ByteArena.Piece _referer;

    /// <summary>Begins with a request.</summary>
    public void Begin(EdgeRequest request)
    {
        _request = request;
        _agent = _referer = default;
        Changed();
    }

    /// <summary>Fields have changed: what was computed of them is old.</summary>
    public void Changed() => _cookie = _forwardedFor = _length = default;

    /// <summary>Keeps what the log says of the visitor, before a rule changes it.</summary>
    public void Keep()
    {
        if (!_agent.IsThere)
        {
            _agent = arena.Add(First(KnownHeader.UserAgent));
            _referer = arena.Add(First(KnownHeader.Referer));
        }
    }

    /// <summary>User-Agent as the visitor sent it.</summary>
    public ReadOnlySpan<byte> SentAgent => _agent.IsThere ? arena[_agent] : First(KnownHeader.UserAgent);

    /// <summary>Referer as the visitor sent it.</summary>
    public ReadOnlySpan<byte> SentReferer => _referer.IsThere ? arena[_referer] : First(KnownHeader.Referer);

    /// <summary>The first field of a name, or empty.</summary>
    public ReadOnlySpan<byte> First(KnownHeader header) => _request.Head.Headers.TryGet(header, out var value) ? value : default;

    /// <summary><c>http.cookie</c>: HTTP/2 may cut it into several fields, which mean one (RFC 9113 section 8.2.3).</summary>
    public ReadOnlySpan<byte> Cookie => Joined(KnownHeader.Cookie, "; "u8, ref _cookie);

    /// <summary><c>http.x_forwarded_for</c>.</summary>
    public ReadOnlySpan<byte> ForwardedFor => Joined(KnownHeader.XForwardedFor, ", "u8, ref _forwardedFor);

    /// <summary>The next field's name or value, those of HTTP/2 that are pseudo-fields there included.</summary>
    public bool Next(bool names, scoped ref int cursor, out ReadOnlySpan<byte> text)
    {
        var headers = _request.Head.Headers;
        var at = cursor++;
        if (at < headers.Count)
        {
            text = names ? headers.NameAt(at) : headers.ValueAt(at);
            return true;
        }

        at -= headers.Count;
        if (HostIsApart && at == 0)
        {
            text = names ? "host"u8 : _request.Head.Host;
            return true;
        }

        text = names ? "content-length"u8 : Length;
        return LengthIsApart && at == (HostIsApart ? 1 : 0);
    }

    /// <summary>The next value under a name, given in lower case.</summary>
    public bool Next(ReadOnlySpan<byte> name, scoped ref int cursor, out ReadOnlySpan<byte> value)
    {
        var headers = _request.Head.Headers;
        while (cursor < headers.Count)
        {
            var at = cursor++;
            if (Ascii.EqualsIgnoreCase(headers.NameAt(at), name))
            {
                value = headers.ValueAt(at);
                return true;
            }
        }

        value = default;
        if (cursor > headers.Count)
        {
            return false;
        }

        cursor++;
        if (HostIsApart && name.SequenceEqual("host"u8))
        {
            value = _request.Head.Host;
            return true;
        }

        if (LengthIsApart && name.SequenceEqual("content-length"u8))
        {
            value = Length;
            return true;
        }

        return false;
    }

    /// <summary>The next value of a cookie. Names may be percent-encoded; values stay as they came.</summary>
    public bool NextCookie(ReadOnlySpan<byte> name, scoped ref int cursor, out ReadOnlySpan<byte> value)
    {
        var text = Cookie;
        while (cursor < text.Length)
        {
            var rest = text[cursor..];
            var end = rest.IndexOf((byte)';');
            var pair = Syntax.Trim(end < 0 ? rest : rest[..end]);
            cursor = end < 0 ? text.Length : cursor + end + 1;
            var equals = pair.IndexOf((byte)'=');
            if (equals >= 0 && IsName(pair[..equals], name))
            {
                value = pair[(equals + 1)..];
                return true;
            }
        }

        value = default;
        return false;
    }

    /// <summary>The next language that the visitor takes, the dearest first (RFC 9110 section 12.5.4).</summary>
    public bool NextLanguage(scoped ref int cursor, out ReadOnlySpan<byte> tag)
    {
        // The cursor counts those that were given. Few are sent, so that looking for the next dearest each time costs little.
        var list = First(KnownHeader.AcceptLanguage);
        var (wanted, best, bestAt) = (cursor, -1, -1);
        tag = default;
        var (lastWeight, lastAt) = (int.MaxValue, -1);
        for (var given = 0; given <= wanted; given++)
        {
            (best, bestAt) = (-1, -1);
            var at = 0;
            foreach (var range in list.Split((byte)','))
            {
                if (at++ == MostLanguages)
                {
                    break;
                }

                var weight = WeightOf(list[range], out var name);
                if (name.IsEmpty || weight > lastWeight || (weight == lastWeight && at <= lastAt) || weight <= best)
                {
                    continue;
                }

                (best, bestAt) = (weight, at);
                tag = name;
            }

            (lastWeight, lastAt) = (best, bestAt);
            if (bestAt < 0)
            {
                return false;
            }
        }

        cursor++;
        return true;
    }

    private const int MostLanguages = 32;

    // HTTP/2 and 3 have them elsewhere.
    private bool HostIsApart => _request.Head.Version >= 20 && !_request.Head.Host.IsEmpty;

    private bool LengthIsApart => _request.Head is { Version: >= 20, Framing: Framing.Length };

    private ReadOnlySpan<byte> Length
    {
        get
        {
            if (!_length.IsThere)
            {
                Utf8Formatter.TryFormat(_request.Head.ContentLength, arena.Room(20), out var written);
                _length = arena.Take(written);
            }

            return arena[_length];
        }
    }

    private ReadOnlySpan<byte> Joined(KnownHeader header, ReadOnlySpan<byte> separator, ref ByteArena.Piece joined)
    {
        var headers = _request.Head.Headers;
        var first = headers.IndexOf(header);
        if (first < 0 || headers.CountOf(header) == 1)
        {
            return first < 0 ? default : headers.ValueAt(first);
        }

        if (!joined.IsThere)
        {
            var length = 0;
            for (var i = first; i < headers.Count; i++)
            {
                length += headers.KnownAt(i) == header ? headers.ValueAt(i).Length + separator.Length : 0;
            }

            var room = arena.Room(length);
            var at = 0;
            for (var i = first; i < headers.Count; i++)
            {
                if (headers.KnownAt(i) == header)
                {
                    if (at > 0)
                    {
                        separator.CopyTo(room[at..]);
                        at += separator.Length;
                    }

                    headers.ValueAt(i).CopyTo(room[at..]);
                    at += headers.ValueAt(i).Length;
                }
            }

            joined = arena.Take(at);
        }

        return arena[joined];
    }

    private static bool IsName(ReadOnlySpan<byte> sent, ReadOnlySpan<byte> name)
    {
        if (!sent.Contains((byte)'%'))
        {
            return sent.SequenceEqual(name);
        }

        var at = 0;
        for (var i = 0; i < sent.Length; i++, at++)
        {
            var octet = sent[i];
            if (
                octet == '%'
                && i + 2 < sent.Length
                && Utf8Parser.TryParse(sent.Slice(i + 1, 2), out byte decoded, out var taken, 'x')
                && taken == 2
            )
            {
                octet = decoded;
                i += 2;
            }

            if (at >= name.Length || name[at] != octet)
            {
                return false;
            }
        }

        return at == name.Length;
    }

    // In thousandths; 1000 without one.
    private static int WeightOf(ReadOnlySpan<byte> item, out ReadOnlySpan<byte> name)
    {
        var semicolon = item.IndexOf((byte)';');
        name = Syntax.Trim(semicolon < 0 ? item : item[..semicolon]);
        if (semicolon < 0)
        {
            return 1000;
        }

        var parameter = Syntax.Trim(item[(semicolon + 1)..]);
        return
            parameter.Length > 2
            && (parameter[0] | 0x20) == 'q'
            && parameter[1] == '='
            && Utf8Parser.TryParse(parameter[2..], out decimal weight, out _)
            && weight is >= 0 and <= 1
            ? (int)(weight * 1000)
            : 1000;
    }
}
