using System.Collections.Immutable;
using System.Text.Json.Nodes;
using Holdfast.Artifacts.Json;
using Holdfast.Model.Rulesets;
using Holdfast.Rules.Phases;

namespace Holdfast.Artifacts.Rulesets.Actions;

/// <summary>
/// <c>skip</c>: <c>{"ruleset":"current"}</c>, <c>{"phase":"current"}</c>, <c>{"phases":[...]}</c>, <c>{"products":[...]}</c>,
/// <c>{"rulesets":[...]}</c>, <c>{"rules":{...}}</c>, or several of them.
/// </summary>
internal sealed class SkipActionJson()
    : RuleActionJson(
        "skip",
        "an object with ruleset, phase, phases, products, rulesets or rules",
        RulePhase.HttpRequestFirewallCustom,
        RulePhase.HttpRatelimit
    )
{
    /// <inheritdoc/>
    public override RuleAction? Read(JsonMembers? members, RulePhase phase, Action missing)
    {
        if (members is null)
        {
            missing();
            return null;
        }

        var ruleset = ReadCurrent(members, "ruleset");
        var phases = ReadNames(members, "phases", [.. RulesetLimits.SkippablePhases.Where(name => RulesetPhase.Order(name) > (int)phase)]);
        var products = ReadNames(members, "products", RulesetLimits.SkippableProducts);

        var restOfPhase = ReadCurrent(members, "phase");
        var skip = new SkipAction(ruleset, phases, products, restOfPhase)
        {
            Rulesets = SkippedRulesJson.ReadRulesets(members),
            Rules = SkippedRulesJson.ReadRules(members),
        };
        if (!ruleset && !restOfPhase && phases.IsEmpty && products.IsEmpty && skip.Rulesets.IsEmpty && skip.Rules.IsEmpty)
        {
            missing();
            return null;
        }

        return skip;
    }

    /// <inheritdoc/>
    public override JsonObject? Write(RuleAction action)
    {
        var skip = (SkipAction)action;
        var parameters = new JsonObject();
        if (skip.Ruleset)
        {
            parameters["ruleset"] = "current";
        }

        if (skip.Phase)
        {
            parameters["phase"] = "current";
        }

        if (!skip.Phases.IsEmpty)
        {
            parameters["phases"] = new JsonArray([.. skip.Phases.Select(name => (JsonNode)name)]);
        }

        if (!skip.Products.IsEmpty)
        {
            parameters["products"] = new JsonArray([.. skip.Products.Select(name => (JsonNode)name)]);
        }

        SkippedRulesJson.Write(skip, parameters);
        return parameters;
    }

    private static bool ReadCurrent(JsonMembers members, string name)
    {
        const string allowed = "\"current\"";
        if (members.OptionalText(name, allowed) is not { } text)
        {
            return false;
        }

        if (text != "current")
        {
            members.Report(name, $"'{text}'", allowed);
        }

        return true;
    }

    private static ImmutableArray<string> ReadNames(JsonMembers members, string name, ImmutableArray<string> known) =>
        members.OptionalTexts(name, $"an array of {string.Join(", ", known)}, each at most once", 1, known.Length, known.Contains);
}
