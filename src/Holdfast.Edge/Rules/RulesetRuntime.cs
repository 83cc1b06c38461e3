using System.Collections.Immutable;
using Holdfast.Edge.Guard;
using Holdfast.Model.Rulesets;
using Holdfast.Rules.Evaluation;
using Holdfast.Rules.Phases;
using Holdfast.Rules.Planning;

namespace Holdfast.Edge.Rules;

/// <summary>The enabled rules of one phase, in their order: immutable, compiled off the request path.</summary>
internal sealed class RulesetRuntime
{
    private readonly RulePlan? _plan;

    private RulesetRuntime(RulePhase phase, ImmutableArray<RuleRuntime> rules, int plannedFrom)
    {
        Phase = phase;
        Rules = rules;
        ReadsBody = rules.Any(rule => rule.ReadsBody);

        // Limits also count what their rules are not for.
        _plan =
            rules.Length >= plannedFrom && phase != RulePhase.HttpRatelimit ? RulePlan.Build([.. rules.Select(rule => rule.Filter)]) : null;
    }

    /// <summary>When they are asked.</summary>
    public RulePhase Phase { get; }

    /// <summary>What the guard knows them by.</summary>
    public EdgeModule Module => EdgeModules.Of(Phase);

    /// <summary>The rules.</summary>
    public ImmutableArray<RuleRuntime> Rules { get; }

    /// <summary>Whether they are planned together.</summary>
    public bool IsPlanned => _plan is not null;

    /// <summary>Whether one of them reads the request's body.</summary>
    public bool ReadsBody { get; }

    /// <summary>Compiles a ruleset.</summary>
    public static RulesetRuntime Of(RulesetConfig config, string zone, RuleContext context)
    {
        if (!RulePhases.TryFind(config.Phase, out var phase))
        {
            throw new InvalidOperationException($"the ruleset {config.Id} has an unknown phase");
        }

        return new RulesetRuntime(
            phase.Value,
            [.. config.Rules.Where(rule => rule.Enabled).Select(rule => new RuleRuntime(rule, phase.Value, zone, context))],
            context.PlannedFrom
        );
    }

    /// <summary>
    /// The first rule from a place on that acts, or -1: whose filter holds, and beyond whose limit the request is where it has one. One that
    /// is unknown does not act (the design's law 4). A phase is asked from 0 on, and then from behind what was found. This is the one place
    /// where filters are run.
    /// </summary>
    public int Next(int from, RuleTurn turn) => _plan is null ? NextAlone(from, turn) : turn.Planned.Next(this, _plan, from, turn);

    /// <summary>The same, rule by rule.</summary>
    public int NextAlone(int from, RuleTurn turn)
    {
        for (var i = from; i < Rules.Length; i++)
        {
            var matches = Rules[i].Filter.Evaluate(turn.Signals, turn.Evaluation);
            if (Rules[i].Limit is { } limit ? turn.Zone.Context.RateLimits.Acts(limit, matches, turn) : matches == Truth.True)
            {
                return i;
            }
        }

        return -1;
    }
}
