using System.Net;
using System.Text.Json.Nodes;
using CsCheck;
using Holdfast.Status.Reports;

namespace Holdfast.Status.Tests.Reports;

/// <summary>When reports are told as trouble, and which of them count.</summary>
public sealed class LevelTests
{
    private static readonly DateTimeOffset Zero = new(2025, 11, 18, 11, 0, 0, TimeSpan.Zero);

    /// <summary>No network is more than a tenth of what counts, or three reports; and what counts is as much as that allows.</summary>
    [Fact]
    public void Counted_OfAnyNetworks_IsTheMostThatLeavesEachItsShare() =>
        Gen.Int[1, 300]
            .Array[0, 40]
            .Sample(networks =>
            {
                var counted = NetworkShare.Counted(networks);
                var best = 0;
                for (var cap = 0; cap <= 300; cap++)
                {
                    var sum = networks.Sum(reports => Math.Min(reports, cap));
                    var most = Math.Max(NetworkShare.Least, (NetworkShare.Most * sum) + 1e-9);
                    var isFair = networks.All(reports => Math.Min(reports, cap) <= most);
                    best = isFair ? Math.Max(best, sum) : best;
                }

                Assert.Equal(best, counted);
            });

    [Fact]
    public void Counted_OfOneNetworksCampaign_IsThree()
    {
        Assert.Equal(3, NetworkShare.Counted([256]));
        Assert.Equal(6, NetworkShare.Counted([5_000, 5_000]));

        // Beside a real outage it is a tenth of what is told; and the outage alone counts whole.
        Assert.Equal(1_111, NetworkShare.Counted([5_000, .. Enumerable.Repeat(10, 100)]));
        Assert.Equal(1_000, NetworkShare.Counted([.. Enumerable.Repeat(10, 100)]));
    }

    [Fact]
    public void Level_RisesByVolumeDurationAndNetworks()
    {
        Assert.Equal(ReportLevel.None, After(5, reports: 4, networks: 4));
        Assert.Equal(ReportLevel.None, After(1, reports: 100, networks: 30));
        Assert.Equal(ReportLevel.Possible, After(2, reports: 100, networks: 30));
        Assert.Equal(ReportLevel.Problems, After(5, reports: 100, networks: 30));
        Assert.Equal(ReportLevel.None, After(60, reports: 100, networks: 3));
        Assert.Equal(ReportLevel.Possible, After(60, reports: 100, networks: 9));
        Assert.Equal(ReportLevel.Possible, After(29, reports: 12, networks: 12));
        Assert.Equal(ReportLevel.Problems, After(30, reports: 12, networks: 12));

        // Where a hundred are usual, a hundred and fifty are too; and of a young service nobody knows.
        Assert.Equal(ReportLevel.None, After(60, reports: 150, networks: 90, expected: 100));
        Assert.Equal(ReportLevel.Possible, After(10, reports: 240, networks: 90, expected: 100));
        Assert.Equal(ReportLevel.Problems, After(10, reports: 500, networks: 90, expected: 100));
        Assert.Equal(ReportLevel.None, After(60, reports: 40, networks: 30, known: false));
    }

    [Fact]
    public void Level_FallsLaterThanItRises_AndDoesNotFlap()
    {
        var state = Run(new ReportState(), 10, 100, 30);
        Assert.Equal(ReportLevel.Problems, state.Level);
        Assert.Equal(Zero, state.Began);

        // Around what is enough it stays; below half of it, for a quarter of an hour, it goes a step.
        state = Run(state, 60, 12, 30, from: 10);
        Assert.Equal(ReportLevel.Problems, state.Level);
        state = Run(state, 14, 2, 2, from: 70);
        Assert.Equal(ReportLevel.Problems, state.Level);
        Assert.True(state.IsFalling);
        state = Run(state, 2, 2, 2, from: 84);
        Assert.Equal(ReportLevel.Possible, state.Level);
        state = Run(state, 14, 3, 3, from: 86);
        Assert.Equal(ReportLevel.Possible, state.Level);
        state = Run(state, 20, 2, 2, from: 100);
        Assert.Equal(ReportLevel.None, state.Level);
        Assert.Null(state.Began);

        // Reports that come and go each minute never last.
        var flapping = new ReportState();
        for (var minute = 0; minute < 120; minute++)
        {
            flapping = flapping.Next(Zero.AddMinutes(minute), minute % 2 == 0 ? 100 : 1, 1, true, 30);
            Assert.Equal(ReportLevel.None, flapping.Level);
        }
    }

    [Fact]
    public async Task ManyNetworks_MakeTwoServicesRiseTogether_AndOneNetworkDoesNot()
    {
        await using var page = await StatusPageHarness.StartAsync();
        await page.WriteAsync(
            "POST",
            "/services/import",
            """{"services":[{"name":"Example Cloud"},{"name":"Example Edge"},{"name":"Rumour"}]}"""
        );
        using var visitors = new Reporter(page.Url);
        await page.LookAsync(TimeSpan.FromMinutes(1), 30);
        for (var i = 0; i < 220; i++)
        {
            Assert.Equal(HttpStatusCode.Created, (await visitors.ReportAsync("example-cloud", $"{10 + (i % 100)}.1.{i}.1")).Status);
            Assert.Equal(HttpStatusCode.Created, (await visitors.ReportAsync("example-edge", $"{10 + (i % 100)}.1.{i}.1")).Status);
            Assert.Equal(HttpStatusCode.Created, (await visitors.ReportAsync("rumour", $"203.0.{i}.1")).Status);
        }

        await page.LookAsync(TimeSpan.FromMinutes(3), 30);
        Assert.Equal("possible", (await OneAsync(page, "example-cloud"))["state"]!.GetValue<string>());
        await page.RestartAsync();
        await page.LookAsync(TimeSpan.FromMinutes(6), 30);

        var cloud = await OneAsync(page, "example-cloud");
        Assert.Equal("problems", cloud["state"]!.GetValue<string>());
        Assert.Equal(220, cloud["reports_in_day"]!.GetValue<int>());
        Assert.Equal(["example-edge"], cloud["related"]!.AsArray().Select(slug => slug!.GetValue<string>()));
        var text = await page.PageAsync("/reports/example-cloud");
        Assert.Contains("Visitors report problems", text, StringComparison.Ordinal);
        Assert.Contains("Also reported now", text, StringComparison.Ordinal);

        var rumour = await OneAsync(page, "rumour");
        Assert.Equal("none", rumour["state"]!.GetValue<string>());
        Assert.Equal(3, rumour["reports_in_day"]!.GetValue<int>());
        Assert.Equal(217, rumour["discounted_in_day"]!.GetValue<int>());
        Assert.Contains("217 reports more came from single networks", await page.PageAsync("/reports/rumour"), StringComparison.Ordinal);
        Assert.Equal(3, rumour["problems"]![0]!["reports"]!.GetValue<int>());

        // Nobody reports any more: within an hour nothing is told.
        await page.LookAsync(TimeSpan.FromMinutes(60), 30);
        Assert.Equal("none", (await OneAsync(page, "example-cloud"))["state"]!.GetValue<string>());
    }

    private static async Task<JsonNode> OneAsync(StatusPageHarness page, string slug) =>
        (await page.ReadAsync($"/api/v2/reports/{slug}.json"))["service"]!;

    private static ReportLevel After(int minutes, int reports, int networks, double expected = 1, bool known = true) =>
        Run(new ReportState(), minutes + 1, reports, networks, expected: expected, known: known).Level;

    /// <summary>The state after a look a minute.</summary>
    private static ReportState Run(
        ReportState state,
        int minutes,
        int reports,
        int networks,
        int from = 0,
        double expected = 1,
        bool known = true
    )
    {
        for (var minute = 0; minute < minutes; minute++)
        {
            state = state.Next(Zero.AddMinutes(from + minute), reports, expected, known, networks);
        }

        return state;
    }
}
