using Holdfast.Edge.Guard;
using Holdfast.Edge.Guard.Faults;
using Holdfast.Edge.Requests;
using Holdfast.Edge.Rules.Effects;
using Holdfast.Edge.Rules.Executing;
using Holdfast.Rules.Phases;

namespace Holdfast.Edge.Rules;

/// <summary>
/// Runs the phases of a zone's rules, in the design's order. Every phase runs through <see cref="RunPhase"/>, and through nothing else:
/// what guards phases belongs there.
/// </summary>
internal static class RequestPhases
{
    /// <summary>Runs the phases before the origin.</summary>
    /// <param name="request">The request; its rules have begun.</param>
    /// <param name="turn">Its way through the rules.</param>
    /// <param name="rules">The zone's rules.</param>
    /// <returns>What answers the request, or null when it goes on.</returns>
    public static RuleEffect? Run(EdgeRequest request, RuleTurn turn, ZoneRules rules)
    {
        foreach (var ruleset in rules.Request)
        {
            // A lower edge has run the others over the visitor's request; this one asks as it would ask an origin.
            if (request.Lower is not null && ruleset.Phase != RulePhase.HttpRequestCacheSettings)
            {
                continue;
            }

            if (request.IsChallenge && !AcmeChallenge.Meets(ruleset.Phase))
            {
                continue;
            }

            if (!turn.Skips(ruleset) && RunPhase(request, turn, ruleset) is { } answer)
            {
                return answer;
            }
        }

        return null;
    }

    /// <summary>Runs one phase, guarded.</summary>
    /// <returns>What answers the request, or null.</returns>
    internal static RuleEffect? RunPhase(EdgeRequest request, RuleTurn turn, RulesetRuntime ruleset)
    {
        var zone = request.Zone!;
        return zone.Guard.Run(
            ruleset.Module,
            request,
            (request, turn, ruleset),
            static it => Begin(it.request, it.turn, it.ruleset),
            zone.ModeOf(ruleset.Module) == FailureMode.Closed ? FailedClosedEffect.Instance : null
        );
    }

    private static RuleEffect? Begin(EdgeRequest request, RuleTurn turn, RulesetRuntime ruleset)
    {
        turn.Phase = ruleset.Module;
        turn.Executor = null;
        turn.CameThrough = false;
        turn.Evaluation.Checkpoint = GuardSlot.Current;
        var answer = RunRules(request, turn, ruleset);
        turn.CameThrough = true;
        return answer;
    }

    private static RuleEffect? RunRules(EdgeRequest request, RuleTurn turn, RulesetRuntime ruleset)
    {
        using var walk = new RuleWalk(ruleset, turn);
        while (walk.Next() is { } rule)
        {
            rule.Count.Add(request.StartedAt.ToUnixTimeMilliseconds());
            if (rule.IsLogged && !rule.Effect.Source.IsEmpty)
            {
                turn.Events.Add(rule);
            }

            // What rules read is noted before the rule changes it.
            if (!rule.Effect.MayDoNothing)
            {
                Note(request, turn, rule);
            }

            var step = rule.Effect.Apply(request, turn);
            if (rule.Effect.MayDoNothing && step == RuleStep.Answer)
            {
                Note(request, turn, rule);
            }

            switch (step)
            {
                case RuleStep.Answer:
                    return rule.Effect;

                case RuleStep.NextPhase:
                    return null;

                case RuleStep.Execute:
                    if (Execute(request, turn, rule) is { } answer)
                    {
                        return answer;
                    }

                    // A rule in there may have skipped what is left of the phase.
                    if (turn.Skips(ruleset.Phase))
                    {
                        return null;
                    }

                    break;
            }
        }

        return null;
    }

    // What is executed may be missing: it was deleted, has not come yet, or a kill switch has taken it out. Then the rule does nothing. A
    // proxy that took the result for granted here failed on 5 December 2025; drills do so by the fault point.
    private static RuleEffect? Execute(EdgeRequest request, RuleTurn turn, RuleRuntime rule)
    {
        if (rule.Effect is not ExecuteEffect { Executed: { } executed })
        {
            request.Zone!.Guard.Meet(FaultPoint.ExecuteResultMissing);
            return null;
        }

        turn.Executor = rule;
        var answer = RunRules(request, turn, executed);
        turn.Executor = null;
        return answer;
    }

    private static void Note(EdgeRequest request, RuleTurn turn, RuleRuntime rule)
    {
        if (rule.Event is { } noted)
        {
            turn.Zone.Context.Events!.Write(request, turn, noted);
        }
    }
}
