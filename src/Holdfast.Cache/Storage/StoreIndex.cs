using Holdfast.Cache.Decisions;
using Holdfast.Cache.Fields;
using Holdfast.Cache.Purging;

namespace Holdfast.Cache.Storage;

/// <summary>
/// Finds stored responses by key. The chains run through the responses themselves, so that an entry costs no object beside its own.
/// Reading takes no lock; changing takes the lock of one of many shards.
/// </summary>
internal sealed class StoreIndex
{
    /// <summary>
    /// How many responses are kept for one key: an origin that varies on everything must not fill the store with one page, and a hit
    /// compares with every one of them.
    /// </summary>
    public const int MostVariants = 64;

    private const int ShardCount = 64;
    private const int SmallestTable = 16;

    private readonly Shard[] _shards = [.. Enumerable.Range(0, ShardCount).Select(_ => new Shard())];

    /// <summary>How many responses there are.</summary>
    public long Count => _shards.Sum(shard => (long)shard.Count);

    /// <summary>The response that a request selects: of several, the one with the newest Date (RFC 9111 section 4).</summary>
    /// <param name="key">Its key.</param>
    /// <param name="hash">The key's hash.</param>
    /// <param name="request">The request's fields.</param>
    /// <param name="scratch">Room for normal forms.</param>
    /// <param name="knownKey">Whether anything is stored under the key.</param>
    public StoredResponse? Find<T>(ReadOnlySpan<byte> key, ulong hash, T request, ByteBuffer scratch, out bool knownKey)
        where T : IFields
    {
        var shard = ShardOf(hash);
        var version = Volatile.Read(ref shard.Version);
        var found = Walk(shard, key, hash, request, scratch, out knownKey);
        if (found is null && ((version & 1) != 0 || version != Volatile.Read(ref shard.Version)))
        {
            // The table grew meanwhile, and a chain may have been followed into another one.
            lock (shard)
            {
                found = Walk(shard, key, hash, request, scratch, out knownKey);
            }
        }

        return found;
    }

    /// <summary>The response with this key and these selecting fields, or null.</summary>
    public StoredResponse? FindLike(ReadOnlySpan<byte> key, ulong hash, ReadOnlySpan<byte> selecting)
    {
        var shard = ShardOf(hash);
        lock (shard)
        {
            for (var entry = shard.BucketOf(hash); entry is not null; entry = entry.NextInBucket)
            {
                if (entry.Hash == hash && entry.Key.SequenceEqual(key) && entry.Selecting.SequenceEqual(selecting))
                {
                    return entry;
                }
            }

            return null;
        }
    }

    /// <summary>Adds a response; what it replaces, and the oldest of too many variants, goes.</summary>
    /// <param name="response">Not yet in an index.</param>
    /// <param name="removed">What went, to be taken out of the queues.</param>
    public void Add(StoredResponse response, List<StoredResponse> removed)
    {
        var shard = ShardOf(response.Hash);
        lock (shard)
        {
            StoredResponse? oldest = null;
            var variants = 0;
            ref var bucket = ref shard.BucketOf(response.Hash);
            for (var entry = bucket; entry is not null; entry = entry.NextInBucket)
            {
                if (entry.Hash != response.Hash || !entry.Key.SequenceEqual(response.Key))
                {
                    continue;
                }

                if (entry.Selecting.SequenceEqual(response.Selecting))
                {
                    shard.Unlink(entry);
                    removed.Add(entry);
                }
                else
                {
                    variants++;
                    oldest = oldest is null || entry.Received < oldest.Received ? entry : oldest;
                }
            }

            if (variants >= MostVariants)
            {
                shard.Unlink(oldest!);
                removed.Add(oldest!);
            }

            shard.Link(response);
        }
    }

    /// <summary>Adds a response unless the same requests select another one; then returns that.</summary>
    public StoredResponse? TryAdd(StoredResponse response)
    {
        var shard = ShardOf(response.Hash);
        lock (shard)
        {
            for (var entry = shard.BucketOf(response.Hash); entry is not null; entry = entry.NextInBucket)
            {
                if (
                    entry.Hash == response.Hash
                    && entry.Key.SequenceEqual(response.Key)
                    && entry.Selecting.SequenceEqual(response.Selecting)
                )
                {
                    return entry;
                }
            }

            shard.Link(response);
            return null;
        }
    }

    /// <summary>Takes a response out; false when it was out already.</summary>
    public bool Remove(StoredResponse response)
    {
        var shard = ShardOf(response.Hash);
        lock (shard)
        {
            return response.IsIndexed && shard.Unlink(response);
        }
    }

    /// <summary>Takes everything under a key out.</summary>
    public void Remove(ReadOnlySpan<byte> key, ulong hash, List<StoredResponse> removed)
    {
        var shard = ShardOf(hash);
        lock (shard)
        {
            for (var entry = shard.BucketOf(hash); entry is not null; entry = entry.NextInBucket)
            {
                if (entry.Hash == hash && entry.Key.SequenceEqual(key))
                {
                    shard.Unlink(entry);
                    removed.Add(entry);
                }
            }
        }
    }

    /// <summary>Takes out what is purged in one stretch of the index. What is added meanwhile may be passed over.</summary>
    /// <param name="place">Where the stretch begins.</param>
    /// <param name="buckets">How long it is, at most.</param>
    /// <param name="purges">Says what is purged.</param>
    /// <param name="removed">What went.</param>
    /// <returns>Where the next one begins.</returns>
    public StorePlace Sweep(StorePlace place, int buckets, PurgeMarks purges, List<StoredResponse> removed)
    {
        var shard = _shards[place.Shard];
        lock (shard)
        {
            // A table that grew leaves a response in its bucket or moves it behind all of the old ones: nothing is passed over.
            var end = Math.Min(place.Bucket + buckets, shard.Buckets);
            for (var bucket = place.Bucket; bucket < end; bucket++)
            {
                for (var entry = shard.BucketOf((ulong)bucket); entry is not null; entry = entry.NextInBucket)
                {
                    if (purges.Removes(entry))
                    {
                        shard.Unlink(entry);
                        removed.Add(entry);
                    }
                }
            }

            return end < shard.Buckets ? place with { Bucket = end } : new StorePlace(place.Shard + 1, 0, place.Shard + 1 == ShardCount);
        }
    }

    private static StoredResponse? Walk<T>(
        Shard shard,
        ReadOnlySpan<byte> key,
        ulong hash,
        T request,
        ByteBuffer scratch,
        out bool knownKey
    )
        where T : IFields
    {
        knownKey = false;
        StoredResponse? best = null;
        for (var entry = shard.BucketOf(hash); entry is not null; entry = Volatile.Read(ref entry.NextInBucket))
        {
            if (entry.Hash != hash || !entry.Key.SequenceEqual(key))
            {
                continue;
            }

            knownKey = true;
            if (
                (best is null || entry.Date > best.Date || (entry.Date == best.Date && entry.Received > best.Received))
                && SelectingFields.Match(entry.Selecting, request, scratch)
            )
            {
                best = entry;
            }
        }

        return best;
    }

    private Shard ShardOf(ulong hash) => _shards[hash >> 58];

    private sealed class Shard
    {
        // Odd while the table is being replaced.
        public int Version;
        public int Count;
        private StoredResponse?[] _table = new StoredResponse?[SmallestTable];

        public int Buckets => _table.Length;

        public ref StoredResponse? BucketOf(ulong hash)
        {
            var table = Volatile.Read(ref _table);
            return ref table[hash & (ulong)(table.Length - 1)];
        }

        public void Link(StoredResponse entry)
        {
            if (Count >= _table.Length)
            {
                Grow();
            }

            ref var bucket = ref BucketOf(entry.Hash);
            entry.NextInBucket = bucket;
            entry.IsIndexed = true;
            Volatile.Write(ref bucket, entry);
            Count++;
        }

        // The entry keeps its own link, so that a reader who stands on it goes on.
        public bool Unlink(StoredResponse entry)
        {
            ref var link = ref BucketOf(entry.Hash);
            while (link != entry)
            {
                link = ref link!.NextInBucket;
            }

            Volatile.Write(ref link, entry.NextInBucket);
            entry.IsIndexed = false;
            Count--;
            return true;
        }

        private void Grow()
        {
            Interlocked.Increment(ref Version);
            var larger = new StoredResponse?[_table.Length * 2];
            foreach (var first in _table)
            {
                for (var entry = first; entry is not null; )
                {
                    var next = entry.NextInBucket;
                    ref var bucket = ref larger[entry.Hash & (ulong)(larger.Length - 1)];
                    entry.NextInBucket = bucket;
                    bucket = entry;
                    entry = next;
                }
            }

            Volatile.Write(ref _table, larger);
            Interlocked.Increment(ref Version);
        }
    }
}
