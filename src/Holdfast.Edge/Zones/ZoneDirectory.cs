using System.Net;
using System.Text;
using Holdfast.Http.Messages;
using Holdfast.Model.Zones;

namespace Holdfast.Edge.Zones;

/// <summary>
/// Which zone serves a host. All zones are known by key; those that were asked for lately are compiled, the others are read from the
/// disk when they are asked for. A look-up of a compiled zone is one pass over the host's bytes and one probe a label, without a lock.
/// Any thread may look up; the release loop alone adds, replaces and removes.
/// </summary>
internal sealed class ZoneDirectory
{
    /// <summary>Default of <c>zone_memory</c>: 64 MiB, which is some 20,000 zones with few settings.</summary>
    public const long DefaultBudget = 64L * 1024 * 1024;

    // How long a zone that can't be read is not tried again: a disk that fails is not asked for every request.
    private static readonly TimeSpan RetryAfter = TimeSpan.FromSeconds(5);

    // 253 bytes have at most 127 labels.
    private const int MostLabels = 127;

    // Zones whose names have one key are read one after the other; beyond this the request is not worth it.
    private const int MostReads = 16;

    private readonly IZoneSource _source;
    private readonly Action<ZoneRuntime> _dropped;
    private readonly TimeProvider _time;
    private readonly ZoneTable _table = new();
    private readonly WarmZones _warm;
    private readonly Lock _gate = new();
    private readonly Dictionary<int, TaskCompletionSource> _reading = [];
    private long _reads;

    /// <param name="source">Reads cold zones.</param>
    /// <param name="budget">Most bytes of compiled zones.</param>
    /// <param name="dropped">Told of every compiled zone that is not kept any more; requests may still run on it.</param>
    /// <param name="time">The clock.</param>
    public ZoneDirectory(IZoneSource source, long budget, Action<ZoneRuntime> dropped, TimeProvider time)
    {
        (_source, _dropped, _time) = (source, dropped, time);
        _warm = new WarmZones(budget, dropped);
    }

    /// <summary>How many zones there are.</summary>
    public int Count => _table.Count;

    /// <summary>How many of them are compiled.</summary>
    public int WarmCount => _warm.Count;

    /// <summary>Zones that were read from the disk since the start.</summary>
    public long Reads => Interlocked.Read(ref _reads);

    /// <summary>
    /// The zone that serves a host: the one of that very name, else the one with the longest name above it (<c>*.name</c> before
    /// <c>name</c>), else the catch-all.
    /// </summary>
    /// <param name="host">A Host as it came: any case, with or without port and trailing dot; checked by the codec.</param>
    public ZoneFinding Find(ReadOnlySpan<byte> host)
    {
        Syntax.SplitHost(host, out var name, out _);
        return FindName(name.Length > 2 && name[0] == '[' ? name[1..^1] : name);
    }

    /// <summary>The same for a name or address without port and brackets.</summary>
    public ZoneFinding FindName(ReadOnlySpan<byte> name)
    {
        if (name.Length is 0 or > ZoneName.MaxLength + 1)
        {
            return CatchAll();
        }

        if (name[^1] == '.')
        {
            name = name[..^1];
        }

        if (name.Contains((byte)':') || IsIPv4(name))
        {
            return FindAddress(name);
        }

        Span<byte> lower = stackalloc byte[ZoneName.MaxLength + 1];
        Ascii.ToLower(name, lower, out var length);
        lower = lower[..length];

        // Hashing from the end gives every suffix's hash on the way; each is kept where a label begins.
        Span<ulong> hashes = stackalloc ulong[MostLabels + 1];
        Span<byte> starts = stackalloc byte[MostLabels + 1];
        var labels = 0;
        var hash = ZoneKey.Empty;
        for (var i = lower.Length - 1; i >= 0; i--)
        {
            if (lower[i] == '.' && labels < MostLabels)
            {
                hashes[labels] = hash;
                starts[labels++] = (byte)(i + 1);
            }

            hash = ZoneKey.Step(hash, lower[i]);
        }

        var found = Look(lower, hash, self: true, below: false);
        for (var i = labels - 1; found.IsNothing && i >= 0; i--)
        {
            found = Look(lower[starts[i]..], hashes[i], self: true, below: true);
        }

        return found.IsNothing ? CatchAll() : found;
    }

    /// <summary>The zone that serves a host, read from the disk when it is cold.</summary>
    /// <param name="host">As for <see cref="Find"/>.</param>
    /// <param name="found">What <see cref="Find"/> found.</param>
    public ValueTask<ZoneFinding> ReadAsync(ReadOnlyMemory<byte> host, ZoneFinding found) =>
        found.IsUnread ? ReadUntilAsync(() => Find(host.Span), found) : new ValueTask<ZoneFinding>(found);

    /// <summary>The zone that serves a name or address without port and brackets, read from the disk when it is cold.</summary>
    public ValueTask<ZoneFinding> ReadNameAsync(ReadOnlyMemory<byte> name)
    {
        var found = FindName(name.Span);
        return found.IsUnread ? ReadUntilAsync(() => FindName(name.Span), found) : new ValueTask<ZoneFinding>(found);
    }

    /// <summary>Every artifact with a key. Only for the release loop.</summary>
    public IReadOnlyList<int> WithKey(ulong key)
    {
        var artifacts = new List<int>();
        var probe = _table.At(key);
        while (probe.TryNext(out var artifact, out var below))
        {
            if (below == ((key & ZoneKey.Below) != 0))
            {
                artifacts.Add(artifact);
            }
        }

        return artifacts;
    }

    /// <summary>Whether a zone is compiled, because it was asked for lately.</summary>
    public bool IsWarm(int artifact) => _warm[artifact]?.Zone is not null;

    /// <summary>A zone that lies on the disk.</summary>
    public void Add(int artifact, ulong key) => _table.Add(key, artifact);

    /// <summary>A new generation of a zone. One that was compiled, or is just being read, is replaced at once; another stays cold.</summary>
    /// <param name="artifact">The artifact's number.</param>
    /// <param name="key">Its key.</param>
    /// <param name="before">The key that it had, or null when it is new.</param>
    /// <param name="zone">The zone.</param>
    public void Put(int artifact, ulong key, ulong? before, ZoneRuntime zone)
    {
        lock (_gate)
        {
            // Whoever reads it now has the generation before: it is not kept.
            var wanted = _reading.Remove(artifact) || _warm[artifact] is not null;
            if (wanted)
            {
                _warm.Put(artifact, new WarmZones.Entry(zone, 0));
            }
            else
            {
                _dropped(zone);
            }
        }

        if (before == key)
        {
            return;
        }

        _table.Add(key, artifact);
        if (before is { } old)
        {
            _table.Remove(old, artifact);
        }
    }

    /// <summary>Has zones compiled anew when they are next asked for, because what they are compiled with has changed.</summary>
    /// <param name="zone">The zone's id, or null for all of them.</param>
    public void Refresh(string? zone)
    {
        lock (_gate)
        {
            // Whoever reads one now may have begun before the change: it is not kept, and is read again.
            _reading.Clear();
            _warm.DropAll(kept => zone is null || kept.Config.Id == zone);
        }
    }

    /// <summary>A zone that was taken away; one that is not there changes nothing.</summary>
    public void Remove(int artifact, ulong key)
    {
        _table.Remove(key, artifact);
        lock (_gate)
        {
            _reading.Remove(artifact);
            _warm.Drop(artifact);
        }
    }

    private ZoneFinding CatchAll() => Look([], ZoneKey.Empty, self: false, below: true);

    private ZoneFinding Look(ReadOnlySpan<byte> name, ulong hash, bool self, bool below)
    {
        var found = default(ZoneFinding);
        var probe = _table.At(hash);
        while (probe.TryNext(out var artifact, out var isBelow))
        {
            if (!(isBelow ? below : self) || (!isBelow && found.Zone is not null))
            {
                continue;
            }

            var entry = _warm[artifact];
            if (entry?.Zone is { } zone)
            {
                if (!zone.Serves(name, isBelow))
                {
                    continue;
                }

                entry.Touch();
                found = new ZoneFinding(zone);
            }
            else
            {
                // Its name is known when it is read.
                found =
                    entry is not null && _time.GetTimestamp() < entry.RetryAt
                        ? ZoneFinding.Unusable
                        : new ZoneFinding(artifact, ZoneKeyOf(hash, isBelow));
            }

            if (isBelow)
            {
                break;
            }
        }

        return found;
    }

    private static ulong ZoneKeyOf(ulong hash, bool below) => (hash & ~ZoneKey.Below) | (below ? ZoneKey.Below : 0);

    // An address has no names above it: 0.0.1 is not the parent of 127.0.0.1. IPv6 is looked up in its one canonical form (RFC 5952),
    // in which zones are named.
    private ZoneFinding FindAddress(ReadOnlySpan<byte> text)
    {
        Span<byte> canonical = stackalloc byte[64];
        if (!IPAddress.TryParse(text, out var address) || !address.TryFormat(canonical, out var length))
        {
            return CatchAll();
        }

        canonical = canonical[..length];
        var found = Look(canonical, ZoneKey.HashOf(canonical), self: true, below: false);
        return found.IsNothing ? CatchAll() : found;
    }

    private static bool IsIPv4(ReadOnlySpan<byte> name) =>
        name.Length is >= 7 and <= 15
        && char.IsAsciiDigit((char)name[^1])
        && name.Count((byte)'.') == 3
        && !name.ContainsAnyExcept("0123456789."u8)
        && IPAddress.IsValidUtf8(name);

    private async ValueTask<ZoneFinding> ReadUntilAsync(Func<ZoneFinding> find, ZoneFinding found)
    {
        for (var reads = 0; found.IsUnread && reads < MostReads; reads++)
        {
            await ReadOnce(found.Artifact, found.Key).ConfigureAwait(false);
            found = find();
        }

        return found.IsUnread ? ZoneFinding.Unusable : found;
    }

    /// <summary>Reads a zone, once for all who ask for it at the same time.</summary>
    private Task ReadOnce(int artifact, ulong key)
    {
        lock (_gate)
        {
            if (_reading.TryGetValue(artifact, out var reading))
            {
                return reading.Task;
            }

            if (_warm[artifact] is { Zone: not null })
            {
                return Task.CompletedTask;
            }

            var ticket = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            _reading[artifact] = ticket;

            // A read blocks its thread, which must not be one that connections wait for: the pool's, because .NET has no other way to
            // read a file on Linux, its asynchronous one included.
            ThreadPool.UnsafeQueueUserWorkItem(
                static read => read.Directory.Read(read.Artifact, read.Key, read.Ticket),
                (Directory: this, Artifact: artifact, Key: key, Ticket: ticket),
                preferLocal: false
            );
            return ticket.Task;
        }
    }

    private void Read(int artifact, ulong key, TaskCompletionSource ticket)
    {
        Interlocked.Increment(ref _reads);
        var zone = _source.Read(artifact, key);
        lock (_gate)
        {
            if (_reading.TryGetValue(artifact, out var current) && current == ticket)
            {
                var retryAt = _time.GetTimestamp() + (long)(RetryAfter.TotalSeconds * _time.TimestampFrequency);
                _reading.Remove(artifact);
                _warm.Put(artifact, new WarmZones.Entry(zone, retryAt));
            }
            else if (zone is not null)
            {
                // Replaced or removed meanwhile.
                _dropped(zone);
            }
        }

        ticket.SetResult();
    }
}
