using Holdfast.Rules.Evaluation;
using Holdfast.Rules.Syntax;

namespace Holdfast.Rules.Planning;

/// <summary>
/// Whether a filter that runs by itself could be unknown because it computes too much. A plan computes once what several filters have in common, so
/// it could know more; such filters are asked by themselves before a plan says that they are true.
/// </summary>
internal static class OverdrawCheck
{
    // The longest that a field of a request or an answer can be set to be: the most that max_header_bytes takes.
    private const int LongestField = 1024 * 1024;
    private const int MayBeTooMuch = RuleLimits.ComputedBytes + 1;

    /// <summary>Whether it could.</summary>
    public static bool MayOverdraw(Expression expression) => BytesOf(expression) > RuleLimits.ComputedBytes;

    // The most bytes that it writes. What regular expressions cost over fields is within RuleLimits.RegexWork by the reader's limits.
    private static int BytesOf(Expression expression) =>
        expression switch
        {
            ConstantExpression => 0,
            NotExpression not => BytesOf(not.Of),
            CombinedExpression combined => Sum(combined.Items.Select(BytesOf)),
            OperandExpression operand => BytesOf(operand.Operand),
            ComparisonExpression { Left: var left, Comparison: var comparison } => Sum([
                BytesOf(left, comparison),
                BytesOf(comparison, left),
            ]),
            _ => MayBeTooMuch,
        };

    private static int BytesOf(Operand left, Comparison comparison) =>
        OperandCompiler.IsLower(left, out var text) && AnyCaseTests.Of(comparison) is not null ? BytesOf(text) : BytesOf(left);

    private static int BytesOf(Comparison comparison, Operand left) =>
        comparison switch
        {
            WildcardComparison { IsStrict: false } => left.IsEach ? MayBeTooMuch : LongestField,
            MatchesComparison => left.IsEach ? MayBeTooMuch : 0,
            _ => 0,
        };

    private static int BytesOf(Operand operand) =>
        operand switch
        {
            FieldOperand => 0,
            IndexedOperand indexed => BytesOf(indexed.Of),
            CallOperand { Function.Name: "any" or "all" or "len" or "starts_with" or "ends_with" } call => Sum(
                call.Arguments.Select(BytesOf)
            ),
            CallOperand { IsMapped: false, Function.Name: "lower" } call => Sum([LongestField, .. call.Arguments.Select(BytesOf)]),
            _ => MayBeTooMuch,
        };

    private static int BytesOf(Argument argument) =>
        argument switch
        {
            LiteralArgument => 0,
            OperandArgument operand => BytesOf(operand.Operand),
            ExpressionArgument expression => BytesOf(expression.Expression),
            _ => MayBeTooMuch,
        };

    private static int Sum(IEnumerable<int> parts) => (int)Math.Min(MayBeTooMuch, parts.Sum(part => (long)part));
}
