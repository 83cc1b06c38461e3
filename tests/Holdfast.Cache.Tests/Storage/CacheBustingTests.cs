using Holdfast.Cache.Exchange;
using Holdfast.Cache.Storage;
using Holdfast.Cache.Tests.Conversations;

namespace Holdfast.Cache.Tests.Storage;

/// <summary>A visitor who asks for a million targets that nobody asks for again, by a query string that means nothing.</summary>
public class CacheBustingTests
{
    private const int Targets = 1_000_000;
    private const int Hot = 1_000;
    private const long Budget = 8 * 1024 * 1024;

    [Fact]
    public void AMillionQueryStrings_TakeNoMoreThanTheBudgetAndLeaveWhatIsHot()
    {
        var store = new MemoryStore(new MemoryStoreLimits { Budget = Budget });
        var exchange = new CacheExchange(store);
        var none = new TextFields();
        var body = new string('x', 1000);
        for (var round = 0; round < 3; round++)
        {
            for (var i = 0; i < Hot; i++)
            {
                MemoryStoreTests.Put(exchange, $"/hot/{i}", none, body, "Cache-Control: max-age=60");
            }
        }

        // One request in eleven is for what others want too.
        var random = new Random(1);
        int asked = 0,
            missed = 0;
        var most = 0L;
        for (var i = 0; i < Targets; i++)
        {
            MemoryStoreTests.Put(exchange, $"/hot/0?{i}", none, body, "Cache-Control: max-age=60");
            if (i % 10 == 0)
            {
                asked++;
                var path = $"/hot/{random.Next(Hot)}";
                missed += MemoryStoreTests.Begin(exchange, path, none) == RequestStep.Serve ? 0 : 1;
                MemoryStoreTests.Put(exchange, path, none, body, "Cache-Control: max-age=60");
                most = Math.Max(most, store.Bytes);
            }
        }

        Assert.InRange(most, 0, Budget);
        Assert.True(store.Evicted > Targets / 2);
        Assert.True(missed < asked / 100, $"{missed} of {asked} requests for what is hot missed");
    }
}
