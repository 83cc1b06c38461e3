using Holdfast.Cache.Collapsing;
using Holdfast.Cache.Compression;
using Holdfast.Cache.Disk;
using Holdfast.Cache.Fields;
using Holdfast.Cache.Purging;

namespace Holdfast.Cache.Storage;

/// <summary>Limits of a <see cref="MemoryStore"/>.</summary>
public sealed record MemoryStoreLimits
{
    /// <summary>
    /// What all stored responses together may take, bytes, keys and overhead included. Default 256 MiB: enough for a busy site's small
    /// files, and little beside what a small machine has. Setting <c>cache_memory</c>.
    /// </summary>
    public long Budget { get; init; } = 256L * 1024 * 1024;

    /// <summary>The share of the budget that one response may take: an eighth, so that no single file empties the store.</summary>
    public int LargestShare { get; init; } = 8;

    /// <summary>
    /// The share of the budget that bodies on their way into the store may take beside it: a quarter. What comes beyond it passes without
    /// being stored.
    /// </summary>
    public int FillShare { get; init; } = 4;

    /// <summary>Where bodies go that are not kept and that somebody reads slowly; null: nowhere, and whoever is too slow is cut off.</summary>
    public string? SpillDirectory { get; init; }

    /// <summary>The largest body that is stored, bytes.</summary>
    public long LargestBody => Budget / LargestShare;
}

/// <summary>Stored responses in memory, within a budget. Thread-safe; looking one up takes no lock and allocates nothing.</summary>
/// <param name="limits">Its limits.</param>
/// <param name="purges">The purges in effect, which several stores may share; null for marks of its own.</param>
public sealed class MemoryStore(MemoryStoreLimits limits, PurgeMarks? purges = null)
{
    private readonly StoreIndex _index = new();
    private readonly EvictionQueue _queue = new(limits.Budget);
    private long _evicted;
    private long _reclaimed;

    /// <summary>Its limits.</summary>
    public MemoryStoreLimits Limits => limits;

    /// <summary>What is on its way into it.</summary>
    public FillTable Fills { get; } = new(limits.Budget / limits.FillShare, new SpillSpace(limits.SpillDirectory));

    /// <summary>How many responses are stored.</summary>
    public long Count => _index.Count;

    /// <summary>How many bytes they take.</summary>
    public long Bytes => _queue.Bytes;

    /// <summary>How many have gone to make room.</summary>
    public long Evicted => Volatile.Read(ref _evicted);

    /// <summary>How many purged ones were freed.</summary>
    public long Reclaimed => Volatile.Read(ref _reclaimed);

    /// <summary>Where responses are kept beside memory, or null. Purges are the same ones.</summary>
    public DiskStore? Disk
    {
        get;
        init
        {
            field = value;
            if (value is not null)
            {
                value.IsInMemory = (key, selecting) => _index.FindLike(key, CacheKey.HashOf(key), selecting) is not null;
                value.ReadWhole = Math.Min(value.ReadWhole, limits.LargestBody);
            }
        }
    }

    /// <summary>The purges in effect.</summary>
    public PurgeMarks Purges { get; } = purges ?? new PurgeMarks(TimeProvider.System);

    /// <summary>Finds what a request selects, nothing purged; see <see cref="StoreIndex.Find"/>.</summary>
    internal StoredResponse? Find<T>(ReadOnlySpan<byte> key, ulong hash, T request, ByteBuffer scratch, out bool knownKey)
        where T : IFields
    {
        StoredResponse? found;
        while ((found = _index.Find(key, hash, request, scratch, out knownKey)) is not null && Purges.Removes(found))
        {
            RemoveFromMemory(found);
            Interlocked.Increment(ref _reclaimed);
        }

        return found;
    }

    /// <summary>What is stored in the place that this response would take, or null.</summary>
    internal StoredResponse? FindLike(StoredResponse response) =>
        Unpurged(_index.FindLike(response.Key, response.Hash, response.Selecting));

    /// <summary>The same by its key and selecting fields.</summary>
    internal StoredResponse? FindLike(ReadOnlySpan<byte> key, ReadOnlySpan<byte> selecting) =>
        Unpurged(_index.FindLike(key, CacheKey.HashOf(key), selecting));

    /// <summary>Stores a response, in the place of the one that the same requests select.</summary>
    /// <returns>False when it was purged while it was on its way.</returns>
    internal bool Add(StoredResponse response)
    {
        if (Purges.Removes(response))
        {
            return false;
        }

        if (response.IsPartial)
        {
            // Parts are kept in memory only; what they take the place of is gone.
            Disk?.Remove(response);
        }
        else
        {
            Disk?.Put(response);
        }

        List<StoredResponse> removed = [];
        _index.Add(response, removed);
        Settle(response, removed);
        return true;
    }

    /// <summary>Stores a response whose body lies in a file on the disk, in the place of the one that the same requests select.</summary>
    /// <returns>False when it was purged while it was on its way.</returns>
    internal async ValueTask<bool> AddAsync(StoredResponse head, LargeFile file)
    {
        if (Purges.Removes(head))
        {
            file.Discard();
            return false;
        }

        if (_index.FindLike(head.Key, head.Hash, head.Selecting) is { } before)
        {
            RemoveFromMemory(before);
        }

        await Disk!.PutAsync(head, file).ConfigureAwait(false);
        return true;
    }

    /// <summary>Takes in what was found on the disk, unless something has taken its place meanwhile.</summary>
    /// <returns>What is stored now; null when it was removed while it was read.</returns>
    internal StoredResponse? Promote(DiskFound found)
    {
        if (_index.TryAdd(found.Response) is { } present)
        {
            return present;
        }

        Settle(found.Response, []);
        if (Disk!.StillHas(found))
        {
            return found.Response;
        }

        RemoveFromMemory(found.Response);
        return null;
    }

    /// <summary>Forgets what lies on the disk and cannot be read.</summary>
    /// <param name="response">It.</param>
    /// <param name="isDamaged">Whether the disk gives something else than was written; else its segment has gone, and it may lie in another one.</param>
    internal void Forget(StoredResponse response, bool isDamaged)
    {
        if (isDamaged)
        {
            Disk?.Forget(response);
        }

        RemoveFromMemory(response);
    }

    /// <summary>Frees what is purged in one stretch of the store.</summary>
    /// <param name="from">Where the stretch begins.</param>
    /// <param name="buckets">How long it is, at most.</param>
    /// <returns>Where the next one begins.</returns>
    internal StorePlace Reclaim(StorePlace from, int buckets)
    {
        List<StoredResponse> removed = [];
        var next = _index.Sweep(from, buckets, Purges, removed);
        Interlocked.Add(ref _reclaimed, removed.Count);
        if (removed.Count > 0)
        {
            Settle(null, removed);
        }

        return next;
    }

    /// <summary>Keeps the body of a stored response in a content coding, for as long as the response stays.</summary>
    /// <param name="response">The response, with the claim of <see cref="StoredResponse.TryBeginEncoding"/>.</param>
    /// <param name="coding">The coding.</param>
    /// <param name="body">The whole body in it.</param>
    public void Keep(StoredResponse response, ContentCoding coding, StoredBody body)
    {
        List<StoredResponse> victims = [];
        _queue.Attach(response, coding, body.Length < response.BodyLength ? body : new StoredBody(), victims);
        Drop(victims);
    }

    /// <summary>Stores what a response becomes by an update, unless somebody else has replaced it meanwhile.</summary>
    internal void Replace(StoredResponse before, StoredResponse after)
    {
        // An update may change which requests select it, so that adding alone would leave the old one beside it.
        if (!_index.Remove(before))
        {
            // Evicted or replaced: what the disk has may be the old one.
            Disk?.Remove(before);
        }
        else
        {
            if (!before.Selecting.SequenceEqual(after.Selecting) || after.IsPartial)
            {
                Disk?.Remove(before);
            }

            if (!after.IsPartial)
            {
                Disk?.Put(after);
            }

            List<StoredResponse> removed = [before];

            // The body is the same, and so it is in any coding.
            after.Encoded = before.Encoded;
            _index.Add(after, removed);
            Settle(after, removed);
        }
    }

    /// <summary>Removes a response, unless it was replaced.</summary>
    internal void Remove(StoredResponse response)
    {
        Disk?.Remove(response);
        RemoveFromMemory(response);
    }

    private void RemoveFromMemory(StoredResponse response)
    {
        if (_index.Remove(response))
        {
            Settle(null, [response]);
        }
    }

    /// <summary>Removes everything that is stored under a key; what is on its way there will not be stored.</summary>
    internal bool Remove(ReadOnlySpan<byte> key)
    {
        List<StoredResponse> removed = [];
        var hash = CacheKey.HashOf(key);
        Fills.Forget(key, hash);
        Disk?.Remove(key);
        _index.Remove(key, hash, removed);
        var any = removed.Count > 0;
        if (any)
        {
            Settle(null, removed);
        }

        return any;
    }

    private StoredResponse? Unpurged(StoredResponse? found) => found is not null && Purges.Removes(found) ? null : found;

    private void Settle(StoredResponse? added, List<StoredResponse> removed)
    {
        List<StoredResponse> victims = [];
        _queue.Change(added, removed, victims);
        Drop(victims);
    }

    private void Drop(List<StoredResponse> victims)
    {
        foreach (var victim in victims)
        {
            _index.Remove(victim);
        }

        Interlocked.Add(ref _evicted, victims.Count);
    }
}
