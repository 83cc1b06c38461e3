using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json.Nodes;
using Holdfast.Artifacts.Json;
using Holdfast.Model.Rulesets;

namespace Holdfast.Artifacts.Rulesets.Actions;

/// <summary>What <c>skip</c> takes out of the account's rulesets: <c>{"rulesets":[id]}</c> and <c>{"rules":{id of a ruleset:[id]}}</c>.</summary>
internal static class SkippedRulesJson
{
    private static readonly string RulesetsForm = string.Create(
        CultureInfo.InvariantCulture,
        $"an array of 1 to {RulesetLimits.RulesetsInAccount} ids of rulesets, each once"
    );

    private static readonly string RulesForm = string.Create(
        CultureInfo.InvariantCulture,
        $"an object with 1 to {RulesetLimits.RulesetsInAccount} ids of rulesets, each with an array of ids of its rules, at most {RulesetLimits.SkippedRules} together"
    );

    private static readonly string IdsForm = string.Create(
        CultureInfo.InvariantCulture,
        $"an array of 1 to {RulesetLimits.SkippedRules} ids of rules, each once"
    );

    /// <summary>Reads <c>rulesets</c>; what is wrong is reported.</summary>
    public static ImmutableArray<string> ReadRulesets(JsonMembers members) =>
        members.OptionalTexts("rulesets", RulesetsForm, 1, RulesetLimits.RulesetsInAccount, id => ArtifactId.IsWellFormed(id));

    /// <summary>Reads <c>rules</c>; what is wrong is reported.</summary>
    public static ImmutableArray<(string Ruleset, ImmutableArray<string> Rules)> ReadRules(JsonMembers members)
    {
        if (!members.TryGetObject("rules", out var rulesets))
        {
            return [];
        }

        var names = rulesets.Names.Order(StringComparer.Ordinal).ToList();
        if (names.Count is 0 or > RulesetLimits.RulesetsInAccount || !names.TrueForAll(name => ArtifactId.IsWellFormed(name)))
        {
            members.Report("rules", "something else", RulesForm);
            return [];
        }

        var read = ImmutableArray.CreateBuilder<(string, ImmutableArray<string>)>(names.Count);
        var all = 0;
        foreach (var name in names)
        {
            var rules = rulesets.OptionalTexts(name, IdsForm, 1, RulesetLimits.SkippedRules, id => ArtifactId.IsWellFormed(id));
            if (rules.IsEmpty)
            {
                // Null is none of them; anything else was reported.
                if (rulesets.TryGet(name, out var value) && value.ValueKind == System.Text.Json.JsonValueKind.Null)
                {
                    rulesets.Report(name, "null", IdsForm);
                }

                continue;
            }

            all += rules.Length;
            read.Add((name, rules));
        }

        if (all > RulesetLimits.SkippedRules)
        {
            members.Report("rules", string.Create(CultureInfo.InvariantCulture, $"{all} rules"), RulesForm);
        }

        return read.DrainToImmutable();
    }

    /// <summary>Writes what is there of both.</summary>
    public static void Write(SkipAction skip, JsonObject into)
    {
        if (!skip.Rulesets.IsEmpty)
        {
            into["rulesets"] = Array(skip.Rulesets);
        }

        if (!skip.Rules.IsEmpty)
        {
            var rules = new JsonObject();
            foreach (var (ruleset, ids) in skip.Rules)
            {
                rules[ruleset] = Array(ids);
            }

            into["rules"] = rules;
        }
    }

    private static JsonArray Array(ImmutableArray<string> ids) => new([.. ids.Select(id => (JsonNode)id)]);
}
