using System.Numerics;
using System.Runtime.InteropServices;

namespace Holdfast.Cache.Disk;

/// <summary>
/// Tells whether bytes on the disk are those that were written: CRC-32C in four lanes that the processor computes at once, and a CRC-32C over
/// those. Every single flipped bit changes it. It keeps nobody from forging.
/// </summary>
internal static class Checksum
{
    private const int Lanes = 4;
    private const int LanesFrom = 256;

    /// <summary>The checksum of bytes that follow others.</summary>
    /// <param name="bytes">They.</param>
    /// <param name="before">The checksum of the others; 0 for none.</param>
    public static uint Of(ReadOnlySpan<byte> bytes, uint before = 0)
    {
        if (bytes.Length < LanesFrom)
        {
            return Lane(bytes, ~before);
        }

        var length = bytes.Length / (Lanes * sizeof(ulong));
        var words = MemoryMarshal.Cast<byte, ulong>(bytes[..(length * Lanes * sizeof(ulong))]);
        var one = words[..length];
        var two = words.Slice(length, length);
        var three = words.Slice(2 * length, length);
        var four = words[(3 * length)..];
        var (a, b, c, d) = (~before, 1u, 2u, 3u);
        for (var i = 0; i < length; i++)
        {
            a = BitOperations.Crc32C(a, one[i]);
            b = BitOperations.Crc32C(b, two[i]);
            c = BitOperations.Crc32C(c, three[i]);
            d = BitOperations.Crc32C(d, four[i]);
        }

        var joined = BitOperations.Crc32C(BitOperations.Crc32C(BitOperations.Crc32C(a, b), c), d);
        return Lane(bytes[(length * Lanes * sizeof(ulong))..], joined);
    }

    private static uint Lane(ReadOnlySpan<byte> bytes, uint crc)
    {
        while (bytes.Length >= sizeof(ulong))
        {
            crc = BitOperations.Crc32C(crc, MemoryMarshal.Read<ulong>(bytes));
            bytes = bytes[sizeof(ulong)..];
        }

        foreach (var one in bytes)
        {
            crc = BitOperations.Crc32C(crc, one);
        }

        return ~crc;
    }
}
