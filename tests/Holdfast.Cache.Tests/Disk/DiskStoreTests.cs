using System.Collections.Immutable;
using Holdfast.Cache.Disk;
using Holdfast.Cache.Exchange;
using Holdfast.Cache.Purging;
using Holdfast.Cache.Storage;
using Holdfast.Cache.Tests.Conversations;
using Holdfast.Model.Purging;

namespace Holdfast.Cache.Tests.Disk;

/// <summary>What outlives a process, and what does not.</summary>
public sealed class DiskStoreTests
{
    public static TheoryData<int> Lengths => [0, 1, 17, 4096, 65_535, 65_536, 65_537, 200_000, 1024 * 1024, (1024 * 1024) + 1, 3_000_000];

    private static DiskStoreLimits Large { get; } = DiskRig.Small with { Budget = 64 * 1024 * 1024, SegmentLength = 8 * 1024 * 1024 };

    [Theory]
    [MemberData(nameof(Lengths))]
    public async Task AResponse_OfAnyLength_IsThereAfterAStopAndAfterAKill(int length)
    {
        using var directory = new DiskDirectory();
        var body = DiskRig.Body(length);
        DiskDirectory killed;
        await using (var first = await DiskRig.OpenAsync(directory, Large))
        {
            first.Put("/a", body, null, "ETag: \"1\"", "X-Field: value");
            await first.Disk.SettledAsync();
            killed = directory.Copy();
        }

        using (killed)
        {
            foreach (var left in new[] { directory, killed })
            {
                await using var again = await DiskRig.OpenAsync(left, Large);
                Assert.Equal(1, again.Disk.Count);
                var answer = await again.GetAsync("/a");
                Assert.NotNull(answer);
                Assert.Equal(body, answer.Body);
                Assert.Equal(length > 1024 * 1024, answer.IsOnDisk);
                Assert.EndsWith("; detail=disk", answer.CacheStatus, StringComparison.Ordinal);

                // From then on memory has it, or its head.
                var next = await again.GetAsync("/a");
                Assert.Equal(body, next!.Body);
                Assert.Equal(1, again.Disk.Counters.Hits);
            }
        }
    }

    [Fact]
    public async Task WhatIsStored_IsReadAsItWas()
    {
        using var directory = new DiskDirectory();
        StoredResponse before;
        await using (var first = await DiskRig.OpenAsync(directory))
        {
            first.Put("/a", "body"u8.ToArray(), new TextFields("Accept: b"), "Vary: Accept", "ETag: \"1\"", "Age: 7", "Cache-Tag: x, y");
            before = await StoredAsync(first, "Accept: b");
        }

        await using var again = await DiskRig.OpenAsync(directory);
        var after = await StoredAsync(again, "Accept: b");
        Assert.Equal(
            (before.Status, before.Flags, before.Received, before.InitialAge, before.Date, before.LastModified, before.Lifetime),
            (after.Status, after.Flags, after.Received, after.InitialAge, after.Date, after.LastModified, after.Lifetime)
        );
        Assert.Equal((before.StaleWhileRevalidate, before.StaleIfError), (after.StaleWhileRevalidate, after.StaleIfError));
        Assert.Equal((before.Began, before.Hash), (after.Began, after.Hash));
        Assert.True(before.Text.SequenceEqual(after.Text));
    }

    [Fact]
    public async Task Variants_AreKeptApart()
    {
        using var directory = new DiskDirectory();
        await using (var first = await DiskRig.OpenAsync(directory))
        {
            foreach (var language in new[] { "de", "en", "fr" })
            {
                first.Put("/a", DiskRig.Body(10, language[0]), new TextFields($"Accept-Language: {language}"), "Vary: Accept-Language");
            }
        }

        await using var again = await DiskRig.OpenAsync(directory);
        Assert.Equal(DiskRig.Body(10, 'e'), (await again.GetAsync("/a", "Accept-Language: en"))!.Body);
        Assert.Equal(DiskRig.Body(10, 'd'), (await again.GetAsync("/a", "Accept-Language: de"))!.Body);
        Assert.Null(await again.GetAsync("/a", "Accept-Language: it"));
    }

    [Fact]
    public async Task ManyVariants_AreBounded()
    {
        using var directory = new DiskDirectory();
        await using var rig = await DiskRig.OpenAsync(directory);
        for (var i = 0; i < 40; i++)
        {
            rig.Put("/a", [1], new TextFields($"Accept: {i}"), "Vary: Accept");
        }

        await rig.Disk.SettledAsync();
        Assert.InRange(rig.Disk.Count, 1, DiskIndex.MostVariants);
    }

    [Fact]
    public async Task Ranges_OfABodyOnTheDisk_AreItsBytes()
    {
        using var directory = new DiskDirectory();
        var body = DiskRig.Body(3_000_000);
        await using (var first = await DiskRig.OpenAsync(directory, Large))
        {
            first.Put("/a", body);
        }

        await using var again = await DiskRig.OpenAsync(directory, Large);
        foreach (var (from, to) in new[] { (0, 0), (65_535, 65_536), (100_000, 2_000_000), (2_999_999, 2_999_999) })
        {
            var answer = await again.GetAsync("/a", $"Range: bytes={from}-{to}");
            Assert.Equal(206, answer!.Status);
            Assert.Equal(body[from..(to + 1)], answer.Body);
        }
    }

    [Fact]
    public async Task WhatAPostInvalidates_StaysAway()
    {
        using var directory = new DiskDirectory();
        await using var rig = await DiskRig.OpenAsync(directory, Large);
        rig.Put("/a", "old"u8.ToArray());
        rig.Put("/b", "other"u8.ToArray());
        await rig.Disk.SettledAsync();
        rig.Post("/a");
        Assert.Null(await rig.GetAsync("/a"));
        await rig.Disk.SettledAsync();
        using var killed = directory.Copy();
        await using var again = await DiskRig.OpenAsync(killed, Large);
        Assert.Null(await again.GetAsync("/a"));
        Assert.NotNull(await again.GetAsync("/b"));
    }

    [Fact]
    public async Task WhatIsPutAndRemovedBeforeItIsWritten_NeverComesBack()
    {
        using var directory = new DiskDirectory();
        await using var rig = await DiskRig.OpenAsync(directory, Large);
        for (var i = 0; i < 500; i++)
        {
            rig.Put("/a", DiskRig.Body(5000));
            rig.Post("/a");
            Assert.Null(await rig.GetAsync("/a"));
        }

        await rig.Disk.SettledAsync();
        Assert.Equal(0, rig.Disk.Count);
        using var killed = directory.Copy();
        await using var again = await DiskRig.OpenAsync(killed, Large);
        Assert.Equal(0, again.Disk.Count);
    }

    [Fact]
    public async Task TheNewestOfSeveral_IsFound()
    {
        using var directory = new DiskDirectory();
        await using var rig = await DiskRig.OpenAsync(directory, Large);
        for (var i = 0; i < 50; i++)
        {
            rig.Put("/a", DiskRig.Body(100, i));
        }

        await rig.Disk.SettledAsync();
        using var killed = directory.Copy();
        await using var again = await DiskRig.OpenAsync(killed, Large);
        Assert.Equal(1, again.Disk.Count);
        Assert.Equal(DiskRig.Body(100, 49), (await again.GetAsync("/a"))!.Body);
    }

    [Theory]
    [InlineData(100)]
    [InlineData(3_000_000)]
    public async Task A304_ItsFields_WinAndTheBodyStays(int length)
    {
        using var directory = new DiskDirectory();
        var body = DiskRig.Body(length);
        await using (var first = await DiskRig.OpenAsync(directory, Large))
        {
            first.Put("/a", body, null, "ETag: \"1\"", "X-Version: 1", "Cache-Control: no-cache");
        }

        DiskDirectory killed;
        await using (var second = await DiskRig.OpenAsync(directory, Large))
        {
            var exchange = new CacheExchange(second.Store);
            Assert.Equal(RequestStep.Revalidate, await second.AskAsync(exchange, "/a"));
            Assert.Equal(ResponseStep.Serve, second.Receive(exchange, 304, [], "ETag: \"1\"", "X-Version: 2"));
            Assert.Equal(body, (await second.AnswerAsync(exchange)).Body);
            exchange.Reset();
            await second.Disk.SettledAsync();
            killed = directory.Copy();
        }

        using (killed)
        {
            await using var third = await DiskRig.OpenAsync(killed, Large);
            Assert.Equal(body, (await third.GetAsync("/a"))!.Body);
            var stored = await StoredAsync(third);
            Assert.Contains(FieldsOf(stored), field => field == "X-Version: 2");
            Assert.DoesNotContain(FieldsOf(stored), field => field == "X-Version: 1");
        }
    }

    [Fact]
    public async Task ABodyThatA304Renewed_StaysWhileItIsWanted_WhenItsSegmentGoes()
    {
        using var directory = new DiskDirectory();
        var body = DiskRig.Body(3_000_000, 7);
        await using (var first = await DiskRig.OpenAsync(directory, Large))
        {
            first.Put("/wanted", body, null, "ETag: \"1\"", "Cache-Control: no-cache");
        }

        await using (var second = await DiskRig.OpenAsync(directory, Large))
        {
            var exchange = new CacheExchange(second.Store);
            Assert.Equal(RequestStep.Revalidate, await second.AskAsync(exchange, "/wanted"));
            Assert.Equal(ResponseStep.Serve, second.Receive(exchange, 304, [], "ETag: \"1\"", "X-Version: 2"));
            exchange.Reset();
            for (var i = 0; i < 120; i++)
            {
                second.Put($"/{i}", DiskRig.Body(1_000_000, i));
                await second.Disk.SettledAsync();
                Assert.Equal(body, (await second.GetAsync("/wanted"))?.Body);
            }
        }

        await using var again = await DiskRig.OpenAsync(directory, Large);
        Assert.Equal(body, (await again.GetAsync("/wanted"))?.Body);
    }

    [Fact]
    public async Task APart_IsNotWritten_AndTakesTheWholesPlace()
    {
        using var directory = new DiskDirectory();
        await using (var first = await DiskRig.OpenAsync(directory))
        {
            first.Put("/a", "whole"u8.ToArray(), null, "ETag: \"1\"");
            await first.Disk.SettledAsync();
            var exchange = new CacheExchange(first.Store);
            first.Store.Remove(first.Store.FindLike((await StoredAsync(first)))!);
            Assert.Equal(RequestStep.Fetch, await first.AskAsync(exchange, "/a", "Range: bytes=0-1"));
            Assert.Equal(
                ResponseStep.PassAndStore,
                first.Receive(exchange, 206, "ab"u8.ToArray(), "ETag: \"2\"", "Content-Range: bytes 0-1/9")
            );
            exchange.Reset();
            Assert.NotNull(await first.GetAsync("/a", "Range: bytes=0-1"));
        }

        await using var again = await DiskRig.OpenAsync(directory);
        Assert.Equal(0, again.Disk.Count);
    }

    [Fact]
    public async Task TheBudget_IsKept_AndWhatIsWantedStays()
    {
        using var directory = new DiskDirectory();
        await using var rig = await DiskRig.OpenAsync(directory, memory: 400_000);
        rig.Put("/wanted", DiskRig.Body(10_000, 7));
        for (var i = 0; i < 6000; i++)
        {
            rig.Put($"/{i}", DiskRig.Body(10_000, i));
            if (i % 100 == 0)
            {
                // Not from memory, which is small.
                Assert.Equal(DiskRig.Body(10_000, 7), (await rig.GetAsync("/wanted"))!.Body);
                await rig.Disk.SettledAsync();
            }
        }

        await rig.Disk.SettledAsync();
        Assert.InRange(rig.Disk.Bytes, 10 * 1024 * 1024, DiskRig.Small.Budget);
        Assert.InRange(new DirectoryInfo(directory.Cache).GetFiles("*.segment").Sum(file => file.Length), 1, DiskRig.Small.Budget);
        Assert.Null(await rig.GetAsync("/1"));
        Assert.NotNull(await rig.GetAsync("/5990"));
    }

    [Fact]
    public async Task WhatMemoryHolds_StaysOnTheDisk()
    {
        using var directory = new DiskDirectory();
        await using (var rig = await DiskRig.OpenAsync(directory, memory: 4_000_000))
        {
            rig.Put("/held", DiskRig.Body(1000, 7));
            for (var i = 0; i < 4000; i++)
            {
                rig.Put($"/{i}", DiskRig.Body(10_000, i));
                if (i % 10 == 0)
                {
                    Assert.NotNull(await rig.GetAsync("/held"));
                    await rig.Disk.SettledAsync();
                }
            }

            Assert.Equal(0, rig.Disk.Counters.Hits);
        }

        await using var again = await DiskRig.OpenAsync(directory);
        Assert.Equal(DiskRig.Body(1000, 7), (await again.GetAsync("/held"))!.Body);
    }

    [Fact]
    public async Task ABodyWhoseSegmentGoes_CanBeReadOnByWhoHasBegun()
    {
        using var directory = new DiskDirectory();
        var body = DiskRig.Body(900_000);
        await using (var first = await DiskRig.OpenAsync(directory))
        {
            first.Put("/a", body);
        }

        await using var again = await DiskRig.OpenAsync(directory, memory: 2_000_000);
        var exchange = new CacheExchange(again.Store);
        Assert.Equal(RequestStep.Serve, await again.AskAsync(exchange, "/a"));
        Assert.NotNull(exchange.Stored!.OnDisk);
        for (var i = 0; i < 4000; i++)
        {
            again.Put($"/{i}", DiskRig.Body(10_000, i));
            if (i % 50 == 0)
            {
                await again.Disk.SettledAsync();
            }
        }

        Assert.Equal(body, (await again.AnswerAsync(exchange)).Body);
        exchange.Reset();
    }

    [Theory]
    [InlineData(PurgeKind.Everything, "")]
    [InlineData(PurgeKind.Url, "example.com/a")]
    [InlineData(PurgeKind.Host, "example.com")]
    [InlineData(PurgeKind.Prefix, "example.com/")]
    [InlineData(PurgeKind.Tag, "blue")]
    public async Task APurge_ReachesTheDisk_AndOutlivesTheProcess(PurgeKind kind, string value)
    {
        using var directory = new DiskDirectory();
        var time = new SteppedTime();
        await using (var first = await DiskRig.OpenAsync(directory, time: time))
        {
            first.Put("/a", [1], null, "Cache-Tag: red, blue");
        }

        var purge = new Purge
        {
            Sequence = 1,
            ZoneId = DiskRig.Zone,
            Kind = kind,
            Values = kind == PurgeKind.Everything ? [] : ImmutableArray.Create(value),
            CreatedAt = DateTimeOffset.UnixEpoch,
        };
        time.Advance(TimeSpan.FromSeconds(1));
        PurgeMarks? marks = null;
        await using (var second = await DiskRig.OpenAsync(directory, time: time))
        {
            marks = second.Store.Purges;
            marks.Apply(purge);
            Assert.Null(await second.GetAsync("/a"));
            second.Put("/a", [2], null, "Cache-Tag: red, blue");
            second.Put("/b", [3]);
        }

        var (floor, kept) = marks.Snapshot();
        time.Advance(TimeSpan.FromSeconds(1));
        await using var third = await DiskRig.OpenAsync(directory, time: time, boot: booting => booting.Restore(floor, kept));
        Assert.Equal([2], (await third.GetAsync("/a"))!.Body);
        third.Store.Purges.ApplyToAll();
        Assert.Null(await third.GetAsync("/b"));
    }

    [Fact]
    public async Task AMark_IsKeptWhileSomethingOlderLiesOnTheDisk()
    {
        using var directory = new DiskDirectory();
        var time = new SteppedTime();
        await using (var first = await DiskRig.OpenAsync(directory, time: time))
        {
            first.Put("/purged", [1]);
            first.Put("/spared", [1]);
        }

        time.Advance(TimeSpan.FromSeconds(1));
        await using var second = await DiskRig.OpenAsync(directory, time: time);
        second.Store.Purges.Apply(
            new Purge
            {
                Sequence = 1,
                ZoneId = DiskRig.Zone,
                Kind = PurgeKind.Url,
                Values = ["example.com/purged"],
                CreatedAt = DateTimeOffset.UnixEpoch,
            }
        );
        time.Advance(TimeSpan.FromDays(1));
        await new PurgeSweep(second.Store, time).SweepAsync(TestContext.Current.CancellationToken);
        Assert.NotNull(await second.GetAsync("/spared"));
        Assert.Null(await second.GetAsync("/purged"));
    }

    [Fact]
    public async Task AClockThatWentBack_MakesWhatCameLaterGo()
    {
        using var directory = new DiskDirectory();
        var late = new SteppedTime();
        late.Advance(TimeSpan.FromDays(365));
        await using (var first = await DiskRig.OpenAsync(directory, time: late))
        {
            first.Put("/a", [1]);
        }

        await using var again = await DiskRig.OpenAsync(directory);
        Assert.Null(await again.GetAsync("/a"));
        Assert.Equal(0, again.Disk.Count);
    }

    [Fact]
    public async Task WhatIsRemovedWhileItIsRead_IsNotPromoted()
    {
        using var directory = new DiskDirectory();
        await using (var first = await DiskRig.OpenAsync(directory))
        {
            first.Put("/a", [1]);
        }

        var reading = new TaskCompletionSource();
        var goOn = new TaskCompletionSource();
        await using var again = await DiskRig.OpenAsync(
            directory,
            beforeReading: () =>
            {
                reading.TrySetResult();
                return goOn.Task;
            }
        );
        var asking = again.GetAsync("/a");
        await reading.Task;
        again.Post("/a");
        goOn.SetResult();
        await asking;
        Assert.Null(await again.GetAsync("/a"));
        Assert.Equal(0, again.Store.Count);
    }

    [Fact]
    public async Task AThousandWhoWantTheSame_ReadItOnce()
    {
        using var directory = new DiskDirectory();
        await using (var first = await DiskRig.OpenAsync(directory))
        {
            first.Put("/a", DiskRig.Body(100_000));
        }

        var reads = 0;
        var goOn = new TaskCompletionSource();
        await using var again = await DiskRig.OpenAsync(
            directory,
            beforeReading: () =>
            {
                Interlocked.Increment(ref reads);
                return goOn.Task;
            }
        );
        var asking = Enumerable.Range(0, 1000).Select(_ => again.GetAsync("/a")).ToList();
        goOn.SetResult();
        var answers = await Task.WhenAll(asking);
        Assert.All(answers, answer => Assert.Equal(100_000, answer!.Body.Length));
        Assert.Equal(1, reads);
        Assert.Equal(1, again.Store.Count);
    }

    [Fact]
    public async Task ASecondProcess_WaitsForTheFirst()
    {
        using var directory = new DiskDirectory();
        var first = await DiskRig.OpenAsync(directory);
        first.Put("/a", [1]);
        var time = new SteppedTime();
        await using var second = new DiskStore(DiskRig.Small, directory.Cache, DiskRig.Seed, new PurgeMarks(time), TimeProvider.System);
        second.Start();
        Assert.Equal(DiskStoreState.Opening, second.State);
        await first.DisposeAsync();
        await second.Opened.WaitAsync(TimeSpan.FromSeconds(60), TestContext.Current.CancellationToken);
        Assert.Equal(1, second.Count);
    }

    private static async Task<StoredResponse> StoredAsync(DiskRig rig, params string[] fields)
    {
        var exchange = new CacheExchange(rig.Store);
        Assert.Equal(RequestStep.Serve, await rig.AskAsync(exchange, "/a", fields));
        return exchange.Stored!;
    }

    private static List<string> FieldsOf(StoredResponse stored)
    {
        List<string> fields = [];
        foreach (var field in stored.Fields)
        {
            fields.Add($"{System.Text.Encoding.ASCII.GetString(field.Name)}: {System.Text.Encoding.ASCII.GetString(field.Value)}");
        }

        return fields;
    }
}
