using Holdfast.Rules.Syntax;

namespace Holdfast.Rules.Checks;

/// <summary>Which lists an expression refers to.</summary>
public static class ListReads
{
    /// <summary>The names in a filter, in their order, each as often as it stands there.</summary>
    public static IEnumerable<string> Of(Expression expression) =>
        expression switch
        {
            NotExpression not => Of(not.Of),
            CombinedExpression combined => combined.Items.SelectMany(Of),
            OperandExpression operand => Of(operand.Operand),
            ComparisonExpression { Comparison: ListComparison list } comparison => Of(comparison.Left).Append(list.ListName),
            ComparisonExpression comparison => Of(comparison.Left),
            _ => [],
        };

    private static IEnumerable<string> Of(Operand operand) =>
        operand switch
        {
            IndexedOperand indexed => Of(indexed.Of),
            CallOperand call => call.Arguments.SelectMany(Of),
            _ => [],
        };

    private static IEnumerable<string> Of(Argument argument) =>
        argument switch
        {
            OperandArgument operand => Of(operand.Operand),
            ExpressionArgument expression => Of(expression.Expression),
            _ => [],
        };
}
