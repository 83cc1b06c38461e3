namespace Holdfast.Releases.Intake;

/// <summary>
/// Exponential back-off: 100 ms, doubled each time, to 5 s; each delay is drawn between half of it and all of it, so that a fleet
/// does not come back in step. Used by one loop.
/// </summary>
public sealed class RetryDelay
{
    /// <summary>The first delay, before the draw.</summary>
    public static readonly TimeSpan First = TimeSpan.FromMilliseconds(100);

    /// <summary>The longest delay.</summary>
    public static readonly TimeSpan Longest = TimeSpan.FromSeconds(5);

    private readonly Random _random;
    private int _failures;

    /// <summary>Delays drawn from this source, which must not be shared with another thread.</summary>
    public RetryDelay(Random random)
    {
        _random = random;
    }

    /// <summary>The delay before the next attempt.</summary>
    public TimeSpan Next()
    {
        var full = Math.Min(Longest.TotalMilliseconds, First.TotalMilliseconds * Math.Pow(2, Math.Min(_failures, 30)));
        _failures++;
        return TimeSpan.FromMilliseconds(full * (0.5 + (_random.NextDouble() / 2)));
    }

    /// <summary>After a success the next delay is short again.</summary>
    public void Reset() => _failures = 0;
}
