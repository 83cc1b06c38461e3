using Holdfast.Edge.Lists;
using Holdfast.Model.Lists;
using Holdfast.Model.Rulesets;
using static Holdfast.Edge.Tests.Rules.Executing.AccountSets;
using static Holdfast.Edge.Tests.Rules.RuledSite;

namespace Holdfast.Edge.Tests.Rules.Executing;

/// <summary>Bulk redirects: the account's rules of http_request_redirect, which look targets up in a list.</summary>
public class BulkRedirectTests
{
    private static readonly string[] Moves =
    [
        "example.com/all https://new.example.com/ 302 p",
        "example.com/docs https://docs.example.com/v2 301 pqs",
        "example.com/docs/old https://docs.example.com/older/ 308 ps",
        "example.com/exact https://example.org/there?a=1#top 301 q",
        "example.org/ https://example.net/ 307 dps",
        "http://example.com/exact https://plain.example.org/ 301 -",
        "sub.example.org/ https://sub.example.net/ 301 -",
    ];

    [Theory]
    [InlineData("https://example.com/exact", "https://example.org/there?a=1#top", 301)]
    [InlineData("https://EXAMPLE.com:8443/exact?b=2", "https://example.org/there?a=1&b=2#top", 301)]
    [InlineData("http://example.com/exact", "https://plain.example.org/", 301)]
    [InlineData("https://example.com/exact/", null, 0)]
    [InlineData("https://example.com/Exact", null, 0)]
    [InlineData("https://www.example.com/exact", null, 0)]
    [InlineData("https://example.com/docs", "https://docs.example.com/v2", 301)]
    [InlineData("https://example.com/docs/", "https://docs.example.com/v2/", 301)]
    [InlineData("https://example.com/docs/a/b?c=d", "https://docs.example.com/v2/a/b?c=d", 301)]
    [InlineData("https://example.com/docs/old/x?c=d", "https://docs.example.com/older/x", 308)]
    [InlineData("https://example.com/docsearch", null, 0)]
    [InlineData("https://example.com/all/of/it", "https://new.example.com/", 302)]
    [InlineData("https://example.org", "https://example.net/", 307)]
    [InlineData("https://a.b.example.org/c/d", "https://example.net/c/d", 307)]
    [InlineData("https://sub.example.org/", "https://sub.example.net/", 301)]
    [InlineData("https://sub.example.org/x", "https://example.net/x", 307)]
    [InlineData("https://example.net/", null, 0)]
    [InlineData("ftp://example.org/", null, 0)]
    [InlineData("/exact", null, 0)]
    public void List_FindsTheNearest(string url, string? target, int status)
    {
        var found = new RedirectList(Moves).Find(System.Text.Encoding.ASCII.GetBytes(url), out var suffix, out var query);
        Assert.Equal(target is null, found is null);
        if (found is null)
        {
            return;
        }

        var location = new Holdfast.Edge.Requests.ReusableBuffer();
        Holdfast.Edge.Phases.BulkRedirect.BulkRedirectEffect.Write(location, found, suffix, query);
        Assert.Equal((target, status), (System.Text.Encoding.ASCII.GetString(location.Written.Span), found.Item.StatusCode));
    }

    [Fact]
    public void List_OfManySlashesAndLabels_AsksNoMorePlacesThanItHas()
    {
        var list = new RedirectList(Moves);
        var url = "https://" + string.Join('.', Enumerable.Repeat("a", 100)) + ".example.org/" + new string('/', 7000);
        Assert.NotNull(list.Find(System.Text.Encoding.ASCII.GetBytes(url), out var suffix, out _));
        Assert.Equal(7000, suffix.Length);
    }

    [Fact]
    public async Task Rule_OfTheAccount_SendsWhereTheListSays_InEveryZone()
    {
        await using var site = await StartAsync(Custom);
        await site.Edge.PutZoneAsync("example.org", site.Origin.Url);
        await site.Edge.PutAccountRulesetAsync(
            Root(Rule("http.request.full_uri in $moves", new RedirectFromListAction("moves", "http.request.full_uri"))) with
            {
                Phase = "http_request_redirect",
            }
        );

        // A list that the edge does not have is unknown, and the rule does nothing.
        Assert.Equal(200, await site.GetAsync("/exact"));

        await site.Edge.PutListAsync("moves", ListKind.Redirect, Moves);
        Assert.Contains(
            "Location: https://plain.example.org/\r\n",
            await HeadAsync(site, "example.com", "/exact"),
            StringComparison.Ordinal
        );
        Assert.Contains(
            "Location: https://docs.example.com/v2/a?b=c\r\n",
            await HeadAsync(site, "example.com", "/docs/a?b=c"),
            StringComparison.Ordinal
        );
        Assert.StartsWith("HTTP/1.1 307 ", await HeadAsync(site, "example.org", "/x"), StringComparison.Ordinal);
        Assert.Equal(200, await site.GetAsync("/other"));

        await site.Edge.RemoveListAsync("moves");
        Assert.Equal(200, await site.GetAsync("/exact"));
        Assert.Equal(0, site.Edge.Guard.AllFaults);
    }

    private static async Task<string> HeadAsync(RuledSite site, string host, string target) =>
        (await site.AskAsync($"GET {target} HTTP/1.1\r\nHost: {host}\r\n\r\n")).Head;
}
