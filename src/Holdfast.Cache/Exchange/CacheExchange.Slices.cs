using System.Buffers.Binary;
using Holdfast.Cache.Decisions;
using Holdfast.Cache.Facts;
using Holdfast.Cache.Fields;
using Holdfast.Cache.Policy;
using Holdfast.Cache.Ranges;
using Holdfast.Cache.Storage;

namespace Holdfast.Cache.Exchange;

/// <content>
/// Large responses in slices: parts of one size, each fetched and stored by itself when somebody needs bytes of it. What is stored under
/// the target's own key, whole or a part, is the pin: it says which version is served and for how long. A slice belongs to it when their
/// strong validators are the same (RFC 9111 section 3.4), whenever the slice came.
/// </content>
public sealed partial class CacheExchange
{
    /// <summary>
    /// The bytes of a slice: 1 MiB. A seek fetches at most that much more than it needs on either side; and a slice is a moment's work
    /// for an origin, which is asked for a thousand of them for each gigabyte.
    /// </summary>
    public const long SliceLength = 1024 * 1024;

    private StoredResponse? _pin;

    // How much of the key says which slice it is.
    private int _keySuffix;
    private ByteRange _slice;

    /// <summary>Whether the answer that the store does not have may be put together from slices.</summary>
    public bool MayBeSliced =>
        State is CacheState.Fetching or CacheState.Revalidating
        && _request.Method == CacheMethod.Get
        && !_request.Has(RequestTraits.OriginCondition)
        && Stored is null or { IsPartial: true };

    /// <summary>What is stored of the response and fresh, without the bytes that the request needs; null when that is nothing.</summary>
    public StoredResponse? Pin => State == CacheState.Fetching && _pin is not null && StrongValidator.IsThere(_pin) ? _pin : null;

    /// <summary>The slice, after the origin was asked for it or the store had it; null when it could not be had.</summary>
    public StoredResponse? Slice => State == CacheState.Serving ? Stored : Fill?.Made;

    /// <summary>The slice that a request needs first, while nobody knows how long the whole is; -1 when that cannot be said.</summary>
    public long FirstSlice()
    {
        for (var i = 0; i < _visitor.Count; i++)
        {
            if (_visitor.FieldAt(i) == FieldName.Range)
            {
                return RangeRequest.StartOf(_visitor.ValueAt(i)) is var start and >= 0 ? start / SliceLength : -1;
            }
        }

        return 0;
    }

    /// <summary>Begins to get one slice, in the name of a visitor.</summary>
    /// <param name="request">The visitor's request.</param>
    /// <param name="fields">Its fields as they came.</param>
    /// <param name="policy">The zone's policy.</param>
    /// <param name="index">Which slice, from 0.</param>
    /// <param name="pin">What it must belong to; null for the first one, which becomes the pin.</param>
    /// <param name="now">Milliseconds since 1970.</param>
    /// <returns>Fetch, Revalidate or Serve.</returns>
    public RequestStep BeginSlice<T>(in CacheRequest request, T fields, CachePolicy policy, long index, StoredResponse? pin, long now)
        where T : IFields
    {
        Clear();
        WriteKey(request, policy);
        _tier = request.Tier;
        _began = store.Purges.Clock;
        _slice = new ByteRange(index * SliceLength, SliceLength);
        _pin = pin;
        if (pin is not null)
        {
            _key.Add(0);
            BinaryPrimitives.WriteInt64LittleEndian(_key.Reserve(sizeof(long)), index);
            _keySuffix = 1 + sizeof(long);
        }

        _visitor.CopyFrom(fields);
        var facts = RequestFacts.Of("GET"u8, fields);
        _request = facts with { Traits = (facts.Traits & RequestTraits.Authorization) | RequestTraits.Range };
        Stored = store.Find(_key.Written, CacheKey.HashOf(_key.Written), fields, _scratch, out _);
        Forwarded = Stored is null ? ForwardReason.UriMiss : ForwardReason.Stale;
        var step = StepOf(Stored, now);
        (State, Stored) = step switch
        {
            RequestStep.Serve => (CacheState.Serving, Stored),
            RequestStep.Revalidate => (CacheState.Revalidating, Stored),
            _ => (CacheState.Fetching, null),
        };
        return step;
    }

    /// <summary>Answers from a pin and its slices.</summary>
    /// <param name="pin">The pin.</param>
    /// <param name="fetched">Whether the origin was asked for it, or for the first slice.</param>
    public void ServeSlices(StoredResponse pin, bool fetched)
    {
        Stored = pin;
        State = CacheState.Serving;
        Status = fetched ? CfCacheStatus.Miss : CfCacheStatus.Hit;
        Forwarded = fetched ? Forwarded : ForwardReason.None;
        ForwardStatus = fetched ? 206 : 0;
        _isStored = fetched;
    }

    /// <summary>What of a pin and its slices answers the visitor.</summary>
    public VisitorAnswer AnswerFrom(StoredResponse pin, long now) => VisitorAnswer.Of(_request, _visitor, pin, now);

    /// <summary>Forgets a version that the origin does not have any more; its slices belong to nothing then.</summary>
    public void Forget(StoredResponse pin) => store.Remove(pin);

    private RequestStep StepOf(StoredResponse? stored, long now)
    {
        if (stored is null || !stored.Has(new ByteRange(_slice.Start, Math.Min(_slice.Length, stored.BodyLength - _slice.Start))))
        {
            return RequestStep.Fetch;
        }

        if (_pin is not null)
        {
            return IsOfPin(stored) ? RequestStep.Serve : RequestStep.Fetch;
        }

        return (_tier & TierRequest.WantsFresh) == 0 && ReuseRules.Of(_request, stored, _policy, now) != Reuse.Revalidate
                ? RequestStep.Serve
            : stored.IsPartial ? RequestStep.Revalidate
            : RequestStep.Fetch;
    }

    private bool IsOfPin(StoredResponse slice) => slice.BodyLength == _pin!.BodyLength && StrongValidator.IsSame(slice, _pin);

    // Anything but the slice that was asked for, of the version that was asked for, is of no use here.
    private ResponseStep StoreSlice<T>(T fields, in ResponseFacts facts, long length, long requested, long received)
        where T : IFields
    {
        var part = facts.Part;
        if (!part.IsUsable || part.Start != _slice.Start || part.Length != Math.Min(_slice.Length, part.Complete - part.Start))
        {
            return ResponseStep.Drop;
        }

        var step = Store(fields, facts, length, requested, received);
        if (step == ResponseStep.PassAndStore && Fill!.IsPartOf(_pin))
        {
            return step;
        }

        Fill = null;
        return ResponseStep.Drop;
    }
}
