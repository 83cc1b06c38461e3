using Holdfast.Cache.Exchange;
using Holdfast.Cache.Policy;
using Holdfast.Cache.Storage;
using Holdfast.Cache.Tests.Conversations;
using Holdfast.Model.Zones;

namespace Holdfast.Cache.Tests.Ranges;

public class PartRevalidationTests
{
    private const long Now = 1_800_000_000_000;

    [Fact]
    public void APart_ConfirmedBehindTheVisitor_IsFreshAgainAndStillAPart()
    {
        var store = new MemoryStore(new MemoryStoreLimits());
        var exchange = new CacheExchange(store);
        var asked = new TextFields("Range: bytes=1-2");
        Assert.Equal(RequestStep.Fetch, Begin(exchange, asked, Now));
        var part = new TextFields(
            "Content-Range: bytes 1-2/9",
            "ETag: \"1\"",
            "Cache-Control: max-age=5, stale-while-revalidate=60",
            "Date: Fri, 15 Jan 2027 08:00:00 GMT"
        );
        Assert.Equal(ResponseStep.PassAndStore, exchange.Received(206, part, 2, Now, Now));
        exchange.Fill!.Append("ab"u8);

        Assert.Equal(RequestStep.ServeAndRevalidate, Begin(exchange, asked, Now + 20_000));
        var behind = new CacheExchange(store);
        behind.BeginRevalidation(Request, asked, Policy, exchange.Stored!);
        var confirmed = new TextFields("ETag: \"1\"", "Cache-Control: max-age=500");
        Assert.Equal(ResponseStep.Serve, behind.Received(304, confirmed, 0, Now + 20_000, Now + 20_000));

        Assert.Equal(RequestStep.Serve, Begin(exchange, asked, Now + 100_000));
        Assert.True(exchange.Stored!.IsPartial);
    }

    private static CachePolicy Policy => new() { Profile = CacheProfile.Standard };

    private static CacheRequest Request =>
        new()
        {
            Method = "GET"u8,
            Scope = "z"u8,
            Scheme = "http"u8,
            Host = "example.com"u8,
            Path = "/a"u8,
            Query = default,
        };

    private static RequestStep Begin(CacheExchange exchange, TextFields fields, long now) => exchange.Begin(Request, fields, Policy, now);
}
