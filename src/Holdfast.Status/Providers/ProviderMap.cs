using System.Collections.Immutable;
using System.Net;

namespace Holdfast.Status.Providers;

/// <summary>What edges were asked for of a zone, and where its answers came from, over about the last hour.</summary>
/// <param name="ZoneId">The zone.</param>
/// <param name="ZoneName">Its name.</param>
/// <param name="Requests">Visitors' requests.</param>
/// <param name="Origins">Its origins, as edges reached them.</param>
internal sealed record ZoneFlow(string ZoneId, string ZoneName, double Requests, ImmutableArray<OriginFlow> Origins);

/// <summary>An origin as edges reached it.</summary>
/// <param name="Host">Its name.</param>
/// <param name="Address">Its address.</param>
/// <param name="Requests">How often it was asked.</param>
internal sealed record OriginFlow(string Host, IPAddress Address, double Requests);

/// <summary>What stops when a provider stops.</summary>
/// <param name="Provider">Which.</param>
/// <param name="Hows">What says that these are its machines.</param>
/// <param name="Share">The share of all requests that are for zones on it, 0 to 1; a zone on several counts with its part.</param>
/// <param name="Zones">The zones, the most visited first.</param>
internal sealed record ProviderLoad(OriginProvider Provider, ImmutableArray<string> Hows, double Share, ImmutableArray<ZoneLoad> Zones);

/// <summary>A zone on a provider.</summary>
/// <param name="ZoneId">The zone.</param>
/// <param name="ZoneName">Its name.</param>
/// <param name="Share">Its share of all requests, 0 to 1.</param>
/// <param name="OfZone">The part of what it asks its origins that goes there, 0 to 1.</param>
internal sealed record ZoneLoad(string ZoneId, string ZoneName, double Share, double OfZone);

/// <summary>"What stops if this provider stops", from what edges tell. Immutable.</summary>
internal sealed class ProviderMap
{
    /// <summary>
    /// What is configured to take over, in words: Holdfast has no failover from one origin to another yet, so with and without it the same stops.
    /// </summary>
    public const string Failover =
        "None is configured, since there is none yet: a zone whose provider stops answers from its cache what lies there, and with an error page otherwise.";

    /// <summary>No zone's provider.</summary>
    public static readonly ImmutableDictionary<string, OriginProvider> Nothing = ImmutableDictionary<string, OriginProvider>.Empty;

    private ProviderMap(ImmutableArray<ProviderLoad> providers, ImmutableDictionary<string, OriginProvider> main)
    {
        Providers = providers;
        Main = main;
    }

    /// <summary>Every provider, the one that most requests depend on first.</summary>
    public ImmutableArray<ProviderLoad> Providers { get; }

    /// <summary>For each zone the provider that most of its origins' answers come from.</summary>
    public ImmutableDictionary<string, OriginProvider> Main { get; }

    /// <summary>Draws the map.</summary>
    public static ProviderMap Of(IReadOnlyCollection<ZoneFlow> flows, ProviderFinder finder)
    {
        var all = flows.Sum(flow => flow.Requests);
        var parts = (
            from flow in flows
            let asked = flow.Origins.Sum(origin => origin.Requests)
            where asked > 0
            from origin in flow.Origins
            select (Flow: flow, Provider: finder.Of(origin.Host, origin.Address), Part: origin.Requests / asked)
        ).ToList();
        var providers = parts
            .GroupBy(part => part.Provider.Name, StringComparer.Ordinal)
            .Select(group => new ProviderLoad(
                group.First().Provider,
                [.. group.Select(part => part.Provider.How).Distinct().Order(StringComparer.Ordinal)],
                all > 0 ? group.Sum(part => part.Flow.Requests * part.Part) / all : 0,
                [
                    .. group
                        .GroupBy(part => part.Flow.ZoneId)
                        .Select(zone => new ZoneLoad(
                            zone.Key,
                            zone.First().Flow.ZoneName,
                            all > 0 ? zone.First().Flow.Requests / all : 0,
                            Math.Min(1, zone.Sum(part => part.Part))
                        ))
                        .OrderByDescending(zone => zone.Share * zone.OfZone)
                        .ThenBy(zone => zone.ZoneName, StringComparer.Ordinal),
                ]
            ))
            .OrderByDescending(load => load.Share)
            .ThenBy(load => load.Provider.Name, StringComparer.Ordinal);
        var main = parts
            .GroupBy(part => part.Flow.ZoneId)
            .ToImmutableDictionary(
                zone => zone.Key,
                zone => zone.GroupBy(part => part.Provider.Name).MaxBy(one => one.Sum(part => part.Part))!.First().Provider
            );
        return new ProviderMap([.. providers], main);
    }
}
