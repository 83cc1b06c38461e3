using System.Collections.Immutable;
using Holdfast.Edge.Guard;
using Holdfast.Edge.Rules.Executing;
using Holdfast.Edge.Rules.Signals;
using Holdfast.Model.Rulesets;
using Holdfast.Rules.Phases;

namespace Holdfast.Edge.Rules;

/// <summary>The enabled rules of one phase, in their order: immutable, compiled off the request path.</summary>
internal sealed class RulesetRuntime
{
    private RulesetRuntime(RulesetConfig config, RulePhase phase, ImmutableArray<RuleRuntime> rules, PlannedRules? planned)
    {
        Config = config;
        Phase = phase;
        Rules = rules;
        Planned = planned;
        ReadsBody = rules.Any(rule => rule.ReadsBody);
        Asked = rules.Aggregate(ClientFacts.None, (asked, rule) => asked | rule.Asked);
    }

    /// <summary>The ruleset without what kill switches take out; rules that are off are in it too.</summary>
    public RulesetConfig Config { get; }

    /// <summary>The older product that they are of, which a rule can spare a request; none for rules that are of none.</summary>
    public SkippedProducts Product { get; init; }

    /// <summary>When they are asked.</summary>
    public RulePhase Phase { get; }

    /// <summary>What the guard knows them by.</summary>
    public EdgeModule Module => EdgeModules.Of(Phase);

    /// <summary>The rules.</summary>
    public ImmutableArray<RuleRuntime> Rules { get; }

    /// <summary>The same, planned together; null when they are asked one by one, because they are few.</summary>
    public PlannedRules? Planned { get; }

    /// <summary>Whether one of them reads the request's body.</summary>
    public bool ReadsBody { get; }

    /// <summary>What they ask about a request's client before they act.</summary>
    public ClientFacts Asked { get; }

    /// <summary>Compiles a zone's ruleset.</summary>
    /// <param name="config">The ruleset.</param>
    /// <param name="zone">The zone's id.</param>
    /// <param name="context">What rules get of the edge.</param>
    /// <param name="account">The account's rulesets, which its rules can execute.</param>
    /// <param name="product">The older product that they are of, if any.</param>
    public static RulesetRuntime Of(
        RulesetConfig config,
        string zone,
        RuleContext context,
        AccountRules account,
        SkippedProducts product = SkippedProducts.None
    )
    {
        if (!RulePhases.TryFind(config.Phase, out var phase))
        {
            throw new InvalidOperationException($"the ruleset {config.Id} has an unknown phase");
        }

        ImmutableArray<RuleRuntime> rules =
        [
            .. config
                .Rules.Where(rule => rule.Enabled)
                .Select(rule =>
                    RuleRuntime.OfZone(
                        rule,
                        phase.Value,
                        config.Id,
                        zone,
                        context,
                        rule.Action is ExecuteAction execute ? account.Executed(execute, phase.Value) : null
                    )
                ),
        ];
        return new RulesetRuntime(config, phase.Value, rules, PlannedRules.Of(rules, context.PlannedFrom)) { Product = product };
    }

    /// <summary>A ruleset whose rules are compiled, and planned when there are enough of them.</summary>
    public static RulesetRuntime Of(RulesetConfig config, RulePhase phase, ImmutableArray<RuleRuntime> rules, PlannedRules? planned) =>
        new(config, phase, rules, planned);
}
