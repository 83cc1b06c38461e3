using System.Text;
using Holdfast.Edge.ErrorPages;
using Holdfast.Edge.Requests;
using Holdfast.Http.Headers;
using Holdfast.Http.Messages;

namespace Holdfast.Edge.Rules.Signals;

/// <summary>What rules see of the answer.</summary>
internal sealed class ResponseSignals(ByteArena arena)
{
    private EdgeRequest? _request;
    private ByteArena.Piece _mediaType;

    /// <summary>Whether there is an answer.</summary>
    public bool IsKnown => _request is not null;

    /// <summary><c>http.response.code</c>.</summary>
    public long Code => _request!.Response.Status;

    /// <summary><c>cf.response.1xxx_code</c>: 0 when the answer is no page of the edge's with such a code.</summary>
    public long OneXxxCode =>
        _request!.Error is var error and not EdgeError.None && EdgeErrorCatalog.Get(error).Code is var code and >= 1000 ? code : 0;

    /// <summary><c>cf.response.error_type</c>: empty when the answer is no error of the edge's.</summary>
    public ReadOnlySpan<byte> ErrorType =>
        _request!.Error == EdgeError.None ? default
        : OneXxxCode > 0 ? "1xxx"u8
        : EdgeErrorCatalog.Get(_request.Error).Code >= 500 ? "5xx"u8
        : default;

    /// <summary><c>http.response.content_type.media_type</c>: without parameters, in lower case.</summary>
    public ReadOnlySpan<byte> MediaType
    {
        get
        {
            if (!_mediaType.IsThere)
            {
                _request!.Response.Headers.TryGet(KnownHeader.ContentType, out var type);
                var semicolon = type.IndexOf((byte)';');
                type = Syntax.Trim(semicolon < 0 ? type : type[..semicolon]);
                var room = arena.Room(type.Length);
                for (var i = 0; i < type.Length; i++)
                {
                    room[i] = type[i] is >= (byte)'A' and <= (byte)'Z' ? (byte)(type[i] | 0x20) : type[i];
                }

                _mediaType = arena.Take(type.Length);
            }

            return arena[_mediaType];
        }
    }

    /// <summary>No answer yet.</summary>
    public void Clear() => Begin(null);

    /// <summary>The answer's head is there, or has changed.</summary>
    public void Begin(EdgeRequest? request)
    {
        _request = request;
        _mediaType = default;
    }

    /// <summary>The next field's name or value.</summary>
    public bool Next(bool names, scoped ref int cursor, out ReadOnlySpan<byte> text)
    {
        text = default;
        if (_request is null || cursor >= _request.Response.Headers.Count)
        {
            return false;
        }

        var at = cursor++;
        text = names ? _request.Response.Headers.NameAt(at) : _request.Response.Headers.ValueAt(at);
        return true;
    }

    /// <summary>The next value under a name, given in lower case.</summary>
    public bool Next(ReadOnlySpan<byte> name, scoped ref int cursor, out ReadOnlySpan<byte> value)
    {
        while (_request is not null && cursor < _request.Response.Headers.Count)
        {
            var at = cursor++;
            if (Ascii.EqualsIgnoreCase(_request.Response.Headers.NameAt(at), name))
            {
                value = _request.Response.Headers.ValueAt(at);
                return true;
            }
        }

        value = default;
        return false;
    }
}
