using System.Collections.Frozen;
using System.Security.Cryptography;
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
    private readonly Dictionary<Expression, Leaf> _leaves = [];
    private readonly Dictionary<Operand, SourceParts> _sources = [];
    private readonly Dictionary<ByteString, int> _texts = [];
    private readonly List<List<int>> _rulesOfSeen = [];
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

        var rules = new TruthNode[filters.Count];
        for (_rule = 0; _rule < rules.Length; _rule++)
        {
            rules[_rule] = Compile(filters[_rule].Expression);
        }

        var sources = _sources.Values.Select(parts => parts.Build(ref _literals)).ToArray();
        var before = new int[_rulesOfSeen.Count + 1];
        for (var leaf = 0; leaf < _rulesOfSeen.Count; leaf++)
        {
            before[leaf + 1] = before[leaf] + _rulesOfSeen[leaf].Count;
        }

        var (seen, literals, kept) = (_rulesOfSeen.Count, _literals, _kept);
        return new RulePlan(
            rules,
            always,
            sources,
            before,
            [.. _rulesOfSeen.SelectMany(of => of)],
            filters,
            (BitsOf(given), BitsOf(rule => OverdrawCheck.MayOverdraw(filters[rule].Expression))),
            filters.SelectMany(filter => filter.Reads).ToFrozenSet(),
            plan => new RulePass(plan, seen, literals, kept, sources.Length, always.Length)
        );
    }

    private ulong[] BitsOf(Func<int, bool> holds)
    {
        var bits = new ulong[(filters.Count + 63) / 64];
        for (var rule = 0; rule < filters.Count; rule++)
        {
            bits[rule >> 6] |= holds(rule) ? 1UL << (rule & 63) : 0;
        }

        return bits;
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
            _sources.Add(leaf.Trigger.Source, source = new SourceParts(leaf.Trigger.Source, _sources.Count));
        }

        if (leaf.Number is null)
        {
            (leaf.Number, leaf.Source) = (_rulesOfSeen.Count, source.Number);
            _rulesOfSeen.Add([]);
            source.Add(leaf.Trigger, leaf.Number.Value);
        }

        _rulesOfSeen[leaf.Number.Value].Add(rule);
        source.Rules.Add(rule);
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

    // Everything that is looked for in one value.
    private sealed class SourceParts(Operand value, int number)
    {
        private readonly Dictionary<TextKey, List<(byte[] Literal, int Leaf)>> _texts = [];
        private readonly List<(long First, long Last, int Leaf)> _numbers = [];
        private readonly List<(uint First, uint Last, int Leaf)> _ipv4 = [];
        private readonly List<(UInt128 First, UInt128 Last, int Leaf)> _ipv6 = [];

        public int Number => number;

        public HashSet<int> Rules { get; } = [];

        public HashSet<int> Users { get; } = [];

        public void Add(Trigger trigger, int leaf)
        {
            switch (trigger)
            {
                case TextTrigger text:
                    if (!_texts.TryGetValue(text.Key, out var literals))
                    {
                        _texts.Add(text.Key, literals = []);
                    }

                    literals.AddRange(text.Texts.Select(literal => (literal, leaf)));
                    break;
                case NumberTrigger ofNumbers:
                    _numbers.AddRange(ofNumbers.Ranges.Select(range => (range.First, range.Last, leaf)));
                    break;
                case AddressTrigger ofAddresses:
                    var ranges = ofAddresses.Ranges.ToLookup(range => range.First.IsIPv6);
                    _ipv4.AddRange(ranges[false].Select(range => ((uint)range.First.Bits, (uint)range.Last.Bits, leaf)));
                    _ipv6.AddRange(ranges[true].Select(range => (range.First.Bits, range.Last.Bits, leaf)));
                    break;
            }
        }

        public PlanSource Build(ref int literals)
        {
            int[] rules = [.. Rules.Order()];
            int[] users = [.. Users.Order()];
            switch (value.Type.Kind)
            {
                case RuleKind.Integer:
                    return new NumberSource(rules, users, OperandCompiler.Number(value), new RangeIndex<long>(_numbers));
                case RuleKind.Address:
                    return new AddressSource(
                        rules,
                        users,
                        OperandCompiler.Address(value),
                        _ipv4.Count > 0 ? new RangeIndex<uint>(_ipv4) : null,
                        _ipv6.Count > 0 ? new RangeIndex<UInt128>(_ipv6) : null
                    );
                default:
                    var before = literals;
                    var parts = _texts.GetValueOrDefault(TextKey.Part);
                    var fewParts = parts is null ? null : FewLiterals.TryMake(parts);
                    literals += fewParts is null ? parts?.Count ?? 0 : 0;
                    var seed = BitConverter.ToUInt64(RandomNumberGenerator.GetBytes(sizeof(ulong)));
                    return new TextSource(
                        rules,
                        users,
                        OperandCompiler.Text(value),
                        _texts.TryGetValue(TextKey.Equal, out var equal) ? new TextTable(equal, seed) : null,
                        _texts.TryGetValue(TextKey.Start, out var starts) ? new EdgeTrie(starts, atEnd: false) : null,
                        _texts.TryGetValue(TextKey.End, out var ends) ? new EdgeTrie(ends, atEnd: true) : null,
                        fewParts,
                        parts is null || fewParts is not null ? null : new LiteralAutomaton(parts, before)
                    );
            }
        }
    }
}
