using Holdfast.Model.Rulesets;
using Holdfast.Rules.Checks;
using Holdfast.Rules.Parsing;
using Holdfast.Rules.Phases;

namespace Holdfast.Artifacts.Rulesets;

/// <summary>Which lists rules refer to, in their expressions and in what their limits count.</summary>
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
        RulePhases.TryFind(phase, out var found)
            ? In(rule.Expression, RuleExpressions.FilterScope(found.Value))
                .Concat(In(rule.RateLimit?.CountingExpression, RuleExpressions.CountingScope()))
            : [];

    // Few rules name a list, and reading an expression takes its time.
    private static IEnumerable<string> In(string? expression, RuleScope scope) =>
        expression?.Contains('$', StringComparison.Ordinal) == true && RuleParser.ReadFilter(expression, scope).Tree is { } tree
            ? ListReads.Of(tree)
            : [];
}
