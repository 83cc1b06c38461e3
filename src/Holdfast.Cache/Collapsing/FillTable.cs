using Holdfast.Cache.Decisions;
using Holdfast.Cache.Exchange;
using Holdfast.Cache.Fields;
using Holdfast.Cache.Purging;
using Holdfast.Cache.Storage;

namespace Holdfast.Cache.Collapsing;

/// <summary>
/// The requests to origins that are under way for a store, by key, so that others for the same can wait for them. Only misses and
/// revalidations come here. Thread-safe.
/// </summary>
/// <param name="mostHeld">Bytes that bodies on their way into the store may take together.</param>
/// <param name="spill">Where bodies go that are not kept.</param>
public sealed class FillTable(long mostHeld, SpillSpace spill)
{
    private const int ShardCount = 64;

    // Of several keys that share one, each is taken for invalidated with the others: then something is not stored that could be.
    private const int InvalidationSlots = 1024;

    // Requests with credentials wait for one another only: what they get may not be for others, and must not make others wait in vain.
    private const ulong WithAuthorization = 0x9E37_79B9_7F4A_7C15;

    private readonly Shard[] _shards = [.. Enumerable.Range(0, ShardCount).Select(_ => new Shard())];
    private readonly UncollapsedMarks _marks = new();
    private long _count;
    private long _waiting;
    private long _held;
    private readonly long[] _invalidations = new long[InvalidationSlots];

    /// <summary>How many can be joined now.</summary>
    public long Count => Volatile.Read(ref _count);

    /// <summary>How many requests wait for another one's answer now.</summary>
    public long Waiting => Volatile.Read(ref _waiting);

    /// <summary>Keys that were invalidated here and not in an upper cache; null without one.</summary>
    public InvalidatedKeys? Invalidated { get; set; }

    /// <summary>Bytes of bodies on their way into the store.</summary>
    public long Held => Volatile.Read(ref _held);

    /// <summary>Where bodies go that are not kept.</summary>
    public SpillSpace Spill => spill;

    /// <summary>Where a key's requests are looked up.</summary>
    internal static ulong SlotOf(ulong hash, bool authorized) => authorized ? hash ^ WithAuthorization : hash;

    /// <summary>Whether requests for this slot need not wait for one another now.</summary>
    internal bool IsMarked(ulong slot, long now) => _marks.Contain(slot, now);

    /// <summary>Notes that a response to this slot cannot be shared.</summary>
    internal void Mark(ulong slot, long now) => _marks.Mark(slot, now);

    /// <summary>Notes that one can.</summary>
    internal void Unmark(ulong slot) => _marks.Unmark(slot);

    /// <summary>Finds one to wait for, or begins one.</summary>
    /// <param name="key">The request's key.</param>
    /// <param name="slot">See <see cref="SlotOf"/>.</param>
    /// <param name="fields">The request's fields.</param>
    /// <param name="expected">What the response will select, when that is known from a stored one; else empty.</param>
    /// <param name="purges">The purges in effect: what began before one that may concern it is not joined.</param>
    /// <param name="began">What their clock showed when the request came.</param>
    /// <param name="mayLead">Whether this request may be the one that others wait for.</param>
    /// <param name="scratch">Room for normal forms.</param>
    /// <param name="leads">Whether the result is new, and this request's own.</param>
    /// <returns>Null when there is none and none was begun. The caller gives back what it does not lead: <see cref="Leave"/>.</returns>
    internal CollapsedFill? Seek<T>(
        ReadOnlySpan<byte> key,
        ulong slot,
        T fields,
        ReadOnlySpan<byte> expected,
        PurgeMarks purges,
        long began,
        bool mayLead,
        ByteBuffer scratch,
        out bool leads
    )
        where T : IFields
    {
        leads = false;
        var shard = ShardOf(slot);
        lock (shard)
        {
            ReadOnlySpan<byte> known = default;
            var fills = shard.Fills.GetValueOrDefault(slot);
            for (var i = (fills?.Count ?? 0) - 1; i >= 0; i--)
            {
                var fill = fills![i];
                if (!fill.Key.AsSpan().SequenceEqual(key))
                {
                    continue;
                }

                if (IsPurged(fill, purges, began))
                {
                    Unlist(fill);
                    continue;
                }

                if (SelectingFields.Match(fill.Selecting, fields, scratch))
                {
                    fill.Waiting++;
                    Interlocked.Increment(ref _waiting);
                    return fill;
                }

                known = fill.Selecting;
            }

            if (!mayLead)
            {
                return null;
            }

            if (expected.IsEmpty && !known.IsEmpty)
            {
                // Another variant is under way, so that what selects is known: those who want a third need not wait for this one.
                scratch.Clear();
                SelectingFields.WriteAlike(scratch, known, fields);
                expected = scratch.Written;
            }

            leads = true;
            var begun = new CollapsedFill(this, key, slot, expected, began);
            if (!shard.Fills.TryGetValue(slot, out var others))
            {
                shard.Fills.Add(slot, others = []);
            }

            others.Add(begun);
            Interlocked.Increment(ref _count);
            return begun;
        }
    }

    /// <summary>Somebody waits no more.</summary>
    internal void Leave(CollapsedFill fill)
    {
        lock (ShardOf(fill.Slot))
        {
            fill.Waiting--;
        }

        Interlocked.Decrement(ref _waiting);
    }

    /// <summary>Tells everybody who waits; what is decided already stays.</summary>
    internal void Decide(
        CollapsedFill fill,
        FillOutcome outcome,
        StoredResponse? response,
        CacheFill? body,
        CfCacheStatus status,
        int forwardStatus,
        int failure
    )
    {
        lock (ShardOf(fill.Slot))
        {
            if (fill.Outcome != FillOutcome.Pending)
            {
                return;
            }

            fill.Set(outcome, response, body, status, forwardStatus, failure);
            if (outcome != FillOutcome.Streaming)
            {
                Unlist(fill);
            }
        }

        fill.Tell();
    }

    internal bool TryAbandon(CollapsedFill fill)
    {
        lock (ShardOf(fill.Slot))
        {
            if (fill.Outcome != FillOutcome.Pending)
            {
                return true;
            }

            if (fill.Waiting > 0)
            {
                return false;
            }

            Unlist(fill);
            return true;
        }
    }

    internal void End(CollapsedFill fill)
    {
        lock (ShardOf(fill.Slot))
        {
            Unlist(fill);
        }
    }

    /// <summary>What is under way for a key is not stored, and nobody who comes from now on waits for it.</summary>
    internal void Forget(ReadOnlySpan<byte> key, ulong hash)
    {
        Invalidated?.Add(hash);
        Interlocked.Increment(ref _invalidations[hash % InvalidationSlots]);
        Forget(key, hash, authorized: false);
        Forget(key, hash, authorized: true);
    }

    /// <summary>Another number after anything was invalidated under a key; other keys may share it.</summary>
    internal long InvalidationsOf(ulong hash) => Volatile.Read(ref _invalidations[hash % InvalidationSlots]);

    internal bool TryHold(int bytes)
    {
        if (Interlocked.Add(ref _held, bytes) <= mostHeld)
        {
            return true;
        }

        Interlocked.Add(ref _held, -bytes);
        return false;
    }

    internal void LetGo(long held) => Interlocked.Add(ref _held, -held);

    private void Forget(ReadOnlySpan<byte> key, ulong hash, bool authorized)
    {
        var slot = SlotOf(hash, authorized);
        var shard = ShardOf(slot);
        lock (shard)
        {
            if (!shard.Fills.TryGetValue(slot, out var fills))
            {
                return;
            }

            for (var i = fills.Count - 1; i >= 0; i--)
            {
                if (fills[i].Key.AsSpan().SequenceEqual(key))
                {
                    fills[i].IsForgotten = true;
                    Unlist(fills[i]);
                }
            }
        }
    }

    // What it brings has no tags yet before its head is here, so that any purge since may be on it.
    private static bool IsPurged(CollapsedFill fill, PurgeMarks purges, long began) =>
        fill.Began < began && (fill.Fill is not { } body || purges.Removes(body.Response));

    // Under its shard's lock.
    private void Unlist(CollapsedFill fill)
    {
        if (!fill.IsListed)
        {
            return;
        }

        fill.IsListed = false;
        var fills = ShardOf(fill.Slot).Fills;
        var list = fills[fill.Slot];
        list.Remove(fill);
        if (list.Count == 0)
        {
            fills.Remove(fill.Slot);
        }

        Interlocked.Decrement(ref _count);
    }

    private Shard ShardOf(ulong slot) => _shards[slot >> 58];

    private sealed class Shard
    {
        public Dictionary<ulong, List<CollapsedFill>> Fills { get; } = [];
    }
}
