namespace Holdfast.Edge.Guard;

/// <summary>
/// One zone's breaker of one module: opens after repeated faults, rests, and then lets one request at a time try the module until it has gone well
/// often enough. Only requests of a module that has had faults come here. Any thread.
/// </summary>
internal sealed class ModuleBreaker(ZoneGuard zone, EdgeModule module)
{
    private readonly Lock _lock = new();
    private BreakerState _state;
    private int _faults;
    private long _windowFrom;
    private long _nextProbe;
    private long _closedAt;
    private int _probesGood;
    private TimeSpan _rest;

    /// <summary>Whose it is.</summary>
    public ZoneGuard Zone => zone;

    /// <summary>Which module.</summary>
    public EdgeModule Module => module;

    /// <summary>How it stands.</summary>
    public BreakerState State
    {
        get
        {
            lock (_lock)
            {
                return _state;
            }
        }
    }

    /// <summary>Faults since the edge's start.</summary>
    public long Total { get; private set; }

    /// <summary>The last fault, with the place in code where there is one.</summary>
    public string Last { get; private set; } = "";

    /// <summary>The generation of the zone's release that the request ran on; 0 where that is not known.</summary>
    public long LastGeneration { get; private set; }

    /// <summary>When that was.</summary>
    public DateTimeOffset LastAt { get; private set; }

    /// <summary>Whether the module may be tried: by this request, which then says how it went.</summary>
    public bool MayProbe()
    {
        var now = zone.Edge.Time.GetTimestamp();
        lock (_lock)
        {
            if (_state == BreakerState.Closed)
            {
                return true;
            }

            if (now < _nextProbe)
            {
                return false;
            }

            // One whose answer never comes is not waited for longer than a rest.
            _state = BreakerState.Probing;
            _nextProbe = now + Ticks(_rest);
            return true;
        }
    }

    /// <summary>The module has gone well.</summary>
    /// <returns>Whether the breaker has closed by that.</returns>
    public bool Succeeded()
    {
        lock (_lock)
        {
            if (_state != BreakerState.Probing)
            {
                return false;
            }

            _nextProbe = 0;
            if (++_probesGood < zone.Edge.Limits.ProbesToClose)
            {
                return false;
            }

            _state = BreakerState.Closed;
            _closedAt = zone.Edge.Time.GetTimestamp();
            _faults = 0;
            return true;
        }
    }

    /// <summary>The module has failed.</summary>
    /// <param name="what">What happened.</param>
    /// <param name="isLost">Whether one such fault is enough.</param>
    /// <param name="generation">The generation that it happened with, or 0.</param>
    /// <returns>What came of it.</returns>
    public FaultOutcome Faulted(string what, bool isLost, long generation)
    {
        var edge = zone.Edge;
        var limits = edge.Limits;
        var now = edge.Time.GetTimestamp();
        lock (_lock)
        {
            Total++;
            Last = what;
            LastGeneration = generation;
            LastAt = edge.Time.GetUtcNow();
            switch (_state)
            {
                case BreakerState.Probing:
                    Open(now, _rest * 2);
                    return FaultOutcome.Counted;

                case BreakerState.Open:
                    return FaultOutcome.Counted;

                default:
                    if (_faults == 0 || now - _windowFrom > Ticks(limits.FaultWindow))
                    {
                        _windowFrom = now;
                        _faults = 0;
                    }

                    if (++_faults < limits.FaultsToOpen && !isLost)
                    {
                        return _faults == 1 ? FaultOutcome.First : FaultOutcome.Counted;
                    }

                    // One that opens again soon has not got well.
                    var again = _rest > TimeSpan.Zero && now - _closedAt < Ticks(limits.LongestRest);
                    Open(now, again ? _rest * 2 : limits.FirstRest);
                    return FaultOutcome.Opened;
            }
        }
    }

    private void Open(long now, TimeSpan rest)
    {
        var longest = zone.Edge.Limits.LongestRest;
        _rest = rest < longest ? rest : longest;
        _state = BreakerState.Open;
        _probesGood = 0;
        _nextProbe = now + Ticks(_rest);
    }

    private long Ticks(TimeSpan time) => (long)(time.TotalSeconds * zone.Edge.Time.TimestampFrequency);
}

/// <summary>How a breaker stands.</summary>
internal enum BreakerState
{
    /// <summary>The module runs.</summary>
    Closed,

    /// <summary>It does not.</summary>
    Open,

    /// <summary>One request tries it.</summary>
    Probing,
}

/// <summary>What came of a fault.</summary>
internal enum FaultOutcome
{
    /// <summary>It is the first for a while.</summary>
    First,

    /// <summary>It was counted.</summary>
    Counted,

    /// <summary>It has opened the breaker.</summary>
    Opened,
}
