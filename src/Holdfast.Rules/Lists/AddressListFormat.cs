using System.Runtime.InteropServices;

namespace Holdfast.Rules.Lists;

/// <summary>
/// The file of an <see cref="AddressList"/>. All numbers are little-endian. Sections follow each other, each at a multiple of 16 bytes:
/// blocks of IPv4, /64 networks, ranges of /64 networks, ranges of other IPv6 addresses, the index of the blocks.
/// </summary>
internal static class AddressListFormat
{
    /// <summary>"HOLDIP" and the version.</summary>
    public const ulong Magic = 0x0001_5049_444C_4F48;

    /// <summary>IPv4 has a block for each value of the first 16 bits.</summary>
    public const int Blocks = 1 << 16;

    /// <summary>In an entry of the index: where the block begins, in units of two bytes from the first.</summary>
    public const uint OffsetMask = (1u << 29) - 1;

    /// <summary>In an entry of the index: how far the kind is shifted.</summary>
    public const int KindShift = 30;

    /// <summary>Units of a block that is bits.</summary>
    public const int BitUnits = (1 << 16) / 16;

    /// <summary>Bytes that sections begin at a multiple of.</summary>
    public const int Alignment = 16;

    /// <summary>How the last 16 bits of a block's addresses are kept; the smallest is taken.</summary>
    public enum BlockKind : byte
    {
        /// <summary>Each of them, sorted.</summary>
        Each,

        /// <summary>First and last of each range, sorted.</summary>
        Ranges,

        /// <summary>A bit for each.</summary>
        Bits,
    }

    /// <summary>What the file begins with.</summary>
    [StructLayout(LayoutKind.Sequential, Pack = 8)]
    public struct Header
    {
        /// <summary><see cref="AddressListFormat.Magic"/></summary>
        public ulong Magic;

        /// <summary>Items as they were given.</summary>
        public ulong Items;

        /// <summary>Bytes of the blocks.</summary>
        public ulong BlockBytes;

        /// <summary>Networks of 64 bits, 8 bytes each.</summary>
        public ulong Networks;

        /// <summary>Ranges of them, 16 bytes each.</summary>
        public ulong NetworkRanges;

        /// <summary>Ranges of other addresses, 32 bytes each.</summary>
        public ulong Ranges;
    }

    /// <summary>Bytes up to the next multiple of <see cref="Alignment"/>.</summary>
    public static long Aligned(long length) => (length + Alignment - 1) & ~(Alignment - 1L);
}
