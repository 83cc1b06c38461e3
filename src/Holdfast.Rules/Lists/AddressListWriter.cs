using System.Runtime.InteropServices;
using Holdfast.Rules.Syntax;
using Holdfast.Rules.Types;

namespace Holdfast.Rules.Lists;

/// <summary>
/// Writes the file of an <see cref="AddressList"/> from a sorted stream of ranges. It holds what 65,536 addresses need and no more, however
/// long the list is. Ranges may overlap or touch.
/// </summary>
public sealed class AddressListWriter : IDisposable
{
    private const int BufferSize = 64 * 1024;

    private readonly FileStream _file;
    private readonly FileStream _networkRanges;
    private readonly FileStream _ranges;
    private readonly uint[] _index = new uint[AddressListFormat.Blocks + 1];
    private readonly List<ushort> _block = [];
    private AddressListFormat.Header _header = new() { Magic = AddressListFormat.Magic };
    private AddressRange? _pending;
    private RuleAddress _before;
    private int _blockNumber;

    /// <summary>Makes the file, which must not be there yet.</summary>
    /// <exception cref="IOException">It can't be made.</exception>
    public AddressListWriter(string path)
    {
        _file = Make(path, FileOptions.SequentialScan);
        _networkRanges = Make(path + ".networks", FileOptions.DeleteOnClose);
        _ranges = Make(path + ".ranges", FileOptions.DeleteOnClose);
        Write<AddressListFormat.Header>(_file, [_header]);
    }

    /// <summary>
    /// The same range, with IPv4 as IPv4: <c>::ffff:192.0.2.1</c> is <c>192.0.2.1</c>. It is to be done before the list is sorted.
    /// </summary>
    public static AddressRange Canonical(AddressRange range) =>
        IsMapped(range.First) && IsMapped(range.Last)
            ? new AddressRange(Unmapped(range.First), Unmapped(range.Last), range.Prefix is { } prefix and >= 96 ? prefix - 96 : null)
            : range;

    /// <summary>Adds a range: of IPv4 before IPv6, by their first address.</summary>
    /// <returns>Why it can't be added, or null.</returns>
    /// <exception cref="IOException">The disk.</exception>
    public string? Add(AddressRange range)
    {
        if (range.First.IsIPv6 != range.Last.IsIPv6 || range.Last.CompareTo(range.First) < 0)
        {
            return $"item {_header.Items + 1}: {range.First} to {range.Last} is no range";
        }

        if (IsMapped(range.First) && IsMapped(range.Last))
        {
            return $"item {_header.Items + 1}: {range.First} is an IPv4 address, and is to be written as one";
        }

        if (_header.Items > 0 && range.First.CompareTo(_before) < 0)
        {
            return $"item {_header.Items + 1}: {range.First} comes after {_before}; the list has to be sorted";
        }

        _before = range.First;
        _header.Items++;
        if (_pending is not { } pending)
        {
            _pending = range;
        }
        else if (Touches(pending, range))
        {
            _pending = range.Last.CompareTo(pending.Last) > 0 ? pending with { Last = range.Last } : pending;
        }
        else
        {
            Put(pending);
            _pending = range;
        }

        return null;
    }

    /// <summary>Ends the list. Nothing is added after that.</summary>
    /// <exception cref="IOException">The disk.</exception>
    public void Complete()
    {
        if (_pending is { } last)
        {
            Put(last);
        }

        EndBlocks(AddressListFormat.Blocks);
        Align();
        Append(_networkRanges);
        Append(_ranges);
        Write<uint>(_file, _index);
        _file.Position = 0;
        Write<AddressListFormat.Header>(_file, [_header]);
        _file.Flush(flushToDisk: true);
    }

    /// <summary>Closes the file.</summary>
    public void Dispose()
    {
        _file.Dispose();
        _networkRanges.Dispose();
        _ranges.Dispose();
    }

    internal static bool IsMapped(RuleAddress address) => address.IsIPv6 && address.Bits >> 32 == 0xFFFF;

    internal static RuleAddress Unmapped(RuleAddress address) => new((uint)address.Bits, false);

    private static FileStream Make(string path, FileOptions options) =>
        new(path, FileMode.CreateNew, FileAccess.ReadWrite, FileShare.Read, BufferSize, options);

    private static bool Touches(AddressRange before, AddressRange range) =>
        before.First.IsIPv6 == range.First.IsIPv6 && (range.First.Bits <= before.Last.Bits || range.First.Bits - before.Last.Bits == 1);

    private static void Write<T>(FileStream file, ReadOnlySpan<T> values)
        where T : unmanaged => file.Write(MemoryMarshal.AsBytes(values));

    private void Put(AddressRange range)
    {
        if (!range.First.IsIPv6)
        {
            PutIPv4((uint)range.First.Bits, (uint)range.Last.Bits);
            return;
        }

        EndBlocks(AddressListFormat.Blocks);
        PutIPv6(range.First.Bits, range.Last.Bits);
    }

    private void PutIPv4(uint first, uint last)
    {
        for (var block = first >> 16; block <= last >> 16; block++)
        {
            EndBlocks((int)block);
            _block.Add(block == first >> 16 ? (ushort)first : (ushort)0);
            _block.Add(block == last >> 16 ? (ushort)last : ushort.MaxValue);
        }
    }

    // What covers whole networks of 64 bits is kept as those; what is left over at the ends, as ranges.
    private void PutIPv6(UInt128 first, UInt128 last)
    {
        var (network, lastNetwork) = ((ulong)(first >> 64), (ulong)(last >> 64));
        if ((ulong)first != 0)
        {
            var end = network == lastNetwork ? last : first | ulong.MaxValue;
            PutRange(first, end);
            if (network == lastNetwork)
            {
                return;
            }

            network++;
        }

        var isWhole = (ulong)last == ulong.MaxValue;
        if (isWhole || network < lastNetwork)
        {
            PutNetworks(network, isWhole ? lastNetwork : lastNetwork - 1);
        }

        if (!isWhole)
        {
            PutRange((UInt128)lastNetwork << 64, last);
        }
    }

    private void PutRange(UInt128 first, UInt128 last)
    {
        Write<UInt128>(_ranges, [first, last]);
        _header.Ranges++;
    }

    private void PutNetworks(ulong first, ulong last)
    {
        if (first == last)
        {
            Write<ulong>(_file, [first]);
            _header.Networks++;
            return;
        }

        Write<ulong>(_networkRanges, [first, last]);
        _header.NetworkRanges++;
    }

    // Writes the block that is open and empty ones up to another.
    private void EndBlocks(int next)
    {
        if (_blockNumber == next)
        {
            return;
        }

        if (_block.Count > 0)
        {
            WriteBlock();
            _block.Clear();
        }

        while (_blockNumber < next)
        {
            _index[++_blockNumber] = (uint)(_header.BlockBytes / 2);
        }

        if (next == AddressListFormat.Blocks)
        {
            Align();
        }
    }

    private void WriteBlock()
    {
        var ranges = CollectionsMarshal.AsSpan(_block);
        var addresses = 0;
        for (var i = 0; i < ranges.Length; i += 2)
        {
            addresses += ranges[i + 1] - ranges[i] + 1;
        }

        var kind =
            Math.Min(addresses, ranges.Length) > AddressListFormat.BitUnits ? AddressListFormat.BlockKind.Bits
            : addresses <= ranges.Length ? AddressListFormat.BlockKind.Each
            : AddressListFormat.BlockKind.Ranges;
        ReadOnlySpan<ushort> written = kind switch
        {
            AddressListFormat.BlockKind.Bits => Bits(ranges),
            AddressListFormat.BlockKind.Each => Each(ranges, addresses),
            _ => ranges,
        };
        _index[_blockNumber] |= (uint)kind << AddressListFormat.KindShift;
        Write<ushort>(_file, written);
        _header.BlockBytes += (ulong)written.Length * 2;
    }

    private static ushort[] Each(ReadOnlySpan<ushort> ranges, int addresses)
    {
        var each = new ushort[addresses];
        var at = 0;
        for (var i = 0; i < ranges.Length; i += 2)
        {
            for (int value = ranges[i]; value <= ranges[i + 1]; value++)
            {
                each[at++] = (ushort)value;
            }
        }

        return each;
    }

    private static ushort[] Bits(ReadOnlySpan<ushort> ranges)
    {
        var bits = new ushort[AddressListFormat.BitUnits];
        for (var i = 0; i < ranges.Length; i += 2)
        {
            for (int value = ranges[i]; value <= ranges[i + 1]; value++)
            {
                bits[value >> 4] |= (ushort)(1 << (value & 15));
            }
        }

        return bits;
    }

    private void Align() => _file.Write(new byte[AddressListFormat.Aligned(_file.Position) - _file.Position]);

    private void Append(FileStream other)
    {
        other.Position = 0;
        other.CopyTo(_file);
        Align();
    }
}
