using System.Collections.Concurrent;
using Holdfast.Edge.Guard;

namespace Holdfast.Edge.Slices;

/// <summary>
/// The guards of zones' modules on the side of something on trial that many zones use: what fails there opens no breaker of the live side's. Any
/// thread.
/// </summary>
/// <param name="edge">The edge's guard.</param>
/// <param name="modules">The modules that what is on trial can break, a bit each.</param>
internal sealed class SideGuards(EdgeGuard edge, uint modules)
{
    private readonly ConcurrentDictionary<ZoneGuard, ZoneGuard> _beside = new();
    private HashSet<ModuleBreaker>? _openBefore;

    /// <summary>The guard beside a zone's own.</summary>
    public ZoneGuard Beside(ZoneGuard live) =>
        _beside.TryGetValue(live, out var beside)
            ? beside
            : _beside.GetOrAdd(live, static (live, edge) => new ZoneGuard(edge, live.Id, live), edge);

    /// <summary>From now on there is one side alone, with the zones' own guards: what is broken by now was so before.</summary>
    public void Watch() => _openBefore = [.. OpenIn(own: true)];

    /// <summary>Which module does not run any more with it, or null. What does not run without it either says nothing.</summary>
    public string? Broken()
    {
        var broken = _openBefore is { } before
            ? BrokenSince(before)
            : OpenIn(own: false).FirstOrDefault(breaker => !IsOpen(breaker.Zone.Live!, breaker.Module));
        return broken is null
            ? null
            : $"the module {EdgeModules.NameOf(broken.Module)} does not run any more with it in the zone '{broken.Zone.Id}': {broken.Last}";
    }

    // A zone whose own release is on trial has that to blame first, and for what it leaves open when it goes back.
    private ModuleBreaker? BrokenSince(HashSet<ModuleBreaker> before)
    {
        foreach (var breaker in OpenIn(own: true))
        {
            if (breaker.Zone.Slice is not null)
            {
                before.Add(breaker);
            }
            else if (!before.Contains(breaker))
            {
                return breaker;
            }
        }

        return null;
    }

    /// <summary>The trial has ended.</summary>
    public void Forget()
    {
        foreach (var guard in _beside.Values)
        {
            edge.Forget(guard);
        }
    }

    private IEnumerable<ModuleBreaker> OpenIn(bool own) =>
        edge
            .Troubled.Where(guard =>
                own ? guard.Live is null : guard.Live is { } live && _beside.TryGetValue(live, out var beside) && beside == guard
            )
            .SelectMany(guard => guard.Breakers)
            .Where(breaker => breaker.State != BreakerState.Closed && (breaker.Module.Bit & modules) != 0);

    private static bool IsOpen(ZoneGuard guard, EdgeModule module) =>
        guard.Breakers.Any(breaker => breaker.Module == module && breaker.State != BreakerState.Closed);
}
