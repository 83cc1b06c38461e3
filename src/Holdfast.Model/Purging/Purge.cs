using System.Collections.Immutable;

namespace Holdfast.Model.Purging;

/// <summary>What a purge selects by.</summary>
public enum PurgeKind
{
    /// <summary>Everything of the zone.</summary>
    Everything,

    /// <summary>Host names.</summary>
    Host,

    /// <summary>Beginnings of <c>host/path</c>.</summary>
    Prefix,

    /// <summary>URLs, with all their variants.</summary>
    Url,

    /// <summary>Tags that the origin gave its responses in <c>Cache-Tag</c>.</summary>
    Tag,
}

/// <summary>One entry of the purge log: responses of one zone that must not be served from a store any more.</summary>
public sealed record Purge
{
    /// <summary>Its place in the log, from 1; strictly increasing.</summary>
    public required long Sequence { get; init; }

    /// <summary>The zone whose responses go.</summary>
    public required string ZoneId { get; init; }

    /// <summary>What they are selected by.</summary>
    public required PurgeKind Kind { get; init; }

    /// <summary>
    /// Which of them: hosts without port; <c>host/path</c> for prefixes; <c>host/path?query</c> for URLs; tags, whose case means
    /// nothing. Empty for <see cref="PurgeKind.Everything"/> and never otherwise: nothing selected never means all.
    /// </summary>
    public ImmutableArray<string> Values { get; init; } = [];

    /// <summary>When it was ordered, UTC.</summary>
    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>
    /// What this build does not understand of it, or null. A newer control may purge in ways that an older edge does not know: it then
    /// purges everything of the zone, which is too much and never too little.
    /// </summary>
    public string? NotUnderstood { get; init; }
}
