using Holdfast.Edge.Origins;
using Holdfast.Edge.Requests;
using Holdfast.Edge.Rules;
using Holdfast.Edge.Rules.Effects;
using Holdfast.Model.Rulesets;

namespace Holdfast.Edge.Phases.OriginRules;

/// <summary>Says by which way the request goes to its origin.</summary>
internal sealed class RouteEffect(RouteAction action) : RuleEffect
{
    private readonly OriginRoute _route = new(action);

    /// <inheritdoc/>
    public override RuleStep Apply(EdgeRequest request, RuleTurn turn)
    {
        request.Route = _route.Behind(request.Route);
        return RuleStep.Next;
    }
}
