using Holdfast.Edge.ErrorPages;
using Holdfast.Edge.Requests;
using Holdfast.Edge.Rules;
using Holdfast.Edge.Rules.Effects;
using Holdfast.Model.Rulesets;

namespace Holdfast.Edge.Phases.FirewallCustom;

/// <summary>Answers instead of the origin: with the rule's own answer, else with the page that says that a rule has blocked the request.</summary>
internal sealed class BlockEffect(BlockAction action) : RuleEffect
{
    private readonly OwnContent? _content = OwnContent.Of(action.Response);

    /// <inheritdoc/>
    public override ReadOnlySpan<byte> Source => SecuritySources.FirewallCustom;

    /// <inheritdoc/>
    public override RuleStep Apply(EdgeRequest request, RuleTurn turn) => RuleStep.Answer;

    /// <inheritdoc/>
    public override async ValueTask<EdgeError> AnswerAsync(EdgeRequest request, LocalAnswers answers)
    {
        if (_content is null)
        {
            return EdgeError.BlockedByRule;
        }

        request.Error = EdgeError.BlockedByRule;
        await answers.RuleAsync(request, action.Response!.StatusCode, _content.Type, _content.Bytes).ConfigureAwait(false);
        return EdgeError.None;
    }
}
