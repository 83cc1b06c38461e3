using CsCheck;
using Holdfast.Rules.Evaluation;
using Holdfast.Rules.Fields;
using Holdfast.Rules.Parsing;
using Holdfast.Rules.Phases;
using Holdfast.Rules.Planning;
using Holdfast.Rules.Syntax;
using Holdfast.Rules.Tests.Generators;
using Holdfast.Rules.Tests.Reference;

namespace Holdfast.Rules.Tests.Planning;

public class RulePlanPropertyTests
{
    [Fact]
    public void Next_OverAnyFiltersAndSignals_IsWhatTheReferenceSaysOfEach() =>
        Gen.Select(Trees.Filters.Array[0, 90], RandomSignals.Any.Array[1, 3])
            .Sample(
                (trees, requests) =>
                {
                    var filters = trees.Select(tree => new RuleFilter(tree)).ToArray();
                    var plan = RulePlan.Build(filters);
                    var evaluation = new RuleEvaluation();
                    foreach (var signals in requests)
                    {
                        var expected = new List<(int, Truth)>();
                        for (var i = 0; i < trees.Length; i++)
                        {
                            var truth = new ReferenceEvaluator(signals).Evaluate(trees[i]);
                            Assert.Equal(truth, filters[i].Evaluate(signals, evaluation));
                            if (truth != Truth.False)
                            {
                                expected.Add((i, truth));
                            }
                        }

                        Assert.Equal(expected, Found(plan, signals, evaluation));
                    }
                },
                iter: 400,
                print: entry => string.Join('\n', entry.Item1.Select(CanonicalText.Of))
            );

    [Fact]
    public void Next_OverFiltersOfFewFields_IsWhatTheReferenceSaysOfEach() =>
        Gen.Select(Needs.Array[1, 60].Array[1, 5], RandomSignals.Any.Array[1, 4])
            .Sample(
                (groups, requests) =>
                {
                    Expression[] trees = [.. groups.SelectMany(group => group)];
                    var plan = RulePlan.Build([.. trees.Select(tree => new RuleFilter(tree))]);
                    foreach (var signals in requests)
                    {
                        Assert.Equal(Expected(trees, signals), Found(plan, signals, new RuleEvaluation()));
                    }
                },
                iter: 400,
                print: entry => string.Join('\n', entry.Item1.SelectMany(group => group).Select(CanonicalText.Of))
            );

    [Fact]
    public void Next_OfAnyShareFromAnyRule_IsWhatTheReferenceSaysOfThose() =>
        Gen.Select(Needs.Array[1, 200], RandomSignals.Any.Array[1, 4], Gen.Bool.Array[200], Gen.Int[0, 210], Gen.Bool.Array[200])
            .Sample(
                (trees, requests, shared, from, given) =>
                {
                    var plan = RulePlan.Build([.. trees.Select(tree => new RuleFilter(tree))], rule => given[rule]);
                    var share = plan.ShareOf(Enumerable.Range(0, trees.Length).Where(rule => shared[rule]));
                    foreach (var signals in requests)
                    {
                        Assert.Equal(
                            trees
                                .Select((tree, i) => (i, new ReferenceEvaluator(signals).Evaluate(tree)))
                                .Where(entry => entry.i >= from && shared[entry.i] && (given[entry.i] || entry.Item2 != Truth.False)),
                            Found(plan, signals, new RuleEvaluation(), share, from)
                        );
                    }
                },
                iter: 300,
                print: entry => string.Join('\n', entry.Item1.Select(CanonicalText.Of))
            );

    [Fact]
    public void Next_OverMoreTextsThanAreLookedForOneByOne_FindsEachThatIsThere() =>
        Gen.Select(
                Gen.Char["abA-"].Array[1, 6].Select(characters => new string(characters)).Array[17, 150],
                Gen.Char["abAB-"].Array[0, 40].Select(characters => new string(characters))
            )
            .Sample(
                (parts, text) =>
                {
                    var filters = parts.Select((part, i) => Read($"{(i % 2 == 0 ? "http.host" : "lower(http.host)")} contains \"{part}\""));
                    var plan = RulePlan.Build([.. filters.Select(filter => new RuleFilter(filter))]);
                    var expected = Enumerable
                        .Range(0, parts.Length)
                        .Where(i => (i % 2 == 0 ? text : text.ToLowerInvariant()).Contains(parts[i], StringComparison.Ordinal));
                    var signals = new TestSignals().With(Signal.HttpHost, text);
                    Assert.Equal(expected.Select(i => (i, Truth.True)), Found(plan, signals, new RuleEvaluation()));
                },
                iter: 500
            );

    // What plans look for: a few values, in every way, and few enough texts that they overlap.
    private static Gen<Expression> Needs { get; } =
        Gen.Select(
            Gen.OneOf("http.host", "lower(http.host)", "http.request.uri.path", "ip.src.country", "http.request.headers[\"x-a\"][0]"),
            Gen.OneOf("eq", "contains", "starts_with", "ends_with", "wildcard", "strict wildcard", "matches", "in", "ne"),
            Gen.OneOf("a", "b", "ab", "A", "aB", "aab", "x=1", "example", "com", "b*", "*b", "*a*", "a*b", "(a|b)b", "ba+", "(?i)ab", ""),
            Gen.OneOf(
                "",
                " and ssl",
                " and ip.src in {192.0.2.0/28}",
                " or cf.edge.server_port in {1..3 80}",
                " xor ssl",
                "not ",
                " and not http.referer contains \"a\"",
                " and not http.referer contains \"x=1\"",
                " and not http.host eq \"ab\" and not lower(http.host) eq \"example.com\"",
                " and (http.referer contains \"b\" or not http.request.uri.path contains \"ab\" or http.host eq \"A\")",
                " and not (http.user_agent eq \"a\" and ip.src.country eq \"b\") and not cf.client.bot",
                " or not http.request.method eq \"GET\" and http.request.uri.query contains \"a\"",
                " and not http.request.uri.query matches \"a+b\""
            ),
            (field, operation, text, more) =>
            {
                var comparison = operation switch
                {
                    "starts_with" or "ends_with" => $"{operation}({field}, \"{text}\")",
                    "in" => $"{field} in {{\"{text}\" \"b\"}}",
                    _ => $"{field} {operation} \"{text}\"",
                };
                var written = more == "not " ? $"not {comparison}" : comparison + more;
                return Read(written);
            }
        );

    private static Expression Read(string written) =>
        RuleParser.ReadFilter(written, new RuleScope(ExpressionPlace.AnyFilter)).Tree ?? new ConstantExpression(false);

    private static IEnumerable<(int, Truth)> Expected(Expression[] trees, TestSignals signals) =>
        trees.Select((tree, i) => (i, new ReferenceEvaluator(signals).Evaluate(tree))).Where(entry => entry.Item2 != Truth.False);

    private static List<(int, Truth)> Found(
        RulePlan plan,
        TestSignals signals,
        RuleEvaluation evaluation,
        PlanShare? share = null,
        int from = 0
    )
    {
        var found = new List<(int, Truth)>();
        using var pass = plan.Begin(signals, evaluation, share);
        pass.SkipTo(from);
        while (pass.Next(out var rule, out var truth))
        {
            found.Add((rule, truth));
        }

        return found;
    }
}
