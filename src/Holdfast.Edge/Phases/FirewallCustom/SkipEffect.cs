using Holdfast.Edge.Requests;
using Holdfast.Edge.Rules;
using Holdfast.Edge.Rules.Effects;
using Holdfast.Model.Rulesets;
using Holdfast.Rules.Phases;

namespace Holdfast.Edge.Phases.FirewallCustom;

/// <summary>Spares a request what comes later. Nothing takes it back: an allow wins over what comes after it (the design's law 23).</summary>
internal sealed class SkipEffect : RuleEffect
{
    private readonly RulePhase _phase;
    private readonly uint _phases;
    private readonly SkippedProducts _products;
    private readonly bool _ruleset;
    private readonly SkippedRules? _rules;

    /// <summary>Of an action.</summary>
    public SkipEffect(SkipAction action, RulePhase phase)
    {
        _phase = phase;
        _rules = SkippedRules.Of(action);
        _ruleset = action.Ruleset || action.Phase;
        _phases = action.Phase ? 1u << (int)phase : 0;
        foreach (var name in action.Phases)
        {
            _phases |= RulePhases.TryFind(name, out var skipped) ? 1u << (int)skipped.Value : 0;
        }

        foreach (var name in action.Products)
        {
            _products |= Enum.Parse<SkippedProducts>(name, ignoreCase: true);
        }
    }

    /// <inheritdoc/>
    public override ReadOnlySpan<byte> Source => SecuritySources.Of(_phase);

    /// <inheritdoc/>
    public override RuleStep Apply(EdgeRequest request, RuleTurn turn)
    {
        turn.Skip(_phases, _products, _rules);
        return _ruleset ? RuleStep.NextPhase : RuleStep.Next;
    }
}
