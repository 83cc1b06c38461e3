namespace Holdfast.Cache.Decisions;

/// <summary>Why a response was not stored, or a request not answered from the cache. One reason each: the first that applies.</summary>
public enum NoCacheReason : byte
{
    /// <summary>It was stored.</summary>
    None,

    /// <summary>The zone's profile or cache level leaves this target out.</summary>
    NotEligible,

    /// <summary>The zone is in development mode.</summary>
    DevelopmentMode,

    /// <summary>A lower edge knows of purges that are not in effect here yet: neither is what is stored good for it, nor what comes now.</summary>
    PurgesBehind,

    /// <summary>The method is not GET.</summary>
    Method,

    /// <summary>A GET or HEAD with a body, which the key does not hold: the answer may depend on it.</summary>
    RequestContent,

    /// <summary>The request has a field by which some origins take it for another one than the key says: X-Original-URL and its kind.</summary>
    RequestDisguise,

    /// <summary>The visitor said <c>no-store</c>, and the zone respects it.</summary>
    RequestNoStore,

    /// <summary>206 with several parts, without its place in the whole, or without having been asked for.</summary>
    PartialContent,

    /// <summary>304 that answers the visitor's own condition: there is nothing it could update.</summary>
    NotModified,

    /// <summary><c>no-store</c> (RFC 9111 section 5.2.2.5).</summary>
    NoStore,

    /// <summary><c>private</c> (RFC 9111 section 5.2.2.7).</summary>
    Private,

    /// <summary><c>no-cache</c> with nothing to revalidate it by, or in a profile that does not store such answers.</summary>
    NoCache,

    /// <summary>Directives whose end cannot be found, with nothing to revalidate the response by.</summary>
    Unreadable,

    /// <summary>The request had Authorization and the response does not allow sharing (RFC 9111 section 3.5).</summary>
    Authorization,

    /// <summary><c>Vary: *</c> (RFC 9111 section 4.1).</summary>
    VaryStar,

    /// <summary>Cache-Tag has more tags than are read: a purge by one of the others would miss it.</summary>
    TooManyTags,

    /// <summary>Set-Cookie without explicit freshness, or in a profile that never stores it.</summary>
    SetCookie,

    /// <summary><c>must-understand</c>, and the status is not understood (RFC 9111 section 5.2.2.3).</summary>
    StatusNotUnderstood,

    /// <summary>The status' own definition forbids storing it (RFC 6585).</summary>
    StatusForbids,

    /// <summary>No freshness is stated, and the status or profile allows no guess (RFC 9111 section 4.2.2).</summary>
    NoFreshness,

    /// <summary>It was stale when it came, with nothing to revalidate it by.</summary>
    Expired,

    /// <summary>It is larger than one object may be.</summary>
    TooLarge,

    /// <summary>Too many bodies are on their way into the store at once.</summary>
    Busy,

    /// <summary>Its key was invalidated while it was on its way.</summary>
    Invalidated,

    /// <summary>Everybody who asked for it has left, and it has been coming for too long since.</summary>
    Abandoned,

    /// <summary>The body ended before its end.</summary>
    Incomplete,

    /// <summary>It was purged while it was on its way.</summary>
    Purged,

    /// <summary>The origin gave no answer.</summary>
    NoAnswer,

    /// <summary>A rule has it checked, and its type is none that the target's extension speaks of (<see cref="DeceptionArmor"/>).</summary>
    TypeMismatch,
}
