using System.Collections.Frozen;
using Holdfast.Rules.Evaluation;
using Holdfast.Rules.Syntax;
using Holdfast.Rules.Types;

namespace Holdfast.Rules.Planning;

/// <summary>
/// Plans filters in three steps. 1. The comparisons of all of them are told apart, so that equal ones are one leaf. 2. Each filter gets what
/// it needs: leaves without one of which it is false. Of an <c>and</c> that is the need of one item, of an <c>or</c> those of all. 3. Filters are
/// compiled, with those leaves as what the look at the request has seen, and others that stand in several places as what is asked once.
/// </summary>
internal sealed class PlanBuilder(IReadOnlyList<RuleFilter> filters, Func<int, bool> given)
{
    // Comparisons of one field. A look costs as much as a few of them.
    private const int WorthALook = 16;

    private readonly Dictionary<Expression, Leaf> _leaves = [];
    private readonly Dictionary<Operand, SourceParts> _sources = [];
    private readonly Dictionary<ByteString, int> _texts = [];
    private readonly List<List<int>> _rulesOfSeen = [];
    private readonly List<int> _settled = [];
    private int _rule;
    private int _kept;
    private int _literals;

    // A comparison; a number once it is one of those that are looked for.
    private sealed class Leaf
    {
        public Trigger? Trigger { get; set; }
        public int Uses { get; set; }
        public int? Number { get; set; }
        public int Source { get; set; }
        public TruthNode? Node { get; set; }
    }

    public RulePlan Build()
    {
        foreach (var filter in filters)
        {
            Count(filter.Expression);
        }

        foreach (var (expression, leaf) in _leaves)
        {
            leaf.Trigger = TriggerReader.Of(expression, Rarest);
        }

        var always = new ulong[(filters.Count + 63) / 64];
        for (var rule = 0; rule < filters.Count; rule++)
        {
            if (given(rule) || NeedOf(filters[rule].Expression) is not { } need)
            {
                always[rule >> 6] |= 1UL << rule;
                continue;
            }

            foreach (var leaf in need.Leaves)
            {
                LookFor(leaf, rule);
            }
        }

        SettleMore();

        var rules = new PlannedRule[filters.Count];
        for (_rule = 0; _rule < rules.Length; _rule++)
        {
            rules[_rule] = Plan(filters[_rule].Expression);
        }

        var sources = _sources.Values.Select(parts => parts.Build(ref _literals)).ToArray();
        var before = new int[_rulesOfSeen.Count + 1];
        for (var leaf = 0; leaf < _rulesOfSeen.Count; leaf++)
        {
            before[leaf + 1] = before[leaf] + _rulesOfSeen[leaf].Count;
        }

        var (seen, literals, kept) = (_rulesOfSeen.Count, _literals, _kept);
        return new RulePlan(
            filters,
            rules,
            [.. _settled],
            always,
            sources,
            before,
            [.. _rulesOfSeen.SelectMany(of => of)],
            filters.SelectMany(filter => filter.Reads).ToFrozenSet(),
            plan => new RulePass(plan, seen, literals, kept, sources.Length, always.Length)
        );
    }

    // What is looked for anyway can be looked for in the same place at no cost: then nothing of the comparison is left to ask. That many rules ask
    // what one field is, is worth a look at it too.
    private void SettleMore()
    {
        var left = _leaves.Values.Where(leaf => leaf is { Number: null, Trigger.IsExact: true }).ToList();
        var asked = left.Where(leaf => leaf.Trigger is TextTrigger { Key: TextKey.Equal, Source: FieldOperand })
            .GroupBy(leaf => leaf.Trigger!.Source)
            .Where(of => of.Sum(leaf => leaf.Uses) >= WorthALook)
            .Select(of => of.Key)
            .ToHashSet();
        foreach (var leaf in left)
        {
            var isThere = _sources.TryGetValue(leaf.Trigger!.Source, out var source);
            if (isThere && source!.Takes(leaf.Trigger))
            {
                Number(leaf, source);
            }
            else if (leaf.Trigger is TextTrigger { Key: TextKey.Equal } && asked.Contains(leaf.Trigger.Source))
            {
                Number(leaf, isThere ? source! : SourceOf(leaf.Trigger.Source));
            }
        }
    }

    private SourceParts SourceOf(Operand value)
    {
        var source = new SourceParts(value, _sources.Count);
        _sources.Add(value, source);
        return source;
    }

    private PlannedRule Plan(Expression expression)
    {
        var (from, sources) = (_settled.Count, 0UL);
        var left = new List<Expression>();
        foreach (var item in expression is CombinedExpression { Operator: LogicalOperator.And } and ? and.Items : [expression])
        {
            var (of, isNot) = item is NotExpression not ? (not.Of, 1) : (item, 0);
            if (_leaves.TryGetValue(of, out var leaf) && leaf is { Number: { } number, Trigger.IsExact: true })
            {
                _settled.Add((number << 1) | isNot);
                sources |= 1UL << (leaf.Source & 63);
            }
            else
            {
                left.Add(item);
            }
        }

        var whole = Compile(expression);
        return new PlannedRule
        {
            From = from,
            To = _settled.Count,
            Sources = sources,
            Rest =
                from == _settled.Count ? whole
                : left.Count == 0 ? null
                : left.Count == 1 ? Compile(left[0])
                : Compile(new CombinedExpression(LogicalOperator.And, [.. left])),
            Whole = whole,
            IsGiven = given(_rule),
            IsDoubtful = OverdrawCheck.MayOverdraw(expression),
        };
    }

    private void Count(Expression expression)
    {
        switch (expression)
        {
            case ConstantExpression:
                break;
            case NotExpression not:
                Count(not.Of);
                break;
            case CombinedExpression combined:
                foreach (var item in combined.Items)
                {
                    Count(item);
                }

                break;
            default:
                if (!_leaves.TryGetValue(expression, out var leaf))
                {
                    _leaves.Add(expression, leaf = new Leaf());
                    CountTexts(expression);
                }

                leaf.Uses++;
                break;
        }
    }

    // What stands in many regular expressions, such as the path that all begin with, says little about any.
    private void CountTexts(Expression expression)
    {
        if (expression is ComparisonExpression { Comparison: MatchesComparison { Pattern.Literals: { } sets } })
        {
            foreach (var text in sets.SelectMany(set => set))
            {
                var key = new ByteString(text);
                _texts[key] = _texts.GetValueOrDefault(key) + 1;
            }
        }
    }

    private byte[][] Rarest(byte[][][] sets) =>
        sets.OrderBy(set => set.Sum(text => _texts[new ByteString(text)])).ThenByDescending(set => set.Min(text => text.Length)).First();

    // Null when the filter may be true or unknown whatever is seen.
    private Need? NeedOf(Expression expression)
    {
        switch (expression)
        {
            case ConstantExpression { Value: false }:
                return new Need([], 0);
            case ConstantExpression or NotExpression:
                return null;
            case CombinedExpression { Operator: LogicalOperator.And } and:
                return and.Items.Select(NeedOf).Where(need => need is not null).MinBy(need => need!.Weight);
            case CombinedExpression combined:
                var needs = combined.Items.Select(NeedOf).ToList();
                return needs.Contains(null)
                    ? null
                    : new Need([.. needs.SelectMany(need => need!.Leaves).Distinct()], needs.Sum(need => need!.Weight));
            default:
                return _leaves[expression] is { Trigger: { } trigger } leaf ? new Need([leaf], (long)trigger.Weight * leaf.Uses) : null;
        }
    }

    private sealed record Need(Leaf[] Leaves, long Weight);

    private void LookFor(Leaf leaf, int rule)
    {
        if (!_sources.TryGetValue(leaf.Trigger!.Source, out var source))
        {
            source = SourceOf(leaf.Trigger.Source);
        }

        _rulesOfSeen[leaf.Number ?? Number(leaf, source)].Add(rule);
        source.Rules.Add(rule);
    }

    private int Number(Leaf leaf, SourceParts source)
    {
        var number = _rulesOfSeen.Count;
        (leaf.Number, leaf.Source) = (number, source.Number);
        _rulesOfSeen.Add([]);
        source.Add(leaf.Trigger!, number);
        return number;
    }

    private TruthNode Compile(Expression expression) =>
        expression switch
        {
            ConstantExpression => NodeCompiler.Compile(expression),
            NotExpression not => new NotNode(Compile(not.Of)),
            // What was seen is asked first: it costs nothing. What computes keeps its order, and so its share of what may be computed.
            CombinedExpression combined => NodeCompiler.Combine(
                combined.Operator,
                [.. combined.Items.Select(Compile).OrderBy(node => node is SeenNode { IsSettled: true } ? 0 : 1)]
            ),
            _ => Compile(expression, _leaves[expression]),
        };

    private TruthNode Compile(Expression expression, Leaf leaf)
    {
        if (leaf.Number is not null)
        {
            _sources[leaf.Trigger!.Source].Users.Add(_rule);
        }

        if (leaf.Node is { } made)
        {
            return made;
        }

        if (leaf is { Number: { } number, Trigger: { } trigger })
        {
            leaf.Node = new SeenNode(leaf.Source, number, trigger.IsExact ? null : Kept(NodeCompiler.Compile(expression), leaf));
        }
        else
        {
            leaf.Node = Kept(NodeCompiler.Compile(expression), leaf);
        }

        return leaf.Node;
    }

    private TruthNode Kept(TruthNode node, Leaf leaf) => leaf.Uses > 1 ? new KeptNode(_kept++, node) : node;
}
