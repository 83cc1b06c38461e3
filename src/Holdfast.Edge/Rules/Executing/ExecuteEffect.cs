using Holdfast.Edge.Requests;
using Holdfast.Edge.Rules.Effects;

namespace Holdfast.Edge.Rules.Executing;

/// <summary>Has the rules of another ruleset asked, which whoever runs the rule does.</summary>
/// <param name="executed">The ruleset; null when it is not there, or a kill switch has taken it out: then it is as if it had no rules.</param>
internal sealed class ExecuteEffect(RulesetRuntime? executed) : RuleEffect
{
    /// <summary>The ruleset, or null. It was found when the zone was compiled; nobody may take it for granted.</summary>
    public RulesetRuntime? Executed => executed;

    /// <inheritdoc/>
    public override RuleStep Apply(EdgeRequest request, RuleTurn turn) => RuleStep.Execute;
}
