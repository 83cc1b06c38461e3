using System.Globalization;
using Holdfast.Edge.Phases.RateLimiting;

namespace Holdfast.Bench.RateLimits;

/// <summary>
/// Counters beside an exact one that has the same requests, and beside the usual estimate of two fixed windows: the largest difference, in
/// per cent of the limit.
/// </summary>
internal static class Accuracy
{
    private const int Period = 60_000;

    private static readonly (string Name, Func<Random, double, int, double> Pause)[] Patterns =
    [
        ("even, a tenth over the limit", (_, pace, _) => pace / 1.1),
        ("random, at the limit", (random, pace, _) => -Math.Log(1 - random.NextDouble()) * pace),
        ("random, twice the limit", (random, pace, _) => -Math.Log(1 - random.NextDouble()) * pace / 2),
        ("all at once, a period apart", (_, pace, i) => i % (int)(Period / pace) == 0 ? Period : 0),
        ("all at once, a millisecond less apart", (_, pace, i) => i % (int)(Period / pace) == 0 ? Period - 1 : 0),
        ("bursts at any time", (random, _, _) => random.Next(40) == 0 ? random.Next(Period / 3) : 0),
    ];

    public static void Run(int requests)
    {
        Console.WriteLine();
        Console.WriteLine($"{"largest error in % of the limit", -40}{"limit 100", 22}{"limit 1,000", 22}{"limit 25,000", 22}");
        foreach (var (name, pause) in Patterns)
        {
            var line = $"{name, -40}";
            foreach (var limit in new[] { 100, 1_000, 25_000 })
            {
                var (own, two) = Worst(requests, limit, pause);
                line += string.Create(CultureInfo.InvariantCulture, $"{own, 10:0.00} ({two, 7:0.0})  ");
            }

            Console.WriteLine(line);
        }

        Console.WriteLine("(in parentheses: the estimate of two fixed windows)");
    }

    private static (double Own, double Two) Worst(int requests, int limit, Func<Random, double, int, double> pause)
    {
        var random = new Random(limit);
        var clock = new Clock();
        var state = new RateLimitState(clock, depth: 1, blocks: 4);
        var window = RateLimitWindow.Of(limit, Period / 1000, 0);
        var exact = new Queue<long>();
        var (at, previous, current, number) = (0.0, 0L, 0L, 0L);
        var (own, two) = (0.0, 0.0);
        for (var i = 0; i < requests; i++)
        {
            at += pause(random, (double)Period / limit, i);
            clock.Milliseconds = (long)at;
            while (exact.TryPeek(out var oldest) && clock.Milliseconds - oldest >= Period)
            {
                exact.Dequeue();
            }

            if (clock.Milliseconds / Period is var now && now != number)
            {
                (previous, current) = (now == number + 1 ? current : 0, 0);
                number = now;
            }

            var reading = state.Count(1, window);
            if (!reading.IsLimited)
            {
                exact.Enqueue(clock.Milliseconds);
                current++;
            }

            var estimate = current + (previous * (1 - (clock.Milliseconds % Period / (double)Period)));
            own = Math.Max(own, Math.Abs(reading.Count - exact.Count) * 100.0 / limit);
            two = Math.Max(two, Math.Abs(estimate - exact.Count) * 100.0 / limit);
        }

        return (own, two);
    }

    private sealed class Clock : TimeProvider
    {
        public long Milliseconds { get; set; }

        public override long TimestampFrequency => 1000;

        public override long GetTimestamp() => Milliseconds;
    }
}
