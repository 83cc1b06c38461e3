using System.Text;
using Holdfast.Cache.Collapsing;
using Holdfast.Cache.Decisions;
using Holdfast.Cache.Exchange;
using Holdfast.Cache.Storage;
using Holdfast.Cache.Tests.Conversations;
using Holdfast.Cache.Tests.Storage;
using Holdfast.Model.Purging;

namespace Holdfast.Cache.Tests.Collapsing;

/// <summary>Requests for the same, as the state machine sees them (RFC 9111 section 4), without an edge.</summary>
public sealed class CollapsingTests : IDisposable
{
    private const long Now = 1_800_000_000_000;
    private const string Fresh = "Cache-Control: max-age=60";
    private static readonly TextFields NoFields = new();

    private readonly MemoryStore _store = new(new MemoryStoreLimits { Budget = 800_000 });
    private readonly Lazy<string> _directory = new(() => Directory.CreateTempSubdirectory("holdfast-spill-").FullName);

    public void Dispose()
    {
        if (_directory.IsValueCreated)
        {
            Directory.Delete(_directory.Value, recursive: true);
        }
    }

    [Fact]
    public async Task WhoeverComesSecond_WaitsAndReadsWhatTheFirstGets()
    {
        var first = Ask("/a", NoFields, CollapseStep.Lead);
        var second = Ask("/a", NoFields, CollapseStep.Wait);
        Assert.Equal((1L, 1L), (_store.Fills.Count, _store.Fills.Waiting));
        Assert.Equal(FillOutcome.Pending, second.Shared!.Outcome);
        Assert.Equal(ResponseStep.PassAndStore, first.Received(200, new TextFields(Fresh), 5, Now, Now));
        Assert.True(second.Shared.Decided.IsCompleted);
        Assert.Equal(JoinStep.ServeFill, second.Join(Now));
        Assert.Equal(0, _store.Fills.Waiting);
        first.Fill!.Append("he"u8);
        await first.Fill.SettleAsync();
        Assert.Equal("he", Text(second.Reader!));

        // Also whoever comes within the body.
        var third = Ask("/a", NoFields, CollapseStep.Wait);
        Assert.Equal(JoinStep.ServeFill, third.Join(Now));
        first.Fill.Append("llo"u8);
        await first.Fill.SettleAsync();
        first.Fill.Complete();
        Assert.Equal(("llo", "hello"), (Text(second.Reader!), Text(third.Reader!)));
        Assert.True(second.Reader!.IsAtEnd);
        Assert.Equal(0, _store.Fills.Count);
        Assert.Equal(RequestStep.Serve, MemoryStoreTests.Begin(new CacheExchange(_store), "/a", NoFields));
    }

    [Fact]
    public void AnAnswerForOneOnly_LetsGoAndMarksTheKeyForAMinute()
    {
        var first = Ask("/a", NoFields, CollapseStep.Lead);
        var second = Ask("/a", NoFields, CollapseStep.Wait);
        first.Received(200, new TextFields("Cache-Control: private"), 5, Now, Now);
        Assert.Equal(JoinStep.Alone, second.Join(Now));
        Assert.True(second.WasLetGo);
        Ask("/a", NoFields, CollapseStep.Alone);
        Ask("/b", NoFields, CollapseStep.Lead);
        Assert.Equal(CollapseStep.Alone, Begin("/a", NoFields).Collapse(Now + 59_000));
        Assert.Equal(CollapseStep.Lead, Begin("/a", NoFields).Collapse(Now + 61_000));
    }

    [Fact]
    public void AMark_GoesWhenAnAnswerMayBeShared()
    {
        Ask("/a", NoFields, CollapseStep.Lead).Received(200, new TextFields("Cache-Control: private"), 5, Now, Now);
        var alone = Ask("/a", NoFields, CollapseStep.Alone);
        alone.Received(200, new TextFields("Cache-Control: max-age=1"), 5, Now, Now);
        Ask("/a", NoFields, CollapseStep.Lead);
    }

    [Fact]
    public void AnError_LetsGoWithoutAMark()
    {
        var first = Ask("/a", NoFields, CollapseStep.Lead);
        var second = Ask("/a", NoFields, CollapseStep.Wait);
        first.Received(503, new TextFields("Cache-Control: no-store"), 5, Now, Now);
        Assert.Equal(JoinStep.Alone, second.Join(Now));
        Ask("/a", NoFields, CollapseStep.Lead);
    }

    [Fact]
    public void NoAnswer_FailsAllWithTheSame()
    {
        var first = Ask("/a", NoFields, CollapseStep.Lead);
        var second = Ask("/a", NoFields, CollapseStep.Wait);
        Assert.False(first.Failed(522, 0));
        Assert.Equal(522, second.Shared!.Failure);
        Assert.Equal(JoinStep.Fail, second.Join(Now));
        Assert.Equal(0, _store.Fills.Count);
    }

    [Fact]
    public void ALeaderThatIsReset_LetsTheNextOneLead()
    {
        var first = Ask("/a", NoFields, CollapseStep.Lead);
        var second = Ask("/a", NoFields, CollapseStep.Wait);
        Assert.False(first.Led!.TryAbandon());
        first.Reset();
        Assert.Equal(JoinStep.Again, second.Join(Now));
        Assert.Equal(CollapseStep.Lead, second.Collapse(Now));
        Assert.True(second.Led!.TryAbandon());
        Assert.Equal(0, _store.Fills.Count);
    }

    [Fact]
    public void RequestsWithCredentials_WaitForOneAnotherOnly()
    {
        var credentials = new TextFields("Authorization: Basic QQ==");
        Ask("/a", NoFields, CollapseStep.Lead);
        Ask("/a", credentials, CollapseStep.Lead);
        Ask("/a", credentials, CollapseStep.Wait);
        Ask("/a", NoFields, CollapseStep.Wait);
        Assert.Equal(2, _store.Fills.Count);
    }

    [Theory]
    [InlineData("Range: bytes=0-1")]
    [InlineData("If-None-Match: \"1\"")]
    [InlineData("If-Modified-Since: Thu, 18 Aug 2016 02:01:18 GMT")]
    public void WhatAsksForLess_DoesNotLead(string field)
    {
        Ask("/a", new TextFields(field), CollapseStep.Alone);
        Ask("/a", NoFields, CollapseStep.Lead);
        Ask("/a", new TextFields(field), CollapseStep.Wait);
    }

    [Fact]
    public void AnotherVariant_IsNotWaitedForOnceTheVaryIsKnown()
    {
        var first = Ask("/a", new TextFields("Accept-Language: de"), CollapseStep.Lead);
        first.Received(200, new TextFields(Fresh, "Vary: Accept-Language"), 5, Now, Now);
        Ask("/a", new TextFields("Accept-Language: de"), CollapseStep.Wait);
        Ask("/a", new TextFields("Accept-Language: en"), CollapseStep.Lead);
        Ask("/a", new TextFields("Accept-Language: en"), CollapseStep.Wait);
        Ask("/a", new TextFields("Accept-Language: fr"), CollapseStep.Lead);
    }

    [Fact]
    public void BodiesBeyondTheFillMemory_PassWithoutBeingStored()
    {
        // A quarter of the budget is 200,000; one body may have 100,000.
        var one = Fill("/1", 90_000);
        var two = Fill("/2", 90_000);
        var three = Fill("/3", 90_000);
        Assert.Equal((NoCacheReason.None, NoCacheReason.None, NoCacheReason.Busy), (one.Reason, two.Reason, three.Reason));
        Assert.Equal(180_000, _store.Fills.Held);
        Assert.Null(three.TryRead(0));
        one.Complete();
        two.Break(1);
        three.Complete();
        Assert.Equal(0, _store.Fills.Held);
        Assert.Equal(1, _store.Count);
        Assert.Equal(NoCacheReason.None, Fill("/3", 90_000).Reason);
    }

    [Fact]
    public void ABodyBeyondTheLargest_IsJoinedByNobodyAnyMore()
    {
        var fill = Fill("/a", 90_000);
        Ask("/a", NoFields, CollapseStep.Wait);
        fill.Append(new byte[20_000]);
        Assert.Equal((NoCacheReason.TooLarge, 0L, 0L), (fill.Reason, _store.Fills.Held, _store.Fills.Count));
        Ask("/a", NoFields, CollapseStep.Lead);
        fill.Complete();
        Assert.Equal(0, _store.Count);
    }

    [Fact]
    public async Task ALengthBeyondTheLargest_IsReadFromItsBeginningByWhoeverComesWhileItArrives()
    {
        const int length = 3 * 1024 * 1024;
        var store = new MemoryStore(new MemoryStoreLimits { Budget = 800_000, SpillDirectory = _directory.Value });
        var (first, second, third) = (Begin(store), Begin(store), Begin(store));
        Assert.Equal((CollapseStep.Lead, CollapseStep.Wait), (first.Collapse(Now), second.Collapse(Now)));
        Assert.Equal(ResponseStep.PassAndStore, first.Received(200, new TextFields(Fresh), length, Now, Now));
        Assert.Equal((NoCacheReason.TooLarge, CfCacheStatus.Bypass), (first.Fill!.Reason, first.Status));
        Assert.Equal(length, store.Fills.Spill.Bytes);
        using var leader = first.Fill.TryRead(0);
        Assert.Equal(JoinStep.ServeFill, second.Join(Now));
        var body = Enumerable.Range(0, length).Select(i => (byte)(i % 251)).ToArray();
        var reading = ReadAsync(leader!, length);
        await WriteAsync(0, length / 2);
        Assert.Equal(body[..(length / 2)], await ReadAsync(second.Reader!, length / 2));

        // Its beginning is gone from memory.
        Assert.Equal((CollapseStep.Wait, JoinStep.ServeFill), (third.Collapse(Now), third.Join(Now)));
        var readingAll = ReadAsync(third.Reader!, length);
        await WriteAsync(length / 2, length);
        first.Fill.Complete();
        Assert.Equal(body, await readingAll);
        Assert.Equal(body, await reading);
        Assert.Equal(CollapseStep.Lead, Begin(store).Collapse(Now));

        // The second has half of it still to read, when nothing more comes.
        Assert.Equal(body[(length / 2)..], await ReadAsync(second.Reader!, length));
        Assert.Equal((FillEnd.Whole, 0L, 0L), (second.Reader!.End, store.Count, store.Fills.Held));
        leader!.Dispose();
        second.Reset();
        third.Reset();
        Assert.Equal(0, store.Fills.Spill.Bytes);

        async Task WriteAsync(int from, int to)
        {
            for (var at = from; at < to; at += 64 * 1024)
            {
                first.Fill.Append(body.AsSpan(at, 64 * 1024));
                Assert.True(await first.Fill.SettleAsync());
            }
        }
    }

    [Fact]
    public async Task ALengthBeyondTheLargest_ThatNobodyReadsAnyMore_EndsAndIsJoinedByNobody()
    {
        var store = new MemoryStore(new MemoryStoreLimits { Budget = 800_000, SpillDirectory = _directory.Value });
        var (first, second) = (Begin(store), Begin(store));
        Assert.Equal((CollapseStep.Lead, CollapseStep.Wait), (first.Collapse(Now), second.Collapse(Now)));
        first.Received(200, new TextFields(Fresh), 3 * 1024 * 1024, Now, Now);
        first.Fill!.TryRead(0)!.Dispose();
        first.Fill.Append(new byte[64 * 1024]);

        Assert.False(await first.Fill.SettleAsync());
        Assert.Equal(JoinStep.Alone, second.Join(Now));
        first.Fill.Break(1);
        Assert.Equal((0L, 0L), (store.Fills.Spill.Bytes, store.Fills.Count));
    }

    [Fact]
    public void ALengthBeyondTheLargest_IsNotForWhoAsksForARange()
    {
        var store = new MemoryStore(new MemoryStoreLimits { Budget = 800_000, SpillDirectory = _directory.Value });
        var (first, second) = (Begin(store), Begin(store, "Range: bytes=2000000-"));
        Assert.Equal((CollapseStep.Lead, CollapseStep.Wait), (first.Collapse(Now), second.Collapse(Now)));
        first.Received(200, new TextFields(Fresh), 3 * 1024 * 1024, Now, Now);

        Assert.Equal(JoinStep.Alone, second.Join(Now));
        first.Fill!.Break(1);
    }

    [Theory]
    [InlineData(900_000, false)]
    [InlineData(2L * 1024 * 1024 * 1024, true)]
    public void ALengthBeyondTheLargest_WithoutRoomOnTheDisk_LetsEverybodyGo(long length, bool hasDisk)
    {
        var store = new MemoryStore(new MemoryStoreLimits { Budget = 800_000, SpillDirectory = hasDisk ? _directory.Value : null });
        var (first, second) = (Begin(store), Begin(store));
        Assert.Equal((CollapseStep.Lead, CollapseStep.Wait), (first.Collapse(Now), second.Collapse(Now)));

        Assert.Equal(ResponseStep.Pass, first.Received(200, new TextFields(Fresh), length, Now, Now));
        Assert.Equal((NoCacheReason.TooLarge, JoinStep.Alone), (first.Reason, second.Join(Now)));

        // Nothing says that the next one must go alone.
        Assert.Equal(CollapseStep.Lead, Begin(store).Collapse(Now));
    }

    private static CacheExchange Begin(MemoryStore store, params string[] fields)
    {
        var exchange = new CacheExchange(store);
        MemoryStoreTests.Begin(exchange, "/a", new TextFields(fields));
        return exchange;
    }

    private static async Task<byte[]> ReadAsync(FillReader reader, int most)
    {
        var read = new MemoryStream();
        while (read.Length < most && await reader.NextAsync(TestContext.Current.CancellationToken) is { IsEmpty: false } piece)
        {
            piece = piece[..(int)Math.Min(piece.Length, most - read.Length)];
            read.Write(piece.Span);
            reader.Advance(piece.Length);
        }

        return read.ToArray();
    }

    [Fact]
    public async Task AnAbandonedFill_EndsUnlessSomebodyReadsIt()
    {
        var fill = Fill("/a", 10);
        fill.Abandon();
        Assert.Equal(NoCacheReason.Abandoned, fill.Reason);
        Assert.False(await fill.SettleAsync());
        var read = Fill("/b", 10);
        using var reader = read.TryRead(0);
        read.Abandon();
        Assert.True(await read.SettleAsync());
        read.Complete();
        Assert.Equal(0, _store.Count);
    }

    [Fact]
    public void WhatIsForgotten_IsNeitherStoredNorJoined()
    {
        var fill = Fill("/a", 10);
        var key = fill.Response.Key.ToArray();
        _store.Remove(key);
        Ask("/a", NoFields, CollapseStep.Lead);
        fill.Complete();
        Assert.Equal((0L, NoCacheReason.Invalidated), (_store.Count, fill.Reason));
    }

    [Fact]
    public void APurgeBeforeTheHead_IsNotJoinedAcross()
    {
        var first = Ask("/a", NoFields, CollapseStep.Lead);
        var early = Ask("/a", NoFields, CollapseStep.Wait);
        _store.Purges.Apply(Tagged("t"));
        var second = Ask("/a", NoFields, CollapseStep.Lead);
        Ask("/a", NoFields, CollapseStep.Wait);
        Assert.Equal(1, _store.Fills.Count);

        // Who came before it still gets what it waits for, and the store does not.
        Assert.Equal(ResponseStep.PassAndStore, first.Received(200, new TextFields(Fresh, "Cache-Tag: t"), 1, Now, Now));
        Assert.Equal(JoinStep.ServeFill, early.Join(Now));
        first.Fill!.Append("1"u8);
        first.Fill.Complete();
        Assert.Equal((NoCacheReason.Purged, 0L), (first.Fill.Reason, _store.Count));
        second.Received(200, new TextFields(Fresh, "Cache-Tag: t"), 1, Now, Now);
        second.Fill!.Append("2"u8);
        second.Fill.Complete();
        Assert.Equal((NoCacheReason.None, 1L), (second.Fill.Reason, _store.Count));
    }

    [Theory]
    [InlineData("t", CollapseStep.Lead)]
    [InlineData("other", CollapseStep.Wait)]
    public void APurgeWithinTheBody_CountsWhenItTakesTheResponse(string tag, CollapseStep then)
    {
        var first = Ask("/a", NoFields, CollapseStep.Lead);
        first.Received(200, new TextFields(Fresh, "Cache-Tag: t"), 5, Now, Now);
        Ask("/a", NoFields, CollapseStep.Wait);
        _store.Purges.Apply(Tagged(tag));
        Ask("/a", NoFields, then);
    }

    [Fact]
    public void ManyThreads_LeadOnceForEachKey()
    {
        const int Keys = 50;
        var leads = new int[Keys];
        Parallel.For(
            0,
            20_000,
            i =>
            {
                var exchange = Begin($"/{i % Keys}", NoFields);
                if (exchange.Collapse(Now) == CollapseStep.Lead)
                {
                    Interlocked.Increment(ref leads[i % Keys]);
                    return;
                }

                exchange.Reset();
            }
        );
        Assert.All(leads, count => Assert.Equal(1, count));
        Assert.Equal(((long)Keys, 0L), (_store.Fills.Count, _store.Fills.Waiting));
    }

    [Fact]
    public void AMark_HoldsForAMinuteAndForItsKeyOnly()
    {
        var marks = new UncollapsedMarks();
        const ulong Slot = 0x1234_5678_0000_0001;
        Assert.False(marks.Contain(Slot, Now));
        marks.Mark(Slot, Now);
        Assert.True(marks.Contain(Slot, Now + UncollapsedMarks.Milliseconds - 1000));
        Assert.False(marks.Contain(Slot, Now + UncollapsedMarks.Milliseconds));
        Assert.False(marks.Contain(Slot + (1UL << 40), Now));
        marks.Unmark(Slot + (1UL << 40));
        Assert.True(marks.Contain(Slot, Now));
        marks.Mark(Slot + (1UL << 40), Now);
        Assert.False(marks.Contain(Slot, Now));
        marks.Unmark(Slot + (1UL << 40));
        Assert.False(marks.Contain(Slot + (1UL << 40), Now));
    }

    private static Purge Tagged(string tag) =>
        new()
        {
            Sequence = 1,
            ZoneId = "z",
            Kind = PurgeKind.Tag,
            Values = [tag],
            CreatedAt = DateTimeOffset.UnixEpoch,
        };

    private CacheExchange Begin(string path, TextFields fields)
    {
        var exchange = new CacheExchange(_store);
        MemoryStoreTests.Begin(exchange, path, fields);
        return exchange;
    }

    private CacheExchange Ask(string path, TextFields fields, CollapseStep expected)
    {
        var exchange = Begin(path, fields);
        Assert.Equal(expected, exchange.Collapse(Now));
        return exchange;
    }

    private CacheFill Fill(string path, int length)
    {
        var exchange = Ask(path, NoFields, CollapseStep.Lead);
        Assert.Equal(ResponseStep.PassAndStore, exchange.Received(200, new TextFields(Fresh), -1, Now, Now));
        exchange.Fill!.Append(new byte[length]);
        return exchange.Fill;
    }

    private static string Text(FillReader reader)
    {
        var text = new StringBuilder();
        for (var piece = reader.Ready(); !piece.IsEmpty; piece = reader.Ready())
        {
            text.Append(Encoding.ASCII.GetString(piece.Span));
            reader.Advance(piece.Length);
        }

        return text.ToString();
    }
}
