using Holdfast.Edge.Tests.Harness;
using Holdfast.Model.Rulesets;
using static Holdfast.Edge.Tests.Rules.RuledSite;

namespace Holdfast.Edge.Tests.Rules;

/// <summary>The phases http_request_transform, http_request_late_transform and http_response_headers_transform.</summary>
public class RewriteTests
{
    private const string Uri = "http_request_transform";
    private const string RequestFields = "http_request_late_transform";
    private const string ResponseFields = "http_response_headers_transform";

    [Theory]
    [InlineData("/new", null, "/new?a=1")]
    [InlineData("/new", "", "/new")]
    [InlineData(null, "b=2", "/old?b=2")]
    public async Task Uri_RewrittenToTexts_IsWhatTheOriginGets(string? path, string? query, string target)
    {
        await using var site = await StartAsync(Uri, Rule("true", new RewriteUriAction(Text(path), Text(query))));

        var (_, body) = await site.AskAsync("GET /old?a=1 HTTP/1.1\r\nHost: example.com\r\n\r\n");

        Assert.Equal(target, body);
        var record = (await site.Edge.LogRecordsAsync(1))[0];
        Assert.Equal("/old?a=1", record.GetProperty("ClientRequestURI").GetString());
    }

    [Theory]
    [InlineData("concat(\"/x\", http.request.uri.path)", "/a", "/x/a")]
    [InlineData("regex_replace(http.request.uri.path, \"^/v([0-9]+)/\", \"/api/${1}/\")", "/v2/users", "/api/2/users")]
    [InlineData("url_decode(http.request.uri.args[\"to\"][0])", "/?to=%20a%3fb%23c", "/%20a%3Fb%23c?to=%20a%3fb%23c")]
    [InlineData("http.request.uri.args[\"none\"][0]", "/same", "/same")]
    public async Task Uri_RewrittenToAComputedPath_IsAPath(string expression, string asked, string target)
    {
        await using var site = await StartAsync(Uri, Rule("true", new RewriteUriAction(new RuleText(expression, true), null)));

        var (_, body) = await site.AskAsync($"GET {asked} HTTP/1.1\r\nHost: example.com\r\n\r\n");

        Assert.Equal(target, body);
    }

    [Fact]
    public async Task Uri_Rewritten_IsWhatLaterRulesSee()
    {
        await using var site = await StartAsync(
            new ScriptedOrigin(_ => Task.CompletedTask),
            null,
            Ruleset(Uri, Rule("http.request.uri.path eq \"/old\"", new RewriteUriAction(Text("/new.txt"), Text("q=1")))),
            Ruleset(
                Custom,
                Rule(
                    "http.request.uri eq \"/new.txt?q=1\" and http.request.uri.path.extension eq \"txt\" and raw.http.request.uri eq \"/old\"",
                    new BlockAction((BlockResponse?)null)
                )
            )
        );

        Assert.Equal(403, await site.GetAsync("/old"));
    }

    [Fact]
    public async Task RequestFields_Changed_AreWhatTheOriginGets()
    {
        string? seen = null;
        await using var site = await StartAsync(
            new ScriptedOrigin(async c =>
            {
                while (await c.ReadHeadAsync() is { } head)
                {
                    seen = head;
                    await c.SendAsync("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
                }
            }),
            null,
            Ruleset(
                RequestFields,
                Rule(
                    "true",
                    new RewriteHeadersAction([
                        new("User-Agent", HeaderOperation.Remove, null),
                        new("X-Both", HeaderOperation.Add, new RuleText("two", false)),
                        new("X-Path", HeaderOperation.Set, new RuleText("http.request.uri.path", true)),
                        new("X-Unknown", HeaderOperation.Set, new RuleText("ip.src.country", true)),
                    ])
                )
            )
        );

        await site.GetAsync("/a", "User-Agent: x\r\nX-Both: one\r\nx-path: forged\r\n");

        Assert.DoesNotContain("User-Agent", seen!, StringComparison.OrdinalIgnoreCase);
        Assert.Contains("\r\nX-Both: one\r\n", seen!, StringComparison.Ordinal);
        Assert.Contains("\r\nX-Both: two\r\n", seen!, StringComparison.Ordinal);
        Assert.Contains("\r\nX-Path: /a\r\n", seen!, StringComparison.Ordinal);
        Assert.DoesNotContain("forged", seen!, StringComparison.Ordinal);
        Assert.DoesNotContain("X-Unknown", seen!, StringComparison.Ordinal);
        Assert.Equal("x", (await site.Edge.LogRecordsAsync(1))[0].GetProperty("ClientRequestUserAgent").GetString());
    }

    [Fact]
    public async Task ResponseFields_Changed_AreOnTheOriginsTheStoredAndTheEdgesAnswers()
    {
        await using var site = await StartAsync(
            ScriptedOrigin.Answering("HTTP/1.1 200 OK\r\nContent-Length: 0\r\nContent-Type: text/css\r\nX-Powered-By: x\r\n\r\n"),
            null,
            Ruleset(Custom, Rule("http.request.uri.path eq \"/admin\"", new BlockAction((BlockResponse?)null))),
            Ruleset(
                ResponseFields,
                Rule(
                    "http.response.code eq 200 and http.response.content_type.media_type eq \"text/css\"",
                    new RewriteHeadersAction([
                        new("X-Code", HeaderOperation.Set, new RuleText("to_string(http.response.code)", true)),
                        new("X-Powered-By", HeaderOperation.Remove, null),
                    ])
                ),
                Rule(
                    "cf.response.1xxx_code eq 1020",
                    new RewriteHeadersAction([new("X-Why", HeaderOperation.Set, new RuleText("a rule", false))])
                )
            )
        );

        foreach (var status in new[] { "MISS", "HIT" })
        {
            var (head, _) = await site.AskAsync("GET /a.css HTTP/1.1\r\nHost: example.com\r\n\r\n");
            Assert.Contains($"CF-Cache-Status: {status}\r\n", head, StringComparison.Ordinal);
            Assert.Contains("\r\nX-Code: 200\r\n", head, StringComparison.Ordinal);
            Assert.DoesNotContain("X-Powered-By", head, StringComparison.OrdinalIgnoreCase);
        }

        var (blocked, _) = await site.AskAsync("GET /admin HTTP/1.1\r\nHost: example.com\r\n\r\n");
        Assert.Contains("\r\nX-Why: a rule\r\n", blocked, StringComparison.Ordinal);
    }

    private static RuleText? Text(string? text) => text is null ? null : new RuleText(text, false);
}
