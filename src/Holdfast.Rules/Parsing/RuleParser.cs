using System.Text;
using Holdfast.Rules.Checks;
using Holdfast.Rules.Phases;
using Holdfast.Rules.Syntax;
using Holdfast.Rules.Types;

namespace Holdfast.Rules.Parsing;

/// <summary>
/// Reads expressions of the rules language: those that Cloudflare's documentation describes, and <c>holdfast_known()</c>. Types are checked
/// as the text is read. No text makes it throw, loop, or use more than a bounded stack.
/// </summary>
public static class RuleParser
{
    /// <summary>Reads an expression that says whether a rule acts, or what a rate limit counts.</summary>
    /// <param name="text">The expression.</param>
    /// <param name="scope">What it may read; its use is not <see cref="ExpressionUse.Value"/>.</param>
    public static RuleReading<Expression> ReadFilter(string text, RuleScope scope) =>
        Read(
            text,
            scope,
            reader => reader.Read(),
            (expression, cursor) =>
            {
                if (expression.IsEach)
                {
                    cursor.Fail<object>(0, "an expression gives one answer: put any() or all() around what has one for each element");
                }

                foreach (var warning in SourceChecks.WarningsFor(expression))
                {
                    cursor.Warn(0, warning);
                }
            }
        );

    /// <summary>Reads an expression that says what a rule writes. Its type is String.</summary>
    /// <param name="text">The expression.</param>
    /// <param name="scope">What it may read; its use is <see cref="ExpressionUse.Value"/>.</param>
    public static RuleReading<Argument> ReadValue(string text, RuleScope scope) =>
        Read(
            text,
            scope,
            reader => reader.Operands.ReadValue(),
            (value, cursor) =>
            {
                if (value.Type.Kind != RuleKind.String || value is OperandArgument { Operand.IsEach: true })
                {
                    cursor.Fail<object>(
                        0,
                        $"what a rule writes is a string; this is {value.Type}{(value.Type.IsSingle ? ": to_string() makes one of it" : ": join() or an index makes one of it")}"
                    );
                }
            }
        );

    private static RuleReading<T> Read<T>(string text, RuleScope scope, Func<ExpressionReader, T?> read, Action<T, SourceCursor> check)
        where T : class
    {
        var cursor = new SourceCursor(text);
        var tree = Refuse(text, scope, cursor) ? null : ReadAll(cursor, new ExpressionReader(cursor, scope), read);
        if (tree is not null)
        {
            check(tree, cursor);
        }

        return cursor.Error is { } error ? new RuleReading<T>(null, [error], []) : new RuleReading<T>(tree, [], [.. cursor.Warnings]);
    }

    private static T? ReadAll<T>(SourceCursor cursor, ExpressionReader reader, Func<ExpressionReader, T?> read)
        where T : class
    {
        cursor.SkipSpace();
        if (cursor.AtEnd)
        {
            return cursor.Fail<T>(0, "the expression is empty; true is the one that always holds");
        }

        if (read(reader) is not { } tree)
        {
            return null;
        }

        cursor.SkipSpace();
        if (cursor.AtEnd)
        {
            return tree;
        }

        var expected = tree is Expression ? "and, or, xor or the end" : "the end";
        return cursor.Next == ')'
            ? cursor.Fail<T>(cursor.At, "this parenthesis closes nothing")
            : cursor.Fail<T>(cursor.At, $"{expected} belongs here; found {cursor.Found(cursor.At)}{reader.MeantWord()}");
    }

    private static bool Refuse(string text, RuleScope scope, SourceCursor cursor)
    {
        var (characters, at) = (0, 0);
        while (at < text.Length)
        {
            if (Rune.DecodeFromUtf16(text.AsSpan(at), out _, out var taken) != System.Buffers.OperationStatus.Done)
            {
                cursor.Fail<object>(at, "half a character (an unpaired surrogate) stands here");
                return true;
            }

            at += taken;
            if (++characters > scope.MostCharacters)
            {
                cursor.Fail<object>(at - taken, $"an expression has at most {scope.MostCharacters} characters; this one goes on");
                return true;
            }
        }

        return false;
    }
}
