using System.Runtime.InteropServices;

namespace Holdfast.Status.Reports;

/// <summary>Counts by key within a span of time, and says when one has had enough. Memory is bounded. For any thread.</summary>
/// <param name="window">The span; all counts begin anew with the next.</param>
/// <param name="most">Most of one key in a span.</param>
/// <param name="keys">Keys that are known at once; while there are more, new ones have as many as they like.</param>
/// <param name="time">The clock.</param>
internal sealed class WindowCounts<T>(TimeSpan window, int most, int keys, TimeProvider time)
    where T : notnull
{
    private readonly Lock turn = new();
    private readonly Dictionary<T, int> counts = [];
    private long current;

    /// <summary>Counts one more; false when the key has had enough.</summary>
    public bool TryAdd(T key)
    {
        lock (turn)
        {
            var span = time.GetUtcNow().Ticks / window.Ticks;
            if (span != current)
            {
                current = span;
                counts.Clear();
            }

            if (counts.Count >= keys && !counts.ContainsKey(key))
            {
                return true;
            }

            ref var count = ref CollectionsMarshal.GetValueRefOrAddDefault(counts, key, out _);
            if (count >= most)
            {
                return false;
            }

            count++;
            return true;
        }
    }
}
