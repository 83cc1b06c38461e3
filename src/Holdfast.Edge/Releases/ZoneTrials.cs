using System.Collections.Concurrent;

namespace Holdfast.Edge.Releases;

/// <summary>The zones whose releases are on trial. Any thread.</summary>
internal sealed class ZoneTrials
{
    private readonly ConcurrentDictionary<ZoneSides, bool> _all = new();

    /// <summary>One is on trial.</summary>
    public void Add(ZoneSides sides) => _all[sides] = true;

    /// <summary>One is not any more.</summary>
    public void Remove(ZoneSides sides) => _all.TryRemove(sides, out _);

    /// <summary>What zones are compiled with has changed.</summary>
    /// <param name="zone">For which zone; null for all.</param>
    public void Refresh(string? zone)
    {
        foreach (var sides in _all.Keys.Where(sides => zone is null || sides.Zone == zone))
        {
            sides.Refresh();
        }
    }
}
