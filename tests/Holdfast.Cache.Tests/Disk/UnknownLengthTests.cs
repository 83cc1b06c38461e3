using Holdfast.Cache.Collapsing;
using Holdfast.Cache.Decisions;
using Holdfast.Cache.Exchange;
using Holdfast.Cache.Tests.Conversations;
using static Holdfast.Cache.Tests.Disk.LargeBodies;

namespace Holdfast.Cache.Tests.Disk;

/// <summary>Bodies whose length nobody says, and that turn out too large for memory: the disk goes on with them.</summary>
public sealed class UnknownLengthTests
{
    [Theory]
    [InlineData(100_001, 1000)]
    [InlineData(131_072, 131_072)]
    [InlineData(1_500_000, 70_001)]
    [InlineData(3_000_000, 3_000_000)]
    [InlineData(4 * 1024 * 1024, 65_536)]
    public async Task ABodyOfUnknownLength_TooLargeForMemory_IsThereAtOnce_AfterAStopAndAfterAKill(int length, int piece)
    {
        using var directory = new DiskDirectory();
        var body = DiskRig.Body(length);
        DiskDirectory killed;
        await using (var first = await OpenAsync(directory))
        {
            Assert.Equal(NoCacheReason.None, await PutAsync(first, "/large", body, piece));
            Assert.Equal((0, 0), (first.Store.Fills.Held, first.Store.Fills.Spill.Bytes));
            var answer = await first.GetAsync("/large");
            Assert.Equal((true, length), (answer!.IsOnDisk, answer.Body.Length));
            Assert.Equal(body, answer.Body);
            Assert.InRange(first.Store.Bytes, 1, 5000 + (length / 1000));
            Assert.Empty(PartsIn(directory));
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
                Assert.Equal(0, again.Disk.Counters.DamagedReads);
            }
        }
    }

    [Fact]
    public async Task ASmallOne_StaysInMemory()
    {
        using var directory = new DiskDirectory();
        await using var rig = await OpenAsync(directory);
        Assert.Equal(NoCacheReason.None, await PutAsync(rig, "/small", DiskRig.Body(100_000), 9_000));
        Assert.False((await rig.GetAsync("/small"))!.IsOnDisk);
    }

    [Fact]
    public async Task WhoComesBeforeAndAfterItOutgrowsMemory_ReadsItFromItsBeginning()
    {
        using var directory = new DiskDirectory();
        await using var rig = await OpenAsync(directory);
        var body = DiskRig.Body(3_000_000);
        var first = await LeadAsync(rig);
        await AppendAsync(first.Fill!, body, 0, 90_000);
        var early = await JoinAsync(rig);
        await AppendAsync(first.Fill!, body, 90_000, 2_500_000);
        var late = await JoinAsync(rig);
        var reading = new[] { ReadAsync(early), ReadAsync(late) };
        await AppendAsync(first.Fill!, body, 2_500_000, body.Length);
        await first.Fill!.KeepAsync();
        first.Fill.Complete();
        first.Reset();
        foreach (var read in reading)
        {
            Assert.Equal(body, await read);
        }

        early.Reset();
        late.Reset();
        Assert.Equal(body, (await rig.GetAsync("/large"))!.Body);
        Assert.Equal(0, rig.Store.Fills.Spill.Bytes);
    }

    [Fact]
    public async Task OneThatIsTooLargeForTheDiskToo_IsNotKept_AndWhoReadsItHasAllOfIt()
    {
        using var directory = new DiskDirectory();
        await using var rig = await OpenAsync(directory);
        var body = DiskRig.Body(10 * 1024 * 1024);
        var first = await LeadAsync(rig);
        using var reader = first.Fill!.TryRead(0);
        var read = new MemoryStream();
        var reading = Task.CompletedTask;
        for (var at = 0; at < body.Length; at += 64 * 1024)
        {
            first.Fill.Append(body.AsSpan(at, 64 * 1024));
            Assert.True(await first.Fill.SettleAsync());
            if (at == 3 * 1024 * 1024)
            {
                // From the beginning, which is not in memory any more, while the rest arrives.
                reading = ReadOnAsync(reader!, read, body.Length);
            }
        }

        await first.Fill.KeepAsync();
        first.Fill.Complete();
        await reading;
        Assert.True(body.AsSpan().SequenceEqual(read.ToArray()));
        Assert.Equal((NoCacheReason.TooLarge, FillEnd.None), (first.Fill.Reason, reader!.End));
        reader.Dispose();
        first.Reset();
        await rig.Disk.SettledAsync();
        Assert.Empty(PartsIn(directory));
        Assert.Equal((0, 0), (rig.Disk.Count, rig.Store.Fills.Spill.Bytes));
        Assert.Null(await rig.GetAsync("/large"));
    }

    [Fact]
    public async Task WithoutRoomForIt_ItIsNotKept_AndLeavesNothingBehind()
    {
        using var directory = new DiskDirectory();
        await using var rig = await OpenAsync(directory);
        var body = DiskRig.Body(3_000_000);
        var first = await LeadAsync(rig);
        Assert.True(rig.Store.Fills.Spill.TryTake(SpillSpace.MostBytes - 1_000_000));
        using var reader = first.Fill!.TryRead(0);
        var read = new MemoryStream();
        for (var at = 0; at < body.Length; at += 50_000)
        {
            first.Fill.Append(body.AsSpan(at, 50_000));
            Assert.True(await first.Fill.SettleAsync());
            await ReadOnAsync(reader!, read, at + 50_000);
        }

        await first.Fill.KeepAsync();
        first.Fill.Complete();
        Assert.True(body.AsSpan().SequenceEqual(read.ToArray()));
        Assert.Equal(NoCacheReason.TooLarge, first.Fill.Reason);
        reader!.Dispose();
        first.Reset();
        await rig.Disk.SettledAsync();
        Assert.Empty(PartsIn(directory));
        Assert.Equal((0, SpillSpace.MostBytes - 1_000_000), (rig.Disk.Count, rig.Store.Fills.Spill.Bytes));
    }

    [Theory]
    [MemberData(nameof(LargeBodies.Ends), MemberType = typeof(LargeBodies))]
    public async Task WhatDoesNotBecomeWhole_LeavesNothingBehind(string how)
    {
        using var directory = new DiskDirectory();
        await using var rig = await OpenAsync(directory);
        var body = DiskRig.Body(2_000_000);
        var exchange = await LeadAsync(rig);
        var fill = exchange.Fill!;
        await AppendAsync(fill, body, 0, 1_900_000);
        await EndAsync(rig, directory, exchange, body.AsMemory(1_900_000), how);
    }

    [Fact]
    public async Task A304ForIt_RenewsItsFields_AndItGoesAsAWholeWhenNobodyWantsIt()
    {
        using var directory = new DiskDirectory();
        var body = DiskRig.Body(3_000_000, 7);
        await using var rig = await OpenAsync(directory);
        await PutAsync(rig, "/large", body, 70_000, "ETag: \"1\"", "Cache-Control: no-cache");
        var exchange = new CacheExchange(rig.Store);
        Assert.Equal(RequestStep.Revalidate, await rig.AskAsync(exchange, "/large"));
        Assert.Equal(ResponseStep.Serve, rig.Receive(exchange, 304, [], "ETag: \"1\"", "X-Version: 2"));
        Assert.Equal(body, (await rig.AnswerAsync(exchange)).Body);
        exchange.Reset();
        await FillUpAsync(rig, i => i % 10 == 0);
        using (var killed = directory.Copy())
        {
            await using var again = await OpenAsync(killed);
            Assert.Equal(body, (await again.GetAsync("/large"))!.Body);
        }

        await FillUpAsync(rig, _ => false);
        using var left = directory.Copy();
        await using var cold = await OpenAsync(left);
        Assert.Null(await cold.GetAsync("/large"));
        Assert.Equal(0, cold.Disk.Counters.DamagedReads);

        // Twice what the disk takes.
        async Task FillUpAsync(DiskRig into, Predicate<int> wants)
        {
            for (var i = 0; i < 700; i++)
            {
                into.Put($"/{i}", DiskRig.Body(90_000, i));
                await into.Disk.SettledAsync();
                if (wants(i))
                {
                    Assert.Equal(body, (await into.GetAsync("/large"))!.Body);
                }
            }
        }
    }

    private static async Task<CacheExchange> LeadAsync(DiskRig rig, string target = "/large", params string[] fields)
    {
        var exchange = new CacheExchange(rig.Store);
        Assert.Equal(RequestStep.Fetch, await rig.AskAsync(exchange, target));
        Assert.Equal(CollapseStep.Lead, exchange.Collapse(rig.Now));
        var head = new TextFields(["Cache-Control: max-age=999999", .. fields]);
        Assert.Equal(ResponseStep.PassAndStore, exchange.Received(200, head, -1, rig.Now, rig.Now));
        return exchange;
    }

    private static async Task<CacheExchange> JoinAsync(DiskRig rig)
    {
        var exchange = new CacheExchange(rig.Store);
        Assert.Equal(RequestStep.Fetch, await rig.AskAsync(exchange, "/large"));
        Assert.Equal(CollapseStep.Wait, exchange.Collapse(rig.Now));
        Assert.Equal(JoinStep.ServeFill, exchange.Join(rig.Now));
        return exchange;
    }

    // Nobody need read it.
    private static async Task AppendAsync(CacheFill fill, byte[] body, int from, int to)
    {
        for (var at = from; at < to; at += 50_000)
        {
            fill.Append(body.AsSpan(at, Math.Min(50_000, to - at)));
            Assert.True(await fill.SettleAsync());
        }
    }

    private static async Task<NoCacheReason> PutAsync(DiskRig rig, string target, byte[] body, int piece, params string[] fields)
    {
        var exchange = await LeadAsync(rig, target, fields);
        var fill = exchange.Fill!;
        for (var at = 0; at < body.Length; at += piece)
        {
            fill.Append(body.AsSpan(at, Math.Min(piece, body.Length - at)));
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
        await ReadOnAsync(exchange.Reader!, body, int.MaxValue);
        Assert.Equal(FillEnd.Whole, exchange.Reader!.End);
        return body.ToArray();
    }

    private static async Task ReadOnAsync(FillReader reader, MemoryStream into, int to)
    {
        while (into.Length < to)
        {
            var piece = await reader.NextAsync(TestContext.Current.CancellationToken);
            if (piece.IsEmpty)
            {
                return;
            }

            piece = piece[..Math.Min(piece.Length, (int)(to - into.Length))];
            into.Write(piece.Span);
            reader.Advance(piece.Length);
        }
    }
}
