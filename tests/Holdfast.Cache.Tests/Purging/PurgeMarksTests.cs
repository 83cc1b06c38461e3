using Holdfast.Cache.Decisions;
using Holdfast.Cache.Exchange;
using Holdfast.Cache.Purging;
using Holdfast.Cache.Tests.Conversations;
using Holdfast.Model.Purging;
using Holdfast.Model.Zones;

namespace Holdfast.Cache.Tests.Purging;

/// <summary>What a purge selects, and that it selects it at once and for good.</summary>
public sealed class PurgeMarksTests
{
    [Theory]
    [InlineData(PurgeKind.Url, "www.example.com/a", "www.example.com/a", true)]
    [InlineData(PurgeKind.Url, "www.example.com/a", "www.example.com/ab", false)]
    [InlineData(PurgeKind.Url, "www.example.com/a", "example.com/a", false)]
    [InlineData(PurgeKind.Url, "www.example.com/a", "www.example.com/a?b=1", false)]
    [InlineData(PurgeKind.Url, "www.example.com/a?b=1", "www.example.com/a?b=1", true)]
    [InlineData(PurgeKind.Url, "www.example.com/a?b=1", "www.example.com/a?b=2", false)]
    [InlineData(PurgeKind.Url, "www.example.com/a", "www.example.com:8443/a", true)]
    [InlineData(PurgeKind.Url, "WWW.Example.com/a", "www.example.com./a", true)]
    [InlineData(PurgeKind.Url, "www.example.com/a", "www.example.com/%61", true)]
    [InlineData(PurgeKind.Url, "www.example.com/%C3%A4%2f", "www.example.com/ä%2F", true)]
    [InlineData(PurgeKind.Url, "www.example.com/a/b", "www.example.com/a%2Fb", false)]
    [InlineData(PurgeKind.Url, "2001:DB8::1/a", "[2001:db8::1]:80/a", true)]
    [InlineData(PurgeKind.Prefix, "www.example.com/blog/", "www.example.com/blog/one", true)]
    [InlineData(PurgeKind.Prefix, "www.example.com/blog/", "www.example.com/blog/one?b=1", true)]
    [InlineData(PurgeKind.Prefix, "www.example.com/blog/", "www.example.com/blog", false)]
    [InlineData(PurgeKind.Prefix, "www.example.com/blog", "www.example.com/blog-two", true)]
    [InlineData(PurgeKind.Prefix, "www.example.com/", "www.example.com.example.net/", false)]
    [InlineData(PurgeKind.Prefix, "www.example.com/blog/", "example.com/blog/one", false)]
    [InlineData(PurgeKind.Host, "www.example.com", "www.example.com:8080/x", true)]
    [InlineData(PurgeKind.Host, "www.example.com", "example.com/x", false)]
    [InlineData(PurgeKind.Tag, "red", "www.example.com/tagged", true)]
    [InlineData(PurgeKind.Tag, "green", "www.example.com/tagged", true)]
    [InlineData(PurgeKind.Tag, "dark blue", "www.example.com/tagged", true)]
    [InlineData(PurgeKind.Tag, "gre", "www.example.com/tagged", false)]
    [InlineData(PurgeKind.Everything, "", "www.example.com/x", true)]
    public void APurge_RemovesWhatItSelects(PurgeKind kind, string value, string url, bool removed)
    {
        var store = new PurgedStore();
        string[] tags = url.EndsWith("tagged", StringComparison.Ordinal) ? ["Cache-Tag: Red, ,GREEN ", "cache-tag: dark blue"] : [];
        store.Put(url, tags);
        Assert.True(store.Has(url));

        store.Purge(kind, kind == PurgeKind.Everything ? [] : [value]);
        Assert.Equal(!removed, store.Has(url));
        Assert.Equal(removed ? 0 : 1, store.Store.Count);

        // What is fetched from now on stays, and so does what was spared.
        store.Put(url, tags);
        Assert.True(store.Has(url));
        Assert.True(store.Has(url));
    }

    [Theory]
    [InlineData("example.com/a?b=2&a=1", "example.com/a?a=1&b=2")]
    [InlineData("example.com/a?b=2&a=1", "example.com/a?b=2&a=1")]
    [InlineData("example.com/a?%62=1&a=%7E", "example.com/a?a=~&b=1")]
    [InlineData("example.com/a?ä=1&z=2", "example.com/a?z=2&%C3%A4=1")]
    public void AUrl_IsPurgedWhateverTheOrderOfItsQuery_WhereTheKeySortsIt(string stored, string purged)
    {
        var store = new PurgedStore(sortsQuery: true);
        store.Put(stored);
        store.Purge(PurgeKind.Url, purged);
        Assert.False(store.Has(stored));
    }

    [Theory]
    [InlineData("http")]
    [InlineData("https")]
    public void AUrl_IsPurgedInBothSchemes(string scheme)
    {
        var store = new PurgedStore();
        var exchange = new CacheExchange(store.Store);
        store.Begin(exchange, "example.com/a", new TextFields(), scheme);
        exchange.Received(200, new TextFields("Cache-Control: max-age=60"), 0, store.Now, store.Now);
        exchange.Fill!.Complete();
        store.Purge(PurgeKind.Url, "example.com/a");
        Assert.Equal(RequestStep.Fetch, store.Begin(exchange, "example.com/a", new TextFields(), scheme));
    }

    [Fact]
    public void AUrl_IsPurgedWithAllItsVariants_AndATagAloneTakesOne()
    {
        var store = new PurgedStore();
        foreach (var language in new[] { "de", "fr" })
        {
            var exchange = new CacheExchange(store.Store);
            store.Begin(exchange, "example.com/a", new TextFields($"X-Kind: {language}"));
            exchange.Received(
                200,
                new TextFields("Cache-Control: max-age=60", "Vary: X-Kind", $"Cache-Tag: {language}"),
                0,
                store.Now,
                store.Now
            );
            exchange.Fill!.Complete();
        }

        store.Purge(PurgeKind.Tag, "de");
        Assert.False(store.Has("example.com/a", "X-Kind: de"));
        Assert.True(store.Has("example.com/a", "X-Kind: fr"));
        store.Purge(PurgeKind.Url, "example.com/a");
        Assert.False(store.Has("example.com/a", "X-Kind: fr"));
    }

    [Fact]
    public void AUrlWithAQuery_WhereTheQueryMeansNothing_IsPurgedToo()
    {
        var store = new PurgedStore(level: CacheLevel.Simplified);
        store.Put("example.com/a?b=1");
        store.Purge(PurgeKind.Url, "example.com/a?c=2");
        Assert.False(store.Has("example.com/a?d=3"));
    }

    [Fact]
    public void APurge_LeavesOtherZonesAlone()
    {
        var store = new PurgedStore();
        store.Put("example.com/a", "Cache-Tag: t");
        const string other = "00000000000000000000000000000000";
        store.PurgeIn(other, PurgeKind.Everything);
        store.PurgeIn(other, PurgeKind.Host, "example.com");
        store.PurgeIn(other, PurgeKind.Tag, "t");
        Assert.True(store.Has("example.com/a"));
    }

    [Theory]
    [InlineData(PurgeKind.Tag, "t", true)]
    [InlineData(PurgeKind.Tag, "another", false)]
    [InlineData(PurgeKind.Url, "example.com/a", true)]
    [InlineData(PurgeKind.Everything, "", true)]
    public void APurgeDuringAFill_TakesItsResponseToo(PurgeKind kind, string value, bool removed)
    {
        var store = new PurgedStore();
        store.BeginFill("example.com/a", "Cache-Tag: t");
        store.Purge(kind, kind == PurgeKind.Everything ? [] : [value]);
        var fill = store.EndFill();
        Assert.Equal(removed ? NoCacheReason.Purged : NoCacheReason.None, fill.Reason);
        Assert.Equal(!removed, store.Has("example.com/a"));
    }

    [Theory]
    [InlineData(304)]
    [InlineData(503)]
    public void APurgeDuringARevalidation_TakesWhatIsStored(int status)
    {
        var store = new PurgedStore();
        var exchange = new CacheExchange(store.Store);
        store.Put("example.com/a", "Cache-Control: no-cache, stale-if-error=99", "ETag: \"1\"");
        Assert.Equal(RequestStep.Revalidate, store.Begin(exchange, "example.com/a", new TextFields()));
        store.Purge(PurgeKind.Url, "example.com/a");
        Assert.False(exchange.HasFallback(0));
        var step = exchange.Received(status, new TextFields("ETag: \"1\""), 0, store.Now, store.Now);

        // A 304 about something that is gone says nothing: the origin is asked for the whole, and what it then sends is stored.
        Assert.Equal(status == 304 ? ResponseStep.FetchAgain : ResponseStep.Pass, step);
        if (status == 304)
        {
            Assert.Equal(
                ResponseStep.PassAndStore,
                exchange.Received(200, new TextFields("Cache-Control: max-age=60"), 0, store.Now, store.Now)
            );
            exchange.Fill!.Complete();
            Assert.True(store.Has("example.com/a"));
        }
    }

    [Fact]
    public void APurgeBetweenAVisitorAndTheRevalidationBehindIt_TakesWhatIsStored()
    {
        var store = new PurgedStore();
        store.Put("example.com/a", "Cache-Control: stale-while-revalidate=99", "ETag: \"1\"");
        var visitor = new CacheExchange(store.Store);
        store.Time.Advance(TimeSpan.FromSeconds(999_999 + 50));
        var behind = new CacheExchange(store.Store);
        Assert.Equal(RequestStep.ServeAndRevalidate, store.Begin(visitor, "example.com/a", new TextFields()));
        var stored = visitor.Stored!;

        store.Purge(PurgeKind.Url, "example.com/a");
        behind.BeginRevalidation(
            new CacheRequest
            {
                Method = "GET"u8,
                Scope = System.Text.Encoding.ASCII.GetBytes(PurgedStore.Zone),
                Scheme = "https"u8,
                Host = "example.com"u8,
                Path = "/a"u8,
                Query = default,
            },
            new TextFields(),
            new Cache.Policy.CachePolicy { Profile = CacheProfile.Standard },
            stored
        );
        Assert.Equal(ResponseStep.FetchAgain, behind.Received(304, new TextFields("ETag: \"1\""), 0, store.Now, store.Now));
        Assert.False(store.Has("example.com/a"));
    }

    [Fact]
    public void MoreTagsThanAreRead_AreNotStored()
    {
        foreach (
            var (tags, reason) in new[]
            {
                (string.Join(',', Enumerable.Range(0, CacheTags.MostTags)), NoCacheReason.None),
                (string.Join(',', Enumerable.Range(0, CacheTags.MostTags + 1)), NoCacheReason.TooManyTags),
                (new string('x', CacheTags.MostBytes), NoCacheReason.None),
                (new string('x', CacheTags.MostBytes + 1), NoCacheReason.TooManyTags),
            }
        )
        {
            var store = new PurgedStore();
            var exchange = new CacheExchange(store.Store);
            store.Begin(exchange, "example.com/a", new TextFields());
            exchange.Received(200, new TextFields("Cache-Control: max-age=60", $"Cache-Tag: {tags}"), 0, store.Now, store.Now);
            Assert.Equal(reason, exchange.Reason);
        }
    }

    [Fact]
    public void ATag_NeverReachesAVisitor()
    {
        var store = new PurgedStore();
        var exchange = new CacheExchange(store.Store);
        store.Put("example.com/a", "Cache-Tag: secret", "X-Own: 1");
        store.Begin(exchange, "example.com/a", new TextFields());
        var answer = exchange.Answer(new TextFields(), store.Now);
        var sent = new List<string>();
        foreach (var field in exchange.Stored!.Fields)
        {
            if (answer.Sends(field.Known, hasEntityTag: false))
            {
                sent.Add(System.Text.Encoding.ASCII.GetString(field.Name));
            }
        }

        Assert.Contains("X-Own", sent);
        Assert.DoesNotContain("Cache-Tag", sent);
    }

    [Fact]
    public void ThePurgesOfAProcess_AreInEffectInTheNext()
    {
        var before = new PurgedStore();
        before.Purge(PurgeKind.Host, "www.example.com");
        before.Purge(PurgeKind.Prefix, "example.com/blog/");
        before.Purge(PurgeKind.Url, "example.com/ä?b=1");
        before.Purge(PurgeKind.Tag, "Red");
        before.PurgeIn("00000000000000000000000000000000", PurgeKind.Everything);
        var (floor, marks) = before.Marks.Snapshot();

        // A store on a disk has responses that were fetched before all of them.
        var after = new PurgedStore();
        string[] purged = ["www.example.com/1", "example.com/blog/1", "example.com/%C3%A4?b=1", "example.com/tagged"];
        Array.ForEach(purged, url => after.Put(url, "Cache-Tag: red"));
        after.Put("example.com/other");
        after.Marks.Restore(floor, marks);
        Assert.All(purged, url => Assert.False(after.Has(url)));
        Assert.True(after.Has("example.com/other"));
        Assert.Equal(Ordered(marks), Ordered(after.Marks.Snapshot().Marks));
    }

    [Fact]
    public void AZoneWithTooManyMarks_IsPurgedAsAWhole()
    {
        var store = new PurgedStore(new PurgeMarkLimits { MostMarksOfZone = 10, MostMarks = 1000 });
        store.Put("example.com/a");
        for (var i = 0; i < 10; i++)
        {
            store.Purge(PurgeKind.Tag, $"{i}");
        }

        Assert.True(store.Has("example.com/a"));
        store.Purge(PurgeKind.Tag, "one more");
        Assert.False(store.Has("example.com/a"));
        Assert.Equal(1, store.Marks.Count);
    }

    [Fact]
    public void TooManyMarksOfAllZones_TakeTheZonesWithMostOfThem()
    {
        var store = new PurgedStore(new PurgeMarkLimits { MostMarksOfZone = 100, MostMarks = 20 });
        store.Put("example.com/a");
        store.Purge(PurgeKind.Tag, "mine");
        const string noisy = "00000000000000000000000000000000";
        for (var i = 0; i < 20; i++)
        {
            store.PurgeIn(noisy, PurgeKind.Tag, $"{i}");
        }

        Assert.True(store.Has("example.com/a"));
        Assert.Equal(
            [(noisy, PurgeKind.Everything), (PurgedStore.Zone, PurgeKind.Tag)],
            store.Marks.Snapshot().Marks.Select(mark => (mark.ZoneId, mark.Kind)).Order()
        );
    }

    private static IEnumerable<PurgeMark> Ordered(IEnumerable<PurgeMark> marks) =>
        marks.OrderBy(mark => mark.Number).ThenBy(mark => mark.Value, StringComparer.Ordinal);
}
