using System.Collections.Immutable;
using Holdfast.Edge.Guard;
using Holdfast.Edge.Rules.Executing;
using Holdfast.Model.Rulesets;
using Holdfast.Rules.Evaluation;
using Holdfast.Rules.Phases;

namespace Holdfast.Edge.Rules;

/// <summary>The enabled rules of one phase, in their order: immutable, compiled off the request path.</summary>
internal sealed class RulesetRuntime
{
    private RulesetRuntime(RulesetConfig config, RulePhase phase, ImmutableArray<RuleRuntime> rules)
    {
        Config = config;
        Phase = phase;
        Rules = rules;
        ReadsBody = rules.Any(rule => rule.ReadsBody);
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

    /// <summary>Whether one of them reads the request's body.</summary>
    public bool ReadsBody { get; }

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

        return new RulesetRuntime(
            config,
            phase.Value,
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
            ]
        )
        {
            Product = product,
        };
    }

    /// <summary>A ruleset whose rules are compiled.</summary>
    public static RulesetRuntime Of(RulesetConfig config, RulePhase phase, ImmutableArray<RuleRuntime> rules) => new(config, phase, rules);

    /// <summary>
    /// The first rule from a place on that acts, or -1: whose filter holds, and beyond whose limit the request is where it has one. One that
    /// is unknown does not act (the design's law 4). This is the one place where filters are run: what plans a ruleset's filters together
    /// takes its place.
    /// </summary>
    public int Next(int from, RuleTurn turn)
    {
        for (var i = from; i < Rules.Length; i++)
        {
            var matches = Rules[i].Filter.Evaluate(turn.Signals, turn.Evaluation);
            if (Rules[i].Limit is { } limit ? turn.Zone.Context.RateLimits.Acts(limit, matches, turn) : matches == Truth.True)
            {
                return i;
            }
        }

        return -1;
    }
}
