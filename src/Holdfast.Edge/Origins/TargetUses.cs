namespace Holdfast.Edge.Origins;

/// <summary>
/// The targets that one compiled zone has in use. They are made when a request first needs them: a zone of thousands of hosts is asked
/// for few of them at a time. Any thread may use it.
/// </summary>
internal sealed class TargetUses(OriginTargets targets)
{
    private readonly Lock _gate = new();
    private readonly List<OriginTarget> _used = [];
    private bool _over;

    /// <summary>Where records' servers listen.</summary>
    public OriginPorts Ports => targets.RecordPorts;

    /// <summary>The target, which stays in use until it or everything is left.</summary>
    public OriginTarget Use(OriginTargetKey key)
    {
        var target = targets.Use(key);
        lock (_gate)
        {
            if (!_over)
            {
                _used.Add(target);
                return target;
            }
        }

        // A request that began before the zone was replaced needs it for itself alone.
        targets.Leave(target);
        return target;
    }

    /// <summary>One target is not in use any more.</summary>
    public void Leave(OriginTarget target)
    {
        lock (_gate)
        {
            if (!_used.Remove(target))
            {
                return;
            }
        }

        targets.Leave(target);
    }

    /// <summary>The zone is not kept any more.</summary>
    public void LeaveAll()
    {
        List<OriginTarget> left;
        lock (_gate)
        {
            _over = true;
            left = [.. _used];
            _used.Clear();
        }

        left.ForEach(targets.Leave);
    }
}
