using System.Collections.Immutable;
using System.Text;
using Holdfast.Edge.Bots;
using Holdfast.Edge.Explaining;
using Holdfast.Edge.Geo;
using Holdfast.Edge.KillSwitches;
using Holdfast.Edge.Origins;
using Holdfast.Edge.Phases.DynamicRedirect;
using Holdfast.Edge.Phases.RateLimiting;
using Holdfast.Edge.Reporting;
using Holdfast.Edge.Rules;
using Holdfast.Edge.Rules.Counting;
using Holdfast.Edge.Rules.Events;
using Holdfast.Edge.Rules.Executing;
using Holdfast.Edge.Tests.Harness;
using Holdfast.Edge.Zones;
using Holdfast.Http.Deadlines;
using Holdfast.Http.Headers;
using Holdfast.Http.Origins;
using Holdfast.Model.KillSwitches;
using Holdfast.Model.Rulesets;
using Holdfast.Model.Zones;
using Holdfast.Rules.Phases;

namespace Holdfast.Edge.Tests.Rules.Planning;

/// <summary>A zone's compiled rules with everything that they leave behind: what they did to requests, counts, events, limits.</summary>
internal sealed class AskedSite : IDisposable
{
    private readonly RuleCounts _counts = new();
    private readonly SetTime _time = new();
    private readonly SecurityEvents _events;
    private readonly DeadlineSweep _sweep;
    private readonly OriginTargets _targets;
    private readonly ZoneRuntime _zone;

    /// <param name="plannedFrom">So many rules of one ruleset are planned together.</param>
    /// <param name="rulesets">The zone's.</param>
    /// <param name="account">The account's.</param>
    /// <param name="kills">What is taken out of both.</param>
    public AskedSite(
        int plannedFrom,
        ImmutableArray<RulesetConfig> rulesets,
        ImmutableArray<RulesetConfig> account,
        ImmutableArray<KillSwitchConfig> kills
    )
    {
        _events = new SecurityEvents(_time);
        _sweep = new DeadlineSweep(_time);
        _targets = new OriginTargets(new DnsOriginResolver(), new OriginPoolLimits(), _sweep, new OriginReports(new EdgeCounters([])));
        var context = new RuleContext("LOC", _counts, new RateLimitPhase(new RateLimitState(_time)))
        {
            Events = _events,
            PlannedFrom = plannedFrom,
        };
        context.Bots.Put(BotFeaturesRuntime.Of(RandomSite.Features, 1));
        var set = new KillSet(kills);
        var zone = new ZoneConfig
        {
            Id = EdgeUnderTest.IdOf("zone"),
            Name = "example.com",
            Rulesets = rulesets,
        };
        var config = set.Apply(zone, out var notes);
        var all = AccountRules
            .Of([.. account.Select(ruleset => new AccountRuleset(ruleset, context))], context)
            .Without(set, config, ref notes);
        Rules = ZoneRules.Of(config, context, all);
        _zone = new ZoneRuntime(config, 1, ZoneOrigins.Of(config, _targets), TestGuard.Zone(config.Id), Rules);
    }

    /// <summary>The rules; null when there are none.</summary>
    public ZoneRules? Rules { get; }

    /// <summary>How often rules have acted, all together.</summary>
    public long Acted => _counts.Acted;

    /// <summary>A request that has met no rule.</summary>
    public ExplainedRequest Request(RequestSketch sketch) => new(sketch, _zone, CountryCode.Of(sketch.Country ?? "XX"), _time);

    /// <summary>Takes a request through the rules.</summary>
    /// <returns>Whatever has become of it.</returns>
    public async Task<string> AskAsync(RequestSketch sketch)
    {
        _time.Now = sketch.At;
        if (Rules is null)
        {
            return "";
        }

        var request = Request(sketch);
        var turn = request.BeginRules(Rules);
        if (Rules.ReadsBody && BodyHolding.IsDue(request))
        {
            await BodyHolding.HoldAsync(request, turn, _time);
        }

        var said = new StringBuilder();
        if (RequestPhases.Run(request, turn, Rules) is { } answer)
        {
            // The buffer is used again from request to request: only a redirect has written it.
            var location = answer is RedirectEffect ? Encoding.ASCII.GetString(turn.Location.Written.Span) : "";
            said.Append("answered by ").Append(answer.GetType().Name).Append(' ').AppendLine(location);
        }

        said.AppendLine(Encoding.ASCII.GetString(request.ForwardTarget));
        Write(said, request.Head.Headers);
        request.Response.Status = sketch.Status!.Value;
        request.Response.Headers.Add("X-A"u8, "a"u8);
        ResponsePhases.Run(request, turn);
        turn.Ended(request);
        said.Append(request.Response.Status).Append(' ').AppendLine(Encoding.ASCII.GetString((turn.Replacement ?? default).Span));
        Write(said, request.Response.Headers);
        foreach (var phase in Enum.GetValues<RulePhase>().Where(turn.Skips))
        {
            said.Append(phase).AppendLine(" is skipped");
        }

        said.Append(turn.SkippedProducts).AppendLine();
        foreach (var rule in turn.Events.Rules)
        {
            said.AppendLine(rule.Config.Id);
        }

        while (_events.TryTake(out var taken))
        {
            said.AppendLine(Encoding.UTF8.GetString(taken.Json.Span));
            _events.Return(taken);
        }

        foreach (var (_, rule, count) in _counts.All.OrderBy(entry => entry.Rule, StringComparer.Ordinal))
        {
            said.AppendLine(System.Globalization.CultureInfo.InvariantCulture, $"{rule} {count.Acted} {count.LastActed}");
        }

        await request.ReleaseHeldAsync();
        return said.ToString();
    }

    public void Dispose()
    {
        _zone.Origins.Leave();
        _targets.Dispose();
        _sweep.Dispose();
    }

    private static void Write(StringBuilder said, HeaderBlock headers)
    {
        for (var i = 0; i < headers.Count; i++)
        {
            said.Append(Encoding.ASCII.GetString(headers.NameAt(i))).Append(": ").AppendLine(Encoding.ASCII.GetString(headers.ValueAt(i)));
        }
    }

    // Where it stands is what the test says.
    private sealed class SetTime : TimeProvider
    {
        public DateTimeOffset Now { get; set; } = DateTimeOffset.UnixEpoch;

        public override DateTimeOffset GetUtcNow() => Now;

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public override long GetTimestamp() => Now.UtcTicks;
    }
}
