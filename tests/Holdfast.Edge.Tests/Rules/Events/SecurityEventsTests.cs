using System.Net;
using System.Text.Json;
using Holdfast.Edge.Explaining;
using Holdfast.Edge.Geo;
using Holdfast.Edge.Origins;
using Holdfast.Edge.Phases.RateLimiting;
using Holdfast.Edge.Reporting;
using Holdfast.Edge.Rules;
using Holdfast.Edge.Rules.Counting;
using Holdfast.Edge.Rules.Events;
using Holdfast.Edge.Rules.Executing;
using Holdfast.Edge.Tests.Harness;
using Holdfast.Edge.Tests.Rules.Executing;
using Holdfast.Edge.Zones;
using Holdfast.Http.Deadlines;
using Holdfast.Http.Origins;
using Holdfast.Model.Rulesets;
using Holdfast.Model.Zones;

namespace Holdfast.Edge.Tests.Rules.Events;

/// <summary>The ring of security events: what an event says, its bounds, and what it costs.</summary>
public sealed class SecurityEventsTests : IDisposable
{
    private readonly SecurityEvents _events = new(TimeProvider.System);
    private readonly DeadlineSweep _sweep = new(TimeProvider.System);
    private readonly OriginTargets _targets;

    public SecurityEventsTests() =>
        _targets = new OriginTargets(new DnsOriginResolver(), new OriginPoolLimits(), _sweep, new OriginReports(new EdgeCounters([])));

    [Fact]
    public void Event_SaysWhatTheExpressionRead_WithoutSecrets()
    {
        var (request, rule) = Site(
            "http.cookie ne \"\" and any(http.request.headers.values[*] contains \"x\") and http.request.uri.args[\"key\"][0] ne \"\" and http.request.headers[\"x-none\"][0] eq \"\" and cf.bot_management.score lt 3 and ip.src eq 192.0.2.1"
        );

        _events.Write(request, request.Rules, rule);

        var fields = Taken().GetProperty("fields").EnumerateArray().ToDictionary(field => field.GetProperty("name").GetString()!);
        Assert.Equal("session=***; b=***", fields["http.cookie"].GetProperty("value").GetString());
        Assert.Equal(
            ["example.com", "***", "***", "plain?token=***"],
            fields["http.request.headers.values"].GetProperty("values").EnumerateArray().Select(value => value.GetString())
        );
        Assert.True(fields["http.request.uri.args[\"key\"]"].GetProperty("masked").GetBoolean());
        Assert.True(fields["http.request.headers[\"x-none\"]"].GetProperty("missing").GetBoolean());
        Assert.True(fields["cf.bot_management.score"].GetProperty("unknown").GetBoolean());
        Assert.Equal("192.0.2.1", fields["ip.src"].GetProperty("value").GetString());
    }

    [Fact]
    public void Events_OfOneZone_LeaveRoomForOthers_AndDropsAreCounted()
    {
        var (request, _) = Site("ssl");
        for (var i = 0; i < SecurityEvents.MostOfZone + 10; i++)
        {
            _events.Write(request, request.Rules, Rule("flooded", new EventBudget()));
        }

        Assert.Equal((SecurityEvents.MostOfZone, 10), (_events.Written, _events.Dropped));
        _events.Write(request, request.Rules, Rule("quiet", new EventBudget()));
        Assert.Equal(SecurityEvents.MostOfZone + 1, _events.Written);

        while (_events.TryTake(out var taken))
        {
            _events.Return(taken);
        }

        _events.Write(request, request.Rules, Rule("flooded", new EventBudget()));
        Assert.Equal(10, _events.Dropped);
    }

    [Fact]
    public void Write_InSteadyState_AllocatesNothing()
    {
        var (request, rule) = Site("http.request.uri.path contains \"a\" and http.user_agent ne \"\" and http.cookie ne \"\"");
        Round(request, rule);
        var before = GC.GetAllocatedBytesForCurrentThread();

        for (var i = 0; i < 1_000; i++)
        {
            Round(request, rule);
        }

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);

        void Round(ExplainedRequest request, EventRule rule)
        {
            _events.Write(request, request.Rules, rule);
            if (_events.TryTake(out var taken))
            {
                _events.Return(taken);
            }
        }
    }

    [Fact]
    public void Event_OfARuleOfTheAccount_NamesTheZone_ItsRuleset_AndWhoExecutedIt()
    {
        var (request, _) = Site("true");
        var context = new RuleContext("LOC", new RuleCounts(), new RateLimitPhase(new RateLimitState(TimeProvider.System)))
        {
            Events = _events,
        };
        var shared = AccountSets.Shared(RuledSite.Rule("http.request.uri.path eq \"/a\"", new LogAction()));
        var root = AccountSets.Root(RuledSite.Rule("true", AccountSets.Execute()));
        var account = AccountRules.Of([new AccountRuleset(shared, context), new AccountRuleset(root, context)], context);
        var zone = request.Zone!.Config with { Rulesets = [] };
        var turn = request.BeginRules(ZoneRules.Of(zone, context, account)!);

        Assert.Null(RequestPhases.Run(request, turn, turn.Zone));

        var written = Taken();
        Assert.Equal(zone.Id, written.GetProperty("zone_id").GetString());
        Assert.Equal(AccountSets.SharedId, written.GetProperty("ruleset_id").GetString());
        Assert.Equal(AccountSets.SharedRule(1), written.GetProperty("rule_id").GetString());
        Assert.Equal(root.Rules[0].Id, written.GetProperty("executed_by").GetString());
        Assert.False(_events.TryTake(out _));
    }

    public void Dispose()
    {
        _targets.Dispose();
        _sweep.Dispose();
    }

    private JsonElement Taken()
    {
        Assert.True(_events.TryTake(out var taken));
        return JsonDocument.Parse(taken.Json).RootElement;
    }

    private EventRule Rule(string zone, EventBudget budget) =>
        EventRule.Of(
            new EventRuleFacts(zone, "p", "rs", "r", "ref", "for", "block", "firewallCustom"),
            null,
            budget,
            _events.ShareOf(zone)
        );

    private (ExplainedRequest Request, EventRule Rule) Site(string expression)
    {
        var config = new ZoneConfig
        {
            Id = new string('0', 32),
            Name = "example.com",
            Rulesets = [RuledSite.Ruleset(RuledSite.Custom, RuledSite.Rule(expression, new LogAction()))],
        };
        var rules = ZoneRules.Of(
            config,
            new RuleContext("LOC", new RuleCounts(), new RateLimitPhase(new RateLimitState(TimeProvider.System))) { Events = _events },
            AccountRules.None
        )!;
        var zone = new ZoneRuntime(config, 1, ZoneOrigins.Of(config, _targets), TestGuard.Zone(config.Id), rules);
        var sketch = new RequestSketch
        {
            Message =
                "GET /a?key=1&b=2 HTTP/1.1\r\nHost: example.com\r\nCookie: session=1; b=2\r\nAuthorization: Basic eA==\r\nX-Plain: plain?token=x\r\n\r\n"u8.ToArray(),
            Client = IPAddress.Parse("192.0.2.1"),
        };
        var request = new ExplainedRequest(sketch, zone, CountryCode.Unknown, TimeProvider.System);
        request.BeginRules(rules);
        return (request, rules.Request[0].Rules[0].Event!);
    }
}
