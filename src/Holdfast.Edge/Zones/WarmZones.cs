namespace Holdfast.Edge.Zones;

/// <summary>
/// The zones that are compiled, by artifact. Requests read it without a lock. When they take more memory than they may, those that
/// nobody asked for again since the hand came by last are dropped (second chance). Changes are made under <see cref="ZoneDirectory"/>'s lock.
/// </summary>
/// <param name="budget">Most bytes of compiled zones, see <see cref="ZoneRuntime.Weight"/>; one zone is kept whatever it weighs.</param>
/// <param name="dropped">Told of every zone that is dropped or replaced.</param>
internal sealed class WarmZones(long budget, Action<ZoneRuntime> dropped)
{
    private const int ChunkBits = 12;
    private const int ChunkEntries = 1 << ChunkBits;

    private readonly List<int> _ring = [];
    private volatile Entry?[]?[] _chunks = [];
    private int _hand;
    private int _count;
    private long _weight;

    /// <summary>How many zones are compiled.</summary>
    public int Count => Volatile.Read(ref _count);

    /// <summary>What is known of an artifact; null while it is cold.</summary>
    public Entry? this[int artifact]
    {
        get
        {
            var chunks = _chunks;
            var chunk = artifact >> ChunkBits;
            return chunk < chunks.Length && Volatile.Read(ref chunks[chunk]) is { } entries
                ? Volatile.Read(ref entries[artifact & (ChunkEntries - 1)])
                : null;
        }
    }

    /// <summary>Keeps an entry in the place of the one before, and drops others when there is no room.</summary>
    public void Put(int artifact, Entry entry)
    {
        var isNew = Exchange(artifact, entry) is null;
        _weight += entry.Weight;
        if (isNew)
        {
            _ring.Add(artifact);
        }

        Volatile.Write(ref _count, _ring.Count);
        Evict(artifact);
    }

    /// <summary>Drops an artifact's entry.</summary>
    public void Drop(int artifact)
    {
        if (Exchange(artifact, null) is not null)
        {
            RemoveFromRing(_ring.IndexOf(artifact));
        }
    }

    /// <summary>Drops the entries of zones that are told by a condition, and those of zones that can't be had.</summary>
    public void DropAll(Func<ZoneRuntime, bool> condition)
    {
        foreach (var artifact in _ring.Where(artifact => this[artifact]!.Zone is not { } zone || condition(zone)).ToList())
        {
            Drop(artifact);
        }
    }

    private void Evict(int newest)
    {
        for (var steps = 2 * _ring.Count; _weight > budget && _ring.Count > 1 && steps > 0; steps--)
        {
            _hand = _hand >= _ring.Count ? 0 : _hand;
            var artifact = _ring[_hand];
            if (artifact == newest || this[artifact]!.TakeChance())
            {
                _hand++;
            }
            else
            {
                Exchange(artifact, null);
                RemoveFromRing(_hand);
            }
        }
    }

    private void RemoveFromRing(int at)
    {
        _ring[at] = _ring[^1];
        _ring.RemoveAt(_ring.Count - 1);
        Volatile.Write(ref _count, _ring.Count);
    }

    private Entry? Exchange(int artifact, Entry? entry)
    {
        var chunk = artifact >> ChunkBits;
        if (chunk >= _chunks.Length)
        {
            var grown = new Entry?[]?[Math.Max(chunk + 1, _chunks.Length * 2)];
            _chunks.CopyTo(grown, 0);
            _chunks = grown;
        }

        if (_chunks[chunk] is not { } entries)
        {
            entries = new Entry?[ChunkEntries];
            Volatile.Write(ref _chunks[chunk], entries);
        }

        ref var place = ref entries[artifact & (ChunkEntries - 1)];
        var before = place;
        Volatile.Write(ref place, entry);
        _weight -= before?.Weight ?? 0;
        if (before?.Zone is { } zone)
        {
            dropped(zone);
        }

        return before;
    }

    /// <summary>A compiled zone, or the knowledge that it can't be had for now.</summary>
    /// <param name="Zone">The zone; null when it can't be had.</param>
    /// <param name="RetryAt">When to try again, as a timestamp; of no meaning with a zone.</param>
    internal sealed record Entry(ZoneRuntime? Zone, long RetryAt)
    {
        // The find that a zone is read for counts once; more of them give it its second chance.
        private const int Wanted = 2;

        private volatile int _uses;

        /// <summary>Notes that it was asked for. Any thread; nothing is written once that is known, so that no cache line is fought over.</summary>
        public void Touch()
        {
            if (_uses < Wanted)
            {
                _uses++;
            }
        }

        /// <summary>Takes its second chance from it.</summary>
        /// <returns>Whether it had one.</returns>
        public bool TakeChance()
        {
            if (_uses < Wanted)
            {
                return false;
            }

            _uses = Wanted - 1;
            return true;
        }

        /// <summary>Bytes of memory, about.</summary>
        public int Weight => Zone?.Weight ?? 64;
    }
}
