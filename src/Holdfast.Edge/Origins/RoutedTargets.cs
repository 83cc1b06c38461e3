using System.Collections.Concurrent;

namespace Holdfast.Edge.Origins;

/// <summary>The targets that rules lead a zone's requests to. They are made when a request first needs them. Any thread may use it.</summary>
internal sealed class RoutedTargets(TargetUses uses)
{
    /// <summary>
    /// The most that are remembered. Visitors choose names under wildcard records, and with them targets: when it is full, all are let go of
    /// and made again when they are needed; their connections stay for a minute.
    /// </summary>
    public const int Most = 1024;

    private readonly ConcurrentDictionary<(OriginTarget, OriginRoute), OriginTarget> _targets = new();
    private readonly Lock _gate = new();

    /// <summary>The target by a route.</summary>
    public OriginTarget For(OriginTarget target, OriginRoute route)
    {
        if (_targets.TryGetValue((target, route), out var known))
        {
            return known;
        }

        lock (_gate)
        {
            if (_targets.TryGetValue((target, route), out known))
            {
                return known;
            }

            if (_targets.Count >= Most)
            {
                foreach (var old in _targets.Values)
                {
                    uses.Leave(old);
                }

                _targets.Clear();
            }

            return _targets[(target, route)] = uses.Use(route.On(target.Key));
        }
    }
}
