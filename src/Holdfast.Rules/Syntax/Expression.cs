using Holdfast.Rules.Types;

namespace Holdfast.Rules.Syntax;

/// <summary>Something that is true, false or unknown; over <c>[*]</c>, for each element.</summary>
public abstract record Expression
{
    /// <summary>Whether it is one answer for each element, which only <c>any()</c> and <c>all()</c> can take.</summary>
    public abstract bool IsEach { get; }
}

/// <summary><c>true</c> or <c>false</c></summary>
public sealed record ConstantExpression(bool Value) : Expression
{
    /// <inheritdoc />
    public override bool IsEach => false;
}

/// <summary>A boolean operand that stands for itself: <c>ssl</c>, <c>starts_with(…)</c>.</summary>
public sealed record OperandExpression(Operand Operand) : Expression
{
    /// <inheritdoc />
    public override bool IsEach => Operand.IsEach || Operand.Type.Kind == RuleKind.Array;
}

/// <summary><c>not</c>. It binds tighter than any other operator of logic, and looser than a comparison.</summary>
public sealed record NotExpression(Expression Of) : Expression
{
    /// <inheritdoc />
    public override bool IsEach => Of.IsEach;
}

/// <summary>How expressions are joined, from the tightest.</summary>
public enum LogicalOperator
{
    /// <summary><c>and</c>, <c>&amp;&amp;</c></summary>
    And,

    /// <summary><c>xor</c>, <c>^^</c></summary>
    Xor,

    /// <summary><c>or</c>, <c>||</c></summary>
    Or,
}

/// <summary>Two or more expressions, joined by one operator. What stood in parentheses is an item of its own.</summary>
public sealed record CombinedExpression(LogicalOperator Operator, EqualArray<Expression> Items) : Expression
{
    /// <inheritdoc />
    public override bool IsEach => Items[0].IsEach;
}

/// <summary>A value held against a literal.</summary>
public sealed record ComparisonExpression(Operand Left, Comparison Comparison) : Expression
{
    /// <inheritdoc />
    public override bool IsEach => Left.IsEach;
}
