using System.Collections.Concurrent;

namespace Holdfast.Control.Storage;

/// <summary>
/// How many zones the lists of late had, by filter: a guess at where the next page's list ends, which may be wrong and then costs time
/// alone. Clients page until an empty page comes. Safe to use from several threads.
/// </summary>
internal sealed class RecentTotals
{
    /// <summary>Most filters: more than are listed at a time.</summary>
    private const int Capacity = 256;

    private readonly ConcurrentDictionary<string, int> _totals = new(StringComparer.Ordinal);

    /// <summary>Whether the list of late ended before a page that leaves out so many.</summary>
    public bool IsBehind(string filter, int skip) => _totals.TryGetValue(filter, out var total) && skip >= total;

    /// <summary>Remembers how many a list has.</summary>
    public void Remember(string filter, int total)
    {
        if (_totals.Count >= Capacity)
        {
            _totals.Clear();
        }

        _totals[filter] = total;
    }
}
