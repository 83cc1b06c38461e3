using Holdfast.Edge.Compression;
using Holdfast.Edge.Requests;
using Holdfast.Edge.Rules;
using Holdfast.Edge.Rules.Effects;
using Holdfast.Model.Rulesets;

namespace Holdfast.Edge.Phases.Compression;

/// <summary>Says how the answer is compressed. Of several rules the last one counts.</summary>
internal sealed class CompressResponseEffect(CompressResponseAction action) : RuleEffect
{
    private readonly CompressionChoice _choice = new(action.Algorithms);

    /// <inheritdoc/>
    public override RuleStep Apply(EdgeRequest request, RuleTurn turn)
    {
        turn.Compression = _choice;
        return RuleStep.Next;
    }
}
