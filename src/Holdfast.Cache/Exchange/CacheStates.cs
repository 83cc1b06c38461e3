namespace Holdfast.Cache.Exchange;

/// <summary>Where an exchange stands; drawn in docs/cache.md.</summary>
public enum CacheState : byte
{
    /// <summary>Not begun.</summary>
    Idle,

    /// <summary>The origin answers and nothing is stored or taken.</summary>
    Passing,

    /// <summary>Nothing usable is stored: the origin is asked.</summary>
    Fetching,

    /// <summary>Something stored needs the origin's word: it is asked, with the stored validators.</summary>
    Revalidating,

    /// <summary>Somebody else asks the origin for the same: what comes of it is awaited.</summary>
    Waiting,

    /// <summary>The answer comes from the store.</summary>
    Serving,

    /// <summary>The origin's answer goes to the visitor and into the store.</summary>
    Storing,

    /// <summary>There is nothing to answer with: 504 for <c>only-if-cached</c>, or the origin's failure.</summary>
    Failing,
}

/// <summary>What to do first with a request.</summary>
public enum RequestStep : byte
{
    /// <summary>Ask the origin as if there were no cache, and tell the exchange of the answer.</summary>
    Pass,

    /// <summary>Ask the origin, and tell the exchange of the answer.</summary>
    Fetch,

    /// <summary>Ask the origin with the stored validators in the place of the visitor's conditions and range.</summary>
    Revalidate,

    /// <summary>Answer from the store.</summary>
    Serve,

    /// <summary>Answer from the store, and revalidate it behind the visitor's back.</summary>
    ServeAndRevalidate,

    /// <summary>Answer 504 (RFC 9111 section 5.2.1.7).</summary>
    GatewayTimeout,

    /// <summary>The disk may have an answer: <see cref="CacheExchange.ReadAsync"/>, then <see cref="CacheExchange.Resume"/> says what to do.</summary>
    Read,
}

/// <summary>Who asks the origin, when several want the same.</summary>
public enum CollapseStep : byte
{
    /// <summary>This request, for itself alone.</summary>
    Alone,

    /// <summary>This request, and others may wait for what it gets.</summary>
    Lead,

    /// <summary>Somebody else: wait for <see cref="CacheExchange.Shared"/>, then <see cref="CacheExchange.Join"/>.</summary>
    Wait,

    /// <summary>Nobody: it has come into the store meanwhile. Answer from there.</summary>
    Serve,
}

/// <summary>What to do with what came of another's request to the origin.</summary>
public enum JoinStep : byte
{
    /// <summary>Answer from the store.</summary>
    Serve,

    /// <summary>Answer with the head that the store's answer would have, and the body from <see cref="CacheExchange.Fill"/> as it arrives.</summary>
    ServeFill,

    /// <summary>It is not for this request: ask the origin for it alone.</summary>
    Alone,

    /// <summary>It came to nothing, or to another variant: <see cref="CacheExchange.Collapse"/> again.</summary>
    Again,

    /// <summary>The origin failed, and there is nothing to answer with instead.</summary>
    Fail,
}

/// <summary>What to do with the origin's final answer.</summary>
public enum ResponseStep : byte
{
    /// <summary>Send it to the visitor.</summary>
    Pass,

    /// <summary>Send it to the visitor and hand its body to the fill.</summary>
    PassAndStore,

    /// <summary>Drop it and answer from the store.</summary>
    Serve,

    /// <summary>Drop it and ask once more, without conditions.</summary>
    FetchAgain,

    /// <summary>Drop it: it is not the slice that was asked for.</summary>
    Drop,
}

/// <summary>CF-Cache-Status.</summary>
public enum CfCacheStatus : byte
{
    /// <summary>Not a matter of the cache: the zone does not cache such a target or method.</summary>
    Dynamic,

    /// <summary>From the store.</summary>
    Hit,

    /// <summary>Nothing was stored; now it is.</summary>
    Miss,

    /// <summary>What was stored was stale, and the origin sent a new one.</summary>
    Expired,

    /// <summary>Stale, because the origin cannot answer.</summary>
    Stale,

    /// <summary>The response or a setting forbids caching.</summary>
    Bypass,

    /// <summary>What was stored was stale, and the origin confirmed it.</summary>
    Revalidated,

    /// <summary>Stale, while somebody asks the origin.</summary>
    Updating,
}

/// <summary>Why a request went to the origin (RFC 9211 section 2.2).</summary>
public enum ForwardReason : byte
{
    /// <summary>It did not.</summary>
    None,

    /// <summary>The zone does not want it cached.</summary>
    Bypass,

    /// <summary>The method asks for it.</summary>
    Method,

    /// <summary>Nothing is stored for the target.</summary>
    UriMiss,

    /// <summary>Something is, for other selecting fields.</summary>
    VaryMiss,

    /// <summary>What is stored is stale.</summary>
    Stale,

    /// <summary>The request's own fields ask for it.</summary>
    Request,

    /// <summary>Some of the bytes that it asks for are stored, and some are not.</summary>
    Partial,
}
