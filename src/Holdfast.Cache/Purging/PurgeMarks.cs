using System.Collections.Concurrent;
using System.Text;
using Holdfast.Cache.Fields;
using Holdfast.Cache.Storage;
using Holdfast.Model.Purging;

namespace Holdfast.Cache.Purging;

/// <summary>
/// The purges in effect, as marks: a purge puts marks down and touches no stored response. Each response carries the number that the
/// clock showed when its origin was asked, and is purged when a mark on it has a higher one; so is a response that was under way
/// meanwhile. Whoever finds a response whose number is the clock's, or above, need not look at any mark: that is all that a hit pays.
/// One that was looked at and spared gets the clock's number. Reading takes no lock and allocates nothing. Thread-safe.
/// </summary>
/// <param name="time">The clock that numbers are taken from.</param>
/// <param name="limits">How many marks are kept.</param>
public sealed class PurgeMarks(TimeProvider time, PurgeMarkLimits? limits = null)
{
    [ThreadStatic]
    private static ByteBuffer? t_names;

    private readonly PurgeMarkLimits _limits = limits ?? new PurgeMarkLimits();
    private readonly ConcurrentDictionary<byte[], long> _marks = new(ByteStringComparer.Instance);
    private readonly ConcurrentDictionary<byte[], ZoneMarks> _zones = new(ByteStringComparer.Instance);
    private readonly Lock _gate = new();
    private TaskCompletionSource _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);

    // Above every number that a process before this one can have given, unless the machine's clock went back.
    private long _clock = time.GetUtcNow().ToUnixTimeMilliseconds();
    private long _floor;

    /// <summary>The number of the newest purge; what a response gets whose origin is asked now.</summary>
    public long Clock => Volatile.Read(ref _clock);

    /// <summary>Responses with a lower number are purged whatever they are: the marks that would tell are gone.</summary>
    public long Floor => Volatile.Read(ref _floor);

    /// <summary>How many marks there are.</summary>
    public int Count => _marks.Count + _zones.Count;

    /// <summary>Completes at the next purge.</summary>
    internal Task Changed => Volatile.Read(ref _changed).Task;

    private static ByteBuffer Names => t_names ??= new ByteBuffer();

    /// <summary>Puts a purge into effect: when this returns, nothing that it selects is served from a store.</summary>
    /// <returns>The number of its marks.</returns>
    public long Apply(Purge purge) =>
        Publish(number =>
        {
            foreach (var value in purge.Kind == PurgeKind.Everything ? [""] : purge.Values)
            {
                Put(purge.ZoneId, purge.Kind, value, number);
            }

            Bound(purge.ZoneId, number);
        });

    /// <summary>Purges everything of every zone.</summary>
    /// <returns>The number below which everything is purged.</returns>
    public long ApplyToAll() =>
        Publish(number =>
        {
            Volatile.Write(ref _floor, number);
            _zones.Clear();
            _marks.Clear();
        });

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

    /// <summary>Whether a stored response is purged. One that is not gets the clock's number.</summary>
    internal bool Removes(StoredResponse response)
    {
        // Read before the marks: what is put down meanwhile is above it.
        var clock = Clock;
        if (response.Began >= clock)
        {
            return false;
        }

        if (IsMarked(response, response.Began))
        {
            return true;
        }

        response.Began = clock;
        return false;
    }

    private bool IsMarked(StoredResponse response, long began)
    {
        if (began < Floor)
        {
            return true;
        }

        var subject = PurgeSubject.Of(response.Key, Names);
        if (!_zones.GetAlternateLookup<ReadOnlySpan<byte>>().TryGetValue(subject.Zone, out var zone))
        {
            return false;
        }

        return zone.Everything > began
            || (zone.Host > began && IsMarked(subject.Name(PurgeMarkKind.Host, subject.HostEnd), began))
            || (zone.Url > began && IsMarked(subject.Name(PurgeMarkKind.Url, subject.Length), began))
            || (zone.Prefix > began && HasMarkedPrefix(subject, zone.PrefixLengths, began))
            || (zone.Tag > began && HasMarkedTag(response, subject.Zone, began));
    }

    private bool HasMarkedPrefix(PurgeSubject subject, int[] lengths, long began)
    {
        foreach (var length in lengths)
        {
            if (length > subject.Length)
            {
                break;
            }

            if (length > subject.HostEnd && IsMarked(subject.Name(PurgeMarkKind.Prefix, length), began))
            {
                return true;
            }
        }

        return false;
    }

    private bool HasMarkedTag(StoredResponse response, ReadOnlySpan<byte> zone, long began)
    {
        var names = Names;
        MarkName.Begin(names, PurgeMarkKind.Tag, zone);
        var start = names.Length;
        foreach (var field in response.Fields)
        {
            if (field.Known != FieldName.CacheTag)
            {
                continue;
            }

            var tags = new CacheTags(field.Value);
            while (tags.MoveNext())
            {
                names.Truncate(start);
                names.AddLower(tags.Current);
                if (IsMarked(names.Written, began))
                {
                    return true;
                }
            }
        }

        return false;
    }

    private bool IsMarked(ReadOnlySpan<byte> name, long began) =>
        _marks.GetAlternateLookup<ReadOnlySpan<byte>>().TryGetValue(name, out var number) && number > began;

    private long Publish(Action<long> put)
    {
        long number;
        lock (_gate)
        {
            number = Math.Max(_clock + 1, time.GetUtcNow().ToUnixTimeMilliseconds());
            put(number);

            // Last: who sees the number sees the marks.
            Volatile.Write(ref _clock, number);
        }

        Interlocked.Exchange(ref _changed, new(TaskCreationOptions.RunContinuationsAsynchronously)).TrySetResult();
        return number;
    }

    private void Put(string zoneId, PurgeKind kind, string value, long number)
    {
        var zoneName = Encoding.ASCII.GetBytes(zoneId);
        var zone = _zones.GetOrAdd(zoneName, static _ => new ZoneMarks());
        switch (kind)
        {
            case PurgeKind.Host:
                Put(zone, zoneName, PurgeMarkKind.Host, value, "", number);
                break;
            case PurgeKind.Tag:
                Put(zone, zoneName, PurgeMarkKind.Tag, value, "", number);
                break;
            case PurgeKind.Prefix or PurgeKind.Url:
                var path = value.IndexOf('/');
                path = path < 0 ? value.Length : path;
                var of = kind == PurgeKind.Url ? PurgeMarkKind.Url : PurgeMarkKind.Prefix;
                Put(zone, zoneName, of, value[..path], value[path..], number);

                // Where the query string means nothing to the cache, it is in no key.
                if (kind == PurgeKind.Url && value.IndexOf('?', path) is > 0 and var query)
                {
                    Put(zone, zoneName, of, value[..path], value[path..query], number);
                }

                break;
            default:
                zone.Everything = Math.Max(zone.Everything, number);
                break;
        }
    }

    private void Put(ZoneMarks zone, ReadOnlySpan<byte> zoneName, PurgeMarkKind kind, string lower, string target, long number)
    {
        var names = Names;
        MarkName.Begin(names, kind, zoneName);
        names.AddLower(Encoding.UTF8.GetBytes(lower));
        TargetForm.Write(names, Encoding.UTF8.GetBytes(target));
        var name = names.Written.ToArray();
        if (_marks.TryAdd(name, number))
        {
            zone.Count++;
        }
        else
        {
            _marks[name] = number;
        }

        zone.Note(kind, name.Length, number);
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
