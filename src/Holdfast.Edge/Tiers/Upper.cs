using Holdfast.Edge.Origins;
using Holdfast.Model.Zones;

namespace Holdfast.Edge.Tiers;

/// <summary>
/// One upper edge, and whether it is worth asking: one that has failed rests, for longer each time; then one request tries it, and it is
/// asked again by all when that one was answered. Thread-safe, no lock.
/// </summary>
internal sealed class Upper
{
    // As short as the time that a process takes to start again, up to a time in which nobody notices the tries.
    private static readonly TimeSpan FirstRest = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LongestRest = TimeSpan.FromSeconds(30);

    private readonly TimeProvider _time;
    private readonly Random _random;
    private long _restsUntil;
    private int _failures;
    private volatile bool _isSelf;

    /// <summary>An upper edge that has not failed.</summary>
    /// <param name="url">Where it is.</param>
    /// <param name="targets">Where its connections are kept.</param>
    /// <param name="time">The clock.</param>
    /// <param name="random">Spreads the tries of many lower edges.</param>
    public Upper(OriginUrl url, OriginTargets targets, TimeProvider time, Random random)
    {
        Url = url;
        Target = targets.Use(new OriginTargetKey(url.Host, url.Port, url.Scheme == OriginScheme.Https ? url.Host : null, true, false));
        _time = time;
        _random = random;
    }

    /// <summary>Where it is.</summary>
    public OriginUrl Url { get; }

    /// <summary>Its addresses and connections.</summary>
    public OriginTarget Target { get; }

    /// <summary>Whether it is this edge itself: what has its home there is asked for at the origin.</summary>
    public bool IsSelf => _isSelf;

    /// <summary>Whether it rests now.</summary>
    public bool IsResting => Volatile.Read(ref _restsUntil) != 0;

    /// <summary>Whether to ask it now.</summary>
    public bool TryAsk()
    {
        var until = Volatile.Read(ref _restsUntil);
        if (until == 0)
        {
            return true;
        }

        // Whoever is first moves the time on for the others until its own answer is there.
        var now = _time.GetTimestamp();
        return now >= until && Interlocked.CompareExchange(ref _restsUntil, After(now, UpperTimes.Try), until) == until;
    }

    /// <summary>It has answered.</summary>
    /// <returns>Whether it rested before.</returns>
    public bool Answered()
    {
        if (Volatile.Read(ref _restsUntil) == 0)
        {
            return false;
        }

        Volatile.Write(ref _failures, 0);
        return Interlocked.Exchange(ref _restsUntil, 0) != 0;
    }

    /// <summary>It has not answered. Of many requests that fail at once the first one counts.</summary>
    /// <param name="wasTry">Whether it rested, and this was the request that tried it.</param>
    /// <returns>How long it rests, or null when it does already.</returns>
    public TimeSpan? Failed(bool wasTry)
    {
        var until = Volatile.Read(ref _restsUntil);
        if (until != 0 && !wasTry)
        {
            return null;
        }

        var failures = Volatile.Read(ref _failures);
        var rest = TimeSpan.FromTicks(Math.Min(FirstRest.Ticks << Math.Min(failures, 16), LongestRest.Ticks));
        rest *= 0.8 + (0.4 * _random.NextDouble());
        if (Interlocked.CompareExchange(ref _restsUntil, After(_time.GetTimestamp(), rest), until) != until)
        {
            return null;
        }

        Volatile.Write(ref _failures, failures + 1);
        return rest;
    }

    /// <summary>It is this edge itself.</summary>
    public void FoundSelf() => _isSelf = true;

    private long After(long now, TimeSpan rest) => Math.Max(now + (long)(rest.TotalSeconds * _time.TimestampFrequency), 1);
}
