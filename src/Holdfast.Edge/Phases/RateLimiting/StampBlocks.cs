namespace Holdfast.Edge.Phases.RateLimiting;

/// <summary>
/// Blocks of stamps for keys with more than lie in an entry: a bounded number, made when they are needed, given back when a key is quiet
/// again. Any thread may take and give back; the stamps of a block belong to whoever has taken it.
/// </summary>
internal sealed class StampBlocks(int most)
{
    /// <summary>
    /// Stamps of a block. A limit is counted in at most 200 of them, and what comes after a key is over its limit needs a few more.
    /// </summary>
    public const int Length = 250;

    private const int BlocksInSlab = 256;
    private readonly ushort[]?[] _slabs = new ushort[]?[(most + BlocksInSlab - 1) / BlocksInSlab];
    private readonly Lock _growth = new();
    private int _made;

    // The free ones: the first one's number and one more, and above it how often that has changed.
    private ulong _free;

    /// <summary>Bytes of one block.</summary>
    public const int Bytes = Length * sizeof(ushort);

    /// <summary>The stamps of a block.</summary>
    public Span<ushort> this[int block] => Volatile.Read(ref _slabs[block / BlocksInSlab]).AsSpan(block % BlocksInSlab * Length, Length);

    /// <summary>Takes a block.</summary>
    /// <returns>Its number, or -1 when all are taken.</returns>
    public int Take()
    {
        var free = Volatile.Read(ref _free);
        while ((uint)free != 0)
        {
            var block = (int)(uint)free - 1;
            var stamps = this[block];
            var next = (ulong)(stamps[0] | (uint)(stamps[1] << 16));
            var seen = Interlocked.CompareExchange(ref _free, Changed(free) | next, free);
            if (seen == free)
            {
                return block;
            }

            free = seen;
        }

        return Make();
    }

    /// <summary>Gives a block back.</summary>
    public void Return(int block)
    {
        var stamps = this[block];
        var free = Volatile.Read(ref _free);
        while (true)
        {
            stamps[0] = (ushort)free;
            stamps[1] = (ushort)((uint)free >> 16);
            var seen = Interlocked.CompareExchange(ref _free, Changed(free) | (uint)(block + 1), free);
            if (seen == free)
            {
                return;
            }

            free = seen;
        }
    }

    private static ulong Changed(ulong free) => (free & 0xffff_ffff_0000_0000) + 0x1_0000_0000;

    private int Make()
    {
        while (true)
        {
            var made = Volatile.Read(ref _made);
            if (made == most)
            {
                return -1;
            }

            if (_slabs[made / BlocksInSlab] is null)
            {
                lock (_growth)
                {
                    _slabs[made / BlocksInSlab] ??= new ushort[BlocksInSlab * Length];
                }
            }

            if (Interlocked.CompareExchange(ref _made, made + 1, made) == made)
            {
                return made;
            }
        }
    }
}
