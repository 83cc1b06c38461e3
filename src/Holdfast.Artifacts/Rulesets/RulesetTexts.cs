using System.Globalization;
using Holdfast.Artifacts.Json;

namespace Holdfast.Artifacts.Rulesets;

/// <summary>Names and descriptions.</summary>
public static class RulesetTexts
{
    /// <summary>A text that may be missing; one that is too long is reported.</summary>
    public static string? Read(JsonMembers members, string name, int most)
    {
        var allowed = string.Create(CultureInfo.InvariantCulture, $"a string of at most {most} characters");
        var text = members.OptionalText(name, allowed);
        if (text is not null && text.Length > most)
        {
            members.Report(name, $"a string of {text.Length} characters", allowed);
        }

        return text;
    }
}
