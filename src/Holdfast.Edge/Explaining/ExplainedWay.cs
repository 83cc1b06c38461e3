using System.Collections.Immutable;
using System.Text;
using Holdfast.Edge.Rules;
using Holdfast.Edge.Rules.Effects;
using Holdfast.Edge.Rules.Executing;
using Holdfast.Model.Rulesets;
using Holdfast.Rules.Evaluation;
using Holdfast.Rules.Explaining;
using Holdfast.Rules.Phases;

namespace Holdfast.Edge.Explaining;

/// <summary>One request on its way through a zone's compiled rules, and what each made of it.</summary>
internal sealed class ExplainedWay(ExplainedRequest request, RuleTurn turn, RequestSketch sketch)
{
    /// <summary>What becomes of a request that no rule answers.</summary>
    public const string Pass = "pass";

    private const int LeastError = 400;

    private readonly IRuleSignals _signals = sketch.IsWhole ? turn.Signals : new PartlyKnownSignals(turn.Signals);
    private RuleConfig? _answer;
    private string? _location;

    /// <summary>Why the rules of a phase are not asked, or null.</summary>
    public string? WhyNotAsked(RulePhase phase) =>
        _answer is { } answer ? $"not asked: {Name(answer)} has answered the request"
        : turn.Skips(phase) ? "not asked: an earlier rule has skipped the phase"
        : null;

    /// <summary>Why those of a phase over the answer are not asked, or null.</summary>
    public string? WhyNotAskedOfResponse(RulePhase phase) =>
        turn.Skips(phase) ? "not asked: an earlier rule has skipped the phase"
        : phase == RulePhase.HttpCustomErrors && sketch.Status is < LeastError ? "not asked: the answer is no error"
        : null;

    /// <summary>Takes it through a ruleset.</summary>
    /// <param name="ruleset">The ruleset.</param>
    /// <param name="note">Why it is not asked, or null.</param>
    public PhaseExplanation Through(RulesetRuntime ruleset, string? note)
    {
        var config = ruleset.Config;
        note ??= turn.Skips(ruleset) ? "not asked: an earlier rule has skipped it" : null;
        return new PhaseExplanation(config.Phase, note, Rules(ruleset, note, out _), config.Kind == RulesetKind.Zone ? null : config.Name);
    }

    private ImmutableArray<RuleExplanation> Rules(RulesetRuntime ruleset, string? why, out string? end)
    {
        var rules = ImmutableArray.CreateBuilder<RuleExplanation>();
        var compiled = 0;
        end = null;
        foreach (var rule in ruleset.Config.Rules)
        {
            // Those that are off are not compiled; an override may have turned one on, or off.
            if (compiled == ruleset.Rules.Length || ruleset.Rules[compiled].Config.Id != rule.Id)
            {
                rules.Add(Explained(rule, RuleVerdict.NotAsked, "it is off", null));
                continue;
            }

            var runtime = ruleset.Rules[compiled++];
            if (why is not null)
            {
                rules.Add(Explained(runtime.Config, RuleVerdict.NotAsked, why, null));
                continue;
            }

            var (explained, next) = Ask(runtime.Config, runtime, ruleset.Phase);
            rules.Add(explained);
            why = end = next;
        }

        return rules.ToImmutable();
    }

    /// <summary>What has become of the request.</summary>
    public RequestExplanation End(ImmutableArray<PhaseExplanation> phases)
    {
        var target = _location ?? (turn.IsRewritten && _answer is null ? Encoding.UTF8.GetString(request.ForwardTarget) : null);
        return new RequestExplanation(phases, _answer?.Action.Name ?? Pass, _answer?.Ref, target);
    }

    private (RuleExplanation Explained, string? End) Ask(RuleConfig rule, RuleRuntime runtime, RulePhase phase)
    {
        if (turn.Skips(runtime))
        {
            return (Explained(rule, RuleVerdict.NotAsked, "an earlier rule has skipped it", null), null);
        }

        var truth = runtime.Filter.Evaluate(_signals, turn.Evaluation);
        var trace = ExpressionTrace.Of(runtime.Filter.Expression, _signals, turn.Evaluation);
        switch (truth)
        {
            case Truth.False:
                return (Explained(rule, RuleVerdict.DoesNotMatch, "its expression does not hold", trace), null);
            case Truth.Unknown:
                return (Explained(rule, RuleVerdict.Unknown, "whether its expression holds is unknown, so it does not act", trace), null);
        }

        if (runtime.Limit is not null)
        {
            return (Explained(rule, RuleVerdict.Unknown, "its expression holds; whether it acts, an edge's counters say", trace), null);
        }

        // What changes an answer that nobody has is not done.
        if (RulePhases.SeesResponse(phase) && sketch.Status is null)
        {
            return (Explained(rule, RuleVerdict.Acts, "its expression holds", trace), EndOf(rule, rule.Action is ServeErrorAction));
        }

        if (runtime.Effect is ExecuteEffect execute)
        {
            return Execute(rule, execute.Executed, phase, trace);
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

    private (RuleExplanation Explained, string? End) Execute(
        RuleConfig rule,
        RulesetRuntime? executed,
        RulePhase phase,
        ExpressionTrace? trace
    )
    {
        if (executed is null)
        {
            var id = ((ExecuteAction)rule.Action).Ruleset;
            return (
                Explained(rule, RuleVerdict.Acts, $"its expression holds: it executes the ruleset {id}, which is not there", trace),
                null
            );
        }

        var rules = Rules(executed, null, out _);
        var explained = Explained(rule, RuleVerdict.Acts, $"its expression holds: it executes {executed.Config.Name}", trace) with
        {
            Executed = new ExecutedExplanation(executed.Config.Id, executed.Config.Name, rules),
        };

        // What ends the ruleset that is executed ends no other, unless the request is answered or the phase is skipped.
        return (explained, WhyNotAsked(phase));
    }

    private static string? EndOf(RuleConfig rule, bool ends) => ends ? $"not asked: {Name(rule)} ends the phase" : null;

    private static string Name(RuleConfig rule) => $"the rule {rule.Ref}";

    private static RuleExplanation Explained(RuleConfig rule, RuleVerdict verdict, string why, ExpressionTrace? trace) =>
        new(rule.Id, rule.Ref, rule.Description, rule.Action.Name, rule.Expression, verdict, why, trace);
}
