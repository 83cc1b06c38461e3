using Holdfast.Rules.Syntax;

namespace Holdfast.Rules.Parsing;

/// <summary>Reads logic: what <c>or</c>, <c>xor</c>, <c>and</c> and <c>not</c> join, down to comparisons.</summary>
internal sealed class ExpressionReader
{
    private static readonly (LogicalOperator Operator, string Word, string Symbol)[] LogicalOperators =
    [
        (LogicalOperator.And, "and", "&&"),
        (LogicalOperator.Xor, "xor", "^^"),
        (LogicalOperator.Or, "or", "||"),
    ];

    private readonly SourceCursor _cursor;
    private readonly OperandReader _operands;
    private readonly ComparisonReader _comparisons;

    public ExpressionReader(SourceCursor cursor, RuleScope scope)
    {
        _cursor = cursor;
        var literals = new LiteralReader(cursor);
        _operands = new OperandReader(cursor, scope, literals, this);
        _comparisons = new ComparisonReader(cursor, scope, literals);
    }

    /// <summary>Reads operands.</summary>
    public OperandReader Operands => _operands;

    /// <summary>Reads an expression; null after a fault.</summary>
    public Expression? Read() => ReadLevel(LogicalOperator.Or, null);

    /// <summary>Reads an expression whose first operand was read already; null after a fault.</summary>
    public Expression? ReadFrom(Operand first) => ReadLevel(LogicalOperator.Or, first);

    /// <summary>Whether a comparison or more logic stands here, after white space.</summary>
    public bool GoesOn()
    {
        _cursor.SkipSpace();
        return ComparisonReader.OperatorIsNext(_cursor)
            || LogicalOperators.Any(entry => _cursor.SeesWord(entry.Word) || _cursor.Sees(entry.Symbol));
    }

    // One operator's level: what the tighter ones make, joined as often as this one stands here.
    private Expression? ReadLevel(LogicalOperator level, Operand? begun)
    {
        if (ReadTighter(level, begun) is not { } first)
        {
            return null;
        }

        var items = new List<Expression> { first };
        while (true)
        {
            _cursor.SkipSpace();
            var (_, word, symbol) = LogicalOperators[(int)level];
            var at = _cursor.At;
            if (!_cursor.TakeWord(word) && !_cursor.Take(symbol))
            {
                return items.Count == 1 ? first : new CombinedExpression(level, [.. items]);
            }

            if (ReadTighter(level, null) is not { } next)
            {
                return null;
            }

            if (next.IsEach != first.IsEach)
            {
                return _cursor.Fail<Expression>(
                    at,
                    $"{word} joins two answers, or two answers for each element with [*]; here one side is of each kind"
                );
            }

            items.Add(next);
        }
    }

    private Expression? ReadTighter(LogicalOperator level, Operand? begun) =>
        level == LogicalOperator.And ? ReadUnary(begun) : ReadLevel(level - 1, begun);

    private Expression? ReadUnary(Operand? begun)
    {
        if (begun is not null)
        {
            return _comparisons.Read(begun, _cursor.At);
        }

        _cursor.SkipSpace();
        var at = _cursor.At;
        if (_cursor.Take("("))
        {
            return ReadParentheses(at);
        }

        if (_cursor.TakeWord("not") || (!_cursor.Sees("!=") && _cursor.Take("!")))
        {
            if (!_cursor.Enter(at) || ReadUnary(null) is not { } of)
            {
                return null;
            }

            _cursor.Leave();
            return new NotExpression(of);
        }

        if (_cursor.TakeWord("true"))
        {
            return new ConstantExpression(true);
        }

        if (_cursor.TakeWord("false"))
        {
            return new ConstantExpression(false);
        }

        return _operands.Read() is { } operand ? _comparisons.Read(operand, at) : null;
    }

    private Expression? ReadParentheses(int at)
    {
        if (!_cursor.Enter(at) || Read() is not { } inner)
        {
            return null;
        }

        _cursor.SkipSpace();
        if (!_cursor.Take(")"))
        {
            return _cursor.AtEnd
                ? _cursor.Fail<Expression>(at, "this parenthesis is never closed")
                : _cursor.Fail<Expression>(
                    _cursor.At,
                    $"and, or, xor or a closing parenthesis belongs here; found {_cursor.Found(_cursor.At)}{MeantWord()}"
                );
        }

        _cursor.Leave();
        return inner;
    }

    /// <summary>"; did you mean and?" when a word like that stands here.</summary>
    public string MeantWord() => Suggestions.For(_cursor.Found(_cursor.At).Trim('\''), LogicalOperators.Select(entry => entry.Word));
}
