using Holdfast.Rules.Fields;
using Holdfast.Rules.Syntax;

namespace Holdfast.Rules.Checks;

/// <summary>What an expression reads.</summary>
public static class SignalReads
{
    /// <summary>The fields in a filter, in their order, each as often as it stands there.</summary>
    public static IEnumerable<RuleField> Of(Expression expression) =>
        expression switch
        {
            NotExpression not => Of(not.Of),
            CombinedExpression combined => combined.Items.SelectMany(Of),
            OperandExpression operand => Of(operand.Operand),
            ComparisonExpression comparison => Of(comparison.Left),
            _ => [],
        };

    /// <summary>The fields in a value.</summary>
    public static IEnumerable<RuleField> Of(Argument argument) =>
        argument switch
        {
            OperandArgument operand => Of(operand.Operand),
            ExpressionArgument expression => Of(expression.Expression),
            _ => [],
        };

    private static IEnumerable<RuleField> Of(Operand operand) =>
        operand switch
        {
            FieldOperand field => [field.Field],
            IndexedOperand indexed => Of(indexed.Of),
            CallOperand call => call.Arguments.SelectMany(Of),
            _ => [],
        };
}
