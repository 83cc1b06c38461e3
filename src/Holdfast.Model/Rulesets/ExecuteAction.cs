using System.Collections.Immutable;

namespace Holdfast.Model.Rulesets;

/// <summary>
/// The rules of a ruleset of the kind <see cref="RulesetKind.Custom"/> are asked, in the place of this rule. One that is not there, or that a
/// kill switch has taken out, is as if it had no rules.
/// </summary>
/// <param name="Ruleset">The ruleset's id; it is of the rule's phase.</param>
/// <param name="Overrides">What is different where this rule executes it; null for nothing.</param>
public sealed record ExecuteAction(string Ruleset, ExecuteOverrides? Overrides) : RuleAction("execute");

/// <summary>
/// What is different in a ruleset where one rule executes it. What is said of a rule goes before what is said of its category, and that
/// before what is said of all rules; of several categories of a rule the one named last counts.
/// </summary>
public sealed record ExecuteOverrides
{
    /// <summary>What holds for all rules.</summary>
    public RuleOverride All { get; init; } = RuleOverride.None;

    /// <summary>What holds for the rules of categories.</summary>
    public ImmutableArray<(string Category, RuleOverride Override)> Categories { get; init; } = [];

    /// <summary>What holds for single rules, by their ids.</summary>
    public ImmutableArray<(string Rule, RuleOverride Override)> Rules { get; init; } = [];
}

/// <summary>What is different of a rule.</summary>
/// <param name="Enabled">Whether it is asked; null to leave that.</param>
/// <param name="Action">What it does, without parameters; null to leave that.</param>
public sealed record RuleOverride(bool? Enabled, RuleAction? Action)
{
    /// <summary>Nothing.</summary>
    public static RuleOverride None { get; } = new(null, null);

    /// <summary>This, and where it says nothing the other.</summary>
    public RuleOverride Or(RuleOverride other) => new(Enabled ?? other.Enabled, Action ?? other.Action);
}
