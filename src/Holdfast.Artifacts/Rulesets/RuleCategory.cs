using System.Globalization;
using Holdfast.Model.Rulesets;

namespace Holdfast.Artifacts.Rulesets;

/// <summary>Names of categories of rules.</summary>
internal static class RuleCategory
{
    /// <summary>What a rule's categories look like, for messages.</summary>
    public static string Form { get; } =
        string.Create(
            CultureInfo.InvariantCulture,
            $"an array of at most {RulesetLimits.Categories} names, each once: 1 to {RulesetLimits.CategoryCharacters} visible ASCII characters"
        );

    /// <summary>What one looks like, for messages.</summary>
    public static string NameForm { get; } =
        string.Create(CultureInfo.InvariantCulture, $"1 to {RulesetLimits.CategoryCharacters} visible ASCII characters");

    /// <summary>Whether it is a name.</summary>
    public static bool IsWellFormed(string text) =>
        text.Length is > 0 and <= RulesetLimits.CategoryCharacters && text.All(c => c is > ' ' and <= '~');
}
