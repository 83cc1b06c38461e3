using System.Collections.Immutable;
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
        Context = context;
        ReadsBody = request.Any(ruleset => ruleset.ReadsBody);
        Weight = (request.Sum(ruleset => ruleset.Rules.Length) + response.Sum(ruleset => ruleset.Rules.Length)) * RuleWeight;
    }

    /// <summary>The rulesets of the phases before the origin, in the order in which they run.</summary>
    public ImmutableArray<RulesetRuntime> Request { get; }

    /// <summary>Those of the phases over the answer.</summary>
    public ImmutableArray<RulesetRuntime> Response { get; }

    /// <summary>What the edge knows that rules can ask for.</summary>
    public RuleContext Context { get; }

    /// <summary>Whether a rule reads the request's body, which is held back for it (the design's law 24).</summary>
    public bool ReadsBody { get; }

    /// <summary>Bytes of memory, about.</summary>
    public int Weight { get; }

    /// <summary>Compiles a zone's rules.</summary>
    /// <returns>Null when it has none that are enabled.</returns>
    public static ZoneRules? Of(ZoneConfig zone, RuleContext context)
    {
        if (zone.Paused || zone.Rulesets.All(ruleset => ruleset.Rules.All(rule => !rule.Enabled)))
        {
            return null;
        }

        var rulesets = zone
            .Rulesets.Where(ruleset => ruleset.Rules.Any(rule => rule.Enabled))
            .Select(ruleset => RulesetRuntime.Of(ruleset, zone.Id, context))
            .OrderBy(ruleset => ruleset.Phase)
            .ToList();
        return new ZoneRules(
            [.. rulesets.Where(ruleset => !RulePhases.SeesResponse(ruleset.Phase))],
            [.. rulesets.Where(ruleset => RulePhases.SeesResponse(ruleset.Phase))],
            context
        );
    }
}
