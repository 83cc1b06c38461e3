using Holdfast.Edge.Requests;
using Holdfast.Edge.Rules;
using Holdfast.Edge.Rules.Effects;
using Holdfast.Rules.Phases;

namespace Holdfast.Edge.Phases.Access;

/// <summary>Spares a request all of security that comes later; nothing takes it back (the design's law 23).</summary>
internal sealed class AccessAllowEffect : RuleEffect
{
    private const uint Security =
        (1u << (int)RulePhase.DdosL7)
        | (1u << (int)RulePhase.HttpRequestFirewallCustom)
        | (1u << (int)RulePhase.HttpRatelimit)
        | (1u << (int)RulePhase.HttpRequestFirewallManaged)
        | (1u << (int)RulePhase.HttpRequestSbfm);

    private static readonly SkippedProducts Products = Enum.GetValues<SkippedProducts>().Aggregate((all, one) => all | one);

    /// <inheritdoc/>
    public override ReadOnlySpan<byte> Source => "ip"u8;

    /// <inheritdoc/>
    public override RuleStep Apply(EdgeRequest request, RuleTurn turn)
    {
        turn.Skip(Security, Products);
        return RuleStep.NextPhase;
    }
}
