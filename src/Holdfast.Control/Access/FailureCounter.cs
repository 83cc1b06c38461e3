namespace Holdfast.Control.Access;

/// <summary>
/// Slows those who fail. The first failures of a key (an address, an account) cost nothing; each further one doubles the pause before
/// the next attempt is looked at, up to a ceiling, so that nobody is locked out for good. A key that stays quiet is forgotten. Bounded:
/// when it is full, the key that failed longest ago goes. Safe to use from several threads.
/// </summary>
internal sealed class FailureCounter
{
    /// <summary>Failures that cost nothing: people mistype.</summary>
    public const int Free = 5;

    /// <summary>Most keys remembered, about 20 MB of memory.</summary>
    public const int Capacity = 100_000;

    /// <summary>The pause after the first failure that is not free.</summary>
    public static readonly TimeSpan FirstPause = TimeSpan.FromSeconds(1);

    /// <summary>Quiet after which a key's failures are forgotten.</summary>
    public static readonly TimeSpan Memory = TimeSpan.FromMinutes(15);

    private readonly TimeSpan _longestPause;
    private readonly TimeProvider _time;
    private readonly Lock _gate = new();
    private readonly Dictionary<string, LinkedListNode<Entry>> _entries = new(StringComparer.Ordinal);
    private readonly LinkedList<Entry> _byLastFailure = new();

    /// <summary>A counter without failures.</summary>
    /// <param name="longestPause">The ceiling of the pauses.</param>
    /// <param name="time">The clock.</param>
    public FailureCounter(TimeSpan longestPause, TimeProvider time)
    {
        _longestPause = longestPause;
        _time = time;
    }

    /// <summary>How long until an attempt of this key is looked at; null when it is at once.</summary>
    public TimeSpan? Pause(string key)
    {
        lock (_gate)
        {
            Forget();
            if (!_entries.TryGetValue(key, out var node))
            {
                return null;
            }

            var left = PauseAfter(node.Value.Failures) - _time.GetElapsedTime(node.Value.LastFailure);
            return left > TimeSpan.Zero ? left : null;
        }
    }

    /// <summary>Counts a failure.</summary>
    public void Failed(string key)
    {
        lock (_gate)
        {
            Forget();
            var failures = 1;
            if (_entries.Remove(key, out var node))
            {
                failures = node.Value.Failures + 1;
                _byLastFailure.Remove(node);
            }
            else if (_entries.Count >= Capacity)
            {
                Drop(_byLastFailure.First!);
            }

            _entries[key] = _byLastFailure.AddLast(new Entry(key, failures, _time.GetTimestamp()));
        }
    }

    /// <summary>Forgets a key's failures.</summary>
    public void Succeeded(string key)
    {
        lock (_gate)
        {
            if (_entries.TryGetValue(key, out var node))
            {
                Drop(node);
            }
        }
    }

    private TimeSpan PauseAfter(int failures) =>
        failures <= Free ? TimeSpan.Zero
        : failures - Free > 20 ? _longestPause
        : TimeSpan.FromTicks(Math.Min(_longestPause.Ticks, FirstPause.Ticks << (failures - Free - 1)));

    private void Forget()
    {
        while (_byLastFailure.First is { } oldest && _time.GetElapsedTime(oldest.Value.LastFailure) > Memory)
        {
            Drop(oldest);
        }
    }

    private void Drop(LinkedListNode<Entry> node)
    {
        _byLastFailure.Remove(node);
        _entries.Remove(node.Value.Key);
    }

    private sealed record Entry(string Key, int Failures, long LastFailure);
}
