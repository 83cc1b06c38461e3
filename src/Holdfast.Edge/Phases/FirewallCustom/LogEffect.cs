using Holdfast.Edge.Requests;
using Holdfast.Edge.Rules;
using Holdfast.Edge.Rules.Effects;

namespace Holdfast.Edge.Phases.FirewallCustom;

/// <summary>Notes the request in the log, which whoever runs the rule does.</summary>
internal sealed class LogEffect : RuleEffect
{
    /// <inheritdoc/>
    public override ReadOnlySpan<byte> Source => "firewallCustom"u8;

    /// <inheritdoc/>
    public override RuleStep Apply(EdgeRequest request, RuleTurn turn) => RuleStep.Next;
}
