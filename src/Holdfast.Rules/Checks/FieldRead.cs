using System.Collections.Immutable;
using Holdfast.Rules.Fields;
using Holdfast.Rules.Syntax;
using Holdfast.Rules.Types;

namespace Holdfast.Rules.Checks;

/// <summary>One thing that an expression looks at: a field, or what a map has under one name.</summary>
/// <param name="Field">The field.</param>
/// <param name="Name">The name in the map; null when the field is no map, or the map is read as a whole.</param>
public readonly record struct FieldRead(RuleField Field, ByteString? Name)
{
    /// <summary>What a filter looks at, each once, in its order.</summary>
    public static ImmutableArray<FieldRead> Of(Expression expression) => [.. Reads(expression).Distinct()];

    /// <summary>As the language writes it: <c>http.request.headers["x-a"]</c>.</summary>
    public override string ToString() => Name is { } name ? $"{Field}[\"{name}\"]" : Field.ToString();

    private static IEnumerable<FieldRead> Reads(Expression expression) =>
        expression switch
        {
            NotExpression not => Reads(not.Of),
            CombinedExpression combined => combined.Items.SelectMany(Reads),
            OperandExpression operand => Reads(operand.Operand),
            ComparisonExpression comparison => Reads(comparison.Left),
            _ => [],
        };

    private static IEnumerable<FieldRead> Reads(Operand operand) =>
        operand switch
        {
            FieldOperand field => [new FieldRead(field.Field, null)],
            IndexedOperand { Of: FieldOperand map, Indexes: var indexes } => [new FieldRead(map.Field, NameIn(indexes))],
            IndexedOperand indexed => Reads(indexed.Of),
            CallOperand call => Reads(call),
            _ => [],
        };

    // A function of a map and a literal name, has_key(), reads what is under that name.
    private static IEnumerable<FieldRead> Reads(CallOperand call) =>
        call.Arguments
            is [
                OperandArgument { Operand: FieldOperand { Field.Type.Kind: RuleKind.Map } map },
                LiteralArgument { Literal: StringLiteral name },
            ]
            ? [new FieldRead(map.Field, name.Value)]
            : call.Arguments.SelectMany(argument =>
                argument switch
                {
                    OperandArgument operand => Reads(operand.Operand),
                    ExpressionArgument expression => Reads(expression.Expression),
                    _ => [],
                }
            );

    private static ByteString? NameIn(EqualArray<ElementIndex> indexes) => indexes.OfType<NameIndex>().FirstOrDefault()?.Name;
}
