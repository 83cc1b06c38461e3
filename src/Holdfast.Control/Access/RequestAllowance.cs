using System.Collections.Concurrent;

namespace Holdfast.Control.Access;

/// <summary>
/// How many requests a credential may make: so many in a period, counted from its first request, as Cloudflare's API counts. Bounded by
/// the number of credentials that were in use within the last period. Safe to use from several threads.
/// </summary>
internal sealed class RequestAllowance
{
    /// <summary>How long the count runs.</summary>
    public static readonly TimeSpan Period = TimeSpan.FromMinutes(5);

    /// <summary>Counts that are over are looked for when there are more than this many.</summary>
    private const int SweptAbove = 1_000;

    private readonly TimeProvider _time;
    private readonly ConcurrentDictionary<string, Count> _counts = new(StringComparer.Ordinal);
    private long _sweptAt;

    /// <summary>An allowance of which nothing is used.</summary>
    /// <param name="requests">Requests in a period.</param>
    /// <param name="time">The clock.</param>
    public RequestAllowance(int requests, TimeProvider time)
    {
        Requests = requests;
        _time = time;
        _sweptAt = time.GetTimestamp();
    }

    /// <summary>Requests in a period.</summary>
    public int Requests { get; }

    /// <summary>How many credentials are counted now.</summary>
    public int Counted => _counts.Count;

    /// <summary>Takes one request out of a credential's allowance.</summary>
    /// <returns>What is left, below 0 when there was none; and how long until the whole allowance is there again.</returns>
    public (int Left, TimeSpan Reset) Take(string credential)
    {
        Sweep();
        return _counts.GetOrAdd(credential, static (_, time) => new Count(time.GetTimestamp()), _time).Take(Requests, _time);
    }

    private void Sweep()
    {
        var last = Volatile.Read(ref _sweptAt);
        if (
            _counts.Count > SweptAbove
            && _time.GetElapsedTime(last) > Period
            && Interlocked.CompareExchange(ref _sweptAt, _time.GetTimestamp(), last) == last
        )
        {
            foreach (var (credential, count) in _counts)
            {
                if (count.IsOver(_time))
                {
                    _counts.TryRemove(credential, out _);
                }
            }
        }
    }

    private sealed class Count(long begun)
    {
        private readonly Lock _gate = new();
        private long _begun = begun;
        private int _taken;

        public (int, TimeSpan) Take(int most, TimeProvider time)
        {
            lock (_gate)
            {
                if (time.GetElapsedTime(_begun) >= Period)
                {
                    _begun = time.GetTimestamp();
                    _taken = 0;
                }

                // What is refused is not counted on: the number cannot overflow, and refused retries do not lengthen the wait.
                _taken = Math.Min(_taken + 1, most + 1);
                return (most - _taken, Period - time.GetElapsedTime(_begun));
            }
        }

        public bool IsOver(TimeProvider time)
        {
            lock (_gate)
            {
                return time.GetElapsedTime(_begun) >= Period;
            }
        }
    }
}
