using System.Net;
using Holdfast.Status.Providers;

namespace Holdfast.Status.Watching;

/// <summary>How much of what comes to an edge is for which zone, and where its answers come from: over about the last hour. One thread at a time.</summary>
internal sealed class Flows
{
    /// <summary>After so many seconds a count is down to a third.</summary>
    private const double Seconds = 3_600;

    private readonly Dictionary<string, Zone> zones = new(StringComparer.Ordinal);

    /// <summary>Each zone.</summary>
    public IEnumerable<ZoneFlow> All =>
        zones.Select(zone => new ZoneFlow(
            zone.Key,
            zone.Value.Name,
            zone.Value.Requests,
            [.. zone.Value.Origins.Select(origin => new OriginFlow(origin.Key.Host, origin.Key.Address, origin.Value))]
        ));

    /// <summary>Takes what came since the document before.</summary>
    public void Take(EdgeHealth before, EdgeHealth now, double seconds)
    {
        var keep = Math.Exp(-seconds / Seconds);
        foreach (var (id, zone) in zones.ToList())
        {
            zone.Requests *= keep;
            foreach (var key in zone.Origins.Keys.ToList())
            {
                zone.Origins[key] *= keep;
                if (zone.Origins[key] < 0.01)
                {
                    zone.Origins.Remove(key);
                }
            }

            if (zone.Requests < 0.01)
            {
                zones.Remove(id);
            }
        }

        foreach (var (id, zone) in now.Zones)
        {
            var earlier = before.Zones.GetValueOrDefault(id);
            if (zone.Counts.Since(earlier?.Counts ?? default) is not { Requests: > 0 } more)
            {
                continue;
            }

            if (!zones.TryGetValue(id, out var flow))
            {
                zones.Add(id, flow = new Zone());
            }

            flow.Name = zone.Name;
            flow.Requests += more.Requests;
            foreach (var origin in zone.Origins)
            {
                var counted =
                    earlier?.Origins.FirstOrDefault(other => other.Host == origin.Host && origin.Address.Equals(other.Address)).Requests
                    ?? 0;

                // One that was forgotten and comes anew counts from 1 again.
                var asked = origin.Requests >= counted ? origin.Requests - counted : origin.Requests;
                if (asked > 0)
                {
                    var key = (origin.Host, origin.Address);
                    flow.Origins[key] = flow.Origins.GetValueOrDefault(key) + asked;
                }
            }
        }
    }

    private sealed class Zone
    {
        public string Name { get; set; } = "";

        public double Requests { get; set; }

        public Dictionary<(string Host, IPAddress Address), double> Origins { get; } = [];
    }
}
