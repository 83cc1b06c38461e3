using System.Runtime.InteropServices;

namespace Holdfast.Status.Reports;

/// <summary>A service's reports of the last day, in memory. For any thread.</summary>
internal sealed class ReportTally
{
    /// <summary>Slots whose networks are known yet: those that the state looks at, and one more.</summary>
    public const int LiveSlots = 4;

    private readonly Lock turn = new();
    private readonly Dictionary<long, int> taken = [];
    private readonly Dictionary<long, ReportSlot> settled = [];
    private readonly Dictionary<long, Dictionary<long, int>> networks = [];
    private readonly HashSet<long> changed = [];

    /// <summary>A slot as it lies on the disk.</summary>
    public void Load(ReportSlot slot)
    {
        lock (turn)
        {
            taken[slot.Slot] = slot.Taken;
            if (slot.Counted >= 0)
            {
                settled[slot.Slot] = slot;
            }
            else
            {
                settled[slot.Slot] = slot with { Counted = slot.Taken };
                changed.Add(slot.Slot);
            }
        }
    }

    /// <summary>A network's reports in a slot as they lie on the disk.</summary>
    public void LoadNetwork(long slot, long network, int reports)
    {
        lock (turn)
        {
            Networks(slot)[network] = reports;
            changed.Add(slot);
        }
    }

    /// <summary>One more report, which is on the disk.</summary>
    public void Add(long slot, long network)
    {
        lock (turn)
        {
            CollectionsMarshal.GetValueRefOrAddDefault(taken, slot, out _)++;
            CollectionsMarshal.GetValueRefOrAddDefault(Networks(slot), network, out _)++;
            changed.Add(slot);
        }
    }

    /// <summary>Reports of a network in a slot so far.</summary>
    public int Of(long slot, long network)
    {
        lock (turn)
        {
            return networks.TryGetValue(slot, out var reports) ? reports.GetValueOrDefault(network) : 0;
        }
    }

    /// <summary>One slot; an empty one when nothing was reported in it.</summary>
    public ReportSlot this[long slot]
    {
        get
        {
            lock (turn)
            {
                Settle(slot);
                return settled.GetValueOrDefault(slot, new ReportSlot(slot, 0, 0, 0, ReportLevel.None));
            }
        }
    }

    /// <summary>How many different networks reported in the slots from one on, which must be live.</summary>
    public int NetworksFrom(long slot)
    {
        lock (turn)
        {
            return networks.Where(one => one.Key >= slot).SelectMany(one => one.Value.Keys).Distinct().Count();
        }
    }

    /// <summary>Says what level is told in a slot: the worst stays.</summary>
    public void Tell(long slot, ReportLevel level)
    {
        lock (turn)
        {
            Settle(slot);
            var known = settled.GetValueOrDefault(slot, new ReportSlot(slot, 0, 0, 0, ReportLevel.None));
            if (known.Level < level)
            {
                settled[slot] = known with { Level = level };
                changed.Add(slot);
            }
        }
    }

    /// <summary>Slots that have changed since they were asked for the last time, settled.</summary>
    public List<ReportSlot> TakeChanged()
    {
        lock (turn)
        {
            List<ReportSlot> slots = [.. changed.Select(slot => this[slot])];
            changed.Clear();
            return slots;
        }
    }

    /// <summary>Slots that could not be written, and are to be taken again.</summary>
    public void PutBack(IEnumerable<ReportSlot> slots)
    {
        lock (turn)
        {
            changed.UnionWith(slots.Select(slot => slot.Slot));
        }
    }

    /// <summary>Forgets what is older than a day, and the networks of what is not live any more.</summary>
    public void Forget(long now)
    {
        lock (turn)
        {
            foreach (var slot in taken.Keys.Concat(settled.Keys).Where(slot => slot < now - ReportLimits.SlotsOfDay - 1).ToList())
            {
                taken.Remove(slot);
                settled.Remove(slot);
                changed.Remove(slot);
            }

            foreach (var slot in networks.Keys.Where(slot => slot <= now - LiveSlots).ToList())
            {
                Settle(slot);
                networks.Remove(slot);
            }
        }
    }

    private Dictionary<long, int> Networks(long slot)
    {
        if (!networks.TryGetValue(slot, out var reports))
        {
            networks[slot] = reports = [];
        }

        return reports;
    }

    private void Settle(long slot)
    {
        if (
            !networks.TryGetValue(slot, out var reports)
            || (settled.TryGetValue(slot, out var known) && known.Taken == taken.GetValueOrDefault(slot) && known.Networks == reports.Count)
        )
        {
            return;
        }

        settled[slot] = new ReportSlot(
            slot,
            taken.GetValueOrDefault(slot),
            NetworkShare.Counted(reports.Values),
            reports.Count,
            settled.TryGetValue(slot, out var before) ? before.Level : ReportLevel.None
        );
    }
}
