namespace Holdfast.Model.Zones;

/// <summary>What a zone caches when no rule says so (<c>cache_profile</c>).</summary>
public enum CacheProfile
{
    /// <summary>As Cloudflare: by file extension, with lifetimes of its own where the origin states none.</summary>
    Cloudflare,

    /// <summary>Anything that RFC 9111 lets a shared cache store, by the response's own fields.</summary>
    Standard,
}

/// <summary>What the query string means to a zone's cache (<c>cache_level</c>).</summary>
public enum CacheLevel
{
    /// <summary>Nothing is cached.</summary>
    Bypass,

    /// <summary>Only targets without a query string are cached.</summary>
    Basic,

    /// <summary>The query string is ignored: all of them share one stored response.</summary>
    Simplified,

    /// <summary>Each query string has a stored response of its own.</summary>
    Aggressive,
}
