using CsCheck;
using Holdfast.Rules.Parsing;
using Holdfast.Rules.Phases;
using Holdfast.Rules.Syntax;
using Holdfast.Rules.Tests.Generators;

namespace Holdfast.Rules.Tests.Syntax;

public class CanonicalTextTests
{
    private static readonly RuleScope AnyFilter = new(ExpressionPlace.AnyFilter) { MostCharacters = int.MaxValue };
    private static readonly RuleScope AnyValue = new(ExpressionPlace.AnyValue) { MostCharacters = int.MaxValue };

    [Fact]
    public void Of_AnyFilter_IsReadAsTheSameTree() =>
        Trees.Filters.Sample(
            tree =>
            {
                var text = CanonicalText.Of(tree);
                var reading = RuleParser.ReadFilter(text, AnyFilter);
                Assert.True(reading.Errors.IsEmpty, $"{text}: {reading.Errors.FirstOrDefault()}");
                Assert.Equal(tree, reading.Tree);
                Assert.Equal(text, CanonicalText.Of(reading.Tree!));
            },
            iter: 2_000,
            print: CanonicalText.Of
        );

    [Fact]
    public void Of_AnyValue_IsReadAsTheSameTree() =>
        Trees
            .Values.Where(OncePerExpression)
            .Sample(
                tree =>
                {
                    var text = CanonicalText.Of(tree);
                    var reading = RuleParser.ReadValue(text, AnyValue);
                    Assert.True(reading.Errors.IsEmpty, $"{text}: {reading.Errors.FirstOrDefault()}");
                    Assert.Equal(tree, reading.Tree);
                    Assert.Equal(text, CanonicalText.Of(reading.Tree!));
                },
                iter: 1_000,
                print: CanonicalText.Of
            );

    // A tree with two of them is one that the parser never makes.
    private static bool OncePerExpression(Argument value)
    {
        var text = CanonicalText.Of(value);
        return Once("regex_replace(") && Once("wildcard_replace(");

        bool Once(string call) => text.IndexOf(call, StringComparison.Ordinal) == text.LastIndexOf(call, StringComparison.Ordinal);
    }
}
