using Holdfast.Edge.Phases.RateLimiting;
using Holdfast.Edge.Tests.Listening;

namespace Holdfast.Edge.Tests.RateLimiting;

/// <summary>Counters beside an exact one, over arrivals in every order that one could think of.</summary>
public class RateLimitAccuracyTests
{
    public static TheoryData<string, int, int> Cases
    {
        get
        {
            var cases = new TheoryData<string, int, int>();
            foreach (var pattern in Patterns.Keys)
            {
                foreach (var period in new[] { 10, 60, 3600 })
                {
                    foreach (var limit in new[] { 1, 7, 12, 13, 100, 199, 200, 1000, 25_000 })
                    {
                        cases.Add(pattern, period, limit);
                    }
                }
            }

            return cases;
        }
    }

    // The pause before the next one, in milliseconds, of a period and of an even pace at the limit.
    private static readonly Dictionary<string, Func<Random, int, long, int, long>> Patterns = new()
    {
        ["even, at the limit"] = (_, _, pace, _) => pace,
        ["even, a tenth faster"] = (_, _, pace, i) => i % 10 == 0 ? 0 : pace,
        ["random, at the limit"] = (random, _, pace, _) => (long)(-Math.Log(1 - random.NextDouble()) * pace),
        ["random, twice the limit"] = (random, _, pace, _) => (long)(-Math.Log(1 - random.NextDouble()) * pace / 2),
        ["all at once, a period apart"] = (_, period, pace, i) => i % Math.Max(1, period / Math.Max(pace, 1)) == 0 ? period : 0,
        ["all at once, just before the last ones leave"] = (_, period, pace, i) =>
            i % Math.Max(1, period / Math.Max(pace, 1)) == 0 ? period - 1 : 0,
        ["half at the end of one period, half at the beginning of the next"] = (_, period, pace, i) =>
            (i % Math.Max(1, period / Math.Max(pace, 1) / 2)) == 0 ? (i % 2 == 0 ? period - 2 : 1) : 0,
        ["bursts of any size at any time"] = (random, period, _, _) => random.Next(40) == 0 ? random.Next(period / 3) : 0,
        ["one now and then, then many"] = (random, period, pace, i) => i % 500 < 10 ? random.Next(period / 4) : pace / 3,
    };

    [Theory]
    [MemberData(nameof(Cases))]
    public void Count_BesideAnExactCounter_IsNeverLessAndAtMostOnePerCentOfTheLimitMore(string pattern, int periodSeconds, int limit)
    {
        var random = new Random((31 * periodSeconds) + limit);
        var clock = new ManualClock();
        var state = new RateLimitState(clock, depth: 2, blocks: 16);
        var window = RateLimitWindow.Of(limit, periodSeconds, 0);
        var period = periodSeconds * 1000;
        var exact = new ExactWindow(period);

        // A stamp's time is rounded up to this.
        var late = new ExactWindow(period + (window.Tick == 1 ? 0 : 2 * window.Tick));
        var now = 0L;
        var requests = Math.Min(200_000, 6 * limit + 200);
        for (var i = 0; i < requests; i++)
        {
            var pause = Patterns[pattern](random, period, period / limit, i);
            now += pause;
            clock.Advance(TimeSpan.FromMilliseconds(pause));
            var before = exact.CountAt(now);
            var reading = state.Count(1, window);

            // Never more than the limit in any period; never refused what is more than 1% of the limit below it.
            Assert.True(reading.IsLimited || before + 1 <= limit, $"passed at {before} of {limit}");
            Assert.True(!reading.IsLimited || late.CountAt(now) + 1 > limit - (limit / 100), $"refused at {before} of {limit}");
            if (!reading.IsLimited)
            {
                exact.Add(now, 1);
                late.Add(now, 1);
            }

            var error = reading.Count - exact.CountAt(now);
            Assert.InRange(error, 0, late.CountAt(now) - exact.CountAt(now) + (limit / 100));
        }
    }

    [Fact]
    public void Count_Scores_AreCountedAsRequestsAre()
    {
        var random = new Random(7);
        var clock = new ManualClock();
        var state = new RateLimitState(clock, depth: 2, blocks: 16);
        const int Limit = 1_000_000;
        var window = RateLimitWindow.Of(Limit, 10, 0);
        var exact = new ExactWindow(10_000);
        var now = 0L;
        for (var i = 0; i < 50_000; i++)
        {
            var pause = random.Next(100);
            now += pause;
            clock.Advance(TimeSpan.FromMilliseconds(pause));
            var expected = exact.CountAt(now) > Limit;
            var isLimited = state.Check(1, window).IsLimited;
            Assert.True(isLimited || !expected);
            Assert.True(!isLimited || exact.CountAt(now) > Limit * 0.99);
            if (!isLimited)
            {
                var units = random.Next(1, 20_000);
                state.Add(1, window, units);
                exact.Add(now, units);
            }
        }
    }

    [Fact]
    public void Count_WithoutBlocks_ErrsInTheVisitorsFavour()
    {
        var random = new Random(7);
        var clock = new ManualClock();
        var state = new RateLimitState(clock, depth: 2, blocks: 0);
        const int Limit = 5000;
        var window = RateLimitWindow.Of(Limit, 60, 0);
        var exact = new ExactWindow(60_000);
        var now = 0L;
        for (var i = 0; i < 200_000; i++)
        {
            var pause = random.Next(3) == 0 ? random.Next(30) : 0;
            now += pause;
            clock.Advance(TimeSpan.FromMilliseconds(pause));
            var before = exact.CountAt(now);
            if (state.Count(1, window).IsLimited)
            {
                Assert.True(before + 1 > Limit - (Limit / 100), $"refused at {before}");
            }
            else
            {
                exact.Add(now, 1);
                Assert.True(before < Limit * 1.2, $"passed at {before}");
            }
        }
    }
}
