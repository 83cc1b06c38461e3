using System.Numerics;
using Holdfast.Rules.Evaluation;

namespace Holdfast.Rules.Planning;

/// <summary>
/// One request's way through the rules of a plan, in their order: <c>while (pass.Next(out var rule, out var truth))</c>. Whoever got it from
/// <see cref="RulePlan.Begin"/> disposes of it, on any thread but on one at a time, and does not touch it after that. Between two calls
/// other filters and values may be run with the same <see cref="RuleEvaluation"/>. What was asked once is not asked again, so signals are
/// to stay as they are from the first call to the last.
/// </summary>
public sealed class RulePass : IDisposable
{
    // Deciding some at once is faster than one by one; whoever ends at the first has paid for so many.
    private const int DecidedAhead = 16;

    // Of each leaf that is looked for, and of each answer that is kept: see PassAnswers.
    private readonly uint[] _answers;

    // Of each literal, the last pass that has found it.
    private readonly uint[] _found;

    private readonly CandidateRules _candidates;

    // A bit for each rule that asks a value which is unknown now: its filter is run.
    private readonly ulong[] _uncertain;

    // A bit for each rule that can't be decided by its guard: for those, and where a leaf of its own was seen.
    private readonly ulong[] _unguarded;
    private readonly Presence[] _sources;
    private readonly RulePlan _plan;
    private readonly PlanProgram _program;
    private readonly SeenLeaf[] _seen;
    private readonly int[] _others;

    private uint _number;
    private uint _fresh;
    private IRuleSignals _signals = null!;
    private RuleEvaluation _evaluation = null!;
    private bool _hasUncertain;
    private bool _hasUnguarded;

    // Rules that are decided ahead, in their order: those that are true, and, inverted, those whose filters may have to be run.
    private readonly int[] _ahead = new int[DecidedAhead];
    private int _at;
    private int _count;

    // What is left of a word of candidates, and its number.
    private ulong _left;
    private int _word;

    internal RulePass(RulePlan plan, int answers, int literals)
    {
        (_plan, _program, _seen, _others) = (plan, plan.Program, plan.Seen, plan.OtherRules);
        (_answers, _found) = (new uint[answers], new uint[literals]);
        _candidates = new CandidateRules(plan.Always.Length);
        (_uncertain, _unguarded) = (new ulong[plan.Always.Length], new ulong[plan.Always.Length]);
        _sources = new Presence[plan.Sources.Length];
    }

    /// <summary>
    /// Finds the next rule that is true or unknown, or that the plan gives in any case. A rule acts when it is true, and in no other case.
    /// </summary>
    /// <param name="rule">Its index among the filters that the plan was built of.</param>
    /// <param name="truth">What it is.</param>
    /// <returns>False when there is no more.</returns>
    public bool Next(out int rule, out Truth truth)
    {
        while (_at < _count || DecideMore())
        {
            rule = _ahead[_at++];
            truth = Truth.True;
            if (rule >= 0 || IsFound(rule = ~rule, out truth))
            {
                return true;
            }
        }

        (rule, truth) = (-1, Truth.False);
        return false;
    }

    /// <summary>Leaves out the rules before one, which were asked by another pass.</summary>
    /// <param name="rule">Its index; at least that of the rule found last.</param>
    public void SkipTo(int rule)
    {
        _candidates.SkipTo(rule);
        _left &= _candidates.Mask(_word);
        while (_at < _count && Math.Max(_ahead[_at], ~_ahead[_at]) < rule)
        {
            _at++;
        }
    }

    /// <summary>Gives it back.</summary>
    public void Dispose()
    {
        if (_evaluation is null)
        {
            return;
        }

        _evaluation.End();
        (_signals, _evaluation) = (null!, null!);
        _plan.GiveBack(this);
    }

    internal void Begin(IRuleSignals signals, RuleEvaluation evaluation, PlanShare? share)
    {
        (_signals, _evaluation) = (signals, evaluation);
        (_at, _count, _left, _word) = (0, 0, 0, 0);
        Forget();
        _candidates.Begin(_plan.Always, share);
        evaluation.Begin(signals, this);
        var sources = _plan.Sources;
        for (var i = 0; i < sources.Length; i++)
        {
            if (share is not null && !share.Sources[i])
            {
                continue;
            }

            evaluation.BeginNext();
            _sources[i] = sources[i].Look(evaluation, this);
            if (_sources[i] == Presence.Unknown)
            {
                MarkUnknown(sources[i]);
            }
        }
    }

    /// <summary>What a leaf needs was seen: the rules that depend on it may be true.</summary>
    /// <param name="leaf">Its number; or, inverted, that of the one rule that depends on it.</param>
    internal void Mark(int leaf)
    {
        if (leaf < 0)
        {
            _candidates.Add(~leaf);
            return;
        }

        ref var answer = ref _answers[leaf];
        if (answer >= _fresh)
        {
            return;
        }

        ref readonly var seen = ref _seen[leaf];
        answer = _fresh | seen.Answer;
        if (seen.Owner >= 0)
        {
            _unguarded[seen.Owner >> 6] |= 1UL << seen.Owner;
            _hasUnguarded = true;
        }

        if (seen.Rule >= 0)
        {
            _candidates.Add(seen.Rule);
            foreach (var rule in _others.AsSpan(seen.Others, seen.OtherCount))
            {
                _candidates.Add(rule);
            }
        }
    }

    /// <summary>A literal was found.</summary>
    /// <returns>False when it was found before.</returns>
    internal bool MarkOutput(int literal)
    {
        var isNew = _found[literal] != _number;
        _found[literal] = _number;
        return isNew;
    }

    /// <summary>Rules that are asked. Before the first of them is.</summary>
    internal int Suggested => _candidates.Count;

    /// <summary>Whether the value of a source is there.</summary>
    internal Presence Of(int source) => _sources[source];

    /// <summary>What this pass knows of a leaf.</summary>
    /// <param name="slot">Where its answer is.</param>
    /// <param name="answer">A <see cref="Truth"/>, or <see cref="PassAnswers.Pending"/>.</param>
    /// <returns>False when it knows nothing.</returns>
    internal bool TryRecall(int slot, out uint answer)
    {
        answer = _answers[slot] - _fresh;
        return answer <= PassAnswers.Pending;
    }

    /// <summary>Asks a comparison by itself, and keeps the answer if it computes no more than it may.</summary>
    internal Truth Ask(int slot, TruthNode inner)
    {
        _evaluation.Begin(_signals, this);
        return KeptNode.Ask(slot, inner, _evaluation);
    }

    /// <summary>Keeps an answer.</summary>
    internal void Keep(int slot, Truth truth) => _answers[slot] = _fresh | (uint)truth;

    // What the pass before has left, by a new number.
    private void Forget()
    {
        if (++_number == PassAnswers.MostPasses)
        {
            _number = 1;
            Array.Clear(_answers);
            Array.Clear(_found);
        }

        _fresh = _number << PassAnswers.Shift;
        if (_hasUncertain)
        {
            Array.Clear(_uncertain);
            _hasUncertain = false;
        }

        if (_hasUnguarded)
        {
            Array.Clear(_unguarded);
            _hasUnguarded = false;
        }
    }

    // Decides the next rules by what is known now.
    private bool DecideMore()
    {
        var (ahead, candidates, program, answers, fresh) = (_ahead, _candidates, _program, _answers, _fresh);
        var (unguarded, left, word, count) = (_unguarded, _left, _word, 0);
        _evaluation.Checkpoint?.Pass();
        while (count < ahead.Length)
        {
            if (left == 0 && (left = candidates.Next(out word)) == 0)
            {
                break;
            }

            var rule = (word << 6) + BitOperations.TrailingZeroCount(left);
            left &= left - 1;
            var decided = ((unguarded[word] >> rule) & 1) == 0 ? program.DecideByGuard(rule, answers, fresh) : Decide(rule);
            ahead[count] = decided == PlanProgram.True ? rule : ~rule;
            count += decided == PlanProgram.False ? 0 : 1;
            if (decided == PlanProgram.Run)
            {
                // What it asks now may decide those after it, and is not asked before their turn.
                break;
            }
        }

        (_left, _word, _at, _count) = (left, word, 0, count);
        return count > 0;
    }

    private void MarkUnknown(PlanSource source)
    {
        foreach (var rule in source.Rules)
        {
            _candidates.Add(rule);
        }

        (_hasUncertain, _hasUnguarded) = (true, true);
        foreach (var rule in source.Users)
        {
            _uncertain[rule >> 6] |= 1UL << rule;
            _unguarded[rule >> 6] |= 1UL << rule;
        }
    }

    private int Decide(int rule) => IsUncertain(rule) ? PlanProgram.Run : _program.Decide(rule, _answers, _fresh);

    private bool IsUncertain(int rule) => ((_uncertain[rule >> 6] >> rule) & 1) != 0;

    // Decides a rule that could not be decided ahead: by asking what it comes to, or by running its filter.
    private bool IsFound(int rule, out Truth truth)
    {
        if (!IsUncertain(rule))
        {
            var decided = _program.DecideByAsking(rule, _answers, _fresh, this);
            if (decided != PlanProgram.Run)
            {
                truth = decided == PlanProgram.True ? Truth.True : Truth.False;
                return truth == Truth.True;
            }
        }

        if (_plan.Proven[rule] is >= 0 and var proven)
        {
            // If its value is unknown, nobody looks at this.
            Keep(proven, Truth.True);
        }

        _evaluation.Begin(_signals, this);
        truth = _plan.Rules[rule].Evaluate(_evaluation);
        return truth == Truth.True ? !_plan.IsDoubtful(rule) || IsTrueAlone(rule, out truth) : truth == Truth.Unknown || _plan.Gives(rule);
    }

    private bool IsTrueAlone(int rule, out Truth truth)
    {
        truth = _plan.Filters[rule].Evaluate(_signals, _evaluation);
        return truth != Truth.False || _plan.Gives(rule);
    }
}
