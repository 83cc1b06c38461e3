using Holdfast.Model.StatusPage;
using Holdfast.Status.Drafts;
using Holdfast.Status.Page;
using Holdfast.Status.Providers;
using Holdfast.Status.Storage;
using Holdfast.Status.Uptime;
using Holdfast.Status.Watching;

namespace Holdfast.Status.Tests.Reports;

/// <summary>What visitors report is evidence beside what is measured.</summary>
public sealed class EvidenceTests
{
    private static readonly DateTimeOffset Noon = new(2025, 11, 18, 12, 0, 0, TimeSpan.Zero);

    [Fact]
    public async Task ProblemsWithAComponent_OpenADraft_ThatOnlyAPersonPublishes()
    {
        await using var page = await StatusPageHarness.StartAsync();
        var component = await page.ComponentAsync("Zurich");
        await page.WriteAsync("POST", "/services", $$$"""{"service":{"component_id":"{{{component}}}"}}""");
        await page.WriteAsync("POST", "/services", """{"service":{"name":"Elsewhere"}}""");
        using var visitors = new Reporter(page.Url);
        for (var i = 0; i < 220; i++)
        {
            await visitors.ReportAsync("zurich", $"{10 + (i % 100)}.1.{i}.1");
            await visitors.ReportAsync("elsewhere", $"{10 + (i % 100)}.1.{i}.1");
        }

        await page.LookAsync(TimeSpan.FromMinutes(10), 30);

        var draft = Assert.Single((await page.WriteAsync("GET", "/drafts")).AsArray())!;
        Assert.Equal("reports/Zurich", draft["about"]!.GetValue<string>());
        Assert.Equal("Problems reported with Zurich", draft["name"]!.GetValue<string>());
        Assert.Contains("220 reports from 100 networks", draft["body"]!.GetValue<string>(), StringComparison.Ordinal);
        Assert.Null(draft["publish_at"]);
        Assert.Equal("degraded_performance", draft["components"]![component]!.GetValue<string>());

        await page.LookAsync(TimeSpan.FromMinutes(6), 30);
        Assert.Empty((await page.ReadAsync("/api/v2/incidents/unresolved.json"))["incidents"]!.AsArray());
        await page.WriteAsync("POST", $"/drafts/{draft["id"]}/publish", """{"draft":{}}""");
        Assert.Single((await page.ReadAsync("/api/v2/incidents/unresolved.json"))["incidents"]!.AsArray());
    }

    [Fact]
    public void Reports_AreToldWithWhatIsMeasuredOfTheSame()
    {
        var reports = Sign(SignKind.VisitorReports, "Zurich") with { ComponentId = "c", Said = "220 reports" };
        var edge = Sign(SignKind.EdgeErrors, "edge-1") with { Share = 0.2, Since = Noon.AddMinutes(3) };
        var origin = Sign(SignKind.OriginErrors, "edge-1") with { Zone = "zurich", Share = 0.2 };
        var check = Sign(SignKind.CheckFailed, "probe") with { ComponentId = "c", Share = 1, Said = "refused" };

        Assert.Equal("reports/Zurich", About(reports));
        Assert.Equal("ours", About(reports, edge));
        Assert.Equal("origin/zurich", About(reports, origin));
        Assert.Equal("checks", About(reports, check));
        Assert.Equal(["checks", "reports/Zurich"], Statements(reports, check with { ComponentId = "d" }).Select(one => one.About).Order());

        // What is measured says since when; what is reported is a sentence more.
        var ours = Assert.Single(Statements(reports, edge));
        Assert.Equal(Noon.AddMinutes(3), ours.Since);
        var body = ours.Body(
            new PageView(new StatusSnapshot(State, System.Collections.Frozen.FrozenDictionary<string, ComponentHistory>.Empty, 1), Noon)
        );
        Assert.Contains("20% of the requests at edge-1", body, StringComparison.Ordinal);
        Assert.Contains("Visitors report problems with Zurich since 12:00 UTC (220 reports).", body, StringComparison.Ordinal);
    }

    private static StatusPageState State { get; } =
        new()
        {
            Profile = new StatusPageProfile
            {
                Id = "p",
                Name = "Example",
                Url = "https://status.example.com",
                UpdatedAt = Noon,
            },
            Components = [],
            Incidents = [],
        };

    private static string About(params Sign[] signs) => Assert.Single(Statements(signs)).About;

    private static List<Statement> Statements(params Sign[] signs) =>
        [.. Statement.Of(signs, State, new Surroundings([], ProviderMap.Nothing, [], []))];

    private static Sign Sign(SignKind kind, string source) =>
        new()
        {
            Kind = kind,
            Source = source,
            Since = Noon,
        };
}
