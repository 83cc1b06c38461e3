using System.Net;

namespace Holdfast.Status.Tests.Operating;

/// <summary>What a post-mortem begins with.</summary>
public sealed class PostMortemTests
{
    [Fact]
    public async Task PostMortem_BeginsWithTheTimeLineAndTheUptime_AndIsWrittenFromThere()
    {
        await using var page = await StatusPageHarness.StartAsync();
        var component = await page.ComponentAsync("API", ",\"start_date\":\"2025-08-20T00:00:00Z\"");
        var incident = await page.WriteAsync(
            "POST",
            "/incidents",
            $$$$"""{"incident":{"name":"Widespread 500 errors","body":"We are\ninvestigating.","components":{"{{{{component}}}}":"major_outage"}}}"""
        );
        var path = $"/incidents/{incident["id"]}";
        page.Clock.Advance(TimeSpan.FromMinutes(36));
        await page.WriteAsync("PATCH", path, """{"incident":{"status":"identified","body":"A fix is being implemented."}}""");
        page.Clock.Advance(TimeSpan.FromMinutes(36));
        await page.WriteAsync(
            "PATCH",
            path,
            $$$$"""{"incident":{"status":"resolved","body":"It is over.","components":{"{{{{component}}}}":"operational"}}}"""
        );

        var draft = (await page.WriteAsync("GET", path + "/postmortem_draft"))["body"]!.GetValue<string>();
        Assert.Contains(
            "Widespread 500 errors began on 18 Nov 2025, 11:28 UTC and was over after 1 h 12 min.",
            draft,
            StringComparison.Ordinal
        );
        Assert.Contains(
            "- 18 Nov 2025, 11:28 UTC: Investigating. We are investigating.\n- 18 Nov 2025, 12:04 UTC: Identified. A fix is being implemented.\n- 18 Nov 2025, 12:40 UTC: Resolved. It is over.\n",
            draft,
            StringComparison.Ordinal
        );

        // 72 minutes of 89 days and 12 h 40 min.
        Assert.Contains("| API | 1 h 12 min | none | none | 99.94 % |", draft, StringComparison.Ordinal);

        using var browser = new OperatorBrowser(page);
        await browser.BeginAsync();
        await browser.GetAsync($"/operate{path}");
        Assert.Contains("Begin the post-mortem", browser.Text, StringComparison.Ordinal);
        await browser.GetAsync($"/operate{path}?postmortem=draft");
        Assert.Contains("## Time line", browser.Text, StringComparison.Ordinal);
        await browser.PostAsync($"/operate{path}", ("status", "postmortem"), ("body", draft + "Smaller files."));
        Assert.Equal(HttpStatusCode.SeeOther, browser.Status);
        Assert.Contains(">Time line</h", await page.PageAsync(path), StringComparison.Ordinal);
        Assert.Contains("Smaller files.", await page.PageAsync(path), StringComparison.Ordinal);
    }

    [Fact]
    public async Task IncidentThatIsNotOver_HasNoPostMortemYet_AndOneThatIsNotThereNone()
    {
        await using var page = await StatusPageHarness.StartAsync();
        var incident = await page.WriteAsync("POST", "/incidents", """{"incident":{"name":"Errors","body":"We look."}}""");
        using var browser = new OperatorBrowser(page);
        await browser.BeginAsync();

        await browser.GetAsync($"/operate/incidents/{incident["id"]}?postmortem=draft");

        Assert.DoesNotContain("post-mortem</a>", browser.Text, StringComparison.Ordinal);
        Assert.DoesNotContain("## Time line", browser.Text, StringComparison.Ordinal);
        Assert.Contains(
            "no incident",
            await page.RefusedAsync(HttpStatusCode.NotFound, "GET", "/incidents/none/postmortem_draft"),
            StringComparison.Ordinal
        );
    }
}
