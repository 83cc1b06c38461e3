using System.Collections.Immutable;
using Holdfast.Artifacts.Json;
using Holdfast.Model.Rulesets;
using Holdfast.Rules.Phases;

namespace Holdfast.Artifacts.Rulesets;

/// <summary>The kinds of rulesets by name, and the phases that rulesets of each kind can be of.</summary>
public static class RulesetKinds
{
    private static readonly ImmutableArray<string> Names = ["zone", "root", "custom", "access"];

    private static readonly RulesetPhases OfZone = new(RulesetPhase.Names, "of a zone");

    private static readonly RulesetPhases OfRoot = new(RulesetPhase.OfAccount, "of the account");

    private static readonly RulesetPhases OfCustom = new(RulesetPhase.Executing, "that are executed");

    private static readonly RulesetPhases OfAccess = new(
        [RulePhases.NameOf(RulePhase.HttpRequestFirewallCustom)],
        "of access rules"
    );

    /// <summary>The kind's name in the API.</summary>
    public static string NameOf(RulesetKind kind) => Names[(int)kind];

    /// <summary>The names of kinds, for messages.</summary>
    public static string Allowed(params ReadOnlySpan<RulesetKind> kinds)
    {
        var names = new List<string>();
        foreach (var kind in kinds)
        {
            names.Add(NameOf(kind));
        }

        return string.Join(", ", names);
    }

    /// <summary>The phases that rulesets of a kind can be of.</summary>
    public static RulesetPhases PhasesOf(RulesetKind kind) =>
        kind switch
        {
            RulesetKind.Zone => OfZone,
            RulesetKind.Root => OfRoot,
            RulesetKind.Access => OfAccess,
            _ => OfCustom,
        };

    /// <summary>Reads a member <c>kind</c>, which must be there; what is wrong is reported.</summary>
    /// <returns>Null when there is a problem.</returns>
    public static RulesetKind? Read(JsonMembers members, params ReadOnlySpan<RulesetKind> allowed)
    {
        var form = Allowed(allowed);
        if (members.RequireText("kind", form) is not { } name)
        {
            return null;
        }

        foreach (var kind in allowed)
        {
            if (NameOf(kind) == name)
            {
                return kind;
            }
        }

        members.Report("kind", Names.Contains(name) ? $"'{name}'" : "something else", form);
        return null;
    }
}

/// <summary>The phases that rulesets of some kind can be of.</summary>
/// <param name="names">Their names, in their order.</param>
/// <param name="whose">Whose rulesets, for messages.</param>
public sealed class RulesetPhases(ImmutableArray<string> names, string whose)
{
    /// <summary>Their names, in their order.</summary>
    public ImmutableArray<string> Names => names;

    /// <summary>All of them, for messages.</summary>
    public string Allowed { get; } = string.Join(", ", names);

    /// <summary>Why none of these rulesets can be of a phase, or null.</summary>
    public string? ProblemOf(string name) =>
        names.Contains(name) ? null
        : RulesetPhase.Runs(name) || RulesetPhase.OfAccount.Contains(name) ? $"'{name}', which rulesets {whose} are not of"
        : RulesetPhase.ProblemOf(name);
}
