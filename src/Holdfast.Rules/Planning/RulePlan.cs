using System.Collections.Concurrent;
using System.Collections.Frozen;
using Holdfast.Rules.Evaluation;
using Holdfast.Rules.Fields;

namespace Holdfast.Rules.Planning;

/// <summary>
/// The filters of one phase, planned together, so that many cost little more than the few that could be true. What a filter needs (a path, a
/// part of a user agent, an address in a network) is looked for together with what the others need, in one look at each value; filters whose
/// need was not seen are false without being run. What several have in common is asked once. The filters that are true are those that
/// <see cref="RuleFilter.Evaluate"/> finds true, one by one; one that is unknown there because it computes more than
/// <see cref="RuleLimits.ComputedBytes"/> or <see cref="RuleLimits.RegexWork"/> may be false here, and does not act in either case.
/// </summary>
/// <remarks>It is immutable and may be used by any number of threads. It is built off the request path.</remarks>
public sealed class RulePlan
{
    private readonly ulong[] _given;
    private readonly ulong[] _doubtful;
    private readonly Func<RulePlan, RulePass> _make;

    // Passes that are not in use; a few, then the garbage collector has them.
    private readonly int _mostIdle = 2 * Environment.ProcessorCount;
    private readonly ConcurrentQueue<RulePass> _idle = new();
    private RulePass? _first;

    internal RulePlan(
        TruthNode[] rules,
        PlanProgram program,
        ulong[] always,
        PlanSource[] sources,
        SeenLeaf[] seen,
        int[] otherRules,
        int[] proven,
        IReadOnlyList<RuleFilter> filters,
        (ulong[] Given, ulong[] Doubtful) bits,
        FrozenSet<RuleField> reads,
        Func<RulePlan, RulePass> make
    )
    {
        (Rules, Program, Always, Sources, Reads) = (rules, program, always, sources, reads);
        (Seen, OtherRules, Proven, _make) = (seen, otherRules, proven, make);
        (Filters, (_given, _doubtful)) = (filters, bits);
    }

    /// <summary>How many filters there are.</summary>
    public int Count => Rules.Length;

    /// <summary>The fields that any of them may read.</summary>
    public FrozenSet<RuleField> Reads { get; }

    /// <summary>Filters that have to be run for every request, because nothing is known that they need. For those who write rules.</summary>
    public int RunAlways => Always.Sum(System.Numerics.BitOperations.PopCount);

    internal TruthNode[] Rules { get; }

    internal PlanProgram Program { get; }

    internal ulong[] Always { get; }

    internal SeenLeaf[] Seen { get; }

    internal int[] OtherRules { get; }

    /// <summary>For each rule a leaf that holds whenever the rule is come to, and whose answer nobody else needs; -1 when there is none.</summary>
    internal int[] Proven { get; }

    internal IReadOnlyList<RuleFilter> Filters { get; }

    internal PlanSource[] Sources { get; }

    /// <summary>Plans filters.</summary>
    /// <param name="filters">In the order in which they are to be asked; a pass names them by their index here.</param>
    /// <param name="given">Those that a pass gives whatever they are, by their index; null for none.</param>
    public static RulePlan Build(IReadOnlyList<RuleFilter> filters, Func<int, bool>? given = null) =>
        new PlanBuilder(filters, given ?? (static _ => false)).Build();

    /// <summary>Looks at a request for everything that the filters need.</summary>
    /// <param name="signals">What is known of the request.</param>
    /// <param name="evaluation">Working memory, not in use by anybody else until the pass is disposed of.</param>
    /// <param name="share">The filters that are asked; null for all.</param>
    /// <returns>Gives the filters that are true or unknown. Its user disposes of it.</returns>
    public RulePass Begin(IRuleSignals signals, RuleEvaluation evaluation, PlanShare? share = null)
    {
        var pass = Interlocked.Exchange(ref _first, null);
        if (pass is null && !_idle.TryDequeue(out pass))
        {
            pass = _make(this);
        }

        pass.Begin(signals, evaluation, share);
        return pass;
    }

    /// <summary>Some of the filters.</summary>
    /// <param name="filters">Their indexes.</param>
    public PlanShare ShareOf(IEnumerable<int> filters)
    {
        var rules = new ulong[Always.Length];
        foreach (var filter in filters)
        {
            rules[filter >> 6] |= 1UL << (filter & 63);
        }

        return new PlanShare(rules, [.. Sources.Select(source => source.Users.Any(rule => ((rules[rule >> 6] >> (rule & 63)) & 1) != 0))]);
    }

    /// <summary>Whether a pass gives a rule whatever it is.</summary>
    internal bool Gives(int rule) => ((_given[rule >> 6] >> (rule & 63)) & 1) != 0;

    /// <summary>Whether a rule may be known here that is not when it is asked by itself.</summary>
    internal bool IsDoubtful(int rule) => ((_doubtful[rule >> 6] >> (rule & 63)) & 1) != 0;

    internal void GiveBack(RulePass pass)
    {
        if (Interlocked.CompareExchange(ref _first, pass, null) is not null && _idle.Count < _mostIdle)
        {
            _idle.Enqueue(pass);
        }
    }
}
