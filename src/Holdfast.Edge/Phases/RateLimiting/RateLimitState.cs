using System.Security.Cryptography;

namespace Holdfast.Edge.Phases.RateLimiting;

/// <summary>
/// The counters of all rate limits of an edge, by keys that are hashes of a rule and of the values that it tells visitors apart by. They
/// know nothing of rules as they were compiled: a release finds them as they are.
/// <para>
/// Keys lie in sets, found by the first bits of the hash and split in two when they are full, until there are as many as may be. Each set
/// has a lock of its own, held for the moment of one count; none is shared by all keys, and counting allocates nothing.
/// </para>
/// <para>
/// When there is no room, keys that nothing counts for any more go first, then the one that was quiet the longest, those that are refused
/// last. A key that was forgotten begins anew: it may get more than its limit once, and nobody is refused who would not have been.
/// </para>
/// </summary>
internal sealed class RateLimitState
{
    /// <summary>
    /// Leading bits of the hash that tell sets apart at most. 17 make 131,072 sets with room for 12,582,912 keys in 621 MB: ten million keys
    /// fill it to four fifths, so that hardly a set is full before the others.
    /// </summary>
    public const int StandardDepth = 17;

    /// <summary>
    /// Blocks for keys with more than <see cref="RateLimitEntry.FewStamps"/> stamps: 131,072 of 500 bytes, 66 MB. With the sets it is less
    /// than 700 MB.
    /// </summary>
    public const int StandardBlocks = 131_072;

    // A set is worth splitting when cleaning it up has made less room than this.
    private const int WorthCleaning = RateLimitSet.Size / 8;

    private readonly TimeProvider _time;
    private readonly long _begun;
    private readonly long _perMillisecond;
    private readonly int _depth;
    private readonly int[] _directory;
    private readonly RateLimitSets _sets;
    private readonly StampBlocks _blocks;
    private readonly ulong _key0;
    private readonly ulong _key1;
    private long _evicted;

    /// <summary>Without keys.</summary>
    /// <param name="time">The clock.</param>
    /// <param name="depth">See <see cref="StandardDepth"/>.</param>
    /// <param name="blocks">See <see cref="StandardBlocks"/>.</param>
    public RateLimitState(TimeProvider time, int depth = StandardDepth, int blocks = StandardBlocks)
    {
        _time = time;
        _begun = time.GetTimestamp();
        _perMillisecond = Math.Max(1, time.TimestampFrequency / 1000);
        _depth = depth;
        _directory = new int[1 << depth];
        _sets = new RateLimitSets(1 << depth);
        _blocks = new StampBlocks(blocks);
        _sets.Make();
        Span<byte> secret = stackalloc byte[16];
        RandomNumberGenerator.Fill(secret);
        _key0 = BitConverter.ToUInt64(secret);
        _key1 = BitConverter.ToUInt64(secret[8..]);
    }

    /// <summary>Keys for which something was counted and that were forgotten because there was no room.</summary>
    public long Evicted => Interlocked.Read(ref _evicted);

    /// <summary>Most keys at a time.</summary>
    public long MostKeys => (1L << _depth) * RateLimitSet.Size;

    /// <summary>How many keys there are, those that nothing counts for any more with them. Looks at every set.</summary>
    public long Keys
    {
        get
        {
            var keys = 0L;
            for (var set = 0; set < _sets.Count; set++)
            {
                keys += RateLimitSet.CountOf(ref _sets.Head(set));
            }

            return keys;
        }
    }

    /// <summary>Begins a key. Its secret is this process's own and is told to nobody.</summary>
    public KeyedHash BeginKey() => new(_key0, _key1);

    /// <summary>Counts, unless that is more than the limit or the key is refused anyway; what is refused is not counted.</summary>
    /// <param name="key">The key.</param>
    /// <param name="window">The limit; the same key has always the same period.</param>
    /// <param name="units">How much.</param>
    public RateLimitReading Count(UInt128 key, RateLimitWindow window, long units = 1) => Ask(key, window, units, counts: true, asks: true);

    /// <summary>Says whether the key is over its limit, and counts nothing.</summary>
    public RateLimitReading Check(UInt128 key, RateLimitWindow window) => Ask(key, window, 0, counts: false, asks: true);

    /// <summary>Counts what has happened already.</summary>
    public void Add(UInt128 key, RateLimitWindow window, long units = 1) => Ask(key, window, units, counts: true, asks: false);

    private RateLimitReading Ask(UInt128 key, RateLimitWindow window, long units, bool counts, bool asks)
    {
        var now = (_time.GetTimestamp() - _begun) / _perMillisecond;
        var tag = (ulong)(key >> 64);
        var fingerprint = (byte)Math.Max((byte)key, (byte)1);
        var set = Enter(tag);
        try
        {
            var at = Find(set, tag, fingerprint);
            if (at < 0)
            {
                if (!counts)
                {
                    return default;
                }

                while ((at = Place(set, tag, fingerprint, now)) < 0)
                {
                    // It was split; the key is in one of the two.
                    Leave(set);
                    set = -1;
                    set = Enter(tag);
                }
            }

            ref var entry = ref _sets.Entries(set)[at];
            return Ask(ref entry, window, Math.Max(now, entry.Newest), units, counts, asks);
        }
        finally
        {
            if (set >= 0)
            {
                Leave(set);
            }
        }
    }

    private RateLimitReading Ask(ref RateLimitEntry entry, RateLimitWindow window, long now, long units, bool counts, bool asks)
    {
        if (asks && now < entry.BlockedUntil)
        {
            return new RateLimitReading(true, RateLimitCounts.Of(entry, window), entry.BlockedUntil - now);
        }

        RateLimitCounts.Advance(ref entry, window, _blocks, now);
        var total = RateLimitCounts.Of(entry, window);
        var limited = asks && total + units > window.Limit;
        if (limited)
        {
            if (window.Timeout > 0)
            {
                entry.BlockedUntil = now + window.Timeout;
                return new RateLimitReading(true, total, window.Timeout);
            }
        }
        else if (counts)
        {
            RateLimitCounts.Add(ref entry, window, _blocks, now, units);
            total = RateLimitCounts.Of(entry, window);
        }

        return new RateLimitReading(limited, total, RateLimitCounts.UntilFirstLeaves(ref entry, window, _blocks, now));
    }

    // The set of a hash, locked.
    private int Enter(ulong tag)
    {
        var index = tag >> (64 - _depth);
        var wait = new SpinWait();
        while (true)
        {
            var set = Volatile.Read(ref _directory[index]);
            ref var head = ref _sets.Head(set);
            if (Interlocked.CompareExchange(ref head.Lock, 1, 0) == 0)
            {
                if (Volatile.Read(ref _directory[index]) == set)
                {
                    return set;
                }

                // It was split in between.
                Volatile.Write(ref head.Lock, 0);
            }
            else
            {
                wait.SpinOnce(sleep1Threshold: -1);
            }
        }
    }

    private void Leave(int set) => Volatile.Write(ref _sets.Head(set).Lock, 0);

    private int Find(int set, ulong tag, byte fingerprint)
    {
        var entries = _sets.Entries(set);
        for (var found = RateLimitSet.Find(ref _sets.Head(set), fingerprint); found != 0; found &= found - 1)
        {
            var at = RateLimitSet.Lowest(found);
            if (entries[at].Tag == tag)
            {
                return at;
            }
        }

        return -1;
    }

    // Where a new key lies from now on; -1 when the set was split and has to be looked for again.
    private int Place(int set, ulong tag, byte fingerprint, long now)
    {
        ref var head = ref _sets.Head(set);
        var free = RateLimitSet.Find(ref head, RateLimitSet.Free);
        int at;
        if (free != 0)
        {
            at = RateLimitSet.Lowest(free);
        }
        else
        {
            var (cleaned, idlest) = CleanUp(set, now);
            if (cleaned < WorthCleaning && head.Depth < _depth)
            {
                Split(set);
                return -1;
            }

            at = cleaned > 0 ? RateLimitSet.Lowest(RateLimitSet.Find(ref head, RateLimitSet.Free)) : idlest;
            if (cleaned == 0)
            {
                RateLimitCounts.Clear(ref _sets.Entries(set)[at], _blocks);
                Interlocked.Increment(ref _evicted);
            }
        }

        RateLimitSet.Of(ref head, at) = fingerprint;
        _sets.Entries(set)[at] = RateLimitEntry.New(tag);
        return at;
    }

    private (int Cleaned, int Idlest) CleanUp(int set, long now)
    {
        ref var head = ref _sets.Head(set);
        var entries = _sets.Entries(set);
        var cleaned = 0;
        var (idlest, quiet) = (0, long.MaxValue);
        for (var i = 0; i < entries.Length; i++)
        {
            if (entries[i].IsOver(now))
            {
                RateLimitCounts.Clear(ref entries[i], _blocks);
                RateLimitSet.Of(ref head, i) = RateLimitSet.Free;
                cleaned++;
                continue;
            }

            // Those that are refused come after all others.
            var since = entries[i].Newest + (entries[i].BlockedUntil > now ? long.MaxValue / 2 : 0);
            if (since < quiet)
            {
                (idlest, quiet) = (i, since);
            }
        }

        return (cleaned, idlest);
    }

    // Half of the keys, by the next bit of their hashes, go to a set of their own.
    private void Split(int set)
    {
        ref var head = ref _sets.Head(set);
        var entries = _sets.Entries(set);
        var other = _sets.Make();
        ref var otherHead = ref _sets.Head(other);
        var others = _sets.Entries(other);
        var bit = 1UL << (63 - head.Depth);
        for (int i = 0, moved = 0; i < entries.Length; i++)
        {
            if (RateLimitSet.Of(ref head, i) != RateLimitSet.Free && (entries[i].Tag & bit) != 0)
            {
                others[moved] = entries[i];
                RateLimitSet.Of(ref otherHead, moved++) = RateLimitSet.Of(ref head, i);
                RateLimitSet.Of(ref head, i) = RateLimitSet.Free;
            }
        }

        otherHead.Depth = ++head.Depth;

        // Every index whose bits up to this one are the set's, and this one set. Any of its keys says what the bits before are.
        var width = 1 << (_depth - head.Depth);
        var first = (int)(((entries[0].Tag & ~(bit - 1)) | bit) >> (64 - _depth));
        for (var i = first; i < first + width; i++)
        {
            Volatile.Write(ref _directory[i], other);
        }
    }
}
