using System.Text;
using Holdfast.Edge.ErrorPages;
using Holdfast.Edge.Requests;
using Holdfast.Edge.Rules;
using Holdfast.Edge.Rules.Effects;
using Holdfast.Model.Rulesets;

namespace Holdfast.Edge.Phases.FirewallCustom;

/// <summary>Answers instead of the origin: with the rule's own answer, else with the page that says that a rule has blocked the request.</summary>
internal sealed class BlockEffect(BlockAction action) : RuleEffect
{
    private readonly byte[]? _contentType = action.Response is { } response
        ? Encoding.ASCII.GetBytes(WithCharset(response.ContentType))
        : null;
    private readonly byte[] _content = Encoding.UTF8.GetBytes(action.Response?.Content ?? "");

    /// <inheritdoc/>
    public override ReadOnlySpan<byte> Source => "firewallCustom"u8;

    /// <inheritdoc/>
    public override RuleStep Apply(EdgeRequest request, RuleTurn turn) => RuleStep.Answer;

    /// <inheritdoc/>
    public override async ValueTask<EdgeError> AnswerAsync(EdgeRequest request, LocalAnswers answers)
    {
        if (_contentType is null)
        {
            return EdgeError.BlockedByRule;
        }

        request.Error = EdgeError.BlockedByRule;
        await answers.RuleAsync(request, action.Response!.StatusCode, _contentType, _content).ConfigureAwait(false);
        return EdgeError.None;
    }

    // The rule's texts are Unicode; what doesn't say so is guessed at by browsers.
    private static string WithCharset(string type) => type == "application/json" ? type : type + "; charset=utf-8";
}
