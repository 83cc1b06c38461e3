using Holdfast.Cache.Decisions;
using Holdfast.Cache.Directives;
using Holdfast.Cache.Facts;
using Holdfast.Cache.Fields;
using Holdfast.Cache.Policy;
using Holdfast.Cache.Storage;
using Holdfast.Model.Zones;

namespace Holdfast.Cache.Exchange;

/// <summary>
/// One request's way through the cache: the state machine that docs/cache.md draws. It does no I/O: it is told what comes in and answers
/// with the next step. Used again for the next request; a hit allocates nothing. Not thread-safe. Times are milliseconds since 1970.
/// </summary>
public sealed partial class CacheExchange(MemoryStore store)
{
    private readonly ByteBuffer _key = new();
    private readonly ByteBuffer _scratch = new();
    private readonly SavedFields _visitor = new();
    private readonly SavedFields _merged = new();
    private RequestFacts _request;
    private CachePolicy _policy = null!;
    private int _originLength;
    private long _began;
    private bool _isStored;
    private bool _isBehind;
    private TierRequest _tier;
    private bool _leads;

    /// <summary>Where it stands.</summary>
    public CacheState State { get; private set; }

    /// <summary>What the store has for the request: to serve, to revalidate, or to fall back on.</summary>
    public StoredResponse? Stored { get; private set; }

    /// <summary>What is being stored, in state <see cref="CacheState.Storing"/>; or the body of another request's response that answers.</summary>
    public CacheFill? Fill { get; private set; }

    /// <summary>Why nothing was stored, or <see cref="NoCacheReason.None"/>.</summary>
    public NoCacheReason Reason { get; private set; }

    /// <summary>CF-Cache-Status of the answer.</summary>
    public CfCacheStatus Status { get; private set; }

    /// <summary>Why the origin was asked.</summary>
    public ForwardReason Forwarded { get; private set; }

    /// <summary>The origin's status, once it has answered; 0 before.</summary>
    public int ForwardStatus { get; private set; }

    /// <summary>
    /// Whether the visitor has the new response already, by its own condition, which the revalidation left out: it gets 304, and the body
    /// goes into the store alone.
    /// </summary>
    public bool VisitorHasNewResponse { get; private set; }

    /// <summary>
    /// Whether something stored may be served if the origin fails: then a request that the origin may have seen is not sent again.
    /// </summary>
    public bool HasFallback(long now) =>
        Stored is not null && ReuseRules.MayServeDisconnected(Stored, _policy, now) && !store.Purges.Removes(Stored);

    /// <summary>Begins with a request.</summary>
    public RequestStep Begin<T>(in CacheRequest request, T fields, CachePolicy policy, long now)
        where T : IFields
    {
        Clear();
        WriteKey(request, policy);
        _tier = request.Tier;
        _request = RequestFacts.Of(request.Method, fields);
        if (policy.CodesAnyType)
        {
            _request = _request with { Traits = _request.Traits | RequestTraits.AnyTypeCoded };
        }

        if (_request.Method is CacheMethod.Safe or CacheMethod.Unsafe)
        {
            BeginPost(request, fields, policy, now);
            return Pass(ForwardReason.Method, NoCacheReason.Method, CfCacheStatus.Dynamic);
        }

        if (!policy.IsEligible(request.Path, request.Query))
        {
            var status = policy.Eligible == false ? CfCacheStatus.Bypass : CfCacheStatus.Dynamic;
            return Pass(ForwardReason.Bypass, NoCacheReason.NotEligible, status);
        }

        if (request.HasContent)
        {
            return Pass(ForwardReason.Request, NoCacheReason.RequestContent, CfCacheStatus.Bypass);
        }

        // The key holds the host in lower case, and an origin may tell the difference.
        if (_request.Has(RequestTraits.Disguise) || request.Host.ContainsAnyInRange((byte)'A', (byte)'Z'))
        {
            return Pass(ForwardReason.Request, NoCacheReason.RequestDisguise, CfCacheStatus.Bypass);
        }

        if (now < policy.DevelopmentModeUntil)
        {
            return Pass(ForwardReason.Bypass, NoCacheReason.DevelopmentMode, CfCacheStatus.Bypass);
        }

        if ((_tier & TierRequest.IsAhead) != 0)
        {
            return Pass(ForwardReason.Bypass, NoCacheReason.PurgesBehind, CfCacheStatus.Bypass);
        }

        return Select(fields, now);
    }

    /// <summary>
    /// Begins the revalidation that <see cref="RequestStep.ServeAndRevalidate"/> asks for, with the request of the visitor that met it. The
    /// caller gives the claim back when it is over (<see cref="StoredResponse.EndRevalidation"/>).
    /// </summary>
    public void BeginRevalidation<T>(in CacheRequest request, T fields, CachePolicy policy, StoredResponse stored)
        where T : IFields
    {
        Clear();
        WriteKey(request, policy);
        _visitor.CopyFrom(fields);

        // Nobody waits for the answer, so there is no condition or range to be judged.
        var facts = RequestFacts.Of("GET"u8, fields);
        _request = facts with { Traits = facts.Traits & RequestTraits.Authorization };
        Stored = stored;
        _began = stored.Began;
        _isBehind = true;
        State = CacheState.Revalidating;
        Forwarded = ForwardReason.Stale;
    }

    /// <summary>What of the stored response answers the visitor. For a request that has gone to the origin meanwhile.</summary>
    public VisitorAnswer Answer(long now) => VisitorAnswer.Of(_request, _visitor, Stored!, now);

    /// <summary>The same for a request that was not forwarded, whose fields are as they came.</summary>
    public VisitorAnswer Answer<T>(T fields, long now)
        where T : IFields => VisitorAnswer.Of(_request, fields, Stored!, now);

    /// <summary>Takes the origin's final answer.</summary>
    /// <param name="status">Its status, from 200.</param>
    /// <param name="fields">Its fields, as the origin sent them.</param>
    /// <param name="length">Its body's bytes, or -1 when nobody knows.</param>
    /// <param name="requested">When it was asked for.</param>
    /// <param name="received">When its head came.</param>
    /// <param name="isStale">Whether an upper cache has sent it because it does not reach the origin: nobody has confirmed it.</param>
    public ResponseStep Received<T>(int status, T fields, long length, long requested, long received, bool isStale = false)
        where T : IFields
    {
        var step = Judge(status, fields, length, requested, received, isStale);
        Tell(step, received);
        return step;
    }

    private ResponseStep Judge<T>(int status, T fields, long length, long requested, long received, bool isStale)
        where T : IFields
    {
        ForwardStatus = status;
        if (_request.Method == CacheMethod.Unsafe)
        {
            _mayStorePost = _mayStorePost && !WasOvertaken;
            Invalidate(status, fields);
            if (_mayStorePost && status == 200)
            {
                return StorePost(status, fields, length, requested, received);
            }
        }

        if (State == CacheState.Passing)
        {
            return ResponseStep.Pass;
        }

        var facts = AsRuled(ResponseFacts.Of(status, fields, received / 1000));
        if (Stored is not null && store.Purges.Removes(Stored) && ForgetPurged(status) == ResponseStep.FetchAgain)
        {
            return ResponseStep.FetchAgain;
        }

        if (isStale && !(Stored is not null && State == CacheState.Revalidating && status == 304))
        {
            Reason = NoCacheReason.Expired;
            return Through(CfCacheStatus.Stale);
        }

        if (Stored is not null)
        {
            if (State == CacheState.Revalidating && status == 304)
            {
                var step = Confirm(fields, facts, requested, received);
                Status = isStale && step == ResponseStep.Serve ? CfCacheStatus.Stale : Status;
                return step;
            }

            if (_slice.Length == 0 && ReuseRules.MayServeInsteadOf(status, Stored, _policy, received))
            {
                return ServeStale();
            }
        }

        if (_request.Method == CacheMethod.Head)
        {
            UpdateByHead(fields, facts, requested, received);
            Reason = NoCacheReason.Method;
            return Through(Forwarded == ForwardReason.Stale ? CfCacheStatus.Expired : CfCacheStatus.Miss);
        }

        return _slice.Length > 0
            ? StoreSlice(fields, facts, length, requested, received)
            : Store(fields, facts, length, requested, received);
    }

    /// <summary>Takes note that the origin gave no answer: it cannot be reached, or closed, or took too long.</summary>
    /// <param name="failure">What went wrong, as a number of the caller's; those who wait for this request are told.</param>
    /// <param name="now">Milliseconds since 1970.</param>
    /// <returns>Whether to answer from the store.</returns>
    public bool Failed(int failure, long now)
    {
        if (_leads)
        {
            Shared!.Fail(failure);
        }

        if (State is CacheState.Fetching or CacheState.Revalidating && HasFallback(now))
        {
            ServeStale();
            return true;
        }

        State = CacheState.Failing;
        Reason = NoCacheReason.NoAnswer;
        return false;
    }

    /// <summary>The validators to send in a revalidation; either may be empty.</summary>
    /// <param name="lastModified">The value of If-Modified-Since, as the origin wrote it.</param>
    /// <returns>The value of If-None-Match.</returns>
    public ReadOnlySpan<byte> Validators(out ReadOnlySpan<byte> lastModified)
    {
        lastModified = Stored!.LastModified == HttpTime.None ? default : Stored.Find(FieldName.LastModified);
        return Stored.EntityTag;
    }

    /// <summary>Lets go of what the last request held, and of those who still wait for it.</summary>
    public void Reset()
    {
        LeaveShared();
        Clear();
        _visitor.Clear();
        _merged.Clear();
    }

    private void WriteKey(in CacheRequest request, CachePolicy policy)
    {
        _policy = policy;
        CacheKey.Write(_key, request.Scope, request.Scheme, request.Host, request.Path);
        _originLength = _key.Length - request.Path.Length;
        if (policy.Level != CacheLevel.Simplified)
        {
            AddQuery(_key, request.Query);
        }

        if (!request.KeySuffix.IsEmpty)
        {
            _key.Add(0);
            _key.Add(request.KeySuffix);
        }
    }

    private void AddQuery(ByteBuffer key, ReadOnlySpan<byte> query)
    {
        if (_policy.SortsQuery)
        {
            SortedQuery.Write(key, query);
        }
        else
        {
            key.Add(query);
        }
    }

    private ResponseFacts AsRuled(in ResponseFacts facts) => _policy.EdgeLifetime is { } lifetime ? lifetime.Of(facts) : facts;

    private void Clear()
    {
        State = CacheState.Idle;
        Stored = null;
        Fill = null;
        _pin = null;
        _slice = default;
        _keySuffix = 0;
        _mayStorePost = false;
        _isBehind = _isMarked = false;
        _tier = TierRequest.None;
        Reason = NoCacheReason.None;
        Status = CfCacheStatus.Dynamic;
        Forwarded = ForwardReason.None;
        ForwardStatus = 0;
        VisitorHasNewResponse = IsCollapsed = WasLetGo = _isStored = _leads = false;
        Shared = null;
        Reader?.Dispose();
        Reader = null;
        ClearRead();
    }

    private RequestStep Pass(ForwardReason forwarded, NoCacheReason reason, CfCacheStatus status)
    {
        (State, Forwarded, Reason, Status) = (CacheState.Passing, forwarded, reason, status);
        return RequestStep.Pass;
    }

    private RequestStep Select<T>(T fields, long now)
        where T : IFields
    {
        var knownKey = false;
        var conditional = _request.Has(RequestTraits.OriginCondition);
        _began = store.Purges.Clock;
        Stored = conditional ? null : store.Find(_key.Written, CacheKey.HashOf(_key.Written), fields, _scratch, out knownKey) ?? Kept();
        if (!conditional && MustRead())
        {
            _visitor.CopyFrom(fields);
            return RequestStep.Read;
        }

        var isMissingPart = Stored is not null && !VisitorAnswer.IsAtHand(_request, fields, Stored, now);
        if (isMissingPart)
        {
            // The rest is asked for as if nothing were stored, and joins what is.
            var isConfirmed = (_tier & TierRequest.WantsFresh) == 0 && ReuseRules.Of(_request, Stored!, _policy, now) != Reuse.Revalidate;
            _pin = isConfirmed ? Stored : null;
            Stored = null;
        }

        var reuse =
            Stored is null || (_tier & TierRequest.WantsFresh) != 0 ? Reuse.Revalidate : ReuseRules.Of(_request, Stored, _policy, now);
        if (reuse != Reuse.Revalidate)
        {
            State = CacheState.Serving;
            Status = reuse == Reuse.StaleWhileRevalidate ? CfCacheStatus.Updating : CfCacheStatus.Hit;
            EvictionQueue.Hit(Stored!);
            return reuse == Reuse.StaleWhileRevalidate && Stored!.TryBeginRevalidation()
                ? RequestStep.ServeAndRevalidate
                : RequestStep.Serve;
        }

        if (_request.Directives.Has(Directive.OnlyIfCached))
        {
            State = CacheState.Failing;
            return RequestStep.GatewayTimeout;
        }

        // The visitor's own fields are kept: on their way to the origin they change, and what they select and ask is decided later.
        _visitor.CopyFrom(fields);
        Forwarded =
            conditional ? ForwardReason.Request
            : isMissingPart ? ForwardReason.Partial
            : Stored is null ? (knownKey ? ForwardReason.VaryMiss : ForwardReason.UriMiss)
            : Stored.FreshFor(now) > 0 && (Stored.Flags & StoredFlags.AlwaysRevalidate) == 0 ? ForwardReason.Request
            : ForwardReason.Stale;
        if (Stored is null || _request.Method == CacheMethod.Head)
        {
            State = CacheState.Fetching;
            return RequestStep.Fetch;
        }

        State = CacheState.Revalidating;
        return RequestStep.Revalidate;
    }

    private ResponseStep ServeStale()
    {
        State = CacheState.Serving;
        Status = CfCacheStatus.Stale;
        return ResponseStep.Serve;
    }

    private ResponseStep Through(CfCacheStatus status)
    {
        State = CacheState.Passing;
        Status = status;
        return ResponseStep.Pass;
    }

    private ReadOnlySpan<byte> Path
    {
        get
        {
            var target = _key.Written[_originLength..];
            var end = target.IndexOfAny((byte)'?', (byte)0);
            return end < 0 ? target : target[..end];
        }
    }

    private ResponseStep Store<T>(T fields, in ResponseFacts facts, long length, long requested, long received)
        where T : IFields
    {
        var storability = Storability.Of(_request, facts, _policy);
        Reason =
            !storability.IsStorable ? storability.Reason
            : facts.Part.IsUsable && length >= 0 && length != facts.Part.Length ? NoCacheReason.PartialContent
            : _policy.DeceptionArmor && DeceptionArmor.Refuses(Path, fields) ? NoCacheReason.TypeMismatch
            : Math.Max(length, facts.Part.Length) > store.Limits.LargestBody ? NoCacheReason.TooLarge
            : NoCacheReason.None;
        var large = KeepOnDisk(fields, facts, storability, length, requested, received);
        if (large is not null)
        {
            Reason = NoCacheReason.None;
        }

        if (Reason != NoCacheReason.None)
        {
            if (Stored is not null && facts.Status < 500)
            {
                // The origin has something else now that may not be kept: the old one is not it.
                store.Remove(Stored);
            }

            if (TryGoToDisk(fields, facts, storability, length, requested, received))
            {
                return ResponseStep.PassAndStore;
            }

            // What answers the visitor's own condition or range says nothing against storing the whole another time.
            var missed = Reason is NoCacheReason.NotModified or NoCacheReason.PartialContent;
            return Through(missed ? CfCacheStatus.Miss : CfCacheStatus.Bypass);
        }

        if (State == CacheState.Revalidating)
        {
            var tag = EntityTagOf(fields);
            var modified = facts.LastModified == HttpTime.None ? facts.Date : facts.LastModified;
            VisitorHasNewResponse = Preconditions.IsNotModified(_request, _visitor, facts.Status, tag, modified, received / 1000);
        }

        Fill = large ?? new CacheFill(store, BeginStored(fields, facts, storability, requested, received), length, facts.Part);
        State = CacheState.Storing;
        Status = Stored is null ? CfCacheStatus.Miss : CfCacheStatus.Expired;
        _isStored = true;
        return ResponseStep.PassAndStore;
    }

    private static ReadOnlySpan<byte> EntityTagOf<T>(T fields)
        where T : IFields
    {
        for (var i = 0; i < fields.Count; i++)
        {
            if (fields.FieldAt(i) == FieldName.ETag)
            {
                return fields.ValueAt(i);
            }
        }

        return default;
    }
}
