using System.Collections.Immutable;
using System.Text;
using Holdfast.Rules.Checks;
using Holdfast.Rules.Evaluation;
using Holdfast.Rules.Fields;
using Holdfast.Rules.Syntax;
using Holdfast.Rules.Types;

namespace Holdfast.Rules.Explaining;

/// <summary>What an expression says of one request, and what each of its parts does: evaluated by what evaluates it on an edge.</summary>
/// <param name="Text">The part, in canonical text.</param>
/// <param name="Result">What it says.</param>
/// <param name="Value">
/// What is compared, for people: a quoted string, a number, an address, <c>missing</c> or <c>unknown</c>; null when it is no comparison.
/// </param>
/// <param name="Reads">What the fields say that it looks at, likewise; of a part that has parts, they say it.</param>
/// <param name="Parts">Its parts, all of them, those included that an edge does not come to.</param>
public sealed record ExpressionTrace(
    string Text,
    Truth Result,
    string? Value,
    ImmutableArray<FieldSaying> Reads,
    ImmutableArray<ExpressionTrace> Parts
)
{
    /// <summary>The longest value that is shown, in bytes.</summary>
    private const int MostValue = 256;

    /// <summary>The most values of one field that are shown.</summary>
    private const int MostValues = 16;

    /// <summary>Evaluates an expression and its parts.</summary>
    /// <param name="expression">What <see cref="Parsing.RuleParser.ReadFilter"/> has read.</param>
    /// <param name="signals">What is known of the request.</param>
    /// <param name="evaluation">Working memory, not in use by anybody else.</param>
    public static ExpressionTrace Of(Expression expression, IRuleSignals signals, RuleEvaluation evaluation)
    {
        ImmutableArray<ExpressionTrace> parts = expression switch
        {
            NotExpression not => [Of(not.Of, signals, evaluation)],
            CombinedExpression combined => [.. combined.Items.Select(item => Of(item, signals, evaluation))],
            _ => [],
        };
        var value = expression is ComparisonExpression comparison ? ValueOf(comparison.Left, signals, evaluation) : null;
        return new ExpressionTrace(
            CanonicalText.Of(expression),
            new RuleFilter(expression).Evaluate(signals, evaluation),
            value,
            parts.IsEmpty ? [.. FieldRead.Of(expression).Select(read => new FieldSaying(read.ToString(), Say(read, signals)))] : [],
            parts
        );
    }

    private static string ValueOf(Operand operand, IRuleSignals signals, RuleEvaluation evaluation)
    {
        evaluation.Begin(signals);
        switch (operand.Type.Kind)
        {
            case RuleKind.Integer:
                var hasNumber = OperandCompiler.Number(operand).Read(evaluation, out var number);
                return hasNumber == Presence.Known ? Digits(number) : Absent(hasNumber);
            case RuleKind.Address:
                var hasAddress = OperandCompiler.Address(operand).Read(evaluation, out var address);
                return hasAddress == Presence.Known ? address.ToString() : Absent(hasAddress);
            default:
                var hasText = OperandCompiler.Text(operand).Read(evaluation, out var text);
                return hasText == Presence.Known ? Quoted(text) : Absent(hasText);
        }
    }

    private static string Say(FieldRead read, IRuleSignals signals)
    {
        if (read.Field.Signal is not { } signal || !signals.IsKnown(signal))
        {
            return "unknown";
        }

        switch (read.Field.Type.Kind)
        {
            case RuleKind.Boolean:
                return signals.Flag(signal) == Truth.True ? "true" : "false";
            case RuleKind.Integer:
                signals.Number(signal, out var number);
                return Digits(number);
            case RuleKind.Address:
                signals.Address(signal, out var address);
                return address.ToString();
            case RuleKind.String:
                signals.Text(signal, out var text);
                return Quoted(text);
            default:
                return SayAll(read, signal, signals);
        }
    }

    private static string SayAll(FieldRead read, Signal signal, IRuleSignals signals)
    {
        if (read is { Field.Type.Kind: RuleKind.Map, Name: null })
        {
            return "a map";
        }

        var values = new List<string>();
        var cursor = 0;
        while (
            read.Name is { } name
                ? signals.NextText(signal, name.Span, ref cursor, out var value)
                : signals.NextText(signal, ref cursor, out value)
        )
        {
            if (values.Count == MostValues)
            {
                values.Add("…");
                break;
            }

            values.Add(Quoted(value));
        }

        return values.Count == 0 && read.Name is not null ? "missing" : $"[{string.Join(", ", values)}]";
    }

    private static string Absent(Presence presence) => presence == Presence.Missing ? "missing" : "unknown";

    private static string Digits(long number) => number.ToString(System.Globalization.CultureInfo.InvariantCulture);

    private static string Quoted(ReadOnlySpan<byte> bytes) =>
        bytes.Length > MostValue ? $"\"{Encoding.UTF8.GetString(bytes[..MostValue])}\"…" : $"\"{Encoding.UTF8.GetString(bytes)}\"";
}

/// <summary>What a field says.</summary>
/// <param name="Field">The field, as the language writes it.</param>
/// <param name="Value">Its value, for people.</param>
public sealed record FieldSaying(string Field, string Value);
