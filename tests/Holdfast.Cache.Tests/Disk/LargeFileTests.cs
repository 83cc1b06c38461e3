using Holdfast.Cache.Decisions;
using Holdfast.Cache.Exchange;
using static Holdfast.Cache.Tests.Disk.LargeBodies;

namespace Holdfast.Cache.Tests.Disk;

/// <summary>Bodies that memory does not take, and the disk does.</summary>
public sealed class LargeFileTests
{
    public static TheoryData<int> Lengths => [100_001, 131_072, 131_073, 1_500_000, 4 * 1024 * 1024];

    [Theory]
    [MemberData(nameof(Lengths))]
    public async Task ALargeBody_IsThereAtOnce_AfterAStopAndAfterAKill(int length)
    {
        using var directory = new DiskDirectory();
        var body = DiskRig.Body(length);
        DiskDirectory killed;
        await using (var first = await OpenAsync(directory))
        {
            Assert.Equal(NoCacheReason.None, await PutAsync(first, "/large", body));
            var answer = await first.GetAsync("/large");
            Assert.Equal((true, length), (answer!.IsOnDisk, answer.Body.Length));
            Assert.Equal(body, answer.Body);
            Assert.InRange(first.Store.Bytes, 1, 5000 + (length / 1000));
            killed = directory.Copy();
        }

        using (killed)
        {
            foreach (var left in new[] { directory, killed })
            {
                await using var again = await OpenAsync(left);
                Assert.Equal(body, (await again.GetAsync("/large"))!.Body);
                var part = await again.GetAsync("/large", "Range: bytes=65000-66000");
                Assert.Equal((206, true), (part!.Status, body[65_000..66_001].AsSpan().SequenceEqual(part.Body)));
            }
        }
    }

    [Fact]
    public async Task WhatComesBeforeAndAfterALargeBody_IsFoundInItsOrderAfterAKill()
    {
        using var directory = new DiskDirectory();
        await using var rig = await OpenAsync(directory);
        rig.Put("/before", "1"u8.ToArray());
        rig.Put("/gone", "2"u8.ToArray());
        await PutAsync(rig, "/large", DiskRig.Body(2_000_000));
        await PutAsync(rig, "/posted", DiskRig.Body(2_000_000));
        rig.Put("/after", "3"u8.ToArray());
        rig.Post("/gone");
        rig.Post("/posted");
        await PutAsync(rig, "/last", DiskRig.Body(300_000, 9));
        await rig.Disk.SettledAsync();
        using var killed = directory.Copy();
        await using var again = await OpenAsync(killed);
        Assert.Equal("1"u8.ToArray(), (await again.GetAsync("/before"))!.Body);
        Assert.Equal("3"u8.ToArray(), (await again.GetAsync("/after"))!.Body);
        Assert.Equal(DiskRig.Body(2_000_000), (await again.GetAsync("/large"))!.Body);
        Assert.Equal(DiskRig.Body(300_000, 9), (await again.GetAsync("/last"))!.Body);
        Assert.Null(await again.GetAsync("/gone"));
        Assert.Null(await again.GetAsync("/posted"));
    }

    [Fact]
    public async Task WhoComesWhileItArrives_ReadsItFromItsBeginning()
    {
        using var directory = new DiskDirectory();
        await using var rig = await OpenAsync(directory);
        var body = DiskRig.Body(3_000_000);
        var first = new CacheExchange(rig.Store);
        Assert.Equal(RequestStep.Fetch, await rig.AskAsync(first, "/large"));
        Assert.Equal(CollapseStep.Lead, first.Collapse(rig.Now));
        Assert.Equal(ResponseStep.PassAndStore, Begin(rig, first, body.Length));
        for (var at = 0; at < 2_500_000; at += 50_000)
        {
            first.Fill!.Append(body.AsSpan(at, 50_000));

            // Nobody reads: it goes on all the same.
            Assert.True(await first.Fill.SettleAsync());
        }

        var second = new CacheExchange(rig.Store);
        Assert.Equal(RequestStep.Fetch, await rig.AskAsync(second, "/large"));
        Assert.Equal(CollapseStep.Wait, second.Collapse(rig.Now));
        Assert.Equal(JoinStep.ServeFill, second.Join(rig.Now));
        var reading = ReadAsync(second);
        first.Fill!.Append(body.AsSpan(2_500_000));
        await first.Fill.KeepAsync();
        first.Fill.Complete();
        first.Reset();
        Assert.Equal(body, await reading);
        second.Reset();
        Assert.Equal(body, (await rig.GetAsync("/large"))!.Body);
        Assert.Equal(0, rig.Store.Fills.Spill.Bytes);
    }

    [Theory]
    [MemberData(nameof(LargeBodies.Ends), MemberType = typeof(LargeBodies))]
    public async Task WhatDoesNotBecomeWhole_LeavesNothingBehind(string how)
    {
        using var directory = new DiskDirectory();
        await using var rig = await OpenAsync(directory);
        var body = DiskRig.Body(2_000_000);
        var exchange = new CacheExchange(rig.Store);
        Assert.Equal(RequestStep.Fetch, await rig.AskAsync(exchange, "/large"));
        exchange.Collapse(rig.Now);
        Assert.Equal(ResponseStep.PassAndStore, Begin(rig, exchange, body.Length));
        var fill = exchange.Fill!;
        fill.Append(body.AsSpan(0, 1_900_000));
        Assert.True(await fill.SettleAsync());
        await EndAsync(rig, directory, exchange, body.AsMemory(1_900_000), how);
    }

    [Fact]
    public async Task WhatAKilledProcessWasReceiving_IsRemovedByTheNext()
    {
        using var directory = new DiskDirectory();
        await using var rig = await OpenAsync(directory);
        var exchange = new CacheExchange(rig.Store);
        await rig.AskAsync(exchange, "/large");
        Begin(rig, exchange, 2_000_000);
        exchange.Fill!.Append(DiskRig.Body(1_500_000));
        Assert.True(await exchange.Fill.SettleAsync());
        using (var killed = directory.Copy())
        {
            Assert.NotEmpty(PartsIn(killed));
            await using var again = await OpenAsync(killed);
            Assert.Empty(PartsIn(killed));
            Assert.Null(await again.GetAsync("/large"));
        }

        exchange.Fill.Break(1);
        exchange.Reset();
    }

    [Fact]
    public async Task TheBudget_IsKept_AndWhatIsReadStays()
    {
        using var directory = new DiskDirectory();
        await using var rig = await OpenAsync(directory);
        await PutAsync(rig, "/wanted", DiskRig.Body(3_000_000, 7));
        for (var i = 0; i < 30; i++)
        {
            Assert.Equal(NoCacheReason.None, await PutAsync(rig, $"/{i}", DiskRig.Body(3_000_000, i)));
            Assert.Equal(DiskRig.Body(3_000_000, 7), (await rig.GetAsync("/wanted"))!.Body);
            rig.Put($"/small-{i}", DiskRig.Body(1000, i));
        }

        await rig.Disk.SettledAsync();
        Assert.InRange(rig.Disk.Bytes, 20_000_000, Limits.Budget);
        Assert.InRange(new DirectoryInfo(directory.Cache).GetFiles("*.segment").Sum(file => file.Length), 1, Limits.Budget);
        Assert.Null(await rig.GetAsync("/1"));
        Assert.Equal(DiskRig.Body(3_000_000, 29), (await rig.GetAsync("/29"))!.Body);
    }

    [Fact]
    public async Task WhatIsTooLargeForTheDiskToo_IsNotKept()
    {
        using var directory = new DiskDirectory();
        await using var rig = await OpenAsync(directory);
        var exchange = new CacheExchange(rig.Store);
        await rig.AskAsync(exchange, "/large");
        Assert.Equal(ResponseStep.Pass, Begin(rig, exchange, (int)(Limits.Budget / 8) + 1));
        Assert.Equal(NoCacheReason.TooLarge, exchange.Reason);
        exchange.Reset();
        Assert.Empty(PartsIn(directory));
    }

    [Fact]
    public async Task A304_ItsFieldsWin_AndTheBodyStays()
    {
        using var directory = new DiskDirectory();
        var body = DiskRig.Body(2_000_000);
        DiskDirectory killed;
        await using (var first = await OpenAsync(directory))
        {
            await PutAsync(first, "/large", body, "ETag: \"1\"", "X-Version: 1", "Cache-Control: no-cache");
            var exchange = new CacheExchange(first.Store);
            Assert.Equal(RequestStep.Revalidate, await first.AskAsync(exchange, "/large"));
            Assert.Equal(ResponseStep.Serve, first.Receive(exchange, 304, [], "ETag: \"1\"", "X-Version: 2"));
            Assert.Equal(body, (await first.AnswerAsync(exchange)).Body);
            exchange.Reset();
            await first.Disk.SettledAsync();
            killed = directory.Copy();
        }

        using (killed)
        {
            await using var again = await OpenAsync(killed);
            Assert.Equal(body, (await again.GetAsync("/large"))!.Body);
        }
    }

    [Fact]
    public async Task ALargeBodyThatA304Renewed_StaysWhenTheSegmentOfItsFieldsGoes()
    {
        using var directory = new DiskDirectory();
        var body = DiskRig.Body(3_000_000, 7);
        await using (var first = await OpenAsync(directory))
        {
            await PutAsync(first, "/wanted", body, "ETag: \"1\"", "Cache-Control: no-cache");
            var exchange = new CacheExchange(first.Store);
            Assert.Equal(RequestStep.Revalidate, await first.AskAsync(exchange, "/wanted"));
            Assert.Equal(ResponseStep.Serve, first.Receive(exchange, 304, [], "ETag: \"1\"", "X-Version: 2"));
            exchange.Reset();

            // Twice the budget, so that everything that was written until now has gone, or has been kept with intent.
            for (var i = 0; i < 700; i++)
            {
                first.Put($"/{i}", DiskRig.Body(90_000, i));
                if (i % 10 == 0)
                {
                    await first.Disk.SettledAsync();
                    Assert.Equal(body, (await first.GetAsync("/wanted"))!.Body);
                }
            }
        }

        await using var again = await OpenAsync(directory);
        Assert.Equal(body, (await again.GetAsync("/wanted"))?.Body);
    }

    [Fact]
    public async Task FieldsOfALargeBodyThatHasGone_AreAMiss_AndNoDamage()
    {
        using var directory = new DiskDirectory();
        await using (var first = await OpenAsync(directory))
        {
            await PutAsync(first, "/cold", DiskRig.Body(3_000_000, 7), "ETag: \"1\"", "Cache-Control: no-cache");
            var exchange = new CacheExchange(first.Store);
            Assert.Equal(RequestStep.Revalidate, await first.AskAsync(exchange, "/cold"));
            Assert.Equal(ResponseStep.Serve, first.Receive(exchange, 304, [], "ETag: \"1\""));
            exchange.Reset();
            for (var i = 0; Directory.GetFiles(directory.Cache, "*.segment").Any(path => new FileInfo(path).Length > 2_500_000); i++)
            {
                first.Put($"/{i}", DiskRig.Body(90_000, i));
                await first.Disk.SettledAsync();
            }
        }

        await using var again = await OpenAsync(directory);
        Assert.Null(await again.GetAsync("/cold"));
        Assert.Equal(0, again.Disk.Counters.DamagedReads);
    }

    [Theory]
    [InlineData(10)]
    [InlineData(40)]
    [InlineData(200)]
    public async Task ADamagedHead_IsAMiss(int at)
    {
        using var directory = new DiskDirectory();
        await using (var first = await OpenAsync(directory))
        {
            await PutAsync(first, "/large", DiskRig.Body(2_000_000));
        }

        var path = Assert.Single(Directory.GetFiles(directory.Cache, "*.segment"), path => new FileInfo(path).Length > 1_500_000);
        var bytes = await File.ReadAllBytesAsync(path, TestContext.Current.CancellationToken);
        bytes[at] ^= 1;
        await File.WriteAllBytesAsync(path, bytes, TestContext.Current.CancellationToken);
        await using var again = await OpenAsync(directory);
        Assert.Null(await again.GetAsync("/large"));
    }

    private static ResponseStep Begin(DiskRig rig, CacheExchange exchange, int length, params string[] fields) =>
        exchange.Received(200, new Conversations.TextFields(["Cache-Control: max-age=999999", .. fields]), length, rig.Now, rig.Now);

    private static async Task<NoCacheReason> PutAsync(DiskRig rig, string target, byte[] body, params string[] fields)
    {
        var exchange = new CacheExchange(rig.Store);
        Assert.Equal(RequestStep.Fetch, await rig.AskAsync(exchange, target));
        Assert.Equal(ResponseStep.PassAndStore, Begin(rig, exchange, body.Length, fields));
        var fill = exchange.Fill!;
        for (var at = 0; at < body.Length; at += 70_000)
        {
            fill.Append(body.AsSpan(at, Math.Min(70_000, body.Length - at)));
            Assert.True(await fill.SettleAsync());
        }

        await fill.KeepAsync();
        fill.Complete();
        exchange.Reset();
        return fill.Reason;
    }

    private static async Task<byte[]> ReadAsync(CacheExchange exchange)
    {
        var body = new MemoryStream();
        while (true)
        {
            var piece = await exchange.Reader!.NextAsync(TestContext.Current.CancellationToken);
            if (piece.IsEmpty)
            {
                return body.ToArray();
            }

            body.Write(piece.Span);
            exchange.Reader.Advance(piece.Length);
        }
    }
}
