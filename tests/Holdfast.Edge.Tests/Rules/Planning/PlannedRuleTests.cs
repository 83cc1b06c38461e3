using Holdfast.Edge.Explaining;
using Holdfast.Edge.Rules;
using Holdfast.Edge.Tests.Rules.Executing;
using Holdfast.Model.KillSwitches;
using Holdfast.Model.Rulesets;
using static Holdfast.Edge.Tests.Rules.RuledSite;

namespace Holdfast.Edge.Tests.Rules.Planning;

/// <summary>
/// The same rules twice: planned together from the first one on, and asked one by one. Whatever they do to requests comes out the same, and
/// whatever they leave behind.
/// </summary>
public class PlannedRuleTests
{
    private const int Sites = 150;
    private const int Requests = 12;

    [Fact]
    public async Task Rules_PlannedTogether_DoWhatTheyDoOneByOne()
    {
        var (acted, planned) = (0L, 0);
        for (var seed = 0; seed < Sites; seed++)
        {
            var random = new RandomSite(new Random(seed));
            var (zone, account) = (random.Zone(), random.Account());
            var kills = random.Kills(zone, account);
            using var together = new AskedSite(1, zone, account, kills);
            using var alone = new AskedSite(int.MaxValue, zone, account, kills);
            for (var i = 0; i < Requests; i++)
            {
                var request = random.Request(DateTimeOffset.UnixEpoch.AddYears(56).AddMilliseconds(250 * i));
                var (expected, actual) = (await alone.AskAsync(request), await together.AskAsync(request));
                Assert.True(
                    expected == actual,
                    $"site {seed}, {System.Text.Encoding.ASCII.GetString(request.Message.Span)}\none by one\n{expected}\nplanned\n{actual}"
                );
            }

            acted += alone.Acted;
            planned += together.Rules?.Request.Count(ruleset => ruleset.Planned is not null) ?? 0;
            Assert.True(alone.Rules is null || alone.Rules.Request.All(ruleset => ruleset.Planned is null));
        }

        // What was compared was something.
        Assert.True(acted > Sites * Requests, $"rules have acted {acted} times");
        Assert.True(planned > Sites, $"{planned} rulesets were planned");
    }

    [Fact]
    public async Task Rewrite_OfEveryRule_IsSeenByTheNext()
    {
        // Behind each the plan looks again, up to a number; then they are asked one by one.
        var rules = Ruleset(
            "http_request_transform",
            [
                .. Enumerable
                    .Range(0, 60)
                    .Select(i => Rule($"http.request.uri.path eq \"/{i}\"", new RewriteUriAction(new RuleText($"/{i + 1}", false), null))),
            ]
        );
        using var site = new AskedSite(1, [rules], [], []);

        Assert.StartsWith("/60\n", await site.AskAsync(Get("/0")), StringComparison.Ordinal);
        Assert.StartsWith("/60\n", await site.AskAsync(Get("/59")), StringComparison.Ordinal);
    }

    [Fact]
    public async Task KilledRule_OfTheAccount_IsNotAskedByThePlanThatAllZonesShare()
    {
        var shared = AccountSets.Shared(
            Rule("lower(http.request.uri.path) eq \"/a\"", AccountSets.Answer(411)),
            Rule("http.request.uri.path eq \"/a\"", new LogAction())
        );
        var root = AccountSets.Root(Rule("true", AccountSets.Execute()));
        var kill = new KillSwitchConfig
        {
            Id = new string('1', 32),
            Subject = KillSubject.Rule,
            Target = shared.Rules[0].Id,
            ZoneId = null,
            Reason = "a test",
        };
        using var whole = new AskedSite(1, [], [root, shared], []);
        using var left = new AskedSite(1, [], [root, shared], [kill]);

        Assert.StartsWith("answered", await whole.AskAsync(Get("/a")), StringComparison.Ordinal);
        var said = await left.AskAsync(Get("/a"));
        Assert.DoesNotContain("answered", said, StringComparison.Ordinal);
        Assert.Contains(shared.Rules[1].Id, said, StringComparison.Ordinal);
    }

    [Fact]
    public void Rules_PlannedTogether_AllocateNothing()
    {
        var rules = Ruleset(
            Custom,
            [
                .. Enumerable
                    .Range(0, 40)
                    .Select(i =>
                        Rule($"http.request.uri.path contains \"/{i % 4}\" or ip.src.asnum eq {i}", new LogAction()) with
                        {
                            Logging = false,
                        }
                    ),
            ]
        );
        using var site = new AskedSite(1, [rules], [], []);
        var request = site.Request(Get("/1/2"));
        var least = long.MaxValue;
        var rounds = 0;

        // Beside others the runtime may take its time to compile what it runs in full.
        for (var until = Environment.TickCount64 + 60_000; rounds < 8 || (least > 0 && Environment.TickCount64 < until); rounds++)
        {
            var before = GC.GetAllocatedBytesForCurrentThread();
            for (var i = 0; i < 500; i++)
            {
                Assert.Null(RequestPhases.Run(request, request.BeginRules(site.Rules!), site.Rules!));
            }

            least = Math.Min(least, GC.GetAllocatedBytesForCurrentThread() - before);
        }

        Assert.Equal(0, least);
        Assert.Equal(rounds * 500L * 20, site.Acted);
    }

    private static RequestSketch Get(string target) =>
        new() { Message = System.Text.Encoding.ASCII.GetBytes($"GET {target} HTTP/1.1\r\nHost: example.com\r\n\r\n"), Status = 200 };
}
