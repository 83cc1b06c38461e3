using Holdfast.Rules.Evaluation;
using Holdfast.Rules.Fields;
using Holdfast.Rules.Parsing;
using Holdfast.Rules.Phases;
using Holdfast.Rules.Planning;
using Holdfast.Rules.Tests.Evaluation;
using Holdfast.Rules.Tests.Reference;
using Holdfast.Rules.Types;

namespace Holdfast.Rules.Tests.Planning;

public class RulePlanTests
{
    [Fact]
    public void Next_OverEveryFilterOfTheTables_IsWhatTheTablesSay()
    {
        foreach (
            var (signals, cases) in new[] { (RequestCases.Request, RequestCases.Filters), (RequestCases.Lost, RequestCases.LostFilters) }
        )
        {
            var plan = Plan([.. cases.Select(entry => entry.Written)]);
            Assert.Equal(
                cases.Select((entry, i) => (i, entry.Expected)).Where(entry => entry.Expected != Truth.False),
                Found(plan, signals, new RuleEvaluation())
            );
        }
    }

    [Fact]
    public void Begin_WithNoFilters_FindsNothing() => Assert.Empty(Found(Plan(), RequestCases.Request, new RuleEvaluation()));

    [Fact]
    public void Build_OfWhatNeedsSomething_RunsNothingAlways()
    {
        var plan = Plan(
            "http.host eq \"a\" and not ssl",
            "(http.host eq \"a\" or ip.src in {192.0.2.0/24}) and cf.bot_management.score lt 30",
            "http.request.uri.path matches \"^/(admin|login)/[0-9]+$\"",
            "lower(http.user_agent) contains \"bot\" xor starts_with(http.request.uri.path, \"/x\")",
            "http.request.uri.path wildcard \"/a/*/b\"",
            "ip.src.asnum in {64500..64510}",
            "false"
        );
        Assert.Equal(0, plan.RunAlways);
        Assert.Equal(3, Plan("not ssl", "http.host ne \"a\"", "http.host eq \"a\" or ssl", "http.host eq \"a\"").RunAlways);
        Assert.Contains(FieldCatalogue.Of(Signal.IpSrcAsnum), plan.Reads.AsEnumerable());
    }

    [Fact]
    public void Next_WhenASourceIsLost_SaysWhichRulesAreUnknown()
    {
        var plan = Plan(
            "ip.src.country eq \"GB\"",
            "http.host eq \"a\"",
            "ip.src.country in {\"FR\" \"DE\"} and http.host eq \"b\"",
            "ssl"
        );
        var signals = new TestSignals { Lost = [SignalSource.Country] }
            .With(Signal.HttpHost, "b")
            .With(Signal.Ssl, true);
        Assert.Equal(new[] { (0, Truth.Unknown), (2, Truth.Unknown), (3, Truth.True) }, Found(plan, signals, new RuleEvaluation()));
    }

    [Fact]
    public void Next_AfterARuleThatComputedTooMuch_StillKnowsTheNext()
    {
        const string much = "upper(http.request.body.raw) contains \"b\"";
        var request = new TestSignals().With(Signal.HttpRequestBodyRaw, new string('a', 128 * 1024)).With(Signal.Ssl, true);
        var parts = Enumerable.Range(0, 9).Select(i => $"concat(upper(http.request.body.raw), \"{i}\") ne \"b\"");
        var plan = Plan($"{string.Join(" and ", parts)} and not {much}", $"not {much}", $"ssl and not {much}");
        Assert.Equal(new[] { (0, Truth.Unknown), (1, Truth.True), (2, Truth.True) }, Found(plan, request, new RuleEvaluation()));
    }

    [Fact]
    public void Next_OfARuleThatComputesTooMuchByItself_DoesNotSayThatItIsTrue_ThoughOthersHaveComputedIt()
    {
        var request = new TestSignals().With(Signal.HttpRequestBodyRaw, new string('a', 128 * 1024)).With(Signal.Ssl, true);
        var parts = Enumerable.Range(0, 9).Select(i => $"not concat(upper(http.request.body.raw), \"{i}\") contains \"b\"").ToArray();
        string[] written = [.. parts, string.Join(" and ", parts), string.Join(" or ", parts)];
        var evaluation = new RuleEvaluation();

        var alone = written.Select(Filter).Select((filter, i) => (i, filter.Evaluate(request, evaluation))).ToList();

        Assert.Equal((9, Truth.Unknown), alone[9]);
        Assert.Equal(alone, Found(Plan(written), request, evaluation));
    }

    [Fact]
    public void Next_OfAShare_AsksNoOthers()
    {
        string[] written = ["http.host eq \"a\"", "http.host contains \"a\" and ssl", "ip.src.country eq \"GB\"", "not ssl", "ssl"];
        var (plan, evaluation) = (Plan(written), new RuleEvaluation());
        var signals = new TestSignals { Lost = [SignalSource.Country] }
            .With(Signal.HttpHost, "a")
            .With(Signal.Ssl, true);
        for (var set = 0; set < 1 << written.Length; set++)
        {
            var indexes = Enumerable.Range(0, written.Length).Where(i => (set & (1 << i)) != 0).ToArray();
            Assert.Equal(
                Found(plan, signals, evaluation).Where(found => indexes.Contains(found.Item1)),
                Found(plan, signals, evaluation, plan.ShareOf(indexes))
            );
        }
    }

    [Fact]
    public void Next_OfWhatIsGivenInAnyCase_SaysAlsoWhatIsFalse()
    {
        var plan = RulePlan.Build([Filter("http.host eq \"a\""), Filter("http.host eq \"b\""), Filter("ssl")], rule => rule == 1);

        Assert.Equal(
            new[] { (0, Truth.True), (1, Truth.False) },
            Found(plan, new TestSignals().With(Signal.HttpHost, "a").With(Signal.Ssl, false), new RuleEvaluation())
        );
    }

    [Fact]
    public void Build_OfRulesThatAskTextsNumbersAndAddresses_LeavesNoneThatHasToBeRun()
    {
        var plan = Plan([
            .. Enumerable
                .Range(0, 20)
                .SelectMany(i =>
                    new[]
                    {
                        $"http.host eq \"a\" and starts_with(http.request.uri.path, \"/a/\") and not http.referer contains \"r{i}\"",
                        $"ip.src in {{192.0.2.0/24 10.0.{i}.0/24}}",
                        $"ip.src.asnum in {{64496 {70_000 + i}}} and http.request.method eq \"GET\" and not http.host eq \"h{i}\"",
                        $"(http.host eq \"b\" or http.referer contains \"x{i}\") and not (ssl and http.user_agent eq \"u{i}\")",
                    }
                ),
        ]);
        Assert.Equal(0, plan.Program.NeverDecided);
        Assert.Equal(
            1,
            Plan(
                "http.host eq \"a\" xor ssl",
                "http.host eq \"a\" and any(http.request.headers.names[*] contains \"x\")"
            ).Program.NeverDecided
        );
    }

    [Fact]
    public void Next_WithLeavesOfARulesOwn_DecidesByThem()
    {
        string[] written =
        [
            .. Enumerable
                .Range(0, 40)
                .Select(i =>
                    $"http.host eq \"A\" and starts_with(http.request.uri.path, \"/a\") and not http.referer contains \"R{i:00}\""
                ),
        ];
        var plan = Plan(written);
        foreach (var (path, referer, expected) in new[] { ("/a", "R07 r09 R33", 38), ("/a", "", 40), ("/A", "R07", 0), ("/a", "r00", 40) })
        {
            var signals = new TestSignals()
                .With(Signal.HttpHost, "A")
                .With(Signal.HttpRequestUriPath, path)
                .With(Signal.HttpReferer, referer);
            var found = Found(plan, signals, new RuleEvaluation());
            Assert.Equal(expected, found.Count);
            Assert.Equal(
                written
                    .Select((text, i) => (i, Filter(text).Evaluate(signals, new RuleEvaluation())))
                    .Where(entry => entry.Item2 == Truth.True),
                found
            );
        }
    }

    [Fact]
    public void Next_OfARuleBehindOneThatActs_AsksNothingOfItYet()
    {
        string[] written =
        [
            "http.host eq \"a\"",
            .. Enumerable.Repeat("http.host eq \"a\" and cf.client.bot", 40),
            "http.host eq \"a\" and not cf.client.bot",
        ];
        var signals = new CountingSignals(new TestSignals().With(Signal.HttpHost, "a").With(Signal.CfClientBot, false));
        using var pass = Plan(written).Begin(signals, new RuleEvaluation());

        Assert.True(pass.Next(out var rule, out var truth));
        Assert.Equal((0, Truth.True), (rule, truth));
        Assert.Equal(0, signals.Flags);
        Assert.True(pass.Next(out rule, out truth));
        Assert.Equal((41, Truth.True), (rule, truth));
        Assert.Equal(1, signals.Flags);
        Assert.False(pass.Next(out _, out _));
    }

    [Fact]
    public void SkipTo_LeavesOutWhatIsBefore()
    {
        var plan = Plan([.. Enumerable.Repeat("ssl", 130)]);
        var signals = new TestSignals().With(Signal.Ssl, true);
        foreach (var from in (int[])[0, 1, 63, 64, 65, 127, 128, 129, 130])
        {
            using var pass = plan.Begin(signals, new RuleEvaluation());
            pass.SkipTo(from);
            Assert.Equal(from < 130, pass.Next(out var rule, out _));
            Assert.Equal(from < 130 ? from : -1, rule);
        }
    }

    [Fact]
    public void Begin_WhileAnotherPassRuns_FindsTheSame()
    {
        var plan = Plan("http.host contains \"a\"", "http.host contains \"b\"", "http.host eq \"ab\"");
        using var one = plan.Begin(new TestSignals().With(Signal.HttpHost, "ab"), new RuleEvaluation());
        Assert.True(one.Next(out var rule, out _));
        Assert.Equal(0, rule);
        Assert.Equal(new[] { (1, Truth.True) }, Found(plan, new TestSignals().With(Signal.HttpHost, "b"), new RuleEvaluation()));
        Assert.True(one.Next(out rule, out _));
        Assert.Equal(1, rule);
        Assert.True(one.Next(out rule, out _));
        Assert.False(one.Next(out rule, out _));
    }

    [Fact]
    public void Next_BetweenWhichAnotherFilterRuns_GoesOn()
    {
        var (plan, evaluation) = (Plan("http.host contains \"a\"", "http.request.uri.path contains \"x\""), new RuleEvaluation());
        var signals = new TestSignals().With(Signal.HttpHost, "ab").With(Signal.HttpRequestUriPath, "/x");
        using var pass = plan.Begin(signals, evaluation);
        Assert.True(pass.Next(out _, out _));
        Assert.Equal(Truth.True, Filter("upper(http.host) eq \"AB\"").Evaluate(signals, evaluation));
        Assert.True(pass.Next(out var rule, out _));
        Assert.Equal(1, rule);
    }

    [Fact]
    public void Next_OverRegularExpressionsThatBeginAlike_RunsOnlyThoseThatCouldMatch()
    {
        var plan = Plan([
            .. Enumerable.Range(0, 300).Select(i => $"http.request.uri.path matches \"^/api/v[0-9]+/{1000 + i}/(users|items)$\""),
        ]);
        var signals = new TestSignals().With(Signal.HttpRequestUriPath, "/api/v2/1007/users");
        using var pass = plan.Begin(signals, new RuleEvaluation());
        Assert.Equal(1, pass.Suggested);
        Assert.True(pass.Next(out var rule, out var truth));
        Assert.Equal((7, Truth.True), (rule, truth));
        Assert.False(pass.Next(out _, out _));
    }

    [Fact]
    public void Begin_OverOneManyTimes_AllocatesNothing()
    {
        var plan = Plan([
            .. Enumerable
                .Range(0, 200)
                .SelectMany(i =>
                    new[]
                    {
                        $"http.request.uri.path contains \"/a{i}\"",
                        $"http.host eq \"h{i}\" and ip.src in {{10.{i}.0.0/16}}",
                        $"lower(http.user_agent) contains \"bot{i}\" or http.request.uri.path matches \"^/x{i}[0-9]+\"",
                    }
                ),
        ]);
        var signals = new TestSignals()
            .With(Signal.HttpHost, "h7")
            .With(Signal.IpSrc, new RuleAddress(0x0A070001, false))
            .With(Signal.HttpRequestUriPath, "/x19/a17")
            .With(Signal.HttpUserAgent, "Some BOT42/1.0");
        var evaluation = new RuleEvaluation();
        var least = long.MaxValue;
        for (var round = 0; round < 8; round++)
        {
            var before = GC.GetAllocatedBytesForCurrentThread();
            for (var i = 0; i < 2_000; i++)
            {
                var pass = plan.Begin(signals, evaluation);
                while (pass.Next(out _, out _)) { }

                pass.Dispose();
            }

            least = Math.Min(least, GC.GetAllocatedBytesForCurrentThread() - before);
        }

        Assert.Equal(0, least);
        Assert.Equal(new[] { 3, 5, 14, 22, 51, 128 }, Found(plan, signals, evaluation).Select(found => found.Item1));
    }

    private static RulePlan Plan(params string[] written) => RulePlan.Build([.. written.Select(Filter)]);

    private static RuleFilter Filter(string written)
    {
        var reading = RuleParser.ReadFilter(written, new RuleScope(ExpressionPlace.AnyFilter));
        Assert.Empty(reading.Errors);
        return new RuleFilter(reading.Tree!);
    }

    private static List<(int, Truth)> Found(RulePlan plan, TestSignals signals, RuleEvaluation evaluation, PlanShare? share = null)
    {
        var found = new List<(int, Truth)>();
        using var pass = plan.Begin(signals, evaluation, share);
        while (pass.Next(out var rule, out var truth))
        {
            found.Add((rule, truth));
        }

        return found;
    }
}
