namespace Holdfast.Cache.Collapsing;

/// <summary>
/// Keys whose responses could not be shared lately, so that the next requests for them do not wait for one another in vain (what Varnish
/// calls hit-for-miss). A fixed table: each mark overwrites the one in its place, and a lost mark costs one wait. Thread-safe, no lock.
/// </summary>
internal sealed class UncollapsedMarks
{
    /// <summary>
    /// How long one holds: a minute. Long beside a burst, and short beside the time that it takes to notice that a page has become
    /// cacheable.
    /// </summary>
    public const long Milliseconds = 60_000;

    private const int Places = 16 * 1024;
    private const ulong Tag = 0xFFFF_FFFF_0000_0000;

    // The upper half of the key's hash, and until when, in seconds since 1970.
    private readonly ulong[] _marks = new ulong[Places];

    /// <summary>Marks a key.</summary>
    /// <param name="slot">Its hash.</param>
    /// <param name="now">Milliseconds since 1970.</param>
    public void Mark(ulong slot, long now) => Volatile.Write(ref Place(slot), (slot & Tag) | (uint)((now + Milliseconds) / 1000));

    /// <summary>Takes a mark away.</summary>
    public void Unmark(ulong slot)
    {
        ref var place = ref Place(slot);
        if (((Volatile.Read(ref place) ^ slot) & Tag) == 0)
        {
            Volatile.Write(ref place, 0);
        }
    }

    /// <summary>Whether a key is marked now.</summary>
    public bool Contain(ulong slot, long now)
    {
        var mark = Volatile.Read(ref Place(slot));
        return ((mark ^ slot) & Tag) == 0 && (uint)mark > now / 1000;
    }

    private ref ulong Place(ulong slot) => ref _marks[slot & (Places - 1)];
}
