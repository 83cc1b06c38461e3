using Holdfast.Cache.Decisions;
using Holdfast.Cache.Ranges;
using Holdfast.Cache.Storage;

namespace Holdfast.Cache.Exchange;

/// <summary>
/// A response on its way into the store. A complete one gets there; of one that is broken off, what has come is kept as a part when its
/// length was known and a strong validator says what it is a part of (RFC 9111 section 3.3), and otherwise nothing.
/// </summary>
public sealed class CacheFill
{
    private readonly MemoryStore _store;
    private readonly ResponseBuilder _head;
    private readonly ContentRange _part;
    private readonly long _expected;
    private StoredBody _body = new();
    private bool _isOver;

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
    }

    /// <summary>Why it will not be stored, or <see cref="NoCacheReason.None"/> so far.</summary>
    public NoCacheReason Reason { get; private set; }

    /// <summary>What it has become, once it is complete and stored; then null no more.</summary>
    public StoredResponse? Made { get; private set; }

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
        if (Reason != NoCacheReason.None || _isOver)
        {
            return;
        }

        if (_expected >= 0 && _body.Length != _expected)
        {
            BreakOff();
            return;
        }

        _isOver = true;
        if (_part.IsUsable)
        {
            Made = PartialResponses.Add(_store, _head, PartialBody.Of(_part.Complete, _part.Start, _body));
        }
        else
        {
            Made = _head.End(_body);
            _store.Add(Made);
        }
    }

    /// <summary>Says that nothing more comes. No effect after <see cref="Complete"/>.</summary>
    public void BreakOff()
    {
        if (Reason != NoCacheReason.None || _isOver)
        {
            return;
        }

        _isOver = true;
        Reason = NoCacheReason.Incomplete;
        if (_body.Length > 0 && _expected > 0)
        {
            var part = PartialBody.Of(_part.IsUsable ? _part.Complete : _expected, _part.Start, _body);
            PartialResponses.AddBrokenOff(_store, _head, part);
        }
    }

    // Whether it is a part of a version, or can be the first of one.
    internal bool IsPartOf(StoredResponse? pin) =>
        pin is null ? _head.HasStrongValidator : pin.BodyLength == _part.Complete && _head.IsPartOf(pin);
}
