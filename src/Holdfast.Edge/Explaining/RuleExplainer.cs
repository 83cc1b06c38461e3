using System.Collections.Immutable;
using System.Text;
using Holdfast.Edge.Bots;
using Holdfast.Edge.Geo;
using Holdfast.Edge.Guard;
using Holdfast.Edge.Origins;
using Holdfast.Edge.Phases.RateLimiting;
using Holdfast.Edge.Reporting;
using Holdfast.Edge.Rules;
using Holdfast.Edge.Rules.Counting;
using Holdfast.Edge.Rules.Effects;
using Holdfast.Edge.Zones;
using Holdfast.Http.Deadlines;
using Holdfast.Http.Origins;
using Holdfast.Model.Bots;
using Holdfast.Model.Rulesets;
using Holdfast.Model.Zones;
using Holdfast.Rules.Evaluation;
using Holdfast.Rules.Explaining;
using Holdfast.Rules.Phases;
using Microsoft.Extensions.Logging;

namespace Holdfast.Edge.Explaining;

/// <summary>
/// Takes requests through a zone's rules as an edge does, with the compiled rules, signals and effects that an edge has, and says of each
/// rule what it did and why. Nothing is sent anywhere.
/// </summary>
internal sealed class RuleExplainer : IDisposable
{
    private const int LeastError = 400;

    private readonly DeadlineSweep _sweep;
    private readonly OriginTargets _targets;
    private readonly CountryDatabase _countries;
    private readonly ZoneRuntime _zone;
    private readonly ZoneConfig _config;
    private readonly TimeProvider _time;

    /// <summary>Compiles a zone's rules.</summary>
    /// <param name="zone">The zone, whose rulesets were checked.</param>
    /// <param name="place">The edge's place, <c>cf.colo.name</c>.</param>
    /// <param name="loggers">Where a country database that cannot be read is told.</param>
    /// <param name="time">The clock.</param>
    /// <param name="features">The bot feature file, which was checked; null for none, and then scores are unknown.</param>
    public RuleExplainer(ZoneConfig zone, string place, ILoggerFactory loggers, TimeProvider time, BotFeaturesConfig? features = null)
    {
        _config = zone;
        _time = time;
        _sweep = new DeadlineSweep(time);
        _targets = new OriginTargets(new DnsOriginResolver(), new OriginPoolLimits(), _sweep, new OriginReports(new EdgeCounters([])));
        _countries = CountryDatabase.Open(CountryDatabase.DefaultPath, loggers.CreateLogger<CountryDatabase>());
        var guard = new EdgeGuard(new GuardLimits(), null, time, loggers.CreateLogger<EdgeGuard>()).Of(zone.Id);
        var context = new RuleContext(place, new RuleCounts(), new RateLimitPhase(new RateLimitState(time)));
        if (features is not null)
        {
            context.Bots.Put(BotFeaturesRuntime.Of(features, 0));
        }

        var rules = ZoneRules.Of(zone, context);
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
            return new RequestExplanation([], Pass, null, null);
        }

        var turn = request.BeginRules(rules);
        if (sketch.IsWhole && rules.ReadsBody && BodyHolding.IsDue(request))
        {
            await BodyHolding.HoldAsync(request, turn, _time).ConfigureAwait(false);
        }

        try
        {
            var way = new Way(request, turn, sketch);
            var phases = ImmutableArray.CreateBuilder<PhaseExplanation>();
            foreach (var ruleset in rules.Request)
            {
                phases.Add(way.Through(ConfigOf(ruleset.Phase), ruleset, way.WhyNotAsked(ruleset.Phase)));
            }

            if (sketch.Status is { } status)
            {
                request.Response.Status = status;
                turn.Signals.BeginResponse();
            }

            foreach (var ruleset in rules.Response)
            {
                phases.Add(way.Through(ConfigOf(ruleset.Phase), ruleset, way.WhyNotAskedOfResponse(ruleset.Phase)));
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

    private const string Pass = "pass";

    private RulesetConfig ConfigOf(RulePhase phase) => _config.Rulesets.First(ruleset => ruleset.Phase == RulePhases.NameOf(phase));

    /// <summary>One request on its way.</summary>
    private sealed class Way(ExplainedRequest request, RuleTurn turn, RequestSketch sketch)
    {
        private readonly IRuleSignals _signals = sketch.IsWhole ? turn.Signals : new PartlyKnownSignals(turn.Signals);
        private RuleConfig? _answer;
        private string? _location;

        public string? WhyNotAsked(RulePhase phase) =>
            _answer is { } answer ? $"not asked: {Name(answer)} has answered the request"
            : turn.Skips(phase) ? "not asked: an earlier rule has skipped the phase"
            : null;

        public string? WhyNotAskedOfResponse(RulePhase phase) =>
            turn.Skips(phase) ? "not asked: an earlier rule has skipped the phase"
            : phase == RulePhase.HttpCustomErrors && sketch.Status is < LeastError ? "not asked: the answer is no error"
            : null;

        public PhaseExplanation Through(RulesetConfig config, RulesetRuntime ruleset, string? note)
        {
            var rules = ImmutableArray.CreateBuilder<RuleExplanation>();
            var compiled = 0;
            var why = note;
            foreach (var rule in config.Rules)
            {
                if (!rule.Enabled)
                {
                    rules.Add(Explained(rule, RuleVerdict.NotAsked, "it is off", null));
                    continue;
                }

                var runtime = ruleset.Rules[compiled++];
                if (why is not null)
                {
                    rules.Add(Explained(rule, RuleVerdict.NotAsked, why, null));
                    continue;
                }

                var (explained, end) = Ask(rule, runtime, RulePhases.SeesResponse(ruleset.Phase));
                rules.Add(explained);
                why = end;
            }

            return new PhaseExplanation(config.Phase, note, rules.ToImmutable());
        }

        public RequestExplanation End(ImmutableArray<PhaseExplanation> phases)
        {
            var target = _location ?? (turn.IsRewritten && _answer is null ? Encoding.UTF8.GetString(request.ForwardTarget) : null);
            return new RequestExplanation(phases, _answer?.Action.Name ?? Pass, _answer?.Ref, target);
        }

        private (RuleExplanation Explained, string? End) Ask(RuleConfig rule, RuleRuntime runtime, bool ofResponse)
        {
            var truth = runtime.Filter.Evaluate(_signals, turn.Evaluation);
            var trace = ExpressionTrace.Of(runtime.Filter.Expression, _signals, turn.Evaluation);
            switch (truth)
            {
                case Truth.False:
                    return (Explained(rule, RuleVerdict.DoesNotMatch, "its expression does not hold", trace), null);
                case Truth.Unknown:
                    return (
                        Explained(rule, RuleVerdict.Unknown, "whether its expression holds is unknown, so it does not act", trace),
                        null
                    );
            }

            if (runtime.Limit is not null)
            {
                return (Explained(rule, RuleVerdict.Unknown, "its expression holds; whether it acts, an edge's counters say", trace), null);
            }

            // What changes an answer that nobody has is not done.
            if (ofResponse && sketch.Status is null)
            {
                return (Explained(rule, RuleVerdict.Acts, "its expression holds", trace), EndOf(rule, rule.Action is ServeErrorAction));
            }

            var step = runtime.Effect.Apply(request, turn);
            if (runtime.Effect.MayDoNothing && step != RuleStep.Answer)
            {
                return (
                    Explained(
                        rule,
                        RuleVerdict.Unknown,
                        "its expression holds, and what it would write is unknown or cannot be written",
                        trace
                    ),
                    null
                );
            }

            if (step == RuleStep.Answer)
            {
                _answer = rule;
                _location = rule.Action is RedirectAction ? Encoding.UTF8.GetString(turn.Location.Written.Span) : null;
                return (Explained(rule, RuleVerdict.Acts, "its expression holds: it answers the request", trace), WhyNotAsked(default));
            }

            return (Explained(rule, RuleVerdict.Acts, "its expression holds", trace), EndOf(rule, step == RuleStep.NextPhase));
        }

        private static string? EndOf(RuleConfig rule, bool ends) => ends ? $"not asked: {Name(rule)} ends the phase" : null;

        private static string Name(RuleConfig rule) => $"the rule {rule.Ref}";

        private static RuleExplanation Explained(RuleConfig rule, RuleVerdict verdict, string why, ExpressionTrace? trace) =>
            new(rule.Id, rule.Ref, rule.Description, rule.Action.Name, rule.Expression, verdict, why, trace);
    }
}
