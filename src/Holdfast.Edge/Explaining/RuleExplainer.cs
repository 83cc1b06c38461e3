using System.Collections.Immutable;
using Holdfast.Edge.Bots;
using Holdfast.Edge.Geo;
using Holdfast.Edge.Guard;
using Holdfast.Edge.Origins;
using Holdfast.Edge.Phases.RateLimiting;
using Holdfast.Edge.Reporting;
using Holdfast.Edge.Rules;
using Holdfast.Edge.Rules.Counting;
using Holdfast.Edge.Rules.Executing;
using Holdfast.Edge.Zones;
using Holdfast.Http.Deadlines;
using Holdfast.Http.Origins;
using Holdfast.Model.Bots;
using Holdfast.Model.Rulesets;
using Holdfast.Model.Zones;
using Microsoft.Extensions.Logging;

namespace Holdfast.Edge.Explaining;

/// <summary>
/// Takes requests through a zone's rules as an edge does, with the compiled rules, signals and effects that an edge has, and says of each
/// rule what it did and why. Nothing is sent anywhere.
/// </summary>
internal sealed class RuleExplainer : IDisposable
{
    private readonly DeadlineSweep _sweep;
    private readonly OriginTargets _targets;
    private readonly CountryDatabase _countries;
    private readonly ZoneRuntime _zone;
    private readonly TimeProvider _time;

    /// <summary>Compiles a zone's rules.</summary>
    /// <param name="zone">The zone, whose rulesets were checked.</param>
    /// <param name="account">The account's rulesets, which were checked.</param>
    /// <param name="place">The edge's place, <c>cf.colo.name</c>.</param>
    /// <param name="loggers">Where a country database that cannot be read is told.</param>
    /// <param name="time">The clock.</param>
    /// <param name="features">The bot feature file, which was checked; null for none, and then scores are unknown.</param>
    public RuleExplainer(
        ZoneConfig zone,
        ImmutableArray<RulesetConfig> account,
        string place,
        ILoggerFactory loggers,
        TimeProvider time,
        BotFeaturesConfig? features = null
    )
    {
        _time = time;
        _sweep = new DeadlineSweep(time);
        _targets = new OriginTargets(new DnsOriginResolver(), new OriginPoolLimits(), _sweep, new OriginReports(new EdgeCounters([])));
        _countries = CountryDatabase.Open(CountryDatabase.DefaultPath, loggers.CreateLogger<CountryDatabase>());
        var guard = new EdgeGuard(new GuardLimits(), null, time, loggers.CreateLogger<EdgeGuard>()).Of(zone.Id);
        var crawlers = new BotDirectory(null, CrawlerCatalogue.DefaultPath, loggers.CreateLogger<BotDirectory>()) { Waits = true };
        var context = new RuleContext(place, new RuleCounts(), new RateLimitPhase(new RateLimitState(time))) { Crawlers = crawlers };
        if (features is not null)
        {
            context.Bots.Put(BotFeaturesRuntime.Of(features, 0));
        }

        var all = AccountRules.Of([.. account.Select(ruleset => new AccountRuleset(ruleset, context))], context);
        var rules = ZoneRules.Of(zone, context, all);
        _zone = new ZoneRuntime(zone, 0, ZoneOrigins.Of(zone, _targets), guard, rules);
    }

    /// <summary>Takes a request through the rules.</summary>
    /// <exception cref="RequestSketchException">An edge would not take it.</exception>
    public async ValueTask<RequestExplanation> ExplainAsync(RequestSketch sketch)
    {
        var country = sketch.Country is { } letters ? CountryCode.Of(letters) : _countries.Lookup(sketch.Client);
        var request = new ExplainedRequest(sketch, _zone, country, _time);
        if (_zone.Rules is not { } rules)
        {
            return new RequestExplanation([], ExplainedWay.Pass, null, null);
        }

        var turn = request.BeginRules(rules);
        if (sketch.IsWhole && rules.ReadsBody && BodyHolding.IsDue(request))
        {
            await BodyHolding.HoldAsync(request, turn, _time).ConfigureAwait(false);
        }

        try
        {
            var way = new ExplainedWay(request, turn, sketch);
            var phases = ImmutableArray.CreateBuilder<PhaseExplanation>();
            foreach (var ruleset in rules.Request)
            {
                phases.Add(way.Through(ruleset, way.WhyNotAsked(ruleset.Phase)));
            }

            if (sketch.Status is { } status)
            {
                request.Response.Status = status;
                turn.Signals.BeginResponse();
            }

            foreach (var ruleset in rules.Response)
            {
                phases.Add(way.Through(ruleset, way.WhyNotAskedOfResponse(ruleset.Phase)));
            }

            return way.End(phases.ToImmutable()) with
            {
                Bots = sketch.IsWhole ? ScoreOf(turn.Signals.Bots) : null,
            };
        }
        finally
        {
            await request.ReleaseHeldAsync().ConfigureAwait(false);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _zone.Origins.Leave();
        _targets.Dispose();
        _sweep.Dispose();
        _countries.Dispose();
    }

    private static BotScoreExplanation? ScoreOf(BotScore score)
    {
        return score.By is { } features ? new BotScoreExplanation(score.Value == 0 ? null : score.Value, Held(score.Held, features)) : null;

        static ImmutableArray<BotFeature> Held(ReadOnlySpan<int> held, BotFeaturesRuntime features)
        {
            var names = ImmutableArray.CreateBuilder<BotFeature>(held.Length);
            foreach (var feature in held)
            {
                names.Add(features.Features[feature]);
            }

            return names.MoveToImmutable();
        }
    }
}
