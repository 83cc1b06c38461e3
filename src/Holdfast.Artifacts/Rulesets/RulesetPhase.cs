using System.Collections.Immutable;
using Holdfast.Rules.Phases;

namespace Holdfast.Artifacts.Rulesets;

/// <summary>The phases that edges run rules in. A ruleset of another phase is refused: nothing is taken that does nothing.</summary>
public static class RulesetPhase
{
    /// <summary>All of them, in the order in which a request meets them.</summary>
    public static ImmutableArray<string> Names { get; } =
    [.. Enum.GetValues<RulePhase>().Where(phase => RuleActions.Of(phase).Any()).Select(RulePhases.NameOf)];

    /// <summary>Those that rulesets of the account are of.</summary>
    public static ImmutableArray<string> OfAccount { get; } =
    [RulePhases.NameOf(RulePhase.HttpRequestFirewallCustom), RulePhases.NameOf(RulePhase.HttpRatelimit)];

    /// <summary>Those in which rules execute rulesets.</summary>
    public static ImmutableArray<string> Executing { get; } =
    [
        .. Names.Where(name =>
            RulePhases.TryFind(name, out var phase) && RuleActions.Of(phase.Value).Any(action => action.Name == "execute")
        ),
    ];

    /// <summary>How many phases there are, those included that no edge runs yet.</summary>
    public static int Most { get; } = Enum.GetValues<RulePhase>().Length;

    /// <summary>All of them, for messages.</summary>
    public static string Allowed { get; } = string.Join(", ", Names);

    /// <summary>Whether it is a phase of this name that edges run.</summary>
    public static bool Runs(string name) => Names.Contains(name);

    /// <summary>Whether it is a phase's name at all.</summary>
    public static bool Exists(string name) => RulePhases.TryFind(name, out _);

    /// <summary>The place of a phase in the order; -1 for what is none.</summary>
    public static int Order(string name) => RulePhases.TryFind(name, out var phase) ? (int)phase.Value : -1;

    /// <summary>Why a phase can have no rules, or null.</summary>
    public static string? ProblemOf(string name) =>
        Runs(name) ? null
        : Exists(name) ? $"'{name}', a phase that no edge runs rules in yet"
        : $"'{name}'";
}
