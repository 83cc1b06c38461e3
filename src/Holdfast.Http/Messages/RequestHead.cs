using System.Text;
using Holdfast.Http.Headers;

namespace Holdfast.Http.Messages;

/// <summary>The methods that the edge treats in a way of their own. Any other token is <see cref="Other"/> and passes.</summary>
public enum KnownMethod : byte
{
#pragma warning disable CS1591 // A member is the method of that name.
    Other,
    Get,
    Head,
    Post,
    Put,
    Delete,
    Options,
    Patch,
    Connect,
    Trace,
#pragma warning restore CS1591
}

/// <summary>The forms of a request target (RFC 9112 section 3.2) that the edge accepts.</summary>
public enum TargetForm : byte
{
    /// <summary><c>/path?query</c>.</summary>
    Origin,

    /// <summary><c>http://host/path?query</c>; only path and query go on.</summary>
    Absolute,

    /// <summary><c>*</c>, with OPTIONS.</summary>
    Asterisk,
}

/// <summary>
/// A request's head. It owns its bytes and is reused for a connection's next request; spans taken from it are valid until then.
/// </summary>
public sealed class RequestHead
{
    private byte[] _line = new byte[512];
    private int _methodLength;
    private int _targetStart;
    private int _targetLength;
    private int _pathLength;
    private int _hostStart;
    private int _hostLength;

    /// <summary>The fields, in the order they came.</summary>
    public HeaderBlock Headers { get; } = new();

    /// <summary>The method.</summary>
    public KnownMethod Method { get; private set; }

    /// <summary>The method's own bytes; methods are case-sensitive.</summary>
    public ReadOnlySpan<byte> MethodBytes => _line.AsSpan(0, _methodLength);

    /// <summary>Path and query exactly as the visitor sent them; <c>/</c> for an absolute-form target without a path.</summary>
    public ReadOnlySpan<byte> Target => _line.AsSpan(_targetStart, _targetLength);

    /// <summary>The target up to its question mark.</summary>
    public ReadOnlySpan<byte> Path => _line.AsSpan(_targetStart, _pathLength);

    /// <summary>The target from its question mark on; empty when it has none.</summary>
    public ReadOnlySpan<byte> Query => _line.AsSpan(_targetStart + _pathLength, _targetLength - _pathLength);

    /// <summary>Host and port as the visitor named them; empty only in HTTP/1.0 without a Host.</summary>
    public ReadOnlySpan<byte> Host => _line.AsSpan(_hostStart, _hostLength);

    /// <summary>The form that the target came in.</summary>
    public TargetForm Form { get; private set; }

    /// <summary>10, 11, 20 or 30.</summary>
    public int Version { get; set; }

    /// <summary>How the body ends.</summary>
    public Framing Framing { get; set; }

    /// <summary>The body's bytes with <see cref="Framing.Length"/>.</summary>
    public long ContentLength { get; set; }

    /// <summary>Whether the visitor lets the connection stand after the answer.</summary>
    public bool KeepAlive { get; set; }

    /// <summary>Whether the visitor waits for 100 before it sends the body.</summary>
    public bool ExpectsContinue { get; set; }

    /// <summary>Whether the visitor asks for another protocol by <c>Upgrade</c> in HTTP/1.1.</summary>
    public bool WantsUpgrade { get; set; }

    /// <summary>How many bytes the head took on the connection; 0 where the codec did not read it.</summary>
    public int ByteCount { get; internal set; }

    /// <summary>Forgets the request before.</summary>
    public void Clear()
    {
        Headers.Clear();
        _methodLength = _targetStart = _targetLength = _pathLength = _hostStart = _hostLength = 0;
        Method = KnownMethod.Other;
        Form = TargetForm.Origin;
        Version = 11;
        Framing = Framing.None;
        ContentLength = 0;
        ByteCount = 0;
        KeepAlive = ExpectsContinue = WantsUpgrade = false;
    }

    /// <summary>Sets method, target and host from their parts. The caller has checked them.</summary>
    public void SetLine(ReadOnlySpan<byte> method, ReadOnlySpan<byte> target, ReadOnlySpan<byte> host, TargetForm form)
    {
        var needed = method.Length + target.Length + host.Length;
        if (_line.Length < needed)
        {
            _line = new byte[Math.Max(_line.Length * 2, needed)];
        }

        method.CopyTo(_line);
        target.CopyTo(_line.AsSpan(method.Length));
        host.CopyTo(_line.AsSpan(method.Length + target.Length));
        _methodLength = method.Length;
        _targetStart = method.Length;
        _targetLength = target.Length;
        _hostStart = method.Length + target.Length;
        _hostLength = host.Length;
        var question = target.IndexOf((byte)'?');
        _pathLength = question < 0 ? target.Length : question;
        Form = form;
        Method = FindMethod(method);
    }

    /// <summary>Method, target and host as text, for people.</summary>
    public override string ToString() =>
        $"{Encoding.Latin1.GetString(MethodBytes)} {Encoding.Latin1.GetString(Target)} ({Encoding.Latin1.GetString(Host)})";

    internal static KnownMethod FindMethod(ReadOnlySpan<byte> method) =>
        method.Length switch
        {
            3 when method.SequenceEqual("GET"u8) => KnownMethod.Get,
            3 when method.SequenceEqual("PUT"u8) => KnownMethod.Put,
            4 when method.SequenceEqual("POST"u8) => KnownMethod.Post,
            4 when method.SequenceEqual("HEAD"u8) => KnownMethod.Head,
            5 when method.SequenceEqual("PATCH"u8) => KnownMethod.Patch,
            5 when method.SequenceEqual("TRACE"u8) => KnownMethod.Trace,
            6 when method.SequenceEqual("DELETE"u8) => KnownMethod.Delete,
            7 when method.SequenceEqual("OPTIONS"u8) => KnownMethod.Options,
            7 when method.SequenceEqual("CONNECT"u8) => KnownMethod.Connect,
            _ => KnownMethod.Other,
        };
}
