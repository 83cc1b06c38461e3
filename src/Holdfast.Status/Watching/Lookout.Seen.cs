using Holdfast.Status.OutsideStatus;
using Holdfast.Status.Providers;

namespace Holdfast.Status.Watching;

// What the looking has shown, for whoever asks.
internal sealed partial class Lookout
{
    /// <summary>What is not as usual now.</summary>
    public List<Sign> Signs()
    {
        lock (reading)
        {
            return [.. states.Values.SelectMany(state => state.Signs())];
        }
    }

    /// <summary>What edges were asked for, and where the answers came from; a zone at several edges is one.</summary>
    public List<ZoneFlow> Flows()
    {
        lock (reading)
        {
            return
            [
                .. states
                    .Values.SelectMany(state => state.Flows)
                    .GroupBy(flow => flow.ZoneId)
                    .Select(group => new ZoneFlow(
                        group.Key,
                        group.First().ZoneName,
                        group.Sum(flow => flow.Requests),
                        [
                            .. group
                                .SelectMany(flow => flow.Origins)
                                .GroupBy(origin => (origin.Host, origin.Address))
                                .Select(origin => new OriginFlow(origin.Key.Host, origin.Key.Address, origin.Sum(one => one.Requests))),
                        ]
                    )),
            ];
        }
    }

    /// <summary>The map of providers as it is now.</summary>
    public ProviderMap Map() => ProviderMap.Of(Flows(), finder);

    /// <summary>The releases that edges told of, each with all that did.</summary>
    public List<SeenRelease> Releases()
    {
        lock (reading)
        {
            return
            [
                .. states
                    .Values.SelectMany(state => state.Releases)
                    .GroupBy(release => (release.Kind, release.Name, release.Generation))
                    .Select(group =>
                        group.MaxBy(release => release.ChangedAt)! with
                        {
                            At = group.Min(release => release.At),
                            Where = [.. group.SelectMany(release => release.Where).Distinct().Order(StringComparer.Ordinal)],
                        }
                    ),
            ];
        }
    }

    /// <summary>What the last look at a watch said, or null when there was none yet.</summary>
    public (DateTimeOffset At, bool IsFailing, string Said)? Last(string id)
    {
        lock (reading)
        {
            return states.TryGetValue(id, out var state) && state.LookedAt is { } at ? (at, state.IsFailing, state.Said) : null;
        }
    }

    /// <summary>When an edge last pushed, or null.</summary>
    public DateTimeOffset? PushedAt(string id)
    {
        lock (reading)
        {
            return states.TryGetValue(id, out var state) ? state.PushedAt : null;
        }
    }

    /// <summary>Outside services that are watched, in the order of their names, with what they say of themselves now.</summary>
    public List<OutsideService> Outside()
    {
        lock (reading)
        {
            return
            [
                .. states
                    .Values.Where(state => state.Watch.Kind == WatchKind.Feed)
                    .Select(state => new OutsideService(
                        state.Watch.Name,
                        state.Watch.Provider,
                        state.Outside.Troubles,
                        state.Outside.Troubles.IsEmpty ? state.Said : "",
                        state.LookedAt
                    ))
                    .OrderBy(service => service.Name, StringComparer.Ordinal),
            ];
        }
    }
}
