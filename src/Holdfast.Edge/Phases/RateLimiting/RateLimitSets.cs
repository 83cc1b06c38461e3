using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Holdfast.Edge.Phases.RateLimiting;

/// <summary>The head of a set of entries: its lock, and a byte of each key's hash by which the entry is found.</summary>
[StructLayout(LayoutKind.Sequential, Size = 128)]
internal struct RateLimitSet
{
    /// <summary>Entries of a set.</summary>
    public const int Size = 96;

    /// <summary>Nobody's fingerprint: the entry is free.</summary>
    public const byte Free = 0;

    private Fingerprints _fingerprints;

    /// <summary>1 while somebody has it.</summary>
    public int Lock;

    /// <summary>How many leading bits of a hash all its keys share.</summary>
    public int Depth;

    /// <summary>Which entries may be a key's, one bit each.</summary>
    public static UInt128 Find(ref RateLimitSet set, byte fingerprint)
    {
        ref var first = ref Unsafe.As<Fingerprints, byte>(ref set._fingerprints);
        var wanted = Vector256.Create(fingerprint);
        var low = Vector256.Equals(Vector256.LoadUnsafe(ref first), wanted).ExtractMostSignificantBits();
        var middle = Vector256.Equals(Vector256.LoadUnsafe(ref first, 32), wanted).ExtractMostSignificantBits();
        var high = Vector256.Equals(Vector256.LoadUnsafe(ref first, 64), wanted).ExtractMostSignificantBits();
        return new UInt128(high, ((ulong)middle << 32) | low);
    }

    /// <summary>The fingerprint of an entry.</summary>
    public static ref byte Of(ref RateLimitSet set, int entry) =>
        ref Unsafe.Add(ref Unsafe.As<Fingerprints, byte>(ref set._fingerprints), entry);

    /// <summary>The number of the lowest bit.</summary>
    public static int Lowest(UInt128 bits) => (int)UInt128.TrailingZeroCount(bits);

    /// <summary>How many entries are taken.</summary>
    public static int CountOf(ref RateLimitSet set)
    {
        var free = Find(ref set, Free);
        return Size - BitOperations.PopCount((ulong)free) - BitOperations.PopCount((ulong)(free >> 64));
    }

    [InlineArray(Size)]
    private struct Fingerprints
    {
        private byte _first;
    }
}

/// <summary>The sets, made as they are needed up to a number, and never moved.</summary>
internal sealed class RateLimitSets(int most)
{
    private const int SetsInSlab = 32;
    private readonly RateLimitSet[]?[] _heads = new RateLimitSet[]?[(most + SetsInSlab - 1) / SetsInSlab];
    private readonly RateLimitEntry[]?[] _entries = new RateLimitEntry[]?[(most + SetsInSlab - 1) / SetsInSlab];
    private readonly Lock _growth = new();
    private int _made;

    /// <summary>How many there are.</summary>
    public int Count => Volatile.Read(ref _made);

    /// <summary>A set's head.</summary>
    public ref RateLimitSet Head(int set) => ref _heads[set / SetsInSlab]![set % SetsInSlab];

    /// <summary>A set's entries.</summary>
    public Span<RateLimitEntry> Entries(int set) =>
        _entries[set / SetsInSlab].AsSpan(set % SetsInSlab * RateLimitSet.Size, RateLimitSet.Size);

    /// <summary>Makes a set. Whoever learns its number does so after this.</summary>
    public int Make()
    {
        // Only for a set's making, which happens once for tens of new keys, and never again once there are all.
        lock (_growth)
        {
            if (_heads[_made / SetsInSlab] is null)
            {
                _entries[_made / SetsInSlab] = new RateLimitEntry[SetsInSlab * RateLimitSet.Size];
                _heads[_made / SetsInSlab] = new RateLimitSet[SetsInSlab];
            }

            return _made++;
        }
    }
}
