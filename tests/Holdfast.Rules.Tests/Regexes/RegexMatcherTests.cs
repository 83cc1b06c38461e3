using System.Text;
using CsCheck;
using Holdfast.Rules.Evaluation;
using Holdfast.Rules.Parsing;
using Holdfast.Rules.Patterns;
using Holdfast.Rules.Phases;
using Holdfast.Rules.Tests.Reference;

namespace Holdfast.Rules.Tests.Regexes;

public class RegexMatcherTests
{
    private static readonly Gen<RegexNode> Bytes = Gen.OneOf("a", "b", "ab", "\n", "a\n", "_é", "-")
        .Select(RegexNode (set) => new ByteNode(set.Aggregate(default(ByteSet), (all, value) => all.Or(ByteSet.Range(value, value)))));

    private static readonly Gen<RegexNode> Places = Gen.Enum<RegexPlace>().Select(RegexNode (place) => new PlaceNode(place));

    [Fact]
    public void IsIn_OfAnyExpressionAndText_IsWhatTryingEverythingFinds() =>
        Gen.Select(Nodes(4), Gen.Char["ab\n_é-"].Array[0, 7].Select(text => new string(text)))
            .Sample(
                (root, text) =>
                {
                    bool expected;
                    try
                    {
                        expected = ReferenceRegex.Find(root, text) is not null;
                    }
                    catch (TimeoutException)
                    {
                        return;
                    }

                    var bytes = Encoding.Latin1.GetBytes(text);
                    var bits = new BitMatcher(new RegexAutomaton(root));
                    Assert.Equal(expected, bits.IsIn(bytes));
                    Assert.Equal(expected, TableMatcher.TryMake(bits)?.IsIn(bytes) ?? expected);
                    Assert.All(
                        expected ? RequiredLiterals.Of(root) ?? [] : [],
                        set =>
                            Assert.Contains(
                                set,
                                literal => text.Contains(Encoding.Latin1.GetString(literal), StringComparison.OrdinalIgnoreCase)
                            )
                    );
                },
                iter: 20_000
            );

    [Theory]
    [InlineData("[ab]*a[ab]{1400}c", true)]
    [InlineData("^[a-z]{2,1000}/x$", true)]
    [InlineData("(?u)^\\p{L}+$", true)]
    [InlineData("(?i)(union|select|insert|update|delete|drop|alter|create)\\s+(all|from|into|table)", true)]
    [InlineData("(a?b?c?d?e?f?g?h?i?j?){20}", true)]
    [InlineData("(a?){1000}b", true)]
    [InlineData("[ab]*a[ab]{20}(a?b?c?d?e?f?g?h?i?j?){10}z", false)]
    [InlineData("a{0,1000}b", true)]
    public void Read_OfAnExpression_IsRefusedWhenAByteCostsTooMuch(string written, bool taken)
    {
        var reading = RuleParser.ReadFilter($"http.host matches r\"{written}\"", new RuleScope(ExpressionPlace.AnyFilter));
        Assert.Equal(taken, reading.Tree is not null);
        if (!taken)
        {
            var error = Assert.Single(reading.Errors);
            Assert.Equal((1, 21), (error.Line, error.Column));
            Assert.Contains("too complex", error.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Read_OfExpressionsThatAreTooComplexTogether_IsRefusedAtTheOne()
    {
        const string one = "http.host matches r\"[ab]*a[ab]{1400}c\"";
        var reading = RuleParser.ReadFilter(string.Join("\nor ", Enumerable.Repeat(one, 9)), new RuleScope(ExpressionPlace.AnyFilter));
        Assert.Contains("too", Assert.Single(reading.Errors).Message, StringComparison.Ordinal);
        Assert.True(reading.Errors[0].Line > 1);
    }

    [Fact]
    public void Evaluate_OverMoreTextThanMayBeLookedThrough_IsUnknown()
    {
        const string body = "http.request.body.raw";
        var written = $"concat({body}, {body}, {body}, {body}) matches r\"[ab]*a[ab]{{1400}}c\"";
        var filter = new RuleFilter(RuleParser.ReadFilter(written, new RuleScope(ExpressionPlace.AnyFilter)).Tree!);
        var larger = new TestSignals().With(Fields.Signal.HttpRequestBodyRaw, new string('x', 128 * 1024));
        Assert.Equal(Truth.Unknown, filter.Evaluate(larger, new RuleEvaluation()));
        var smaller = new TestSignals().With(Fields.Signal.HttpRequestBodyRaw, new string('x', 32 * 1024));
        Assert.Equal(Truth.False, filter.Evaluate(smaller, new RuleEvaluation()));
    }

    private static Gen<RegexNode> Nodes(int depth)
    {
        if (depth == 0)
        {
            return Gen.Frequency((4, Bytes), (1, Places));
        }

        var inner = Nodes(depth - 1);
        return Gen.Frequency(
            (2, Bytes),
            (1, Places),
            (1, Gen.Const((RegexNode)new EmptyNode())),
            (3, inner.Array[2, 3].Select(RegexNode (items) => new SequenceNode([.. items]))),
            (2, inner.Array[2, 3].Select(RegexNode (items) => new ChoiceNode([.. items]))),
            (1, inner.Select(RegexNode (of) => new CaptureNode(1, of))),
            (
                2,
                Gen.Select(
                    inner,
                    Gen.Int[0, 2],
                    Gen.Int[0, 3],
                    RegexNode (of, least, more) => new RepeatNode(of, least, more == 3 ? null : least + more, false)
                )
            )
        );
    }
}
