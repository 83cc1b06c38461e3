using Holdfast.Cache.Purging;
using Holdfast.Model.Purging;

namespace Holdfast.Cache.Tests.Purging;

/// <summary>The background: memory is freed, marks are forgotten, and neither brings anything back.</summary>
public sealed class PurgeSweepTests
{
    private static readonly TimeSpan LongestFill = new PurgeMarkLimits().LongestFill;

    [Fact]
    public async Task TheMemoryOfPurgedResponses_IsFreedWithoutAnyRequest()
    {
        var store = new PurgedStore();
        for (var i = 0; i < 5000; i++)
        {
            store.Put($"example.com/{i}", $"Cache-Tag: t{i % 2}");
        }

        var bytes = store.Store.Bytes;
        using var stopping = new CancellationTokenSource();
        var running = new PurgeSweep(store.Store, store.Time).RunAsync(stopping.Token);
        store.Purge(PurgeKind.Tag, "t0");
        await UntilAsync(() => store.Store.Count == 2500);
        await UntilAsync(() => store.Store.Bytes == bytes / 2);
        Assert.Equal(2500, store.Store.Reclaimed);
        store.Purge(PurgeKind.Everything);
        await UntilAsync(() => store.Store is { Count: 0, Bytes: 0 });
        await stopping.CancelAsync();
        await running;
    }

    [Fact]
    public async Task Marks_AreForgottenWhenNothingCanBeOlder_AndWhatTheyPurgedStaysAway()
    {
        var store = new PurgedStore();
        store.Put("example.com/spared");
        store.Put("example.com/purged");
        var sweep = new PurgeSweep(store.Store, store.Time);
        store.Purge(PurgeKind.Url, "example.com/purged");
        await sweep.SweepAsync(TestContext.Current.CancellationToken);
        Assert.Equal(2, store.Marks.Count);

        store.Time.Advance(LongestFill + TimeSpan.FromSeconds(1));
        await sweep.SweepAsync(TestContext.Current.CancellationToken);
        Assert.Equal(0, store.Marks.Count);
        Assert.True(store.Has("example.com/spared"));
        Assert.False(store.Has("example.com/purged"));
        store.Put("example.com/purged");
        Assert.True(store.Has("example.com/purged"));
    }

    [Fact]
    public async Task AFillThatOutlivesTheMarks_IsNotStored_AndAYoungerOneIs()
    {
        var (old, young) = (new PurgedStore(), new PurgedStore());
        foreach (var store in new[] { old, young })
        {
            store.Time.Advance(TimeSpan.FromDays(2));
            store.BeginFill("example.com/a");
            store.Purge(PurgeKind.Url, "example.com/other");
            store.Time.Advance(store == old ? LongestFill + TimeSpan.FromSeconds(1) : LongestFill - TimeSpan.FromSeconds(1));
            await new PurgeSweep(store.Store, store.Time).SweepAsync(TestContext.Current.CancellationToken);
            store.EndFill();
        }

        Assert.False(old.Has("example.com/a"));
        Assert.True(young.Has("example.com/a"));
    }

    [Fact]
    public async Task WhatIsStoredDuringASweep_IsNeverServedAgainstAMark()
    {
        var store = new PurgedStore();
        var sweep = new PurgeSweep(store.Store, store.Time);
        for (var round = 0; round < 40; round++)
        {
            store.BeginFill($"example.com/{round}", "Cache-Tag: t");
            store.Purge(PurgeKind.Tag, "t");
            var sweeping = sweep.SweepAsync(TestContext.Current.CancellationToken);
            store.EndFill();
            await sweeping;
            Assert.False(store.Has($"example.com/{round}"));
        }
    }

    /// <summary>A purge costs the same whatever it selects: it puts marks down, and looks at no response.</summary>
    [Fact]
    public void APurgeOf100000Objects_LooksAtNone()
    {
        var store = new PurgedStore(budget: 256L * 1024 * 1024);
        for (var i = 0; i < 100_000; i++)
        {
            store.Put($"example.com/{i}", "Cache-Tag: t");
        }

        // The first one pays for what is compiled and made once.
        store.Purge(PurgeKind.Tag, "another");
        var before = GC.GetAllocatedBytesForCurrentThread();
        store.Purge(PurgeKind.Tag, "t");
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 2_000);
        Assert.Equal((100_000, 3), (store.Store.Count, store.Marks.Count));
        for (var i = 0; i < 100_000; i += 1000)
        {
            Assert.False(store.Has($"example.com/{i}"));
        }

        // Nothing but what was asked for has gone so far.
        Assert.Equal((99_900, 100), (store.Store.Count, store.Store.Reclaimed));
    }

    private static async Task UntilAsync(Func<bool> condition)
    {
        var deadline = Environment.TickCount64 + 60_000;
        while (!condition())
        {
            Assert.True(Environment.TickCount64 < deadline, "The condition was not met within a minute.");
            await Task.Delay(2);
        }
    }
}
