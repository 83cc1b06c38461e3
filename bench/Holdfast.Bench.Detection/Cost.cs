using System.Diagnostics;
using System.Globalization;
using Holdfast.Status.Detection;
using Holdfast.Status.Tests.Detection.Simulation;

namespace Holdfast.Bench.Detection;

/// <summary>What a step of many series costs, one thread, and what a series keeps in memory.</summary>
internal static class Cost
{
    private const int Rounds = 120;

    public static void Run(int series)
    {
        Console.WriteLine();
        var before = GC.GetTotalMemory(forceFullCollection: true);
        var ratios = Enumerable.Range(0, series).Select(_ => new RatioDetector()).ToArray();
        var ratioBytes = (GC.GetTotalMemory(forceFullCollection: true) - before) / (double)series;
        Time("ratios", series, ratioBytes, (i, at, k) => ratios[i].Observe(at, 1, k % 50 == 0 ? 1 : 0, 100));

        before = GC.GetTotalMemory(forceFullCollection: true);
        var counts = Enumerable.Range(0, series).Select(_ => new CountDetector()).ToArray();
        var countBytes = (GC.GetTotalMemory(forceFullCollection: true) - before) / (double)series;
        foreach (var count in counts)
        {
            // Eight days in hours, so that it weighs what comes.
            for (var hour = 0; hour < 192; hour++)
            {
                count.Observe(WatchedZone.Start - ((192 - hour) * 3_600), 3_600, 360_000);
            }
        }

        Time("counts", series, countBytes, (i, at, k) => counts[i].Observe(at, 1, 90 + (k % 20)));
    }

    private static void Time(string what, int series, double bytes, Func<int, long, int, Verdict> observe)
    {
        var times = new double[Rounds];
        var allocated = GC.GetAllocatedBytesForCurrentThread();
        for (var round = 0; round < Rounds; round++)
        {
            var began = Stopwatch.GetTimestamp();
            for (var i = 0; i < series; i++)
            {
                observe(i, WatchedZone.Start + 3_600 + round, i + round);
            }

            times[round] = Stopwatch.GetElapsedTime(began).TotalSeconds;
        }

        allocated = GC.GetAllocatedBytesForCurrentThread() - allocated;
        Array.Sort(times);
        Console.WriteLine(
            string.Create(
                CultureInfo.InvariantCulture,
                $"{series:N0} {what}: a second of all in {times[Rounds / 2] * 1e3:0.0} ms (median of {Rounds}; worst {times[^1] * 1e3:0.0} ms), {times[Rounds / 2] / series * 1e9:0} ns each; {bytes:N0} bytes each; {allocated:N0} bytes allocated by {Rounds} rounds"
            )
        );
    }
}
