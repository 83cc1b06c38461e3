using System.Collections.Frozen;
using Holdfast.Artifacts.Json;
using Holdfast.Artifacts.Lists;
using Holdfast.Rules.Parsing;
using Holdfast.Rules.Phases;
using Holdfast.Rules.Types;

namespace Holdfast.Artifacts.Rulesets;

/// <summary>The expressions of rules: read here to be checked, and read again where they are compiled.</summary>
public static class RuleExpressions
{
    // A value is a text, and whether something is in a list is none.
    private static readonly FrozenDictionary<string, RuleType> NoLists = FrozenDictionary<string, RuleType>.Empty;

    /// <summary>
    /// What a filter of a phase may read. Which lists there are is not known to an artifact: it may name any, and one that an edge lacks is
    /// unknown there.
    /// </summary>
    /// <param name="phase">The phase.</param>
    /// <param name="lists">The lists that there are, where that is known.</param>
    public static RuleScope FilterScope(RulePhase phase, KnownLists? lists = null) =>
        new(new ExpressionPlace(ExpressionUse.Filter, phase)) { Lists = lists?.Types };

    /// <summary>What a rate limit may read to say what it counts; lists as a filter may.</summary>
    /// <param name="lists">The lists that there are, where that is known.</param>
    public static RuleScope CountingScope(KnownLists? lists = null) =>
        new(new ExpressionPlace(ExpressionUse.Counting, RulePhase.HttpRatelimit)) { Lists = lists?.Types };

    /// <summary>What a value of a phase may read.</summary>
    public static RuleScope ValueScope(RulePhase phase) => new(new ExpressionPlace(ExpressionUse.Value, phase)) { Lists = NoLists };

    /// <summary>Reads a filter; what is wrong is reported with line and column.</summary>
    /// <returns>Its text, or null when there is a problem.</returns>
    internal static string? ReadFilter(
        JsonMembers members,
        string name,
        RulePhase phase,
        ICollection<RuleWarning>? warnings,
        KnownLists? lists
    )
    {
        var scope = FilterScope(phase, lists);
        var allowed = $"an expression of the rules language, as {scope.Place} can have it";
        return members.RequireText(name, allowed) is { } text
            ? Checked(members, name, text, allowed, RuleParser.ReadFilter(text, scope), warnings)
            : null;
    }

    /// <summary>Reads a value; what is wrong is reported with line and column.</summary>
    /// <returns>Its text, or null when there is a problem.</returns>
    internal static string? ReadValue(JsonMembers members, string name, RulePhase phase)
    {
        var scope = ValueScope(phase);
        var allowed = $"an expression of the rules language, as {scope.Place} can have it";
        return members.RequireText(name, allowed) is { } text
            ? Checked(members, name, text, allowed, RuleParser.ReadValue(text, scope), null)
            : null;
    }

    private static string? Checked<T>(
        JsonMembers members,
        string name,
        string text,
        string allowed,
        RuleReading<T> reading,
        ICollection<RuleWarning>? warnings
    )
        where T : class
    {
        if (reading.Errors is [var error, ..])
        {
            members.Report(name, $"no valid expression: {error}", allowed);
            return null;
        }

        foreach (var warning in reading.Warnings)
        {
            warnings?.Add(new RuleWarning(members.PointerTo(name), warning.Message));
        }

        return text;
    }
}
