using Holdfast.Model.Zones;

namespace Holdfast.Cache.Policy;

/// <summary>What a zone's owner wants of the cache: immutable, made from one release of the zone.</summary>
public sealed record CachePolicy
{
    /// <summary>What is cached when no rule says so.</summary>
    public CacheProfile Profile { get; init; }

    /// <summary>What the query string means to the cache.</summary>
    public CacheLevel Level { get; init; } = CacheLevel.Aggressive;

    /// <summary>Whether the order of a query string's parameters means nothing to the cache.</summary>
    public bool SortsQuery { get; init; }

    /// <summary>
    /// Whether what is stored may be served when the origin cannot be reached, unless the response forbids it; otherwise only as far as the
    /// response's own <c>stale-if-error</c> allows it.
    /// </summary>
    public bool AlwaysOnline { get; init; } = true;

    /// <summary>Whether visitors' <c>no-cache</c>, <c>no-store</c>, <c>max-age</c>, <c>min-fresh</c>, <c>max-stale</c> and Pragma count.</summary>
    public bool RespectRequestDirectives { get; init; }

    /// <summary>
    /// Until when nothing is taken from the cache or put into it, so that a developer sees what the origin says: milliseconds since the Unix
    /// epoch; 0 for never.
    /// </summary>
    public long DevelopmentModeUntil { get; init; }

    /// <summary>Whether a rule says that answers may be cached, or that they may not; null when no rule says so.</summary>
    public bool? Eligible { get; init; }

    /// <summary>How long a rule has responses kept, or null.</summary>
    public EdgeLifetimeRule? EdgeLifetime { get; init; }

    /// <summary>How long a rule has browsers keep answers, or null.</summary>
    public BrowserLifetimeRule? BrowserLifetime { get; init; }

    /// <summary>Whether nothing stale is served while the origin is asked about it.</summary>
    public bool NeverUpdating { get; init; }

    /// <summary>Whether an answer is only stored when its type is one that the target's extension speaks of.</summary>
    public bool DeceptionArmor { get; init; }

    /// <summary>Whether answers with a strong entity tag go out as the origin made them, byte for byte.</summary>
    public bool RespectStrongEtags { get; init; }

    /// <summary>Whether rules may have answers in a content coding whose type is none that is compressed without them.</summary>
    public bool CodesAnyType { get; init; }

    /// <summary>Whether large files are fetched and stored in slices.</summary>
    public bool Slices { get; init; }

    /// <summary>Whether this target is: by its extension, because a page must not be asked for in ranges to find out that it has none.</summary>
    /// <param name="path">The path as the visitor sent it.</param>
    public bool IsSliced(ReadOnlySpan<byte> path) => Slices && CacheableExtensions.Contains(path);

    /// <summary>Whether requests for this target may be answered from the cache at all.</summary>
    /// <param name="path">The path as the visitor sent it.</param>
    /// <param name="query">From the question mark on; empty without one.</param>
    public bool IsEligible(ReadOnlySpan<byte> path, ReadOnlySpan<byte> query) =>
        Eligible
        ?? (
            Level != CacheLevel.Bypass
            && (Level != CacheLevel.Basic || query.IsEmpty)
            && (Profile == CacheProfile.Standard || CacheableExtensions.Contains(path))
        );
}
