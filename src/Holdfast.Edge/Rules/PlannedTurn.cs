using Holdfast.Rules.Evaluation;
using Holdfast.Rules.Planning;

namespace Holdfast.Edge.Rules;

/// <summary>
/// One request's way through the rules of a phase that are planned together. What a plan has looked at is to stay as it is; when a rule changes
/// what later ones read, the plan looks again for those.
/// </summary>
internal sealed class PlannedTurn
{
    // Where every rule changes something, looking again behind each would cost the square of their number.
    private const int MostLooks = 16;

    private RulePass? _pass;
    private int _changes;
    private int _looks;

    /// <summary>See <see cref="RulesetRuntime.Next"/>.</summary>
    public int Next(RulesetRuntime ruleset, RulePlan plan, int from, RuleTurn turn)
    {
        if (from == 0)
        {
            _looks = 0;
            End();
        }

        if (_pass is null || _changes != turn.Signals.Changes)
        {
            End();
            if (from > 0 && (_looks == MostLooks || plan.Count - from < turn.Zone.Context.PlannedFrom))
            {
                return ruleset.NextAlone(from, turn);
            }

            _looks++;
            _changes = turn.Signals.Changes;
            _pass = plan.Begin(turn.Signals, turn.Evaluation);
            _pass.SkipTo(from);
        }

        while (_pass.Next(out var rule, out var truth))
        {
            if (truth == Truth.True)
            {
                return rule;
            }
        }

        End();
        return -1;
    }

    /// <summary>The phase, or the request, is over.</summary>
    public void End()
    {
        _pass?.Dispose();
        _pass = null;
    }
}
