using System.Buffers;
using Holdfast.Edge.ErrorPages;
using Holdfast.Edge.Lists;
using Holdfast.Edge.Requests;
using Holdfast.Edge.Rules;
using Holdfast.Edge.Rules.Effects;
using Holdfast.Edge.Rules.Signals;
using Holdfast.Model.Rulesets;
using Holdfast.Rules.Phases;

namespace Holdfast.Edge.Phases.BulkRedirect;

/// <summary>Sends the visitor where a list says. Where the list says nothing, or is not there, the rule does nothing.</summary>
internal sealed class BulkRedirectEffect(RedirectFromListAction action, RulePhase phase) : RuleEffect
{
    private readonly RuleTextRuntime _key = new(new RuleText(action.Key, true), phase);

    /// <inheritdoc/>
    public override ClientFacts Asked => _key.Asked;

    /// <inheritdoc/>
    public override bool WritesEvents => true;

    /// <inheritdoc/>
    public override bool MayDoNothing => true;

    /// <inheritdoc/>
    public override RuleStep Apply(EdgeRequest request, RuleTurn turn)
    {
        if (
            turn.Signals.Lists.Find(action.List) is not RedirectList list
            || !_key.TryGet(turn, out var url)
            || list.Find(url, out var suffix, out var query) is not { } entry
        )
        {
            return RuleStep.Next;
        }

        turn.RedirectStatus = entry.Item.StatusCode;
        Write(turn.Location, entry, suffix, query);
        return RuleStep.Answer;
    }

    /// <summary>Writes where a redirect leads.</summary>
    /// <param name="location">Where to.</param>
    /// <param name="entry">The redirect.</param>
    /// <param name="suffix">What of the request's path lies below the redirect's.</param>
    /// <param name="query">The request's query.</param>
    public static void Write(ReusableBuffer location, RedirectEntry entry, ReadOnlySpan<byte> suffix, ReadOnlySpan<byte> query)
    {
        location.Clear();
        ReadOnlySpan<byte> target = entry.Target;
        var fragmentAt = target.IndexOf((byte)'#');
        var fragment = fragmentAt < 0 ? default : target[fragmentAt..];
        target = fragmentAt < 0 ? target : target[..fragmentAt];
        var queryAt = target.IndexOf((byte)'?');
        var ownQuery = queryAt < 0 ? default : target[queryAt..];
        target = queryAt < 0 ? target : target[..queryAt];
        location.Write(target);
        if (entry.Item.PreservesSuffix && !suffix.IsEmpty)
        {
            // One slash between the two, whichever of them has it.
            var ends = target[^1] == (byte)'/';
            var begins = suffix[0] == (byte)'/';
            location.Write(!ends && !begins ? "/"u8 : default);
            UriText.Write(location, ends && begins ? suffix[1..] : suffix, default);
        }

        location.Write(ownQuery);
        if (entry.Item.PreservesQuery && !query.IsEmpty)
        {
            location.Write(ownQuery.IsEmpty ? "?"u8 : "&"u8);
            UriText.Write(location, query, default);
        }

        location.Write(fragment);
    }

    /// <inheritdoc/>
    public override async ValueTask<EdgeError> AnswerAsync(EdgeRequest request, LocalAnswers answers)
    {
        await answers.RedirectToAsync(request, request.Rules!.RedirectStatus, request.Rules!.Location.Written.Span).ConfigureAwait(false);
        return EdgeError.None;
    }
}
