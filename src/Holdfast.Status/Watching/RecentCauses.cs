using System.Collections.Immutable;
using System.Globalization;

namespace Holdfast.Status.Watching;

/// <summary>What an edge's errors and modules' faults of the last minute were. One thread at a time.</summary>
internal sealed class RecentCauses
{
    /// <summary>After so long a count is down to a third.</summary>
    private const double Seconds = 60;

    private const int Told = 3;

    private readonly Dictionary<(string Cause, bool IsEdges), double> causes = [];
    private readonly Dictionary<(string Module, string ZoneId), (double Count, long Generation)> modules = [];

    /// <summary>Takes what came since the document before.</summary>
    public void Take(EdgeHealth before, EdgeHealth now, double seconds)
    {
        var keep = Math.Exp(-seconds / Seconds);
        foreach (var key in causes.Keys.ToList())
        {
            causes[key] *= keep;
            if (causes[key] < 0.01)
            {
                causes.Remove(key);
            }
        }

        foreach (var cause in now.Causes)
        {
            var more = cause.Count - before.Causes.FirstOrDefault(other => other.Error == cause.Error).Count;
            if (more > 0)
            {
                causes[(cause.Error, cause.IsEdges)] = causes.GetValueOrDefault((cause.Error, cause.IsEdges)) + more;
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

    /// <summary><c>edge_fault 82%, no_route 18%</c>: the most frequent errors of one blame; null when there were none.</summary>
    public string? Of(bool edges)
    {
        var ours = causes.Where(cause => cause.Key.IsEdges == edges).OrderByDescending(cause => cause.Value).ToImmutableArray();
        var sum = ours.Sum(cause => cause.Value);
        return sum < 1
            ? null
            : string.Join(
                ", ",
                ours.Take(Told)
                    .Where(cause => cause.Value / sum >= 0.01)
                    .Select(cause => string.Create(CultureInfo.InvariantCulture, $"{cause.Key.Cause} {100 * cause.Value / sum:0}%"))
            );
    }

    /// <summary>The module that fails most: its name, its zone's id or empty, and the generation of the zone's release.</summary>
    public (string Module, string ZoneId, long Generation)? Module =>
        modules.Count == 0 ? null
        : modules.MaxBy(module => module.Value.Count) is var worst ? (worst.Key.Module, worst.Key.ZoneId, worst.Value.Generation)
        : null;
}
