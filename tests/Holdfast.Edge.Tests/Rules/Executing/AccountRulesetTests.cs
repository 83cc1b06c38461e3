using Holdfast.Edge.Rules.Executing;
using Holdfast.Edge.Tests.Harness;
using Holdfast.Model.Access;
using Holdfast.Model.KillSwitches;
using Holdfast.Model.Rulesets;
using static Holdfast.Edge.Tests.Rules.Executing.AccountSets;
using static Holdfast.Edge.Tests.Rules.RuledSite;

namespace Holdfast.Edge.Tests.Rules.Executing;

/// <summary>The account's rulesets: their entry points before the zones' own, and what rules execute.</summary>
public class AccountRulesetTests
{
    [Fact]
    public async Task Root_IsAskedBeforeTheZonesOwn_InEveryZone()
    {
        await using var site = await StartAsync(Custom, Rule("true", Answer(410)));
        Assert.Equal(410, await site.GetAsync("/"));

        await site.Edge.PutAccountRulesetAsync(Root(Rule(Path("/first"), Answer(411))));
        await site.Edge.PutZoneAsync("other.example.com", site.Origin.Url);

        Assert.Equal(411, await site.GetAsync("/first"));
        Assert.Equal(410, await site.GetAsync("/second"));
        Assert.Equal(411, await site.GetAsync("/first", host: "other.example.com"));
        Assert.Equal(200, await site.GetAsync("/second", host: "other.example.com"));

        await site.Edge.RemoveAccountRulesetAsync(RootId);
        Assert.Equal(410, await site.GetAsync("/first"));
        Assert.Equal(200, await site.GetAsync("/first", host: "other.example.com"));
    }

    [Fact]
    public async Task Execute_OfRootAndOfZone_AsksTheRulesThere()
    {
        await using var site = await StartAsync(Custom, Rule("http.host eq \"zone.example.com\"", Execute()), Rule("true", Answer(410)));
        await site.Edge.PutAccountRulesetAsync(Shared(Rule(Path("/a"), Answer(411)), Rule(Path("/b"), Answer(412))));
        Assert.Equal("410 410", await Statuses(site, "example.com", "/a", "/b"));
        Assert.Equal("411 412 410", await Statuses(site, "zone.example.com", "/a", "/b", "/c"));

        await site.Edge.PutAccountRulesetAsync(Root(Rule("http.host eq \"root.example.com\"", Execute())));
        Assert.Equal("411 412 410", await Statuses(site, "root.example.com", "/a", "/b", "/c"));
        Assert.Equal("410 410", await Statuses(site, "example.com", "/a", "/b"));

        // What is executed changes without the zones.
        await site.Edge.PutAccountRulesetAsync(Shared(Rule(Path("/c"), Answer(413))));
        Assert.Equal("410 413", await Statuses(site, "zone.example.com", "/a", "/c"));
    }

    [Fact]
    public async Task Skip_InWhatIsExecuted_EndsThatRulesetAlone()
    {
        await using var site = await StartAsync(Custom, Rule("true", Execute()), Rule("true", Answer(410)));
        await site.Edge.PutAccountRulesetAsync(
            Shared(
                Rule(Path("/ruleset"), new SkipAction(true, [], [])),
                Rule(Path("/phase"), new SkipAction(false, [], [], Phase: true)),
                Rule("true", Answer(411))
            )
        );

        Assert.Equal("410 200 411", await Statuses(site, "example.com", "/ruleset", "/phase", "/other"));
    }

    [Fact]
    public async Task Skip_InTheRoot_OfTheRulesetLeavesTheZones_OfThePhaseDoesNot()
    {
        await using var site = await StartAsync(Custom, Rule("true", Answer(410)));
        await site.Edge.PutAccountRulesetAsync(
            Root(
                Rule(Path("/ruleset"), new SkipAction(true, [], [])),
                Rule(Path("/phase"), new SkipAction(false, [], [], Phase: true)),
                Rule("true", Answer(411))
            )
        );

        Assert.Equal("410 200 411", await Statuses(site, "example.com", "/ruleset", "/phase", "/other"));
    }

    [Fact]
    public async Task Skip_OfARulesetOrARuleByItsId_LeavesThatOutAndNothingElse()
    {
        static SkipAction Skip(string[] rulesets, params string[] rules) =>
            new(false, [], []) { Rulesets = [.. rulesets], Rules = rules.Length == 0 ? [] : [(SharedId, [.. rules])] };

        await using var site = await StartAsync(
            Custom,
            Rule("http.user_agent eq \"office\"", Skip([SharedId])),
            Rule("http.user_agent eq \"one\"", Skip([], SharedRule(1))),
            Rule("http.user_agent eq \"both\"", Skip([], SharedRule(1))),
            Rule("http.user_agent eq \"both\"", Skip([EdgeUnderTest.IdOf("gone")], SharedRule(2))),
            Rule("true", Execute()),
            Rule("true", Answer(410))
        );
        await site.Edge.PutAccountRulesetAsync(
            Shared(
                Rule(Path("/a"), Answer(411)),
                Rule("true", Answer(412)),
                Rule("http.user_agent eq \"both\"", Skip([SharedId])),
                Rule("true", Answer(413))
            )
        );

        async Task<string> AskAsync(string agent) =>
            $"{await site.GetAsync("/a", $"User-Agent: {agent}\r\n")} {await site.GetAsync("/b", $"User-Agent: {agent}\r\n")}";

        Assert.Equal("411 412", await AskAsync("nobody"));
        Assert.Equal("410 410", await AskAsync("office"));
        Assert.Equal("412 412", await AskAsync("one"));
        Assert.Equal("410 410", await AskAsync("both"));
    }

    [Fact]
    public async Task Skip_OfAnEntryPointOfALaterPhase_SparesIt_AndNotTheZonesOwn()
    {
        const string limits = "http_ratelimit";
        var root = Root(Rule("true", Answer(411))) with { Phase = limits };
        var limit = new RateLimitConfig
        {
            Characteristics = ["ip.src"],
            PeriodSeconds = 3600,
            RequestsPerPeriod = 1,
        };
        await using var site = await StartAsync(
            Custom,
            Rule("http.user_agent eq \"office\"", new SkipAction(false, [], []) { Rulesets = [RootId] })
        );
        await site.Edge.PutAccountRulesetAsync(root with { Rules = [.. root.Rules.Select(rule => rule with { RateLimit = limit })] });

        // What is skipped is not counted.
        Assert.Equal(200, await site.GetAsync("/", "User-Agent: office\r\n"));
        Assert.Equal(200, await site.GetAsync("/", "User-Agent: office\r\n"));
        Assert.Equal(200, await site.GetAsync("/"));
        Assert.Equal(411, await site.GetAsync("/"));
        Assert.Equal(200, await site.GetAsync("/", "User-Agent: office\r\n"));
    }

    [Fact]
    public async Task AccessRules_OfAccountAndUser_AreAskedInEveryZone_BehindTheZonesOwn()
    {
        await using var site = await StartAsync(Custom, Rule("true", Answer(410)));
        await site.Edge.PutZoneAsync(
            "own.example.com",
            site.Origin.Url,
            null,
            zone => zone with { AccessRules = [Access(AccessMode.Whitelist, AccessTarget.Ip, "127.0.0.1")] }
        );
        Assert.Equal(410, await site.GetAsync("/"));

        await site.Edge.PutAccountRulesetAsync(Rules("user", Access(AccessMode.Block, AccessTarget.Ip, "127.0.0.1")));
        Assert.Equal(403, await site.GetAsync("/"));
        Assert.Equal(200, await site.GetAsync("/", host: "own.example.com"));

        // The account's go before the user's; a network lets in what the user keeps out by its address.
        await site.Edge.PutAccountRulesetAsync(Rules("account", Access(AccessMode.Whitelist, AccessTarget.IpRange, "127.0.0.0/8")));
        Assert.Equal(200, await site.GetAsync("/"));

        await site.Edge.PutAccountRulesetAsync(
            Rules(
                "account",
                Access(AccessMode.Whitelist, AccessTarget.IpRange, "127.0.0.0/8"),
                Access(AccessMode.Block, AccessTarget.Ip, "127.0.0.1")
            )
        );
        Assert.Equal(403, await site.GetAsync("/"));

        await site.Edge.RemoveAccountRulesetAsync(EdgeUnderTest.IdOf("user access"));
        await site.Edge.RemoveAccountRulesetAsync(EdgeUnderTest.IdOf("account access"));
        Assert.Equal(410, await site.GetAsync("/"));
        Assert.Equal(0, site.Edge.Guard.AllFaults);

        static RulesetConfig Rules(string owner, params AccessRule[] rules) =>
            Ruleset(Custom) with { Id = EdgeUnderTest.IdOf($"{owner} access"), Name = owner, Kind = RulesetKind.Access, AccessRules = [.. rules] };

        static AccessRule Access(AccessMode mode, AccessTarget target, string value) =>
            new()
            {
                Id = EdgeUnderTest.IdOf($"{mode} {value}"),
                Mode = mode,
                Target = target,
                Value = value,
                Notes = "",
                CreatedAt = DateTimeOffset.UnixEpoch,
                ModifiedAt = DateTimeOffset.UnixEpoch,
            };
    }

    [Fact]
    public async Task Overrides_OfRule_GoBeforeCategories_AndThoseBeforeAll()
    {
        await using var site = await StartAsync(Custom);
        var shared = Shared(
            Rule(Path("/one"), Answer(411)),
            Rule(Path("/two"), Answer(412)) with
            {
                Categories = ["slow", "noisy"],
            },
            Rule(Path("/three"), Answer(413)) with
            {
                Categories = ["slow"],
            },
            Rule(Path("/off"), Answer(414)) with
            {
                Enabled = false,
            }
        );
        await site.Edge.PutAccountRulesetAsync(shared);
        string[] targets = ["/one", "/two", "/three", "/off"];
        foreach (
            var (overrides, expected) in new (ExecuteOverrides?, string)[]
            {
                (null, "411 412 413 200"),
                (new ExecuteOverrides { All = new RuleOverride(true, null) }, "411 412 413 414"),
                (new ExecuteOverrides { All = new RuleOverride(null, new LogAction()) }, "200 200 200 200"),
                (
                    new ExecuteOverrides
                    {
                        All = new RuleOverride(null, new LogAction()),
                        Categories = [("slow", new RuleOverride(null, new BlockAction((BlockResponse?)null)))],
                        Rules = [(SharedRule(3), new RuleOverride(false, null))],
                    },
                    "200 403 200 200"
                ),
                (
                    new ExecuteOverrides
                    {
                        Categories = [("slow", new RuleOverride(false, null)), ("noisy", new RuleOverride(true, null))],
                        Rules = [(SharedRule(4), new RuleOverride(true, new BlockAction((BlockResponse?)null)))],
                    },
                    "411 412 200 403"
                ),
            }
        )
        {
            await site.PutAsync(Ruleset(Custom, Rule("true", new ExecuteAction(SharedId, overrides))));
            Assert.Equal(expected, await Statuses(site, "example.com", targets));
        }
    }

    [Fact]
    public async Task Execute_OfWhatIsMissing_IsAsIfThereWereNoRule()
    {
        await using var site = await StartAsync(Custom, Rule("true", Execute()), Rule(Path("/b"), Answer(410)));
        Assert.Equal("200 410", await Statuses(site, "example.com", "/a", "/b"));

        // One of another phase is none that this rule could execute.
        await site.Edge.PutAccountRulesetAsync(Shared() with { Phase = "http_ratelimit" });
        Assert.Equal("200 410", await Statuses(site, "example.com", "/a", "/b"));

        await site.Edge.PutAccountRulesetAsync(Shared(Rule(Path("/a"), Answer(411))));
        Assert.Equal("411 410", await Statuses(site, "example.com", "/a", "/b"));

        await site.Edge.RemoveAccountRulesetAsync(SharedId);
        Assert.Equal("200 410", await Statuses(site, "example.com", "/a", "/b"));
        Assert.Equal(0, site.Edge.Guard.AllFaults);
    }

    [Fact]
    public async Task KillSwitch_InOneZone_LeavesTheOthers()
    {
        await using var site = await StartAsync(Custom, Rule("true", Execute()));
        await site.Edge.PutZoneAsync("other.example.com", site.Origin.Url);
        await site.Edge.PutAccountRulesetAsync(Shared(Rule(Path("/a"), Answer(411)), Rule(Path("/b"), Answer(412))));
        await site.Edge.PutAccountRulesetAsync(Root(Rule("http.host eq \"other.example.com\"", Execute())));

        await site.Edge.KillAsync(KillSubject.Rule, SharedRule(1), "*");
        Assert.Equal("200 412", await Statuses(site, "example.com", "/a", "/b"));
        Assert.Equal("411 412", await Statuses(site, "other.example.com", "/a", "/b"));

        await site.Edge.KillAsync(KillSubject.Ruleset, SharedId, null);
        Assert.Equal("200 200", await Statuses(site, "example.com", "/a", "/b"));
        Assert.Equal("200 200", await Statuses(site, "other.example.com", "/a", "/b"));
    }

    [Fact]
    public async Task RateLimit_InWhatIsExecuted_CountsForAllZonesTogether()
    {
        const string phase = "http_ratelimit";
        await using var site = await StartAsync(phase, Rule("true", Execute()));
        await site.Edge.PutZoneAsync(
            "other.example.com",
            site.Origin.Url,
            null,
            zone => zone with { Rulesets = [Ruleset(phase, Rule("true", Execute()))] }
        );
        await site.Edge.PutAccountRulesetAsync(
            Shared(
                Rule("true", new BlockAction((BlockResponse?)null)) with
                {
                    RateLimit = new RateLimitConfig
                    {
                        Characteristics = ["ip.src"],
                        PeriodSeconds = 3600,
                        RequestsPerPeriod = 2,
                        MitigationTimeoutSeconds = 3600,
                    },
                }
            ) with
            {
                Phase = phase,
            }
        );

        Assert.Equal(200, await site.GetAsync("/"));
        Assert.Equal(200, await site.GetAsync("/", host: "other.example.com"));
        Assert.Equal(429, await site.GetAsync("/"));
        Assert.Equal(429, await site.GetAsync("/", host: "other.example.com"));
    }

    [Fact]
    public async Task Counts_OfRulesThere_AreTheAccounts_AndTheLogNamesThem()
    {
        await using var site = await StartAsync(Custom, Rule("true", Execute()));
        await site.Edge.PutAccountRulesetAsync(Shared(Rule(Path("/a"), Answer(411))));

        Assert.Equal("411 411", await Statuses(site, "example.com", "/a", "/a"));

        Assert.Equal(2, site.Edge.RuleCounts.Of(AccountRules.Scope, SharedRule(1), "block").Acted);
        Assert.Equal(2, site.Edge.RuleCounts.Of(EdgeUnderTest.IdOf("*"), IdOf(1), "execute").Acted);
        var record = (await site.Edge.LogRecordsAsync(2))[^1];
        Assert.Equal(SharedRule(1), record.GetProperty("SecurityRuleID").GetString());
    }

    [Fact]
    public async Task Body_IsHeldForARuleThatReadsItThere()
    {
        await using var site = await StartAsync(Custom, Rule("true", Execute()));
        await site.Edge.PutAccountRulesetAsync(Shared(Rule("http.request.body.raw contains \"evil\"", Answer(411))));

        var (head, _) = await site.AskAsync("POST / HTTP/1.1\r\nHost: example.com\r\nContent-Length: 4\r\n\r\nevil");
        Assert.StartsWith("HTTP/1.1 411 ", head, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Rulesets_AreThereForTheFirstVisitorAfterARestart()
    {
        await using var origin = ScriptedOrigin.Answering("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
        var edge = await EdgeUnderTest.StartAsync();
        await edge.PutZoneAsync("*", origin.Url);
        await edge.PutAccountRulesetAsync(Root(Rule("true", Execute())));
        await edge.PutAccountRulesetAsync(Shared(Rule("true", Answer(411))));
        await edge.DisposeAsync();

        edge = await EdgeUnderTest.StartAsync(data: edge.Data);
        using var visitor = await Conversation.ConnectAsync(edge.Http);
        await visitor.SendAsync("GET / HTTP/1.1\r\nHost: example.com\r\n\r\n");
        Assert.StartsWith("HTTP/1.1 411 ", await visitor.ReadHeadAsync(), StringComparison.Ordinal);
        await edge.DisposeAsync();
    }

    [Fact]
    public async Task Ruleset_ThatAnEdgeRefuses_ChangesNothing()
    {
        await using var site = await StartAsync(Custom);
        await site.Edge.PutAccountRulesetAsync(Root(Rule("true", Answer(411))));

        // A phase has one entry point; a zone's ruleset is none of the account's; what is executed executes nothing.
        await site.Edge.PutBadAccountRulesetAsync(Root(Rule("true", Answer(412))) with { Id = SharedId });
        await site.Edge.PutBadAccountRulesetAsync(Ruleset(Custom, Rule("true", Answer(412))));
        await site.Edge.PutBadAccountRulesetAsync(Shared(Rule("true", Execute())));
        await site.Edge.PutBadAccountRulesetAsync(Root(Rule("true", Answer(412))) with { Phase = "http_request_transform" });

        Assert.Equal(411, await site.GetAsync("/"));
    }

    private static async Task<string> Statuses(RuledSite site, string host, params string[] targets)
    {
        var statuses = new List<int>();
        foreach (var target in targets)
        {
            statuses.Add(await site.GetAsync(target, host: host));
        }

        return string.Join(' ', statuses);
    }
}
