using System.Diagnostics;
using System.Globalization;
using System.Threading.RateLimiting;
using Holdfast.Bench.RateLimits;
using Holdfast.Edge.Phases.RateLimiting;

// Holdfast.Bench.RateLimits [--keys N] [--counts N]: what one count costs, beside the framework's sliding window; what keys take; how exact it is.
var keys = Number("--keys", 10_000_000);
var counts = Number("--counts", 4_000_000);

Write($"{"", -44}{"1 thread", 12}{"2 threads", 12}");
var window = RateLimitWindow.Of(1_000_000_000, 60, 0);
foreach (var among in new[] { 1_000, 100_000 })
{
    var state = new RateLimitState(TimeProvider.System);
    Times($"count, {among:N0} keys", i => state.Count(Spread(i % among), window));
}

using (var peer = Peer())
{
    foreach (var among in new[] { 1_000, 100_000 })
    {
        Times($"framework's sliding window, {among:N0} keys", i => peer.AttemptAcquire(Spread(i % among)).Dispose());
    }
}

var limit = RateLimitWindow.Of(100, 60, 0);
var busy = new RateLimitState(TimeProvider.System);
Times("count, 1,000 keys, most over their limit", i => busy.Count(Spread(i % 1000), limit));
var hashes = new RateLimitState(TimeProvider.System);
var value = "203.0.113.195 and a key of 32 bytes"u8.ToArray();
Times(
    "the key of an address and 32 bytes",
    i =>
    {
        var hash = hashes.BeginKey();
        hash.Append(i);
        hash.Append(value);
        hash.End();
    }
);

var hourly = RateLimitWindow.Of(100, 3600, 0);
var before = Environment.WorkingSet;
var all = new RateLimitState(TimeProvider.System);
var began = Stopwatch.GetTimestamp();
for (var i = 0; i < keys; i++)
{
    all.Count(Spread(i), hourly);
}

var each = Stopwatch.GetElapsedTime(began).TotalNanoseconds / keys;
GC.Collect();
Write($"{keys:N0} keys: {(Environment.WorkingSet - before) / 1e6:N0} MB, {each:N0} ns each to add, {all.Evicted:N0} forgotten");
began = Stopwatch.GetTimestamp();
for (var i = 0; i < counts; i++)
{
    all.Count(Spread((int)((uint)i * 2_654_435_761 % (uint)keys)), hourly);
}

Write($"count, all of them: {Stopwatch.GetElapsedTime(began).TotalNanoseconds / counts:N0} ns");
Accuracy.Run(Math.Min(counts, 400_000));
return 0;

int Number(string name, int otherwise) =>
    Array.IndexOf(args, name) is >= 0 and var at ? int.Parse(args[at + 1], CultureInfo.InvariantCulture) : otherwise;

// Neighbours are far apart, as hashes are.
static UInt128 Spread(int number)
{
    var low = (ulong)number * 0x9E3779B97F4A7C15;
    return new UInt128((low ^ (low >> 29)) * 0xBF58476D1CE4E5B9, low);
}

static PartitionedRateLimiter<UInt128> Peer() =>
    PartitionedRateLimiter.Create<UInt128, UInt128>(key =>
        RateLimitPartition.GetSlidingWindowLimiter(
            key,
            _ => new SlidingWindowRateLimiterOptions
            {
                PermitLimit = 1_000_000_000,
                Window = TimeSpan.FromSeconds(60),
                SegmentsPerWindow = 100,
            }
        )
    );

void Times(string what, Action<int> count)
{
    var cells = "";
    foreach (var threads in new[] { 1, 2 })
    {
        var best = double.MaxValue;
        for (var round = 0; round < 4; round++)
        {
            var start = Stopwatch.GetTimestamp();
            Parallel.For(
                0,
                threads,
                new ParallelOptions { MaxDegreeOfParallelism = threads },
                thread =>
                {
                    for (var i = 0; i < counts; i++)
                    {
                        count(i + (thread * 7919));
                    }
                }
            );
            best = Math.Min(best, Stopwatch.GetElapsedTime(start).TotalNanoseconds / counts / threads);
        }

        cells += string.Create(CultureInfo.InvariantCulture, $"{best, 9:0.0} ns");
    }

    Write($"{what, -44}{cells}");
}

static void Write(FormattableString text) => Console.WriteLine(text.ToString(CultureInfo.InvariantCulture));
