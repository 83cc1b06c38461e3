using Holdfast.Edge.ErrorPages;
using Holdfast.Edge.Requests;
using Holdfast.Edge.Rules;
using Holdfast.Edge.Rules.Effects;
using Holdfast.Model.Access;

namespace Holdfast.Edge.Phases.Access;

/// <summary>Answers with the page that says what of the visitor is not let in.</summary>
internal sealed class AccessBlockEffect(AccessBlockAction action) : RuleEffect
{
    /// <inheritdoc/>
    public override ReadOnlySpan<byte> Source => "ip"u8;

    /// <inheritdoc/>
    public override RuleStep Apply(EdgeRequest request, RuleTurn turn) => RuleStep.Answer;

    /// <inheritdoc/>
    public override ValueTask<EdgeError> AnswerAsync(EdgeRequest request, LocalAnswers answers) =>
        new(
            action.Target switch
            {
                AccessTarget.Asn => EdgeError.BannedNetwork,
                AccessTarget.Country => EdgeError.BannedCountry,
                _ => EdgeError.BannedAddress,
            }
        );
}
