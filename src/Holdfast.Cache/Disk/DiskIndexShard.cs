namespace Holdfast.Cache.Disk;

/// <summary>One of the tables of a <see cref="DiskIndex"/>. Everything in it is done under its own lock.</summary>
internal sealed class DiskIndexShard
{
    private const int SmallestTable = 16;

    // Open addressing becomes slow beyond it.
    private const int FullNumerator = 3;
    private const int FullDenominator = 4;

    public DiskSlot[] Slots { get; private set; } = new DiskSlot[SmallestTable];

    public int Count { get; private set; }

    // Records on their way to the disk.
    public int Pending { get; set; }

    // The number of the newest change that is on its way, by hash and variant.
    public Dictionary<(ulong Hash, int Variant), long> Superseded { get; } = [];

    public int Home(uint tag) => (int)(((ulong)tag * (uint)Slots.Length) >> 32);

    public int Next(int index) => index + 1 == Slots.Length ? 0 : index + 1;

    public bool IsSuperseded(ulong hash, int variant, long sequence = 0) =>
        Superseded.Count > 0
        && (
            (Superseded.TryGetValue((hash, DiskIndex.AllVariants), out var all) && all > sequence)
            || (Superseded.TryGetValue((hash, variant), out var one) && one > sequence)
        );

    public int IndexOf(uint tag, DiskPlace place)
    {
        for (var i = Home(tag); Slots[i].IsUsed; i = Next(i))
        {
            if (Slots[i].Tag == tag && Slots[i].Place == place)
            {
                return i;
            }
        }

        return -1;
    }

    public void Put(uint tag, DiskPlace place)
    {
        Remove(tag, place.Variant);
        var (variants, oldest) = (0, -1);
        for (var i = Home(tag); Slots[i].IsUsed; i = Next(i))
        {
            if (Slots[i].Tag == tag)
            {
                variants++;
                oldest = oldest < 0 || Slots[i].Place.Id < Slots[oldest].Place.Id ? i : oldest;
            }
        }

        if (variants >= DiskIndex.MostVariants)
        {
            RemoveAt(oldest);
        }

        Insert(new DiskSlot(tag, place));
    }

    public int Remove(uint tag, int variant)
    {
        var removed = 0;
        for (var i = Home(tag); Slots[i].IsUsed; )
        {
            if (Slots[i].Tag == tag && (variant == DiskIndex.AllVariants || Slots[i].Variant == variant))
            {
                // Another one may have moved here.
                RemoveAt(i);
                removed++;
            }
            else
            {
                i = Next(i);
            }
        }

        return removed;
    }

    // Closes the gap, so that no look-up ends before what it seeks.
    public void RemoveAt(int gap)
    {
        for (var i = Next(gap); Slots[i].IsUsed; i = Next(i))
        {
            var home = Home(Slots[i].Tag);
            if (gap < i ? home <= gap || home > i : home <= gap && home > i)
            {
                Slots[gap] = Slots[i];
                gap = i;
            }
        }

        Slots[gap] = default;
        Count--;
    }

    public void Insert(DiskSlot slot)
    {
        Reserve(Count + 1);
        var i = Home(slot.Tag);
        while (Slots[i].IsUsed)
        {
            i = Next(i);
        }

        Slots[i] = slot;
        Count++;
    }

    public void Reserve(int count)
    {
        var length = Slots.Length;
        while ((long)count * FullDenominator > (long)length * FullNumerator)
        {
            length *= 2;
        }

        if (length > Slots.Length)
        {
            Rebuild(length);
        }
    }

    public void Filter(Predicate<uint> segment)
    {
        for (var i = 0; i < Slots.Length; )
        {
            if (Slots[i].IsUsed && !segment(Slots[i].Place.Segment))
            {
                // Another one may have moved here.
                RemoveAt(i);
            }
            else
            {
                i++;
            }
        }
    }

    private void Rebuild(int length)
    {
        var before = Slots;
        Slots = new DiskSlot[length];
        Count = 0;
        foreach (var slot in before)
        {
            if (slot.IsUsed)
            {
                Insert(slot);
            }
        }
    }
}
