using Holdfast.Edge.ErrorPages;
using Holdfast.Edge.Requests;

namespace Holdfast.Edge.Rules.Effects;

/// <summary>What answers a request whose phase failed and fails closed: an error that blames the edge.</summary>
internal sealed class FailedClosedEffect : RuleEffect
{
    /// <summary>The one there is.</summary>
    public static FailedClosedEffect Instance { get; } = new();

    /// <inheritdoc/>
    public override RuleStep Apply(EdgeRequest request, RuleTurn turn) => RuleStep.Answer;

    /// <inheritdoc/>
    public override ValueTask<EdgeError> AnswerAsync(EdgeRequest request, LocalAnswers answers) => new(EdgeError.ProtectionFailed);
}
