using Holdfast.Edge.Tests.Harness;
using Holdfast.Model.Rulesets;
using static Holdfast.Edge.Tests.Rules.RuledSite;

namespace Holdfast.Edge.Tests.Rules;

/// <summary>The phase http_request_firewall_custom: block, skip, log.</summary>
public class FirewallCustomTests
{
    private static readonly BlockAction Block = new((BlockResponse?)null);
    private static readonly SkipAction SkipRest = new(true, [], []);

    [Fact]
    public async Task Block_OfARequestThatItIsFor_AnswersWithPage1020()
    {
        await using var site = await StartAsync(Custom, Rule("http.request.uri.path eq \"/admin\"", Block));

        var (head, body) = await site.AskAsync("GET /admin HTTP/1.1\r\nHost: example.com\r\nAccept: text/html\r\n\r\n");

        Assert.StartsWith("HTTP/1.1 403 ", head, StringComparison.Ordinal);
        Assert.Contains("1020", body, StringComparison.Ordinal);
        Assert.Equal(0, site.Origin.Connections);
        Assert.Equal(200, await site.GetAsync("/else"));
    }

    [Fact]
    public async Task Block_WithAnAnswerOfItsOwn_GivesThat()
    {
        var response = new BlockResponse(451, "application/json", """{"why":"law"}""");
        await using var site = await StartAsync(Custom, Rule("true", new BlockAction(response)));

        var (head, body) = await site.AskAsync("GET / HTTP/1.1\r\nHost: example.com\r\n\r\n");

        Assert.StartsWith("HTTP/1.1 451 ", head, StringComparison.Ordinal);
        Assert.Contains("\r\nContent-Type: application/json\r\n", head, StringComparison.OrdinalIgnoreCase);
        Assert.Contains("\r\nCache-Control: private, no-store", head, StringComparison.OrdinalIgnoreCase);
        Assert.Equal("""{"why":"law"}""", body);
    }

    [Fact]
    public async Task Block_OfAPost_LeavesTheConnectionAtTheNextRequest()
    {
        await using var site = await StartAsync(Custom, Rule("http.request.method eq \"POST\"", Block));
        using var visitor = await Conversation.ConnectAsync(site.Edge.Http);

        await visitor.SendAsync("POST / HTTP/1.1\r\nHost: example.com\r\nContent-Length: 5\r\n\r\nhello");
        var refused = (await visitor.ReadHeadAsync())!;
        await visitor.ReadAsync(Wire.RequestWireTests.LengthOf(refused));

        Assert.StartsWith("HTTP/1.1 403 ", refused, StringComparison.Ordinal);
        Assert.Equal(200, await visitor.StatusAsync("example.com"));
    }

    [Theory]
    [InlineData("/admin/x", 200)] // skipped by the first
    [InlineData("/admin", 403)]
    [InlineData("/", 200)]
    public async Task Skip_OfTheRuleset_WinsOverWhatComesAfter(string target, int status)
    {
        await using var site = await StartAsync(
            Custom,
            Rule("http.request.uri.path eq \"/admin/x\"", SkipRest),
            Rule("starts_with(http.request.uri.path, \"/admin\")", Block)
        );

        Assert.Equal(status, await site.GetAsync(target));
    }

    [Fact]
    public async Task Skip_OfPhasesOnly_LeavesTheRestOfItsRuleset()
    {
        await using var site = await StartAsync(
            Custom,
            Rule("true", new SkipAction(false, ["http_ratelimit"], ["bic"])),
            Rule("true", Block)
        );

        Assert.Equal(403, await site.GetAsync("/"));
    }

    [Theory]
    [InlineData("ip.src.asnum eq 1")]
    [InlineData("not ip.src.asnum eq 1")]
    [InlineData("cf.bot_management.score lt 30")]
    [InlineData("ip.src.country ne \"DE\"")]
    public async Task Block_WhoseFilterIsUnknown_DoesNotAct(string expression)
    {
        await using var site = await StartAsync(Custom, Rule(expression, Block));

        Assert.Equal(200, await site.GetAsync("/"));
    }

    [Fact]
    public async Task Rules_ThatAct_StandInTheLogInTheirOrder()
    {
        await using var site = await StartAsync(
            Custom,
            Rule("true", new LogAction()) with
            {
                Description = "everything",
            },
            Rule("true", new LogAction()) with
            {
                Logging = false,
            },
            Rule("http.request.uri.query eq \"x\"", Block) with
            {
                Description = "not \"x\"",
            },
            Rule("true", Block)
        );

        await site.GetAsync("/?x");
        var record = (await site.Edge.LogRecordsAsync(1))[0];

        Assert.Equal("block", record.GetProperty("SecurityAction").GetString());
        Assert.Equal(IdOf(3), record.GetProperty("SecurityRuleID").GetString());
        Assert.Equal("not \"x\"", record.GetProperty("SecurityRuleDescription").GetString());
        Assert.Equal(["log", "block"], Texts(record, "SecurityActions"));
        Assert.Equal([IdOf(1), IdOf(3)], Texts(record, "SecurityRuleIDs"));
        Assert.Equal(["firewallCustom", "firewallCustom"], Texts(record, "SecuritySources"));
        Assert.Equal(1020, record.GetProperty("ErrorCode").GetInt32());
        Assert.Equal(403, record.GetProperty("EdgeResponseStatus").GetInt32());
    }

    [Fact]
    public async Task Request_ThatNoRuleIsFor_HasNoSecurityFieldsInTheLog()
    {
        await using var site = await StartAsync(Custom, Rule("false", new LogAction()));

        await site.GetAsync("/");

        Assert.False((await site.Edge.LogRecordsAsync(1))[0].TryGetProperty("SecurityAction", out _));
    }

    [Fact]
    public async Task Rule_ThatIsNotEnabled_IsNotAsked()
    {
        await using var site = await StartAsync(Custom, Rule("true", Block) with { Enabled = false });

        Assert.Equal(200, await site.GetAsync("/"));
    }

    [Fact]
    public async Task Zone_ThatIsPaused_RunsNoRules()
    {
        await using var site = await StartAsync(Custom, Rule("true", Block));
        var ruleset = Ruleset(Custom, Rule("true", Block));
        await site.Edge.PutZoneAsync("*", site.Origin.Url, null, zone => zone with { Paused = true, Rulesets = [ruleset] });

        Assert.Equal(200, await site.GetAsync("/"));
    }

    [Fact]
    public async Task Counts_OfARule_SurviveItsChange()
    {
        await using var site = await StartAsync(Custom, Rule("true", Block));
        await site.GetAsync("/");
        await site.PutAsync(Ruleset(Custom, Rule("true", new LogAction())));
        await site.GetAsync("/");

        var (zone, rule, count) = Assert.Single(site.Edge.RuleCounts.All);

        Assert.Equal((EdgeUnderTest.IdOf("*"), IdOf(1), 2L, "log"), (zone, rule, count.Acted, count.Action));
        Assert.InRange(count.LastActed, 1, DateTimeOffset.UtcNow.ToUnixTimeMilliseconds());
        Assert.Contains("holdfast_edge_rules_acted_total 2", await site.Edge.MetricsAsync(), StringComparison.Ordinal);
        using var client = new HttpClient();
        var state = await client.GetStringAsync(new Uri(site.Edge.Management, "/holdfast/state"), TestContext.Current.CancellationToken);
        Assert.Contains($"\"rule\":\"{IdOf(1)}\",\"action\":\"log\",\"acted\":2", state, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Block_InTheCachesWay_IsNotPassedByAStoredAnswer()
    {
        await using var site = await StartAsync(Custom);
        Assert.Equal(200, await site.GetAsync("/a.css"));
        await site.PutAsync(Ruleset(Custom, Rule("true", Block)));

        Assert.Equal(403, await site.GetAsync("/a.css"));
    }

    [Fact]
    public async Task Trace_OfTheEdge_IsNotTheZonesBusiness()
    {
        await using var site = await StartAsync(Custom, Rule("true", Block));

        Assert.Equal(200, await site.GetAsync("/cdn-cgi/trace"));
    }

    private static IEnumerable<string?> Texts(System.Text.Json.JsonElement record, string name) =>
        record.GetProperty(name).EnumerateArray().Select(item => item.GetString());
}
