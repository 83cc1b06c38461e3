using System.Collections.Immutable;
using Holdfast.Model.Access;
using Holdfast.Model.Rulesets;

namespace Holdfast.Model.Zones;

/// <summary>
/// One zone as its owner wrote it: a host name, where its origin is, and its settings. Immutable; what an edge runs on is compiled from it.
/// </summary>
public sealed record ZoneConfig
{
    /// <summary>32 lower-case hexadecimal digits, unique for ever.</summary>
    public required string Id { get; init; }

    /// <summary>
    /// The canonical name (see <see cref="ZoneName"/>): <c>example.com</c> serves that host and every host below it,
    /// <c>*.example.com</c> only the hosts below it, <c>*</c> every host that no other zone serves.
    /// </summary>
    public required string Name { get; init; }

    /// <summary>
    /// Where requests go for which no proxied record says where to, or null: those requests then answer 530 with 1016.
    /// </summary>
    public OriginUrl? Origin { get; init; }

    /// <summary>How the zone is set up, as its owner said; every type is served alike.</summary>
    public ZoneType Type { get; init; }

    /// <summary>Whether the edge only forwards: of the settings, those hold that say how the origin is reached.</summary>
    public bool Paused { get; init; }

    /// <summary>When development mode ends or ended, UTC, in whole seconds; null when it was never on.</summary>
    public DateTimeOffset? DevelopmentModeUntil { get; init; }

    /// <summary>What the zone's proxied records say, by name in ordinal order, each name once.</summary>
    public ImmutableArray<RecordOrigin> Records { get; init; } = [];

    /// <summary>The zone's rulesets, in the order of their phases, one for each phase that has rules.</summary>
    public ImmutableArray<RulesetConfig> Rulesets { get; init; } = [];

    /// <summary>The zone's IP access rules, the oldest first.</summary>
    public ImmutableArray<AccessRule> AccessRules { get; init; } = [];

    /// <summary>The zone's lockdowns, the oldest first.</summary>
    public ImmutableArray<ZoneLockdown> Lockdowns { get; init; } = [];

    /// <summary>The zone's user agent rules, the oldest first.</summary>
    public ImmutableArray<UserAgentRule> UserAgentRules { get; init; } = [];

    /// <summary>The zone's settings; those that its owner never touched have their defaults.</summary>
    public ZoneSettings Settings { get; init; } = new();
}

/// <summary>How a zone is set up.</summary>
public enum ZoneType
{
    /// <summary>All of the domain's DNS is meant to come from here.</summary>
    Full,

    /// <summary>Single hosts point here; their DNS is elsewhere.</summary>
    Partial,

    /// <summary>The domain's DNS is a copy of another server's.</summary>
    Secondary,

    /// <summary>Not for the public; lists of zones leave it out unless they are asked for it.</summary>
    Internal,
}
