using Holdfast.Edge.ErrorPages;
using Holdfast.Edge.Requests;
using Holdfast.Edge.Rules;
using Holdfast.Edge.Rules.Effects;
using Holdfast.Http.Headers;
using Holdfast.Model.Rulesets;

namespace Holdfast.Edge.Phases.CustomErrors;

/// <summary>Puts another body in the place of an error's, the origin's or the edge's own. The first rule that holds does it.</summary>
internal sealed class ServeErrorEffect(ServeErrorAction action) : RuleEffect
{
    private readonly OwnContent _content = new(action.ContentType, action.Content);

    /// <inheritdoc/>
    public override RuleStep Apply(EdgeRequest request, RuleTurn turn)
    {
        var response = request.Response;
        if (action.StatusCode is { } status)
        {
            response.Status = status;
            response.SetReason(default);
        }

        // What spoke of the body that is not sent.
        var headers = response.Headers;
        headers.Remove(KnownHeader.ContentEncoding);
        headers.Remove(KnownHeader.ContentLength);
        headers.Remove(KnownHeader.TransferEncoding);
        headers.Remove(KnownHeader.ContentRange);
        headers.Remove(KnownHeader.ETag);
        headers.Remove(KnownHeader.LastModified);
        headers.Remove("Accept-Ranges"u8);
        headers.Remove("Content-Language"u8);
        headers.Remove("Content-MD5"u8);
        headers.Remove("Digest"u8);
        headers.Remove("Content-Digest"u8);
        headers.Remove("Repr-Digest"u8);
        if (request.Error != EdgeError.None)
        {
            // The policy of the edge's own page; the owner's page may load what it likes.
            headers.Remove("Content-Security-Policy"u8);
        }

        headers.Set(KnownHeader.ContentType, _content.Type);
        turn.Replacement = _content.Bytes;
        turn.Signals.FieldsChanged();
        return RuleStep.NextPhase;
    }
}
