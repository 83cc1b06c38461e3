using Holdfast.Rules.Evaluation;
using Holdfast.Rules.Syntax;

namespace Holdfast.Rules.Planning;

/// <summary>Writes a plan's program, when all its leaves are compiled.</summary>
/// <param name="leaves">The comparisons of all filters.</param>
internal sealed class ProgramWriter(IReadOnlyDictionary<Expression, PlanLeaf> leaves)
{
    private readonly List<PlanStep> _steps = [];
    private readonly List<int> _starts = [];
    private readonly List<int> _guards = [];
    private readonly List<int> _guardStarts = [];

    // Equal steps are one, so that equal guards begin at the same.
    private readonly Dictionary<PlanStep, int> _numbers = [];
    private readonly Dictionary<int, int> _guardOfStart = [];
    private PlanLeaf? _proven;
    private bool _isGuard;

    /// <summary>Adds the next rule.</summary>
    /// <param name="filter">Its filter.</param>
    /// <param name="proven">A leaf that is true whenever the rule is come to, or null.</param>
    public void Add(Expression filter, PlanLeaf? proven)
    {
        (_proven, _isGuard) = (proven, false);
        _starts.Add(Write(filter, PlanProgram.True, PlanProgram.False));
        _isGuard = true;
        var start = Write(filter, PlanProgram.True, PlanProgram.False);
        if (start >= 0 && !_guardOfStart.ContainsKey(start))
        {
            _guardOfStart.Add(start, _guardStarts.Count);
            _guardStarts.Add(start);
        }

        _guards.Add(start >= 0 ? _guardOfStart[start] : start);
    }

    /// <summary>Adds the next rule, whose filter is always run.</summary>
    public void AddRun()
    {
        _starts.Add(PlanProgram.Run);
        _guards.Add(PlanProgram.Run);
    }

    /// <summary>The program of all rules that were added.</summary>
    /// <param name="asked">For each answer what asks it; null where it is there when it is looked for.</param>
    /// <param name="lookedFor">So many answers, the first ones, are of what is looked for.</param>
    public PlanProgram Complete(TruthNode?[] asked, int lookedFor) =>
        new([.. _steps], [.. _starts], [.. _guards], [.. _guardStarts], asked, lookedFor);

    // Written from the end, so that where a step leads is known. What has no answer of its own ends in running the filter, if it is come to.
    private int Write(Expression expression, int onTrue, int onFalse)
    {
        switch (expression)
        {
            case ConstantExpression constant:
                return constant.Value ? onTrue : onFalse;
            case NotExpression not:
                return Write(not.Of, onFalse, onTrue);
            case CombinedExpression { Operator: LogicalOperator.And } and:
                return InReverse(and).Aggregate(onTrue, (next, item) => Write(item, next, onFalse));
            case CombinedExpression { Operator: LogicalOperator.Or } or:
                return InReverse(or).Aggregate(onFalse, (next, item) => Write(item, onTrue, next));
            case CombinedExpression:
                return PlanProgram.Run;
        }

        var leaf = leaves[expression];
        return leaf == _proven ? onTrue
            : leaf.Answer is not { } answer ? PlanProgram.Run
            : _isGuard && leaf.IsOwn ? onFalse
            : NumberOf(new PlanStep(answer, onTrue, onFalse, leaf.IsLookedFor ? onFalse : PlanProgram.Run));
    }

    private int NumberOf(PlanStep step)
    {
        if (!_numbers.TryGetValue(step, out var number))
        {
            _numbers.Add(step, number = _steps.Count);
            _steps.Add(step);
        }

        return number;
    }

    // What is false without asking comes first, and may end the matter.
    private IEnumerable<Expression> InReverse(CombinedExpression combined) => combined.Items.OrderBy(Late).Reverse();

    private int Late(Expression item)
    {
        while (item is NotExpression not)
        {
            item = not.Of;
        }

        return leaves.TryGetValue(item, out var leaf) && leaf is { IsLookedFor: true, Trigger.IsExact: true } ? 0 : 1;
    }
}
