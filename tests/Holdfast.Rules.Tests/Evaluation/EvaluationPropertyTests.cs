using CsCheck;
using Holdfast.Rules.Evaluation;
using Holdfast.Rules.Fields;
using Holdfast.Rules.Syntax;
using Holdfast.Rules.Tests.Generators;
using Holdfast.Rules.Tests.Reference;

namespace Holdfast.Rules.Tests.Evaluation;

public class EvaluationPropertyTests
{
    [Fact]
    public void Evaluate_AnyFilterOverAnySignals_IsWhatTheReferenceSays() =>
        Gen.Select(Trees.Filters, RandomSignals.Any)
            .Sample(
                (tree, signals) =>
                    Assert.Equal(
                        new ReferenceEvaluator(signals).Evaluate(tree),
                        new RuleFilter(tree).Evaluate(signals, new RuleEvaluation())
                    ),
                iter: 5_000,
                print: entry => CanonicalText.Of(entry.Item1)
            );

    [Fact]
    public void Evaluate_AnyValueOverAnySignals_IsWhatTheReferenceSays() =>
        Gen.Select(Trees.Values, RandomSignals.Any)
            .Sample(
                (tree, signals) => Assert.Equal(Expected(tree, signals), Found(tree, signals)),
                iter: 3_000,
                print: entry => CanonicalText.Of(entry.Item1)
            );

    [Fact]
    public void Evaluate_WhenEverySourceIsLost_NeverActsUnlessItAsks() =>
        Trees
            .Filters.Where(tree => !CanonicalText.Of(tree).Contains("holdfast_known", StringComparison.Ordinal))
            .Sample(
                tree =>
                {
                    var signals = new TestSignals { Lost = [.. Enum.GetValues<SignalSource>()] };
                    var lost = new RuleFilter(tree).Evaluate(signals, new RuleEvaluation());

                    // What is true then is true of every request: nothing that it reads has a say.
                    var sources = Checks.SignalReads.Of(tree).Any();
                    Assert.True(
                        lost != Truth.True
                            || !sources
                            || Checks.PossibleOutcomes.Of(tree, [.. signals.Lost], false).HasFlag(Checks.Outcomes.True)
                    );
                },
                iter: 2_000,
                print: CanonicalText.Of
            );

    private static string Expected(Argument tree, TestSignals signals) =>
        new ReferenceEvaluator(signals).Evaluate(tree) switch
        {
            string text => "value " + text,
            var other => other == ReferenceEvaluator.Missing ? "missing" : "unknown",
        };

    private static string Found(Argument tree, TestSignals signals) =>
        new RuleValue(tree).Evaluate(signals, new RuleEvaluation(), out var value) switch
        {
            Presence.Known => "value " + System.Text.Encoding.Latin1.GetString(value),
            Presence.Missing => "missing",
            _ => "unknown",
        };
}
