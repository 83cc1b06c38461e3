namespace Holdfast.Cache.Exchange;

/// <summary>What a cache that asks another one says of its request.</summary>
[Flags]
public enum TierRequest : byte
{
    /// <summary>A visitor asks.</summary>
    None = 0,

    /// <summary>A lower cache asks.</summary>
    FromLower = 1,

    /// <summary>It knows of purges that this cache does not know yet.</summary>
    IsAhead = 1 << 1,

    /// <summary>It has seen what is stored invalidated: the origin must confirm it first.</summary>
    WantsFresh = 1 << 2,
}

/// <summary>What of a request's first lines the cache looks at.</summary>
public readonly ref struct CacheRequest
{
    /// <summary>The method; case-sensitive.</summary>
    public required ReadOnlySpan<byte> Method { get; init; }

    /// <summary>What shares the store without sharing responses: the zone's id.</summary>
    public required ReadOnlySpan<byte> Scope { get; init; }

    /// <summary><c>http</c> or <c>https</c>.</summary>
    public required ReadOnlySpan<byte> Scheme { get; init; }

    /// <summary>Host and port as the visitor named them.</summary>
    public required ReadOnlySpan<byte> Host { get; init; }

    /// <summary>The path as the visitor sent it.</summary>
    public required ReadOnlySpan<byte> Path { get; init; }

    /// <summary>From the question mark on; empty without one.</summary>
    public required ReadOnlySpan<byte> Query { get; init; }

    /// <summary>What tells answers for one URL apart, as a rule says; empty without one. A purge by URL finds all of them.</summary>
    public ReadOnlySpan<byte> KeySuffix { get; init; }

    /// <summary>Whether it has a body. What a GET's body says is in no key, so that such a request has nothing to do with the store.</summary>
    public bool HasContent { get; init; }

    /// <summary>What is asked on behalf of the request, when another cache asks.</summary>
    public TierRequest Tier { get; init; }
}
