using Holdfast.Rules.Syntax;
using Holdfast.Rules.Types;

namespace Holdfast.Rules.Parsing;

/// <summary>Reads what follows an operand: an operator that fits its type, and a literal; or nothing, after a boolean.</summary>
internal sealed class ComparisonReader(SourceCursor cursor, RuleScope scope, LiteralReader literals)
{
    private static readonly (OrderingOperator Operator, string Word, string Symbol)[] Orderings =
    [
        (OrderingOperator.Equal, "eq", "=="),
        (OrderingOperator.NotEqual, "ne", "!="),
        (OrderingOperator.LessOrEqual, "le", "<="),
        (OrderingOperator.GreaterOrEqual, "ge", ">="),
        (OrderingOperator.Less, "lt", "<"),
        (OrderingOperator.Greater, "gt", ">"),
    ];

    private static readonly string[] StringWords = ["contains", "matches", "wildcard", "strict"];

    private static readonly string[] Words = [.. Orderings.Select(entry => entry.Word), .. StringWords, "in"];

    /// <summary>Whether an operator of comparison stands here.</summary>
    public static bool OperatorIsNext(SourceCursor cursor) =>
        cursor.Next is '=' or '<' or '>' or '~' || cursor.Sees("!=") || Words.Any(cursor.SeesWord);

    /// <summary>Reads the rest of a comparison; null after a fault.</summary>
    /// <param name="left">What is compared.</param>
    /// <param name="at">Where it began.</param>
    public Expression? Read(Operand left, int at)
    {
        cursor.SkipSpace();
        var type = left.Type;
        if (type.Kind == RuleKind.Boolean || (type is { Kind: RuleKind.Array, Element.Kind: RuleKind.Boolean } && !left.IsEach))
        {
            return OperatorIsNext(cursor)
                ? Fail(cursor.At, "a boolean stands for itself: write it alone, or not before it; it has no operators")
                : new OperandExpression(left);
        }

        if (!type.IsSingle)
        {
            var how =
                type.Kind == RuleKind.Map
                    ? "an element of it, such as [\"name\"][0]"
                    : "an element of it, such as [0], or [*] within any() or all()";
            return Fail(at, $"this is {type}: an operator compares one value. Take {how}");
        }

        return ReadOperator(type) is { } comparison ? new ComparisonExpression(left, comparison) : null;
    }

    private Expression? Fail(int at, string message) => cursor.Fail<Expression>(at, message);

    private Comparison? FailComparison(int at, string message) => cursor.Fail<Comparison>(at, message);

    private Comparison? ReadOperator(RuleType type)
    {
        var at = cursor.At;
        foreach (var (operation, word, symbol) in Orderings)
        {
            if (!cursor.TakeWord(word) && !cursor.Take(symbol))
            {
                continue;
            }

            if (type.Kind == RuleKind.Address && operation is not (OrderingOperator.Equal or OrderingOperator.NotEqual))
            {
                return FailComparison(at, $"{word} has no meaning for an IP address; eq, ne and in have");
            }

            cursor.SkipSpace();
            return literals.Read(type) is { } right ? new OrderingComparison(operation, right) : null;
        }

        if (cursor.TakeWord("in"))
        {
            cursor.SkipSpace();
            return ReadMembership(type);
        }

        if (type.Kind == RuleKind.String)
        {
            if (ReadStringOperator(out var comparison))
            {
                return comparison;
            }
        }
        else if (cursor.Next == '~' || StringWords.Any(cursor.SeesWord))
        {
            return FailComparison(at, $"{cursor.Found(at)} compares strings; this is {type}, for which {Fitting(type)} fit");
        }

        return FailComparison(at, $"an operator belongs here: for {type}, {Fitting(type)}; found {cursor.Found(at)}{Meant(at)}");
    }

    private bool ReadStringOperator(out Comparison? comparison)
    {
        comparison = null;
        if (cursor.TakeWord("contains"))
        {
            cursor.SkipSpace();
            comparison = literals.ReadString() is { } part ? new ContainsComparison(part) : null;
            return true;
        }

        if (cursor.TakeWord("matches") || cursor.Take("~"))
        {
            cursor.SkipSpace();
            comparison = literals.ReadRegex() is { } pattern ? new MatchesComparison(pattern) : null;
            return true;
        }

        var at = cursor.At;
        var strict = cursor.TakeWord("strict");
        cursor.SkipSpace();
        if (!cursor.TakeWord("wildcard"))
        {
            cursor.At = at;
            return false;
        }

        cursor.SkipSpace();
        comparison = literals.ReadWildcard() is { } wildcard ? new WildcardComparison(wildcard, strict) : null;
        return true;
    }

    private Comparison? ReadMembership(RuleType type)
    {
        var at = cursor.At;
        if (cursor.Next == '{')
        {
            return literals.ReadSet(type) is { } set ? new SetComparison(set) : null;
        }

        if (!cursor.Take("$"))
        {
            return FailComparison(
                at,
                $"after in, a set such as {{{Example(type)}}} or a list such as $name belongs here; found {cursor.Found(at)}"
            );
        }

        var name = cursor.TakeName().ToString();
        if (name.Length == 0 || !char.IsAsciiLetterLower(name[0]) || name.Any(char.IsAsciiLetterUpper))
        {
            return FailComparison(at, "a list's name has lower case letters, digits and _, and begins with a letter");
        }

        if (scope.Lists is not { } lists)
        {
            return new ListComparison(name);
        }

        if (!lists.TryGetValue(name, out var items))
        {
            return FailComparison(at, $"there is no list named {name}{Suggestions.For(name, lists.Keys)}");
        }

        return items == type
            ? new ListComparison(name)
            : FailComparison(at, $"the list {name} has items of the type {items}; what is looked for is {type}");
    }

    private static string Example(RuleType type) =>
        type.Kind switch
        {
            RuleKind.Integer => "80 443 8000..8010",
            RuleKind.Address => "192.0.2.0/24 2001:db8::1",
            _ => "\"a\" \"b\"",
        };

    private static string Fitting(RuleType type) =>
        type.Kind switch
        {
            RuleKind.Integer => "eq, ne, lt, le, gt, ge and in",
            RuleKind.Address => "eq, ne and in",
            _ => "eq, ne, lt, le, gt, ge, contains, matches, wildcard, strict wildcard and in",
        };

    private string Meant(int at)
    {
        var found = cursor.Found(at).Trim('\'');
        return found switch
        {
            "=" => "; did you mean ==?",
            "starts_with" or "ends_with" => $"; {found} is a function: write {found}(field, \"text\")",
            _ => Suggestions.For(found, Words),
        };
    }
}
