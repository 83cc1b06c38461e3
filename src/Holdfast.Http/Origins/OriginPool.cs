using Holdfast.Http.Deadlines;

namespace Holdfast.Http.Origins;

/// <summary>
/// The idle connections to one endpoint. Taking and giving back take no lock: each is an exchange of one slot. The connection given
/// back last lies lowest and is taken first, so that those a flood left behind grow old and are closed. Among the lowest, one whose
/// events come to the thread that asks goes first: the whole exchange then stays on one thread, and no other is woken.
/// </summary>
public sealed class OriginPool : IDisposable
{
    /// <summary>How long an address that could not be connected to goes behind the others: 10 s.</summary>
    public static readonly TimeSpan RestTime = TimeSpan.FromSeconds(10);

    // How many slots are looked through for a connection of the thread's own: as many idle ones as there are under a usual load.
    private const int OwnThreadSlots = 32;

    private readonly OriginPoolLimits _limits;
    private readonly DeadlineSweep _sweep;
    private OriginConnection?[] _idle = [];
    private int _closed;
    private long _failedAt;

    /// <summary>An empty pool.</summary>
    public OriginPool(OriginEndpoint endpoint, OriginPoolLimits limits, DeadlineSweep sweep)
    {
        Endpoint = endpoint;
        _limits = limits;
        _sweep = sweep;
        Touch();
    }

    /// <summary>Where its connections lead.</summary>
    public OriginEndpoint Endpoint { get; }

    /// <summary>How many idle connections there are, about.</summary>
    public int IdleCount => _idle.Count(c => c is not null);

    /// <summary>When it was wanted last, as a timestamp.</summary>
    public long LastUsed { get; private set; }

    /// <summary>Says that connecting failed: for <see cref="RestTime"/> other addresses are better tried first.</summary>
    public void Rest() => Volatile.Write(ref _failedAt, _sweep.Time.GetTimestamp());

    /// <summary>Whether connecting had failed shortly before this timestamp.</summary>
    public bool IsResting(long at) =>
        Volatile.Read(ref _failedAt) is not 0 and var failed && failed < at && _sweep.Time.GetElapsedTime(failed, at) < RestTime;

    /// <summary>Says that it is wanted.</summary>
    public void Touch() => LastUsed = _sweep.Time.GetTimestamp();

    /// <summary>An idle connection that is still good, or null.</summary>
    public OriginConnection? TryTake()
    {
        var idle = Volatile.Read(ref _idle);
        var now = _sweep.Time.GetTimestamp();
        LastUsed = now;
        var thread = Environment.CurrentManagedThreadId;
        for (var i = 0; i < Math.Min(idle.Length, OwnThreadSlots); i++)
        {
            if (Volatile.Read(ref idle[i]) is { } seen && seen.HomeThread == thread && TakeUsable(ref idle[i], now) is { } own)
            {
                return own;
            }
        }

        for (var i = 0; i < idle.Length; i++)
        {
            if (Volatile.Read(ref idle[i]) is not null && TakeUsable(ref idle[i], now) is { } any)
            {
                return any;
            }
        }

        return null;
    }

    private OriginConnection? TakeUsable(ref OriginConnection? slot, long now)
    {
        if (Interlocked.Exchange(ref slot, null) is not { } connection)
        {
            return null;
        }

        if (!IsTooOld(connection, now) && connection.IsUsable())
        {
            return connection;
        }

        connection.Dispose();
        return null;
    }

    /// <summary>Gives a connection back after an exchange that left it clean; closes it when it is old or there are enough.</summary>
    public void Return(OriginConnection connection)
    {
        connection.ReadDeadline.Lift();
        connection.WriteDeadline.Lift();
        connection.ReturnBuffer();
        var now = _sweep.Time.GetTimestamp();
        connection.IdleSince = now;
        LastUsed = now;
        if (Volatile.Read(ref _closed) == 0 && !IsTooOld(connection, now))
        {
            var idle = Slots();
            for (var i = 0; i < idle.Length; i++)
            {
                if (idle[i] is null && Interlocked.CompareExchange(ref idle[i], connection, null) is null)
                {
                    // Closed in between: whoever comes second empties the slot.
                    if (Volatile.Read(ref _closed) != 0)
                    {
                        Interlocked.Exchange(ref idle[i], null)?.Dispose();
                    }

                    return;
                }
            }
        }

        connection.Dispose();
    }

    /// <summary>Closes idle connections that are too old.</summary>
    public void Trim()
    {
        var now = _sweep.Time.GetTimestamp();
        var idle = Volatile.Read(ref _idle);
        for (var i = idle.Length - 1; i >= 0; i--)
        {
            if (idle[i] is { } seen && IsTooOld(seen, now) && Interlocked.CompareExchange(ref idle[i], null, seen) == seen)
            {
                seen.Dispose();
            }
        }
    }

    /// <summary>Closes the idle connections; those in use are closed when they are given back.</summary>
    public void Dispose()
    {
        // A full fence on both sides: a connection that is being given back is seen here, or sees that the pool is closed.
        Interlocked.Exchange(ref _closed, 1);
        var idle = Volatile.Read(ref _idle);
        for (var i = 0; i < idle.Length; i++)
        {
            Interlocked.Exchange(ref idle[i], null)?.Dispose();
        }
    }

    // Made when the first connection is given back: there is a pool for every origin of a million zones, and few are in use.
    private OriginConnection?[] Slots()
    {
        var idle = Volatile.Read(ref _idle);
        if (idle.Length == 0 && _limits.MaxIdle > 0)
        {
            var made = new OriginConnection?[_limits.MaxIdle];
            var before = Interlocked.CompareExchange(ref _idle, made, idle);
            idle = before == idle ? made : before;
        }

        return idle;
    }

    private bool IsTooOld(OriginConnection connection, long now) =>
        _sweep.Time.GetElapsedTime(connection.Created, now) > _limits.MaxLifetime
        || _sweep.Time.GetElapsedTime(connection.IdleSince, now) > _limits.MaxIdleTime;
}
