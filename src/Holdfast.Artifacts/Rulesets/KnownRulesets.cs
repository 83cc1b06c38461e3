using System.Collections.Frozen;
using System.Collections.Immutable;
using Holdfast.Model.Rulesets;

namespace Holdfast.Artifacts.Rulesets;

/// <summary>The rulesets that rules can execute, for those who read rules where that is known.</summary>
/// <param name="rulesets">The account's rulesets.</param>
public sealed class KnownRulesets(ImmutableArray<RulesetConfig> rulesets)
{
    private readonly FrozenDictionary<string, RulesetConfig> _custom = rulesets
        .Where(ruleset => ruleset.Kind == RulesetKind.Custom)
        .ToFrozenDictionary(ruleset => ruleset.Id, StringComparer.Ordinal);

    /// <summary>Why an action cannot be that of a rule of a phase.</summary>
    /// <param name="action">The action; any that executes nothing is right.</param>
    /// <param name="phase">The phase's name.</param>
    /// <returns>Null, or the member of the parameters that is wrong, what was found there and what is allowed.</returns>
    public (string Member, string Found, string Allowed)? ProblemOf(RuleAction action, string phase)
    {
        if (action is not ExecuteAction execute)
        {
            return null;
        }

        if (!_custom.TryGetValue(execute.Ruleset, out var ruleset))
        {
            return ("id", $"'{execute.Ruleset}'", "the id of a ruleset of the account, of the kind custom");
        }

        if (ruleset.Phase != phase)
        {
            return ("id", $"a ruleset of {ruleset.Phase}", $"one of {phase}");
        }

        foreach (var (rule, _) in execute.Overrides?.Rules ?? [])
        {
            if (ruleset.Rules.All(known => known.Id != rule))
            {
                return ("overrides", $"one of the rule '{rule}'", $"rules of the ruleset {ruleset.Id} only");
            }
        }

        foreach (var (category, _) in execute.Overrides?.Categories ?? [])
        {
            if (ruleset.Rules.All(known => !known.Categories.Contains(category)))
            {
                return ("overrides", $"one of the category '{category}'", $"categories that rules of the ruleset {ruleset.Id} have");
            }
        }

        return null;
    }
}
