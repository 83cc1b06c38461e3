using System.Text;
using Holdfast.Rules.Evaluation;
using Holdfast.Rules.Parsing;
using Holdfast.Rules.Phases;
using Holdfast.Rules.Planning;
using Holdfast.Rules.Syntax;
using Holdfast.Rules.Tests.Evaluation;
using Holdfast.Rules.Tests.Reference;

namespace Holdfast.Rules.Fuzz;

/// <summary>What must hold for any text. Each check throws when it does not.</summary>
internal static class Oracle
{
    private const int PlannedTogether = 100;

    private static readonly RuleEvaluation Evaluation = new();
    private static readonly List<RuleFilter> Planned = [];

    /// <summary>
    /// A text is refused with one error at a place in it, or it has a canonical text that is read as the same tree, and the compiled filter
    /// says what the reference says, by itself and planned with others.
    /// </summary>
    public static bool CheckFilter(string text)
    {
        var reading = RuleParser.ReadFilter(text, new RuleScope(ExpressionPlace.AnyFilter));
        CheckErrors(text, reading.Tree is null, reading.Errors);
        if (reading.Tree is not { } tree)
        {
            return false;
        }

        var canonical = CanonicalText.Of(tree);
        var again = RuleParser.ReadFilter(canonical, new RuleScope(ExpressionPlace.AnyFilter) { MostCharacters = int.MaxValue });
        Require(tree.Equals(again.Tree), $"{canonical} is read as another tree: {again.Errors.FirstOrDefault()}");
        Require(canonical == CanonicalText.Of(again.Tree!), $"{canonical} has another canonical text");

        var filter = new RuleFilter(tree);
        foreach (var signals in new[] { RequestCases.Request, RequestCases.Lost })
        {
            var (found, expected) = (filter.Evaluate(signals, Evaluation), new ReferenceEvaluator(signals).Evaluate(tree));
            Require(found == expected, $"it is {found}; the reference says {expected}: {canonical}");
        }

        CheckPlan(filter);
        return true;
    }

    // What is planned together says what each says by itself.
    private static void CheckPlan(RuleFilter filter)
    {
        Planned.Add(filter);
        if (Planned.Count < PlannedTogether)
        {
            return;
        }

        var plan = RulePlan.Build(Planned);
        foreach (var signals in new[] { RequestCases.Request, RequestCases.Lost })
        {
            var answers = new Truth[Planned.Count];
            using (var pass = plan.Begin(signals, Evaluation))
            {
                while (pass.Next(out var rule, out var truth))
                {
                    answers[rule] = truth;
                }
            }

            for (var rule = 0; rule < answers.Length; rule++)
            {
                var alone = Planned[rule].Evaluate(signals, Evaluation);
                Require(
                    answers[rule] == alone,
                    $"planned it is {answers[rule]}, alone {alone}: {CanonicalText.Of(Planned[rule].Expression)}"
                );
            }
        }

        Planned.Clear();
    }

    /// <summary>The same for what a rule writes.</summary>
    public static bool CheckValue(string text)
    {
        var reading = RuleParser.ReadValue(text, new RuleScope(ExpressionPlace.AnyValue));
        CheckErrors(text, reading.Tree is null, reading.Errors);
        if (reading.Tree is not { } tree)
        {
            return false;
        }

        var canonical = CanonicalText.Of(tree);
        var again = RuleParser.ReadValue(canonical, new RuleScope(ExpressionPlace.AnyValue) { MostCharacters = int.MaxValue });
        Require(tree.Equals(again.Tree), $"{canonical} is read as another tree: {again.Errors.FirstOrDefault()}");

        var presence = new RuleValue(tree).Evaluate(RequestCases.Request, Evaluation, out var value);
        var found = presence == Presence.Known ? Encoding.Latin1.GetString(value) : null;
        var expected = new ReferenceEvaluator(RequestCases.Request).Evaluate(tree) as string;
        Require(found == expected, $"it is {found}; the reference says {expected}: {canonical}");
        return true;
    }

    private static void CheckErrors(string text, bool refused, IReadOnlyList<RuleError> errors)
    {
        Require(refused == (errors.Count == 1), "a refusal without an error, or an error without a refusal");
        foreach (var error in errors)
        {
            var lines = text.Split('\n');
            Require(error.Line >= 1 && error.Line <= lines.Length, $"line {error.Line} is not in the text");
            Require(error.Column >= 1 && error.Column <= lines[error.Line - 1].Length + 1, $"column {error.Column} is not in its line");
            Require(error.Message.Length > 0, "an error that says nothing");
        }
    }

    private static void Require(bool holds, string what)
    {
        if (!holds)
        {
            throw new InvalidDataException(what);
        }
    }
}
