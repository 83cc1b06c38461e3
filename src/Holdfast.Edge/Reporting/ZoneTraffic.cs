using System.Collections.Concurrent;
using System.Net;
using Holdfast.Edge.ErrorPages;

namespace Holdfast.Edge.Reporting;

/// <summary>
/// What each zone was asked and how often that failed, and whose fault it was. Any thread at any time; after a zone's first request nothing
/// allocates, waits or throws.
/// </summary>
internal sealed class ZoneTraffic
{
    /// <summary>Most zones that are told apart: what is asked for in a place within an hour, and a document of 200 KB. Others count together.</summary>
    public const int MaxZones = 1_000;

    /// <summary>A zone that was not asked for so long makes room.</summary>
    private static readonly TimeSpan Idle = TimeSpan.FromHours(1);

    private readonly ConcurrentDictionary<string, ZoneCount> _zones = new(StringComparer.Ordinal);
    private readonly ZoneCount _others = new("");
    private volatile bool _isFull;

    /// <summary>Zones beyond <see cref="MaxZones"/>, together.</summary>
    public ZoneCount Others => _others;

    /// <summary>A request ended.</summary>
    /// <param name="id">Its zone's id, or null when it had none.</param>
    /// <param name="name">The zone's name.</param>
    /// <param name="error">The edge's error, or none.</param>
    /// <param name="originStatus">What the origin answered, 0 when it was not asked or did not.</param>
    /// <param name="now">In milliseconds of the environment's tick count.</param>
    /// <param name="slow">Who kept the visitor waiting.</param>
    /// <param name="generation">The generation of the zone's release that served it.</param>
    public void Ended(
        string? id,
        string name,
        EdgeError error,
        int originStatus,
        long now,
        Slowness slow = Slowness.None,
        long generation = 0
    )
    {
        if (id is not null)
        {
            Of(id, name).Ended(error, originStatus, now, slow, generation);
        }
    }

    /// <summary>One of a zone's origins was asked.</summary>
    /// <param name="id">The zone's id; one that is not told apart has no origins.</param>
    /// <param name="host">The origin's name.</param>
    /// <param name="address">The address that it was reached at.</param>
    /// <param name="now">In milliseconds of the environment's tick count.</param>
    public void Asked(string id, string host, IPAddress address, long now)
    {
        if (_zones.TryGetValue(id, out var zone))
        {
            zone.Origins.Asked(host, address, now);
        }
    }

    /// <summary>Every zone with what it did, by id. Those that were idle for an hour are forgotten by it.</summary>
    /// <param name="now">In milliseconds of the environment's tick count.</param>
    public IEnumerable<KeyValuePair<string, ZoneCount>> Read(long now)
    {
        foreach (var (id, count) in _zones)
        {
            if (now - count.LastAsked > Idle.TotalMilliseconds)
            {
                _zones.TryRemove(id, out _);
                _isFull = false;
            }
        }

        return _zones;
    }

    private ZoneCount Of(string id, string name)
    {
        if (_zones.TryGetValue(id, out var known))
        {
            return known;
        }

        // Counting them takes a lock, and so is done at a zone's first request only. Several at once may pass the limit, by as many as there
        // are threads.
        if (_isFull)
        {
            return _others;
        }

        var added = _zones.GetOrAdd(id, static (_, name) => new ZoneCount(name), name);
        _isFull = _zones.Count >= MaxZones;
        return added;
    }
}

/// <summary>What one zone did since its first request here; it only grows.</summary>
/// <param name="name">The zone's name.</param>
internal sealed class ZoneCount(string name)
{
    private long _requests;
    private long _edgeErrors;
    private long _originErrors;
    private long _edgeSlow;
    private long _originSlow;
    private long _generation;
    private long _lastAsked;

    /// <summary>The zone's name.</summary>
    public string Name { get; } = name;

    /// <summary>Its errors by their cause.</summary>
    public ZoneErrors Errors { get; } = new();

    /// <summary>Where its answers came from.</summary>
    public ReachedOrigins Origins { get; } = new();

    /// <summary>Requests that ended.</summary>
    public long Requests => Volatile.Read(ref _requests);

    /// <summary>Errors that were the edge's fault.</summary>
    public long EdgeErrors => Volatile.Read(ref _edgeErrors);

    /// <summary>Errors that were the origin's fault: the edge's answers that blame it, and its own with 5xx.</summary>
    public long OriginErrors => Volatile.Read(ref _originErrors);

    /// <summary>Requests that the edge itself kept waiting, see <see cref="Slowness.Edge"/>.</summary>
    public long EdgeSlow => Volatile.Read(ref _edgeSlow);

    /// <summary>Requests that the origin kept waiting, see <see cref="Slowness.Origin"/>.</summary>
    public long OriginSlow => Volatile.Read(ref _originSlow);

    /// <summary>The generation of the zone's release that served the last request; 0 before the first.</summary>
    public long Generation => Volatile.Read(ref _generation);

    /// <summary>When it was last asked, in milliseconds of the environment's tick count.</summary>
    public long LastAsked => Volatile.Read(ref _lastAsked);

    /// <summary>A request ended.</summary>
    public void Ended(EdgeError error, int originStatus, long now, Slowness slow = Slowness.None, long generation = 0)
    {
        Interlocked.Increment(ref _requests);
        if (slow != Slowness.None)
        {
            Interlocked.Increment(ref slow == Slowness.Edge ? ref _edgeSlow : ref _originSlow);
        }

        if (_generation != generation)
        {
            Volatile.Write(ref _generation, generation);
        }

        var blame =
            error != EdgeError.None ? EdgeErrorCatalog.Get(error).Blame
            : originStatus >= 500 ? Blame.Origin
            : Blame.None;
        if (blame is Blame.Edge or Blame.Origin)
        {
            Interlocked.Increment(ref blame == Blame.Edge ? ref _edgeErrors : ref _originErrors);
            Errors.Occurred(error);
        }

        if (_lastAsked != now)
        {
            Volatile.Write(ref _lastAsked, now);
        }
    }
}
