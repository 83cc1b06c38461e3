using Holdfast.Rules.Fields;
using Holdfast.Rules.Syntax;

namespace Holdfast.Rules.Checks;

/// <summary>What an expression may turn out to be.</summary>
[Flags]
internal enum Outcomes
{
    /// <summary>False.</summary>
    False = 1,

    /// <summary>True.</summary>
    True = 2,

    /// <summary>Neither, because something is not known.</summary>
    Unknown = 4,
}

/// <summary>
/// Runs an expression over everything at once: what reads a lost source is unknown, everything else may be true or false, independently.
/// </summary>
internal static class PossibleOutcomes
{
    private const Outcomes Either = Outcomes.True | Outcomes.False;

    private static readonly Outcomes[] Each = [Outcomes.False, Outcomes.True, Outcomes.Unknown];

    /// <summary>What the expression may be.</summary>
    /// <param name="expression">The expression.</param>
    /// <param name="lost">The sources whose signals are unknown.</param>
    /// <param name="knownWhenLost">What <c>holdfast_known()</c> says of a lost signal; true to see what depends on its answer.</param>
    public static Outcomes Of(Expression expression, SignalSource[] lost, bool knownWhenLost)
    {
        return OfExpression(expression);

        Outcomes OfExpression(Expression part) =>
            part switch
            {
                ConstantExpression constant => constant.Value ? Outcomes.True : Outcomes.False,
                NotExpression not => Not(OfExpression(not.Of)),
                CombinedExpression combined => combined
                    .Items.Select(OfExpression)
                    .Aggregate((one, other) => Combine(combined.Operator, one, other)),
                OperandExpression { Operand: var operand } => OfOperand(operand),
                ComparisonExpression comparison => OfOperand(comparison.Left),
                _ => Either,
            };

        Outcomes OfOperand(Operand operand) =>
            operand switch
            {
                FieldOperand { Field: var field } => lost.Contains(field.Source) ? Outcomes.Unknown : Either,
                IndexedOperand indexed => OfOperand(indexed.Of),
                CallOperand { Function.Name: "holdfast_known", Arguments: [OperandArgument { Operand: var asked }] } => OfOperand(asked)
                == Outcomes.Unknown
                    ? knownWhenLost
                        ? Outcomes.True
                        : Outcomes.False
                    : Outcomes.True,
                CallOperand { Function.Name: "any" or "all", Arguments: [var answers] } => OfAnswers(OfArgument(answers)),
                CallOperand call => !call.Arguments.Select(OfArgument).Contains(Outcomes.Unknown) ? Either
                : MayLackItsText(call) ? Outcomes.Unknown | Outcomes.False
                : Outcomes.Unknown,
                _ => Either,
            };

        // Without the text that it is about, a call has no value whatever its other arguments are, and a test of it is false.
        bool MayLackItsText(CallOperand call) =>
            call.Function.Name is not ("concat" or "join")
            && call.Arguments[call.Function.Name == "is_timed_hmac_valid_v0" ? 1 : 0]
                is OperandArgument { Operand: IndexedOperand or CallOperand } text
            && OfArgument(text) != Outcomes.Unknown;

        Outcomes OfArgument(Argument argument) =>
            argument switch
            {
                OperandArgument { Operand: var operand } => OfOperand(operand),
                ExpressionArgument { Expression: var inner } => OfExpression(inner),
                _ => Either,
            };
    }

    // Of no elements, any() is false and all() is true, so both answers are possible unless nothing is known.
    private static Outcomes OfAnswers(Outcomes answers) => answers == Outcomes.Unknown ? answers : answers | Either;

    private static Outcomes Not(Outcomes of) =>
        (of & Outcomes.Unknown) | (of.HasFlag(Outcomes.True) ? Outcomes.False : 0) | (of.HasFlag(Outcomes.False) ? Outcomes.True : 0);

    private static Outcomes Combine(LogicalOperator operation, Outcomes one, Outcomes other)
    {
        Outcomes result = 0;
        foreach (var left in Each.Where(outcome => one.HasFlag(outcome)))
        {
            foreach (var right in Each.Where(outcome => other.HasFlag(outcome)))
            {
                result |= Join(operation, left, right);
            }
        }

        return result;
    }

    private static Outcomes Join(LogicalOperator operation, Outcomes left, Outcomes right)
    {
        var decides = operation == LogicalOperator.And ? Outcomes.False : Outcomes.True;
        if (operation != LogicalOperator.Xor && (left == decides || right == decides))
        {
            return decides;
        }

        if (left == Outcomes.Unknown || right == Outcomes.Unknown)
        {
            return Outcomes.Unknown;
        }

        return operation == LogicalOperator.Xor && left != right ? Outcomes.True
            : operation == LogicalOperator.And ? Outcomes.True
            : Outcomes.False;
    }
}
