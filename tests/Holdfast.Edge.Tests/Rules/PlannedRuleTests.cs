using System.Globalization;
using System.Text;
using Holdfast.Edge.Tests.Harness;
using Holdfast.Model.Rulesets;
using static Holdfast.Edge.Tests.Rules.RuledSite;

namespace Holdfast.Edge.Tests.Rules;

/// <summary>
/// Two edges with the same zone: one plans its rules together from the first one on, the other asks them one by one. Random rules of every
/// phase, over random requests, come out the same: what the origin is asked, what the visitor gets, which rules acted and how often.
/// </summary>
public class PlannedRuleTests
{
    private const int Zones = 40;
    private const int Requests = 12;

    private static readonly string[] Values = ["a", "b", "ab", "/", "/a", "/b/a", "x", "xa"];

    [Fact]
    public async Task Rules_PlannedTogether_DoWhatTheyDoOneByOne()
    {
        await using var planned = await EdgeAsync(1);
        await using var alone = await EdgeAsync(int.MaxValue);
        for (var seed = 0; seed < Zones; seed++)
        {
            var random = new Random(seed);
            var rulesets = RulesetsOf(random);
            await planned.PutAsync(rulesets);
            await alone.PutAsync(rulesets);
            using var onPlanned = await Conversation.ConnectAsync(planned.Edge.Http);
            using var onAlone = await Conversation.ConnectAsync(alone.Edge.Http);
            for (var i = 0; i < Requests; i++)
            {
                var request = RequestOf(random);
                var (expected, actual) = (await AskAsync(onAlone, request), await AskAsync(onPlanned, request));
                Assert.True(expected == actual, $"zone {seed}, {request}: one by one\n{expected}\nplanned\n{actual}");
            }

            Assert.Equal(ActedOn(alone), ActedOn(planned));
        }

        // What was compared was something.
        Assert.True(planned.Edge.RuleCounts.Acted > Zones * Requests, $"rules have acted {planned.Edge.RuleCounts.Acted} times");
    }

    [Fact]
    public async Task Rewrite_OfEveryRule_IsSeenByTheNext()
    {
        // Behind each the plan looks again, up to a number; then they are asked one by one.
        RuleConfig[] rules =
        [
            .. Enumerable
                .Range(0, 60)
                .Select(i => Rule($"http.request.uri.path eq \"/{i}\"", new RewriteUriAction(new RuleText($"/{i + 1}", false), null))),
        ];
        await using var site = await EdgeAsync(1);
        await site.PutAsync(Ruleset("http_request_transform", rules));
        using var visitor = await Conversation.ConnectAsync(site.Edge.Http);

        Assert.Contains("GET /60 ", await AskAsync(visitor, "GET /0 HTTP/1.1\r\nHost: example.com\r\n\r\n"), StringComparison.Ordinal);
    }

    private static async Task<RuledSite> EdgeAsync(int plannedFrom) =>
        await StartAsync(
            new ScriptedOrigin(async c =>
            {
                while (await c.ReadHeadAsync() is { } head)
                {
                    var lines = head.Split("\r\n").Where((line, i) => i == 0 || line.StartsWith("x-", StringComparison.OrdinalIgnoreCase));
                    var body = string.Join(
                        '|',
                        lines.Where(line =>
                            !line.StartsWith("X-Forwarded", StringComparison.OrdinalIgnoreCase)
                            && !line.StartsWith("X-Ray", StringComparison.OrdinalIgnoreCase)
                        )
                    );
                    var status = body.Contains("/b", StringComparison.Ordinal) ? "404 Not Found" : "200 OK";
                    await c.SendAsync(
                        string.Create(
                            CultureInfo.InvariantCulture,
                            $"HTTP/1.1 {status}\r\nX-A: a\r\nContent-Length: {body.Length}\r\n\r\n{body}"
                        )
                    );
                }
            }),
            options => options with { RulesPlannedFrom = plannedFrom }
        );

    private static RulesetConfig[] RulesetsOf(Random random)
    {
        var place = 0;
        return
        [
            Of("http_request_dynamic_redirect", 6, _ => new RedirectAction(new RuleText("/gone", false), 302, false), rare: true),
            Of("http_request_transform", 12, Rewrite),
            Of("http_request_firewall_custom", 12, Protect),
            Of("http_request_late_transform", 12, Headers),
            Of("http_request_cache_settings", 4, _ => CacheNothing),
            Of("http_custom_errors", 4, _ => new ServeErrorAction(Pick(random), "text/plain", random.Next(2) == 0 ? null : 503)),
            Of("http_response_headers_transform", 12, Headers),
        ];

        RulesetConfig Of(string phase, int most, Func<Random, RuleAction> action, bool rare = false)
        {
            var sees = phase.StartsWith("http_response", StringComparison.Ordinal) || phase == "http_custom_errors";
            var rules = Enumerable
                .Range(0, random.Next(1, most))
                .Select(_ => Rule(rare ? $"({Filter(random, sees)}) and ({Filter(random, sees)})" : Filter(random, sees), action(random)))
                .ToArray();
            var ruleset = Ruleset(phase, rules);
            return ruleset with
            {
                Rules =
                [
                    .. ruleset.Rules.Select(rule =>
                    {
                        place++;
                        return rule with { Id = IdOf(place), Ref = IdOf(place) };
                    }),
                ],
            };
        }
    }

    private static CacheSettingsAction CacheNothing { get; } = new() { Cache = false };

    private static RuleAction Rewrite(Random random) =>
        new RewriteUriAction(
            random.Next(2) == 0
                ? new RuleText("/" + Pick(random).TrimStart('/'), false)
                : new RuleText($"concat(http.request.uri.path, \"{Pick(random).TrimStart('/')}\")", true),
            random.Next(3) == 0 ? new RuleText(Pick(random).Replace("/", "", StringComparison.Ordinal), false) : null
        );

    private static RuleAction Protect(Random random) =>
        random.Next(6) switch
        {
            0 => new BlockAction((BlockResponse?)null),
            1 => new SkipAction(true, [], []),
            2 => new SkipAction(false, ["http_ratelimit"], ["bic"]),
            _ => new LogAction(),
        };

    private static RuleAction Headers(Random random) =>
        new RewriteHeadersAction([
            random.Next(3) switch
            {
                0 => new HeaderChange("X-A", HeaderOperation.Set, new RuleText(Pick(random), false)),
                1 => new HeaderChange("X-B", HeaderOperation.Add, new RuleText($"concat(http.request.uri.path, \"{Pick(random)}\")", true)),
                _ => new HeaderChange("X-A", HeaderOperation.Remove, null),
            },
        ]);

    private static string Filter(Random random, bool seesResponse) =>
        random.Next(4) switch
        {
            0 => $"({Leaf(random, seesResponse)} and {Leaf(random, seesResponse)})",
            1 => $"({Leaf(random, seesResponse)} or {Leaf(random, seesResponse)})",
            2 => $"not {Leaf(random, seesResponse)}",
            _ => Leaf(random, seesResponse),
        };

    private static string Leaf(Random random, bool seesResponse)
    {
        var text = Pick(random);
        return random.Next(seesResponse ? 12 : 9) switch
        {
            0 => $"http.request.uri.path eq \"{text}\"",
            1 => $"http.request.uri.path contains \"{text}\"",
            2 => $"starts_with(http.request.uri.path, \"{text}\")",
            3 => $"http.request.uri.query contains \"{text}\"",
            4 => $"http.request.headers[\"x-a\"][0] eq \"{text}\"",
            5 => $"any(http.request.headers[\"x-b\"][*] contains \"{text}\")",
            6 => $"http.request.uri matches \"^/a*{text}\"",
            7 => "ip.src in {127.0.0.0/8}",
            8 => "ip.src.asnum eq 1",
            9 => "http.response.code in {404 503}",
            10 => $"http.response.headers[\"x-a\"][0] eq \"{text}\"",
            _ => $"any(http.response.headers[\"x-b\"][*] contains \"{text}\")",
        };
    }

    private static string Pick(Random random) => Values[random.Next(Values.Length)];

    private static string RequestOf(Random random)
    {
        var request = new StringBuilder("GET /").Append(Pick(random).TrimStart('/'));
        if (random.Next(2) == 0)
        {
            request.Append('?').Append(Pick(random).Replace("/", "", StringComparison.Ordinal));
        }

        request.Append(" HTTP/1.1\r\nHost: example.com\r\n");
        foreach (var name in (string[])["X-A", "X-B"])
        {
            if (random.Next(2) == 0)
            {
                request.Append(CultureInfo.InvariantCulture, $"{name}: {Pick(random)}\r\n");
            }
        }

        return request.Append("\r\n").ToString();
    }

    // What rules decide of an answer: its status, their fields, and the body, which says what the origin was asked.
    private static async Task<string> AskAsync(Conversation visitor, string request)
    {
        await visitor.SendAsync(request);
        var head = (await visitor.ReadHeadAsync())!;
        var body = await visitor.ReadAsync(Wire.RequestWireTests.LengthOf(head));
        var lines = head.Split("\r\n")
            .Where(
                (line, i) =>
                    i == 0
                    || line.StartsWith("x-a:", StringComparison.OrdinalIgnoreCase)
                    || line.StartsWith("x-b:", StringComparison.OrdinalIgnoreCase)
                    || line.StartsWith("location:", StringComparison.OrdinalIgnoreCase)
            );

        // The edge's own pages name the ray.
        return string.Join('\n', lines) + '\n' + (head.Contains(" 403 ", StringComparison.Ordinal) ? "" : body);
    }

    private static List<(string, long)> ActedOn(RuledSite site) =>
        [.. site.Edge.RuleCounts.All.Select(entry => (entry.Rule, entry.Count.Acted)).OrderBy(entry => entry.Rule, StringComparer.Ordinal)];
}
