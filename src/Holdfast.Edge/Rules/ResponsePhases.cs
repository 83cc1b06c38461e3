using Holdfast.Edge.Compression;
using Holdfast.Edge.Requests;
using Holdfast.Rules.Phases;

namespace Holdfast.Edge.Rules;

/// <summary>Runs the phases over the answer, just before its head goes out: the origin's, the cache's and the edge's own alike.</summary>
internal static class ResponsePhases
{
    private const int LeastError = 400;

    /// <summary>
    /// Runs the phase that says how the answer is compressed, as it came from the origin or the cache: what has to be known before it is chosen which
    /// bytes go out, and therefore before the others.
    /// </summary>
    public static void RunCompression(EdgeRequest request)
    {
        if (request is { Lower: null, Rules: { Zone.Compression: { } ruleset } turn })
        {
            turn.Compression = null;
            if (!turn.Skips(ruleset))
            {
                turn.CameThrough = false;
                turn.Signals.BeginResponse();
                RequestPhases.RunPhase(request, turn, ruleset);
                if (!turn.CameThrough)
                {
                    // Nobody knows what rules that fail would have said: then the answer goes out as it is.
                    turn.Compression = CompressionChoice.None;
                }
            }
        }
    }

    /// <summary>Runs the others.</summary>
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
            if (ruleset.Phase == RulePhase.HttpResponseCompression)
            {
                continue;
            }

            if (!turn.Skips(ruleset) && (ruleset.Phase != RulePhase.HttpCustomErrors || request.Response.Status >= LeastError))
            {
                RequestPhases.RunPhase(request, turn, ruleset);
            }
        }
    }
}
