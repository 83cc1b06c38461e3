using Holdfast.Model.Rulesets;
using static Holdfast.Edge.Tests.Rules.RuledSite;

namespace Holdfast.Edge.Tests.Rules;

/// <summary>The phase http_request_dynamic_redirect.</summary>
public class RedirectTests
{
    private const string Phase = "http_request_dynamic_redirect";

    [Theory]
    [InlineData("https://example.org/new", false, "https://example.org/new")]
    [InlineData("https://example.org/new", true, "https://example.org/new?a=1")]
    [InlineData("https://example.org/new?b=2#top", true, "https://example.org/new?b=2&a=1#top")]
    [InlineData("/new", true, "/new?a=1")]
    public async Task Redirect_ToAText_LeadsThere(string target, bool preserve, string location)
    {
        await using var site = await StartAsync(Phase, Rule("true", new RedirectAction(new RuleText(target, false), 308, preserve)));

        var (head, _) = await site.AskAsync("GET /old?a=1 HTTP/1.1\r\nHost: example.com\r\n\r\n");

        Assert.StartsWith("HTTP/1.1 308 ", head, StringComparison.Ordinal);
        Assert.Contains($"\r\nLocation: {location}\r\n", head, StringComparison.OrdinalIgnoreCase);
        Assert.Equal(0, site.Origin.Connections);
    }

    [Theory]
    [InlineData("concat(\"https://example.org\", http.request.uri.path)", "/a/b", "https://example.org/a/b")]
    [InlineData(
        "wildcard_replace(http.request.full_uri, \"http://*/old/*\", \"https://${1}/new/${2}\")",
        "/old/x",
        "https://example.com/new/x"
    )]
    [InlineData("concat(\"/\", url_decode(http.request.uri.args[\"to\"][0]))", "/?to=a%0d%0aSet-Cookie:%20x", "/a%0D%0ASet-Cookie:%20x")]
    public async Task Redirect_ToAComputedText_LeadsThere(string expression, string asked, string location)
    {
        await using var site = await StartAsync(Phase, Rule("true", new RedirectAction(new RuleText(expression, true), 302, false)));

        var (head, _) = await site.AskAsync($"GET {asked} HTTP/1.1\r\nHost: example.com\r\n\r\n");

        Assert.StartsWith("HTTP/1.1 302 ", head, StringComparison.Ordinal);
        Assert.Contains($"\r\nLocation: {location}\r\n", head, StringComparison.OrdinalIgnoreCase);
    }

    [Theory]
    [InlineData("http.request.uri.args[\"none\"][0]")]
    [InlineData("concat(\"javascript:\", http.request.uri.path)")]
    [InlineData("concat(\"/\", http.request.uri.path, \"evil.example\")")]
    [InlineData("concat(http.request.uri.path, \"\\\\evil.example\")")]
    public async Task Redirect_ThatLeadsNowhere_DoesNothing(string expression)
    {
        await using var site = await StartAsync(Phase, Rule("true", new RedirectAction(new RuleText(expression, true), 302, false)));

        Assert.Equal(200, await site.GetAsync("/"));
    }
}
