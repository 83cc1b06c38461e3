using Holdfast.Cache.Decisions;
using Holdfast.Cache.Facts;
using Holdfast.Cache.Fields;
using Holdfast.Cache.Policy;
using Holdfast.Cache.Storage;

namespace Holdfast.Cache.Exchange;

/// <content>
/// Answers to POST that are what a GET for the same target would get (RFC 9110 section 9.3.3). They are stored for GET and HEAD; no POST is ever
/// answered from the store.
/// </content>
public sealed partial class CacheExchange
{
    private bool _mayStorePost;
    private long _invalidations;

    /// <summary>Says that the origin answers before it has all of the request: such an answer to a POST is not stored.</summary>
    public void AnsweredEarly() => _mayStorePost = false;

    // A rule must have said that answers may be cached: the profiles do not speak of POST.
    private void BeginPost<T>(in CacheRequest request, T fields, CachePolicy policy, long now)
        where T : IFields
    {
        _mayStorePost =
            request.Method.SequenceEqual("POST"u8)
            && policy.Eligible == true
            && now >= policy.DevelopmentModeUntil
            && _tier == TierRequest.None
            && !_request.Has(RequestTraits.Disguise)
            && !request.Host.ContainsAnyInRange((byte)'A', (byte)'Z');
        if (_mayStorePost)
        {
            _began = store.Purges.Clock;
            _invalidations = store.Fills.InvalidationsOf(CacheKey.HashOf(_key.Written));
            _visitor.CopyFrom(fields);
        }
    }

    // Whether another unsafe request was answered since this one began: the origin may have dealt with that one last.
    private bool WasOvertaken => store.Fills.InvalidationsOf(CacheKey.HashOf(_key.Written)) != _invalidations;

    // After everything under the key was invalidated, and what was on its way there.
    private ResponseStep StorePost<T>(int status, T fields, long length, long requested, long received)
        where T : IFields
    {
        _invalidations = store.Fills.InvalidationsOf(CacheKey.HashOf(_key.Written));
        var told = ResponseFacts.Of(status, fields, received / 1000);
        var facts = AsRuled(told);
        var asGet = _request with { Method = CacheMethod.Get, Traits = _request.Traits & RequestTraits.Authorization };

        // The response itself must say so: a rule for all that is cached was not made with this in mind.
        var storability = Storability.Of(asGet, told, _policy);
        if (
            !storability.IsStorable
            || storability.Freshness is not { Source: FreshnessSource.Explicit, Seconds: > 0 }
            || !Storability.Of(asGet, facts, _policy).IsStorable
            || facts.Has(ResponseTraits.SetCookie)
            || !NamesTarget(fields)
        )
        {
            return ResponseStep.Pass;
        }

        // Others may join it as it arrives; and another POST meanwhile must find it, so that it is not stored after that one.
        var slot = SlotOf(CacheKey.HashOf(_key.Written));
        Shared = store.Fills.Seek(_key.Written, slot, _visitor, default, store.Purges, _began, mayLead: true, _scratch, out _leads);
        if (!_leads || WasOvertaken)
        {
            LeaveShared();
            return ResponseStep.Pass;
        }

        _request = asGet;
        State = CacheState.Fetching;
        return Store(fields, facts, length, requested, received);
    }

    // Whether Content-Location is there once, and is the target.
    private bool NamesTarget<T>(T fields)
        where T : IFields
    {
        ReadOnlySpan<byte> location = default;
        for (var i = 0; i < fields.Count; i++)
        {
            if (fields.FieldAt(i) != FieldName.ContentLocation)
            {
                continue;
            }

            if (!location.IsEmpty)
            {
                return false;
            }

            location = fields.ValueAt(i);
        }

        if (location.IsEmpty || KeyOf(location) is not { } key)
        {
            return false;
        }

        // What a rule has added to the key is no part of the target.
        var scope = _key.Written.IndexOf((byte)0) + 1;
        var end = _key.Written[scope..].IndexOf((byte)0);
        return key.Written.SequenceEqual(end < 0 ? _key.Written : _key.Written[..(scope + end)]);
    }
}
