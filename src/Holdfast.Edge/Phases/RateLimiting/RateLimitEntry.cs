using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Holdfast.Edge.Phases.RateLimiting;

/// <summary>
/// What is remembered of one key, in 48 bytes. What was counted lies in stamps: each stands for a power of two of units, and says when the
/// last of them came. What does not fill a stamp yet is a number.
/// </summary>
[StructLayout(LayoutKind.Sequential, Pack = 8)]
internal struct RateLimitEntry
{
    /// <summary>Stamps that lie in the entry itself.</summary>
    public const int FewStamps = 12;

    private const int TimeBits = 40;
    private const ulong TimeMask = (1UL << TimeBits) - 1;
    private const int BlockBits = 39;
    private const ulong BlockMask = (1UL << BlockBits) - 1;

    /// <summary>The hash's part that tells keys of a set apart.</summary>
    public ulong Tag;

    // When something was counted last: 40 bits, milliseconds. What is counted beside the stamps: 24 bits.
    private ulong _newest;

    // Until when it is refused: 39 bits. Whether it has a block of stamps: 1. Number of stamps: 8. Where the oldest is: 8. Exponent: 5. Period: 3.
    private ulong _blocked;

    private Stamps _stamps;

    /// <summary>One of a new key: it has no period yet, and so begins with the one that it is asked for with.</summary>
    public static RateLimitEntry New(ulong tag) => new() { Tag = tag, PeriodCode = 0x7 };

    /// <summary>When something was counted last, in milliseconds of the state's clock.</summary>
    public long Newest
    {
        readonly get => (long)(_newest & TimeMask);
        set => _newest = (_newest & ~TimeMask) | ((ulong)value & TimeMask);
    }

    /// <summary>What is counted beside the stamps; less than a stamp stands for.</summary>
    public long Rest
    {
        readonly get => (long)(_newest >> TimeBits);
        set => _newest = (_newest & TimeMask) | ((ulong)value << TimeBits);
    }

    /// <summary>Until when it is refused whatever is counted; 0 when it is not.</summary>
    public long BlockedUntil
    {
        readonly get => (long)(_blocked & BlockMask);
        set => _blocked = (_blocked & ~BlockMask) | ((ulong)value & BlockMask);
    }

    /// <summary>Whether its stamps lie in a block of <see cref="StampBlocks"/>.</summary>
    public bool HasBlock
    {
        readonly get => (_blocked >> 39 & 1) != 0;
        set => _blocked = (_blocked & ~(1UL << 39)) | ((value ? 1UL : 0) << 39);
    }

    /// <summary>How many stamps there are.</summary>
    public int Count
    {
        readonly get => (int)(_blocked >> 40) & 0xff;
        set => Set(40, 0xff, value);
    }

    /// <summary>Where the oldest is in the ring.</summary>
    public int Head
    {
        readonly get => (int)(_blocked >> 48) & 0xff;
        set => Set(48, 0xff, value);
    }

    /// <summary>A stamp stands for two to the power of this.</summary>
    public int Exponent
    {
        readonly get => (int)(_blocked >> 56) & 0x1f;
        set => Set(56, 0x1f, value);
    }

    /// <summary>The period, see <see cref="RateLimitWindow.OfCode"/>.</summary>
    public int PeriodCode
    {
        readonly get => (int)(_blocked >> 61) & 0x7;
        set => Set(61, 0x7, value);
    }

    /// <summary>All that is counted.</summary>
    public readonly long Total => ((long)Count << Exponent) + Rest;

    /// <summary>The number of its block; it lies where the stamps would.</summary>
    public int Block
    {
        readonly get => _stamps[0] | (_stamps[1] << 16);
        set
        {
            _stamps[0] = (ushort)value;
            _stamps[1] = (ushort)(value >> 16);
        }
    }

    /// <summary>The stamps in the entry itself.</summary>
    [UnscopedRef]
    public readonly ReadOnlySpan<ushort> Own => _stamps;

    /// <summary>The same, to be changed.</summary>
    public static Span<ushort> OwnOf(ref RateLimitEntry entry) => entry._stamps;

    /// <summary>Whether nothing that it says matters any more.</summary>
    public readonly bool IsOver(long now) => now - Newest >= RateLimitWindow.OfCode(PeriodCode).Period && now >= BlockedUntil;

    private void Set(int shift, ulong mask, int value) => _blocked = (_blocked & ~(mask << shift)) | ((ulong)value << shift);

    [InlineArray(FewStamps)]
    private struct Stamps
    {
        private ushort _first;
    }
}
