using System.Buffers.Binary;
using System.Net;
using CsCheck;
using Holdfast.Rules.Evaluation;
using Holdfast.Rules.Lists;
using Holdfast.Rules.Syntax;
using Holdfast.Rules.Tests.Generators;
using Holdfast.Rules.Types;

namespace Holdfast.Rules.Tests.Lists;

public sealed class AddressListTests : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("holdfast-lists-").FullName;
    private int _files;

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    // Few first halves of an address, so that blocks get full, and ranges of every width.
    private static Gen<AddressRange> Ranges { get; } =
        Gen.Frequency(
            (6, Gen.Select(Gen.UInt[0, 0x2_0000], Gen.Frequency((6, Gen.Const(0u)), (2, Gen.UInt[0, 9]), (1, Gen.UInt[0, 70_000])), IPv4)),
            (1, Gen.Select(Trees.Addresses, Gen.Int[0, 128], (address, prefix) => Network(address, Math.Min(prefix, address.Width)))),
            (2, Gen.Select(Trees.Addresses, Gen.Int[40, 128], (address, prefix) => Network(address, Math.Min(prefix, address.Width)))),
            (1, Gen.Select(Gen.ULong[0, 3], Gen.ULong[0, 3], Gen.ULong, Gen.ULong, IPv6)),
            (1, Gen.UInt[0xC0000200, 0xC0000210].Select(bits => Single(new RuleAddress(((UInt128)0xFFFF << 32) | bits, true))))
        );

    [Fact]
    public void Contains_AnyAddress_IsWhatASlowSetSays() =>
        Gen.Select(Ranges.Array[0, 60], Gen.UInt[0, 0x3_0000].Array[20], Trees.Addresses.Array[20])
            .Sample(
                (given, low, others) =>
                {
                    var ranges = given.Select(AddressListWriter.Canonical).OrderBy(range => range.First).ToArray();
                    var list = Open(ranges);
                    var few = new FewAddresses(given);
                    var asked = low.Select(bits => new RuleAddress(bits, false))
                        .Concat(others)
                        .Concat(ranges.SelectMany(Around))
                        .SelectMany(address => address.IsIPv6 ? [address] : new[] { address, Mapped(address) });
                    foreach (var address in asked)
                    {
                        Assert.Equal((address, Slow(ranges, address)), (address, list.Contains(address) == Truth.True));
                        Assert.Equal((address, Slow(ranges, address)), (address, few.Contains(address) == Truth.True));
                    }

                    Assert.Equal(ranges.Length, list.Items);
                },
                iter: 300
            );

    [Fact]
    public void Contains_InFullAndEvenBlocks_IsRight()
    {
        AddressRange[] ranges =
        [
            .. Enumerable.Range(0, 30_000).Select(i => Single(new RuleAddress((uint)(2 * i), false))),
            new(new RuleAddress(0x0001_0000, false), new RuleAddress(0x0003_FFFF, false), null),
            .. Enumerable.Range(0, 100).Select(i => Single(new RuleAddress((uint)(0x0005_0000 + (7 * i)), false))),
        ];
        var list = Open(ranges);
        for (uint bits = 0; bits < 0x0006_0000; bits++)
        {
            var expected = bits < 60_000 ? bits % 2 == 0 : bits is >= 0x0001_0000 and <= 0x0003_FFFF || IsSeventh(bits);
            Assert.Equal((bits, expected ? Truth.True : Truth.False), (bits, list.Contains(new RuleAddress(bits, false))));
        }

        static bool IsSeventh(uint bits) => bits >= 0x0005_0000 && (bits - 0x0005_0000) % 7 == 0 && (bits - 0x0005_0000) / 7 < 100;
    }

    [Fact]
    public void Add_OfWhatIsNotSorted_NamesTheItem()
    {
        using var writer = new AddressListWriter(Path.Combine(_directory, "unsorted"));
        Assert.Null(writer.Add(Single(Parse("2001:db8::1"))));
        Assert.Equal("item 2: 192.0.2.1 comes after 2001:db8::1; the list has to be sorted", writer.Add(Single(Parse("192.0.2.1"))));
        Assert.Contains(
            "item 2: ::ffff:c000:201 is an IPv4 address",
            writer.Add(Single(Mapped(Parse("192.0.2.1")))),
            StringComparison.Ordinal
        );
        var backwards = new AddressRange(Parse("2001:db8::9"), Parse("2001:db8::2"), null);
        Assert.Contains("is no range", writer.Add(backwards), StringComparison.Ordinal);
    }

    [Fact]
    public void Open_OfAnyDamage_IsRefusedOrAnswers()
    {
        AddressRange[] ranges =
        [
            .. Enumerable.Range(0, 300).Select(i => Single(new RuleAddress((uint)(i * 40_000), false))),
            .. Enumerable.Range(0, 300).Select(i => Network(new RuleAddress((UInt128)(ulong)(i + 1) << 67, true), 64)),
        ];
        var whole = File.ReadAllBytes(Write(ranges));
        var (random, refused) = (new Random(7), 0);
        for (var i = 0; i < 300; i++)
        {
            var bytes = (byte[])whole.Clone();
            var from =
                i % 3 == 0 ? random.Next(48)
                : i % 3 == 1 ? bytes.Length - 1 - random.Next(65537 * 4)
                : random.Next(bytes.Length);
            bytes[from] = (byte)random.Next(256);
            var length = random.Next(4) == 0 ? random.Next(bytes.Length) : bytes.Length;
            var path = Path.Combine(_directory, $"damaged-{i}");
            File.WriteAllBytes(path, bytes[..length]);
            if (AddressList.Open(path, out var list) is not null)
            {
                refused++;
                continue;
            }

            foreach (var range in ranges)
            {
                list!.Contains(range.First);
                list.Contains(range.Last);
            }
        }

        Assert.InRange(refused, 50, 299);
        BinaryPrimitives.WriteUInt64LittleEndian(whole, 1);
        File.WriteAllBytes(Path.Combine(_directory, "other"), whole);
        Assert.Contains("no list of addresses", AddressList.Open(Path.Combine(_directory, "other"), out _), StringComparison.Ordinal);
    }

    [Fact]
    public void Contains_AfterTheFileHasLostItsName_StillAnswers()
    {
        var path = Write([Single(Parse("192.0.2.1"))]);
        Assert.Null(AddressList.Open(path, out var list));
        File.Delete(path);
        Assert.Equal(Truth.True, list!.Contains(Parse("192.0.2.1")));
        Assert.Equal(Truth.False, list.Contains(Parse("192.0.2.2")));
        Assert.Equal(Truth.True, list.Contains(Parse("::ffff:192.0.2.1")));
        Assert.Empty(Directory.GetFiles(_directory));
    }

    [Fact]
    public void Contains_ByName_IsUnknownWhenTheListIsNotThere()
    {
        Assert.Null(AddressList.Open(Write([Single(Parse("192.0.2.1"))]), out var addresses));
        var lists = new RuleLists([
            new("office", addresses!),
            new("hosts", new TextList([ByteString.Of("a.example"), ByteString.Of("b.example")])),
            new("networks", new NumberList([64500, 64501])),
        ]);
        Assert.Equal(Truth.True, lists.Contains("office", Parse("192.0.2.1")));
        Assert.Equal(Truth.Unknown, lists.Contains("home", Parse("192.0.2.1")));
        Assert.Equal(Truth.True, lists.Contains("hosts", "b.example"u8));
        Assert.Equal(Truth.False, lists.Contains("hosts", "c.example"u8));
        Assert.Equal(Truth.Unknown, lists.Contains("home", "b.example"u8));
        Assert.Equal(Truth.True, lists.Contains("networks", 64501));
        Assert.Equal(Truth.Unknown, lists.Contains("office", 64501));
        Assert.Equal(RuleType.Integer, lists.Types["networks"]);
        Assert.Equal(Truth.Unknown, RuleLists.None.Contains("office", 1));
    }

    private AddressList Open(AddressRange[] ranges)
    {
        var path = Write(ranges);
        Assert.Null(AddressList.Open(path, out var list));
        File.Delete(path);
        return list!;
    }

    private string Write(AddressRange[] ranges)
    {
        var path = Path.Combine(_directory, $"list-{Interlocked.Increment(ref _files)}");
        using var writer = new AddressListWriter(path);
        foreach (var range in ranges)
        {
            Assert.Null(writer.Add(range));
        }

        writer.Complete();
        return path;
    }

    private static bool Slow(AddressRange[] ranges, RuleAddress address) =>
        ranges.Any(range => range.First.IsIPv6 == address.IsIPv6 && range.First.Bits <= address.Bits && address.Bits <= range.Last.Bits)
        || (address.IsIPv6 && address.Bits >> 32 == 0xFFFF && Slow(ranges, new RuleAddress((uint)address.Bits, false)));

    // Its ends, and what lies just outside.
    private static IEnumerable<RuleAddress> Around(AddressRange range)
    {
        var all = range.First.LastOf(0).Bits;
        yield return range.First;
        yield return range.Last;
        yield return range.First with
        {
            Bits = range.First.Bits == 0 ? 0 : range.First.Bits - 1,
        };
        yield return range.Last with
        {
            Bits = range.Last.Bits == all ? all : range.Last.Bits + 1,
        };
    }

    private static AddressRange Single(RuleAddress address) => new(address, address, null);

    private static AddressRange Network(RuleAddress address, int prefix) => AddressRange.Network(address.Network(prefix), prefix);

    private static AddressRange IPv4(uint first, uint more) =>
        new(new RuleAddress(first, false), new RuleAddress(first + more, false), null);

    private static AddressRange IPv6(ulong network, ulong networks, ulong from, ulong to)
    {
        var (first, last) = (((UInt128)network << 64) | from, ((UInt128)(network + networks) << 64) | to);
        return first <= last
            ? new AddressRange(new RuleAddress(first, true), new RuleAddress(last, true), null)
            : new AddressRange(new RuleAddress(last, true), new RuleAddress(first, true), null);
    }

    private static RuleAddress Mapped(RuleAddress address) => new(((UInt128)0xFFFF << 32) | address.Bits, true);

    private static RuleAddress Parse(string text) => RuleAddress.From(IPAddress.Parse(text));
}
