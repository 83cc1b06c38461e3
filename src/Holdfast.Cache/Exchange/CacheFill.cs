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
    private StoredBody _body = new();
    private readonly long _expected;
    private bool _isStored;

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
        if (Reason != NoCacheReason.None || bytes.IsEmpty)
        {
            return;
        }

        if (_expected >= 0 && _body.Length + bytes.Length > _expected)
        {
            Reason = NoCacheReason.Incomplete;
            return;
        }

        if (_body.Length + bytes.Length > _store.Limits.LargestBody)
        {
            // The rest of the response may take long, and nobody needs what has come of it.
            Reason = NoCacheReason.TooLarge;
            _body = new StoredBody();
            return;
        }

        _body.Append(bytes, _expected < 0 ? -1 : _expected - _body.Length);
        if (_body.Length == _expected)
        {
            // Before its last byte reaches the visitor, so that whoever asks next finds it.
            Complete();
        }
    }

    /// <summary>Says that the body is whole; stores the response.</summary>
    public void Complete()
    {
        if (Reason != NoCacheReason.None || _isStored)
        {
            return;
        }

        if (_expected >= 0 && _body.Length != _expected)
        {
            Reason = NoCacheReason.Incomplete;
            return;
        }

        _isStored = true;
        if (!_store.Add(_head.End(_body)))
        {
            Reason = NoCacheReason.Purged;
        }
    }
}
