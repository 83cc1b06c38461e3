using Holdfast.Edge.Tests.Harness;
using Holdfast.Model.Rulesets;
using static Holdfast.Edge.Tests.Rules.RuledSite;

namespace Holdfast.Edge.Tests.Rules;

/// <summary>
/// The phase http_ratelimit on a whole edge. Periods are an hour, so that what a test counts stays counted however slow the machine is;
/// RateLimitPhaseTests have the clock in their hands.
/// </summary>
public class RateLimitTests
{
    private const string Phase = "http_ratelimit";
    private static readonly BlockAction Block = new((BlockResponse?)null);

    private static readonly RateLimitConfig TwoAnHour = new()
    {
        Characteristics = ["ip.src"],
        PeriodSeconds = 3600,
        RequestsPerPeriod = 2,
    };

    [Fact]
    public async Task Block_OfWhatIsOverTheLimit_AnswersWithPage1015AndSaysWhenToComeAgain()
    {
        await using var site = await StartAsync(Phase, Limit("starts_with(http.request.uri.path, \"/api\")", TwoAnHour));

        Assert.Equal((int[])[200, 200, 429], await Many(site, 3, "/api"));
        var (head, body) = await site.AskAsync("GET /api HTTP/1.1\r\nHost: example.com\r\nAccept: text/html\r\n\r\n");

        Assert.StartsWith("HTTP/1.1 429 ", head, StringComparison.Ordinal);
        Assert.Contains("1015", body, StringComparison.Ordinal);
        Assert.Contains($"\r\nRateLimit-Policy: \"{IdOf(1)}\";q=2;w=3600\r\n", head, StringComparison.OrdinalIgnoreCase);
        var seconds = int.Parse(Field(head, "Retry-After"), System.Globalization.CultureInfo.InvariantCulture);
        Assert.InRange(seconds, 3000, 3600 + (3600 / 4) + 2);
        Assert.Equal($"\"{IdOf(1)}\";r=0;t={seconds}", Field(head, "RateLimit"));
        Assert.Contains("no-store", Field(head, "Cache-Control"), StringComparison.Ordinal);
        Assert.Equal(200, await site.GetAsync("/else"));

        var record = (await site.Edge.LogRecordsAsync(5)).First(record => record.TryGetProperty("SecurityAction", out _));
        Assert.Equal((1015, 429), (record.GetProperty("ErrorCode").GetInt32(), record.GetProperty("EdgeResponseStatus").GetInt32()));
        Assert.Equal(("block", IdOf(1)), (Text(record, "SecurityAction"), Text(record, "SecurityRuleID")));
        Assert.Equal("rateLimit", record.GetProperty("SecuritySources")[0].GetString());
    }

    [Fact]
    public async Task Block_WithAnAnswerOfItsOwn_GivesThatWithTheSameFields()
    {
        var own = new BlockAction(new BlockResponse(420, "application/json", """{"calm":"down"}"""));
        await using var site = await StartAsync(Phase, Limit("true", TwoAnHour with { RequestsPerPeriod = 1 }, own));

        Assert.Equal(200, await site.GetAsync("/"));
        var (head, body) = await site.AskAsync("GET / HTTP/1.1\r\nHost: example.com\r\n\r\n");

        Assert.StartsWith("HTTP/1.1 420 ", head, StringComparison.Ordinal);
        Assert.Equal("""{"calm":"down"}""", body);
        Assert.Equal("application/json", Field(head, "Content-Type"));
        Assert.Equal($"\"{IdOf(1)}\";q=1;w=3600", Field(head, "RateLimit-Policy"));
        Assert.NotEqual("", Field(head, "Retry-After"));
    }

    [Fact]
    public async Task ARelease_OfTheZone_FindsWhatWasCounted()
    {
        await using var site = await StartAsync(Phase, Limit("true", TwoAnHour));
        Assert.Equal((int[])[200, 200], await Many(site, 2, "/"));

        await site.PutAsync(Ruleset(Phase, Limit("http.host eq \"example.com\"", TwoAnHour with { RequestsPerPeriod = 3 })));

        Assert.Equal((int[])[200, 429], await Many(site, 2, "/"));
    }

    [Fact]
    public async Task AnotherZone_CountsForItself()
    {
        await using var site = await StartAsync(Phase, Limit("true", TwoAnHour));
        await site.Edge.PutZoneAsync(
            "other.example",
            site.Origin.Url,
            change: zone => zone with { Rulesets = [Ruleset(Phase, Limit("true", TwoAnHour))] }
        );

        Assert.Equal((int[])[200, 200, 429], await Many(site, 3, "/"));
        Assert.Equal(200, await site.GetAsync("/", host: "other.example"));
    }

    [Fact]
    public async Task Log_OfWhatIsOverTheLimit_LetsItPass()
    {
        await using var site = await StartAsync(Phase, Limit("true", TwoAnHour, new LogAction()));

        Assert.Equal((int[])[200, 200, 200], await Many(site, 3, "/"));

        var noted = Assert.Single(await site.Edge.LogRecordsAsync(3), record => record.TryGetProperty("SecurityAction", out _));
        Assert.Equal(("log", "rateLimit"), (Text(noted, "SecurityAction"), noted.GetProperty("SecuritySources")[0].GetString()));
    }

    [Fact]
    public async Task Skip_OfTheRuleset_MakesAnException()
    {
        await using var site = await StartAsync(
            Phase,
            Rule("http.user_agent eq \"office\"", new SkipAction(true, [], [])),
            Limit("true", TwoAnHour)
        );

        Assert.Equal((int[])[200, 200, 429], await Many(site, 3, "/"));
        Assert.Equal(200, await site.GetAsync("/", "User-Agent: office\r\n"));
    }

    [Fact]
    public async Task Skip_OfThePhaseByACustomRule_WinsOverLimits()
    {
        await using var site = await StartAsync(Phase, Limit("true", TwoAnHour));
        await site.PutAsync(
            Ruleset(Custom, Rule("http.user_agent eq \"office\"", new SkipAction(false, [Phase], []))),
            Ruleset(Phase, Limit("true", TwoAnHour))
        );

        Assert.Equal((int[])[200, 200, 429], await Many(site, 3, "/"));
        Assert.Equal(200, await site.GetAsync("/", "User-Agent: office\r\n"));
    }

    [Fact]
    public async Task CountingExpression_OverTheRequest_CountsWhereTheRuleDoesNotMatch()
    {
        var limit = TwoAnHour with { CountingExpression = "http.request.uri.path eq \"/login\"" };
        await using var site = await StartAsync(Phase, Limit("http.request.uri.path eq \"/account\"", limit));

        Assert.Equal((int[])[200, 200, 200], await Many(site, 3, "/account"));
        Assert.Equal((int[])[200, 200, 200], await Many(site, 3, "/login"));
        Assert.Equal(429, await site.GetAsync("/account"));
        Assert.Equal(200, await site.GetAsync("/login"));
    }

    [Fact]
    public async Task CountingExpression_OverTheResponse_CountsWhatTheOriginSaid()
    {
        var limit = TwoAnHour with { CountingExpression = "http.response.code eq 401", MitigationTimeoutSeconds = 86_400 };
        await using var site = await StartAsync(Answering("401 Unauthorized", ""), null, Ruleset(Phase, Limit("true", limit)));

        Assert.Equal(
            (int[])[200, 401, 200, 401, 401, 429, 429],
            await EachAsync(site, "/", "/wrong", "/", "/wrong", "/wrong", "/wrong", "/")
        );
    }

    [Fact]
    public async Task CountingExpression_OverTheResponse_ReadsItAsItWasBeforeItsRules()
    {
        var limit = TwoAnHour with { CountingExpression = "any(http.response.headers[\"x-login\"][*] eq \"failed\")" };
        var hidden = Rule("true", new RewriteHeadersAction([new HeaderChange("X-Login", HeaderOperation.Remove, null)]));
        await using var site = await StartAsync(
            Answering("401 Unauthorized", "X-Login: failed\r\n"),
            null,
            Ruleset(Phase, Limit("true", limit)),
            Ruleset("http_response_headers_transform", hidden)
        );

        Assert.Equal((int[])[401, 401, 401, 429], await Many(site, 4, "/wrong"));
    }

    [Fact]
    public async Task Score_IsAddedUpFromTheResponsesField()
    {
        var limit = TwoAnHour with { RequestsPerPeriod = null, ScorePerPeriod = 100, ScoreResponseHeaderName = "x-cost" };
        await using var site = await StartAsync(Answering("200 OK", "X-Cost: 60\r\n"), null, Ruleset(Phase, Limit("true", limit)));

        Assert.Equal((int[])[200, 200, 200, 200, 429], await EachAsync(site, "/", "/", "/wrong", "/wrong", "/"));
    }

    [Fact]
    public async Task RequestsToOrigin_DoesNotCountWhatTheCacheAnswers()
    {
        var limit = TwoAnHour with { RequestsToOrigin = true };
        await using var site = await StartAsync(Answering("200 OK", ""), null, Ruleset(Phase, Limit("true", limit)));

        // One of five asks the origin, and then two: the second is known to be too many when it was answered.
        Assert.Equal((int[])[200, 200, 200, 200, 200], await Many(site, 5, "/a.css"));
        Assert.Equal((int[])[200, 200, 429, 429], await EachAsync(site, "/b", "/b", "/b", "/a.css"));
    }

    [Fact]
    public async Task RequestsToOrigin_CountsWhoLeavesBeforeTheAnswer()
    {
        var asked = new SemaphoreSlim(0);
        var limit = TwoAnHour with { RequestsToOrigin = true };
        await using var site = await StartAsync(
            new ScriptedOrigin(async c =>
            {
                while (await c.ReadHeadAsync() is { } head)
                {
                    asked.Release();
                    if (head.StartsWith("GET /answered", StringComparison.Ordinal))
                    {
                        await c.SendAsync("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
                    }
                }
            }),
            null,
            Ruleset(Phase, Limit("true", limit))
        );
        for (var i = 0; i < 3; i++)
        {
            using var visitor = await Conversation.ConnectAsync(site.Edge.Http);
            await visitor.SendAsync("GET /never HTTP/1.1\r\nHost: example.com\r\n\r\n");
            Assert.True(await asked.WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken));
        }

        // They have their records once they have ended.
        await site.Edge.LogRecordsAsync(3);
        Assert.Equal(429, await site.GetAsync("/answered"));
    }

    [Fact]
    public async Task Body_IsHeldBackForACharacteristic()
    {
        var limit = TwoAnHour with { Characteristics = ["http.request.body.form[\"user\"]"], RequestsPerPeriod = 1 };
        await using var site = await StartAsync(Answering("200 OK", ""), null, Ruleset(Phase, Limit("true", limit)));

        Assert.Equal(
            (int[])[200, 200, 429],
            (int[])[await PostAsync("user=a&x=1"), await PostAsync("user=b"), await PostAsync("user=a&x=2")]
        );

        async Task<int> PostAsync(string form)
        {
            var (head, _) = await site.AskAsync(
                "POST / HTTP/1.1\r\nHost: example.com\r\nContent-Type: application/x-www-form-urlencoded\r\n"
                    + $"Content-Length: {form.Length}\r\n\r\n{form}"
            );
            return int.Parse(head.AsSpan(9, 3), System.Globalization.CultureInfo.InvariantCulture);
        }
    }

    [Fact]
    public async Task CustomError_TakesThePlaceOfThePage()
    {
        await using var site = await StartAsync(Phase, Limit("true", TwoAnHour));
        await site.PutAsync(
            Ruleset(Phase, Limit("true", TwoAnHour with { RequestsPerPeriod = 1 })),
            Ruleset("http_custom_errors", Rule("cf.response.1xxx_code eq 1015", new ServeErrorAction("too fast", "text/plain", null)))
        );
        await site.GetAsync("/");

        var (head, body) = await site.AskAsync("GET / HTTP/1.1\r\nHost: example.com\r\n\r\n");

        Assert.Equal((true, "too fast"), (head.StartsWith("HTTP/1.1 429 ", StringComparison.Ordinal), body));
    }

    [Fact]
    public async Task Rules_OneAfterTheOther_EachCountWhatReachesThem()
    {
        await using var site = await StartAsync(
            Phase,
            Limit("http.request.uri.path eq \"/login\"", TwoAnHour with { RequestsPerPeriod = 1 }),
            Limit("true", TwoAnHour with { RequestsPerPeriod = 3 })
        );

        // What the first refuses does not count for the second.
        Assert.Equal((int[])[200, 429, 429, 200, 200, 429], await EachAsync(site, "/login", "/login", "/login", "/", "/", "/"));
        Assert.Equal((2, 1), (Acted(1), Acted(2)));

        long Acted(int place) => site.Edge.RuleCounts.All.Single(entry => entry.Rule == IdOf(place)).Count.Acted;
    }

    // An origin that answers so what has "wrong" in its target, and all else with 200.
    private static ScriptedOrigin Answering(string status, string fields) =>
        new(async c =>
        {
            while (await c.ReadHeadAsync() is { } head)
            {
                var length = head.Split('\n')
                    .FirstOrDefault(line => line.StartsWith("Content-Length:", StringComparison.OrdinalIgnoreCase));
                if (length is not null)
                {
                    await c.ReadAsync(int.Parse(length.AsSpan(15).Trim(), System.Globalization.CultureInfo.InvariantCulture));
                }

                var isWrong = head.Split(' ')[1].Contains("wrong", StringComparison.Ordinal);
                await c.SendAsync($"HTTP/1.1 {(isWrong ? status : "200 OK")}\r\n{(isWrong ? fields : "")}Content-Length: 0\r\n\r\n");
            }
        });

    private static RuleConfig Limit(string expression, RateLimitConfig limit, RuleAction? action = null) =>
        Rule(expression, action ?? Block) with
        {
            RateLimit = limit,
        };

    private static Task<int[]> Many(RuledSite site, int times, string target) => EachAsync(site, [.. Enumerable.Repeat(target, times)]);

    private static async Task<int[]> EachAsync(RuledSite site, params string[] targets)
    {
        var statuses = new List<int>();
        foreach (var target in targets)
        {
            statuses.Add(await site.GetAsync(target));
        }

        return [.. statuses];
    }

    private static string? Text(System.Text.Json.JsonElement record, string name) => record.GetProperty(name).GetString();

    private static string Field(string head, string name) =>
        head.Split("\r\n")
            .FirstOrDefault(line => line.StartsWith(name + ":", StringComparison.OrdinalIgnoreCase))
            ?[(name.Length + 1)..].Trim()
        ?? "";
}
