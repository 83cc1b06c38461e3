using System.Collections.Immutable;
using System.Globalization;
using Holdfast.Control.Envelope;
using Holdfast.Model.Rulesets;

namespace Holdfast.Control.Rulesets;

/// <summary>Where a rule goes: before or after another, or at a place from 1. Empty ids are the beginning and the end.</summary>
internal sealed record RulePosition(string? Before, string? After, int? Index)
{
    /// <summary>Reads the member <c>position</c>; null when there is none, or something is wrong, which is reported.</summary>
    public static RulePosition? Read(RequestBody body)
    {
        const string allowed = "an object with one of before, after and index";
        if (!body.Members.TryGetObject("position", out var members))
        {
            return null;
        }

        var before = members.OptionalText("before", "a rule's id, or empty for the beginning");
        var after = members.OptionalText("after", "a rule's id, or empty for the end");
        var index = members.OptionalWhole("index", 1, RulesetLimits.RulesInZone);
        members.RefuseOthers();
        if ((before is null ? 0 : 1) + (after is null ? 0 : 1) + (index is null ? 0 : 1) == 1)
        {
            return new RulePosition(before, after, (int?)index);
        }

        body.Members.Report("position", "an object with none of them, or several", allowed);
        return null;
    }

    /// <summary>The rules with one more at this place.</summary>
    /// <exception cref="ApiException">There is no such place.</exception>
    public ImmutableArray<RuleConfig> Insert(ImmutableArray<RuleConfig> rules, RuleConfig rule)
    {
        if (Index is { } index)
        {
            return index <= rules.Length + 1
                ? rules.Insert(index - 1, rule)
                : throw ApiException.Invalid(
                    "/position/index",
                    string.Create(CultureInfo.InvariantCulture, $"the index is {index}; the rule can be at 1 to {rules.Length + 1}")
                );
        }

        return Before is { } before ? rules.Insert(before.Length == 0 ? 0 : Find(rules, before, "before"), rule)
            : After is { Length: > 0 } after ? rules.Insert(Find(rules, after, "after") + 1, rule)
            : rules.Add(rule);
    }

    private static int Find(ImmutableArray<RuleConfig> rules, string id, string member)
    {
        for (var i = 0; i < rules.Length; i++)
        {
            if (rules[i].Id == id)
            {
                return i;
            }
        }

        throw ApiException.Invalid("/position/" + member, $"there is no other rule {id} in the ruleset");
    }
}
