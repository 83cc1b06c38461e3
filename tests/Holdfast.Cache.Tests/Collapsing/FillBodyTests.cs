using Holdfast.Cache.Collapsing;

namespace Holdfast.Cache.Tests.Collapsing;

/// <summary>One body, many readers: what each gets, byte by byte, and what it costs meanwhile.</summary>
public sealed class FillBodyTests : IDisposable
{
    private const int Piece = 64 * 1024;
    private readonly string _directory = Directory.CreateTempSubdirectory("holdfast-spill-").FullName;

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Fact]
    public async Task ASlowReaderOfABodyThatIsNotKept_ReadsTheRestFromAFileWithoutAName()
    {
        var spill = new SpillSpace(_directory);
        var body = new FillBody(spill);
        using var fast = Read(body);
        var slow = Read(body);
        body.Narrow();
        await WriteAsync(body, 64 * Piece, fast);
        Assert.InRange(body.Memory.Cost, 1, FillBody.Window + (2 * Piece));
        Assert.InRange(spill.Bytes, (64 * Piece) - FillBody.Window - Piece, 64 * Piece);
        Assert.Empty(Directory.EnumerateFileSystemEntries(_directory));
        body.End(whole: true);
        Assert.Equal(64L * Piece, await CheckAsync(slow));
        Assert.Equal(FillEnd.Whole, slow.End);
        slow.Dispose();
        fast.Dispose();
        Assert.Equal((0L, 0L), (spill.Bytes, spill.Failures));
    }

    [Fact]
    public async Task AReaderWithinTheRing_GetsEverythingAcrossItsSeam()
    {
        var spill = new SpillSpace(_directory, fileBytes: (40 * Piece) + 123);
        var body = new FillBody(spill);
        using var fast = Read(body);
        using var slow = Read(body);
        body.Narrow();
        for (var round = 0; round < 10; round++)
        {
            await WriteAsync(body, 30 * Piece, fast);
            await CheckAsync(slow, upTo: body.Length - Piece);
        }

        body.End(whole: true);
        await CheckAsync(slow);
        Assert.Equal((FillEnd.Whole, 300L * Piece), (slow.End, slow.Offset));
        Assert.InRange(spill.Bytes, 1, (40 * Piece) + 123);
    }

    [Theory]
    [InlineData("none")]
    [InlineData("unusable")]
    [InlineData("full")]
    [InlineData("overrun")]
    public async Task AReaderThatTheDiskCannotKeepUpFor_IsCutOffAndNobodyElse(string disk)
    {
        var file = Path.Combine(_directory, "file");
        File.WriteAllText(file, "");
        var spill = disk switch
        {
            "none" => new SpillSpace(null),
            "unusable" => new SpillSpace(Path.Combine(file, "below")),
            "full" => new SpillSpace(_directory, mostBytes: 3 * Piece),
            _ => new SpillSpace(_directory, fileBytes: 3 * Piece),
        };
        var body = new FillBody(spill);
        var fast = Read(body);
        var slow = Read(body);
        body.Narrow();
        await WriteAsync(body, 64 * Piece, fast);
        body.End(whole: true);
        await CheckAsync(slow);
        await CheckAsync(fast);
        Assert.Equal((FillEnd.TooFarBehind, FillEnd.Whole, 64L * Piece), (slow.End, fast.End, fast.Offset));
        Assert.Equal(disk == "overrun" ? 0 : 1, spill.Failures);
        slow.Dispose();
        fast.Dispose();
        Assert.Equal(0, spill.Bytes);
    }

    [Fact]
    public async Task OfABodyThatIsNotKept_NoMoreIsTakenThanItsFastestReaderNeeds()
    {
        var body = new FillBody(new SpillSpace(_directory));
        using var reader = Read(body);
        body.Narrow();
        var settling = new ValueTask<bool>(true);
        while (settling.IsCompleted)
        {
            Assert.True(await settling);
            Append(body, Piece);
            settling = body.SettleAsync();
            Assert.InRange(body.Length, 1, FillBody.Window);
        }

        reader.Advance(body.Length - (FillBody.Window / 2));
        Assert.True(await settling.AsTask().WaitAsync(TimeSpan.FromSeconds(60), TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task ABodyThatIsNotKeptAndNotRead_IsOfNoUseAnyMore()
    {
        var body = new FillBody(new SpillSpace(_directory));
        var reader = Read(body);
        Append(body, 10);
        Assert.True(await body.SettleAsync());
        body.Narrow();
        Assert.False(body.TryAdd(new FillReader(body, 0)));
        Assert.True(await body.SettleAsync());
        reader.Dispose();
        Assert.False(body.IsRead);
        Assert.False(await body.SettleAsync());
    }

    [Fact]
    public async Task OneByteAtATime_TakesNoObjectForEach()
    {
        var body = new FillBody(new SpillSpace(null));
        using var reader = Read(body);
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 100_000; i++)
        {
            body.Append([(byte)i], -1);
            Assert.True(await body.SettleAsync());
        }

        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 100_000, 300_000);
        Assert.Equal(100_000, body.Length);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task ManyReadersAtAnySpeed_LeavingWhenTheyLike_EachGetTheSame(int seed)
    {
        const int Readers = 40;
        const int Length = 12_000_000;
        var spill = new SpillSpace(_directory);
        var body = new FillBody(spill);
        var readers = Enumerable.Range(0, Readers).Select(_ => Read(body)).ToArray();
        var reading = readers.Select((reader, i) => Task.Run(() => VisitAsync(reader, new Random((seed * 1000) + i)))).ToArray();
        var random = new Random(seed);
        var narrowFrom = random.Next(Length / 2);
        var isUseful = true;
        while (isUseful && body.Length < Length)
        {
            Append(body, (int)Math.Min(1 + random.Next(Piece), Length - body.Length));
            if (body.Length > narrowFrom)
            {
                body.Narrow();
            }

            isUseful = await body.SettleAsync();
        }

        body.End(whole: isUseful);
        var ends = await Task.WhenAll(reading).WaitAsync(TimeSpan.FromSeconds(60), TestContext.Current.CancellationToken);
        Assert.True(isUseful);
        Assert.All(ends, end => Assert.True(end is FillEnd.Whole or FillEnd.None));
        Assert.Contains(FillEnd.Whole, ends);
        Assert.Equal((0L, 0L), (spill.Bytes, spill.Failures));
    }

    // The last ones stay, so that somebody wants it to its end.
    private static async Task<FillEnd> VisitAsync(FillReader reader, Random random)
    {
        using (reader)
        {
            var leavesAt = random.Next(4) == 0 ? random.NextInt64(12_000_000) : long.MaxValue;
            var most = 1 << random.Next(8, 17);
            while (reader.Offset < leavesAt)
            {
                var piece = await reader.NextAsync(TestContext.Current.CancellationToken);
                if (piece.IsEmpty)
                {
                    return reader.End;
                }

                piece = piece[..Math.Min(piece.Length, most)];
                Check(piece.Span, reader.Offset);
                reader.Advance(piece.Length);
                if (random.Next(3) == 0)
                {
                    await Task.Yield();
                }
            }

            return FillEnd.None;
        }
    }

    private static FillReader Read(FillBody body)
    {
        var reader = new FillReader(body, 0);
        Assert.True(body.TryAdd(reader));
        return reader;
    }

    // With one reader that takes everything at once.
    private static async Task WriteAsync(FillBody body, int count, FillReader fast)
    {
        for (var written = 0; written < count; written += Piece)
        {
            Append(body, Piece);
            fast.Advance(Piece);
            Assert.True(await body.SettleAsync());
        }
    }

    private static async Task<long> CheckAsync(FillReader reader, long upTo = long.MaxValue)
    {
        while (reader.Offset < upTo)
        {
            var piece = await reader.NextAsync(TestContext.Current.CancellationToken);
            if (piece.IsEmpty)
            {
                break;
            }

            piece = piece[..(int)Math.Min(piece.Length, upTo - reader.Offset)];
            Check(piece.Span, reader.Offset);
            reader.Advance(piece.Length);
        }

        return reader.Offset;
    }

    private static void Append(FillBody body, int count)
    {
        var bytes = new byte[count];
        for (var i = 0; i < count; i++)
        {
            bytes[i] = At(body.Length + i);
        }

        body.Append(bytes, -1);
    }

    private static void Check(ReadOnlySpan<byte> piece, long offset)
    {
        for (var i = 0; i < piece.Length; i++)
        {
            if (piece[i] != At(offset + i))
            {
                Assert.Fail($"byte {offset + i} is {piece[i]}, not {At(offset + i)}");
            }
        }
    }

    // Says its place, with a period that is no power of two.
    private static byte At(long offset) => (byte)((offset * 2_654_435_761 >> 13) ^ (offset % 65_521));
}
