using Holdfast.Rules.Fields;

namespace Holdfast.Edge.Rules.Signals;

/// <summary>What rules see of a request's body, as far as it was held back (the design's law 24). Until it is, all of it is unknown.</summary>
internal sealed class BodySignals
{
    private ReadOnlyMemory<byte> _held;
    private bool _isForm;
    private bool _isHeld;

    /// <summary><c>http.request.body.raw</c>: what was held.</summary>
    public ReadOnlySpan<byte> Raw => _held.Span;

    /// <summary><c>http.request.body.size</c>: the length that the visitor stated, else of what was held.</summary>
    public long Size { get; private set; }

    /// <summary><c>http.request.body.truncated</c>: whether there is more than was held.</summary>
    public bool IsTruncated { get; private set; }

    /// <summary>What was held, when it is a form; otherwise empty.</summary>
    public ReadOnlySpan<byte> Form => _isForm ? _held.Span : default;

    /// <summary>Whether a signal is known. Nobody here looks for the type of a body in its bytes.</summary>
    public bool IsKnown(Signal signal) => _isHeld && signal != Signal.HttpRequestBodyMime;

    /// <summary>Forgets the body.</summary>
    public void Clear()
    {
        _held = default;
        _isHeld = _isForm = IsTruncated = false;
        Size = 0;
    }

    /// <summary>A body was held back.</summary>
    /// <param name="held">Its beginning.</param>
    /// <param name="size">Its length as far as it is known.</param>
    /// <param name="isTruncated">Whether there is more.</param>
    /// <param name="isForm">Whether it is a form, written as a query is.</param>
    public void Hold(ReadOnlyMemory<byte> held, long size, bool isTruncated, bool isForm)
    {
        _held = held;
        _isHeld = true;
        _isForm = isForm;
        Size = size;
        IsTruncated = isTruncated;
    }
}
