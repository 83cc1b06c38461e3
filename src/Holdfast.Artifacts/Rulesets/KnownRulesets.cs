using System.Collections.Frozen;
using System.Collections.Immutable;
using Holdfast.Model.Rulesets;

namespace Holdfast.Artifacts.Rulesets;

/// <summary>The rulesets that rules can execute, and skip, for those who read rules where that is known.</summary>
/// <param name="rulesets">The account's rulesets.</param>
public sealed class KnownRulesets(ImmutableArray<RulesetConfig> rulesets)
{
    private readonly FrozenDictionary<string, RulesetConfig> _custom = rulesets
        .Where(ruleset => ruleset.Kind == RulesetKind.Custom)
        .ToFrozenDictionary(ruleset => ruleset.Id, StringComparer.Ordinal);

    // Access rules are asked before any rule that could skip them.
    private readonly FrozenDictionary<string, RulesetConfig> _all = rulesets
        .Where(ruleset => ruleset.Kind != RulesetKind.Access)
        .ToFrozenDictionary(ruleset => ruleset.Id, StringComparer.Ordinal);

    /// <summary>Why an action cannot be that of a rule of a phase.</summary>
    /// <param name="action">The action; any that neither executes nor skips one is right.</param>
    /// <param name="phase">The phase's name.</param>
    /// <returns>Null, or the member of the parameters that is wrong, what was found there and what is allowed.</returns>
    public (string Member, string Found, string Allowed)? ProblemOf(RuleAction action, string phase)
    {
        if (action is SkipAction skip)
        {
            return ProblemOf(skip, phase);
        }

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

    private (string Member, string Found, string Allowed)? ProblemOf(SkipAction skip, string phase)
    {
        foreach (var id in skip.Rulesets)
        {
            if (ProblemOf("rulesets", id, phase) is { } problem)
            {
                return problem;
            }
        }

        foreach (var (id, rules) in skip.Rules)
        {
            if (ProblemOf("rules", id, phase) is { } problem)
            {
                return problem;
            }

            if (rules.FirstOrDefault(rule => _all[id].Rules.All(known => known.Id != rule)) is { } missing)
            {
                return ("rules", $"the rule '{missing}'", $"rules of the ruleset {id} only");
            }
        }

        return null;
    }

    private (string Member, string Found, string Allowed)? ProblemOf(string member, string id, string phase)
    {
        const string allowed = "ids of rulesets of the account whose rules are asked later";
        if (!_all.TryGetValue(id, out var ruleset))
        {
            return (member, $"'{id}'", allowed);
        }

        // What zones have in a phase comes behind the account's entry point, and that itself skips what is left of it in another way.
        var (of, own) = (RulesetPhase.Order(ruleset.Phase), RulesetPhase.Order(phase));
        return of < own || (of == own && ruleset.Kind == RulesetKind.Root)
            ? (member, $"{id}, whose rules are asked before", allowed)
            : null;
    }
}
