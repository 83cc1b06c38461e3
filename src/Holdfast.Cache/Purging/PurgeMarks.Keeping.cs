using System.Text;
using Holdfast.Model.Purging;

namespace Holdfast.Cache.Purging;

/// <content>How long marks are kept, how many, and what outlives the process.</content>
public sealed partial class PurgeMarks
{
    /// <summary>Puts back what a process before this one remembered.</summary>
    /// <param name="floor">Its <see cref="Floor"/>.</param>
    /// <param name="marks">Its marks.</param>
    public void Restore(long floor, IEnumerable<PurgeMark> marks)
    {
        lock (_gate)
        {
            var clock = Math.Max(_clock, floor);
            Volatile.Write(ref _floor, Math.Max(_floor, floor));
            foreach (var mark in marks)
            {
                Put(mark.ZoneId, mark.Kind, mark.Value, mark.Number);
                clock = Math.Max(clock, mark.Number);
            }

            Volatile.Write(ref _clock, clock);
        }
    }

    /// <summary>All marks there are and the floor, for a process after this one.</summary>
    public (long Floor, IReadOnlyList<PurgeMark> Marks) Snapshot()
    {
        lock (_gate)
        {
            var marks = new List<PurgeMark>(Count);
            foreach (var (zone, summary) in _zones)
            {
                if (summary.Everything > 0)
                {
                    marks.Add(new PurgeMark(summary.Everything, Encoding.ASCII.GetString(zone), PurgeKind.Everything, ""));
                }
            }

            foreach (var (name, number) in _marks)
            {
                var zone = Encoding.ASCII.GetString(MarkName.ZoneOf(name));
                marks.Add(new PurgeMark(number, zone, KindOf(name), Encoding.UTF8.GetString(MarkName.ValueOf(name))));
            }

            return (_floor, marks);
        }
    }

    /// <summary>
    /// Forgets marks that nothing needs any more: everything stored was compared with them, and no response that was asked for before them
    /// can still be under way.
    /// </summary>
    /// <param name="compared">The number that every stored response now has at least.</param>
    public void Forget(long compared)
    {
        lock (_gate)
        {
            var limit = Math.Min(compared, time.GetUtcNow().ToUnixTimeMilliseconds() - (long)_limits.LongestFill.TotalMilliseconds);

            // A number that was given, since what began between two purges has the lower one's.
            var floor = _clock <= limit ? _clock : _floor;
            foreach (var number in _marks.Values.Concat(_zones.Values.Select(zone => zone.Everything)))
            {
                floor = number <= limit ? Math.Max(floor, number) : floor;
            }

            if (floor > _floor)
            {
                Volatile.Write(ref _floor, floor);
                Drop();
            }
        }
    }

    // A zone with too many marks gets one on everything: too much is purged then, and nothing too little.
    private void Bound(string zoneId, long number)
    {
        var zone = _zones[Encoding.ASCII.GetBytes(zoneId)];
        var total = _marks.Count;
        if (zone.Count > _limits.MostMarksOfZone)
        {
            total -= zone.Count;
            zone.Everything = number;
        }

        if (total > _limits.MostMarks)
        {
            foreach (var largest in _zones.Values.OrderByDescending(other => other.Count).ToList())
            {
                if (total <= _limits.MostMarks / 2)
                {
                    break;
                }

                total -= largest.Count;
                largest.Everything = number;
            }
        }

        if (total < _marks.Count)
        {
            Drop();
        }
    }

    // Takes out the marks that say nothing that the floor or the zone's mark on everything does not say.
    private void Drop()
    {
        var zones = new Dictionary<byte[], ZoneMarks>(ByteStringComparer.Instance);
        foreach (var (name, zone) in _zones)
        {
            zones[name] = new ZoneMarks { Everything = zone.Everything > _floor ? zone.Everything : 0 };
        }

        foreach (var (name, number) in _marks)
        {
            var zone = zones.GetAlternateLookup<ReadOnlySpan<byte>>()[MarkName.ZoneOf(name)];
            if (number <= _floor || number <= zone.Everything)
            {
                _marks.TryRemove(name, out _);
            }
            else
            {
                zone.Count++;
                zone.Note((PurgeMarkKind)name[0], name.Length, number);
            }
        }

        foreach (var (name, zone) in zones)
        {
            if (zone is { Everything: 0, Count: 0 })
            {
                _zones.TryRemove(name, out _);
            }
            else
            {
                _zones[name] = zone;
            }
        }
    }

    private static PurgeKind KindOf(ReadOnlySpan<byte> name) =>
        (PurgeMarkKind)name[0] switch
        {
            PurgeMarkKind.Host => PurgeKind.Host,
            PurgeMarkKind.Prefix => PurgeKind.Prefix,
            PurgeMarkKind.Url => PurgeKind.Url,
            _ => PurgeKind.Tag,
        };
}
