using System.Net;
using System.Text;
using Holdfast.Artifacts.Bots;
using Holdfast.Edge.Explaining;
using Holdfast.Edge.Tests.Harness;
using Holdfast.Edge.Tests.Rules.Executing;
using Holdfast.Model.Rulesets;
using Holdfast.Model.Zones;
using Microsoft.Extensions.Logging.Abstractions;
using static Holdfast.Edge.Tests.Rules.RuledSite;

namespace Holdfast.Edge.Tests.Rules;

/// <summary>What is explained is what an edge does, and the reasons are the expressions' own.</summary>
public class RuleExplainerTests
{
    private static readonly BlockAction Block = new((BlockResponse?)null);

    private static readonly RulesetConfig[] Rulesets =
    [
        Ruleset(
            "http_request_dynamic_redirect",
            Rule("http.request.uri.path eq \"/old\"", new RedirectAction(new RuleText("/new", false), 302, false)),
            Rule(
                "http.request.uri.path eq \"/nowhere\"",
                new RedirectAction(new RuleText("http.request.headers[\"x-to\"][0]", true), 302, false)
            )
        ),
        Ruleset(
            Custom,
            Rule("http.user_agent eq \"office\"", new SkipAction(true, [], [])),
            Rule("http.request.uri.path contains \"admin\" and http.request.headers[\"x-a\"][0] ne \"b\"", Block),
            Rule("cf.bot_management.score lt 30", Block),
            Rule("http.request.body.form[\"q\"][0] eq \"evil\"", Block)
        ),
    ];

    [Theory]
    [InlineData("GET /old HTTP/1.1\r\nHost: example.com\r\n\r\n", 302, "redirect")]
    [InlineData("GET /nowhere HTTP/1.1\r\nHost: example.com\r\n\r\n", 200, "pass")]
    [InlineData("GET /nowhere HTTP/1.1\r\nHost: example.com\r\nX-To: /there\r\n\r\n", 302, "redirect")]
    [InlineData("GET /x/../%61dmin HTTP/1.1\r\nHost: example.com\r\nX-A: c\r\n\r\n", 403, "block")]
    [InlineData("GET /admin HTTP/1.1\r\nHost: example.com\r\nX-A: b\r\n\r\n", 200, "pass")]
    [InlineData("GET /admin HTTP/1.1\r\nHost: example.com\r\nX-A: c\r\nUser-Agent: office\r\n\r\n", 200, "pass")]
    [InlineData(
        "POST / HTTP/1.1\r\nHost: example.com\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: 6\r\n\r\nq=evil",
        403,
        "block"
    )]
    public async Task Explain_SaysWhatAnEdgeDoes(string message, int status, string action)
    {
        await using var origin = new ScriptedOrigin(async c =>
        {
            while (await c.ReadHeadAsync() is { })
            {
                await c.SendAsync("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
            }
        });
        await using var site = await StartAsync(origin, null, Rulesets);
        var (head, _) = await site.AskAsync(message);
        Assert.StartsWith($"HTTP/1.1 {status} ", head, StringComparison.Ordinal);

        Assert.Equal(action, (await ExplainAsync(message)).Action);
    }

    [Fact]
    public async Task Explain_SaysWhyEachRuleActedOrNot()
    {
        var explanation = await ExplainAsync("GET /admin HTTP/1.1\r\nHost: example.com\r\nX-A: c\r\n\r\n");

        var custom = explanation.Phases[1];
        Assert.Equal(Custom, custom.Phase);
        Assert.Equal(
            [RuleVerdict.DoesNotMatch, RuleVerdict.Acts, RuleVerdict.NotAsked, RuleVerdict.NotAsked],
            custom.Rules.Select(rule => rule.Verdict)
        );
        var trace = custom.Rules[1].Trace!;
        Assert.Equal(["\"/admin\"", "\"c\""], trace.Parts.Select(part => part.Value));
        Assert.Equal("http.request.headers[\"x-a\"]", trace.Parts[1].Reads[0].Field);
        Assert.Equal("[\"c\"]", trace.Parts[1].Reads[0].Value);
        Assert.Equal((IdOf(2), null), (explanation.AnsweredBy, explanation.Target));
    }

    [Fact]
    public async Task Explain_OfARecord_LeavesWhatItDoesNotTellUnknown()
    {
        var message = "GET /admin HTTP/1.1\r\nHost: example.com\r\n\r\n";

        var explanation = await ExplainAsync(message, sketch => sketch with { IsWhole = false });

        var rules = explanation.Phases[1].Rules;
        Assert.Equal(
            [RuleVerdict.DoesNotMatch, RuleVerdict.Unknown, RuleVerdict.Unknown, RuleVerdict.Unknown],
            rules.Select(rule => rule.Verdict)
        );
        Assert.Equal("unknown", rules[1].Trace!.Parts[1].Value);
        Assert.Equal("pass", explanation.Action);
    }

    [Fact]
    public async Task Explain_OfSettingsAndCompression_SaysWhichRulesAct()
    {
        RulesetConfig[] rulesets =
        [
            Ruleset("http_config_settings", Rule("http.host eq \"example.com\"", new SetConfigAction { ServerTiming = true })),
            Ruleset(
                "http_response_compression",
                Rule("http.response.code eq 200", new CompressResponseAction([CompressionAlgorithm.Gzip])),
                Rule("http.response.code eq 404", new CompressResponseAction([CompressionAlgorithm.None]))
            ),
        ];
        var zone = new ZoneConfig
        {
            Id = new string('0', 32),
            Name = "example.com",
            Rulesets = [.. rulesets],
        };
        using var explainer = new RuleExplainer(zone, [], "LOC", NullLoggerFactory.Instance, TimeProvider.System);

        var explanation = await explainer.ExplainAsync(
            new RequestSketch
            {
                Message = "GET / HTTP/1.1\r\nHost: example.com\r\n\r\n"u8.ToArray(),
                IsHttps = false,
                IsWhole = true,
                Status = 200,
            }
        );

        Assert.Equal(
            [("set_config", RuleVerdict.Acts), ("compress_response", RuleVerdict.Acts), ("compress_response", RuleVerdict.DoesNotMatch)],
            explanation.Phases.SelectMany(phase => phase.Rules).Select(rule => (rule.Action, rule.Verdict))
        );
    }

    [Theory]
    [InlineData("GET /\r\n\r\n")]
    [InlineData("GET / HTTP/1.1\r\nHost: example.com\r\nHost: example.org\r\n\r\n")]
    [InlineData("GET / HTTP/1.1\r\nHost: example.com\r\n")]
    [InlineData("POST / HTTP/1.1\r\nHost: example.com\r\nContent-Length: 5\r\n\r\nq")]
    public async Task Explain_OfWhatAnEdgeRefuses_SaysSo(string message) =>
        await Assert.ThrowsAsync<RequestSketchException>(() => ExplainAsync(message));

    [Fact]
    public async Task Explain_WithABotFeatureFile_SaysTheScoreAndWhy()
    {
        var zone = new ZoneConfig
        {
            Id = new string('0', 32),
            Name = "example.com",
            Rulesets = [RuledSite.Ruleset(RuledSite.Custom, RuledSite.Rule("cf.bot_management.score lt 30", new LogAction()))],
        };
        using var explainer = new RuleExplainer(zone, [], "LOC", NullLoggerFactory.Instance, TimeProvider.System, ShippedBotFeatures.File);

        async Task<BotScoreExplanation?> ScoreAsync(string message, bool isWhole = true) =>
            (
                await explainer.ExplainAsync(
                    new RequestSketch
                    {
                        Message = Encoding.ASCII.GetBytes(message),
                        IsHttps = false,
                        IsWhole = isWhole,
                    }
                )
            ).Bots;

        var curl = await ScoreAsync("GET / HTTP/1.1\r\nHost: example.com\r\nUser-Agent: curl/8.1.2\r\nAccept: */*\r\n\r\n");
        Assert.Equal(1, curl!.Score);
        Assert.Contains(curl.Held, feature => feature is { Name: "ua_command_line", Weight: < 0 });

        // What says too little says so.
        var plain = await ScoreAsync(
            "GET / HTTP/1.1\r\nHost: example.com\r\nUser-Agent: Mozilla/5.0 (X11; Linux x86_64) Gecko/20100101 Firefox/130.0\r\nAccept: */*\r\n"
                + "Accept-Encoding: gzip\r\nAccept-Language: en\r\n\r\n"
        );
        Assert.Null(plain!.Score);

        // Of a log record the fields are unknown, and so is the score.
        Assert.Null(await ScoreAsync("GET / HTTP/1.1\r\nHost: example.com\r\nUser-Agent: curl/8.1.2\r\n\r\n", isWhole: false));
    }

    [Fact]
    public async Task Explain_OfAccountsRulesets_ShowsWhatIsExecutedInItsPlace()
    {
        RulesetConfig[] account =
        [
            AccountSets.Shared(
                Rule("http.user_agent eq \"office\"", new SkipAction(true, [], [])),
                Rule("http.request.uri.path eq \"/shared\"", new LogAction()),
                Rule("true", Block) with
                {
                    Enabled = false,
                }
            ),
            AccountSets.Root(Rule("true", AccountSets.Execute()), Rule("true", new ExecuteAction(AccountSets.RootId, null))),
        ];

        var explanation = await ExplainAsync("GET /shared HTTP/1.1\r\nHost: example.com\r\n\r\n", account: account);

        var phase = explanation.Phases[1];
        Assert.Equal((Custom, "account"), (phase.Phase, phase.OfAccount));
        var executed = phase.Rules[0].Executed!;
        Assert.Equal((AccountSets.SharedId, "shared"), (executed.Id, executed.Name));
        Assert.Equal([RuleVerdict.DoesNotMatch, RuleVerdict.Acts, RuleVerdict.NotAsked], executed.Rules.Select(rule => rule.Verdict));
        Assert.Contains("which is not there", phase.Rules[1].Why, StringComparison.Ordinal);
        Assert.Null(phase.Rules[1].Executed);
        Assert.Null(explanation.Phases[2].OfAccount);
        Assert.Contains(AccountSets.SharedRule(2), explanation.Acting.Select(rule => rule.Id));

        var blocked = await ExplainAsync(
            "GET /shared HTTP/1.1\r\nHost: example.com\r\n\r\n",
            account: [AccountSets.Shared(Rule("true", Block)), account[1]]
        );
        Assert.Equal(("block", AccountSets.SharedRule(1)), (blocked.Action, blocked.AnsweredBy));
        Assert.Equal(RuleVerdict.NotAsked, blocked.Phases[1].Rules[1].Verdict);
    }

    [Fact]
    public async Task Explain_OfWhatARuleSkips_SaysSo()
    {
        RulesetConfig[] account =
        [
            AccountSets.Shared(Rule("true", new LogAction()), Rule("true", new LogAction())),
            AccountSets.Root(
                Rule("true", new SkipAction(false, [], []) { Rules = [(AccountSets.SharedId, [AccountSets.SharedRule(1)])] }),
                Rule("true", AccountSets.Execute()),
                Rule("true", new SkipAction(false, [], []) { Rulesets = [AccountSets.SharedId] }),
                Rule("true", AccountSets.Execute())
            ),
        ];

        var rules = (await ExplainAsync("GET / HTTP/1.1\r\nHost: example.com\r\n\r\n", account: account)).Phases[1].Rules;

        Assert.Equal([RuleVerdict.Acts, RuleVerdict.Acts, RuleVerdict.Acts, RuleVerdict.NotAsked], rules.Select(rule => rule.Verdict));
        Assert.Equal([RuleVerdict.NotAsked, RuleVerdict.Acts], rules[1].Executed!.Rules.Select(rule => rule.Verdict));
        Assert.Equal("an earlier rule has skipped it", rules[3].Why);
    }

    private static async Task<RequestExplanation> ExplainAsync(
        string message,
        Func<RequestSketch, RequestSketch>? change = null,
        RulesetConfig[]? account = null
    )
    {
        var zone = new ZoneConfig
        {
            Id = new string('0', 32),
            Name = "example.com",
            Rulesets = [.. Rulesets],
        };
        using var explainer = new RuleExplainer(zone, [.. account ?? []], "LOC", NullLoggerFactory.Instance, TimeProvider.System);
        var sketch = new RequestSketch
        {
            Message = Encoding.ASCII.GetBytes(message),
            Client = IPAddress.Parse("192.0.2.1"),
            IsHttps = false,
        };
        return await explainer.ExplainAsync(change?.Invoke(sketch) ?? sketch);
    }
}
