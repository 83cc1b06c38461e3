using System.Collections.Immutable;
using Holdfast.Artifacts.Lists;
using Holdfast.Model.Access;
using Holdfast.Model.Rulesets;
using Holdfast.Rules.Phases;

namespace Holdfast.Edge.Phases.Access;

/// <summary>
/// IP access rules as a ruleset that is asked before all others. Of several that are for a request the most telling decides: an
/// address before a network, a longer prefix before a shorter, a network before an autonomous system, that before a country.
/// </summary>
internal static class AccessRulesets
{
    /// <summary>The ruleset of a zone.</summary>
    public static RulesetConfig Of(ImmutableArray<AccessRule> rules) =>
        new()
        {
            Id = "",
            Name = "IP access rules",
            Phase = RulePhases.NameOf(RulePhase.HttpRequestFirewallCustom),
            Version = 1,
            LastUpdated = DateTimeOffset.UnixEpoch,
            Rules = RulesOf(rules),
        };

    /// <summary>A ruleset of the account with its access rules as rules, if it is one of such; otherwise as it is.</summary>
    public static RulesetConfig Of(RulesetConfig ruleset) =>
        ruleset.Kind != RulesetKind.Access ? ruleset : ruleset with { Rules = RulesOf(ruleset.AccessRules) };

    private static ImmutableArray<RuleConfig> RulesOf(ImmutableArray<AccessRule> rules) =>
        [.. rules.OrderBy(rule => rule.Target).ThenByDescending(PrefixOf).Select(Rule)];

    // Networks of the other family are never for the same request.
    private static int PrefixOf(AccessRule rule) =>
        rule.Target == AccessTarget.IpRange ? ListItem.RangeOf(rule.Value).Prefix ?? int.MaxValue : 0;

    private static RuleConfig Rule(AccessRule rule) =>
        new()
        {
            Id = rule.Id,
            Ref = rule.Id,
            Version = 1,
            LastUpdated = rule.ModifiedAt,
            Description = rule.Notes,
            Expression = rule.Target switch
            {
                AccessTarget.Ip => $"ip.src eq {rule.Value}",
                AccessTarget.IpRange => $"ip.src in {{{rule.Value}}}",
                AccessTarget.Asn => $"ip.src.asnum eq {rule.Value[2..]}",
                _ => $"ip.src.country eq \"{rule.Value}\"",
            },
            Action = rule.Mode == AccessMode.Block ? new AccessBlockAction(rule.Target) : new AccessAllowAction(),
        };
}

/// <summary>An access rule keeps a visitor out.</summary>
/// <param name="Target">For what the visitor is.</param>
internal sealed record AccessBlockAction(AccessTarget Target) : RuleAction("block");

/// <summary>An access rule lets a visitor in, past all that comes later.</summary>
internal sealed record AccessAllowAction() : RuleAction("whitelist");
