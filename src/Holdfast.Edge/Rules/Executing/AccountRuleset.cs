using System.Collections.Frozen;
using Holdfast.Model.Rulesets;
using Holdfast.Rules.Phases;

namespace Holdfast.Edge.Rules.Executing;

/// <summary>
/// A ruleset of the account, each of its rules compiled once for all zones, those included that are off: an override can turn them on. Rules
/// that execute others are not among them, because what they execute can be another in each zone. Immutable.
/// </summary>
internal sealed class AccountRuleset
{
    private readonly FrozenDictionary<string, RuleRuntime> _rules;

    /// <summary>Compiles a ruleset.</summary>
    /// <exception cref="InvalidOperationException">The artifact was not checked.</exception>
    public AccountRuleset(RulesetConfig config, RuleContext context)
    {
        Config = config;
        Phase = RulePhases.TryFind(config.Phase, out var phase)
            ? phase.Value
            : throw new InvalidOperationException($"the ruleset {config.Id} has an unknown phase");
        _rules = config
            .Rules.Where(rule => rule.Action is not ExecuteAction)
            .ToFrozenDictionary(rule => rule.Id, rule => RuleRuntime.OfAccount(rule, Phase, config.Id, context), StringComparer.Ordinal);
    }

    /// <summary>As its owner wrote it.</summary>
    public RulesetConfig Config { get; }

    /// <summary>When its rules are asked.</summary>
    public RulePhase Phase { get; }

    /// <summary>A rule that executes nothing, by its id.</summary>
    public RuleRuntime Rule(string id) => _rules[id];
}
