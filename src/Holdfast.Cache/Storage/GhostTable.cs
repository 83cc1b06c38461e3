using System.Numerics;

namespace Holdfast.Cache.Storage;

/// <summary>
/// Remembers what left the small queue, as fingerprints with the moment they were added: no more of them count than the main queue holds
/// responses. A full bucket forgets its oldest, so the table never grows.
/// </summary>
internal sealed class GhostTable
{
    private const int BucketLength = 4;

    // One place for each object of this size that the budget holds: the usual size of a web object's median.
    private const int UsualObject = 8 * 1024;
    private const int SmallestTable = 1024;
    private const int LargestTable = 4 * 1024 * 1024;

    private readonly ulong[] _places;
    private uint _clock = 1;

    /// <summary>For a store of this many bytes.</summary>
    public GhostTable(long budget) =>
        _places = new ulong[BitOperations.RoundUpToPowerOf2((uint)Math.Clamp(budget / UsualObject, SmallestTable, LargestTable))];

    /// <summary>Remembers a hash.</summary>
    /// <param name="hash">The hash of a key.</param>
    /// <param name="most">How many of the last ones added count.</param>
    public void Add(ulong hash, long most)
    {
        var bucket = BucketOf(hash);
        var place = 0;
        for (var i = 0; i < BucketLength; i++)
        {
            if (bucket[i] == 0 || FingerprintOf(bucket[i]) == FingerprintOf(hash) || AgeOf(bucket[i]) > most)
            {
                place = i;
                break;
            }

            place = AgeOf(bucket[i]) > AgeOf(bucket[place]) ? i : place;
        }

        _clock = _clock == uint.MaxValue ? 1 : _clock + 1;
        bucket[place] = (hash & 0xFFFF_FFFF_0000_0000) | _clock;
    }

    /// <summary>Whether a hash is remembered; it is forgotten with that.</summary>
    public bool Take(ulong hash, long most)
    {
        var bucket = BucketOf(hash);
        for (var i = 0; i < BucketLength; i++)
        {
            if (bucket[i] != 0 && FingerprintOf(bucket[i]) == FingerprintOf(hash))
            {
                var counts = AgeOf(bucket[i]) <= Math.Max(most, 1);
                bucket[i] = 0;
                return counts;
            }
        }

        return false;
    }

    private Span<ulong> BucketOf(ulong hash) =>
        _places.AsSpan((int)(hash & (ulong)(_places.Length - 1)) & ~(BucketLength - 1), BucketLength);

    private static uint FingerprintOf(ulong place) => (uint)(place >> 32);

    private uint AgeOf(ulong place) => _clock - (uint)place;
}
