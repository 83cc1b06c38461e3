using System.Collections.Concurrent;

namespace Holdfast.Edge.Listening.Certificates;

/// <summary>
/// A bounded cache that makes a missing value once however many ask for it at the same time, and drops what was not asked for longest.
/// A hit takes no lock and allocates nothing. Any thread may call it.
/// </summary>
/// <param name="capacity">Most entries, at least 10; a tenth of them is dropped when one more comes.</param>
internal sealed class SingleFlightCache<TValue>(int capacity)
{
    private readonly ConcurrentDictionary<string, Entry> _entries = new(StringComparer.Ordinal);
    private readonly Lock _eviction = new();
    private long _clock;

    /// <summary>How many entries there are, those in the making included.</summary>
    public int Count => _entries.Count;

    /// <summary>The value under a key.</summary>
    /// <param name="key">The key.</param>
    /// <param name="isFresh">Whether a value may still be given out; if not it is made anew.</param>
    /// <param name="make">Makes the value, on the caller's thread. What it throws everybody who waits gets, and nothing is kept.</param>
    /// <param name="state">Handed to both.</param>
    /// <param name="cancellationToken">Ends the caller's waiting, not the making.</param>
    public ValueTask<TValue> GetAsync<TState>(
        string key,
        Func<TState, TValue, bool> isFresh,
        Func<TState, string, TValue> make,
        TState state,
        CancellationToken cancellationToken
    )
    {
        while (true)
        {
            if (_entries.TryGetValue(key, out var found))
            {
                Volatile.Write(ref found.LastUse, Interlocked.Increment(ref _clock));
                var made = found.Made.Task;
                if (!made.IsCompletedSuccessfully)
                {
                    return new ValueTask<TValue>(made.WaitAsync(cancellationToken));
                }

                if (isFresh(state, made.Result))
                {
                    return new ValueTask<TValue>(made.Result);
                }
            }

            var entry = new Entry { LastUse = Interlocked.Increment(ref _clock) };
            if (found is null ? _entries.TryAdd(key, entry) : _entries.TryUpdate(key, entry, found))
            {
                return Make(key, entry, make, state);
            }
        }
    }

    private ValueTask<TValue> Make<TState>(string key, Entry entry, Func<TState, string, TValue> make, TState state)
    {
        try
        {
            entry.Made.SetResult(make(state, key));
        }
        catch (Exception e)
        {
            // Out of the cache before it completes, so that no hit ever finds a failure.
            _entries.TryRemove(new KeyValuePair<string, Entry>(key, entry));
            entry.Made.SetException(e);
            return new ValueTask<TValue>(entry.Made.Task);
        }

        if (_entries.Count > capacity)
        {
            Evict();
        }

        return new ValueTask<TValue>(entry.Made.Task);
    }

    private void Evict()
    {
        lock (_eviction)
        {
            var excess = _entries.Count - capacity + (capacity / 10);
            if (_entries.Count <= capacity)
            {
                return;
            }

            foreach (var old in _entries.ToArray().OrderBy(e => Volatile.Read(ref e.Value.LastUse)).Take(excess))
            {
                _entries.TryRemove(old);
            }
        }
    }

    private sealed class Entry
    {
        public long LastUse;

        public TaskCompletionSource<TValue> Made { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
