using Holdfast.Http.Deadlines;

namespace Holdfast.Http.Origins;

/// <summary>
/// The idle connections to one endpoint. Taking and giving back take no lock: each is an exchange of one slot. The connection given
/// back last lies lowest and is taken first, so that those a flood left behind grow old and are closed.
/// </summary>
public sealed class OriginPool : IDisposable
{
    /// <summary>How long an address that could not be connected to goes behind the others: 10 s.</summary>
    public static readonly TimeSpan RestTime = TimeSpan.FromSeconds(10);

    private readonly OriginPoolLimits _limits;
    private readonly DeadlineSweep _sweep;
    private readonly OriginConnection?[] _idle;
    private int _closed;
    private long _failedAt;

    /// <summary>An empty pool.</summary>
    public OriginPool(OriginEndpoint endpoint, OriginPoolLimits limits, DeadlineSweep sweep)
    {
        Endpoint = endpoint;
        _limits = limits;
        _sweep = sweep;
        _idle = new OriginConnection?[limits.MaxIdle];
        LastUsed = sweep.Time.GetTimestamp();
    }

    /// <summary>Where its connections lead.</summary>
    public OriginEndpoint Endpoint { get; }

    /// <summary>When a connection was last taken, asked for or given back, as a timestamp.</summary>
    public long LastUsed { get; private set; }

    /// <summary>How many idle connections there are, about.</summary>
    public int IdleCount => _idle.Count(c => c is not null);

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
        var now = _sweep.Time.GetTimestamp();
        LastUsed = now;
        for (var i = 0; i < _idle.Length; i++)
        {
            if (Volatile.Read(ref _idle[i]) is null || Interlocked.Exchange(ref _idle[i], null) is not { } connection)
            {
                continue;
            }

            if (!IsTooOld(connection, now) && connection.IsUsable())
            {
                return connection;
            }

            connection.Dispose();
        }

        return null;
    }

    /// <summary>Gives a connection back after an exchange that left it clean; closes it when it is old or there are enough.</summary>
    public void Return(OriginConnection connection)
    {
        connection.ReadDeadline.Lift();
        connection.WriteDeadline.Lift();
        connection.ReturnBuffer();
        var now = _sweep.Time.GetTimestamp();
        LastUsed = now;
        connection.IdleSince = now;
        if (Volatile.Read(ref _closed) == 0 && !IsTooOld(connection, now))
        {
            for (var i = 0; i < _idle.Length; i++)
            {
                if (_idle[i] is null && Interlocked.CompareExchange(ref _idle[i], connection, null) is null)
                {
                    // Closed in between: whoever comes second empties the slot.
                    if (Volatile.Read(ref _closed) != 0)
                    {
                        Interlocked.Exchange(ref _idle[i], null)?.Dispose();
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
        for (var i = _idle.Length - 1; i >= 0; i--)
        {
            if (_idle[i] is { } seen && IsTooOld(seen, now) && Interlocked.CompareExchange(ref _idle[i], null, seen) == seen)
            {
                seen.Dispose();
            }
        }
    }

    /// <summary>Closes the idle connections; those in use are closed when they are given back.</summary>
    public void Dispose()
    {
        Volatile.Write(ref _closed, 1);
        for (var i = 0; i < _idle.Length; i++)
        {
            Interlocked.Exchange(ref _idle[i], null)?.Dispose();
        }
    }

    private bool IsTooOld(OriginConnection connection, long now) =>
        _sweep.Time.GetElapsedTime(connection.Created, now) > _limits.MaxLifetime
        || _sweep.Time.GetElapsedTime(connection.IdleSince, now) > _limits.MaxIdleTime;
}
