namespace Holdfast.Cache.Disk;

/// <summary>Where a record lies.</summary>
/// <param name="Segment">The segment's number, from 1.</param>
/// <param name="Offset">Its first byte there; a multiple of <see cref="Unit"/>.</param>
/// <param name="Size">How many bytes it takes.</param>
/// <param name="Variant">A hash of its selecting fields.</param>
internal readonly record struct DiskPlace(uint Segment, int Offset, int Size, byte Variant)
{
    /// <summary>Records begin at multiples of this.</summary>
    public const int Unit = 16;

    /// <summary>A number of its own for each place.</summary>
    public ulong Id => ((ulong)Segment << 32) | (uint)Offset;

    /// <summary>The next multiple of <see cref="Unit"/>.</summary>
    public static int Align(int bytes) => (bytes + Unit - 1) & ~(Unit - 1);
}
