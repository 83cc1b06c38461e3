using System.Diagnostics;
using Holdfast.Rules.Evaluation;
using Holdfast.Rules.Planning;

namespace Holdfast.Bench.Rules;

/// <summary>A zone's rules, planned together: ten thousand of all kinds, of which one in a hundred matches, beside ten of them.</summary>
internal static class ManyRules
{
    private const int Few = 10;

    public static void Run(int rounds, int many)
    {
        var request = new BenchRequest();
        var written = Enumerable.Range(0, many).Select(i => i % 100 == 55 ? Matching(i) : Other(i)).ToArray();
        BuildOf([.. written.Take(500)]);
        var start = Stopwatch.GetTimestamp();
        var filters = written.Select(Measure.Filter).ToArray();
        var read = Stopwatch.GetElapsedTime(start);
        start = Stopwatch.GetTimestamp();
        var before = GC.GetTotalMemory(forceFullCollection: true);
        var plan = RulePlan.Build(filters);
        var planned = Stopwatch.GetElapsedTime(start);
        var memory = GC.GetTotalMemory(forceFullCollection: true) - before;
        Measure.Print(
            $"{many} rules: read and compiled in {read.TotalMilliseconds:0} ms, planned in {planned.TotalMilliseconds:0} ms, plan {memory / 1048576.0:0.0} MB, {plan.RunAlways} of them run always"
        );

        var evaluation = new RuleEvaluation();
        var few = BuildOf([.. written.Take(Few)]);
        var fewWithOne = BuildOf([.. written.Take(Few - 1), Matching(55)]);
        var none = BuildOf([.. written.Where((_, i) => i % 100 != 55)]);
        var fewFilters = written.Take(Few).Select(Measure.Filter).ToArray();
        var (ofMany, ofFew) = Measure.Both(rounds, 2_000, () => Count(plan) == many / 100, () => Count(few) == 0);
        var (ofNone, oneByOne) = Measure.Both(rounds, 2_000, () => Count(none) == 0, () => Each(fewFilters) == 0);
        var ofOne = Measure.Alone(rounds, 2_000, () => Count(fewWithOne) == 1);
        var all = Measure.Alone(Math.Min(rounds, 5), 5, () => Each(filters) == many / 100);
        Measure.Print($"{Few} rules, planned: {ofFew:0} ns when none matches, {ofOne:0} ns when one does");
        Measure.Print($"{Few} rules, one by one: {oneByOne:0} ns when none matches; {many} rules, one by one: {all / 1000:0} us");
        Print($"when {Count(plan)} match", ofMany);
        Print("when none does", ofNone);
        Print("when one request in a hundred meets those that match", (0.99 * ofNone) + (0.01 * ofMany));
        foreach (var some in (int[])[16, 24, 32, 48, 64])
        {
            var (of, by) = (BuildOf([.. written.Take(some)]), written.Take(some).Select(Measure.Filter).ToArray());
            var (together, alone) = Measure.Both(rounds, 2_000, () => Count(of) >= 0, () => Each(by) >= 0);
            Measure.Print($"{some} rules: planned {together:0} ns, one by one {alone:0} ns");
        }

        void Print(string when, double of) =>
            Measure.Print(
                $"{many} rules, planned, {when}: {of:0} ns, {of / ofFew:0.00} times {Few} planned, {of / oneByOne:0.00} times {Few} one by one"
            );

        int Count(RulePlan of)
        {
            var count = 0;
            using var pass = of.Begin(request, evaluation);
            while (pass.Next(out _, out var truth))
            {
                count += truth == Truth.True ? 1 : 0;
            }

            return count;
        }

        int Each(RuleFilter[] of)
        {
            var count = 0;
            foreach (var filter in of)
            {
                count += filter.Evaluate(request, evaluation) == Truth.True ? 1 : 0;
            }

            return count;
        }
    }

    private static RulePlan BuildOf(string[] written) => RulePlan.Build([.. written.Select(Measure.Filter)]);

    private static string Matching(int i) =>
        (i / 100 % 5) switch
        {
            0 =>
                $"http.host eq \"www.example.com\" and starts_with(http.request.uri.path, \"/articles/\") and not http.referer contains \"r{i}\"",
            1 => $"lower(http.user_agent) contains \"safari/\" and not http.request.uri.query contains \"q{i}\"",
            2 => $"ip.src in {{203.0.113.0/24 10.{i / 256 % 256}.{i % 256}.0/24}}",
            3 => $"http.request.uri.path matches \"^/articles/[0-9]+/[0-9]+/\" and not http.request.uri.path contains \"p{i}\"",
            _ => $"ip.src.asnum in {{64496 {70_000 + i}}} and http.request.method eq \"GET\" and not http.host eq \"h{i}\"",
        };

    private static string Other(int i) =>
        (i % 10) switch
        {
            0 => $"http.host eq \"www.example.com\" and starts_with(http.request.uri.path, \"/app/{i}/\")",
            1 => $"http.request.uri.path eq \"/page/{i}.html\" and http.request.method in {{\"POST\" \"PUT\"}}",
            2 => $"lower(http.user_agent) contains \"crawler-{i}/\"",
            3 => $"ip.src in {{10.{i / 256 % 256}.{i % 256}.0/24 172.16.{i % 256}.{i / 256 % 256} 2001:db8:{i:x}::/48}}",
            4 => $"ip.src.country in {{\"XX\" \"T1\" \"GB\"}} and http.request.uri.path contains \"/login{i}\"",
            5 => $"http.request.uri.path matches \"^/api/v[0-9]+/{i}/(users|items)$\"",
            6 => $"http.request.uri.path wildcard \"/Shop/{i}/*.php\" and not ip.src in {{192.0.2.0/24}}",
            7 => $"ip.src.asnum in {{{65_000 + i}}} and not cf.client.bot",
            8 => $"http.request.headers[\"x-api-key\"][0] eq \"key-{i}\" or http.request.uri.query contains \"token={i}\"",
            _ => $"ends_with(http.request.uri.path, \".{i}.zip\") or http.referer contains \"//spam{i}.example/\"",
        };
}
