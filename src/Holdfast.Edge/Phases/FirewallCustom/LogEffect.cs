using Holdfast.Edge.Requests;
using Holdfast.Edge.Rules;
using Holdfast.Edge.Rules.Effects;
using Holdfast.Rules.Phases;

namespace Holdfast.Edge.Phases.FirewallCustom;

/// <summary>Notes the request in the log, which whoever runs the rule does.</summary>
internal sealed class LogEffect(RulePhase phase) : RuleEffect
{
    /// <inheritdoc/>
    public override ReadOnlySpan<byte> Source => SecuritySources.Of(phase);

    /// <inheritdoc/>
    public override RuleStep Apply(EdgeRequest request, RuleTurn turn) => RuleStep.Next;
}
