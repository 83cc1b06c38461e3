using System.Text;
using Holdfast.Rules.Evaluation;

namespace Holdfast.Bench.Rules;

/// <summary>The slowest rules that anybody here could write, over the largest body that is held back.</summary>
internal static class WorstCases
{
    private const int BodyBytes = 128 * 1024;

    private static readonly (string Name, string Rule)[] Rules =
    [
        ("all 1,400 places live at once", "http.request.body.raw matches r\"[ab]*a[ab]{1400}c\""),
        ("as many edges as are allowed", $"http.request.body.raw matches r\"{Dense(31)}\""),
        (
            "two that cost nearly all that is allowed together",
            "http.request.body.raw matches r\"[ab]*a[ab]{1400}c\" or http.request.body.raw matches r\"[ab]*b[ab]{1400}c\""
        ),
        ("a table", "http.request.body.raw matches r\"(a|aa|aaa|b)*c\""),
        ("contains", $"http.request.body.raw contains \"{new string('a', 1900)}b{new string('a', 1900)}\""),
        ("contains in lower case", $"lower(http.request.body.raw) contains \"{new string('a', 1900)}b{new string('a', 1900)}\""),
        ("contains of two letters in turn", $"http.request.body.raw contains \"{Turns}\""),
        ("contains of two letters in turn, in lower case", $"lower(http.request.body.raw) contains \"{Turns}\""),
        ("wildcard", $"http.request.body.raw wildcard \"*{new string('a', 1900)}b{new string('a', 1900)}*\""),
        ("JSON", $"{string.Join(" or ", Enumerable.Repeat("lookup_json_string(http.request.body.raw, \"a\") eq \"b\"", 60))}"),
        ("decoding", $"{string.Join(" or ", Enumerable.Repeat("url_decode(http.request.body.raw, \"r\") eq \"b\"", 60))}"),
    ];

    // Two letters in turn, but for one place near the end.
    private static string Turns => string.Concat(Enumerable.Repeat("ab", 1900)) + "cab";

    public static void Run()
    {
        var evaluation = new RuleEvaluation();
        BenchRequest[] requests =
        [
            .. new[] { "a", "ab", "aab", "A", "%2561", "[" }.Select(part => new BenchRequest
            {
                Body = Encoding.ASCII.GetBytes(string.Concat(Enumerable.Repeat(part, (BodyBytes / part.Length) + 1))[..BodyBytes]),
            }),
        ];
        foreach (var (name, rule) in Rules)
        {
            var filter = Measure.Filter(rule);
            var slowest = requests.MaxBy(request => Measure.Once(() => Holds(request)))!;
            Measure.Print($"worst case, {name}: {Measure.Alone(3, 1, () => Holds(slowest)) / 1e6:0.00} ms");

            bool Holds(BenchRequest request) => filter.Evaluate(request, evaluation) == Truth.True;
        }
    }

    // Each of so many optional parts can be followed by all that come after it.
    private static string Dense(int parts) =>
        "[ab]*a[ab]{20}" + string.Concat(Enumerable.Range(0, parts).Select(i => $"(?:{(char)('a' + (i % 2))}b?)?")) + "z";
}
