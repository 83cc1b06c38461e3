using System.IO.MemoryMappedFiles;
using Holdfast.Rules.Evaluation;
using Holdfast.Rules.Types;
using static Holdfast.Rules.Lists.AddressListFormat;

namespace Holdfast.Rules.Lists;

/// <summary>
/// A list of addresses and networks: millions of them, in a file that <see cref="AddressListWriter"/> has written and that is mapped into
/// memory. An IPv4 address takes two bytes and a /64 network eight. Pages come from the disk when they are first looked at, and the system
/// may drop them again; so a live list and its candidate are never whole in memory because of each other. An IPv4 address inside an IPv6 one
/// is looked for as both.
/// </summary>
/// <remarks>
/// The file must not be changed or cut while it is mapped: a page that can't be read ends the process. Whoever opens one keeps it where
/// nobody else writes, checks its digest before, and removes it by name only. It is unmapped when nobody refers to the list any more.
/// </remarks>
public sealed unsafe class AddressList : RuleList
{
    // Of the networks, every so many is in an index of its own, which stays in a core's cache; every so many fewer in a second one, of which a
    // look-up needs one line of the cache, and then two of the networks.
    private const int Stride = 128;
    private const int FineStride = 16;

    // It owns the pages; the garbage collector unmaps them, never somebody while another one looks.
    private readonly MemoryMappedViewAccessor _view;
    private readonly ushort* _blocks;
    private readonly uint* _index;
    private readonly ulong* _networks;
    private readonly ulong* _networkRanges;
    private readonly UInt128* _ranges;
    private readonly int _networkCount;
    private readonly int _networkRangeCount;
    private readonly int _rangeCount;
    private readonly SampleIndex _firsts;
    private readonly ulong[] _fine;

    private AddressList(MemoryMappedViewAccessor view, byte* start, in Header header)
    {
        (_view, Items) = (view, (long)header.Items);
        (_networkCount, _networkRangeCount, _rangeCount) = ((int)header.Networks, (int)header.NetworkRanges, (int)header.Ranges);
        var at = start + Aligned(sizeof(Header));
        _blocks = (ushort*)at;
        at += Aligned((long)header.BlockBytes);
        _networks = (ulong*)at;
        at += Aligned(8L * _networkCount);
        _networkRanges = (ulong*)at;
        at += Aligned(16L * _networkRangeCount);
        _ranges = (UInt128*)at;
        _index = (uint*)(at + (32L * _rangeCount));
        (_firsts, _fine) = (new SampleIndex(Every(Stride)), Every(FineStride));
    }

    /// <summary>Items as they were given to the writer.</summary>
    public long Items { get; }

    /// <inheritdoc />
    public override RuleType ItemType => RuleType.Address;

    /// <summary>
    /// Opens a file. Its shape is checked, so that no bytes in it make a look-up read anything else; whether it is sorted is not, which the
    /// digest of what carries it answers for.
    /// </summary>
    /// <param name="path">The file.</param>
    /// <param name="list">Null when there is a fault.</param>
    /// <returns>What is wrong with it, or null.</returns>
    /// <exception cref="IOException">It can't be read.</exception>
    public static string? Open(string path, out AddressList? list)
    {
        list = null;
        using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete);
        if (stream.Length < sizeof(Header))
        {
            return $"a file of {stream.Length} bytes is no list of addresses";
        }

        using var file = MemoryMappedFile.CreateFromFile(
            stream,
            null,
            0,
            MemoryMappedFileAccess.Read,
            HandleInheritability.None,
            leaveOpen: true
        );
        var view = file.CreateViewAccessor(0, stream.Length, MemoryMappedFileAccess.Read);
        byte* start = null;
        view.SafeMemoryMappedViewHandle.AcquirePointer(ref start);
        view.SafeMemoryMappedViewHandle.ReleasePointer();
        start += view.PointerOffset;
        ref readonly var header = ref *(Header*)start;
        if (FaultOf(header, start, stream.Length) is { } fault)
        {
            view.Dispose();
            return fault;
        }

        list = new AddressList(view, start, header);
        return null;
    }

    /// <inheritdoc />
    public override Truth Contains(RuleAddress value)
    {
        var found = value.IsIPv6
            ? HasIPv6(value.Bits) || (AddressListWriter.IsMapped(value) && HasIPv4((uint)value.Bits))
            : HasIPv4((uint)value.Bits);
        GC.KeepAlive(_view);
        return Truths.Of(found);
    }

    private static string? FaultOf(in Header header, byte* start, long length)
    {
        if (header.Magic != Magic)
        {
            return "this is no list of addresses, or one of another version";
        }

        const ulong most = int.MaxValue / 2;
        var counts = new[] { header.BlockBytes, header.Networks, header.NetworkRanges, header.Ranges };
        if (counts.Any(count => count > most) || header.BlockBytes % 2 != 0)
        {
            return "the list's sections are larger than a file can hold";
        }

        var index =
            Aligned(sizeof(Header))
            + Aligned((long)header.BlockBytes)
            + Aligned(8L * (long)header.Networks)
            + Aligned(16L * (long)header.NetworkRanges)
            + (32L * (long)header.Ranges);
        var expected = index + ((Blocks + 1) * sizeof(uint));
        if (length != expected)
        {
            return $"the list has {length} bytes; by its header it has {expected}";
        }

        var entries = (uint*)(start + index);
        for (var block = 0; block < Blocks; block++)
        {
            var (from, to) = (entries[block] & OffsetMask, entries[block + 1] & OffsetMask);
            var fits = (BlockKind)(entries[block] >> KindShift) switch
            {
                BlockKind.Each => true,
                BlockKind.Ranges => (to - from) % 2 == 0,
                BlockKind.Bits => to - from == BitUnits,
                _ => false,
            };
            if (to < from || !fits || to > header.BlockBytes / 2)
            {
                return $"block {block} of the list is not where the index says";
            }
        }

        return (entries[Blocks] & OffsetMask) == header.BlockBytes / 2 ? null : "the list's last block does not end where it should";
    }

    private bool HasIPv4(uint value)
    {
        var entry = _index[value >> 16];
        var from = entry & OffsetMask;
        var units = new ReadOnlySpan<ushort>(_blocks + from, (int)((_index[(value >> 16) + 1] & OffsetMask) - from));
        var low = (ushort)value;
        if (units.IsEmpty)
        {
            return false;
        }

        switch ((BlockKind)(entry >> KindShift))
        {
            case BlockKind.Bits:
                return ((units[low >> 4] >> (low & 15)) & 1) != 0;
            case BlockKind.Each:
                return units[LastUpTo(units, 1, low)] == low;
            default:
                var range = LastUpTo(units, 2, low);
                return units[range] <= low && low <= units[range + 1];
        }
    }

    // The last of sorted values, each so far from the next, that is not above another; the first when all are. Without branches that depend
    // on what was looked at, which could not be foretold.
    private static int LastUpTo(ReadOnlySpan<ushort> values, int step, ushort value)
    {
        var (at, left) = (0, values.Length / step);
        while (left > 1)
        {
            var half = left >> 1;
            at = values[(at + half) * step] <= value ? at + half : at;
            left -= half;
        }

        return at * step;
    }

    private bool HasIPv6(UInt128 value)
    {
        var network = (ulong)(value >> 64);
        return HasNetwork(network) || HasNetworkRange(network) || HasRange(value);
    }

    private bool HasNetwork(ulong network)
    {
        if (_networkCount == 0)
        {
            return false;
        }

        const int finer = Stride / FineStride;
        var from = _firsts.LastUpTo(network) * finer;
        from += SampleIndex.LastUpTo(_fine.AsSpan(from, Math.Min(finer, _fine.Length - from)), network);
        from *= FineStride;
        var some = new ReadOnlySpan<ulong>(_networks + from, Math.Min(FineStride, _networkCount - from));
        return some[SampleIndex.LastUpTo(some, network)] == network;
    }

    private ulong[] Every(int stride)
    {
        var sample = new ulong[(_networkCount + stride - 1) / stride];
        for (var i = 0; i < sample.Length; i++)
        {
            sample[i] = _networks[(long)i * stride];
        }

        return sample;
    }

    private bool HasNetworkRange(ulong network)
    {
        var (low, high) = (0, _networkRangeCount - 1);
        while (low <= high)
        {
            var middle = (low + high) >> 1;
            (low, high) = _networkRanges[2L * middle] <= network ? (middle + 1, high) : (low, middle - 1);
        }

        return high >= 0 && network <= _networkRanges[(2L * high) + 1];
    }

    private bool HasRange(UInt128 value)
    {
        var (low, high) = (0, _rangeCount - 1);
        while (low <= high)
        {
            var middle = (low + high) >> 1;
            (low, high) = _ranges[2L * middle] <= value ? (middle + 1, high) : (low, middle - 1);
        }

        return high >= 0 && value <= _ranges[(2L * high) + 1];
    }
}
