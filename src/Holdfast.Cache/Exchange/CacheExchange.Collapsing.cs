using Holdfast.Cache.Collapsing;
using Holdfast.Cache.Decisions;
using Holdfast.Cache.Directives;
using Holdfast.Cache.Facts;
using Holdfast.Cache.Fields;
using Holdfast.Cache.Ranges;
using Holdfast.Cache.Storage;

namespace Holdfast.Cache.Exchange;

/// <content>Requests for the same that wait for one of them (RFC 9111 section 4: collapsed requests).</content>
public sealed partial class CacheExchange
{
    // What a visitor's own directives ask of the origin, another visitor's request does not answer.
    private const Directive OwnWishes = Directive.NoCache | Directive.NoStore | Directive.MaxAge | Directive.MinFresh;

    /// <summary>The request to the origin that this one waits for, or makes for others.</summary>
    public CollapsedFill? Shared { get; private set; }

    /// <summary>The request to the origin that this one makes for others too, or null.</summary>
    public CollapsedFill? Led => _leads ? Shared : null;

    /// <summary>After <see cref="JoinStep.ServeFill"/>: where the body is read, from its beginning.</summary>
    public FillReader? Reader { get; private set; }

    /// <summary>Whether another request's answer, or its failure, answers this one.</summary>
    public bool IsCollapsed { get; private set; }

    /// <summary>Whether this request waited for another one and was not answered by it.</summary>
    public bool WasLetGo { get; private set; }

    /// <summary>Says who asks the origin. After <see cref="RequestStep.Fetch"/> and <see cref="RequestStep.Revalidate"/>.</summary>
    public CollapseStep Collapse(long now)
    {
        if (IsOnItsOwn)
        {
            return CollapseStep.Alone;
        }

        var hash = CacheKey.HashOf(_key.Written);
        var slot = SlotOf(hash);
        _isMarked = store.Fills.IsMarked(slot, now);
        if (_isMarked)
        {
            return CollapseStep.Alone;
        }

        // What a condition or range of its own brings from the origin is of no use to others. A revalidation leaves them out.
        var mayLead =
            _request.Method == CacheMethod.Get
            && (
                State == CacheState.Revalidating
                || !_request.Has(RequestTraits.Range | RequestTraits.IfNoneMatch | RequestTraits.IfModifiedSince)
            );
        var expected = Stored is { } stored ? stored.Selecting : default;
        Shared = store.Fills.Seek(_key.Written, slot, _visitor, expected, store.Purges, _began, mayLead, _scratch, out _leads);
        if (Shared is null)
        {
            return CollapseStep.Alone;
        }

        if (!_leads)
        {
            if ((_tier & TierRequest.FromLower) != 0 && Shared.AsksUpper)
            {
                // The edge that this one asks may be waiting for it.
                LeaveShared();
                return CollapseStep.Alone;
            }

            State = CacheState.Waiting;
            return CollapseStep.Wait;
        }

        Shared.AsksUpper = store.Fills.Invalidated is not null && _tier == TierRequest.None;

        if (IsStoredMeanwhile(hash, now))
        {
            LeaveShared();
            return CollapseStep.Serve;
        }

        return CollapseStep.Lead;
    }

    /// <summary>Takes what came of the request that this one waited for; nothing yet when the wait is over for another reason.</summary>
    public JoinStep Join(long now)
    {
        var fill = Shared!;
        LeaveShared();
        State = Stored is null || _request.Method == CacheMethod.Head ? CacheState.Fetching : CacheState.Revalidating;
        switch (fill.Outcome)
        {
            case FillOutcome.Streaming or FillOutcome.Confirmed:
                return Take(fill, fill.Response!, now);

            case FillOutcome.Left:
                return IsStoredMeanwhile(CacheKey.HashOf(_key.Written), now) ? JoinStep.Serve : JoinStep.Again;

            case FillOutcome.Failed:
                IsCollapsed = true;
                return Failed(fill.Failure, now) ? JoinStep.Serve : JoinStep.Fail;

            case FillOutcome.LetGo when HasFallback(now) && ReuseRules.MayServeInsteadOf(fill.ForwardStatus, Stored!, _policy, now):
                IsCollapsed = true;
                ForwardStatus = fill.ForwardStatus;
                ServeStale();
                return JoinStep.Serve;

            default:
                WasLetGo = true;
                return JoinStep.Alone;
        }
    }

    private bool IsOnItsOwn =>
        State is not (CacheState.Fetching or CacheState.Revalidating)
        || _request.Has(RequestTraits.OriginCondition)
        || (_tier & TierRequest.WantsFresh) != 0
        || (_policy.RespectRequestDirectives && (_request.Directives.Has(OwnWishes) || _request.Has(RequestTraits.PragmaNoCache)));

    private ulong SlotOf(ulong hash) => FillTable.SlotOf(hash, _request.Has(RequestTraits.Authorization));

    private JoinStep Take(CollapsedFill fill, StoredResponse response, long now)
    {
        if (!SelectingFields.Match(response.Selecting, _visitor, _scratch))
        {
            return JoinStep.Again;
        }

        if (ReuseRules.Of(_request, response, _policy, now) == Reuse.Revalidate)
        {
            // Its body has been on the way for longer than it is fresh: whoever comes now needs another one.
            fill.End();
            return JoinStep.Again;
        }

        if (
            ((response.BodyLength < 0 || fill.Fill is { IsLarge: true }) && _request.Has(RequestTraits.Range))
            || (fill.Fill is not null && RangeRequest.Of(_request, _visitor, response, now / 1000).Outcome == RangeOutcome.Parts)
            || !VisitorAnswer.IsAtHand(_request, _visitor, response, now)
        )
        {
            // What part of a body of unknown length is asked for cannot be said before its end; one of a very large body would come late;
            // several are not in its order; and what was confirmed for another may be a part without the bytes that this one needs.
            WasLetGo = true;
            return JoinStep.Alone;
        }

        if (fill.Fill is null ? !Hold(response) : (Reader = fill.Fill.TryRead(0)) is null)
        {
            // It has grown too large to be stored, and its beginning may be gone; or it has just gone from the disk.
            WasLetGo = true;
            return JoinStep.Alone;
        }

        IsCollapsed = true;
        Stored = response;
        Fill = fill.Fill;
        State = CacheState.Serving;
        Status = fill.Status;
        ForwardStatus = fill.ForwardStatus;
        return Reader is null ? JoinStep.Serve : JoinStep.ServeFill;
    }

    // Between the look into the store and the beginning of this request another one may have ended.
    private bool IsStoredMeanwhile(ulong hash, long now)
    {
        var found = store.Find(_key.Written, hash, _visitor, _scratch, out _);
        if (
            found is null
            || found == Stored
            || !VisitorAnswer.IsAtHand(_request, _visitor, found, now)
            || ReuseRules.Of(_request, found, _policy, now) is not (Reuse.Fresh or Reuse.StaleAccepted)
            || !Hold(found)
        )
        {
            return false;
        }

        Stored = found;
        State = CacheState.Serving;
        Status = CfCacheStatus.Hit;
        Forwarded = ForwardReason.None;
        EvictionQueue.Hit(found);
        return true;
    }

    // Tells those who wait what the origin's answer means to them.
    private void Tell(ResponseStep step, long now)
    {
        var isShared =
            step == ResponseStep.PassAndStore
                ? MayBeShared(Fill!.Response, now)
                : step == ResponseStep.Serve && Status == CfCacheStatus.Revalidated && MayBeShared(Stored!, now);
        if (isShared)
        {
            store.Fills.Unmark(SlotOf(CacheKey.HashOf(_key.Written)));
        }

        if (!_leads || step == ResponseStep.FetchAgain)
        {
            return;
        }

        if (isShared && step == ResponseStep.Serve)
        {
            Shared!.Confirm(Stored!, Status, ForwardStatus);
        }
        else if (isShared)
        {
            Fill!.Shared = Shared;
            Shared!.Stream(Fill, Status, ForwardStatus);
        }
        else
        {
            Shared!.LetGo(ForwardStatus);

            // An error says nothing of what the origin usually sends, and is no time for many requests at once; nor does what an upper cache
            // sends because it does not reach the origin. What is too large may be for everybody the next time.
            if (ForwardStatus < 500 && Status != CfCacheStatus.Stale && Reason != NoCacheReason.TooLarge)
            {
                store.Fills.Mark(Shared.Slot, now);
            }
        }
    }

    // What is too large for the store goes over the disk, and those who come while it does need not ask the origin for it again.
    private bool TryGoToDisk<T>(T fields, in ResponseFacts facts, Storability storability, long length, long requested, long received)
        where T : IFields
    {
        if (Reason != NoCacheReason.TooLarge || !_leads || facts.Part.IsUsable)
        {
            return false;
        }

        var fill = new CacheFill(store, BeginStored(fields, facts, storability, requested, received), length, facts.Part);
        if (!MayBeShared(fill.Response, received) || !fill.TryGoToDisk())
        {
            return false;
        }

        (Fill, State, Status) = (fill, CacheState.Storing, CfCacheStatus.Bypass);
        return true;
    }

    // What is too large for memory, and not for the disk.
    private CacheFill? KeepOnDisk<T>(T fields, in ResponseFacts facts, Storability storability, long length, long requested, long received)
        where T : IFields
    {
        if (Reason != NoCacheReason.TooLarge || facts.Part.IsUsable)
        {
            return null;
        }

        var fill = new CacheFill(store, BeginStored(fields, facts, storability, requested, received), length, facts.Part);
        return fill.TryKeepOnDisk() ? fill : null;
    }

    // Others' requests have not been validated by this one's answer, so it must be fresh for them.
    private bool MayBeShared(StoredResponse response, long now) => ReuseRules.Of(default, response, _policy, now) != Reuse.Revalidate;

    private void LeaveShared()
    {
        if (Shared is not { } shared)
        {
            return;
        }

        if (_leads)
        {
            shared.Leave();
        }
        else
        {
            store.Fills.Leave(shared);
        }

        Shared = null;
        _leads = false;
    }
}
