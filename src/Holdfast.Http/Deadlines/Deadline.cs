namespace Holdfast.Http.Deadlines;

/// <summary>One connection's time limit, set before it waits and lifted after. Set by the connection, looked at by the sweep.</summary>
public sealed class Deadline : IDisposable
{
    // A time that the clock does not reach.
    private const long Never = long.MaxValue;

    private readonly DeadlineSweep _sweep;
    private readonly Action _onPassed;
    private long _due;
    private int _passed;

    internal Deadline(DeadlineSweep sweep, Action onPassed)
    {
        _sweep = sweep;
        _onPassed = onPassed;
    }

    /// <summary>Whether it passed since it was last set.</summary>
    public bool HasPassed => Volatile.Read(ref _passed) != 0;

    internal int Index { get; set; }

    /// <summary>Waits at most this long from now; replaces what was set before. <see cref="Timeout.InfiniteTimeSpan"/> is no limit.</summary>
    public void Set(TimeSpan limit)
    {
        Volatile.Write(ref _passed, 0);
        Volatile.Write(ref _due, DueIn(limit));
    }

    /// <summary>Brings the deadline forward to at most this long from now; never puts it off.</summary>
    public void Shorten(TimeSpan limit)
    {
        var due = DueIn(limit);
        var current = Volatile.Read(ref _due);
        if (due != 0 && (current == 0 || due < current))
        {
            Volatile.Write(ref _due, due);
        }
    }

    /// <summary>Waits without a limit until <see cref="Resume"/> sets one, unless it is set, shortened or lifted before.</summary>
    public void Suspend()
    {
        Volatile.Write(ref _passed, 0);
        Volatile.Write(ref _due, Never);
    }

    /// <summary>Sets the limit of a deadline that still is suspended; leaves any other as it is. May be called by another thread.</summary>
    public void Resume(TimeSpan limit) => Interlocked.CompareExchange(ref _due, DueIn(limit), Never);

    /// <summary>Waits without a limit.</summary>
    public void Lift()
    {
        Volatile.Write(ref _due, 0);
        Volatile.Write(ref _passed, 0);
    }

    /// <inheritdoc/>
    public void Dispose() => _sweep.Forget(this);

    // Whether it is due; from then on it is lifted until it is set again.
    internal bool TryPass(long now)
    {
        var due = Volatile.Read(ref _due);
        if (due == 0 || now < due || Interlocked.CompareExchange(ref _due, 0, due) != due)
        {
            return false;
        }

        Volatile.Write(ref _passed, 1);
        return true;
    }

    // It may have been lifted since the sweep saw it pass: what it guarded has ended in time after all.
    internal void Tell()
    {
        if (HasPassed)
        {
            _onPassed();
        }
    }

    // 0 stands for no limit; a limit beyond what the clock can count is one.
    private long DueIn(TimeSpan limit)
    {
        var ticks = limit.TotalSeconds * _sweep.Time.TimestampFrequency;
        return limit == Timeout.InfiniteTimeSpan || ticks > long.MaxValue / 2.0 ? 0 : Math.Max(1, _sweep.Time.GetTimestamp() + (long)ticks);
    }
}
