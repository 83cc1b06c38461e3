namespace Holdfast.Edge.Phases.RateLimiting;

/// <summary>
/// Counting in an entry that nobody else touches meanwhile. What is read is never less than what came within the period, and at most
/// 1% of the limit more, whatever the order of arrivals; while there are no blocks left it may be up to a fifth of the limit less.
/// </summary>
internal static class RateLimitCounts
{
    /// <summary>Takes out what has left the window, and makes the entry one of this window.</summary>
    public static void Advance(ref RateLimitEntry entry, RateLimitWindow window, StampBlocks blocks, long now)
    {
        if (now - entry.Newest >= window.Period || entry.PeriodCode != window.Code)
        {
            Clear(ref entry, blocks);
            entry.PeriodCode = window.Code;
            entry.Exponent = window.Exponent;
            return;
        }

        var stamps = StampsOf(ref entry, blocks);
        while (entry.Count > 0 && Age(entry, window, stamps[entry.Head], now) >= window.MostAge)
        {
            entry.Head = entry.Head + 1 == stamps.Length ? 0 : entry.Head + 1;
            entry.Count--;
        }

        if (entry.Count == 0 && entry.Exponent > window.Exponent)
        {
            // As fine as the window again; of what has no stamp nobody can say what has left.
            entry.Rest &= (1L << window.Exponent) - 1;
            entry.Exponent = window.Exponent;
        }

        if (entry.HasBlock && entry.Count <= RateLimitEntry.FewStamps / 2)
        {
            MoveIn(ref entry, blocks);
        }
    }

    /// <summary>
    /// What is counted. Of an entry that is coarser than its window the oldest stamp may stand for much that has left already, and so does not
    /// count in full.
    /// </summary>
    public static long Of(in RateLimitEntry entry, RateLimitWindow window)
    {
        var doubt = entry.Exponent > window.Exponent ? (1L << entry.Exponent) - (1L << window.Exponent) : 0;
        return Math.Max(0, entry.Total - doubt);
    }

    /// <summary>Counts; the entry has been advanced to the same moment.</summary>
    public static void Add(ref RateLimitEntry entry, RateLimitWindow window, StampBlocks blocks, long now, long units)
    {
        entry.Newest = now;
        var tick = (ushort)(now / window.Tick);

        // More than all stamps can stand for is over the limit, however much more it is.
        var rest = Math.Min(entry.Rest + units, (long)StampBlocks.Length << Math.Max(entry.Exponent, window.Exponent));
        entry.Rest = 0;
        while (rest >> entry.Exponent > 0)
        {
            var stamps = StampsOf(ref entry, blocks);
            if (entry.Count == stamps.Length)
            {
                MakeRoom(ref entry, window, blocks);
                rest += entry.Rest;
                entry.Rest = 0;
                continue;
            }

            var at = entry.Head + entry.Count;
            stamps[at >= stamps.Length ? at - stamps.Length : at] = tick;
            entry.Count++;
            rest -= 1L << entry.Exponent;
        }

        entry.Rest = rest;
    }

    /// <summary>How long until the first of what is counted leaves, in milliseconds.</summary>
    public static long UntilFirstLeaves(ref RateLimitEntry entry, RateLimitWindow window, StampBlocks blocks, long now)
    {
        if (entry.Count == 0)
        {
            return entry.Rest == 0 ? 0 : Math.Max(1, entry.Newest + window.Period - now);
        }

        var age = Age(entry, window, StampsOf(ref entry, blocks)[entry.Head], now);
        return Math.Max(1, (window.MostAge - age) * window.Tick);
    }

    /// <summary>Forgets what is counted; what is refused stays so.</summary>
    public static void Clear(ref RateLimitEntry entry, StampBlocks blocks)
    {
        if (entry.HasBlock)
        {
            blocks.Return(entry.Block);
            entry.HasBlock = false;
        }

        entry.Count = 0;
        entry.Head = 0;
        entry.Rest = 0;
    }

    // In ticks: from the stamp to the newest, and from there to now.
    private static long Age(in RateLimitEntry entry, RateLimitWindow window, ushort stamp, long now)
    {
        var newest = entry.Newest / window.Tick;
        return (now / window.Tick) - newest + (ushort)((ushort)newest - stamp);
    }

    private static Span<ushort> StampsOf(ref RateLimitEntry entry, StampBlocks blocks) =>
        entry.HasBlock ? blocks[entry.Block] : RateLimitEntry.OwnOf(ref entry);

    private static void MakeRoom(ref RateLimitEntry entry, RateLimitWindow window, StampBlocks blocks)
    {
        var stamps = StampsOf(ref entry, blocks);
        if ((long)(stamps.Length - 2) << entry.Exponent > window.Limit)
        {
            // Without the oldest one there still is more than the limit.
            entry.Head = entry.Head + 1 == stamps.Length ? 0 : entry.Head + 1;
            entry.Count--;
        }
        else if (entry.HasBlock || !TryMoveOut(ref entry, blocks))
        {
            Coarsen(ref entry, stamps);
        }
    }

    private static bool TryMoveOut(ref RateLimitEntry entry, StampBlocks blocks)
    {
        var block = blocks.Take();
        if (block < 0)
        {
            return false;
        }

        var stamps = blocks[block];
        CopyInOrder(ref entry, entry.Own, stamps);
        entry.HasBlock = true;
        entry.Block = block;
        return true;
    }

    private static void MoveIn(ref RateLimitEntry entry, StampBlocks blocks)
    {
        var block = entry.Block;
        CopyInOrder(ref entry, blocks[block], RateLimitEntry.OwnOf(ref entry));
        entry.HasBlock = false;
        blocks.Return(block);
    }

    private static void CopyInOrder(ref RateLimitEntry entry, ReadOnlySpan<ushort> from, Span<ushort> to)
    {
        for (var i = 0; i < entry.Count; i++)
        {
            var at = entry.Head + i;
            to[i] = from[at >= from.Length ? at - from.Length : at];
        }

        entry.Head = 0;
    }

    // Two stamps become one, at the time of the later; one that is left over counts beside the stamps again.
    private static void Coarsen(ref RateLimitEntry entry, Span<ushort> stamps)
    {
        var count = entry.Count;
        Span<ushort> kept = stackalloc ushort[StampBlocks.Length / 2];
        for (var i = 0; i < count / 2; i++)
        {
            var at = entry.Head + (2 * i) + 1;
            kept[i] = stamps[at >= stamps.Length ? at - stamps.Length : at];
        }

        kept[..(count / 2)].CopyTo(stamps);
        entry.Head = 0;
        entry.Count = count / 2;
        entry.Rest = (long)(count & 1) << entry.Exponent;
        entry.Exponent++;
    }
}
