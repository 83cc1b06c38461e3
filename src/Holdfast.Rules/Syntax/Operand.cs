using Holdfast.Rules.Fields;
using Holdfast.Rules.Functions;
using Holdfast.Rules.Types;

namespace Holdfast.Rules.Syntax;

/// <summary>A value that an expression reads or computes.</summary>
public abstract record Operand
{
    /// <summary>Its type; with <c>[*]</c>, the type of one element.</summary>
    public abstract RuleType Type { get; }

    /// <summary>Whether it is to be taken element by element, because <c>[*]</c> stands in its indexes.</summary>
    public virtual bool IsEach => false;
}

/// <summary>A field.</summary>
public sealed record FieldOperand(RuleField Field) : Operand
{
    /// <inheritdoc />
    public override RuleType Type => Field.Type;
}

/// <summary>A function's result. When the first argument is taken element by element, it is the array of the results.</summary>
public sealed record CallOperand(RuleFunction Function, EqualArray<Argument> Arguments) : Operand
{
    /// <summary>Whether the function is called for each element of its first argument.</summary>
    public bool IsMapped => Arguments.Count > 0 && Arguments[0] is OperandArgument { Operand.IsEach: true };

    /// <inheritdoc />
    public override RuleType Type
    {
        get
        {
            var result = Function.ResultOf(Arguments);
            return IsMapped ? RuleType.ArrayOf(result) : result;
        }
    }
}

/// <summary>An element of an array or a map, an element of that, and so on.</summary>
public sealed record IndexedOperand(Operand Of, EqualArray<ElementIndex> Indexes) : Operand
{
    /// <inheritdoc />
    public override RuleType Type
    {
        get
        {
            var type = Of.Type;
            foreach (var _ in Indexes)
            {
                type = type.Element!;
            }

            return type;
        }
    }

    /// <inheritdoc />
    public override bool IsEach => Indexes.Any(index => index is EachIndex);
}

/// <summary>What stands between brackets.</summary>
public abstract record ElementIndex;

/// <summary>A position, from 0.</summary>
public sealed record PositionIndex(int Position) : ElementIndex;

/// <summary>A name in a map.</summary>
public sealed record NameIndex(ByteString Name) : ElementIndex;

/// <summary><c>[*]</c></summary>
public sealed record EachIndex : ElementIndex;

/// <summary>What is given to a function.</summary>
public abstract record Argument
{
    /// <summary>Its type; an expression over <c>[*]</c> is an array of booleans.</summary>
    public abstract RuleType Type { get; }
}

/// <summary>A literal.</summary>
public sealed record LiteralArgument(Literal Literal) : Argument
{
    /// <inheritdoc />
    public override RuleType Type => Literal.Type;
}

/// <summary>A field, a call, an element.</summary>
public sealed record OperandArgument(Operand Operand) : Argument
{
    /// <inheritdoc />
    public override RuleType Type => Operand.Type;
}

/// <summary>A comparison, or several. A bare boolean operand is an <see cref="OperandArgument"/>.</summary>
public sealed record ExpressionArgument(Expression Expression) : Argument
{
    /// <inheritdoc />
    public override RuleType Type => Expression.IsEach ? RuleType.ArrayOf(RuleType.Boolean) : RuleType.Boolean;
}
