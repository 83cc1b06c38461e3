using Holdfast.Http.Deadlines;
using Holdfast.Http.Origins;

namespace Holdfast.Edge.Origins;

/// <summary>All origin targets and connection pools of an edge. They are state: a new release of a zone finds its connections as they were.</summary>
internal sealed class OriginTargets : IDisposable
{
    private static readonly TimeSpan TrimInterval = TimeSpan.FromSeconds(5);

    // How long what nobody uses is kept: a zone that was dropped and is asked for again finds its connections.
    private static readonly TimeSpan ForgetAfter = TimeSpan.FromMinutes(1);

    private readonly Lock _gate = new();
    private readonly Dictionary<OriginTargetKey, OriginTarget> _targets = [];
    private readonly Dictionary<OriginEndpoint, OriginPool> _pools = [];
    private readonly ITimer _trim;

    /// <summary>No targets yet.</summary>
    public OriginTargets(IOriginResolver resolver, OriginPoolLimits limits, DeadlineSweep sweep, IOriginEvents events)
    {
        Resolver = resolver;
        Limits = limits;
        Sweep = sweep;
        Events = events;
        Connector = new OriginConnector(limits, sweep);
        _trim = sweep.Time.CreateTimer(static state => ((OriginTargets)state!).Trim(), this, TrimInterval, TrimInterval);
    }

    /// <summary>Limits of the connections.</summary>
    public OriginPoolLimits Limits { get; }

    /// <summary>Makes connections.</summary>
    public OriginConnector Connector { get; init; }

    /// <summary>Ends what waits too long.</summary>
    public DeadlineSweep Sweep { get; }

    /// <summary>Told what becomes of attempts to connect.</summary>
    public IOriginEvents Events { get; }

    /// <summary>How many connections wait for their next exchange, about.</summary>
    public int IdleCount
    {
        get
        {
            lock (_gate)
            {
                return _pools.Values.Sum(p => p.IdleCount);
            }
        }
    }

    /// <summary>Where the servers behind records listen.</summary>
    public OriginPorts RecordPorts { get; init; } = OriginPorts.Standard;

    internal TimeProvider Time => Sweep.Time;

    internal IOriginResolver Resolver { get; }

    /// <summary>Told of targets that are forgotten; requests may still run to them.</summary>
    public Action<OriginTarget>? Forgotten { get; set; }

    /// <summary>How many targets there are.</summary>
    public int Count
    {
        get
        {
            lock (_gate)
            {
                return _targets.Count;
            }
        }
    }

    /// <summary>How many pools there are.</summary>
    public int PoolCount
    {
        get
        {
            lock (_gate)
            {
                return _pools.Count;
            }
        }
    }

    /// <summary>The target, made when it is asked for first. It is kept until as many have left it as use it, and a minute longer.</summary>
    public OriginTarget Use(OriginTargetKey key)
    {
        lock (_gate)
        {
            if (!_targets.TryGetValue(key, out var target))
            {
                target = new OriginTarget(key, this);
                _targets[key] = target;
            }

            target.Users++;
            return target;
        }
    }

    /// <summary>One who used the target does so no more.</summary>
    public void Leave(OriginTarget target)
    {
        lock (_gate)
        {
            target.Users--;
            target.LeftAt = Time.GetTimestamp();
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _trim.Dispose();
        lock (_gate)
        {
            foreach (var pool in _pools.Values)
            {
                pool.Dispose();
            }
        }
    }

    internal OriginPool PoolFor(OriginEndpoint endpoint)
    {
        lock (_gate)
        {
            if (!_pools.TryGetValue(endpoint, out var pool))
            {
                pool = new OriginPool(endpoint, Limits, Sweep);
                _pools[endpoint] = pool;
            }

            // Whoever asks has not said yet that it uses the pool.
            pool.Touch();
            return pool;
        }
    }

    /// <summary>Closes connections that are too old, and forgets what nobody uses. Called every few seconds.</summary>
    internal void Trim()
    {
        List<OriginTarget> forgotten;
        lock (_gate)
        {
            forgotten = [.. _targets.Values.Where(target => target.Users == 0 && Time.GetElapsedTime(target.LeftAt) >= ForgetAfter)];
            forgotten.ForEach(target => _targets.Remove(target.Key));
            var used = _targets.Values.SelectMany(target => target.CurrentPools).ToHashSet();
            foreach (var (endpoint, pool) in _pools)
            {
                pool.Trim();
                if (!used.Contains(pool) && Time.GetElapsedTime(pool.LastUsed) >= ForgetAfter)
                {
                    // A request that still has it makes connections of its own, which are closed when they are given back.
                    _pools.Remove(endpoint);
                    pool.Dispose();
                }
            }
        }

        forgotten.ForEach(target => Forgotten?.Invoke(target));
    }
}
