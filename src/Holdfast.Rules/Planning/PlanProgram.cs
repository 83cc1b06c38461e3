using Holdfast.Rules.Evaluation;

namespace Holdfast.Rules.Planning;

/// <summary>
/// What a plan's rules ask of the answers that a pass has, as steps that lead to each other. A rule all of whose answers are there is decided
/// without running its filter. Of a rule of whose own leaves none was seen, which no other rule has, what is left to ask is mostly what many rules
/// ask: that is a guard, and is decided once a pass.
/// </summary>
/// <param name="steps">The steps of all rules.</param>
/// <param name="starts">Where each rule begins: at a step, or at its end.</param>
/// <param name="guards">For each rule its guard, or its end.</param>
/// <param name="guardStarts">Where each guard begins.</param>
/// <param name="asked">For each answer what asks it; null where it is there when it is looked for. The guards' answers come after these.</param>
/// <param name="lookedFor">So many answers, the first ones, are of what is looked for.</param>
internal sealed class PlanProgram(PlanStep[] steps, int[] starts, int[] guards, int[] guardStarts, TruthNode?[] asked, int lookedFor)
{
    /// <summary>The end where a rule is true.</summary>
    public const int True = -1;

    /// <summary>The end where it is false.</summary>
    public const int False = -2;

    /// <summary>The end where its filter has to be run.</summary>
    public const int Run = -3;

    /// <summary>Guards that there are.</summary>
    public int Guards => guardStarts.Length;

    /// <summary>Rules that are not decided by steps in any case. For tests.</summary>
    public int NeverDecided => starts.Count(start => start == Run);

    /// <summary>Goes a rule's way.</summary>
    /// <param name="rule">Its index.</param>
    /// <param name="answers">The pass's answers.</param>
    /// <param name="fresh">What answers of this pass begin with.</param>
    /// <returns>One of the ends.</returns>
    public int Decide(int rule, uint[] answers, uint fresh) => Go(starts[rule], answers, fresh);

    /// <summary>Goes the way of a rule of whose own leaves none was seen, but for that which is true whenever it is come to.</summary>
    /// <param name="rule">Its index.</param>
    /// <param name="answers">The pass's answers.</param>
    /// <param name="fresh">What answers of this pass begin with.</param>
    /// <returns>One of the ends.</returns>
    public int DecideByGuard(int rule, uint[] answers, uint fresh)
    {
        var guard = guards[rule];
        if (guard < 0)
        {
            return guard;
        }

        ref var answer = ref answers[asked.Length + guard];
        return (answer - fresh) switch
        {
            PassAnswers.True => True,
            PassAnswers.False => False,
            _ => DecideGuard(guardStarts[guard], ref answer, answers, fresh),
        };
    }

    /// <summary>Goes a rule's way, and asks what has no answer yet when it comes to it.</summary>
    /// <param name="rule">Its index.</param>
    /// <param name="answers">The pass's answers.</param>
    /// <param name="fresh">What answers of this pass begin with.</param>
    /// <param name="pass">The pass.</param>
    /// <returns>One of the ends.</returns>
    public int DecideByAsking(int rule, uint[] answers, uint fresh, RulePass pass)
    {
        var at = starts[rule];
        while (at >= 0)
        {
            ref readonly var step = ref steps[at];
            var answer = answers[step.Answer] - fresh;
            at =
                answer == PassAnswers.True ? step.OnTrue
                : answer == PassAnswers.False ? step.OnFalse
                : answer > PassAnswers.Pending && step.Answer < lookedFor ? step.OnNone
                : answer == (uint)Truth.Unknown ? Run
                : pass.Ask(step.Answer, asked[step.Answer]!) switch
                {
                    Truth.True => step.OnTrue,
                    Truth.False => step.OnFalse,
                    _ => Run,
                };
        }

        return at;
    }

    private int DecideGuard(int start, ref uint answer, uint[] answers, uint fresh)
    {
        var end = Go(start, answers, fresh);
        if (end != Run)
        {
            answer = fresh | (end == True ? PassAnswers.True : PassAnswers.False);
        }

        return end;
    }

    private int Go(int at, uint[] answers, uint fresh)
    {
        while (at >= 0)
        {
            ref readonly var step = ref steps[at];
            var answer = answers[step.Answer] - fresh;
            at =
                answer == PassAnswers.True ? step.OnTrue
                : answer > PassAnswers.Pending ? step.OnNone
                : answer == PassAnswers.False ? step.OnFalse
                : Run;
        }

        return at;
    }
}

/// <summary>One answer, and where it leads: to another step, or to an end.</summary>
/// <param name="Answer">Which answer.</param>
/// <param name="OnTrue">When it is true.</param>
/// <param name="OnFalse">When it is false.</param>
/// <param name="OnNone">When this pass has none: what was looked for and not seen is false, what is kept once it was asked has to be asked.</param>
internal readonly record struct PlanStep(int Answer, int OnTrue, int OnFalse, int OnNone);
