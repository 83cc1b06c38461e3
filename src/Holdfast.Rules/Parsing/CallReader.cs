using Holdfast.Rules.Functions;
using Holdfast.Rules.Syntax;
using Holdfast.Rules.Types;

namespace Holdfast.Rules.Parsing;

/// <summary>Reads the arguments of a function, and checks that they fit.</summary>
internal sealed class CallReader(SourceCursor cursor, RuleScope scope, LiteralReader literals, ExpressionReader expressions)
{
    private readonly HashSet<RuleFunction> _replacements = [];

    /// <summary>Reads a call whose name was read already; null after a fault.</summary>
    /// <param name="function">The function.</param>
    /// <param name="at">Where its name stands.</param>
    public Operand? Read(RuleFunction function, int at)
    {
        if ((function.Places & FunctionPlace.Of(scope.Place)) == 0)
        {
            return Fail(at, $"{function.Name}() cannot be called in {scope.Place}; it can in {FunctionPlace.Describe(function.Places)}");
        }

        if (function.OncePerExpression && !_replacements.Add(function))
        {
            return Fail(at, $"{function.Name}() can stand once in an expression");
        }

        cursor.SkipSpace();
        if (!cursor.Take("("))
        {
            return Fail(cursor.At, $"{function.Name} is a function: write {function}; found {cursor.Found(cursor.At)}");
        }

        if (!cursor.Enter(at))
        {
            return null;
        }

        var arguments = new List<Argument>();
        cursor.SkipSpace();
        while (!cursor.Take(")"))
        {
            if (!ReadNext(function, arguments))
            {
                return null;
            }
        }

        cursor.Leave();
        return arguments.Count < function.LeastArguments
            ? Fail(at, $"{function.Name}() takes {Count(function)}; found {arguments.Count}: {function}")
            : new CallOperand(function, [.. arguments]);
    }

    private static string Count(RuleFunction function)
    {
        var (least, most) = (function.LeastArguments, function.MostArguments);
        return least == most ? $"{least} argument{(least == 1 ? "" : "s")}"
            : most is null ? $"at least {least}"
            : $"{least} to {most} arguments";
    }

    private Operand? Fail(int at, string message) => cursor.Fail<Operand>(at, message);

    private bool FailArgument(int at, string message)
    {
        Fail(at, message);
        return false;
    }

    private bool ReadNext(RuleFunction function, List<Argument> arguments)
    {
        if (arguments.Count > 0)
        {
            if (!cursor.Take(","))
            {
                return FailArgument(cursor.At, $", or ) belongs here; found {cursor.Found(cursor.At)}");
            }

            cursor.SkipSpace();
        }

        var at = cursor.At;
        if (function.ParameterOf(arguments.Count) is not { } parameter)
        {
            return FailArgument(at, $"{function.Name}() takes {Count(function)}, not more: {function}");
        }

        if (ReadArgument() is not { } argument)
        {
            return false;
        }

        if (FaultOf(function, parameter, argument, arguments) is { } fault)
        {
            return FailArgument(at, fault);
        }

        if (argument is LiteralArgument { Literal: StringLiteral text } && function.Name == "regex_replace" && arguments.Count == 1)
        {
            if (literals.MakeRegex(text.Value.ToString(), _ => at) is null)
            {
                return false;
            }
        }

        arguments.Add(WithoutLastEach(argument));
        cursor.SkipSpace();
        return true;
    }

    // any(x[*]) is any(x): the answers for each element are an array already.
    private static Argument WithoutLastEach(Argument argument)
    {
        if (argument is not OperandArgument { Operand: IndexedOperand { Type.Kind: RuleKind.Boolean, Indexes: [.., EachIndex] } indexed })
        {
            return argument;
        }

        ElementIndex[] rest = [.. indexed.Indexes.Take(indexed.Indexes.Count - 1)];
        return new OperandArgument(rest.Length == 0 ? indexed.Of : new IndexedOperand(indexed.Of, [.. rest]));
    }

    private Argument? ReadArgument()
    {
        if (literals.StringBegins || literals.NumberBegins)
        {
            return literals.ReadAny() is { } literal ? new LiteralArgument(literal) : null;
        }

        Expression? expression;
        if (cursor.Next is '(' or '!' || cursor.SeesWord("not") || cursor.SeesWord("true") || cursor.SeesWord("false"))
        {
            expression = expressions.Read();
        }
        else
        {
            if (expressions.Operands.Read() is not { } operand)
            {
                return null;
            }

            if (!expressions.GoesOn())
            {
                return new OperandArgument(operand);
            }

            expression = expressions.ReadFrom(operand);
        }

        return expression switch
        {
            null => null,
            OperandExpression { Operand: var alone } => new OperandArgument(alone),
            _ => new ExpressionArgument(expression),
        };
    }

    // Everything about an argument that its type and form don't say is in ArgumentChecks.
    private string? FaultOf(RuleFunction function, RuleParameter parameter, Argument argument, List<Argument> before)
    {
        var what = $"{parameter.Name}, argument {before.Count + 1} of {function.Name}(),";
        var isEach = argument is OperandArgument { Operand.IsEach: true };
        if (isEach && before.Count > 0)
        {
            return "[*] can stand in the first argument of a function only";
        }

        if (isEach && parameter.Form == ArgumentForm.Field)
        {
            return $"{function.Name}() takes a field as it is: leave out [*]";
        }

        // any() and all() take the answers for each element, with or without a last [*].
        var type =
            isEach && parameter.Types.Contains(RuleType.ArrayOf(argument.Type)) && argument.Type.Kind == RuleKind.Boolean
                ? RuleType.ArrayOf(argument.Type)
                : argument.Type;
        if (!parameter.Types.Contains(type))
        {
            var hint = isEach && parameter.Types.Contains(RuleType.ArrayOf(type)) ? "; it takes the array itself: leave out [*]" : "";
            return $"{what} is {string.Join(" or ", parameter.Types)}; found {type}{hint}";
        }

        if (isEach && type.Kind != RuleKind.Array && function.Result is { IsSingle: false })
        {
            return $"{function.Name}() gives an array, so it cannot be called for each element";
        }

        var form = parameter.Form switch
        {
            ArgumentForm.Literal when argument is not LiteralArgument => $"{what} has to be a literal",
            ArgumentForm.NotLiteral when argument is LiteralArgument => $"{what} cannot be a literal",
            ArgumentForm.Field when argument is not OperandArgument { Operand: FieldOperand or IndexedOperand { Of: FieldOperand } } =>
                $"{what} has to be a field",
            _ => null,
        };
        return form ?? ArgumentChecks.FaultOf(function, argument, before);
    }
}
