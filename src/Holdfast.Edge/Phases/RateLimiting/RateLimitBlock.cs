using Holdfast.Edge.ErrorPages;
using Holdfast.Edge.Requests;
using Holdfast.Edge.Rules;
using Holdfast.Edge.Rules.Effects;
using Holdfast.Model.Rulesets;

namespace Holdfast.Edge.Phases.RateLimiting;

/// <summary>Refuses what is over a limit, with the rule's own answer, else with the page with code 1015; both say when to come again.</summary>
internal sealed class RateLimitBlock(BlockAction action, RateLimitRuntime rule) : RuleEffect
{
    private readonly OwnContent? _content = OwnContent.Of(action.Response);

    /// <inheritdoc/>
    public override ReadOnlySpan<byte> Source => SecuritySources.RateLimit;

    /// <inheritdoc/>
    public override RuleStep Apply(EdgeRequest request, RuleTurn turn) => RuleStep.Answer;

    /// <inheritdoc/>
    public override ValueTask<EdgeError> AnswerAsync(EdgeRequest request, LocalAnswers answers)
    {
        var seconds = RateLimitFields.RetryAfter(request.Rules!.RateLimits.Reading.Wait, unchecked((uint)request.Ray.Value));
        Span<byte> state = stackalloc byte[RateLimitFields.MostBytes + rule.QuotedName.Length];
        var notice = new QuotaNotice
        {
            Policy = rule.Policy,
            State = state[..RateLimitFields.Write(state, rule, rule.Window.Limit, seconds)],
            RetryAfter = seconds,
        };
        if (_content is null)
        {
            return AnsweredAsync(answers.LimitedAsync(request, notice));
        }

        request.Error = EdgeError.RateLimited;
        return AnsweredAsync(answers.RuleAsync(request, action.Response!.StatusCode, _content.Type, _content.Bytes, notice));
    }

    private static async ValueTask<EdgeError> AnsweredAsync(ValueTask answering)
    {
        await answering.ConfigureAwait(false);
        return EdgeError.None;
    }
}
