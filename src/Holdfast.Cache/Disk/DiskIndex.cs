namespace Holdfast.Cache.Disk;

/// <summary>
/// Which records there are, by the hash of their keys: 16 bytes a place in open tables that are three eighths to three quarters full. It knows no key:
/// two keys with the same 38 bits push each other out, which costs a hit and nothing else. Thread-safe.
/// </summary>
internal sealed class DiskIndex
{
    /// <summary>How many shards there are, each with a lock of its own.</summary>
    public const int ShardCount = 64;

    /// <summary>How many records are kept for one key: each look-up may have to read all of them.</summary>
    public const int MostVariants = 16;

    /// <summary>Every variant of a key.</summary>
    public const int AllVariants = -1;

    private readonly DiskIndexShard[] _shards = [.. Enumerable.Range(0, ShardCount).Select(_ => new DiskIndexShard())];
    private long _sequence;

    /// <summary>How many records there are.</summary>
    public long Count => _shards.Sum(shard => (long)shard.Count);

    /// <summary>What it takes, bytes.</summary>
    public long Bytes => _shards.Sum(shard => (long)shard.Slots.Length * DiskSlot.Bytes);

    /// <summary>
    /// What to lock while a key is superseded and its change is queued, so that its changes are queued in the order of their numbers.
    /// </summary>
    public object GateOf(ulong hash) => ShardOf(hash);

    /// <summary>The records that may be of a key, the newest first.</summary>
    /// <param name="hash">The key's hash.</param>
    /// <param name="into">Room for <see cref="MostVariants"/>.</param>
    /// <returns>How many.</returns>
    public int Find(ulong hash, Span<DiskPlace> into)
    {
        var shard = ShardOf(hash);
        lock (shard)
        {
            var count = 0;
            for (var i = shard.Home((uint)hash); shard.Slots[i].IsUsed; i = shard.Next(i))
            {
                if (shard.Slots[i].Tag == (uint)hash && count < into.Length && !shard.IsSuperseded(hash, shard.Slots[i].Variant))
                {
                    into[count++] = shard.Slots[i].Place;
                }
            }

            into[..count].Sort(static (a, b) => b.Id.CompareTo(a.Id));
            return count;
        }
    }

    /// <summary>Whether there may be one.</summary>
    public bool Contains(ulong hash)
    {
        Span<DiskPlace> one = stackalloc DiskPlace[1];
        return Find(hash, one) > 0;
    }

    /// <summary>Whether the index still names this place.</summary>
    public bool IsAt(ulong hash, DiskPlace place)
    {
        var shard = ShardOf(hash);
        lock (shard)
        {
            return shard.IndexOf((uint)hash, place) >= 0 && !shard.IsSuperseded(hash, place.Variant);
        }
    }

    /// <summary>Takes note that somebody wanted it: it stays when its segment goes.</summary>
    public void Touch(ulong hash, DiskPlace place)
    {
        var shard = ShardOf(hash);
        lock (shard)
        {
            var at = shard.IndexOf((uint)hash, place);
            if (at >= 0)
            {
                shard.Slots[at] = shard.Slots[at] with { IsHot = true };
            }
        }
    }

    /// <summary>Whether somebody wanted it since it was written; null when the index does not name it.</summary>
    public bool? IsHot(ulong hash, DiskPlace place)
    {
        var shard = ShardOf(hash);
        lock (shard)
        {
            var at = shard.IndexOf((uint)hash, place);
            return at < 0 ? null : shard.Slots[at].IsHot;
        }
    }

    /// <summary>
    /// Takes out what is there of a key, and hides what is still on its way, until <see cref="Publish"/> or <see cref="Settle"/> with the number that comes back.
    /// </summary>
    /// <param name="hash">The key's hash.</param>
    /// <param name="variant">Which one, or <see cref="AllVariants"/>.</param>
    /// <param name="isPut">Whether another record is on its way in its place.</param>
    /// <param name="isComplete">Whether everything that was ever written is in the index: else nothing is known of the key.</param>
    /// <returns>The number; 0 when there was nothing to take out or hide, and nothing comes in its place.</returns>
    public long Supersede(ulong hash, int variant, bool isPut, bool isComplete)
    {
        var shard = ShardOf(hash);
        lock (shard)
        {
            var removed = shard.Remove((uint)hash, variant);
            if (!isPut && isComplete && removed == 0 && shard.Pending == 0)
            {
                return 0;
            }

            shard.Pending += isPut ? 1 : 0;
            return shard.Superseded[(hash, variant)] = Interlocked.Increment(ref _sequence);
        }
    }

    /// <summary>Whether something newer than this number has taken a record's place.</summary>
    public bool IsSuperseded(ulong hash, int variant, long sequence)
    {
        var shard = ShardOf(hash);
        lock (shard)
        {
            return shard.IsSuperseded(hash, variant, sequence);
        }
    }

    /// <summary>Names a record that has been written.</summary>
    /// <returns>False when something newer has taken its place meanwhile.</returns>
    public bool Publish(ulong hash, DiskPlace place, long sequence)
    {
        var shard = ShardOf(hash);
        lock (shard)
        {
            shard.Pending--;
            if (shard.IsSuperseded(hash, place.Variant, sequence))
            {
                return false;
            }

            shard.Superseded.Remove((hash, place.Variant));
            shard.Put((uint)hash, place);
            return true;
        }
    }

    /// <summary>Ends what <see cref="Supersede"/> began without a record.</summary>
    public void Settle(ulong hash, int variant, long sequence, bool isPut)
    {
        var shard = ShardOf(hash);
        lock (shard)
        {
            shard.Pending -= isPut ? 1 : 0;
            if (shard.Superseded.TryGetValue((hash, variant), out var newest) && newest == sequence)
            {
                // What was read from the disk meanwhile was hidden by it.
                shard.Remove((uint)hash, variant);
                shard.Superseded.Remove((hash, variant));
            }
        }
    }

    /// <summary>Names a record in the place of the one with the same variant, as it was read from the disk.</summary>
    public void Put(ulong hash, DiskPlace place)
    {
        var shard = ShardOf(hash);
        lock (shard)
        {
            shard.Put((uint)hash, place);
        }
    }

    /// <summary>Takes records out.</summary>
    /// <returns>How many.</returns>
    public int Remove(ulong hash, int variant)
    {
        var shard = ShardOf(hash);
        lock (shard)
        {
            return shard.Remove((uint)hash, variant);
        }
    }

    /// <summary>Takes one record out, if the index still names it.</summary>
    public void Remove(ulong hash, DiskPlace place) => Move(hash, place, null);

    /// <summary>Names another place for a record, if it still names the one before.</summary>
    public bool Move(ulong hash, DiskPlace from, DiskPlace? to)
    {
        var shard = ShardOf(hash);
        lock (shard)
        {
            var at = shard.IndexOf((uint)hash, from);
            if (at < 0)
            {
                return false;
            }

            if (to is { } place)
            {
                shard.Slots[at] = new DiskSlot((uint)hash, place);
            }
            else
            {
                shard.RemoveAt(at);
            }

            return true;
        }
    }

    /// <summary>Takes out what lies in other segments than these.</summary>
    public void KeepOnly(Predicate<uint> segment)
    {
        foreach (var shard in _shards)
        {
            lock (shard)
            {
                shard.Filter(segment);
            }
        }
    }

    /// <summary>Takes everything out.</summary>
    public void Clear() => KeepOnly(_ => false);

    /// <summary>A copy of one shard's places.</summary>
    public DiskSlot[] Export(int shard)
    {
        lock (_shards[shard])
        {
            return [.. _shards[shard].Slots.Where(slot => slot.IsUsed)];
        }
    }

    /// <summary>Puts one shard's places back.</summary>
    public void Import(int shard, ReadOnlySpan<DiskSlot> slots, Predicate<uint> segment)
    {
        var into = _shards[shard];
        lock (into)
        {
            into.Reserve(slots.Length);
            foreach (var slot in slots)
            {
                if (slot.IsUsed && segment(slot.Place.Segment))
                {
                    into.Insert(slot);
                }
            }
        }
    }

    private DiskIndexShard ShardOf(ulong hash) => _shards[hash >> 58];
}
