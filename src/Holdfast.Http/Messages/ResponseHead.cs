using Holdfast.Http.Headers;

namespace Holdfast.Http.Messages;

/// <summary>A response's head, interim or final. It owns its bytes and is reused for a connection's next response.</summary>
public sealed class ResponseHead
{
    private byte[] _reason = new byte[64];
    private int _reasonLength;

    /// <summary>The fields, in the order they came.</summary>
    public HeaderBlock Headers { get; } = new();

    /// <summary>100 to 999.</summary>
    public int Status { get; set; }

    /// <summary>The reason phrase as the origin wrote it; may be empty.</summary>
    public ReadOnlySpan<byte> Reason => _reason.AsSpan(0, _reasonLength);

    /// <summary>10 or 11.</summary>
    public int Version { get; set; }

    /// <summary>How the body ends, given the request's method.</summary>
    public Framing Framing { get; set; }

    /// <summary>The body's bytes with <see cref="Framing.Length"/>; for an answer to HEAD the length that GET would have, or -1.</summary>
    public long ContentLength { get; set; }

    /// <summary>Whether the connection may be used again after this response.</summary>
    public bool KeepAlive { get; set; }

    /// <summary>Whether this is an interim response (1xx, but not 101).</summary>
    public bool IsInterim => Status is >= 100 and < 200 and not 101;

    /// <summary>Forgets the response before.</summary>
    public void Clear()
    {
        Headers.Clear();
        _reasonLength = 0;
        Status = 0;
        Version = 11;
        Framing = Framing.None;
        ContentLength = -1;
        KeepAlive = false;
    }

    /// <summary>Keeps a reason phrase.</summary>
    public void SetReason(ReadOnlySpan<byte> reason)
    {
        if (_reason.Length < reason.Length)
        {
            _reason = new byte[reason.Length];
        }

        reason.CopyTo(_reason);
        _reasonLength = reason.Length;
    }
}
