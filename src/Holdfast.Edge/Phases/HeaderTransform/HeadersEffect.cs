using System.Buffers;
using System.Collections.Immutable;
using System.Text;
using Holdfast.Edge.Requests;
using Holdfast.Edge.Rules;
using Holdfast.Edge.Rules.Effects;
using Holdfast.Edge.Rules.Signals;
using Holdfast.Http.Messages;
using Holdfast.Model.Rulesets;
using Holdfast.Rules.Phases;

namespace Holdfast.Edge.Phases.HeaderTransform;

/// <summary>
/// Changes fields: of the request before it goes on, or of the answer before it goes out. A value that is unknown, or that no field can
/// have, changes nothing.
/// </summary>
internal sealed class HeadersEffect(RewriteHeadersAction action, RulePhase phase) : RuleEffect
{
    private readonly ImmutableArray<(byte[] Name, HeaderOperation Operation, RuleTextRuntime? Value)> _changes =
    [
        .. action.Changes.Select(change =>
            (
                Encoding.ASCII.GetBytes(change.Name),
                change.Operation,
                change.Value is null ? null : (RuleTextRuntime?)new RuleTextRuntime(change.Value, phase)
            )
        ),
    ];

    /// <inheritdoc/>
    public override ClientFacts Asked =>
        _changes.Aggregate(ClientFacts.None, (asked, change) => asked | (change.Value?.Asked ?? ClientFacts.None));

    /// <inheritdoc/>
    public override RuleStep Apply(EdgeRequest request, RuleTurn turn)
    {
        var headers = RulePhases.SeesResponse(phase) ? request.Response.Headers : request.Head.Headers;
        turn.Signals.FieldsWillChange();
        foreach (var (name, operation, value) in _changes)
        {
            if (value is null)
            {
                headers.Remove(name);
            }
            else if (value.TryGet(turn, out var text) && Syntax.IsFieldValue(text))
            {
                // The value may be a span of the very field that goes.
                var kept = turn.Location;
                kept.Clear();
                kept.Write(Syntax.Trim(text));
                if (operation == HeaderOperation.Set)
                {
                    headers.Remove(name);
                }

                headers.Add(name, kept.Written.Span);
            }
        }

        turn.Signals.FieldsChanged();
        return RuleStep.Next;
    }
}
