using System.Collections.Immutable;
using System.Text;

namespace Holdfast.Edge.Tiers;

/// <summary>
/// The upper edges of this edge. Every key has its home at one of them, the same for all lower edges that have the same list, in whatever
/// order (rendezvous hashing); an edge that comes or goes moves only the keys that are its own. The next best one stands in for the home.
/// </summary>
internal sealed class UpperEdges
{
    private readonly ImmutableArray<(Upper Upper, ulong Seed)> _uppers;

    /// <summary>These, at least one.</summary>
    public UpperEdges(IEnumerable<Upper> uppers) =>
        _uppers = [.. uppers.Select(upper => (upper, HashOf(Encoding.ASCII.GetBytes(upper.Url.ToString()))))];

    /// <summary>The home of a key, and the edge that stands in for it; null when there is only one.</summary>
    public (Upper Home, Upper? Next) For(ReadOnlySpan<byte> key)
    {
        var hash = HashOf(key);
        Upper? home = null;
        Upper? next = null;
        ulong best = 0;
        ulong second = 0;
        foreach (var (upper, seed) in _uppers)
        {
            var score = Mix(hash ^ seed);
            if (home is null || score > best)
            {
                (next, second) = (home, best);
                (home, best) = (upper, score);
            }
            else if (next is null || score > second)
            {
                (next, second) = (upper, score);
            }
        }

        return (home!, next);
    }

    // FNV-1a: the same on every edge and in every process, unlike the hashes that a store is made of.
    private static ulong HashOf(ReadOnlySpan<byte> bytes)
    {
        var hash = 0xCBF2_9CE4_8422_2325;
        foreach (var octet in bytes)
        {
            hash = (hash ^ octet) * 0x0000_0100_0000_01B3;
        }

        return hash;
    }

    // The finalizer of MurmurHash3: every bit of the result depends on every bit of both hashes.
    private static ulong Mix(ulong hash)
    {
        hash = (hash ^ (hash >> 33)) * 0xFF51_AFD7_ED55_8CCD;
        hash = (hash ^ (hash >> 33)) * 0xC4CE_B9FE_1A85_EC53;
        return hash ^ (hash >> 33);
    }
}
