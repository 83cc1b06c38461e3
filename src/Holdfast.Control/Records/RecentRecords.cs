using System.Collections.Immutable;
using Holdfast.Model.Zones;

namespace Holdfast.Control.Records;

/// <summary>
/// The records of zones that were changed lately, so that the next change of one of thousands need not read all of them again. Whoever
/// changes a zone takes its records out and puts them back when the change is on the disk; when it is not, they are read again. Safe to
/// use from several threads.
/// </summary>
internal sealed class RecentRecords
{
    /// <summary>Most records of all zones together, some 30 MB of memory.</summary>
    public const int Capacity = 50_000;

    private readonly Lock _gate = new();
    private readonly Dictionary<string, LinkedListNode<Entry>> _entries = new(StringComparer.Ordinal);
    private readonly LinkedList<Entry> _byUse = new();
    private readonly Dictionary<string, long> _taken = new(StringComparer.Ordinal);
    private long _tickets;
    private int _records;

    /// <summary>How many records are remembered.</summary>
    public int Count
    {
        get
        {
            lock (_gate)
            {
                return _records;
            }
        }
    }

    /// <summary>Takes a zone's records, for a change that nobody else makes at the same time.</summary>
    /// <param name="zoneId">The zone.</param>
    /// <param name="ticket">What puts them back.</param>
    /// <returns>The zone, or null when it is to be read.</returns>
    public RecentZone? Take(string zoneId, out long ticket)
    {
        lock (_gate)
        {
            ticket = ++_tickets;
            _taken[zoneId] = ticket;
            if (!_entries.TryGetValue(zoneId, out var node))
            {
                return null;
            }

            Drop(node);
            return node.Value.Zone;
        }
    }

    /// <summary>Puts back what the zone has now, unless somebody has taken it since then: they know better.</summary>
    public void Put(string zoneId, long ticket, RecentZone zone)
    {
        lock (_gate)
        {
            if (!IsLatest(zoneId, ticket))
            {
                return;
            }

            _taken.Remove(zoneId);
            _entries[zoneId] = _byUse.AddLast(new Entry(zoneId, zone));
            _records += zone.Records.Length;
            while (_records > Capacity)
            {
                Drop(_byUse.First!);
            }
        }
    }

    /// <summary>A change was not made: its records are read again.</summary>
    public void Forget(string zoneId, long ticket)
    {
        lock (_gate)
        {
            if (IsLatest(zoneId, ticket))
            {
                _taken.Remove(zoneId);
            }
        }
    }

    private bool IsLatest(string zoneId, long ticket) => _taken.TryGetValue(zoneId, out var latest) && latest == ticket;

    private void Drop(LinkedListNode<Entry> node)
    {
        _byUse.Remove(node);
        _entries.Remove(node.Value.ZoneId);
        _records -= node.Value.Zone.Records.Length;
    }

    private sealed record Entry(string ZoneId, RecentZone Zone);
}

/// <summary>A zone as its last change of records left it.</summary>
/// <param name="Records">Its records.</param>
/// <param name="Config">Its configuration, which is the present one as long as the zone is at this generation.</param>
/// <param name="Generation">The zone's generation.</param>
internal sealed record RecentZone(ImmutableArray<DnsRecord> Records, ZoneConfig Config, long Generation);
