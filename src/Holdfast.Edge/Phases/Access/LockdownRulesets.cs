using System.Collections.Immutable;
using Holdfast.Edge.Rules;
using Holdfast.Model.Access;
using Holdfast.Model.Rulesets;
using Holdfast.Rules.Phases;

namespace Holdfast.Edge.Phases.Access;

/// <summary>
/// A zone's lockdowns, and its user agent rules, as rulesets that are asked behind its custom rules, so that these can spare a request the
/// product.
/// </summary>
internal static class LockdownRulesets
{
    // A path in the one form that rules know, so that spelling does not help.
    private const string Place = "concat(http.host, http.request.uri.path)";

    /// <summary>Lockdowns. Where the first that is for a request lets it pass, the others are not asked.</summary>
    public static RulesetConfig Of(IEnumerable<ZoneLockdown> lockdowns) =>
        Ruleset("Zone lockdowns", [.. ZoneLockdown.InOrder(lockdowns.Where(lockdown => !lockdown.Paused)).SelectMany(RulesOf)]);

    /// <summary>User agent rules.</summary>
    public static RulesetConfig Of(IEnumerable<UserAgentRule> rules) =>
        Ruleset(
            "User agent rules",
            [
                .. rules
                    .Where(rule => !rule.Paused)
                    .Select(rule =>
                        Rule(
                            rule.Id,
                            rule.Description,
                            $"http.user_agent eq \"{rule.UserAgent.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal)}\"",
                            new ProductBlockAction(SkippedProducts.UaBlock)
                        )
                    ),
            ]
        );

    private static IEnumerable<RuleConfig> RulesOf(ZoneLockdown lockdown)
    {
        var isFor = string.Join(" or ", lockdown.Urls.Select(url => $"{Place} wildcard \"{url}\""));
        var allowed = $"ip.src in {{{string.Join(' ', lockdown.Addresses)}}}";
        yield return Rule(
            lockdown.Id,
            lockdown.Description,
            $"({isFor}) and not {allowed}",
            new ProductBlockAction(SkippedProducts.ZoneLockdown)
        );
        yield return Rule(lockdown.Id + "-allowed", "", isFor, new ProductPassAction());
    }

    private static RulesetConfig Ruleset(string name, ImmutableArray<RuleConfig> rules) =>
        new()
        {
            Id = "",
            Name = name,
            Phase = RulePhases.NameOf(RulePhase.HttpRequestFirewallCustom),
            Version = 1,
            LastUpdated = DateTimeOffset.UnixEpoch,
            Rules = rules,
        };

    private static RuleConfig Rule(string id, string description, string expression, RuleAction action) =>
        new()
        {
            Id = id,
            Ref = id,
            Version = 1,
            LastUpdated = DateTimeOffset.UnixEpoch,
            Description = description,
            Expression = expression,
            Action = action,
        };
}

/// <summary>An older product keeps a request out.</summary>
/// <param name="Product">Which.</param>
internal sealed record ProductBlockAction(SkippedProducts Product) : RuleAction("block");

/// <summary>An older product has nothing against a request.</summary>
internal sealed record ProductPassAction() : RuleAction("pass");
