using Holdfast.Rules.Checks;
using Holdfast.Rules.Fields;
using Holdfast.Rules.Functions;
using Holdfast.Rules.Syntax;
using Holdfast.Rules.Types;

namespace Holdfast.Rules.Planning;

/// <summary>Says what has to be seen for a comparison to hold.</summary>
internal static class TriggerReader
{
    // Weights. How often a comparison holds is not known; that one host of a zone is seen more often than one path is.
    private const int Rare = 2;
    private const int Seldom = 8;

    /// <summary>From this weight on a comparison may be seen in many requests.</summary>
    public const int Often = 60;

    private const int Mostly = 500;

    /// <summary>What has to be seen; null when it isn't known how to look for it.</summary>
    /// <param name="leaf">The comparison.</param>
    /// <param name="rarest">Chooses among sets of texts, of each of which one has to be seen.</param>
    public static Trigger? Of(Expression leaf, Func<byte[][][], byte[][]> rarest) =>
        leaf switch
        {
            // Another module finds it out. It is asked when a rule comes to it, not before.
            _ when SignalReads.Of(leaf).Any(field => SignalSources.IsFoundOut(field.Source)) => null,
            ComparisonExpression { Left: var left, Comparison: var comparison } => left.Type.Kind switch
            {
                RuleKind.Integer => OfNumber(left, comparison),
                RuleKind.Address => OfAddress(left, comparison),
                RuleKind.String => OfText(left, comparison, rarest),
                _ => null,
            },
            OperandExpression { Operand: CallOperand { IsMapped: false, Function.Name: "starts_with" or "ends_with" } call }
                when call.Arguments
                    is [OperandArgument { Operand: var text }, LiteralArgument { Literal: StringLiteral { Value: var part } }]
                    && part.Length > 0 => Text(
                text,
                call.Function.Name == "starts_with" ? TextKey.Start : TextKey.End,
                [part],
                isExact: true
            ),
            _ => null,
        };

    private static Trigger? OfText(Operand left, Comparison comparison, Func<byte[][][], byte[][]> rarest) =>
        comparison switch
        {
            OrderingComparison { Operator: OrderingOperator.Equal, Right: StringLiteral right } => Text(
                left,
                TextKey.Equal,
                [right.Value],
                isExact: true
            ),
            SetComparison { Set: StringSet set } => Text(left, TextKey.Equal, [.. set.Members.Distinct()], isExact: true),
            ContainsComparison { Part: { Length: > 0 } part } => Text(left, TextKey.Part, [part], isExact: true),
            WildcardComparison wildcard => OfWildcard(left, wildcard),
            MatchesComparison { Pattern.Literals: { } literals } => Text(
                left,
                TextKey.Part,
                [.. rarest(literals).Select(literal => new ByteString(literal))],
                isExact: false
            ),
            _ => null,
        };

    private static Trigger? OfWildcard(Operand left, WildcardComparison wildcard)
    {
        var parts = wildcard.Pattern.Parts;
        if (parts.Length == 1)
        {
            return Text(left, TextKey.Equal, [parts[0]], isExact: true, ignoresCase: !wildcard.IsStrict);
        }

        // With one text and stars around it alone, there is nothing more to ask.
        var isExact = parts.Count(part => part.Length > 0) == 1;
        var longest = Enumerable.Range(0, parts.Length).MaxBy(index => parts[index].Length);
        return parts[longest].Length == 0
            ? null
            : Text(
                left,
                longest == 0 ? TextKey.Start
                    : longest == parts.Length - 1 ? TextKey.End
                    : TextKey.Part,
                [parts[longest]],
                isExact && (parts.Length == 2 || (parts.Length == 3 && longest == 1)),
                ignoresCase: !wildcard.IsStrict
            );
    }

    // Texts are looked for without case. So what asks for lower case is exact, and what asks for a case is not, unless it has no letters.
    private static TextTrigger? Text(Operand left, TextKey key, ByteString[] texts, bool isExact, bool ignoresCase = false)
    {
        var source = left;
        var isLowered = false;
        while (source is CallOperand { IsMapped: false, Function.Name: "lower", Arguments: [OperandArgument { Operand: var inner }] })
        {
            (source, isLowered) = (inner, true);
        }

        // What has to be computed first is computed when a rule comes to it: the rules before it may end the matter.
        if (source.Type.Kind != RuleKind.String || source.IsEach || !IsGiven(source))
        {
            return null;
        }

        var lowered = texts.Select(text => AsciiCase.Lower(text.Span)).ToArray();
        var anyCase = ignoresCase || texts.Zip(lowered).All(pair => IsSameInAnyCase(pair.First, pair.Second, isLowered));
        return new TextTrigger(source, isExact && anyCase, Weight(source, key, lowered), key, lowered);
    }

    private static bool IsGiven(Operand source) => source is FieldOperand || (source is IndexedOperand indexed && IsGiven(indexed.Of));

    // Whether looking for it without case finds nothing else.
    private static bool IsSameInAnyCase(ByteString text, byte[] lower, bool isLowered) =>
        text.Span.SequenceEqual(lower) && (isLowered || !lower.AsSpan().ContainsAnyInRange((byte)'a', (byte)'z'));

    private static int Weight(Operand source, TextKey key, byte[][] texts)
    {
        var shortest = texts.Min(text => text.Length);
        var one = key switch
        {
            TextKey.Equal => (source as FieldOperand)?.Field.Name switch
            {
                "http.request.method" or "http.request.version" => Mostly,
                "http.host" or "ip.src.country" or "ip.src.continent" => Often,
                _ => Rare,
            },
            _ => shortest switch
            {
                > 4 => Seldom,
                > 2 => Often,
                _ => Mostly,
            },
        };
        return one * texts.Length;
    }

    private static NumberTrigger? OfNumber(Operand left, Comparison comparison)
    {
        if (left.IsEach)
        {
            return null;
        }

        IntegerRange[]? ranges = comparison switch
        {
            SetComparison { Set: IntegerSet set } => [.. set.Members],
            OrderingComparison { Right: IntegerLiteral { Value: var value }, Operator: var operation } => operation switch
            {
                OrderingOperator.Equal => [new(value, value)],
                OrderingOperator.LessOrEqual => [new(long.MinValue, value)],
                OrderingOperator.GreaterOrEqual => [new(value, long.MaxValue)],
                OrderingOperator.Less => value == long.MinValue ? [] : [new(long.MinValue, value - 1)],
                OrderingOperator.Greater => value == long.MaxValue ? [] : [new(value + 1, long.MaxValue)],
                _ => null,
            },
            _ => null,
        };
        var isNarrow = ranges is not null && ranges.All(range => (UInt128)((Int128)range.Last - range.First) < 16);
        return ranges is null ? null : new NumberTrigger(left, isNarrow ? Rare * Math.Max(1, ranges.Length) : Mostly, ranges);
    }

    private static AddressTrigger? OfAddress(Operand left, Comparison comparison)
    {
        AddressRange[]? ranges = comparison switch
        {
            SetComparison { Set: AddressSet set } => [.. set.Members],
            OrderingComparison { Operator: OrderingOperator.Equal, Right: AddressLiteral { Value: var value } } =>
            [
                new(value, value, null),
            ],
            _ => null,
        };
        if (ranges is null)
        {
            return null;
        }

        // A sixteenth of all addresses of a family, or more.
        var isWide = ranges.Any(range => range.Last.Bits - range.First.Bits >= UInt128.One << (range.First.Width - 4));
        return new AddressTrigger(left, isWide ? Mostly : Seldom, ranges);
    }
}
