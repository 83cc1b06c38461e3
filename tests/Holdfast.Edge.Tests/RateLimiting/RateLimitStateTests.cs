using Holdfast.Edge.Phases.RateLimiting;
using Holdfast.Edge.Tests.Listening;

namespace Holdfast.Edge.Tests.RateLimiting;

public class RateLimitStateTests
{
    private readonly ManualClock _clock = new();

    [Fact]
    public void Keys_MoreThanOneSetHolds_KeepTheirCounts()
    {
        var state = new RateLimitState(_clock, depth: 8, blocks: 16);
        var window = RateLimitWindow.Of(1_000_000, 3600, 0);
        var random = new Random(1);
        var keys = Enumerable.Range(0, 15_000).Select(_ => RandomKey(random)).ToArray();
        for (var round = 1; round <= 3; round++)
        {
            Assert.All(keys, key => Assert.Equal(round, state.Count(key, window).Count));
        }

        Assert.Equal(keys.Length, state.Keys);
        Assert.Equal(0, state.Evicted);
    }

    [Fact]
    public void Keys_MoreThanThereIsRoomFor_TakeThePlacesOfTheIdlest()
    {
        var state = new RateLimitState(_clock, depth: 3, blocks: 16);
        var window = RateLimitWindow.Of(2, 3600, 0);
        var blocking = RateLimitWindow.Of(2, 3600, 86_400);
        var random = new Random(1);

        // One that is refused, one that is used all the time, and many that come once.
        var (refused, busy) = (RandomKey(random), RandomKey(random));
        Assert.Equal([false, false, true], Enumerable.Range(0, 3).Select(_ => state.Count(refused, blocking).IsLimited));
        state.Count(busy, window);
        state.Count(busy, window);
        for (var i = 0; i < 10 * (int)state.MostKeys; i++)
        {
            _clock.Advance(TimeSpan.FromMilliseconds(1));
            Assert.False(state.Count(RandomKey(random), window).IsLimited);
            if (i % 20 == 0)
            {
                state.Add(busy, window);
            }
        }

        Assert.True(state.Evicted > 0);
        Assert.InRange(state.Keys, state.MostKeys * 9 / 10, state.MostKeys);
        Assert.True(state.Count(refused, blocking).IsLimited);
        Assert.True(state.Count(busy, window).IsLimited);
    }

    [Fact]
    public void Keys_ThatNothingCountsForAnyMore_MakeRoomFirst()
    {
        var state = new RateLimitState(_clock, depth: 3, blocks: 16);
        var window = RateLimitWindow.Of(2, 10, 0);
        var random = new Random(1);
        for (var round = 0; round < 20; round++)
        {
            for (var i = 0; i < state.MostKeys / 3; i++)
            {
                state.Count(RandomKey(random), window);
            }

            _clock.Advance(TimeSpan.FromSeconds(10));
        }

        Assert.Equal(0, state.Evicted);
        Assert.InRange(state.Keys, 0, state.MostKeys);
    }

    [Fact]
    public void Blocks_AreGivenBackWhenAKeyIsQuiet()
    {
        var state = new RateLimitState(_clock, depth: 3, blocks: 2);
        var window = RateLimitWindow.Of(100, 10, 0);
        for (var round = 0; round < 10; round++)
        {
            for (var key = 0; key < 2; key++)
            {
                // Exactly the limit: with a block each is counted exactly, again and again.
                var passed = Enumerable.Range(0, 150).Count(_ => !state.Count((UInt128)(1 + key + (10 * round)) << 100, window).IsLimited);
                Assert.Equal(100, passed);
            }

            _clock.Advance(TimeSpan.FromSeconds(10));
            for (var key = 0; key < 2; key++)
            {
                state.Count((UInt128)(1 + key + (10 * round)) << 100, window);
            }

            _clock.Advance(TimeSpan.FromSeconds(10));
        }
    }

    [Fact]
    public async Task Counting_OnManyThreads_LosesNothing()
    {
        var state = new RateLimitState(TimeProvider.System, depth: 6, blocks: 64);
        var window = RateLimitWindow.Of(1_000_000_000, 3600, 0);
        const int Threads = 8;
        const int Keys = 4000;
        var start = new Barrier(Threads);
        await Task.WhenAll(
            Enumerable
                .Range(0, Threads)
                .Select(thread =>
                    Task.Factory.StartNew(
                        () =>
                        {
                            start.SignalAndWait();
                            for (var round = 0; round < 10; round++)
                            {
                                var random = new Random(7);
                                for (var i = 0; i < Keys; i++)
                                {
                                    state.Count(RandomKey(random), window);
                                }
                            }
                        },
                        TaskCreationOptions.LongRunning
                    )
                )
        );
        var again = new Random(7);
        for (var i = 0; i < Keys; i++)
        {
            Assert.Equal((Threads * 10) + 1, state.Count(RandomKey(again), window).Count);
        }

        Assert.Equal(Keys, state.Keys);
    }

    [Fact]
    public void Counting_AKeyThatIsThere_AllocatesNothing()
    {
        var state = new RateLimitState(_clock, depth: 3, blocks: 16);
        var window = RateLimitWindow.Of(1000, 10, 60);
        var keys = Enumerable.Range(1, 50).Select(i => (UInt128)i << 90).ToArray();
        Run();
        var before = GC.GetAllocatedBytesForCurrentThread();
        Run();
        Assert.Equal(before, GC.GetAllocatedBytesForCurrentThread());

        void Run()
        {
            for (var i = 0; i < 200; i++)
            {
                foreach (var key in keys)
                {
                    state.Count(key, window);
                }
            }
        }
    }

    [Fact]
    public void Keys_OfAnotherProcess_AreOthers()
    {
        var one = new RateLimitState(_clock, depth: 1, blocks: 1).BeginKey();
        var other = new RateLimitState(_clock, depth: 1, blocks: 1).BeginKey();
        Assert.NotEqual(one.End(), other.End());
    }

    private static UInt128 RandomKey(Random random) =>
        new((ulong)random.NextInt64(long.MinValue, long.MaxValue), (ulong)random.NextInt64(long.MinValue, long.MaxValue));
}
