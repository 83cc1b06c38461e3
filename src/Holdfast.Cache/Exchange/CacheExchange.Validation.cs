using Holdfast.Cache.Decisions;
using Holdfast.Cache.Facts;
using Holdfast.Cache.Fields;
using Holdfast.Cache.Storage;

namespace Holdfast.Cache.Exchange;

/// <content>Updates of what is stored, by a 304 or by the answer to HEAD (RFC 9111 sections 4.3.4 and 4.3.5).</content>
public sealed partial class CacheExchange
{
    private ResponseStep Confirm<T>(T fields, in ResponseFacts facts, long requested, long received)
        where T : IFields
    {
        if (!FieldUpdate.IsAbout(Stored!, fields, facts))
        {
            // The origin confirms something that we do not have.
            State = CacheState.Fetching;
            return ResponseStep.FetchAgain;
        }

        Update(fields, requested, received);
        if (!_isBehind && _slice.Length == 0 && !VisitorAnswer.IsAtHand(_request, _visitor, Stored!, received))
        {
            // With the validators and the date it has now, the visitor asks for more than is stored: the rest is asked for as if nothing
            // were stored, and joins what is. A part is no answer should that fail.
            (Stored, State, _isStored) = (null, CacheState.Fetching, false);
            return ResponseStep.FetchAgain;
        }

        State = CacheState.Serving;
        Status = CfCacheStatus.Revalidated;
        return ResponseStep.Serve;
    }

    // What was purged while the origin was asked about it is nothing that could be confirmed, updated or fallen back on.
    private ResponseStep ForgetPurged(int status)
    {
        var confirmed = State == CacheState.Revalidating && status == 304;
        (Stored, State) = (null, CacheState.Fetching);
        if (!confirmed)
        {
            return ResponseStep.Pass;
        }

        _began = store.Purges.Clock;
        return ResponseStep.FetchAgain;
    }

    // Replaces Stored by what it becomes with these fields.
    private void Update<T>(T fields, long requested, long received)
        where T : IFields
    {
        var before = Stored!;
        FieldUpdate.Merge(before, fields, _merged);
        var facts = AsRuled(ResponseFacts.Of(before.Status, _merged, received / 1000));
        var storability = Storability.Of(_request with { Method = CacheMethod.Get }, facts, _policy);
        _scratch.Clear();
        SelectingFields.Write(_scratch, _merged, _visitor);
        var selecting = facts.Has(ResponseTraits.VaryStar) ? before.Selecting : _scratch.Written;
        Stored = ResponseBuilder
            .Begin(_key.Written, selecting, _merged, facts, storability.Freshness, requested, received, _began)
            .End(before);
        Reason = storability.Reason;
        _isStored = storability.IsStorable;
        if (storability.IsStorable)
        {
            store.Replace(before, Stored);
        }
        else
        {
            store.Remove(before);
        }
    }

    private void UpdateByHead<T>(T fields, in ResponseFacts facts, long requested, long received)
        where T : IFields
    {
        if (Stored is null || facts.Status is < 200 or > 299)
        {
            return;
        }

        if (FieldUpdate.HeadAgrees(Stored, fields, facts))
        {
            Update(fields, requested, received);
        }
        else
        {
            // What HEAD describes is not what is stored (RFC 9111 section 4.3.5).
            store.Remove(Stored);
        }
    }
}
