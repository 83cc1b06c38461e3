using Holdfast.Rules.Evaluation;

namespace Holdfast.Rules.Planning;

/// <summary>A comparison that was looked for with those of the other rules: it is false when what it needs was not seen.</summary>
/// <param name="source">The value that it is about.</param>
/// <param name="leaf">Its number.</param>
/// <param name="inner">Asks the comparison itself, once a pass; null when it holds whenever that was seen.</param>
internal sealed class SeenNode(int source, int leaf, TruthNode? inner) : TruthNode
{
    /// <summary>Whether nothing is left to ask.</summary>
    public bool IsSettled => inner is null;

    public override Truth Evaluate(RuleEvaluation evaluation)
    {
        var pass = evaluation.Pass!;
        return pass.Of(source) == Presence.Unknown ? Truth.Unknown
            : !pass.TryRecall(leaf, out var answer) ? Truth.False
            : answer != PassAnswers.Pending ? (Truth)answer
            : KeptNode.Ask(leaf, inner!, evaluation);
    }
}

/// <summary>A comparison that stands in several places: it is asked once a pass.</summary>
internal sealed class KeptNode(int slot, TruthNode inner) : TruthNode
{
    public override Truth Evaluate(RuleEvaluation evaluation) =>
        evaluation.Pass!.TryRecall(slot, out var answer) ? (Truth)answer : Ask(slot, inner, evaluation);

    /// <summary>Asks, and keeps the answer.</summary>
    public static Truth Ask(int slot, TruthNode inner, RuleEvaluation evaluation)
    {
        // What is unknown because its rule has computed too much may be known to the next.
        var before = evaluation.IsOverdrawn;
        evaluation.IsOverdrawn = false;
        var truth = inner.Evaluate(evaluation);
        if (!evaluation.IsOverdrawn)
        {
            evaluation.Pass!.Keep(slot, truth);
        }

        evaluation.IsOverdrawn |= before;
        return truth;
    }
}
