using System.Collections.Frozen;
using System.Collections.Immutable;
using Holdfast.Edge.Phases.Access;
using Holdfast.Model.Rulesets;
using Holdfast.Rules.Phases;
using Holdfast.Rules.Planning;

namespace Holdfast.Edge.Rules.Executing;

/// <summary>
/// A ruleset of the account, each of its rules compiled and planned once for all zones, those included that are off: an override can turn them on.
/// What rules execute is not in it, because that can be another in each zone. Immutable.
/// </summary>
internal sealed class AccountRuleset
{
    private readonly FrozenDictionary<string, (RuleRuntime Rule, int Place)> _rules;
    private readonly RulePlan? _plan;
    private readonly int _plannedFrom;

    /// <summary>Compiles a ruleset.</summary>
    /// <exception cref="InvalidOperationException">The artifact was not checked.</exception>
    public AccountRuleset(RulesetConfig config, RuleContext context)
    {
        Config = config = AccessRulesets.Of(config);
        Phase = RulePhases.TryFind(config.Phase, out var phase)
            ? phase.Value
            : throw new InvalidOperationException($"the ruleset {config.Id} has an unknown phase");
        RuleRuntime[] rules = [.. config.Rules.Select(rule => RuleRuntime.OfAccount(rule, Phase, config.Id, context))];
        _rules = rules
            .Select((rule, place) => (rule, place))
            .ToFrozenDictionary(entry => entry.rule.Config.Id, entry => entry, StringComparer.Ordinal);
        _plan = rules.Length > 0 && rules.Length >= context.PlannedFrom ? PlannedRules.PlanOf(rules) : null;
        _plannedFrom = context.PlannedFrom;
    }

    /// <summary>As its owner wrote it; access rules are there as rules too.</summary>
    public RulesetConfig Config { get; }

    /// <summary>When its rules are asked.</summary>
    public RulePhase Phase { get; }

    /// <summary>A rule that executes nothing, by its id.</summary>
    public RuleRuntime Rule(string id) => _rules[id].Rule;

    /// <summary>Some of its rules, in their order, as the plan of all knows them; null when they are few, and are asked one by one.</summary>
    public PlannedRules? Planned(ImmutableArray<RuleRuntime> rules) => PlannedRules.Of(_plan, rules, id => _rules[id].Place, _plannedFrom);
}
