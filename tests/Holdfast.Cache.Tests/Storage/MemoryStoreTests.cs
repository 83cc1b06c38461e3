using System.Text;
using CsCheck;
using Holdfast.Cache.Compression;
using Holdfast.Cache.Exchange;
using Holdfast.Cache.Policy;
using Holdfast.Cache.Storage;
using Holdfast.Cache.Tests.Conversations;
using Holdfast.Model.Zones;

namespace Holdfast.Cache.Tests.Storage;

/// <summary>Alone in its collection: one of the figures is of the whole process.</summary>
[CollectionDefinition(nameof(MemoryStoreTests), DisableParallelization = true)]
[Collection(nameof(MemoryStoreTests))]
public class MemoryStoreTests
{
    private const long Now = 1_800_000_000_000;
    private static readonly CachePolicy Policy = new() { Profile = CacheProfile.Standard };
    private static readonly TextFields NoFields = new();

    [Fact]
    public void AHit_WithVaryAndConditions_AllocatesNothing()
    {
        var store = new MemoryStore(new MemoryStoreLimits());
        var exchange = new CacheExchange(store);
        var request = new TextFields("Accept-Encoding: gzip, deflate, br", "If-None-Match: \"2\"", "Range: bytes=1-2");
        Put(exchange, "/a", request, "hello", "Cache-Control: max-age=60", "Vary: Accept-Encoding", "ETag: \"1\"");
        Span<byte> status = stackalloc byte[CacheExchange.LongestCacheStatus];
        Hit(status);
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 1000; i++)
        {
            Hit(status);
        }

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);

        void Hit(Span<byte> into)
        {
            Assert.True(Begin(exchange, "/a", request) == RequestStep.Serve);
            Assert.True(exchange.Answer(request, Now).Length == 2);
            Assert.True(exchange.WriteCacheStatus(into, Now) > 0);
        }
    }

    [Fact]
    public void AStoredResponse_CostsLessThan200BytesBesideItsOwn()
    {
        const int count = 100_000;
        var store = new MemoryStore(new MemoryStoreLimits { Budget = 1L << 30 });
        var exchange = new CacheExchange(store);
        Put(exchange, "/warm", NoFields, "x", "Cache-Control: max-age=60");
        var before = GC.GetTotalMemory(forceFullCollection: true);

        for (var i = 0; i < count; i++)
        {
            Put(exchange, $"/{i:D8}", NoFields, "0123456789", "Cache-Control: max-age=60", "Date: Thu, 18 Aug 2050 02:01:18 GMT");
        }

        var total = GC.GetTotalMemory(forceFullCollection: true) - before;
        Assert.Equal(RequestStep.Serve, Begin(exchange, "/00000001", NoFields));
        var own = exchange.Stored!.Cost - StoredResponse.Overhead;
        var overhead = (double)total / count - own;
        TestContext.Current.SendDiagnosticMessage($"overhead {overhead:F1} bytes");
        Assert.InRange(overhead, 50, StoredResponse.Overhead + 8);
        Assert.True(StoredResponse.Overhead < 200);
        GC.KeepAlive(store);
    }

    [Fact]
    public void TheBudget_IsKeptWhateverComes()
    {
        var store = new MemoryStore(new MemoryStoreLimits { Budget = 200_000 });
        var exchange = new CacheExchange(store);
        Gen.Select(Gen.Int[0, 500], Gen.Int[0, 20_000])
            .Array[1, 400]
            .Sample(
                puts =>
                {
                    foreach (var (key, size) in puts)
                    {
                        Put(exchange, $"/{key}", NoFields, new string('x', size), "Cache-Control: max-age=60");
                        Assert.InRange(store.Bytes, 0, 200_000);
                        Begin(exchange, $"/{key / 2}", NoFields);
                    }
                },
                iter: 50,
                threads: 1
            );
        Assert.True(store.Evicted > 0);
        Assert.True(store.Count > 0);
    }

    [Fact]
    public void ABodyInACoding_CountsAndGoesWithItsResponseAndStaysWithAnUpdate()
    {
        var store = new MemoryStore(new MemoryStoreLimits { Budget = 200_000 });
        var exchange = new CacheExchange(store);
        Put(exchange, "/a", NoFields, new string('x', 5000), "Cache-Control: max-age=60", "Content-Type: text/plain", "ETag: \"1\"");
        Begin(exchange, "/a", NoFields);
        var stored = exchange.Stored!;
        Assert.True(stored.TryBeginEncoding(ContentCoding.Gzip));
        Assert.False(stored.TryBeginEncoding(ContentCoding.Gzip));
        Assert.True(stored.TryBeginEncoding(ContentCoding.Zstd));
        var before = store.Bytes;
        store.Keep(stored, ContentCoding.Gzip, Body(3000));
        store.Keep(stored, ContentCoding.Zstd, Body(5000));

        Assert.InRange(store.Bytes - before, 3000, 3500);
        Assert.Equal((3000, 0), (stored.BodyIn(ContentCoding.Gzip)!.Length, stored.BodyIn(ContentCoding.Zstd)!.Length));
        Assert.Null(stored.BodyIn(ContentCoding.Brotli));

        Assert.Equal(RequestStep.Revalidate, Begin(exchange, "/a", NoFields, now: Now + 100_000));
        exchange.Received(304, new TextFields("ETag: \"1\"", "Cache-Control: max-age=60"), 0, Now + 100_000, Now + 100_000);
        Assert.NotSame(stored, exchange.Stored);
        Assert.Same(stored.BodyIn(ContentCoding.Gzip), exchange.Stored!.BodyIn(ContentCoding.Gzip));

        for (var i = 0; i < 40; i++)
        {
            Begin(exchange, $"/{i}", NoFields);
            Put(exchange, $"/{i}", NoFields, new string('x', 9000), "Cache-Control: max-age=60");
            if (Begin(exchange, $"/{i}", NoFields) == RequestStep.Serve)
            {
                store.Keep(exchange.Stored!, ContentCoding.Brotli, Body(8000));
            }

            Assert.InRange(store.Bytes, 0, 200_000);
        }

        // What went for them was counted with all it had.
        for (var i = 0; i < 40; i++)
        {
            Begin(exchange, $"/{i}", NoFields, "DELETE");
            exchange.Received(204, NoFields, 0, Now, Now);
        }

        Begin(exchange, "/a", NoFields, "DELETE");
        exchange.Received(204, NoFields, 0, Now, Now);
        Assert.Equal((0, 0), (store.Bytes, store.Count));
    }

    [Fact]
    public void TooLarge_IsNotStoredAndSaysSo()
    {
        var store = new MemoryStore(new MemoryStoreLimits { Budget = 80_000 });
        var exchange = new CacheExchange(store);
        Assert.Equal(RequestStep.Fetch, Begin(exchange, "/a", NoFields));
        Assert.Equal(ResponseStep.PassAndStore, exchange.Received(200, new TextFields("Cache-Control: max-age=9"), -1, Now, Now));
        exchange.Fill!.Append(new byte[10_001]);
        exchange.Fill.Complete();
        Assert.Equal(Cache.Decisions.NoCacheReason.TooLarge, exchange.Fill.Reason);
        Assert.Equal(0, store.Count);
    }

    [Theory]
    [InlineData(4)]
    [InlineData(6)]
    public void ABodyOfAnotherLengthThanStated_IsNotStored(int length)
    {
        var store = new MemoryStore(new MemoryStoreLimits());
        var exchange = new CacheExchange(store);
        Begin(exchange, "/a", NoFields);
        exchange.Received(200, new TextFields("Cache-Control: max-age=9"), 5, Now, Now);
        exchange.Fill!.Append(new byte[length]);
        exchange.Fill.Complete();
        Assert.Equal(Cache.Decisions.NoCacheReason.Incomplete, exchange.Fill.Reason);
        Assert.Equal(0, store.Count);
    }

    [Fact]
    public void ABodyThatNeverEnds_LeavesNoTrace()
    {
        var store = new MemoryStore(new MemoryStoreLimits());
        var exchange = new CacheExchange(store);
        Begin(exchange, "/a", NoFields);
        exchange.Received(200, new TextFields("Cache-Control: max-age=9"), -1, Now, Now);
        exchange.Fill!.Append("half"u8);
        Assert.Equal(RequestStep.Fetch, Begin(exchange, "/a", NoFields));
        Assert.Equal(0, store.Count);
    }

    [Fact]
    public void VariantsOfOneKey_AreBoundedAndTheOldestGoes()
    {
        var store = new MemoryStore(new MemoryStoreLimits());
        var exchange = new CacheExchange(store);
        for (var i = 0; i <= StoreIndex.MostVariants; i++)
        {
            Begin(exchange, "/a", new TextFields($"X: {i}"));
            exchange.Received(200, new TextFields("Cache-Control: max-age=60", "Vary: X"), 0, Now + i, Now + i);
            exchange.Fill!.Complete();
        }

        Assert.Equal(StoreIndex.MostVariants, store.Count);
        Assert.Equal(RequestStep.Fetch, Begin(exchange, "/a", new TextFields("X: 0")));
        Assert.Equal(RequestStep.Serve, Begin(exchange, "/a", new TextFields("X: 1")));
    }

    [Fact]
    public void LargeBodies_ComeBackByteForByte() =>
        Gen.Select(Gen.Int[0, 300_000], Gen.Int[1, 70_000], Gen.Bool)
            .Sample(
                (size, step, lengthKnown) =>
                {
                    var bytes = new byte[size];
                    new Random(size).NextBytes(bytes);
                    var body = new StoredBody();
                    for (var at = 0; at < size; at += step)
                    {
                        body.Append(bytes.AsSpan(at, Math.Min(step, size - at)), lengthKnown ? size - at : -1);
                    }

                    var copy = new byte[size];
                    body.CopyTo(copy);
                    Assert.Equal(bytes, copy);
                    Assert.True(body.At(size).IsEmpty);
                },
                iter: 100
            );

    [Fact]
    public async Task ReadersAndWriters_AtTheSameTime_SeeWholeResponses()
    {
        var store = new MemoryStore(new MemoryStoreLimits { Budget = 400_000 });
        var writers = Enumerable
            .Range(0, 2)
            .Select(w =>
                Task.Run(() =>
                {
                    var exchange = new CacheExchange(store);
                    var random = new Random(w);
                    for (var i = 0; i < 20_000; i++)
                    {
                        var key = random.Next(2000);
                        if (random.Next(20) == 0)
                        {
                            Begin(exchange, $"/{key}", NoFields, "DELETE");
                            exchange.Received(204, NoFields, 0, Now, Now);
                        }
                        else
                        {
                            Put(exchange, $"/{key}", NoFields, new string((char)('a' + (key % 26)), key), "Cache-Control: max-age=60");
                        }
                    }
                })
            )
            .ToArray();
        var readers = Enumerable
            .Range(0, 2)
            .Select(r =>
                Task.Run(() =>
                {
                    var exchange = new CacheExchange(store);
                    var random = new Random(100 + r);
                    var hits = 0;
                    for (var i = 0; i < 50_000; i++)
                    {
                        var key = random.Next(2000);
                        if (Begin(exchange, $"/{key}", NoFields) == RequestStep.Serve)
                        {
                            hits++;
                            var body = exchange.Stored!.BodyAt(0).Span;
                            Assert.Equal(key, body.Length);
                            Assert.False(body.ContainsAnyExcept((byte)('a' + (key % 26))));
                        }
                    }

                    return hits;
                })
            )
            .ToArray();
        var hitCounts = await Task.WhenAll(readers);
        await Task.WhenAll(writers);
        Assert.All(hitCounts, hits => Assert.True(hits > 0));
        Assert.InRange(store.Bytes, 1, 400_000);

        // Index and queues agree: everything that is counted can be purged, and then nothing is left in either.
        var last = new CacheExchange(store);
        for (var key = 0; key < 2000; key++)
        {
            Begin(last, $"/{key}", NoFields, "DELETE");
            last.Received(204, NoFields, 0, Now, Now);
        }

        Assert.Equal(0, store.Count);
        Assert.Equal(0, store.Bytes);
    }

    internal static RequestStep Begin(CacheExchange exchange, string path, TextFields fields, string method = "GET", long now = Now)
    {
        Span<byte> bytes = stackalloc byte[path.Length];
        Encoding.ASCII.GetBytes(path, bytes);
        Span<byte> verb = stackalloc byte[method.Length];
        Encoding.ASCII.GetBytes(method, verb);
        return exchange.Begin(
            new CacheRequest
            {
                Method = verb,
                Scope = "z"u8,
                Scheme = "http"u8,
                Host = "example.com"u8,
                Path = bytes,
                Query = default,
            },
            fields,
            Policy,
            now
        );
    }

    private static StoredBody Body(int length)
    {
        var body = new StoredBody();
        body.Append(new byte[length], length);
        return body;
    }

    internal static void Put(CacheExchange exchange, string path, TextFields request, string body, params string[] fields)
    {
        if (Begin(exchange, path, request) is RequestStep.Serve)
        {
            return;
        }

        if (exchange.Received(200, new TextFields(fields), body.Length, Now, Now) == ResponseStep.PassAndStore)
        {
            exchange.Fill!.Append(Encoding.ASCII.GetBytes(body));
            exchange.Fill.Complete();
        }
    }
}
