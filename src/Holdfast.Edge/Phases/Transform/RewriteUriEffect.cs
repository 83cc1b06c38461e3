using System.Buffers;
using Holdfast.Edge.Requests;
using Holdfast.Edge.Rules;
using Holdfast.Edge.Rules.Effects;
using Holdfast.Edge.Rules.Signals;
using Holdfast.Model.Rulesets;
using Holdfast.Rules.Phases;

namespace Holdfast.Edge.Phases.Transform;

/// <summary>Gives the request another target, for later rules, the cache and the origin. A part whose value is unknown stays as it is.</summary>
internal sealed class RewriteUriEffect(RewriteUriAction action, RulePhase phase) : RuleEffect
{
    private readonly RuleTextRuntime? _path = action.Path is null ? null : new RuleTextRuntime(action.Path, phase);
    private readonly RuleTextRuntime? _query = action.Query is null ? null : new RuleTextRuntime(action.Query, phase);

    /// <inheritdoc/>
    public override ClientFacts Asked => (_path?.Asked ?? ClientFacts.None) | (_query?.Asked ?? ClientFacts.None);

    /// <inheritdoc/>
    public override RuleStep Apply(EdgeRequest request, RuleTurn turn)
    {
        var target = turn.Location;
        target.Clear();
        if (_path is not null && _path.TryGet(turn, out var path))
        {
            if (path.IsEmpty || path[0] != '/')
            {
                target.Write("/"u8);
            }

            UriText.Write(target, path, "?#"u8);
        }
        else
        {
            target.Write(request.ForwardPath);
        }

        var pathLength = target.Length;
        if (_query is null || !_query.TryGet(turn, out var query))
        {
            target.Write(request.ForwardQuery);
        }
        else if (!query.IsEmpty)
        {
            target.Write("?"u8);
            UriText.Write(target, query, "#"u8);
        }

        turn.Signals.Rewrite(target.Written.Span, pathLength);
        return RuleStep.Next;
    }
}
