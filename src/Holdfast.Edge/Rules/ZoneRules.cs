using System.Collections.Immutable;
using Holdfast.Edge.Phases.Access;
using Holdfast.Edge.Rules.Executing;
using Holdfast.Edge.Rules.Signals;
using Holdfast.Model.Rulesets;
using Holdfast.Model.Zones;
using Holdfast.Rules.Phases;

namespace Holdfast.Edge.Rules;

/// <summary>A zone's rules as requests run on them: immutable, and only of the phases that the zone uses.</summary>
internal sealed class ZoneRules
{
    // About what a rule takes when it is compiled: its tree, the objects that run it, its texts, its part in a plan.
    private const int RuleWeight = 5 * 1024;

    private ZoneRules(ImmutableArray<RulesetRuntime> request, ImmutableArray<RulesetRuntime> response, RuleContext context)
    {
        Request = request;
        Response = response;
        Compression = response.FirstOrDefault(ruleset => ruleset.Phase == RulePhase.HttpResponseCompression);
        Context = context;
        ReadsBody = request.Any(ruleset => ruleset.ReadsBody);
        UsesAccount = request
            .Concat(response)
            .Any(ruleset => ruleset.Config.Kind != RulesetKind.Zone || ruleset.Rules.Any(rule => rule.Effect is ExecuteEffect));
        Asked = request.Concat(response).Aggregate(ClientFacts.None, (asked, ruleset) => asked | ruleset.Asked);

        // The account's rules are there once for all zones.
        Weight = request
            .Concat(response)
            .Where(ruleset => ruleset.Config.Kind == RulesetKind.Zone)
            .Sum(ruleset => ruleset.Rules.Length * RuleWeight);
    }

    /// <summary>The rulesets of the phases before the origin, in the order in which they run.</summary>
    public ImmutableArray<RulesetRuntime> Request { get; }

    /// <summary>Those of the phases over the answer.</summary>
    public ImmutableArray<RulesetRuntime> Response { get; }

    /// <summary>The one of them that says how answers are compressed, or null.</summary>
    public RulesetRuntime? Compression { get; }

    /// <summary>What the edge knows that rules can ask for.</summary>
    public RuleContext Context { get; }

    /// <summary>Whether a rule reads the request's body, which is held back for it (the design's law 24).</summary>
    public bool ReadsBody { get; }

    /// <summary>What rules ask about a request's client before they act.</summary>
    public ClientFacts Asked { get; }

    /// <summary>Whether rules of the account are among them, or a rule that executes such.</summary>
    public bool UsesAccount { get; }

    /// <summary>Bytes of memory, about.</summary>
    public int Weight { get; }

    /// <summary>Compiles a zone's rules. In each phase the account's come before the zone's own.</summary>
    /// <param name="zone">The zone.</param>
    /// <param name="context">What rules get of the edge.</param>
    /// <param name="account">The account's rulesets.</param>
    /// <returns>Null when there are none that are enabled.</returns>
    public static ZoneRules? Of(ZoneConfig zone, RuleContext context, AccountRules account)
    {
        if (zone.Paused)
        {
            return null;
        }

        var own = zone
            .Rulesets.Where(ruleset => ruleset.Rules.Any(rule => rule.Enabled))
            .Select(ruleset => RulesetRuntime.Of(ruleset, zone.Id, context, account));
        var rulesets = account.Roots.Where(root => !root.Rules.IsEmpty).Concat(own).OrderBy(ruleset => ruleset.Phase).ToList();
        rulesets.InsertRange(0, account.Access.Where(access => !access.Rules.IsEmpty));
        if (!zone.AccessRules.IsEmpty)
        {
            rulesets.Insert(0, RulesetRuntime.Of(AccessRulesets.Of(zone.AccessRules), zone.Id, context, account));
        }

        // Behind custom rules, which can skip them, and before rate limits.
        var behind = rulesets.FindLastIndex(ruleset => ruleset.Phase <= RulePhase.HttpRequestFirewallCustom) + 1;
        if (zone.UserAgentRules.Any(rule => !rule.Paused))
        {
            var rules = LockdownRulesets.Of(zone.UserAgentRules);
            rulesets.Insert(behind, RulesetRuntime.Of(rules, zone.Id, context, account, SkippedProducts.UaBlock));
        }

        if (zone.Lockdowns.Any(lockdown => !lockdown.Paused))
        {
            var rules = LockdownRulesets.Of(zone.Lockdowns);
            rulesets.Insert(behind, RulesetRuntime.Of(rules, zone.Id, context, account, SkippedProducts.ZoneLockdown));
        }

        if (rulesets.Count == 0)
        {
            return null;
        }

        return new ZoneRules(
            [.. rulesets.Where(ruleset => !RulePhases.SeesResponse(ruleset.Phase))],
            [.. rulesets.Where(ruleset => RulePhases.SeesResponse(ruleset.Phase))],
            context
        );
    }
}
