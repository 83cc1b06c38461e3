using Holdfast.Edge.Rehearsing;
using Holdfast.Edge.Releases;
using Holdfast.Edge.Tests.Harness;
using Holdfast.Edge.Tests.Releases;
using Holdfast.Edge.Tests.Rules;
using Holdfast.Model.Releases.Rehearsals;
using Holdfast.Model.Rulesets;
using Holdfast.Model.Zones;

namespace Holdfast.Edge.Tests.Rehearsing;

/// <summary>Recent requests, replayed in a real taster through what is live and what is proposed.</summary>
public sealed class RehearsalTests
{
    private const string Redirects = "http_request_dynamic_redirect";
    private const string Rewrites = "http_request_transform";

    private static readonly SampleOptions Every = new() { Interval = TimeSpan.Zero, ZoneInterval = TimeSpan.Zero };

    [Fact]
    public async Task ProposedRules_OverRecentRequests_SayWhatWouldDifferAndTouchNobody()
    {
        await using var site = await StartAsync();
        for (var i = 0; i < 5; i++)
        {
            Assert.Equal(200, await site.GetAsync("/"));
            Assert.Equal(200, await site.GetAsync("/admin", "Cookie: session=abc\r\n"));
        }

        Assert.Equal(200, await site.GetAsync("/old"));
        Assert.Equal(200, await site.GetAsync("/moved"));
        var (head, _) = await site.AskAsync(
            "POST /form HTTP/1.1\r\nHost: example.com\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: 15\r\n\r\nuser=eve&pin=12"
        );
        Assert.StartsWith("HTTP/1.1 200", head, StringComparison.Ordinal);
        await site.Edge.SampledAsync(13);
        var records = await site.Edge.LogRecordsAsync(13);
        var report = await site.Edge.RehearseAsync(
            Zone(
                site,
                RuledSite.Ruleset(
                    Redirects,
                    RuledSite.Rule(
                        "http.request.uri.path eq \"/old\"",
                        new RedirectAction(new RuleText("https://example.com/new", false), 301, false)
                    )
                ),
                RuledSite.Ruleset(
                    Rewrites,
                    RuledSite.Rule("http.request.uri.path eq \"/moved\"", new RewriteUriAction(new RuleText("/elsewhere", false), null))
                ),
                RuledSite.Ruleset(
                    RuledSite.Custom,
                    RuledSite.Rule("http.request.uri.path eq \"/admin\"", new BlockAction((BlockResponse?)null)),
                    RuledSite.Rule("http.request.body.raw contains \"eve\"", new BlockAction((BlockResponse?)null))
                )
            )
        );

        Assert.Null(report.Problem);
        Assert.Equal(
            (13, 6, 1, 1),
            (
                report.Requests,
                report.Of(RehearsalDifference.NewlyBlocked),
                report.Of(RehearsalDifference.NewlyRedirected),
                report.Of(RehearsalDifference.RewrittenOtherwise)
            )
        );
        Assert.Equal(0, report.Of(RehearsalDifference.NewlyFailing));
        Assert.True(report is { LiveMicroseconds: > 0, CandidateMicroseconds: > 0, LiveGeneration: > 0 });
        var blocked = report.Changes.Single(change => change.Difference == RehearsalDifference.NewlyBlocked);
        Assert.Equal(RehearsalReport.MostExamples, blocked.Examples.Length);
        var example = blocked.Examples[0];
        Assert.Equal(
            ("GET http://example.com/admin", "200", "blocked (403)", RuledSite.IdOf(1)),
            (example.Request, example.Live, example.Candidate, example.Rule)
        );
        Assert.Contains(records, record => record.GetProperty("RayID").GetString() == example.Ray);
        var moved = report.Changes.Single(change => change.Difference == RehearsalDifference.NewlyRedirected).Examples[0];
        Assert.Equal("301 to https://example.com/new", moved.Candidate);

        // No origin was asked, nothing of it is live, and no secret lies on the disk.
        Assert.Equal(13, (await site.Edge.LogRecordsAsync(13)).Count);
        Assert.Equal(200, await site.GetAsync("/admin"));
        foreach (var file in Directory.EnumerateFiles(Path.Combine(site.Edge.Data, "edges", "edge-1", "samples")))
        {
            using var stream = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
            using var reader = new StreamReader(stream);
            var text = await reader.ReadToEndAsync(TestContext.Current.CancellationToken);
            Assert.DoesNotContain("session=abc", text, StringComparison.Ordinal);
            Assert.DoesNotContain("pin=12", text, StringComparison.Ordinal);
            Assert.Contains("user=eve", text, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task ProposedZone_ThatIsTheSame_DiffersInNothing()
    {
        await using var site = await StartAsync();
        for (var i = 0; i < 10; i++)
        {
            await site.GetAsync($"/{i % 3}?q={i}");
        }

        await site.Edge.SampledAsync(10);
        var report = await site.Edge.RehearseAsync(Zone(site));
        Assert.Null(report.Problem);
        Assert.Equal(10, report.Requests);
        Assert.Empty(report.Changes);
    }

    [Fact]
    public async Task RulesetOfTheAccount_Proposed_IsPlayedOverTheZonesThatHaveVisitors()
    {
        await using var site = await StartAsync();
        await site.GetAsync("/admin");
        await site.GetAsync("/");
        await site.Edge.SampledAsync(2);
        var report = await site.Edge.RehearseAsync(
            RuledSite.Ruleset(
                RuledSite.Custom,
                RuledSite.Rule("http.request.uri.path eq \"/admin\"", new BlockAction((BlockResponse?)null))
            ) with
            {
                Kind = RulesetKind.Root,
            }
        );
        Assert.Null(report.Problem);
        Assert.Equal((2, 1, 0L), (report.Requests, report.Of(RehearsalDifference.NewlyBlocked), report.LiveGeneration));
    }

    [Fact]
    public async Task ProposedZone_ThatRuinsItsTaster_IsSaidAndNobodyElseNotices()
    {
        await using var site = await StartAsync();
        await site.GetAsync("/");
        await site.Edge.SampledAsync(1);
        var report = await site.Edge.RehearseAsync(Zone(site) with { Name = $"{LoaderFaults.Kill}.example.com" });
        Assert.Contains("the taster does not survive it", report.Problem, StringComparison.Ordinal);
        Assert.Equal(200, await site.GetAsync("/"));
        await site.Edge.SampledAsync(2);
        Assert.Null((await site.Edge.RehearseAsync(Zone(site))).Problem);
    }

    [Fact]
    public async Task Zone_WithoutVisitors_HasNothingToBeRehearsedWith()
    {
        await using var site = await StartAsync();
        Assert.Contains("no sample", (await site.Edge.RehearseAsync(Zone(site))).Problem, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Samples_TurnedOff_AreDeletedAndNoneAreTaken()
    {
        string data;
        await using (var site = await StartAsync())
        {
            await site.GetAsync("/");
            await site.Edge.SampledAsync(1);
            data = site.Edge.Data;
        }

        var samples = Path.Combine(data, "edges", "edge-1", "samples");
        Assert.True(Directory.Exists(samples));
        await using var edge = await EdgeUnderTest.StartAsync(data: data);
        Assert.False(Directory.Exists(samples));
    }

    [Fact]
    public async Task Sampling_OfABusyZone_TakesNoMoreThanItsInterval()
    {
        await using var site = await StartAsync(new SampleOptions { Interval = TimeSpan.Zero, ZoneInterval = TimeSpan.FromHours(1) });
        for (var i = 0; i < 5; i++)
        {
            await site.GetAsync("/");
        }

        await site.Edge.SampledAsync(1);
        Assert.Equal((1, 0), (site.Edge.Sampler.Taken, site.Edge.Sampler.Dropped));
    }

    private static Task<RuledSite> StartAsync(SampleOptions? samples = null) =>
        RuledSite.StartAsync(
            RuledSite.Custom,
            options =>
                options with
                {
                    Samples = samples ?? Every,
                    // Nothing here is about how long a taste takes.
                    Taster = TasterOfTests.Options(options.DataDirectory) with
                    {
                        Patience = TimeSpan.FromSeconds(30),
                        TasteTime = TimeSpan.FromSeconds(60),
                    },
                    FaultInjection = true,
                }
        );

    private static ZoneConfig Zone(RuledSite site, params RulesetConfig[] rulesets) =>
        new()
        {
            Id = EdgeUnderTest.IdOf("*"),
            Name = "*",
            Origin = OriginUrl.Parse(site.Origin.Url),
            Settings = new ZoneSettings(),
            Rulesets = [.. rulesets],
        };
}
