using Holdfast.Cache.Collapsing;
using Holdfast.Cache.Decisions;
using Holdfast.Cache.Ranges;
using Holdfast.Cache.Storage;

namespace Holdfast.Cache.Exchange;

/// <summary>
/// A response on its way into the store, and to everybody who reads it meanwhile. A complete one gets into the store; of one that is
/// broken off, what has come is kept as a part when its length was known and a strong validator says what it is a part of (RFC 9111
/// section 3.3), and otherwise nothing. One flow of control writes it; any number read.
/// </summary>
public sealed partial class CacheFill
{
    private readonly MemoryStore _store;
    private readonly ResponseBuilder _head;
    private readonly ContentRange _part;
    private readonly FillBody _body;
    private readonly long _expected;
    private long _held;
    private bool _isStored;
    private bool _isEnded;

    /// <param name="store">Where it goes.</param>
    /// <param name="head">Everything but the body.</param>
    /// <param name="expected">The bytes that come, or -1.</param>
    /// <param name="part">Of a 206, which bytes those are.</param>
    internal CacheFill(MemoryStore store, ResponseBuilder head, long expected, ContentRange part)
    {
        _store = store;
        _head = head;
        _part = part;
        _expected = part.IsUsable ? part.Length : expected;
        _body = new FillBody(store.Fills.Spill);
        Response = head.Head(part.IsUsable ? part.Complete : expected);
    }

    /// <summary>The response, without its body.</summary>
    public StoredResponse Response { get; }

    /// <summary>Why it will not be stored, or <see cref="NoCacheReason.None"/> so far.</summary>
    public NoCacheReason Reason { get; private set; }

    /// <summary>What it has become, once it is complete and stored.</summary>
    public StoredResponse? Made { get; private set; }

    /// <summary>Why it was broken off, as a number of the caller's; 0 when it was not.</summary>
    public int Failure { get; private set; }

    /// <summary>Whether its body goes over the disk, because it is too large for memory.</summary>
    public bool IsLarge { get; private set; }

    /// <summary>Whether it is only a part of a response.</summary>
    public bool IsPart => _part.IsUsable;

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

        _body.Append(bytes, _expected < 0 || Reason != NoCacheReason.None ? -1 : _expected - _body.Length);
        if (Reason == NoCacheReason.None && _large is null && _body.Length == _expected)
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
                GiveUpIncomplete();
            }
            else if (_large is not null)
            {
                // Nobody has had it kept.
                GiveUp(NoCacheReason.TooLarge);
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
            GiveUpIncomplete();
        }

        _body.End(whole: _isStored);
    }

    private void Hold(int bytes)
    {
        if (_large is { } large)
        {
            if (_body.Length + bytes > large.Most)
            {
                GiveUp(NoCacheReason.TooLarge);
            }
        }
        else if (_body.Length + bytes > _store.Limits.LargestBody)
        {
            if (!TryGoOnOnDisk(bytes))
            {
                GiveUp(NoCacheReason.TooLarge);
            }
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
        if (Shared is not { IsForgotten: true })
        {
            Made = Stored();
        }

        if (Shared is { IsForgotten: true })
        {
            // Looked at once more: it may have been invalidated between the first look and its being there.
            Reason = NoCacheReason.Invalidated;
            if (Made is { } made)
            {
                _store.Remove(made);
            }
        }

        _isStored = true;
        LetGo();
    }

    private StoredResponse Stored()
    {
        if (_part.IsUsable)
        {
            return PartialResponses.Add(_store, _head, PartialBody.Of(_part.Complete, _part.Start, _body.Memory));
        }

        var whole = _head.End(_body.Memory);
        if (!_store.Add(whole))
        {
            // Who has asked before the purge gets it all the same.
            Reason = NoCacheReason.Purged;
        }

        return whole;
    }

    private void GiveUpIncomplete()
    {
        if (Reason != NoCacheReason.None || _large is not null || _body.Length == 0 || _expected < 0 || Shared is { IsForgotten: true })
        {
            GiveUp(NoCacheReason.Incomplete);
            return;
        }

        // What has come stays in memory: it may be a part.
        Reason = NoCacheReason.Incomplete;
        var part = PartialBody.Of(_part.IsUsable ? _part.Complete : _expected, _part.Start, _body.Memory);
        PartialResponses.AddBrokenOff(_store, _head, part);
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

    // Whether it is a part of a version, or can be the first of one.
    internal bool IsPartOf(StoredResponse? pin) =>
        pin is null ? _head.HasStrongValidator : pin.BodyLength == _part.Complete && _head.IsPartOf(pin);
}
