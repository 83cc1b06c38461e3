using Holdfast.Cache.Collapsing;
using Holdfast.Cache.Decisions;
using Holdfast.Cache.Storage;

namespace Holdfast.Cache.Exchange;

/// <summary>
/// A response on its way into the store, and to everybody who reads it meanwhile. Only a complete one gets into the store: one that is
/// broken off, too long, or shorter than its Content-Length leaves no trace. One flow of control writes it; any number read.
/// </summary>
public sealed class CacheFill
{
    private readonly MemoryStore _store;
    private readonly ResponseBuilder _head;
    private readonly FillBody _body;
    private readonly long _expected;
    private long _held;
    private bool _isStored;
    private bool _isEnded;

    internal CacheFill(MemoryStore store, ResponseBuilder head, long expected)
    {
        _store = store;
        _head = head;
        _expected = expected;
        _body = new FillBody(store.Fills.Spill);
        Response = head.Head(expected);
    }

    /// <summary>The response, without its body.</summary>
    public StoredResponse Response { get; }

    /// <summary>Why it will not be stored, or <see cref="NoCacheReason.None"/> so far.</summary>
    public NoCacheReason Reason { get; private set; }

    /// <summary>Why it was broken off, as a number of the caller's; 0 when it was not.</summary>
    public int Failure { get; private set; }

    // Those who wait for it, when there can be any.
    internal CollapsedFill? Shared { get; set; }

    /// <summary>Whether anybody reads it now. One that nobody reads goes on for the store's sake.</summary>
    public bool IsRead => _body.IsRead;

    /// <summary>Begins to read, from this byte on. Null when the body's beginning is gone already.</summary>
    public FillReader? TryRead(long offset)
    {
        var reader = new FillReader(_body, offset);
        return _body.TryAdd(reader) ? reader : null;
    }

    /// <summary>
    /// Takes the next bytes of the body. Readers see them from <see cref="SettleAsync"/> on; with the last byte of a known length the
    /// response is in the store before, so that whoever has read it and asks next finds it there.
    /// </summary>
    public void Append(ReadOnlySpan<byte> bytes)
    {
        if (bytes.IsEmpty || Reason == NoCacheReason.Incomplete)
        {
            return;
        }

        if (_expected >= 0 && _body.Length + bytes.Length > _expected)
        {
            GiveUp(NoCacheReason.Incomplete);
            return;
        }

        if (Reason == NoCacheReason.None)
        {
            Hold(bytes.Length);
        }

        _body.Append(bytes, _expected < 0 ? -1 : _expected - _body.Length);
        if (Reason == NoCacheReason.None && _body.Length == _expected)
        {
            Store();
        }
    }

    /// <summary>Shows readers what came, and waits as long as none of them needs more of a body that is not stored.</summary>
    /// <returns>False when it is neither stored nor read by anybody: then it need not go on.</returns>
    public ValueTask<bool> SettleAsync() => _body.SettleAsync();

    /// <summary>
    /// Says that it takes too long for a body that nobody waits for: it will not be stored. Whoever has begun to read it meanwhile still
    /// gets all of it.
    /// </summary>
    public void Abandon()
    {
        if (Reason == NoCacheReason.None && !_isStored)
        {
            GiveUp(NoCacheReason.Abandoned);
        }
    }

    /// <summary>Says that the body is whole; stores the response.</summary>
    public void Complete()
    {
        if (_isEnded)
        {
            return;
        }

        _isEnded = true;
        if (Reason == NoCacheReason.None && !_isStored)
        {
            if (_expected >= 0 && _body.Length != _expected)
            {
                GiveUp(NoCacheReason.Incomplete);
            }
            else
            {
                Store();
            }
        }

        Shared?.End();
        _body.End(whole: Reason != NoCacheReason.Incomplete);
    }

    /// <summary>Says that the body breaks off here; without effect when it is whole.</summary>
    /// <param name="failure">Why, for <see cref="Failure"/>.</param>
    public void Break(int failure)
    {
        if (_isEnded)
        {
            return;
        }

        _isEnded = true;
        if (!_isStored)
        {
            Failure = failure;
            GiveUp(NoCacheReason.Incomplete);
        }

        _body.End(whole: _isStored);
    }

    private void Hold(int bytes)
    {
        if (_body.Length + bytes > _store.Limits.LargestBody)
        {
            GiveUp(NoCacheReason.TooLarge);
        }
        else if (!_store.Fills.TryHold(bytes))
        {
            GiveUp(NoCacheReason.Busy);
        }
        else
        {
            _held += bytes;
        }
    }

    private void Store()
    {
        var response = Shared is { IsForgotten: true } ? null : _head.End(_body.Memory);
        if (response is not null && !_store.Add(response))
        {
            Reason = NoCacheReason.Purged;
        }

        if (Shared is { IsForgotten: true })
        {
            // Looked at once more: it may have been invalidated between the first look and its being there.
            Reason = NoCacheReason.Invalidated;
            if (response is not null)
            {
                _store.Remove(response);
            }
        }

        _isStored = true;
        LetGo();
    }

    private void GiveUp(NoCacheReason reason)
    {
        Reason = reason;
        _body.Narrow();
        LetGo();
    }

    private void LetGo()
    {
        Shared?.End();
        _store.Fills.LetGo(_held);
        _held = 0;
    }
}
