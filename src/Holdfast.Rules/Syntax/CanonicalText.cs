using System.Globalization;
using System.Text;
using System.Text.Unicode;
using Holdfast.Rules.Types;

namespace Holdfast.Rules.Syntax;

/// <summary>
/// Writes an expression in the one way that all ways of writing it come to: English operators, single spaces, parentheses where they are
/// needed and nowhere else, current names of fields. Reading it gives the same tree again. It may be longer than what was written.
/// </summary>
public static class CanonicalText
{
    private const int MostHashes = 255;

    /// <summary>Writes a filter.</summary>
    public static string Of(Expression expression)
    {
        var text = new StringBuilder();
        Write(expression, text);
        return text.ToString();
    }

    /// <summary>Writes a value.</summary>
    public static string Of(Argument value)
    {
        var text = new StringBuilder();
        Write(value, text);
        return text.ToString();
    }

    private static void Write(Expression expression, StringBuilder text)
    {
        switch (expression)
        {
            case ConstantExpression constant:
                text.Append(constant.Value ? "true" : "false");
                break;
            case OperandExpression operand:
                Write(operand.Operand, text);
                break;
            case NotExpression not:
                text.Append("not ");
                WriteItem(not.Of, not.Of is CombinedExpression, text);
                break;
            case CombinedExpression combined:
                var word = combined.Operator switch
                {
                    LogicalOperator.And => " and ",
                    LogicalOperator.Xor => " xor ",
                    _ => " or ",
                };
                for (var i = 0; i < combined.Items.Count; i++)
                {
                    text.Append(i > 0 ? word : "");
                    var item = combined.Items[i];
                    WriteItem(item, item is CombinedExpression inner && inner.Operator >= combined.Operator, text);
                }

                break;
            case ComparisonExpression comparison:
                Write(comparison.Left, text);
                text.Append(' ');
                Write(comparison.Comparison, text);
                break;
        }
    }

    private static void WriteItem(Expression item, bool inParentheses, StringBuilder text)
    {
        text.Append(inParentheses ? "(" : "");
        Write(item, text);
        text.Append(inParentheses ? ")" : "");
    }

    private static void Write(Operand operand, StringBuilder text)
    {
        switch (operand)
        {
            case FieldOperand field:
                text.Append(field.Field.Name);
                break;
            case CallOperand call:
                text.Append(call.Function.Name);
                var separator = "(";
                foreach (var argument in call.Arguments)
                {
                    text.Append(separator);
                    Write(argument, text);
                    separator = ", ";
                }

                text.Append(')');
                break;
            case IndexedOperand indexed:
                Write(indexed.Of, text);
                foreach (var index in indexed.Indexes)
                {
                    text.Append('[');
                    Write(index, text);
                    text.Append(']');
                }

                break;
        }
    }

    private static void Write(ElementIndex index, StringBuilder text)
    {
        switch (index)
        {
            case PositionIndex position:
                text.Append(CultureInfo.InvariantCulture, $"{position.Position}");
                break;
            case NameIndex name:
                Write(name.Name, text);
                break;
            default:
                text.Append('*');
                break;
        }
    }

    private static void Write(Argument argument, StringBuilder text)
    {
        switch (argument)
        {
            case LiteralArgument literal:
                Write(literal.Literal, text);
                break;
            case OperandArgument operand:
                Write(operand.Operand, text);
                break;
            case ExpressionArgument expression:
                Write(expression.Expression, text);
                break;
        }
    }

    private static void Write(Comparison comparison, StringBuilder text)
    {
        switch (comparison)
        {
            case OrderingComparison ordering:
                text.Append(
                    ordering.Operator switch
                    {
                        OrderingOperator.Equal => "eq ",
                        OrderingOperator.NotEqual => "ne ",
                        OrderingOperator.Less => "lt ",
                        OrderingOperator.LessOrEqual => "le ",
                        OrderingOperator.Greater => "gt ",
                        _ => "ge ",
                    }
                );
                Write(ordering.Right, text);
                break;
            case ContainsComparison contains:
                text.Append("contains ");
                Write(contains.Part, text);
                break;
            case MatchesComparison matches:
                text.Append("matches ");
                WriteRegex(matches.Pattern.Text, text);
                break;
            case WildcardComparison wildcard:
                text.Append(wildcard.IsStrict ? "strict wildcard " : "wildcard ");
                Write(wildcard.Pattern.Text, text);
                break;
            case SetComparison set:
                text.Append("in {").AppendJoin(' ', MembersOf(set.Set)).Append('}');
                break;
            case ListComparison list:
                text.Append("in $").Append(list.ListName);
                break;
        }
    }

    private static IEnumerable<string> MembersOf(LiteralSet set) =>
        set switch
        {
            StringSet strings => strings.Members.Select(Quoted),
            IntegerSet numbers => numbers.Members.Select(range =>
                range.First == range.Last
                    ? range.First.ToString(CultureInfo.InvariantCulture)
                    : string.Create(CultureInfo.InvariantCulture, $"{range.First}..{range.Last}")
            ),
            AddressSet addresses => addresses.Members.Select(range =>
                range.Prefix is { } prefix ? string.Create(CultureInfo.InvariantCulture, $"{range.First}/{prefix}")
                : range.First == range.Last ? range.First.ToString()
                : $"{range.First}..{range.Last}"
            ),
            _ => [],
        };

    private static string Quoted(ByteString value)
    {
        var text = new StringBuilder();
        Write(value, text);
        return text.ToString();
    }

    private static void Write(Literal literal, StringBuilder text)
    {
        switch (literal)
        {
            case StringLiteral value:
                Write(value.Value, text);
                break;
            case IntegerLiteral value:
                text.Append(CultureInfo.InvariantCulture, $"{value.Value}");
                break;
            case AddressLiteral value:
                text.Append(value.Value.ToString());
                break;
        }
    }

    // Quoted; raw when that has fewer escapes and the bytes are a text.
    private static void Write(ByteString value, StringBuilder text)
    {
        var isText = Utf8.IsValid(value.Span) && !value.Span.ContainsAnyInRange<byte>(0, 31) && !value.Span.Contains((byte)127);
        if (isText && value.Span.ContainsAny((byte)'"', (byte)'\\') && TryWriteRaw(value.ToString(), text))
        {
            return;
        }

        text.Append('"');
        if (isText)
        {
            text.Append(value.ToString().Replace("\\", "\\\\").Replace("\"", "\\\""));
        }
        else
        {
            foreach (var unit in value.Span)
            {
                _ = unit is >= 32 and < 127 and not ((byte)'"' or (byte)'\\')
                    ? text.Append((char)unit)
                    : text.Append(CultureInfo.InvariantCulture, $"\\x{unit:X2}");
            }
        }

        text.Append('"');
    }

    // A quoted regular expression has escapes of its own, so that one is raw as soon as anything in it could be one.
    private static void WriteRegex(string pattern, StringBuilder text)
    {
        if (pattern.AsSpan().ContainsAny("\"\\[]") && TryWriteRaw(pattern, text))
        {
            return;
        }

        text.Append('"').Append(pattern).Append('"');
    }

    private static bool TryWriteRaw(string value, StringBuilder text)
    {
        var hashes = 0;
        for (var i = 0; i < value.Length; i++)
        {
            if (value[i] == '"')
            {
                var rest = value.AsSpan(i + 1);
                var run = rest.IndexOfAnyExcept('#');
                hashes = Math.Max(hashes, 1 + (run < 0 ? rest.Length : run));
            }
        }

        if (hashes > MostHashes)
        {
            return false;
        }

        text.Append('r').Append('#', hashes).Append('"').Append(value).Append('"').Append('#', hashes);
        return true;
    }
}
