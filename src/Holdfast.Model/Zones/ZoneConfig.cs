using System.Collections.Immutable;

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

    /// <summary>What the zone's proxied records say, by name in ordinal order, each name once.</summary>
    public ImmutableArray<RecordOrigin> Records { get; init; } = [];

    /// <summary>The zone's settings; those that its owner never touched have their defaults.</summary>
    public ZoneSettings Settings { get; init; } = new();
}
