using System.Diagnostics;
using System.Diagnostics.CodeAnalysis;
using Holdfast.Rules.Fields;
using Holdfast.Rules.Functions;
using Holdfast.Rules.Syntax;
using Holdfast.Rules.Types;
using Bytes = System.ReadOnlySpan<byte>;

namespace Holdfast.Rules.Evaluation;

/// <summary>Makes nodes of operands, by the type that is wanted of them.</summary>
internal static class OperandCompiler
{
    /// <summary>A value that a rule writes.</summary>
    public static ValueNode<Bytes> Value(Argument argument) =>
        argument switch
        {
            LiteralArgument { Literal: StringLiteral text } => new LiteralTextNode(text.Value.Span.ToArray()),
            LiteralArgument { Literal: IntegerLiteral number } => new ApplyNode<long, Bytes>(
                new ConstantNode<long>(number.Value),
                new NumberTextFunction()
            ),
            OperandArgument { Operand: { Type.Kind: RuleKind.Integer } operand } => new ApplyNode<long, Bytes>(
                Number(operand),
                new NumberTextFunction()
            ),
            OperandArgument { Operand: { Type.Kind: RuleKind.Address } operand } => new ApplyNode<RuleAddress, Bytes>(
                Address(operand),
                new AddressTextFunction()
            ),
            OperandArgument { Operand: { Type.Kind: RuleKind.Boolean } operand } => new ApplyNode<Truth, Bytes>(
                new TruthValueNode(Flag(operand)),
                new TruthTextFunction()
            ),
            OperandArgument { Operand: var operand } => Text(operand),
            ExpressionArgument { Expression: var expression } => new ApplyNode<Truth, Bytes>(
                new TruthValueNode(NodeCompiler.Compile(expression)),
                new TruthTextFunction()
            ),
            _ => throw new UnreachableException(),
        };

    /// <summary>A string.</summary>
    public static ValueNode<Bytes> Text(Operand operand) =>
        operand switch
        {
            _ when IsNowhere(operand) => new UnknownNode<Bytes>(),
            FieldOperand field => new FieldTextNode(field.Field.Signal!.Value),
            IndexedOperand indexed => new ElementNode<Bytes>(Texts(WithoutLast(indexed, out var last)), ((PositionIndex)last).Position),
            CallOperand { Function.Name: "join", Arguments: var given } => new JoinNode(Texts(OperandOf(given[0])), Value(given[1])),
            CallOperand { Function.Name: "to_string", Arguments: var given } => Value(given[0]),
            CallOperand call => Apply(Value(call.Arguments[0]), FunctionCompiler.Text(call)),
            _ => throw new UnreachableException(),
        };

    /// <summary>Strings: an array, or with <c>[*]</c> its elements.</summary>
    public static ArrayNode<Bytes> Texts(Operand operand) =>
        operand switch
        {
            _ when IsNowhere(operand) => new UnknownArrayNode<Bytes>(),
            FieldOperand field => new FieldTextsNode(field.Field.Signal!.Value),
            IndexedOperand { IsEach: true } indexed => Texts(WithoutLast(indexed, out _)),
            IndexedOperand { Of: FieldOperand field, Indexes: [NameIndex name] } => new FieldTextsByNameNode(
                field.Field.Signal!.Value,
                name.Name.Span.ToArray()
            ),
            CallOperand { IsMapped: true, Function.Name: "to_string" } call => TextsOf(call.Arguments[0]),
            CallOperand { IsMapped: true } call => new MapNode<Bytes, Bytes>(TextsOf(call.Arguments[0]), FunctionCompiler.Text(call)),
            CallOperand { Function.Name: "split", Arguments: var given } => new SplitNode(
                Value(given[0]),
                FunctionCompiler.LiteralBytes(given[1]),
                (int)FunctionCompiler.LiteralNumber(given[2])
            ),
            CallOperand { Function.Name: "concat", Arguments: var given } => new JoinedArrayNode<Bytes>([
                .. given.Select(array => Texts(OperandOf(array))),
            ]),
            _ => throw new UnreachableException(),
        };

    /// <summary>A number.</summary>
    public static ValueNode<long> Number(Operand operand) =>
        operand switch
        {
            _ when IsNowhere(operand) => new UnknownNode<long>(),
            FieldOperand field => new FieldNumberNode(field.Field.Signal!.Value),
            IndexedOperand indexed => new ElementNode<long>(Numbers(WithoutLast(indexed, out var last)), ((PositionIndex)last).Position),
            CallOperand { Function.Name: "len", Arguments: [{ Type: { Kind: RuleKind.Array } type } array] } => type.Element
            == RuleType.Integer
                ? new CountNode<long>(Numbers(OperandOf(array)))
                : new CountNode<Bytes>(Texts(OperandOf(array))),
            CallOperand call => Apply(Value(call.Arguments[0]), FunctionCompiler.Number(call)),
            _ => throw new UnreachableException(),
        };

    /// <summary>A number that is given to a function.</summary>
    public static ValueNode<long> Number(Argument argument) =>
        argument is LiteralArgument { Literal: IntegerLiteral number } ? new ConstantNode<long>(number.Value) : Number(OperandOf(argument));

    /// <summary>Numbers: an array, or with <c>[*]</c> its elements.</summary>
    public static ArrayNode<long> Numbers(Operand operand) =>
        operand switch
        {
            _ when IsNowhere(operand) => new UnknownArrayNode<long>(),
            IndexedOperand { IsEach: true } indexed => Numbers(WithoutLast(indexed, out _)),
            CallOperand { IsMapped: true } call => new MapNode<Bytes, long>(TextsOf(call.Arguments[0]), FunctionCompiler.Number(call)),
            _ => throw new UnreachableException(),
        };

    /// <summary>An address.</summary>
    public static ValueNode<RuleAddress> Address(Operand operand) =>
        operand switch
        {
            FieldOperand field => new FieldAddressNode(field.Field.Signal!.Value),
            CallOperand { Function.Name: "cidr", Arguments: var given } => new ApplyNode<RuleAddress, RuleAddress>(
                Address(OperandOf(given[0])),
                new NetworkFunction((int)FunctionCompiler.LiteralNumber(given[1]), (int)FunctionCompiler.LiteralNumber(given[2]))
            ),
            CallOperand { Function.Name: "cidr6", Arguments: var given } => new ApplyNode<RuleAddress, RuleAddress>(
                Address(OperandOf(given[0])),
                new NetworkFunction(32, (int)FunctionCompiler.LiteralNumber(given[1]))
            ),
            _ => throw new UnreachableException(),
        };

    /// <summary>A boolean.</summary>
    public static TruthNode Flag(Operand operand) =>
        operand switch
        {
            _ when IsNowhere(operand) => new ConstantTruthNode(Truth.Unknown),
            FieldOperand field => new FieldFlagNode(field.Field.Signal!.Value),
            CallOperand { Function.Name: "any" or "all", Arguments: [var answers] } call => new QuantifierNode(
                Answers(answers),
                isAll: call.Function.Name == "all"
            ),
            CallOperand { Function.Name: "holdfast_known", Arguments: [var asked] } => BaseOf(OperandOf(asked)).Signal is { } signal
                ? new KnownNode(signal)
                : new ConstantTruthNode(Truth.False),
            CallOperand { Function.Name: "has_key", Arguments: [var map, var key] } => BaseOf(OperandOf(map)).Signal is { } signal
                ? new HasKeyNode(signal, FunctionCompiler.LiteralBytes(key))
                : new ConstantTruthNode(Truth.Unknown),
            CallOperand { Function.Name: "has_value", Arguments: [var array, LiteralArgument { Literal: var literal }] } =>
                new QuantifierNode(HasValue(OperandOf(array), new OrderingComparison(OrderingOperator.Equal, literal)), isAll: false),
            CallOperand { Function.Name: "is_timed_hmac_valid_v0", Arguments: var given } call => new TestNode<Bytes>(
                Value(given[1]),
                FunctionCompiler.Test(call)
            ),
            CallOperand { Function.Name: "starts_with" or "ends_with", Arguments: [OperandArgument given, LiteralArgument part] } call
                when IsLower(given.Operand, out var text)
                    && AnyCaseTests.OfEdge(FunctionCompiler.LiteralBytes(part), call.Function.Name == "ends_with") is { } anyCase =>
                TextTests.On(Text(text), anyCase),
            CallOperand call => TextTests.On(Value(call.Arguments[0]), FunctionCompiler.Test(call)),
            _ => throw new UnreachableException(),
        };

    /// <summary>Booleans for each element.</summary>
    public static ArrayNode<Truth> Flags(Operand operand) =>
        operand switch
        {
            _ when IsNowhere(operand) => new UnknownArrayNode<Truth>(),
            IndexedOperand { IsEach: true } indexed => Flags(WithoutLast(indexed, out _)),
            CallOperand { IsMapped: true } call => new TestArrayNode<Bytes>(TextsOf(call.Arguments[0]), FunctionCompiler.Test(call)),
            _ => throw new UnreachableException(),
        };

    /// <summary>The operand that is given.</summary>
    public static Operand OperandOf(Argument argument) => ((OperandArgument)argument).Operand;

    /// <summary>Whether it is <c>lower()</c> of one text, and of which.</summary>
    public static bool IsLower(Operand operand, [NotNullWhen(true)] out Operand? text)
    {
        text = operand
            is CallOperand
            {
                IsMapped: false,
                Function.Name: "lower",
                Arguments: [OperandArgument { Operand: { Type.Kind: RuleKind.String, IsEach: false } of }]
            }
            ? of
            : null;
        return text is not null;
    }

    private static ValueNode<TOut> Apply<TOut>(ValueNode<Bytes> source, Function<Bytes, TOut> function)
        where TOut : allows ref struct =>
        source is FieldTextNode field ? new FieldApplyNode<TOut>(field.Signal, function) : new ApplyNode<Bytes, TOut>(source, function);

    private static ArrayNode<Truth> Answers(Argument argument) =>
        argument is ExpressionArgument { Expression: var expression } ? NodeCompiler.CompileEach(expression) : Flags(OperandOf(argument));

    private static ArrayNode<Truth> HasValue(Operand array, Comparison comparison) =>
        array.Type.Element == RuleType.Integer
            ? new TestArrayNode<long>(Numbers(array), NodeCompiler.NumberTest(comparison))
            : new TestArrayNode<Bytes>(Texts(array), NodeCompiler.TextTest(comparison));

    // The elements that a function is called for, as strings.
    private static ArrayNode<Bytes> TextsOf(Argument argument)
    {
        var operand = OperandOf(argument);
        return operand.Type.Kind switch
        {
            RuleKind.Integer => new MapNode<long, Bytes>(Numbers(operand), new NumberTextFunction()),
            RuleKind.Boolean => new MapNode<Truth, Bytes>(Flags(operand), new TruthTextFunction()),
            _ => Texts(operand),
        };
    }

    private static Operand WithoutLast(IndexedOperand indexed, out ElementIndex last)
    {
        var count = indexed.Indexes.Count - 1;
        last = indexed.Indexes[count];
        return count == 0 ? indexed.Of : new IndexedOperand(indexed.Of, [.. indexed.Indexes.Take(count)]);
    }

    private static RuleField BaseOf(Operand operand) =>
        operand switch
        {
            FieldOperand field => field.Field,
            IndexedOperand indexed => BaseOf(indexed.Of),
            _ => throw new UnreachableException(),
        };

    // A field that nobody here knows, or a part of one.
    private static bool IsNowhere(Operand operand) =>
        operand switch
        {
            FieldOperand field => field.Field.Signal is null,
            IndexedOperand indexed => IsNowhere(indexed.Of),
            _ => false,
        };
}
