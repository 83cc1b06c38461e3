using Holdfast.Rules.Evaluation;

namespace Holdfast.Edge.Guard;

/// <summary>
/// What a thread does under guard, for the watchdog to see; and the run's checkpoint. Written by its own thread alone. A run does not await: one
/// that does ends before and begins anew.
/// </summary>
internal sealed class GuardSlot : ICheckpoint
{
    // So many checkpoints pass before the clock is looked at: a short run never does.
    private const int BetweenLooks = 32;

    private static readonly Lock AllLock = new();
    private static WeakReference<GuardSlot>[] _all = [];

    [ThreadStatic]
    private static GuardSlot? _current;

    private int _passed;
    private long _deadline;
    private long _allocated;
    private int _since;

    /// <summary>This thread's.</summary>
    public static GuardSlot Current => _current ??= Register();

    /// <summary>The threads' that there are, and some that have ended.</summary>
    public static IEnumerable<GuardSlot> All
    {
        get
        {
            foreach (var reference in Volatile.Read(ref _all))
            {
                if (reference.TryGetTarget(out var slot))
                {
                    yield return slot;
                }
            }
        }
    }

    /// <summary>Whose module runs, or ran last.</summary>
    public ZoneGuard? Guard { get; private set; }

    /// <summary>Which module.</summary>
    public EdgeModule Module { get; private set; }

    /// <summary>The watchdog's look at which the run began; 0 when none is under way.</summary>
    public int Since => Volatile.Read(ref _since);

    /// <summary>The look at which the watchdog found the thread lost. Its own.</summary>
    public int LostSince { get; set; }

    /// <summary>Begins a run.</summary>
    public void Begin(ZoneGuard guard, EdgeModule module, int look)
    {
        Guard = guard;
        Module = module;
        _passed = 0;
        _deadline = 0;
        _allocated = GC.GetAllocatedBytesForCurrentThread();
        Volatile.Write(ref _since, look);
    }

    /// <summary>Ends it.</summary>
    /// <returns>Bytes that it has allocated.</returns>
    public long End()
    {
        Volatile.Write(ref _since, 0);
        return GC.GetAllocatedBytesForCurrentThread() - _allocated;
    }

    /// <inheritdoc/>
    public void Pass()
    {
        if (++_passed % BetweenLooks == 0)
        {
            Look();
        }
    }

    private void Look()
    {
        if (_since == 0)
        {
            return;
        }

        var edge = Guard!.Edge;
        var now = edge.Time.GetTimestamp();
        if (_deadline == 0)
        {
            _deadline = now + edge.TimeBudget;
        }
        else if (now > _deadline && !edge.IsOff)
        {
            throw new BudgetPassedException(edge.Limits.TimeBudget);
        }
    }

    private static GuardSlot Register()
    {
        var slot = new GuardSlot();
        lock (AllLock)
        {
            _all = [.. _all.Where(reference => reference.TryGetTarget(out _)), new WeakReference<GuardSlot>(slot)];
        }

        return slot;
    }
}
