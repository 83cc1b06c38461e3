using Holdfast.Edge.ErrorPages;
using Holdfast.Edge.Requests;
using Holdfast.Edge.Rules;
using Holdfast.Edge.Rules.Effects;

namespace Holdfast.Edge.Phases.Access;

/// <summary>Answers with the page that says that a rule has blocked the request, in the name of an older product.</summary>
internal sealed class ProductBlockEffect(ProductBlockAction action) : RuleEffect
{
    /// <inheritdoc/>
    public override ReadOnlySpan<byte> Source => action.Product == SkippedProducts.UaBlock ? "uaBlock"u8 : "zoneLockdown"u8;

    /// <inheritdoc/>
    public override RuleStep Apply(EdgeRequest request, RuleTurn turn) => RuleStep.Answer;

    /// <inheritdoc/>
    public override ValueTask<EdgeError> AnswerAsync(EdgeRequest request, LocalAnswers answers) => new(EdgeError.BlockedByRule);
}

/// <summary>Ends what an older product has to say of a request, and lets it pass.</summary>
internal sealed class ProductPassEffect : RuleEffect
{
    /// <inheritdoc/>
    public override RuleStep Apply(EdgeRequest request, RuleTurn turn) => RuleStep.NextPhase;
}
