namespace Holdfast.Edge.Zones;

/// <summary>
/// Compiles warm zones again because what all of them are compiled with has changed: the account's rulesets. Each zone serves as it was until its new
/// form is there, so no request waits and none meets a zone with half of a change. The first few are done at once, the others one after the
/// other on one thread of the pool; however many there are, that is all they take. Any thread.
/// </summary>
/// <param name="warm">The zones; changed under the lock alone.</param>
/// <param name="gate">The lock.</param>
/// <param name="source">Reads and compiles them.</param>
/// <param name="dropped">Told of compiled zones that came too late.</param>
internal sealed class ZoneRenewal(WarmZones warm, Lock gate, IZoneSource source, Action<ZoneRuntime> dropped)
{
    /// <summary>
    /// Zones of so many bytes of compiled memory are done before <see cref="Renew"/> returns: a few hundred plain zones, or a few hundred rules. An edge
    /// of a few zones has then changed as one; a big one does not keep other releases waiting.
    /// </summary>
    public const int WeightAtOnce = 1024 * 1024;

    private readonly Queue<(int Artifact, WarmZones.Entry Entry)> _waiting = new();

    // Which change the zones are renewed for: what was begun before the last one does not count.
    private int _round;
    private int _busy;
    private bool _isRunning;

    /// <summary>See <see cref="WeightAtOnce"/>.</summary>
    public int AtOnce { get; init; } = WeightAtOnce;

    /// <summary>Zones that serve as they were before the last change.</summary>
    public int Outdated
    {
        get
        {
            lock (gate)
            {
                return _waiting.Count + _busy;
            }
        }
    }

    /// <summary>Renews the zones that requests come for; those that nobody has asked for again are dropped, and read when somebody does.</summary>
    /// <param name="isMeant">Which zones depend on what has changed; the others stay as they are.</param>
    public void Renew(Func<ZoneRuntime, bool> isMeant)
    {
        lock (gate)
        {
            _round++;
            _waiting.Clear();
            foreach (var hot in warm.KeepHot(isMeant))
            {
                _waiting.Enqueue(hot);
            }
        }

        for (var left = AtOnce; left > 0 && Step(out var weight); left -= weight) { }

        lock (gate)
        {
            if (_isRunning || _waiting.Count == 0)
            {
                return;
            }

            _isRunning = true;
        }

        Queue();
    }

    private void Queue() => ThreadPool.UnsafeQueueUserWorkItem(static renewal => renewal.Work(), this, preferLocal: false);

    // One zone a turn: what else waits for a thread of the pool comes in between.
    private void Work()
    {
        Step(out _);
        lock (gate)
        {
            if (_waiting.Count == 0)
            {
                _isRunning = false;
                return;
            }
        }

        Queue();
    }

    private bool Step(out int weight)
    {
        (int Artifact, WarmZones.Entry Entry) next;
        int round;
        lock (gate)
        {
            if (!_waiting.TryDequeue(out next))
            {
                weight = 0;
                return false;
            }

            round = _round;
            _busy++;
        }

        weight = next.Entry.Weight;
        var zone = warm[next.Artifact] == next.Entry ? source.Read(next.Artifact, ZoneKey.Of(next.Entry.Zone!.Config.Name)) : null;
        lock (gate)
        {
            _busy--;
            if (round != _round || warm[next.Artifact] != next.Entry)
            {
                // It was replaced or dropped meanwhile, or waits for a later change.
                if (zone is not null)
                {
                    dropped(zone);
                }
            }
            else if (zone is null)
            {
                warm.Drop(next.Artifact);
            }
            else
            {
                warm.Put(next.Artifact, next.Entry.Renewed(zone));
            }
        }

        return true;
    }
}
