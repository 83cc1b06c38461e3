using Holdfast.Edge.Requests;
using Holdfast.Rules.Phases;

namespace Holdfast.Edge.Rules;

/// <summary>Runs the phases over the answer, just before its head goes out: the origin's, the cache's and the edge's own alike.</summary>
internal static class ResponsePhases
{
    private const int LeastError = 400;

    /// <summary>Runs them.</summary>
    public static void Run(EdgeRequest request, RuleTurn turn)
    {
        turn.Answered(request);

        // What goes to a lower edge is for its cache; it runs these phases over what visitors get.
        if (turn.Zone.Response.IsEmpty || request.Lower is not null)
        {
            return;
        }

        turn.Signals.BeginResponse();
        foreach (var ruleset in turn.Zone.Response)
        {
            if (!turn.Skips(ruleset.Phase) && (ruleset.Phase != RulePhase.HttpCustomErrors || request.Response.Status >= LeastError))
            {
                RequestPhases.RunPhase(request, turn, ruleset);
            }
        }
    }
}
