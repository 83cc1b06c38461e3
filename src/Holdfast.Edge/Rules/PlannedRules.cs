using System.Collections.Immutable;
using Holdfast.Rules.Planning;

namespace Holdfast.Edge.Rules;

/// <summary>A ruleset's rules in a plan, which may be of more rules: of those of the account that this zone leaves out. Immutable.</summary>
/// <param name="plan">The plan.</param>
/// <param name="places">For each rule of the plan its place in the ruleset; null when they are the same.</param>
/// <param name="share">The rules of the plan that are in the ruleset; null when all are.</param>
internal sealed class PlannedRules(RulePlan plan, int[]? places, PlanShare? share)
{
    // A plan of many rules costs as much as some of them, also when only a few are asked for.
    private const int WorthOf = 64;

    /// <summary>The plan.</summary>
    public RulePlan Plan => plan;

    /// <summary>The rules of the plan that are in the ruleset: the others are not asked. Null when all are.</summary>
    public PlanShare? Share => share;

    /// <summary>A rule's place in the ruleset.</summary>
    /// <param name="planned">Its place in the plan.</param>
    public int PlaceOf(int planned) => places is null ? planned : places[planned];

    /// <summary>Plans rules, if there are enough.</summary>
    /// <param name="rules">The rules.</param>
    /// <param name="from">So many are enough.</param>
    public static PlannedRules? Of(ImmutableArray<RuleRuntime> rules, int from) =>
        rules.Length > 0 && rules.Length >= from ? new PlannedRules(PlanOf(rules), null, null) : null;

    /// <summary>Rules whose plan is that of all rules of their ruleset, if there are enough of both.</summary>
    /// <param name="all">The plan; null when there are too few.</param>
    /// <param name="rules">The rules, in the plan's order.</param>
    /// <param name="placeInPlan">A rule's place in the plan, by its id.</param>
    /// <param name="from">So many are enough.</param>
    public static PlannedRules? Of(RulePlan? all, ImmutableArray<RuleRuntime> rules, Func<string, int> placeInPlan, int from)
    {
        if (all is null || rules.Length == 0 || rules.Length < Math.Max(from, all.Count / WorthOf))
        {
            return null;
        }

        if (rules.Length == all.Count)
        {
            return new PlannedRules(all, null, null);
        }

        var places = new int[all.Count];
        int[] planned = [.. rules.Select(rule => placeInPlan(rule.Config.Id))];
        for (var i = 0; i < planned.Length; i++)
        {
            places[planned[i]] = i;
        }

        return new PlannedRules(all, places, all.ShareOf(planned));
    }

    /// <summary>Plans rules. Limits that count what their rules are not for are given in any case.</summary>
    public static RulePlan PlanOf(IReadOnlyList<RuleRuntime> rules) =>
        RulePlan.Build([.. rules.Select(rule => rule.Filter)], rule => rules[rule].Limit is { CountsWhatMatches: false });
}
