using CsCheck;
using Holdfast.Rules.Fields;
using Holdfast.Rules.Functions;
using Holdfast.Rules.Patterns;
using Holdfast.Rules.Syntax;
using Holdfast.Rules.Types;

namespace Holdfast.Rules.Tests.Generators;

/// <summary>Trees that the parser could have made, of every kind of node, from the catalogues.</summary>
internal static class Trees
{
    private const int Deepest = 3;

    // Each is made once: they refer to each other, to every lower depth.
    private static readonly Dictionary<(RuleType Type, int Depth, bool Each, bool Values), Gen<Operand>> MadeOperands = [];
    private static readonly Dictionary<(int Depth, bool Each, bool Values), Gen<Expression>> MadeExpressions = [];

    private static readonly string[] Regexes =
    [
        "a",
        "^/a.*b$",
        "(a|b)+c",
        "[a-c]{1,3}",
        "\\d+\\.\\d*",
        "(?i)abc",
        "[^a]",
        "\\bfoo\\b",
        "(?s)a.b",
        "\"",
        "a\\\"b",
        "[\"\\]]",
        "(?m)^x$",
        "(?u)\\p{L}",
        "é",
        "#\"#",
        "a\\\\",
        "(?x) a  b # c",
        "",
        "[[:alpha:]--b]",
        "\\x00",
        "(?-u)\\xff",
    ];

    private static readonly string[] Wildcards = ["*", "a*b", "", "a", "*.example.com", "\\*a\\\\*", "A*b*", "/*/*", "*a*"];

    /// <summary>Short strings of few different bytes, so that comparisons hold now and then; and some of any bytes.</summary>
    public static Gen<ByteString> Strings { get; } =
        Gen.Frequency(
            (
                6,
                Gen.OneOf("a", "b", "ab", "/a", "A", "", "x=1", "x-a", "GET", "example.com", "aab", "%41", "YQ==", "{\"a\":[1,\"b\"]}")
                    .Select(ByteString.Of)
            ),
            (2, Gen.Char["ab/A\"\\#* é\n"].Array[0, 6].Select(characters => ByteString.Of(new string(characters)))),
            (1, Gen.Byte.Array[0, 5].Select(bytes => new ByteString(bytes)))
        );

    /// <summary>Numbers around those that signals have.</summary>
    public static Gen<long> Numbers { get; } =
        Gen.Frequency((6, Gen.Long[-3, 12]), (1, Gen.Long), (1, Gen.OneOf(long.MinValue, long.MaxValue, 80, 443)));

    /// <summary>Addresses of a few networks, and any.</summary>
    public static Gen<RuleAddress> Addresses { get; } =
        Gen.Frequency(
            (4, Gen.UInt[0xC0000200, 0xC0000210].Select(bits => new RuleAddress(bits, false))),
            (1, Gen.UInt.Select(bits => new RuleAddress(bits, false))),
            (2, Gen.ULong[0, 5].Select(bits => new RuleAddress(((UInt128)0x20010db800000000 << 64) + bits, true))),
            (1, Gen.Select(Gen.ULong, Gen.ULong, (high, low) => new RuleAddress(((UInt128)high << 64) + low, true)))
        );

    /// <summary>Filters: one answer.</summary>
    public static Gen<Expression> Filters { get; } = Expressions(Deepest, each: false, values: false);

    /// <summary>Values: strings.</summary>
    public static Gen<Argument> Values { get; } =
        Gen.Frequency(
            (1, Strings.Select(text => (Argument)new LiteralArgument(new StringLiteral(text)))),
            (8, Operands(RuleType.String, Deepest, each: false, values: true).Select(operand => (Argument)new OperandArgument(operand)))
        );

    private static Gen<Expression> Expressions(int depth, bool each, bool values)
    {
        if (!MadeExpressions.TryGetValue((depth, each, values), out var made))
        {
            made = MakeExpressions(depth, each, values);
            MadeExpressions.Add((depth, each, values), made);
        }

        return made;
    }

    private static Gen<Expression> MakeExpressions(int depth, bool each, bool values)
    {
        RuleType[] types = each ? [RuleType.String, RuleType.Integer] : [RuleType.String, RuleType.Integer, RuleType.Address];
        var comparisons = Gen.OneOf([
            .. types.Select(type =>
                Gen.Select(
                    Operands(type, depth, each, values),
                    Comparisons(type),
                    (left, comparison) => (Expression)new ComparisonExpression(left, comparison)
                )
            ),
        ]);
        var answers = each
            ? Operands(RuleType.ArrayOf(RuleType.Boolean), depth, each: false, values)
            : Operands(RuleType.Boolean, depth, each: false, values);
        var bare = answers.Select(operand => (Expression)new OperandExpression(operand));
        if (depth == 0)
        {
            return each
                ? comparisons
                : Gen.Frequency((6, comparisons), (2, bare), (1, Gen.Bool.Select(value => (Expression)new ConstantExpression(value))));
        }

        var inner = Gen.OneOf([.. Enumerable.Range(0, depth).Select(lower => Expressions(lower, each, values))]);
        return Gen.Frequency(
            (4, comparisons),
            (2, bare),
            (2, inner.Select(of => (Expression)new NotExpression(of))),
            (
                4,
                Gen.Select(
                    Gen.OneOf(LogicalOperator.And, LogicalOperator.Xor, LogicalOperator.Or),
                    inner.Array[2, 3],
                    (operation, items) => (Expression)new CombinedExpression(operation, [.. items])
                )
            )
        );
    }

    private static Gen<Comparison> Comparisons(RuleType type)
    {
        var literals = Literals(type);
        var orderings =
            type.Kind == RuleKind.Address ? Gen.OneOf(OrderingOperator.Equal, OrderingOperator.NotEqual) : Gen.Enum<OrderingOperator>();
        var ordering = Gen.Select(orderings, literals, (operation, right) => (Comparison)new OrderingComparison(operation, right));
        var set = Sets(type).Select(members => (Comparison)new SetComparison(members));
        var list = Gen.OneOf("office", "list_2", "cf.bad").Select(name => (Comparison)new ListComparison(name));
        if (type.Kind != RuleKind.String)
        {
            return Gen.Frequency((4, ordering), (3, set), (1, list));
        }

        return Gen.Frequency(
            (4, ordering),
            (3, set),
            (1, list),
            (3, Strings.Select(part => (Comparison)new ContainsComparison(part))),
            (3, Gen.OneOf(Regexes).Select(text => (Comparison)new MatchesComparison(Regex(text)))),
            (3, Gen.Select(Gen.OneOf(Wildcards), Gen.Bool, (text, strict) => (Comparison)new WildcardComparison(Wildcard(text), strict)))
        );
    }

    private static Gen<Literal> Literals(RuleType type) =>
        type.Kind switch
        {
            RuleKind.Integer => Numbers.Select(value => (Literal)new IntegerLiteral(value)),
            RuleKind.Address => Addresses.Select(value => (Literal)new AddressLiteral(value)),
            _ => Strings.Select(value => (Literal)new StringLiteral(value)),
        };

    private static Gen<LiteralSet> Sets(RuleType type) =>
        type.Kind switch
        {
            RuleKind.Integer => Gen.Select(
                    Numbers,
                    Gen.Int[0, 4],
                    (first, more) => new IntegerRange(first, first > long.MaxValue - more ? first : first + more)
                )
                .Array[1, 4]
                .Select(members => (LiteralSet)new IntegerSet([.. members])),
            RuleKind.Address => Gen.Select(Addresses, Gen.Int[0, 128], Gen.Int[0, 2], Range)
                .Array[1, 4]
                .Select(members => (LiteralSet)new AddressSet([.. members])),
            _ => Strings.Array[1, 4].Select(members => (LiteralSet)new StringSet([.. members])),
        };

    private static AddressRange Range(RuleAddress address, int prefix, int kind)
    {
        var length = Math.Min(prefix, address.Width);
        return kind switch
        {
            0 => AddressRange.Network(address.Network(length), length),
            1 when address.Bits < address.LastOf(0).Bits => new AddressRange(address, address with { Bits = address.Bits + 1 }, null),
            _ => new AddressRange(address, address, null),
        };
    }

    /// <summary>Operands of a type; with <paramref name="each"/>, those with <c>[*]</c> whose elements have it.</summary>
    private static Gen<Operand> Operands(RuleType type, int depth, bool each, bool values)
    {
        if (!MadeOperands.TryGetValue((type, depth, each, values), out var made))
        {
            made = MakeOperands(type, depth, each, values);
            MadeOperands.Add((type, depth, each, values), made);
        }

        return made;
    }

    private static Gen<Operand> MakeOperands(RuleType type, int depth, bool each, bool values)
    {
        var choices = new List<(int, Gen<Operand>)>();
        var fields = FieldCatalogue.All.SelectMany(field => Reaching(field, type, each)).ToArray();
        if (fields.Length > 0)
        {
            // Those with a source more often: the others are all alike.
            choices.Add(
                (
                    6,
                    Gen.OneOf(
                        fields.Where(entry => entry.HasSource).Select(entry => entry.Operands).DefaultIfEmpty(fields[0].Operands).ToArray()
                    )
                )
            );
            choices.Add((1, Gen.OneOf(fields.Select(entry => entry.Operands).ToArray())));
        }

        if (depth > 0)
        {
            var calls = FunctionCatalogue
                .All.Where(function => (function.Places & (values ? FunctionPlaces.AnyValue : FunctionPlaces.AnyFilter)) != 0)
                .SelectMany(function => Calls(function, type, depth - 1, each, values))
                .ToArray();
            if (calls.Length > 0)
            {
                choices.Add((fields.Length > 0 ? 4 : 100, Gen.OneOf(calls)));
            }
        }

        return choices.Count > 0 ? Gen.Frequency([.. choices]) : Operands(type, depth + 1, each, values);
    }

    // The field itself, or its elements, if they have the type.
    private static IEnumerable<(bool HasSource, Gen<Operand> Operands)> Reaching(RuleField field, RuleType type, bool each)
    {
        var path = new List<Gen<ElementIndex>>();
        for (var at = field.Type; at is not null; at = at.Element)
        {
            if (at == type && !each)
            {
                yield return (field.Source != SignalSource.None, WithIndexes(field, [.. path]));
            }

            if (at.Kind == RuleKind.Array && each && at.Element == type)
            {
                yield return (field.Source != SignalSource.None, WithIndexes(field, [.. path, Gen.Const((ElementIndex)new EachIndex())]));
            }

            path.Add(
                at.Kind == RuleKind.Map
                    ? Gen.OneOf("x-a", "a", "x", "").Select(name => (ElementIndex)new NameIndex(ByteString.Of(name)))
                    : Gen.Int[0, 2].Select(position => (ElementIndex)new PositionIndex(position))
            );
        }
    }

    private static Gen<Operand> WithIndexes(RuleField field, Gen<ElementIndex>[] path)
    {
        var operand = new FieldOperand(field);
        return path.Length == 0
            ? Gen.Const((Operand)operand)
            : path.Aggregate(
                    Gen.Const(Array.Empty<ElementIndex>()),
                    (before, next) => Gen.Select(before, next, (all, one) => (ElementIndex[])[.. all, one])
                )
                .Select(indexes => (Operand)new IndexedOperand(operand, [.. indexes]));
    }

    private static IEnumerable<Gen<Operand>> Calls(RuleFunction function, RuleType type, int depth, bool each, bool values)
    {
        var result = function.Result ?? (type.Kind == RuleKind.Array ? RuleType.ArrayOf(RuleType.String) : RuleType.String);
        if (!each && result == type)
        {
            yield return Call(function, depth, mapped: false, values, type);
        }

        // Called for each element, the function gives an array: whole, one element of it, or again each of them.
        var canMap =
            function.Parameters[0].Form != ArgumentForm.Field
            && function.Parameters[0].Types.Contains(RuleType.String)
            && result.IsSingle
            && function.Parameters[0].Form != ArgumentForm.Literal
            && !(function.Name == "len" && depth < 1);
        if (canMap && RuleType.ArrayOf(result) == type && !each)
        {
            yield return Call(function, depth, mapped: true, values, type);
        }

        if (canMap && result == type && type.Kind != RuleKind.Boolean)
        {
            var index = each
                ? Gen.Const((ElementIndex)new EachIndex())
                : Gen.Int[0, 2].Select(position => (ElementIndex)new PositionIndex(position));
            yield return Gen.Select(
                Call(function, depth, mapped: true, values, RuleType.ArrayOf(type)),
                index,
                (call, at) => (Operand)new IndexedOperand(call, [at])
            );
        }

        if (!function.OncePerExpression && result == RuleType.ArrayOf(type) && type.Kind != RuleKind.Boolean)
        {
            var index = each
                ? Gen.Const((ElementIndex)new EachIndex())
                : Gen.Int[0, 2].Select(position => (ElementIndex)new PositionIndex(position));
            yield return Gen.Select(
                Call(function, depth, mapped: false, values, result),
                index,
                (call, at) => (Operand)new IndexedOperand(call, [at])
            );
        }
    }

    private static Gen<Operand> Call(RuleFunction function, int depth, bool mapped, bool values, RuleType wanted)
    {
        var arguments = Arguments(function, depth, mapped, values, wanted);
        return arguments.Select(given => (Operand)new CallOperand(function, [.. given]));
    }

    private static Gen<Argument[]> Arguments(RuleFunction function, int depth, bool mapped, bool values, RuleType wanted)
    {
        Gen<Argument> Text(string text) => Gen.Const((Argument)new LiteralArgument(new StringLiteral(ByteString.Of(text))));
        Gen<Argument> OneOf(params string[] texts) =>
            Gen.OneOf(texts).Select(text => (Argument)new LiteralArgument(new StringLiteral(ByteString.Of(text))));
        Gen<Argument> AnyText(Func<ByteString, bool> fits) =>
            Strings.Where(fits).Select(text => (Argument)new LiteralArgument(new StringLiteral(text)));
        Gen<Argument> Number(long least, long most) =>
            Gen.Long[least, most].Select(number => (Argument)new LiteralArgument(new IntegerLiteral(number)));
        Gen<Argument> Operand(RuleType type) =>
            Operands(type, depth, each: false, values).Select(operand => (Argument)new OperandArgument(operand));
        var source = mapped
            ? Operands(RuleType.String, depth, each: true, values).Select(operand => (Argument)new OperandArgument(operand))
            : Operand(RuleType.String);
        var free = Gen.Frequency((2, source), (mapped ? 0 : 1, AnyText(_ => true)));
        return function.Name switch
        {
            "any" or "all" => Expressions(depth, each: true, values).Select(Given).Array[1],
            "cidr" => Join(Operand(RuleType.Address), Number(1, 32), Number(1, 128)),
            "cidr6" => Join(Operand(RuleType.Address), Number(1, 128)),
            "concat" when wanted == RuleType.ArrayOf(RuleType.String) && !mapped => Operand(wanted).Array[1, 2],
            "concat" => Gen.Select(
                free,
                Gen.Frequency((2, AnyText(_ => true)), (1, Number(-5, 5)), (1, Operand(RuleType.String))).Array[0, 2],
                (a, b) => (Argument[])[a, .. b]
            ),
            "encode_base64" => Gen.OneOf(Join(free), Join(free, OneOf("", "u", "p", "up"))),
            "has_key" => Join(Operand(RuleType.MapOf(RuleType.ArrayOf(RuleType.String))), AnyText(_ => true)),
            "has_value" => Join(Operand(RuleType.ArrayOf(RuleType.String)), AnyText(_ => true)),
            "holdfast_known" => Join(
                Gen.OneOf(FieldCatalogue.All.ToArray()).Select(field => (Argument)new OperandArgument(new FieldOperand(field)))
            ),
            "is_timed_hmac_valid_v0" => Join(
                Text("key"),
                Operand(RuleType.String),
                Number(1, 100),
                Operand(RuleType.Integer),
                Number(0, 3),
                OneOf("", "s")
            ),
            "join" => Join(Operand(RuleType.ArrayOf(RuleType.String)), AnyText(_ => true)),
            "len" when !mapped => Join(Gen.OneOf(free, Operand(RuleType.ArrayOf(RuleType.String)))),
            "lookup_json_integer" or "lookup_json_string" => Gen.Select(
                source,
                Gen.OneOf(OneOf("a", "b"), Number(0, 2)).Array[1, 2],
                (a, b) => (Argument[])[a, .. b]
            ),
            "regex_replace" => Join(free, OneOf("a(b?)", "^(a)|b", "()x*"), OneOf("$$", "<${1}>", "")),
            "remove_bytes" => Join(free, AnyText(text => text.Length > 0)),
            "remove_query_args" => Gen.Select(
                Gen.OneOf("http.request.uri.query", "raw.http.request.uri.query")
                    .Select(name => (Argument)new OperandArgument(new FieldOperand(FieldCatalogue.Find(name)!))),
                OneOf("a", "x", "b").Array[1, 2],
                (a, b) => (Argument[])[a, .. b]
            ),
            "split" => Join(free, AnyText(text => text.Length > 0), Number(1, 4)),
            "starts_with" or "ends_with" => Join(source, Gen.OneOf(AnyText(_ => true), Operand(RuleType.String))),
            "substring" => Gen.OneOf(Join(free, Number(-4, 4)), Join(free, Number(-4, 4), Number(-4, 4))),
            "to_string" => Join(
                Gen.OneOf(Operand(RuleType.Integer), Operand(RuleType.Address), Expressions(depth, each: false, values).Select(Given))
            ),
            "url_decode" => Gen.OneOf(Join(free), Join(free, OneOf("", "r", "u", "ur"))),
            "uuidv4" or "decode_base64" => Join(source),
            "wildcard_replace" => Gen.OneOf(
                Join(source, OneOf("a*", "*b", "*a*"), OneOf("$$", "<${1}>", "")),
                Join(source, OneOf("a*", "*b", "*A*"), OneOf("$$", "<${1}>", ""), OneOf("", "s"))
            ),
            _ => Join(free),
        };
    }

    // As the parser has it: a bare operand is given as an operand.
    private static Argument Given(Expression expression) =>
        expression is OperandExpression { Operand: var alone } ? new OperandArgument(alone) : new ExpressionArgument(expression);

    private static Gen<Argument[]> Join(params Gen<Argument>[] arguments) =>
        arguments.Aggregate(
            Gen.Const(Array.Empty<Argument>()),
            (before, next) => Gen.Select(before, next, (all, one) => (Argument[])[.. all, one])
        );

    private static RegexPattern Regex(string text)
    {
        RegexPattern.Read(text, out var pattern);
        return pattern!;
    }

    private static WildcardPattern Wildcard(string text)
    {
        WildcardPattern.Read(ByteString.Of(text), out var pattern);
        return pattern!;
    }
}
