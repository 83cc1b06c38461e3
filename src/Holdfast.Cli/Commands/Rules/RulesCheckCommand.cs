using System.Collections.Immutable;
using System.CommandLine;
using System.Text.Json;
using Holdfast.Cli.Terminal;
using Holdfast.Rules.Parsing;
using Holdfast.Rules.Phases;
using Holdfast.Rules.Syntax;

namespace Holdfast.Cli.Commands.Rules;

/// <summary>
/// <c>holdfast rules check EXPR</c>: reads expressions of the rules language as control and edges do, without asking anybody.
/// </summary>
internal static class RulesCheckCommand
{
    public static Command Create(CliContext context)
    {
        var expression = new Argument<string?>("EXPR")
        {
            Description = "The expression, as one argument.",
            Arity = ArgumentArity.ZeroOrOne,
        };
        var phase = new Option<string?>("--phase")
        {
            HelpName = "NAME",
            Description = "The phase of its rule; it says what may be read and called.",
        };
        phase.CompletionSources.Add(_ => RulePhases.AllNames.Select(name => new System.CommandLine.Completions.CompletionItem(name)));
        var value = new Option<bool>("--value") { Description = "It says what a rule writes, not whether it acts." };
        var counting = new Option<bool>("--counting") { Description = "It says what a rate limit counts." };
        var input = new Option<bool>("--stdin") { Description = "Read expressions from standard input, one a line." };
        var json = CommonOptions.Json();
        var command = new Command("check", "Check an expression of the rules language: exit code 0, or 2 and the place.")
        {
            expression,
            phase,
            value,
            counting,
            input,
            json,
        };
        command.SetAction(result =>
        {
            var use = (result.GetValue(value), result.GetValue(counting)) switch
            {
                (true, true) => throw new CliFailure("--value and --counting exclude each other"),
                (true, false) => ExpressionUse.Value,
                (false, true) => ExpressionUse.Counting,
                _ => ExpressionUse.Filter,
            };
            var scope = new RuleScope(new ExpressionPlace(use, PhaseOf(result.GetValue(phase))));
            var report = result.GetValue(json)
                ? (Action<Verdict, int?>)((verdict, _) => WriteJson(context, verdict))
                : (verdict, line) => WriteText(context, verdict, line);
            if (result.GetValue(input))
            {
                return result.GetValue(expression) is null
                    ? CheckLines(context, scope, report)
                    : throw new CliFailure("with --stdin no EXPR is given");
            }

            var verdict = Check(
                result.GetValue(expression) ?? throw new CliFailure("an expression is missing", "give EXPR or --stdin"),
                scope
            );
            report(verdict, null);
            return verdict.Canonical is null ? CliFailure.BadUse : 0;
        });
        return command;
    }

    private static RulePhase? PhaseOf(string? name) =>
        name is null ? null
        : RulePhases.TryFind(name, out var phase) ? phase
        : throw new CliFailure($"there is no phase named {Printable.From(name)}", $"there are {string.Join(", ", RulePhases.AllNames)}");

    private static int CheckLines(CliContext context, RuleScope scope, Action<Verdict, int?> report)
    {
        var exitCode = 0;
        var lines = context.OpenIn();
        for (var number = 1; lines.ReadLine() is { } line; number++)
        {
            var verdict = Check(line, scope);
            report(verdict, number);
            exitCode = verdict.Canonical is null ? CliFailure.BadUse : exitCode;
        }

        return exitCode;
    }

    private static Verdict Check(string text, RuleScope scope)
    {
        if (scope.Place.Use == ExpressionUse.Value)
        {
            var value = RuleParser.ReadValue(text, scope);
            return new Verdict(value.Tree is { } argument ? CanonicalText.Of(argument) : null, value.Errors, value.Warnings);
        }

        var filter = RuleParser.ReadFilter(text, scope);
        return new Verdict(filter.Tree is { } expression ? CanonicalText.Of(expression) : null, filter.Errors, filter.Warnings);
    }

    private static void WriteText(CliContext context, Verdict verdict, int? line)
    {
        var before = line is null ? "" : $"input line {line}: ";
        foreach (var error in verdict.Errors)
        {
            context.Error.WriteLine($"holdfast: {before}{Printable.From(error.ToString())}");
        }

        foreach (var warning in verdict.Warnings)
        {
            context.Error.WriteLine($"warning: {before}{Printable.From(warning.ToString())}");
        }

        if (verdict.Canonical is { } canonical)
        {
            context.Out.WriteLine(Printable.From(canonical));
        }
    }

    private static void WriteJson(CliContext context, Verdict verdict) =>
        context.WriteJson(
            JsonText.Object(writer =>
            {
                writer.WriteBoolean("valid", verdict.Canonical is not null);
                writer.WriteString("canonical", verdict.Canonical);
                Write(writer, "errors", verdict.Errors);
                Write(writer, "warnings", verdict.Warnings);
            })
        );

    private static void Write(Utf8JsonWriter writer, string name, ImmutableArray<RuleError> errors)
    {
        writer.WriteStartArray(name);
        foreach (var error in errors)
        {
            writer.WriteStartObject();
            writer.WriteNumber("line", error.Line);
            writer.WriteNumber("column", error.Column);
            writer.WriteString("message", error.Message);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
    }

    // Canonical is null when the expression has a fault.
    private sealed record Verdict(string? Canonical, ImmutableArray<RuleError> Errors, ImmutableArray<RuleError> Warnings);
}
