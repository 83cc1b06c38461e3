using System.Diagnostics;
using Holdfast.Rules.Patterns;
using Holdfast.Rules.Syntax;
using Holdfast.Rules.Types;
using Bytes = System.ReadOnlySpan<byte>;

namespace Holdfast.Rules.Evaluation;

/// <summary>Makes nodes of a tree that the parser has made: logic and comparisons. Operands are <see cref="OperandCompiler"/>'s.</summary>
internal static class NodeCompiler
{
    /// <summary>Something with one answer.</summary>
    public static TruthNode Compile(Expression expression) =>
        expression switch
        {
            ConstantExpression constant => new ConstantTruthNode(Truths.Of(constant.Value)),
            OperandExpression operand => OperandCompiler.Flag(operand.Operand),
            NotExpression not => new NotNode(Compile(not.Of)),
            CombinedExpression combined => Combine(combined.Operator, [.. combined.Items.Select(Compile)]),
            ComparisonExpression comparison => Compare(comparison),
            _ => throw new UnreachableException(),
        };

    /// <summary>Something with one answer for each element.</summary>
    public static ArrayNode<Truth> CompileEach(Expression expression) =>
        expression switch
        {
            OperandExpression operand => OperandCompiler.Flags(operand.Operand),
            NotExpression not => new NotArrayNode(CompileEach(not.Of)),
            CombinedExpression combined => new CombinedArrayNode(
                [.. combined.Items.Select(CompileEach)],
                combined.Operator switch
                {
                    LogicalOperator.And => Truths.And,
                    LogicalOperator.Or => Truths.Or,
                    _ => Truths.Xor,
                }
            ),
            ComparisonExpression { Left: var left, Comparison: var comparison } => left.Type.Kind == RuleKind.Integer
                ? new TestArrayNode<long>(OperandCompiler.Numbers(left), NumberTest(comparison))
                : new TestArrayNode<Bytes>(OperandCompiler.Texts(left), TextTest(comparison)),
            _ => throw new UnreachableException(),
        };

    /// <summary>A comparison of strings.</summary>
    public static Test<Bytes> TextTest(Comparison comparison) =>
        comparison switch
        {
            OrderingComparison { Operator: OrderingOperator.Equal, Right: StringLiteral right } => TextTests.Of(
                new EqualTest(right.Value.Span.ToArray())
            ),
            OrderingComparison { Operator: OrderingOperator.NotEqual, Right: StringLiteral right } => TextTests.Of(
                new NotEqualTest(right.Value.Span.ToArray())
            ),
            OrderingComparison { Right: StringLiteral right } ordering => new TextOrderTest(ordering.Operator, right.Value.Span.ToArray()),
            ContainsComparison contains => TextTests.Of(new ContainsTest(contains.Part.Span.ToArray())),
            MatchesComparison matches => new MatchesTest(matches.Pattern.Matcher),
            WildcardComparison wildcard => new WildcardTest(new WildcardMatcher(wildcard.Pattern, ignoreCase: !wildcard.IsStrict)),
            SetComparison { Set: StringSet set } => TextTests.In(set.Members),
            ListComparison list => new TextListTest(list.ListName),
            _ => throw new UnreachableException(),
        };

    /// <summary>A comparison of numbers.</summary>
    public static Test<long> NumberTest(Comparison comparison) =>
        comparison switch
        {
            OrderingComparison { Right: IntegerLiteral right } ordering => new NumberOrderTest(ordering.Operator, right.Value),
            SetComparison { Set: IntegerSet set } => new NumberSetTest(set),
            ListComparison list => new NumberListTest(list.ListName),
            _ => throw new UnreachableException(),
        };

    /// <summary>Several answers, joined.</summary>
    public static TruthNode Combine(LogicalOperator operation, TruthNode[] items) =>
        operation switch
        {
            LogicalOperator.And => new AndNode(items),
            LogicalOperator.Or when items.Any(item => item is AndNode) => new AlternativesNode([
                .. items.Select(item => item is AndNode all ? all.Items : [item]),
            ]),
            LogicalOperator.Or => new OrNode(items),
            _ => new XorNode(items),
        };

    private static TruthNode Compare(ComparisonExpression comparison)
    {
        switch (comparison.Left.Type.Kind)
        {
            case RuleKind.Integer:
                return new TestNode<long>(OperandCompiler.Number(comparison.Left), NumberTest(comparison.Comparison));
            case RuleKind.Address:
                return new TestNode<RuleAddress>(OperandCompiler.Address(comparison.Left), AddressTestOf(comparison.Comparison));
            default:
                if (OperandCompiler.IsLower(comparison.Left, out var text) && AnyCaseTests.Of(comparison.Comparison) is { } anyCase)
                {
                    return TextTests.On(OperandCompiler.Text(text), anyCase);
                }

                return TextTests.On(OperandCompiler.Text(comparison.Left), TextTest(comparison.Comparison));
        }
    }

    private static Test<RuleAddress> AddressTestOf(Comparison comparison) =>
        comparison switch
        {
            OrderingComparison { Right: AddressLiteral right } ordering => new AddressTest(
                right.Value,
                ordering.Operator == OrderingOperator.Equal
            ),
            SetComparison { Set: AddressSet set } => new AddressSetTest(set),
            ListComparison list => new AddressListTest(list.ListName),
            _ => throw new UnreachableException(),
        };
}
