using System.Diagnostics;
using Holdfast.Rules.Evaluation;
using Holdfast.Rules.Lists;
using Holdfast.Rules.Syntax;
using Holdfast.Rules.Types;

namespace Holdfast.Bench.Rules;

/// <summary>A list of millions of addresses, written from a sorted stream and looked into; then a second one beside it.</summary>
internal static class Lists
{
    private const int LookUps = 1 << 20;

    public static void Run(int rounds, int ipv4, int networks)
    {
        var directory = Directory.CreateTempSubdirectory("holdfast-bench-");
        try
        {
            var path = Path.Combine(directory.FullName, "live");
            var start = Stopwatch.GetTimestamp();
            var before = GC.GetAllocatedBytesForCurrentThread();
            Write(path, ipv4, networks, seed: 1);
            var written = Stopwatch.GetElapsedTime(start);
            var allocated = GC.GetAllocatedBytesForCurrentThread() - before;
            var resident = Resident();
            start = Stopwatch.GetTimestamp();
            var live = Open(path);
            Measure.Print(
                $"{ipv4} IPv4 addresses and {networks} /64 networks: written in {written.TotalSeconds:0.0} s, the writer allocated {allocated / 1048576.0:0.0} MB; file {new FileInfo(path).Length / 1048576.0:0.0} MB; opened in {Stopwatch.GetElapsedTime(start).TotalMilliseconds:0.0} ms"
            );

            var random = new Random(3);
            RuleAddress[] asked = [.. Enumerable.Range(0, LookUps).Select(_ => new RuleAddress((uint)random.NextInt64(1L << 32), false))];
            RuleAddress[] askedIPv6 = [.. Enumerable.Range(0, LookUps).Select(_ => NetworkAt((ulong)random.NextInt64(networks * 4096L)))];
            RuleAddress[] there = [.. Addresses(ipv4, 1).Where((_, i) => i % (ipv4 / LookUps + 1) == 0)];
            random.Shuffle(there);
            var touched = Resident();
            var all = NanosecondsOf(live, asked, rounds);
            var held = NanosecondsOf(live, there, rounds);
            var ofIPv6 = NanosecondsOf(live, askedIPv6, rounds);
            Measure.Print(
                $"a look-up: any IPv4 address {all:0} ns, one that is there {held:0} ns, IPv6 {ofIPv6:0} ns; {(Resident() - touched) / 1048576.0:0.0} MB resident of it"
            );

            var second = Path.Combine(directory.FullName, "candidate");
            before = GC.GetAllocatedBytesForCurrentThread();
            resident = Resident();
            Write(second, ipv4, networks, seed: 2);
            var candidate = Open(second);
            Measure.Print(
                $"a candidate beside it: {(Resident() - resident) / 1048576.0:0.0} MB more resident when it is written and open, {candidate.Items} items"
            );
            GC.KeepAlive(live);
        }
        finally
        {
            directory.Delete(recursive: true);
        }
    }

    private static double NanosecondsOf(AddressList list, RuleAddress[] asked, int rounds)
    {
        var fastest = double.MaxValue;
        for (var round = 0; round < rounds; round++)
        {
            var start = Stopwatch.GetTimestamp();
            var held = 0;
            foreach (var address in asked)
            {
                held += list.Contains(address) == Truth.True ? 1 : 0;
            }

            fastest = Math.Min(fastest, Stopwatch.GetElapsedTime(start).TotalNanoseconds / asked.Length);
            GC.KeepAlive(held);
        }

        return fastest;
    }

    private static AddressList Open(string path) =>
        AddressList.Open(path, out var list) is { } fault ? throw new InvalidDataException(fault) : list!;

    private static void Write(string path, int ipv4, int networks, int seed)
    {
        using var writer = new AddressListWriter(path);
        foreach (var address in Addresses(ipv4, seed))
        {
            Add(new AddressRange(address, address, null));
        }

        var random = new Random(seed);
        var number = 0UL;
        for (var i = 0; i < networks; i++)
        {
            number += (ulong)random.Next(1, 8192);
            Add(AddressRange.Network(NetworkAt(number), 64));
        }

        writer.Complete();

        void Add(AddressRange range)
        {
            if (writer.Add(range) is { } fault)
            {
                throw new InvalidDataException(fault);
            }
        }
    }

    // Sorted, all over the space.
    private static IEnumerable<RuleAddress> Addresses(int count, int seed)
    {
        var random = new Random(seed);
        var gap = (int)((1L << 32) / count * 2) - 1;
        var bits = 0L;
        for (var i = 0; i < count; i++)
        {
            bits = Math.Min(bits + random.Next(1, gap), uint.MaxValue);
            yield return new RuleAddress((uint)bits, false);
        }
    }

    private static RuleAddress NetworkAt(ulong number) => new((UInt128)(0x2001_0000_0000_0000 + number) << 64, true);

    // What this process has in memory, files that are mapped included.
    private static long Resident()
    {
        using var process = Process.GetCurrentProcess();
        return process.WorkingSet64;
    }
}
