using System.Globalization;
using System.Text.Json.Nodes;
using Holdfast.Artifacts.Json;
using Holdfast.Model.Rulesets;
using Holdfast.Rules.Phases;

namespace Holdfast.Artifacts.Rulesets;

/// <summary>What a rule writes, in JSON: <c>{"value": text}</c> or <c>{"expression": text}</c>.</summary>
internal static class RuleTextJson
{
    /// <summary>Longest text that is written as it is, in characters.</summary>
    public const int MostCharacters = 4096;

    private const string Form = "an object with value or expression";

    /// <summary>Reads it.</summary>
    /// <param name="members">Where <c>value</c> or <c>expression</c> stands.</param>
    /// <param name="phase">The rule's phase.</param>
    /// <param name="missing">Reports that neither is there, or both are.</param>
    /// <returns>Null when there is a problem.</returns>
    public static RuleText? Read(JsonMembers members, RulePhase phase, Action<string, string> missing)
    {
        var hasValue = members.TryGet("value", out _);
        var hasExpression = members.TryGet("expression", out _);
        if (hasValue == hasExpression)
        {
            missing(hasValue ? "an object with both" : "an object with neither", Form);
            return null;
        }

        if (hasExpression)
        {
            return RuleExpressions.ReadValue(members, "expression", phase) is { } expression ? new RuleText(expression, true) : null;
        }

        var allowed = string.Create(CultureInfo.InvariantCulture, $"a string of at most {MostCharacters} visible ASCII characters");
        var value = members.RequireText("value", allowed);
        if (value is null)
        {
            return null;
        }

        if (value.Length > MostCharacters || !value.All(c => c is >= ' ' and <= '~'))
        {
            members.Report("value", "another string", allowed);
            return null;
        }

        return new RuleText(value, false);
    }

    /// <summary>Writes it.</summary>
    public static JsonObject Write(RuleText text) => new() { [text.IsExpression ? "expression" : "value"] = text.Text };
}
