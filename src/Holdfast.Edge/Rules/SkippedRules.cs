using System.Collections.Frozen;
using Holdfast.Edge.Rules.Executing;
using Holdfast.Model.Rulesets;

namespace Holdfast.Edge.Rules;

/// <summary>Rulesets and single rules that a rule spares a request. Immutable.</summary>
internal sealed class SkippedRules
{
    private readonly FrozenSet<string> _rulesets;
    private readonly FrozenDictionary<string, FrozenSet<string>> _rules;

    private SkippedRules(SkipAction action)
    {
        _rulesets = action.Rulesets.ToFrozenSet(StringComparer.Ordinal);
        _rules = action.Rules.ToFrozenDictionary(
            entry => entry.Ruleset,
            entry => entry.Rules.ToFrozenSet(StringComparer.Ordinal),
            StringComparer.Ordinal
        );
    }

    /// <summary>Those of an action; null when it names none.</summary>
    public static SkippedRules? Of(SkipAction action) => action.Rulesets.IsEmpty && action.Rules.IsEmpty ? null : new SkippedRules(action);

    /// <summary>Whether a ruleset is among them, with all of its rules.</summary>
    public bool Contains(string ruleset) => _rulesets.Contains(ruleset);

    /// <summary>Whether a rule is: it itself, its ruleset, or what it executes.</summary>
    public bool Contains(RuleRuntime rule) =>
        Contains(rule.Ruleset)
        || (_rules.TryGetValue(rule.Ruleset, out var rules) && rules.Contains(rule.Config.Id))
        || (rule.Effect is ExecuteEffect { Executed: { } executed } && Contains(executed.Config.Id));
}
