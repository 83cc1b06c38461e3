using System.Collections.Frozen;
using Holdfast.Rules.Evaluation;
using Holdfast.Rules.Syntax;
using Holdfast.Rules.Types;

namespace Holdfast.Rules.Planning;

/// <summary>
/// Plans filters in five steps. 1. The comparisons of all of them are told apart, so that equal ones are one leaf. 2. Each filter gets what
/// it needs: leaves without one of which it is false. Of an <c>and</c> that is the need of one item, of an <c>or</c> those of all. 3. What else
/// can be looked for at little cost is looked for too. 4. Filters are compiled, with those leaves as what the look at the request has seen, and
/// others that stand in several places as what is asked once. 5. A program says how the answers decide each filter without running it.
/// </summary>
internal sealed class PlanBuilder(IReadOnlyList<RuleFilter> filters, Func<int, bool> given)
{
    private readonly Dictionary<Expression, PlanLeaf> _leaves = [];
    private readonly Dictionary<Operand, SourceParts> _sources = [];
    private readonly Dictionary<ByteString, int> _texts = [];
    private readonly List<List<int>> _rulesOfSeen = [];
    private readonly List<int> _owners = [];

    // Of each rule a leaf that holds whenever the rule is come to.
    private readonly PlanLeaf?[] _proven = new PlanLeaf?[filters.Count];
    private int _rule;
    private int _kept;
    private int _literals;

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

            _proven[rule] = need.Leaves is [{ Trigger.IsExact: true } only] ? only : null;
            foreach (var leaf in need.Leaves)
            {
                LookFor(leaf, rule).Rules.Add(rule);
                _rulesOfSeen[leaf.Answer!.Value].Add(rule);
            }
        }

        foreach (var leaf in MoreLeaves.Of(_leaves.Values, _sources.Keys.ToHashSet()))
        {
            LookFor(leaf, -1);
        }

        var rules = new TruthNode[filters.Count];
        for (_rule = 0; _rule < rules.Length; _rule++)
        {
            rules[_rule] = Compile(filters[_rule].Expression);
        }

        var doubtful = BitsOf(rule => OverdrawCheck.MayOverdraw(filters[rule].Expression));
        var program = ProgramOf(rule => ((doubtful[rule >> 6] >> (rule & 63)) & 1) != 0);
        var sources = _sources.Values.Select(parts => parts.Build(ref _literals)).ToArray();
        var (answers, literals) = (_rulesOfSeen.Count + _kept + program.Guards, _literals);
        return new RulePlan(
            rules,
            program,
            always,
            sources,
            SeenLeaves(),
            [.. _rulesOfSeen.SelectMany(of => of.Skip(1))],
            [.. _proven.Select(leaf => leaf is { IsOwn: true, Answer: { } answer } ? answer : -1)],
            filters,
            (BitsOf(given), doubtful),
            filters.SelectMany(filter => filter.Reads).ToFrozenSet(),
            plan => new RulePass(plan, answers, literals)
        );
    }

    // A filter that a pass gives whatever it is, and one that may be known here and not by itself, are run.
    private PlanProgram ProgramOf(Func<int, bool> isDoubtful)
    {
        var writer = new ProgramWriter(_leaves);
        for (var rule = 0; rule < filters.Count; rule++)
        {
            if (given(rule) || isDoubtful(rule))
            {
                writer.AddRun();
            }
            else
            {
                writer.Add(filters[rule].Expression, _proven[rule]);
            }
        }

        var asked = new TruthNode?[_rulesOfSeen.Count + _kept];
        foreach (var leaf in _leaves.Values.Where(leaf => leaf.Answer is not null))
        {
            asked[leaf.Answer!.Value] = leaf.Asked;
        }

        return writer.Complete(asked, _rulesOfSeen.Count);
    }

    private SeenLeaf[] SeenLeaves()
    {
        var seen = new SeenLeaf[_rulesOfSeen.Count];
        foreach (var leaf in _leaves.Values.Where(leaf => leaf.IsLookedFor))
        {
            seen[leaf.Answer!.Value] = new(
                -1,
                0,
                0,
                _owners[leaf.Answer.Value],
                leaf.Trigger!.IsExact ? PassAnswers.True : PassAnswers.Pending
            );
        }

        var others = 0;
        for (var leaf = 0; leaf < seen.Length; leaf++)
        {
            if (_rulesOfSeen[leaf] is [var first, ..] rules)
            {
                seen[leaf] = seen[leaf] with { Rule = first, Others = others, OtherCount = rules.Count - 1 };
                others += rules.Count - 1;
            }
        }

        return seen;
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
                    _leaves.Add(expression, leaf = new PlanLeaf());
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

    private sealed record Need(PlanLeaf[] Leaves, long Weight);

    private SourceParts LookFor(PlanLeaf leaf, int rule)
    {
        if (!_sources.TryGetValue(leaf.Trigger!.Source, out var source))
        {
            _sources.Add(leaf.Trigger.Source, source = new SourceParts(leaf.Trigger.Source, _sources.Count));
        }

        if (!leaf.IsLookedFor)
        {
            (leaf.IsLookedFor, leaf.Answer, leaf.Source) = (true, _rulesOfSeen.Count, source.Number);
            _rulesOfSeen.Add([]);
            _owners.Add(-1);

            // When it says no more than that its rule may be true, only that is noted.
            source.Add(leaf.Trigger, leaf.IsOwn && rule >= 0 && _proven[rule] == leaf ? ~rule : leaf.Answer.Value);
        }

        return source;
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

    private TruthNode Compile(Expression expression, PlanLeaf leaf)
    {
        if (leaf.IsLookedFor)
        {
            _sources[leaf.Trigger!.Source].Users.Add(_rule);
            _owners[leaf.Answer!.Value] = leaf.IsOwn && _proven[_rule] != leaf ? _rule : -1;
        }

        return leaf.Node ??= Make(expression, leaf);
    }

    private TruthNode Make(Expression expression, PlanLeaf leaf)
    {
        if (leaf is { IsLookedFor: true, Answer: { } number, Trigger: { } trigger })
        {
            leaf.Asked = trigger.IsExact ? null : NodeCompiler.Compile(expression);
            return new SeenNode(leaf.Source, number, leaf.Asked);
        }

        var node = NodeCompiler.Compile(expression);
        if (leaf.Uses == 1)
        {
            return node;
        }

        // All that is looked for has its number by now.
        (leaf.Answer, leaf.Asked) = (_rulesOfSeen.Count + _kept++, node);
        return new KeptNode(leaf.Answer.Value, node);
    }
}
