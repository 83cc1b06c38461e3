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
    // Of each leaf, whether this pass has seen what it needs; of each literal, whether this pass has found it.
    private readonly uint[] _seen;
    private readonly uint[] _found;

    // Of each answer that is kept: the pass that got it, and the answer in the last two bits.
    private readonly uint[] _kept;
    private readonly ulong[] _candidates;
    private readonly Presence[] _sources;
    private readonly RulePlan _plan;

    private uint _number;
    private IRuleSignals _signals = null!;
    private RuleEvaluation _evaluation = null!;
    private int _word;

    internal RulePass(RulePlan plan, int leaves, int literals, int kept, int sources, int words)
    {
        _plan = plan;
        (_seen, _found, _kept) = (new uint[leaves], new uint[literals], new uint[kept]);
        (_sources, _candidates) = (new Presence[sources], new ulong[words]);
    }

    /// <summary>
    /// Finds the next rule that is true or unknown, or that the plan gives in any case. A rule acts when it is true, and in no other case.
    /// </summary>
    /// <param name="rule">Its index among the filters that the plan was built of.</param>
    /// <param name="truth">What it is.</param>
    /// <returns>False when there is no more.</returns>
    public bool Next(out int rule, out Truth truth)
    {
        var candidates = _candidates;
        for (var word = _word; word < candidates.Length; word++)
        {
            while (candidates[word] != 0)
            {
                rule = (word << 6) + BitOperations.TrailingZeroCount(candidates[word]);
                candidates[word] &= candidates[word] - 1;
                _evaluation.Begin(_signals, this);
                truth = _plan.Rules[rule].Evaluate(_evaluation);
                if (
                    truth == Truth.True
                        ? !_plan.IsDoubtful(rule) || IsTrueAlone(rule, out truth)
                        : truth == Truth.Unknown || _plan.Gives(rule)
                )
                {
                    _word = word;
                    return true;
                }
            }
        }

        (rule, truth, _word) = (-1, Truth.False, candidates.Length);
        return false;
    }

    /// <summary>Leaves out the rules before one, which were asked by another pass.</summary>
    /// <param name="rule">Its index; at least that of the rule found last.</param>
    public void SkipTo(int rule)
    {
        _word = rule >> 6;
        if (_word < _candidates.Length)
        {
            _candidates[_word] &= ulong.MaxValue << (rule & 63);
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
        (_signals, _evaluation, _word) = (signals, evaluation, 0);
        if (++_number == uint.MaxValue >> 2)
        {
            _number = 1;
            Array.Clear(_seen);
            Array.Clear(_found);
            Array.Clear(_kept);
        }

        _plan.Always.CopyTo(_candidates, 0);
        for (var i = 0; i < _sources.Length; i++)
        {
            if (share is not null && !share.Sources[i])
            {
                continue;
            }

            evaluation.Begin(signals, this);
            var source = _plan.Sources[i];
            _sources[i] = source.Look(evaluation, this);
            if (_sources[i] == Presence.Unknown)
            {
                foreach (var rule in source.Rules)
                {
                    Suggest(rule);
                }
            }
        }

        if (share is not null)
        {
            for (var word = 0; word < _candidates.Length; word++)
            {
                _candidates[word] &= share.Rules[word];
            }
        }
    }

    /// <summary>What a leaf needs was seen: the rules that depend on it may be true.</summary>
    internal void Mark(int leaf)
    {
        if (_seen[leaf] == _number)
        {
            return;
        }

        _seen[leaf] = _number;
        foreach (var rule in _plan.RulesOf(leaf))
        {
            Suggest(rule);
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

    /// <summary>Filters that are still to be run.</summary>
    internal int Suggested => _candidates.Sum(BitOperations.PopCount);

    /// <summary>Whether the value of a source is there.</summary>
    internal Presence Of(int source) => _sources[source];

    /// <summary>Whether what a leaf needs was seen.</summary>
    internal bool HasSeen(int leaf) => _seen[leaf] == _number;

    /// <summary>An answer that this pass has got before.</summary>
    internal bool TryRecall(int slot, out Truth truth)
    {
        truth = (Truth)(_kept[slot] & 3);
        return _kept[slot] >> 2 == _number;
    }

    /// <summary>Keeps an answer.</summary>
    internal void Keep(int slot, Truth truth) => _kept[slot] = (_number << 2) | (uint)truth;

    private bool IsTrueAlone(int rule, out Truth truth)
    {
        truth = _plan.Filters[rule].Evaluate(_signals, _evaluation);
        return truth != Truth.False || _plan.Gives(rule);
    }

    private void Suggest(int rule) => _candidates[rule >> 6] |= 1UL << rule;
}
