using System.Collections.Concurrent;
using Holdfast.Http.Deadlines;
using Holdfast.Http.Origins;

namespace Holdfast.Edge.Origins;

/// <summary>All origin targets and connection pools of an edge. They are state: a new release of a zone finds its connections as they were.</summary>
internal sealed class OriginTargets : IDisposable
{
    private static readonly TimeSpan TrimInterval = TimeSpan.FromSeconds(5);

    private readonly ConcurrentDictionary<OriginTargetKey, OriginTarget> _targets = new();
    private readonly ConcurrentDictionary<OriginEndpoint, OriginPool> _pools = new();
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
    public OriginConnector Connector { get; }

    /// <summary>Ends what waits too long.</summary>
    public DeadlineSweep Sweep { get; }

    /// <summary>Told what becomes of attempts to connect.</summary>
    public IOriginEvents Events { get; }

    /// <summary>How many connections wait for their next exchange, about.</summary>
    public int IdleCount => _pools.Values.Sum(p => p.IdleCount);

    internal TimeProvider Time => Sweep.Time;

    internal IOriginResolver Resolver { get; }

    /// <summary>The target, made when it is asked for first.</summary>
    public OriginTarget Get(OriginTargetKey key) => _targets.GetOrAdd(key, static (k, owner) => new OriginTarget(k, owner), this);

    /// <inheritdoc/>
    public void Dispose()
    {
        _trim.Dispose();
        foreach (var pool in _pools.Values)
        {
            pool.Dispose();
        }
    }

    internal OriginPool PoolFor(OriginEndpoint endpoint) =>
        _pools.GetOrAdd(endpoint, static (e, owner) => new OriginPool(e, owner.Limits, owner.Sweep), this);

    private void Trim()
    {
        foreach (var pool in _pools.Values)
        {
            pool.Trim();
        }
    }
}
