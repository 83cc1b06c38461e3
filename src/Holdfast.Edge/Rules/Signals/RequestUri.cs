using System.Text;
using Holdfast.Edge.Requests;
using Holdfast.Http.Messages;

namespace Holdfast.Edge.Rules.Signals;

/// <summary>What rules see of a request's target: normal form, extension, whole URI. Each part is computed when it is first asked for.</summary>
internal sealed class RequestUri(ByteArena arena)
{
    private EdgeRequest _request = null!;
    private ByteArena.Piece _path;
    private ByteArena.Piece _target;
    private ByteArena.Piece _full;
    private ByteArena.Piece _rawFull;
    private ByteArena.Piece _extension;
    private ByteArena.Piece _rawExtension;
    private ByteArena.Piece _host;
    private ByteArena.Piece _rewritten;
    private bool _isPathNormal;

    /// <summary>Begins with a request.</summary>
    public void Begin(EdgeRequest request)
    {
        _request = request;
        _rewritten = default;
        RewrittenPathLength = 0;
        _path = _target = _full = _rawFull = _extension = _rawExtension = _host = default;
        _isPathNormal = !NormalPath.MayDiffer(request.Head.Path) || request.Head.Form == TargetForm.Asterisk;
    }

    /// <summary>Whether a rule has given the request another target.</summary>
    public bool IsRewritten => _rewritten.IsThere;

    /// <summary>That target.</summary>
    public ReadOnlySpan<byte> Rewritten => arena[_rewritten];

    /// <summary>How long its path is.</summary>
    public int RewrittenPathLength { get; private set; }

    /// <summary>Gives the request another target, which later rules see.</summary>
    public void Rewrite(ReadOnlySpan<byte> target, int pathLength)
    {
        _rewritten = arena.Add(target);
        RewrittenPathLength = pathLength;
        _path = _target = _full = _extension = default;
        _isPathNormal = !NormalPath.MayDiffer(target[..pathLength]);
    }

    /// <summary><c>http.host</c>: the name in lower case, without a port.</summary>
    public ReadOnlySpan<byte> Host
    {
        get
        {
            if (!_host.IsThere)
            {
                Syntax.SplitHost(_request.Head.Host, out var name, out _);
                Ascii.ToLower(name, arena.Room(name.Length), out var length);
                _host = arena.Take(length);
            }

            return arena[_host];
        }
    }

    /// <summary><c>http.request.uri.path</c>: in normal form.</summary>
    public ReadOnlySpan<byte> Path
    {
        get
        {
            if (_isPathNormal)
            {
                return _request.ForwardPath;
            }

            if (!_path.IsThere)
            {
                // Room may move what was rewritten; the span of it stays good.
                var path = _request.ForwardPath;
                _path = arena.Take(NormalPath.Write(path, arena.Room(path.Length)));
            }

            return arena[_path];
        }
    }

    /// <summary><c>http.request.uri.query</c>: without its question mark.</summary>
    public ReadOnlySpan<byte> Query => _request.ForwardQuery is { IsEmpty: false } query ? query[1..] : default;

    /// <summary><c>http.request.uri</c>.</summary>
    public ReadOnlySpan<byte> Target
    {
        get
        {
            if (_isPathNormal)
            {
                return _request.ForwardTarget;
            }

            if (!_target.IsThere)
            {
                _target = Join(default, default, Path, _request.ForwardQuery);
            }

            return arena[_target];
        }
    }

    /// <summary><c>http.request.full_uri</c>.</summary>
    public ReadOnlySpan<byte> Full
    {
        get
        {
            if (!_full.IsThere)
            {
                _full = Whole(Target);
            }

            return arena[_full];
        }
    }

    /// <summary><c>http.request.uri.path.extension</c>: what stands behind the last full stop of the last segment, in lower case.</summary>
    public ReadOnlySpan<byte> Extension
    {
        get
        {
            if (!_extension.IsThere)
            {
                _extension = ExtensionOf(Path);
            }

            return arena[_extension];
        }
    }

    /// <summary><c>raw.http.request.uri.path</c>: as it came.</summary>
    public ReadOnlySpan<byte> RawPath => _request.Head.Path;

    /// <summary><c>raw.http.request.uri.query</c>.</summary>
    public ReadOnlySpan<byte> RawQuery => _request.Head.Query is { IsEmpty: false } query ? query[1..] : default;

    /// <summary><c>raw.http.request.uri</c>.</summary>
    public ReadOnlySpan<byte> RawTarget => _request.Head.Target;

    /// <summary><c>raw.http.request.full_uri</c>.</summary>
    public ReadOnlySpan<byte> RawFull
    {
        get
        {
            if (!_rawFull.IsThere)
            {
                _rawFull = Whole(RawTarget);
            }

            return arena[_rawFull];
        }
    }

    /// <summary><c>raw.http.request.uri.path.extension</c>.</summary>
    public ReadOnlySpan<byte> RawExtension
    {
        get
        {
            if (!_rawExtension.IsThere)
            {
                _rawExtension = ExtensionOf(RawPath);
            }

            return arena[_rawExtension];
        }
    }

    // With the port that the visitor named: it is part of the URI.
    private ByteArena.Piece Whole(ReadOnlySpan<byte> target) =>
        Join(_request.IsHttps ? "https://"u8 : "http://"u8, _request.Head.Host, target, default);

    private ByteArena.Piece Join(ReadOnlySpan<byte> scheme, ReadOnlySpan<byte> host, ReadOnlySpan<byte> path, ReadOnlySpan<byte> query)
    {
        var length = scheme.Length + host.Length + path.Length + query.Length;
        var room = arena.Room(length);
        scheme.CopyTo(room);
        Ascii.ToLower(host, room[scheme.Length..], out _);
        path.CopyTo(room[(scheme.Length + host.Length)..]);
        query.CopyTo(room[(scheme.Length + host.Length + path.Length)..]);
        return arena.Take(length);
    }

    private ByteArena.Piece ExtensionOf(ReadOnlySpan<byte> path)
    {
        var name = path[(path.LastIndexOf((byte)'/') + 1)..];
        var dot = name.LastIndexOf((byte)'.');
        var extension = dot < 0 ? default : name[(dot + 1)..];
        var room = arena.Room(extension.Length);
        for (var i = 0; i < extension.Length; i++)
        {
            room[i] = extension[i] is >= (byte)'A' and <= (byte)'Z' ? (byte)(extension[i] | 0x20) : extension[i];
        }

        return arena.Take(extension.Length);
    }
}
