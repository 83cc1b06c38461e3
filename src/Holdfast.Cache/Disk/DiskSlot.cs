using System.Runtime.InteropServices;

namespace Holdfast.Cache.Disk;

/// <summary>A place in the index, 16 bytes; as it is written to the checkpoint too.</summary>
[StructLayout(LayoutKind.Sequential, Pack = 4)]
internal readonly record struct DiskSlot
{
    /// <summary>How many bytes one takes.</summary>
    public const int Bytes = 16;

    /// <summary>The longest record: what 31 bits can say, and what can be rounded up.</summary>
    public const int LargestSize = int.MaxValue - 63;

    /// <summary>The last place where a record may begin: what 24 bits can say, in units.</summary>
    public const int LastOffset = ((1 << 24) - 1) * DiskPlace.Unit;

    private const uint Hot = 1u << 31;

    private readonly uint _segment;
    private readonly uint _place;
    private readonly uint _size;

    /// <summary>Names a record.</summary>
    /// <param name="tag">The lower half of its key's hash.</param>
    /// <param name="place">Where it lies.</param>
    public DiskSlot(uint tag, DiskPlace place)
    {
        Tag = tag;
        _segment = place.Segment;
        _place = ((uint)(place.Offset / DiskPlace.Unit) << 8) | place.Variant;
        _size = (uint)place.Size;
    }

    /// <summary>The lower half of its key's hash.</summary>
    public uint Tag { get; }

    /// <summary>Whether it names one.</summary>
    public bool IsUsed => _segment != 0;

    /// <summary>Whether somebody wanted it since it was written.</summary>
    public bool IsHot
    {
        get => (_size & Hot) != 0;
        init => _size = value ? _size | Hot : _size & ~Hot;
    }

    /// <summary>The hash of its selecting fields.</summary>
    public byte Variant => (byte)_place;

    /// <summary>Where it lies.</summary>
    public DiskPlace Place => new(_segment, (int)(_place >> 8) * DiskPlace.Unit, (int)(_size & ~Hot), Variant);
}
