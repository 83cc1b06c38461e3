using System.Text.RegularExpressions;
using Holdfast.Edge.Tests.Harness;
using Holdfast.Model.Rulesets;
using Holdfast.Model.Zones;
using static Holdfast.Edge.Tests.Rules.RuledSite;

namespace Holdfast.Edge.Tests.Rules;

/// <summary>The phase http_request_cache_settings.</summary>
public partial class CacheSettingsTests
{
    private const string Phase = "http_request_cache_settings";

    private static readonly CacheSettingsAction Everything = new() { Cache = true };

    [Fact]
    public async Task Cache_True_KeepsWhatTheExtensionWouldNot()
    {
        await using var site = await SiteAsync("Cache-Control: max-age=60\r\n", Rule("true", Everything));

        Assert.Equal(["MISS", "HIT"], await StatusesAsync(site, "/page", "/page"));
    }

    [Fact]
    public async Task Cache_False_KeepsNothing()
    {
        await using var site = await SiteAsync("Cache-Control: max-age=60\r\n", Rule("true", new CacheSettingsAction { Cache = false }));

        Assert.Equal(["BYPASS", "BYPASS"], await StatusesAsync(site, "/a.css", "/a.css"));
    }

    [Fact]
    public async Task Rules_ThatNameDifferentThings_AddUpAndTheLastWordCounts()
    {
        await using var site = await SiteAsync(
            "Cache-Control: no-store\r\n",
            Rule("true", Everything),
            Rule("true", new CacheSettingsAction { EdgeTtl = new EdgeTtl(TtlMode.OverrideOrigin, 60, []) }),
            Rule("http.request.uri.path eq \"/not\"", new CacheSettingsAction { Cache = false })
        );

        Assert.Equal(["MISS", "HIT", "BYPASS"], await StatusesAsync(site, "/page", "/page", "/not"));
    }

    [Theory]
    [InlineData("Cache-Control: private, no-store\r\n", "HIT")]
    [InlineData("Cache-Control: max-age=0\r\nAge: 50\r\n", "HIT")]
    [InlineData("", "HIT")]
    [InlineData("Set-Cookie: a=b\r\nCache-Control: max-age=60\r\n", "BYPASS")]
    public async Task EdgeTtl_OverridingTheOrigin_IsKeptWhateverItSays(string fields, string second)
    {
        await using var site = await SiteAsync(
            fields,
            Rule("true", Everything with { EdgeTtl = new EdgeTtl(TtlMode.OverrideOrigin, 60, []) })
        );

        Assert.Equal(second, (await StatusesAsync(site, "/page", "/page"))[1]);
    }

    [Theory]
    [InlineData("", "BYPASS")]
    [InlineData("Cache-Control: max-age=60\r\n", "HIT")]
    public async Task EdgeTtl_BypassByDefault_KeepsWhatTheOriginSpeaksOf(string fields, string second)
    {
        await using var site = await SiteAsync(
            fields,
            Rule("true", Everything with { EdgeTtl = new EdgeTtl(TtlMode.BypassByDefault, 0, []) })
        );

        Assert.Equal(second, (await StatusesAsync(site, "/page", "/page"))[1]);
    }

    [Theory]
    [InlineData(60, "HIT")]
    [InlineData(0, "BYPASS")]
    [InlineData(-1, "BYPASS")]
    public async Task EdgeTtl_OfAStatus_CountsForThatStatus(int seconds, string second)
    {
        await using var site = await SiteAsync(
            "Cache-Control: max-age=60\r\n",
            Rule("true", Everything with { EdgeTtl = new EdgeTtl(TtlMode.RespectOrigin, 0, [new(200, 299, seconds)]) })
        );

        Assert.Equal(second, (await StatusesAsync(site, "/page", "/page"))[1]);
    }

    [Theory]
    [InlineData(TtlMode.OverrideOrigin, "max-age=30")]
    [InlineData(TtlMode.Bypass, "private, no-store, max-age=0")]
    [InlineData(TtlMode.RespectOrigin, "max-age=60")]
    [InlineData(TtlMode.BypassByDefault, "max-age=60")]
    public async Task BrowserTtl_OfAnAnswer_IsInItsCacheControl(TtlMode mode, string word)
    {
        await using var site = await SiteAsync(
            "Cache-Control: max-age=60\r\nExpires: Thu, 01 Jan 2099 00:00:00 GMT\r\n",
            Rule("true", Everything with { BrowserTtl = new BrowserTtl(mode, 30) })
        );

        foreach (var status in new[] { "MISS", "HIT" })
        {
            var (head, _) = await site.AskAsync("GET /page HTTP/1.1\r\nHost: example.com\r\n\r\n");
            Assert.Contains($"CF-Cache-Status: {status}\r\n", head, StringComparison.Ordinal);
            Assert.Contains($"\r\nCache-Control: {word}\r\n", head, StringComparison.OrdinalIgnoreCase);
        }
    }

    public static TheoryData<string, CustomCacheKey, string, string, bool> Keys =>
        new()
        {
            { "all arguments", new CustomCacheKey(), "/p?a=1", "/p?a=2", false },
            {
                "one argument",
                new CustomCacheKey { Query = new QueryKey(false, ["a"]) },
                "/p?a=1&b=1",
                "/p?b=2&a=1",
                true
            },
            {
                "one argument differs",
                new CustomCacheKey { Query = new QueryKey(false, ["a"]) },
                "/p?a=1",
                "/p?a=2",
                false
            },
            {
                "all but one",
                new CustomCacheKey { Query = new QueryKey(true, ["utm"]) },
                "/p?a=1&utm=x",
                "/p?a=1",
                true
            },
            {
                "none",
                new CustomCacheKey { Query = new QueryKey(true, []) },
                "/p?a=1",
                "/p?b=2",
                true
            },
            {
                "any order",
                new CustomCacheKey { IgnoreQueryOrder = true },
                "/p?b=2&a=1&",
                "/p?a=1&b=2",
                true
            },
            {
                "their order",
                new CustomCacheKey { Query = new QueryKey(true, ["x"]) },
                "/p?b=2&a=1",
                "/p?a=1&b=2",
                false
            },
            {
                "a header",
                new CustomCacheKey { Headers = ["x-a"] },
                "/p|X-A: 1",
                "/p|X-A: 2",
                false
            },
            {
                "the same header",
                new CustomCacheKey { Headers = ["x-a"] },
                "/p|X-A: 1",
                "/p|x-a: 1",
                true
            },
            {
                "its presence",
                new CustomCacheKey { HeaderPresence = ["x-a"] },
                "/p|X-A: 1",
                "/p|X-A: 2",
                true
            },
            {
                "its absence",
                new CustomCacheKey { HeaderPresence = ["x-a"] },
                "/p|X-A: 1",
                "/p",
                false
            },
            {
                "a cookie",
                new CustomCacheKey { Cookies = ["s"] },
                "/p|Cookie: s=1; t=1",
                "/p|Cookie: t=2; s=1",
                true
            },
            {
                "another cookie",
                new CustomCacheKey { Cookies = ["s"] },
                "/p|Cookie: s=1",
                "/p|Cookie: s=2",
                false
            },
            {
                "a cookie's presence",
                new CustomCacheKey { CookiePresence = ["s"] },
                "/p|Cookie: s=1",
                "/p",
                false
            },
            {
                "devices",
                new CustomCacheKey { DeviceType = true },
                "/p|User-Agent: iPhone",
                "/p|User-Agent: iPad",
                false
            },
            {
                "one device",
                new CustomCacheKey { DeviceType = true },
                "/p|User-Agent: curl/8",
                "/p|User-Agent: Firefox",
                true
            },
            {
                "languages",
                new CustomCacheKey { Language = true },
                "/p|Accept-Language: de",
                "/p|Accept-Language: en, de;q=0.5",
                false
            },
        };

    [Theory]
    [MemberData(nameof(Keys))]
    public async Task Key_OfARule_TellsAnswersApart(string name, CustomCacheKey key, string first, string second, bool same)
    {
        Assert.NotEmpty(name);
        await using var site = await SiteAsync("Cache-Control: max-age=60\r\n", Rule("true", Everything with { Key = key }));

        Assert.Equal(["MISS", same ? "HIT" : "MISS"], await StatusesAsync(site, first, second));
    }

    [Theory]
    [InlineData(null, "UPDATING")]
    [InlineData(false, "UPDATING")]
    [InlineData(true, "EXPIRED")]
    public async Task ServeStale_WhileUpdating_IsNotWhereARuleForbidsIt(bool? forbids, string second)
    {
        await using var site = await StartAsync(
            ScriptedOrigin.Answering(
                "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nCache-Control: max-age=60, stale-while-revalidate=600\r\nAge: 61\r\n\r\nok"
            ),
            new ZoneSettings { CacheProfile = CacheProfile.Standard },
            Ruleset(Phase, Rule("true", Everything with { DisableStaleWhileUpdating = forbids }))
        );

        Assert.Equal(["MISS", second], await StatusesAsync(site, "/page", "/page"));
    }

    [Fact]
    public async Task Key_OfARule_IsFoundByAPurgeOfItsUrl()
    {
        await using var site = await SiteAsync(
            "Cache-Control: max-age=60\r\n",
            Rule("true", Everything with { Key = new CustomCacheKey { Headers = ["x-a"] } })
        );
        Assert.Equal(["MISS", "HIT"], await StatusesAsync(site, "/p|X-A: 1", "/p|X-A: 1"));

        await site.Edge.PurgeAsync(EdgeUnderTest.IdOf("*"), Holdfast.Model.Purging.PurgeKind.Url, "example.com/p");

        Assert.Equal(["MISS"], await StatusesAsync(site, "/p|X-A: 1"));
    }

    [Theory]
    [InlineData(true, "HIT")]
    [InlineData(false, "MISS")]
    public async Task Key_WithTheResolvedHost_IsOneForAllHostsThatARouteLeadsToIt(bool isResolved, string second)
    {
        await using var site = await StartAsync(
            ScriptedOrigin.Answering("HTTP/1.1 200 OK\r\nContent-Length: 2\r\nCache-Control: max-age=60\r\n\r\nok"),
            null,
            Ruleset("http_request_origin", Rule("http.host ne \"c.example\"", new RouteAction("files.example", null, null, null))),
            Ruleset(Phase, Rule("true", Everything with { Key = new CustomCacheKey { ResolvedHost = isResolved } }))
        );

        // An edge that learns of a purge log for the first time purges everything.
        await site.Edge.PurgeAsync(EdgeUnderTest.IdOf("*"), Holdfast.Model.Purging.PurgeKind.Tag, "none");
        Assert.Equal("MISS", await StatusAsync("a.example"));
        Assert.Equal(second, await StatusAsync("b.example"));
        Assert.Equal("MISS", await StatusAsync("c.example"));
        Assert.Equal("HIT", await StatusAsync("a.example"));
        await site.Edge.PurgeAsync(EdgeUnderTest.IdOf("*"), Holdfast.Model.Purging.PurgeKind.Url, "files.example/p");
        Assert.Equal(isResolved ? "MISS" : "HIT", await StatusAsync("a.example"));

        async Task<string> StatusAsync(string host)
        {
            var (head, _) = await site.AskAsync($"GET /p HTTP/1.1\r\nHost: {host}\r\n\r\n");
            return Regex.Match(head, "CF-Cache-Status: ([A-Z]+)").Groups[1].Value;
        }
    }

    [Theory]
    [InlineData("/account/x.css", "text/html", "BYPASS")]
    [InlineData("/account/x.css", "text/css", "HIT")]
    [InlineData("/account", "text/html", "HIT")]
    public async Task Key_WithDeceptionArmor_KeepsOnlyWhatTheExtensionSpeaksOf(string target, string type, string second)
    {
        await using var site = await SiteAsync(
            $"Cache-Control: max-age=60\r\nContent-Type: {type}\r\n",
            Rule("true", Everything with { Key = new CustomCacheKey { DeceptionArmor = true } })
        );

        Assert.Equal(second, (await StatusesAsync(site, target, target))[1]);
    }

    [Theory]
    [InlineData(true, "\"1\"", false)]
    [InlineData(false, "\"1\"", true)]
    [InlineData(true, "W/\"1\"", true)]
    public async Task RespectStrongEtags_LeavesWhatHasOneAsItCame(bool respects, string tag, bool isCoded)
    {
        var body = new string('a', 1000);
        await using var site = await StartAsync(
            ScriptedOrigin.Answering(
                $"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\nContent-Type: text/css\r\nCache-Control: max-age=60\r\nETag: {tag}\r\n\r\n{body}"
            ),
            null,
            Ruleset(Phase, Rule("true", Everything with { RespectStrongEtags = respects }))
        );

        foreach (var status in new[] { "MISS", "HIT" })
        {
            using var visitor = await Conversation.ConnectAsync(site.Edge.Http);
            await visitor.SendAsync("GET /a.css HTTP/1.1\r\nHost: example.com\r\nAccept-Encoding: gzip\r\nConnection: close\r\n\r\n");
            var head = (await visitor.ReadToEndAsync()).Split("\r\n\r\n")[0] + "\r\n";
            Assert.Contains($"CF-Cache-Status: {status}\r\n", head, StringComparison.Ordinal);
            Assert.Equal(isCoded, head.Contains("Content-Encoding: gzip", StringComparison.Ordinal));
            Assert.Contains($"\r\nETag: {(isCoded ? "W/\"1\"" : tag)}\r\n", head, StringComparison.Ordinal);
        }
    }

    private static Task<RuledSite> SiteAsync(string fields, params RuleConfig[] rules) =>
        StartAsync(ScriptedOrigin.Answering($"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n{fields}\r\nok"), null, Ruleset(Phase, rules));

    private static async Task<string[]> StatusesAsync(RuledSite site, params string[] asked)
    {
        var statuses = new List<string>();
        foreach (var request in asked)
        {
            var parts = request.Split('|');
            var field = parts.Length > 1 ? parts[1] + "\r\n" : "";
            var (head, _) = await site.AskAsync($"GET {parts[0]} HTTP/1.1\r\nHost: example.com\r\n{field}\r\n");
            statuses.Add(Status().Match(head).Groups[1].Value);
        }

        return [.. statuses];
    }

    [GeneratedRegex("CF-Cache-Status: (\\w+)")]
    private static partial Regex Status();
}
