using Holdfast.Cache.Exchange;
using Holdfast.Cache.Storage;
using Holdfast.Cache.Tests.Conversations;

namespace Holdfast.Cache.Tests.Storage;

/// <summary>The eviction policy beside LRU on the same requests.</summary>
public class HitRatioTests
{
    private const int Objects = 20_000;
    private const int Requests = 200_000;
    private const int Capacity = 1_000;

    [Theory]
    [InlineData(0.8, 0)]
    [InlineData(1.0, 0)]
    [InlineData(1.0, 10)]
    public void S3Fifo_OnZipfAndScans_HitsMoreThanLru(double skew, int scanEvery)
    {
        var keys = Trace(skew, scanEvery).ToArray();
        var (ours, lru) = (S3Fifo(keys), Lru(keys));
        TestContext.Current.SendDiagnosticMessage($"zipf {skew}, a scan in {scanEvery}: S3-FIFO {ours:P1}, LRU {lru:P1}");
        Assert.True(ours > lru * 1.05, $"S3-FIFO {ours:P1}, LRU {lru:P1}");
    }

    // Zipf by inverting the cumulated weights; every n-th request belongs to a scan that never comes back.
    private static IEnumerable<int> Trace(double skew, int scanEvery)
    {
        var random = new Random(1);
        var cumulated = new double[Objects];
        var sum = 0.0;
        for (var i = 0; i < Objects; i++)
        {
            cumulated[i] = sum += 1 / Math.Pow(i + 1, skew);
        }

        for (var i = 0; i < Requests; i++)
        {
            if (scanEvery > 0 && i % 10_000 < 10_000 / scanEvery)
            {
                yield return Objects + i;
                continue;
            }

            var found = Array.BinarySearch(cumulated, random.NextDouble() * sum);
            yield return found < 0 ? ~found : found;
        }
    }

    private static double S3Fifo(int[] keys)
    {
        var probe = new MemoryStore(new MemoryStoreLimits());
        MemoryStoreTests.Put(new CacheExchange(probe), $"/{0:D8}", new TextFields(), "x", "Cache-Control: max-age=60");
        var store = new MemoryStore(new MemoryStoreLimits { Budget = probe.Bytes * Capacity });
        var exchange = new CacheExchange(store);
        var none = new TextFields();
        var hits = 0;
        foreach (var key in keys)
        {
            if (MemoryStoreTests.Begin(exchange, $"/{key:D8}", none) == RequestStep.Serve)
            {
                hits++;
            }
            else
            {
                MemoryStoreTests.Put(exchange, $"/{key:D8}", none, "x", "Cache-Control: max-age=60");
            }
        }

        return (double)hits / keys.Length;
    }

    private static double Lru(int[] keys)
    {
        var order = new LinkedList<int>();
        var places = new Dictionary<int, LinkedListNode<int>>();
        var hits = 0;
        foreach (var key in keys)
        {
            if (places.TryGetValue(key, out var place))
            {
                hits++;
                order.Remove(place);
                order.AddFirst(place);
                continue;
            }

            places[key] = order.AddFirst(key);
            if (places.Count > Capacity)
            {
                places.Remove(order.Last!.Value);
                order.RemoveLast();
            }
        }

        return (double)hits / keys.Length;
    }
}
