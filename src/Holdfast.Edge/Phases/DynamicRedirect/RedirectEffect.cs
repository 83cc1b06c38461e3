using System.Buffers;
using System.Text;
using Holdfast.Edge.ErrorPages;
using Holdfast.Edge.Requests;
using Holdfast.Edge.Rules;
using Holdfast.Edge.Rules.Effects;
using Holdfast.Edge.Rules.Signals;
using Holdfast.Model.Rulesets;
using Holdfast.Rules.Phases;

namespace Holdfast.Edge.Phases.DynamicRedirect;

/// <summary>Sends the visitor elsewhere. Where there is nowhere to send to, because the target is unknown or no URL, the rule does nothing.</summary>
internal sealed class RedirectEffect(RedirectAction action, RulePhase phase) : RuleEffect
{
    private readonly RuleTextRuntime _target = new(action.Target, phase);

    /// <inheritdoc/>
    public override ClientFacts Asked => _target.Asked;

    /// <inheritdoc/>
    public override bool WritesEvents => true;

    /// <inheritdoc/>
    public override bool MayDoNothing => true;

    /// <inheritdoc/>
    public override RuleStep Apply(EdgeRequest request, RuleTurn turn)
    {
        if (!_target.TryGet(turn, out var text) || !IsTarget(text))
        {
            return RuleStep.Next;
        }

        var location = turn.Location;
        location.Clear();
        var fragment = text.IndexOf((byte)'#');
        var uri = fragment < 0 ? text : text[..fragment];
        UriText.Write(location, uri, default);
        if (action.PreserveQueryString && turn.Signals.Uri.Query is { IsEmpty: false } query)
        {
            location.Write(uri.Contains((byte)'?') ? "&"u8 : "?"u8);
            location.Write(query);
        }

        if (fragment >= 0)
        {
            UriText.Write(location, text[fragment..], default);
        }

        return RuleStep.Answer;
    }

    /// <inheritdoc/>
    public override async ValueTask<EdgeError> AnswerAsync(EdgeRequest request, LocalAnswers answers)
    {
        await answers.RedirectToAsync(request, action.StatusCode, request.Rules!.Location.Written.Span).ConfigureAwait(false);
        return EdgeError.None;
    }

    // A path on this host, or a URL. Two slashes begin another host's name, which browsers take backslashes for too.
    private static bool IsTarget(ReadOnlySpan<byte> text) =>
        (text.Length > 0 && text[0] == '/' && !(text.Length > 1 && text[1] is (byte)'/' or (byte)'\\'))
        || (text.Length > 8 && (Ascii.EqualsIgnoreCase(text[..7], "http://"u8) || Ascii.EqualsIgnoreCase(text[..8], "https://"u8)));
}
