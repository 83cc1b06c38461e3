using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Holdfast.Artifacts.Json;
using Holdfast.Model.Rulesets;

namespace Holdfast.Artifacts.Rulesets.Actions;

/// <summary>
/// What is different in a ruleset that is executed: <c>{"enabled","action","categories":[{"category","enabled","action"}],
/// "rules":[{"id","enabled","action"}]}</c>.
/// </summary>
internal static class OverridesJson
{
    private static readonly string ActionForm = string.Join(", ", RulesetLimits.OverridingActions);

    private static readonly string ListForm = string.Create(
        CultureInfo.InvariantCulture,
        $"an array of at most {RulesetLimits.Overrides} objects"
    );

    /// <summary>Reads it; what is wrong is reported.</summary>
    /// <returns>Null when it says nothing.</returns>
    public static ExecuteOverrides? Read(JsonMembers members)
    {
        var all = ReadOverride(members);
        var categories = ReadList(members, "categories", "category", RuleCategory.NameForm, RuleCategory.IsWellFormed);
        var rules = ReadList(members, "rules", "id", ArtifactId.Form, id => ArtifactId.IsWellFormed(id));
        members.RefuseOthers();
        return all == RuleOverride.None && categories.IsEmpty && rules.IsEmpty
            ? null
            : new ExecuteOverrides
            {
                All = all,
                Categories = categories,
                Rules = rules,
            };
    }

    /// <summary>Writes it.</summary>
    public static JsonObject Write(ExecuteOverrides overrides)
    {
        var json = Write(new JsonObject(), overrides.All);
        if (!overrides.Categories.IsEmpty)
        {
            json["categories"] = Write(overrides.Categories, "category");
        }

        if (!overrides.Rules.IsEmpty)
        {
            json["rules"] = Write(overrides.Rules, "id");
        }

        return json;
    }

    private static JsonArray Write(ImmutableArray<(string, RuleOverride)> list, string name) =>
        new([.. list.Select(item => (JsonNode)Write(new JsonObject { [name] = item.Item1 }, item.Item2))]);

    private static JsonObject Write(JsonObject json, RuleOverride different)
    {
        if (different.Action is { } action)
        {
            json["action"] = action.Name;
        }

        if (different.Enabled is { } enabled)
        {
            json["enabled"] = enabled;
        }

        return json;
    }

    private static RuleOverride ReadOverride(JsonMembers members)
    {
        foreach (var name in (ReadOnlySpan<string>)["sensitivity_level", "score_threshold"])
        {
            if (members.TryGet(name, out _))
            {
                members.Report(name, "there", "nothing: rules here have no scores and no sensitivity");
            }
        }

        RuleAction? action = members.OptionalText("action", ActionForm) switch
        {
            null => null,
            "block" => new BlockAction((BlockResponse?)null),
            "log" => new LogAction(),
            var other => Refused(members, other),
        };
        return new RuleOverride(members.OptionalFlag("enabled"), action);
    }

    private static LogAction? Refused(JsonMembers members, string action)
    {
        members.Report("action", $"'{action}'", $"{ActionForm}: what needs no parameters, and edges do");
        return null;
    }

    private static ImmutableArray<(string, RuleOverride)> ReadList(
        JsonMembers members,
        string name,
        string key,
        string form,
        Func<string, bool> fits
    )
    {
        if (!members.TryGet(name, out var list) || list.ValueKind == JsonValueKind.Null)
        {
            return [];
        }

        if (list.ValueKind != JsonValueKind.Array || list.GetArrayLength() > RulesetLimits.Overrides)
        {
            members.Report(name, StrictJson.Describe(list), ListForm);
            return [];
        }

        var read = ImmutableArray.CreateBuilder<(string, RuleOverride)>(list.GetArrayLength());
        var seen = new HashSet<string>(StringComparer.Ordinal);
        var index = 0;
        foreach (var element in list.EnumerateArray())
        {
            var item = members.At(name, element, index++);
            var text = item.RequireText(key, form);
            if (text is not null && !fits(text))
            {
                item.Report(key, "something else", form);
            }
            else if (text is not null && !seen.Add(text))
            {
                item.Report(key, $"'{text}' again", "each once");
            }

            var different = ReadOverride(item);
            if (item.IsObject && different == RuleOverride.None)
            {
                item.Report("enabled", "missing, and action too", "one of the two at least");
            }

            item.RefuseOthers();
            read.Add((text ?? "", different));
        }

        return read.DrainToImmutable();
    }
}
