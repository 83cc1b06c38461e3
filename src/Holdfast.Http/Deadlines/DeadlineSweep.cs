namespace Holdfast.Http.Deadlines;

/// <summary>
/// Ends what has waited too long. A connection writes its deadline as a plain number before it waits; one timer looks at all of them.
/// So a time limit costs a request one write, where a cancellation source with a timer costs allocations and locks. A deadline is kept
/// to within <see cref="Interval"/>.
/// </summary>
public sealed class DeadlineSweep : IDisposable
{
    /// <summary>How often the timer looks: a quarter of a second, small beside every time limit there is.</summary>
    public static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(250);

    private readonly TimeProvider _time;
    private readonly ITimer _timer;
    private readonly Lock _lock = new();
    private Deadline?[] _deadlines = new Deadline?[64];
    private readonly List<Deadline> _passed = [];
    private int _count;
    private int _sweeping;

    /// <summary>Starts sweeping.</summary>
    public DeadlineSweep(TimeProvider time)
    {
        _time = time;
        _timer = time.CreateTimer(static state => ((DeadlineSweep)state!).Sweep(), this, Interval, Interval);
    }

    /// <summary>The time that deadlines are measured by.</summary>
    public TimeProvider Time => _time;

    /// <summary>How many deadlines are watched, those that wait for nothing included.</summary>
    public int Count
    {
        get
        {
            lock (_lock)
            {
                return _count;
            }
        }
    }

    /// <summary>Watches a new deadline until it is disposed.</summary>
    /// <param name="onPassed">Called once each time the deadline passes, on the timer's thread; must be quick and must not throw.</param>
    public Deadline Watch(Action onPassed)
    {
        var deadline = new Deadline(this, onPassed);
        lock (_lock)
        {
            if (_count == _deadlines.Length)
            {
                Array.Resize(ref _deadlines, _count * 2);
            }

            deadline.Index = _count;
            _deadlines[_count++] = deadline;
        }

        return deadline;
    }

    /// <summary>Looks at every deadline once.</summary>
    public void Sweep()
    {
        // One sweep at a time; the callbacks run outside the lock, because they may end connections, which forget their deadlines.
        if (Interlocked.Exchange(ref _sweeping, 1) != 0)
        {
            return;
        }

        try
        {
            var now = _time.GetTimestamp();
            lock (_lock)
            {
                for (var i = 0; i < _count; i++)
                {
                    if (_deadlines[i]!.TryPass(now))
                    {
                        _passed.Add(_deadlines[i]!);
                    }
                }
            }

            foreach (var deadline in _passed)
            {
                deadline.Tell();
            }

            _passed.Clear();
        }
        finally
        {
            Volatile.Write(ref _sweeping, 0);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _timer.Dispose();

    internal void Forget(Deadline deadline)
    {
        lock (_lock)
        {
            if (deadline.Index < 0)
            {
                return;
            }

            var last = _deadlines[--_count]!;
            _deadlines[deadline.Index] = last;
            last.Index = deadline.Index;
            _deadlines[_count] = null;
            deadline.Index = -1;
        }
    }
}
