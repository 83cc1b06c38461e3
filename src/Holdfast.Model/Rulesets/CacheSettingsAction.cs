using System.Collections.Immutable;

namespace Holdfast.Model.Rulesets;

/// <summary>What the cache does with the request. What is null is left to earlier rules and to the zone.</summary>
public sealed record CacheSettingsAction() : RuleAction("set_cache_settings")
{
    /// <summary>Whether answers may be cached, whatever the target's extension is; or are not.</summary>
    public bool? Cache { get; init; }

    /// <summary>How long an answer is kept.</summary>
    public EdgeTtl? EdgeTtl { get; init; }

    /// <summary>How long browsers keep an answer.</summary>
    public BrowserTtl? BrowserTtl { get; init; }

    /// <summary>Whether everybody waits for the origin where something stale could be served meanwhile.</summary>
    public bool? DisableStaleWhileUpdating { get; init; }

    /// <summary>Whether answers with a strong entity tag go out as the origin made them, byte for byte.</summary>
    public bool? RespectStrongEtags { get; init; }

    /// <summary>What tells answers apart.</summary>
    public CustomCacheKey? Key { get; init; }

    /// <summary>Ports on which answers may be cached too. They may on every port: it is kept for those that ask for it. Default: not said.</summary>
    public ImmutableArray<int> CacheablePorts { get; init; }

    /// <summary>Whether it is said that the origin's <c>Cache-Control</c> is read as RFC 9111 has it. It always is.</summary>
    public bool OriginCacheControl { get; init; }

    /// <summary>Whether it is said that the origin's own error pages pass. They always do.</summary>
    public bool OriginErrorPages { get; init; }

    /// <summary>The most ports.</summary>
    public const int MostPorts = 50;
}

/// <summary>Who says how long an answer is kept.</summary>
public enum TtlMode
{
    /// <summary>The origin; without a word of it, the zone.</summary>
    RespectOrigin,

    /// <summary>The origin; without a word of it, nothing is kept.</summary>
    BypassByDefault,

    /// <summary>The rule.</summary>
    OverrideOrigin,

    /// <summary>Nothing is kept. Of browsers only.</summary>
    Bypass,
}

/// <summary>How long the edge keeps an answer.</summary>
/// <param name="Mode">Who says it; never <see cref="TtlMode.Bypass"/>.</param>
/// <param name="Seconds">With <see cref="TtlMode.OverrideOrigin"/>, for how long: 0 to <see cref="MostSeconds"/>.</param>
/// <param name="ByStatus">For some statuses, whatever else is said; the first that fits counts.</param>
public sealed record EdgeTtl(TtlMode Mode, int Seconds, ImmutableArray<StatusTtl> ByStatus)
{
    /// <summary>The longest time: a year.</summary>
    public const int MostSeconds = 31_536_000;

    /// <summary>The most statuses or ranges of them.</summary>
    public const int MostStatuses = 100;
}

/// <summary>How long answers of some statuses are kept.</summary>
/// <param name="From">The first status.</param>
/// <param name="To">The last one.</param>
/// <param name="Seconds">For how long; 0 to ask the origin each time, -1 not to keep them.</param>
public sealed record StatusTtl(int From, int To, int Seconds);

/// <summary>How long browsers keep an answer.</summary>
/// <param name="Mode">Who says it.</param>
/// <param name="Seconds">With <see cref="TtlMode.OverrideOrigin"/>, for how long.</param>
public sealed record BrowserTtl(TtlMode Mode, int Seconds);

/// <summary>What tells the answers for one host and path apart.</summary>
public sealed record CustomCacheKey
{
    /// <summary>The most names in each list.</summary>
    public const int MostNames = 50;

    /// <summary>Whether the arguments' order makes no difference.</summary>
    public bool IgnoreQueryOrder { get; init; }

    /// <summary>Whether an answer is only kept when its type is one that the target's extension speaks of.</summary>
    public bool DeceptionArmor { get; init; }

    /// <summary>Whether phones, tablets and others are told apart.</summary>
    public bool DeviceType { get; init; }

    /// <summary>
    /// Whether the host counts that the origin is told, which a rule may have set, in the place of the visitor's: hosts that lead to the same
    /// one share its answers.
    /// </summary>
    public bool ResolvedHost { get; init; }

    /// <summary>Whether countries are told apart.</summary>
    public bool Country { get; init; }

    /// <summary>Whether the languages that visitors like best are told apart.</summary>
    public bool Language { get; init; }

    /// <summary>Which arguments count; null for all.</summary>
    public QueryKey? Query { get; init; }

    /// <summary>Fields whose values count, in lower case.</summary>
    public ImmutableArray<string> Headers { get; init; } = [];

    /// <summary>Fields of which it counts whether they are there, in lower case.</summary>
    public ImmutableArray<string> HeaderPresence { get; init; } = [];

    /// <summary>Cookies whose values count.</summary>
    public ImmutableArray<string> Cookies { get; init; } = [];

    /// <summary>Cookies of which it counts whether they are there.</summary>
    public ImmutableArray<string> CookiePresence { get; init; } = [];
}

/// <summary>Which arguments of the query count.</summary>
/// <param name="IsExclusion">Whether all count but those named; otherwise only those.</param>
/// <param name="Names">The arguments; empty and excluded means that none counts.</param>
public sealed record QueryKey(bool IsExclusion, ImmutableArray<string> Names);
