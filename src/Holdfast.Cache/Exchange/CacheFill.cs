using Holdfast.Cache.Decisions;
using Holdfast.Cache.Storage;

namespace Holdfast.Cache.Exchange;

/// <summary>
/// A response on its way into the store. Only a complete one gets there: one that is broken off, too long, or shorter than its
/// Content-Length leaves no trace.
/// </summary>
public sealed class CacheFill
{
    private readonly MemoryStore _store;
    private readonly ResponseBuilder _head;
    private readonly StoredBody _body = new();
    private readonly long _expected;

    internal CacheFill(MemoryStore store, ResponseBuilder head, long expected)
    {
        _store = store;
        _head = head;
        _expected = expected;
    }

    /// <summary>Why it will not be stored, or <see cref="NoCacheReason.None"/> so far.</summary>
    public NoCacheReason Reason { get; private set; }

    /// <summary>Takes the next bytes of the body.</summary>
    public void Append(ReadOnlySpan<byte> bytes)
    {
        if (Reason != NoCacheReason.None)
        {
            return;
        }

        if (_body.Length + bytes.Length > _store.Limits.LargestBody)
        {
            Reason = NoCacheReason.TooLarge;
            return;
        }

        _body.Append(bytes, _expected < 0 ? -1 : _expected - _body.Length);
    }

    /// <summary>Says that the body is whole; stores the response.</summary>
    public void Complete()
    {
        if (Reason != NoCacheReason.None)
        {
            return;
        }

        if (_expected >= 0 && _body.Length != _expected)
        {
            Reason = NoCacheReason.Incomplete;
            return;
        }

        _store.Add(_head.End(_body));
    }
}
