using System.Collections.Immutable;
using System.Text.Json.Nodes;
using Holdfast.Artifacts;
using Holdfast.Artifacts.Rulesets;
using Holdfast.Control.Envelope;
using Holdfast.Model.Rulesets;

namespace Holdfast.Control.Rulesets;

/// <summary>
/// Which of the wanted rules is which of those that there are: by id, else by ref, else by saying the same. So a rule keeps its id, and
/// its counters, however the ruleset is written anew.
/// </summary>
internal static class RuleSuccession
{
    /// <summary>The rules that there shall be.</summary>
    /// <exception cref="ApiException">One names a rule that there is not, or two are the same.</exception>
    public static ImmutableArray<RuleConfig> Of(ImmutableArray<RuleConfig> before, IReadOnlyList<PlacedDraft> wanted, DateTimeOffset now)
    {
        var predecessors = new RuleConfig?[wanted.Count];
        var free = before.ToDictionary(rule => rule.Id, StringComparer.Ordinal);
        for (var i = 0; i < wanted.Count; i++)
        {
            if (wanted[i].Draft.Id is { } id)
            {
                predecessors[i] = free.Remove(id, out var rule)
                    ? rule
                    : throw ApiException.Invalid(
                        wanted[i].Pointer + "/id",
                        before.Any(rule => rule.Id == id)
                            ? $"the rule {id} is there twice"
                            : $"the ruleset has no rule {id}; leave the id out to make a new rule"
                    );
            }
        }

        Claim(wanted, predecessors, free, (draft, rule) => draft.Id is null && draft.Ref is not null && draft.Ref == rule.Ref);
        Claim(wanted, predecessors, free, (draft, rule) => draft.Id is null && draft.Ref is null && IsSame(draft, rule));
        return Distinct([.. wanted.Select((placed, i) => After(predecessors[i], placed.Draft, now))], wanted);
    }

    /// <summary>A rule with what a draft says of it; the very same when that is nothing new.</summary>
    public static RuleConfig After(RuleConfig? before, RuleDraft draft, DateTimeOffset now)
    {
        var id = before?.Id ?? ArtifactId.New();
        return After(
            before,
            new RuleConfig
            {
                Id = id,
                Ref = draft.Ref ?? before?.Ref ?? id,
                Version = before?.Version ?? 0,
                LastUpdated = before?.LastUpdated ?? default,
                Expression = draft.Expression,
                Action = draft.Action,
                RateLimit = draft.RateLimit,
                Categories = draft.Categories,
                Enabled = draft.Enabled,
                Logging = draft.Logging,
                Description = draft.Description,
            },
            now
        );
    }

    /// <summary>The wanted state of a rule with its version and date; the rule before when it is the same.</summary>
    public static RuleConfig After(RuleConfig? before, RuleConfig wanted, DateTimeOffset now) =>
        before is not null && JsonNode.DeepEquals(RulesetJson.Write(before), RulesetJson.Write(wanted))
            ? before
            : wanted with
            {
                Version = (before?.Version ?? 0) + 1,
                LastUpdated = now,
            };

    private static bool IsSame(RuleDraft draft, RuleConfig rule) =>
        draft.Expression == rule.Expression
        && draft.Description == rule.Description
        && draft.Enabled == rule.Enabled
        && draft.Logging == rule.Logging
        && JsonNode.DeepEquals(
            RulesetJson.Write(rule),
            RulesetJson.Write(rule with { Action = draft.Action, RateLimit = draft.RateLimit, Categories = draft.Categories })
        );

    private static void Claim(
        IReadOnlyList<PlacedDraft> wanted,
        RuleConfig?[] predecessors,
        Dictionary<string, RuleConfig> free,
        Func<RuleDraft, RuleConfig, bool> fits
    )
    {
        for (var i = 0; i < wanted.Count && free.Count > 0; i++)
        {
            if (predecessors[i] is null && free.Values.FirstOrDefault(rule => fits(wanted[i].Draft, rule)) is { } rule)
            {
                free.Remove(rule.Id);
                predecessors[i] = rule;
            }
        }
    }

    private static ImmutableArray<RuleConfig> Distinct(ImmutableArray<RuleConfig> rules, IReadOnlyList<PlacedDraft> wanted)
    {
        var refs = new HashSet<string>(StringComparer.Ordinal);
        for (var i = 0; i < rules.Length; i++)
        {
            if (!refs.Add(rules[i].Ref))
            {
                throw ApiException.Invalid(wanted[i].Pointer + "/ref", $"the ref '{rules[i].Ref}' is another rule's; each is there once");
            }
        }

        return rules;
    }
}
