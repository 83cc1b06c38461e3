using System.Collections.Immutable;
using System.Globalization;
using System.Net;
using System.Text;
using Holdfast.Edge.Explaining;
using Holdfast.Edge.Tests.Harness;
using Holdfast.Edge.Tests.Rules.Executing;
using Holdfast.Model.Bots;
using Holdfast.Model.KillSwitches;
using Holdfast.Model.Rulesets;

namespace Holdfast.Edge.Tests.Rules.Planning;

/// <summary>Rules of every phase, of a zone and of the account, kill switches, a feature file and requests: all from one random sequence.</summary>
internal sealed class RandomSite(Random random)
{
    private static readonly string[] Values = ["a", "b", "ab", "/", "/a", "/b/a", "x", "xa"];
    private static readonly string[] Phases =
    [
        "http_request_dynamic_redirect",
        "http_request_transform",
        "http_request_firewall_custom",
        "http_ratelimit",
        "http_request_late_transform",
        "http_custom_errors",
        "http_response_headers_transform",
    ];

    private int _place;

    public static BotFeaturesConfig Features { get; } =
        new()
        {
            Features =
            [
                new BotFeature("a", "any(http.request.headers[\"x-a\"][*] contains \"a\")", -40),
                new BotFeature("b", "http.request.uri.path contains \"b\"", 20),
                new BotFeature("x", "http.request.uri.query contains \"x\"", -10),
            ],
            LeastEvidence = 10,
            Rows = 3,
        };

    /// <summary>The zone's rulesets.</summary>
    public ImmutableArray<RulesetConfig> Zone() =>
        [
            .. Phases
                .Where(_ => random.Next(4) > 0)
                .Select(phase => RuledSite.Ruleset(phase) with { Rules = Rules(phase, 14, executes: true) }),
        ];

    /// <summary>The account's: an entry point, and what rules execute.</summary>
    public ImmutableArray<RulesetConfig> Account() =>
        [
            AccountSets.Root() with
            {
                Rules = Rules(RuledSite.Custom, 8, executes: true),
            },
            AccountSets.Shared() with
            {
                Rules = Rules(RuledSite.Custom, 14, executes: false),
            },
            AccountSets.Shared() with
            {
                Id = EdgeUnderTest.IdOf("limits"),
                Name = "limits",
                Phase = "http_ratelimit",
                Rules = Rules("http_ratelimit", 8, executes: false),
            },
        ];

    /// <summary>Some kill switches of rules, rulesets and phases.</summary>
    public ImmutableArray<KillSwitchConfig> Kills(ImmutableArray<RulesetConfig> zone, ImmutableArray<RulesetConfig> account)
    {
        var rulesets = zone.Concat(account).ToList();
        return
        [
            .. Enumerable
                .Range(0, random.Next(4))
                .Select(i =>
                {
                    var set = rulesets[random.Next(rulesets.Count)];
                    var (subject, target) = random.Next(8) switch
                    {
                        0 => (KillSubject.Ruleset, set.Id),
                        1 => (KillSubject.Phase, set.Phase),
                        _ => (KillSubject.Rule, set.Rules[random.Next(set.Rules.Length)].Id),
                    };
                    return new KillSwitchConfig
                    {
                        Id = EdgeUnderTest.IdOf(i.ToString(CultureInfo.InvariantCulture)),
                        Subject = subject,
                        Target = target,
                        ZoneId = null,
                        Reason = "a test",
                    };
                }),
        ];
    }

    /// <summary>A request, and the status that its origin answers with.</summary>
    public RequestSketch Request(DateTimeOffset at)
    {
        var body = random.Next(3) == 0 ? Pick() : "";
        var request = new StringBuilder(body.Length > 0 ? "POST /" : "GET /").Append(Pick().TrimStart('/'));
        if (random.Next(2) == 0)
        {
            request.Append('?').Append(Pick().Replace("/", "", StringComparison.Ordinal));
        }

        request.Append(" HTTP/1.1\r\nHost: example.com\r\n");
        foreach (var name in (string[])["X-A", "X-B"])
        {
            if (random.Next(2) == 0)
            {
                request.Append(CultureInfo.InvariantCulture, $"{name}: {Pick()}\r\n");
            }
        }

        request.Append(body.Length > 0 ? $"Content-Length: {body.Length}\r\n\r\n{body}" : "\r\n");
        return new RequestSketch
        {
            Message = Encoding.ASCII.GetBytes(request.ToString()),
            Client = IPAddress.Parse(random.Next(2) == 0 ? "192.0.2.1" : "198.51.100.7"),
            Country = random.Next(3) == 0 ? null : "GB",
            At = at,
            Ray = at.ToUnixTimeMilliseconds().ToString("x16", CultureInfo.InvariantCulture),
            Status = random.Next(3) == 0 ? 404 : 200,
        };
    }

    private ImmutableArray<RuleConfig> Rules(string phase, int most, bool executes) =>
        [
            .. Enumerable
                .Range(0, random.Next(1, most))
                .Select(_ =>
                {
                    var id = RuledSite.IdOf(++_place);
                    var action = executes && random.Next(8) == 0 ? Execute(phase) : null;
                    return RuledSite.Rule(Filter(phase, deep: phase != "http_request_dynamic_redirect"), action ?? Action(phase)) with
                    {
                        Id = id,
                        Ref = id,
                        Enabled = random.Next(8) > 0,
                        Categories = random.Next(2) == 0 ? ["even"] : [],
                        RateLimit = phase == "http_ratelimit" && action is null ? Limit() : null,
                    };
                }),
        ];

    private ExecuteAction? Execute(string phase) =>
        phase switch
        {
            RuledSite.Custom => new ExecuteAction(AccountSets.SharedId, Overrides()),
            "http_ratelimit" => new ExecuteAction(EdgeUnderTest.IdOf("limits"), Overrides()),
            _ => null,
        };

    private ExecuteOverrides? Overrides() =>
        random.Next(3) switch
        {
            0 => null,
            1 => new ExecuteOverrides { All = new RuleOverride(true, null) },
            _ => new ExecuteOverrides { Categories = [("even", new RuleOverride(random.Next(2) == 0, new LogAction()))] },
        };

    private RuleAction Action(string phase) =>
        phase switch
        {
            "http_request_dynamic_redirect" => new RedirectAction(new RuleText("/gone", false), 302, false),
            "http_request_transform" => new RewriteUriAction(
                random.Next(2) == 0
                    ? new RuleText("/" + Pick().TrimStart('/'), false)
                    : new RuleText($"concat(http.request.uri.path, \"{Pick().TrimStart('/')}\")", true),
                random.Next(3) == 0 ? new RuleText(Pick().Replace("/", "", StringComparison.Ordinal), false) : null
            ),
            "http_ratelimit" => random.Next(2) == 0 ? new BlockAction((BlockResponse?)null) : new LogAction(),
            "http_custom_errors" => new ServeErrorAction(Pick(), "text/plain", random.Next(2) == 0 ? null : 503),
            RuledSite.Custom => random.Next(10) switch
            {
                0 => new BlockAction((BlockResponse?)null),
                1 => new SkipAction(true, [], []),
                2 => new SkipAction(false, ["http_ratelimit"], ["bic"]),
                3 => new SkipAction(false, [], [], Phase: true),
                _ => new LogAction(),
            },
            _ => new RewriteHeadersAction([
                random.Next(3) switch
                {
                    0 => new HeaderChange("X-A", HeaderOperation.Set, new RuleText(Pick(), false)),
                    1 => new HeaderChange("X-B", HeaderOperation.Add, new RuleText($"concat(http.request.uri.path, \"{Pick()}\")", true)),
                    _ => new HeaderChange("X-A", HeaderOperation.Remove, null),
                },
            ]),
        };

    private RateLimitConfig Limit() =>
        new()
        {
            Characteristics = random.Next(2) == 0 ? ["ip.src"] : ["http.request.uri.path"],
            PeriodSeconds = 60,
            RequestsPerPeriod = random.Next(1, 4),
            CountingExpression = random.Next(3) switch
            {
                0 => Filter("http_ratelimit", deep: true),
                1 => "http.response.code eq 404",
                _ => null,
            },
        };

    private string Filter(string phase, bool deep) =>
        random.Next(deep ? 5 : 1) switch
        {
            0 => $"({Leaf(phase)} and {Leaf(phase)})",
            1 => $"({Leaf(phase)} or {Leaf(phase)})",
            2 => $"not {Leaf(phase)}",
            3 => $"({Leaf(phase)} and not ({Leaf(phase)} or {Leaf(phase)}))",
            _ => Leaf(phase),
        };

    private string Leaf(string phase)
    {
        var text = Pick();
        var seesBody = phase is RuledSite.Custom or "http_ratelimit";
        var seesResponse = phase is "http_custom_errors" or "http_response_headers_transform";
        return random.Next(seesResponse || seesBody ? 18 : 15) switch
        {
            0 => $"http.request.uri.path eq \"{text}\"",
            1 => $"http.request.uri.path contains \"{text}\"",
            2 => $"starts_with(http.request.uri.path, \"{text}\")",
            3 => $"http.request.uri.query contains \"{text}\"",
            4 => $"http.request.headers[\"x-a\"][0] eq \"{text}\"",
            5 => $"any(http.request.headers[\"x-b\"][*] contains \"{text}\")",
            6 => $"http.request.uri.path matches \"^/a*{text}\"",
            7 => "ip.src in {192.0.2.0/28}",
            8 => "ip.src.asnum eq 1",
            9 => "ip.src.country eq \"GB\"",
            10 => $"lower(http.request.uri.path) wildcard \"*{text}*\"",
            11 => $"upper(http.request.uri.path) contains \"{text.ToUpperInvariant()}\"",
            12 => "ip.src in $nobody",
            13 => $"cf.bot_management.score lt {random.Next(20, 60)}",
            14 => $"http.request.method in {{\"{(random.Next(2) == 0 ? "GET" : "POST")}\"}}",
            15 => seesBody ? $"http.request.body.raw contains \"{text}\"" : "http.response.code in {404 503}",
            16 => seesBody ? $"http.request.body.size gt {random.Next(3)}" : $"http.response.headers[\"x-a\"][0] eq \"{text}\"",
            _ => seesBody ? $"lower(http.request.body.raw) eq \"{text}\"" : $"any(http.response.headers[\"x-b\"][*] contains \"{text}\")",
        };
    }

    private string Pick() => Values[random.Next(Values.Length)];
}
