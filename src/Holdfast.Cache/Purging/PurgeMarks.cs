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
public sealed partial class PurgeMarks(TimeProvider time, PurgeMarkLimits? limits = null)
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

                // Where the query string means nothing to the cache, it is in no key; where its order means nothing, it is sorted there.
                if (kind == PurgeKind.Url && value.IndexOf('?', path) is > 0 and var query)
                {
                    Put(zone, zoneName, of, value[..path], value[path..query], number);
                    var sorted = SortedQuery.Of(value[query..]);
                    if (sorted != value[query..])
                    {
                        Put(zone, zoneName, of, value[..path], value[path..query] + sorted, number);
                    }
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
}
