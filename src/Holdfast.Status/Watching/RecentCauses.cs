using System.Collections.Immutable;
using System.Globalization;

namespace Holdfast.Status.Watching;

/// <summary>What an edge's errors and modules' faults of the last minute were, of the whole and of each zone. One thread at a time.</summary>
internal sealed class RecentCauses
{
    /// <summary>After so long a count is down to a third.</summary>
    private const double Seconds = 60;

    private const int Told = 3;

    /// <summary>The edge as a whole, among zones' ids.</summary>
    private const string Whole = "";

    private readonly Dictionary<string, Dictionary<(string Cause, bool IsEdges), double>> causes = new(StringComparer.Ordinal);
    private readonly Dictionary<(string Module, string ZoneId), (double Count, long Generation)> modules = [];

    /// <summary>Takes what came since the document before.</summary>
    public void Take(EdgeHealth before, EdgeHealth now, double seconds)
    {
        var keep = Math.Exp(-seconds / Seconds);
        foreach (var (zoneId, zone) in causes)
        {
            foreach (var key in zone.Keys)
            {
                zone[key] *= keep;
                if (zone[key] < 0.01)
                {
                    zone.Remove(key);
                }
            }

            if (zone.Count == 0)
            {
                causes.Remove(zoneId);
            }
        }

        Take(Whole, before.Causes, now.Causes);
        foreach (var (id, zone) in now.Zones)
        {
            // A zone that was told without them before has counts of long ago.
            var earlier = before.Zones.TryGetValue(id, out var known) ? known.Causes : [];
            if (!zone.Causes.IsDefaultOrEmpty && !earlier.IsDefault)
            {
                Take(id, earlier, zone.Causes);
            }
        }

        foreach (var (key, (count, generation)) in modules.ToList())
        {
            modules[key] = (count * keep, generation);
            if (count < 0.01)
            {
                modules.Remove(key);
            }
        }

        foreach (var module in now.Modules)
        {
            var more =
                module.Count - before.Modules.FirstOrDefault(other => other.Module == module.Module && other.ZoneId == module.ZoneId).Count;
            if (more > 0)
            {
                var key = (module.Module, module.ZoneId);
                modules[key] = (modules.GetValueOrDefault(key).Count + more, module.Generation);
            }
        }
    }

    /// <summary>The most frequent errors of one blame, worst first, with their shares of it; empty when there were none.</summary>
    /// <param name="edges">Those that are the edge's fault, else the origin's.</param>
    /// <param name="zoneId">The zone; null for the edge as a whole. Of a zone that the edge tells no causes of, those of the whole.</param>
    public ImmutableArray<(string Cause, double Share)> Of(bool edges, string? zoneId)
    {
        var ours = (causes.GetValueOrDefault(zoneId ?? Whole) ?? [])
            .Where(cause => cause.Key.IsEdges == edges)
            .OrderByDescending(cause => cause.Value)
            .ThenBy(cause => cause.Key.Cause, StringComparer.Ordinal)
            .ToImmutableArray();
        var sum = ours.Sum(cause => cause.Value);
        return sum >= 1 ? [.. ours.Select(cause => (cause.Key.Cause, cause.Value / sum)).Where(cause => cause.Item2 >= 0.01).Take(Told)]
            : zoneId is null ? []
            : Of(edges, null);
    }

    /// <summary><c>edge_fault 82%, no_route 18%</c>; null for none.</summary>
    public static string? Text(ImmutableArray<(string Cause, double Share)> causes) =>
        causes.IsEmpty
            ? null
            : string.Join(
                ", ",
                causes.Select(cause => string.Create(CultureInfo.InvariantCulture, $"{cause.Cause} {100 * cause.Share:0}%"))
            );

    /// <summary>The module that fails most: its name, its zone's id or empty, and the generation of the zone's release.</summary>
    public (string Module, string ZoneId, long Generation)? Module =>
        modules.Count == 0 ? null
        : modules.MaxBy(module => module.Value.Count) is var worst ? (worst.Key.Module, worst.Key.ZoneId, worst.Value.Generation)
        : null;

    private void Take(string zoneId, ImmutableArray<EdgeCause> before, ImmutableArray<EdgeCause> now)
    {
        foreach (var cause in now)
        {
            var more = cause.Count - before.FirstOrDefault(other => other.Error == cause.Error).Count;
            if (more > 0)
            {
                var key = (cause.Error, cause.IsEdges);
                var zone = causes.TryGetValue(zoneId, out var known) ? known : causes[zoneId] = [];
                zone[key] = zone.GetValueOrDefault(key) + more;
            }
        }
    }
}
