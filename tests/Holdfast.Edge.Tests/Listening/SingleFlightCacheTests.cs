using Holdfast.Edge.Listening.Certificates;

namespace Holdfast.Edge.Tests.Listening;

public class SingleFlightCacheTests
{
    private readonly SingleFlightCache<string> _cache = new(capacity: 20);

    [Fact]
    public async Task Get_ManyAtOnce_MakesItOnce()
    {
        using var makerRuns = new ManualResetEventSlim();
        using var go = new ManualResetEventSlim();
        var made = 0;
        string Make(int _, string key)
        {
            made++;
            makerRuns.Set();
            go.Wait(TestContext.Current.CancellationToken);
            return key + "!";
        }

        var first = Task.Run(async () => await GetAsync("a", Make), TestContext.Current.CancellationToken);
        makerRuns.Wait(TestContext.Current.CancellationToken);
        var others = Enumerable.Range(0, 10).Select(_ => GetAsync("a", Make).AsTask()).ToArray();
        go.Set();

        Assert.Equal("a!", await first);
        Assert.All(await Task.WhenAll(others), value => Assert.Equal("a!", value));
        Assert.Equal(1, made);
    }

    [Fact]
    public async Task Get_MakerThrows_NothingIsKept()
    {
        await Assert.ThrowsAsync<InvalidOperationException>(async () =>
            await GetAsync("a", (_, _) => throw new InvalidOperationException())
        );

        Assert.Equal(0, _cache.Count);
        Assert.Equal("a", await GetAsync("a", (_, key) => key));
    }

    [Fact]
    public async Task Get_MoreThanItsCapacity_DropsWhatWasNotAskedForLongest()
    {
        for (var i = 0; i < 100; i++)
        {
            await GetAsync("kept", (_, key) => key);
            await GetAsync("other" + i, (_, key) => key);
            Assert.InRange(_cache.Count, 1, 20);
        }

        Assert.Equal("kept", await GetAsync("kept", (_, _) => "made again"));
        Assert.Equal("made again", await GetAsync("other0", (_, _) => "made again"));
    }

    [Fact]
    public async Task Get_WaiterGivesUp_TheMakingGoesOn()
    {
        using var makerRuns = new ManualResetEventSlim();
        using var go = new ManualResetEventSlim();
        var first = Task.Run(
            async () =>
                await GetAsync(
                    "a",
                    (_, key) =>
                    {
                        makerRuns.Set();
                        go.Wait(TestContext.Current.CancellationToken);
                        return key;
                    }
                ),
            TestContext.Current.CancellationToken
        );
        makerRuns.Wait(TestContext.Current.CancellationToken);
        using var impatience = new CancellationTokenSource();
        var waiter = _cache.GetAsync("a", (_, _) => true, (_, key) => key, 0, impatience.Token).AsTask();
        await impatience.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiter);
        go.Set();
        Assert.Equal("a", await first);
    }

    private ValueTask<string> GetAsync(string key, Func<int, string, string> make) =>
        _cache.GetAsync(key, (_, _) => true, make, 0, TestContext.Current.CancellationToken);
}
