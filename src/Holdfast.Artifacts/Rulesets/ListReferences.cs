using Holdfast.Model.Rulesets;
using Holdfast.Rules.Checks;
using Holdfast.Rules.Parsing;
using Holdfast.Rules.Phases;

namespace Holdfast.Artifacts.Rulesets;

/// <summary>Which lists a zone's rules refer to.</summary>
public static class ListReferences
{
    /// <summary>The names, each with the number of rules that name it.</summary>
    public static IReadOnlyDictionary<string, int> In(IEnumerable<RulesetConfig> rulesets)
    {
        var rules = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach (var ruleset in rulesets)
        {
            foreach (var rule in ruleset.Rules)
            {
                foreach (var name in In(rule, ruleset.Phase).Distinct(StringComparer.Ordinal))
                {
                    rules[name] = rules.GetValueOrDefault(name) + 1;
                }
            }
        }

        return rules;
    }

    private static IEnumerable<string> In(RuleConfig rule, string phase) =>
        // Few rules name a list, and reading an expression takes its time.
        rule.Expression.Contains('$', StringComparison.Ordinal)
        && RulePhases.TryFind(phase, out var found)
        && RuleParser.ReadFilter(rule.Expression, RuleExpressions.FilterScope(found.Value)).Tree is { } tree
            ? ListReads.Of(tree)
            : [];
}
