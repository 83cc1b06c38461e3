using System.Net;
using Holdfast.Status.Tests.Watching;

namespace Holdfast.Status.Tests.Operating;

/// <summary>What operators do on their pages, with plain forms.</summary>
public sealed class DeskTests
{
    [Fact]
    public async Task Incident_IsPostedUpdatedCorrectedAndRemoved()
    {
        await using var page = await StatusPageHarness.StartAsync();
        var edge = await page.ComponentAsync("Edge");
        using var browser = new OperatorBrowser(page);
        await browser.BeginAsync();

        var at = await browser.DoAsync(
            "/operate/incidents/new",
            "/operate/incidents/new",
            ("name", "Widespread 500 errors"),
            ("status", "investigating"),
            ("body", "We are investigating."),
            ("impact", ""),
            ($"component.{edge}", "major_outage")
        );
        var incident = at.Split('/')[^1].Split('?')[0];
        var summary = await page.ReadAsync("/api/v2/summary.json");
        Assert.Equal("critical", summary["status"]!["indicator"]!.GetValue<string>());
        Assert.Equal("critical", summary["incidents"]![0]!["impact"]!.GetValue<string>());
        Assert.Equal("major_outage", summary["components"]![0]!["status"]!.GetValue<string>());

        var path = $"/operate/incidents/{incident}";
        await browser.DoAsync(path, path, ("name", "Widespread 500 errors"), ("status", "identified"), ("body", "We know teh cause."));
        var updates = (await page.ReadAsync("/api/v2/summary.json"))["incidents"]![0]!["incident_updates"]!;
        Assert.Equal("identified", updates[0]!["status"]!.GetValue<string>());

        await browser.DoAsync(path, $"{path}/updates/{updates[0]!["id"]}", ("words", "We know the cause."));
        var shown = await page.PageAsync($"/incidents/{incident}");
        Assert.Contains("We know the cause.", shown, StringComparison.Ordinal);
        Assert.Contains("We know teh cause.", shown, StringComparison.Ordinal);

        await browser.DoAsync(path, path, ("status", "resolved"), ("body", "All is well."), ("well", "on"));
        summary = await page.ReadAsync("/api/v2/summary.json");
        Assert.Empty(summary["incidents"]!.AsArray());
        Assert.Equal("operational", summary["components"]![0]!["status"]!.GetValue<string>());

        await browser.GetAsync(path);
        await browser.PostAsync(path, ("name", "Widespread 500 errors"), ("status", "resolved"), ("body", " "));
        Assert.Equal(HttpStatusCode.UnprocessableEntity, browser.Status);
        await browser.PostAsync($"{path}/remove");
        Assert.Equal(HttpStatusCode.UnprocessableEntity, browser.Status);
        await browser.DoAsync(path, $"{path}/remove", ("sure", "on"));
        Assert.Empty((await page.ReadAsync("/api/v2/incidents.json"))["incidents"]!.AsArray());

        // Every step is in the log under the operator's name, and the chain is whole.
        var lines = (await page.WriteAsync("GET", "/audit")).AsArray();
        Assert.Contains(
            lines,
            line => line!["who"]!.GetValue<string>() == OperatorBrowser.Email && line["action"]!.GetValue<string>() == "incident.delete"
        );
        Assert.True((await page.WriteAsync("GET", "/audit/check"))["whole"]!.GetValue<bool>());
    }

    [Fact]
    public async Task WhatIsRefused_IsShownWithWhatWasTyped()
    {
        await using var page = await StatusPageHarness.StartAsync();
        var edge = await page.ComponentAsync("Edge");
        using var browser = new OperatorBrowser(page);
        await browser.BeginAsync();
        await browser.GetAsync("/operate/incidents/new");

        await browser.PostAsync(
            "/operate/incidents/new",
            ("name", ""),
            ("status", "identified"),
            ("body", "Words & <b>more</b>"),
            ($"component.{edge}", "partial_outage")
        );

        Assert.Equal(HttpStatusCode.UnprocessableEntity, browser.Status);
        Assert.Contains("name: it can&#x27;t be blank", browser.Text, StringComparison.Ordinal);
        Assert.Contains("Words &amp; &lt;b&gt;more&lt;/b&gt;</textarea>", browser.Text, StringComparison.Ordinal);
        Assert.Contains("value=\"identified\" selected", browser.Text, StringComparison.Ordinal);
        Assert.Contains("value=\"partial_outage\" selected", browser.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Maintenance_IsScheduledInThePagesZone()
    {
        await using var page = await StatusPageHarness.StartAsync();
        await page.WriteAsync("PATCH", "", """{"page":{"time_zone":"Europe/Zurich"}}""");
        using var browser = new OperatorBrowser(page);
        await browser.BeginAsync();

        var at = await browser.DoAsync(
            "/operate/maintenances/new",
            "/operate/maintenances/new",
            ("name", "New disks"),
            ("status", "scheduled"),
            ("body", "Nobody should notice."),
            ("scheduled_for", "2025-11-20T02:00"),
            ("scheduled_until", "2025-11-20T03:30")
        );

        var maintenance = (await page.ReadAsync("/api/v2/scheduled-maintenances/upcoming.json"))["scheduled_maintenances"]![0]!;
        Assert.Equal("2025-11-20T01:00:00.000Z", maintenance["scheduled_for"]!.GetValue<string>());
        Assert.Equal("2025-11-20T02:30:00.000Z", maintenance["scheduled_until"]!.GetValue<string>());

        var path = at.Split('?')[0];
        await browser.GetAsync(path);
        Assert.Contains("value=\"2025-11-20T02:00\"", browser.Text, StringComparison.Ordinal);
        await browser.PostAsync(
            path,
            ("name", "New disks"),
            ("status", "scheduled"),
            ("body", "Later."),
            ("scheduled_for", "2025-11-21T02:00"),
            ("scheduled_until", "2025-11-21T01:00")
        );
        Assert.Equal(HttpStatusCode.UnprocessableEntity, browser.Status);
    }

    [Fact]
    public async Task IncidentOfThePast_IsWrittenDown()
    {
        await using var page = await StatusPageHarness.StartAsync();
        using var browser = new OperatorBrowser(page);
        await browser.BeginAsync();

        await browser.DoAsync(
            "/operate/incidents/new",
            "/operate/incidents/new",
            ("name", "Errors last week"),
            ("status", "investigating"),
            ("body", "What happened."),
            ("impact", "minor"),
            ("backfilled", "on"),
            ("backfill_date", "2025-11-10T08:00")
        );

        var incident = (await page.ReadAsync("/api/v2/incidents.json"))["incidents"]![0]!;
        Assert.Equal("resolved", incident["status"]!.GetValue<string>());
        Assert.Equal("2025-11-10T08:00:00.000Z", incident["started_at"]!.GetValue<string>());
    }

    [Fact]
    public async Task Draft_IsShownWithItsEvidence_AndPublishedInOtherWords()
    {
        await using var page = await StatusPageHarness.StartAsync();
        await using var edge = await FakeEdge.StartAsync();
        using var browser = new OperatorBrowser(page);
        await browser.BeginAsync();
        await FailAsync(page, edge);

        await browser.GetAsync("/operate");
        Assert.Contains("Zurich not answering", browser.Text, StringComparison.Ordinal);
        var draft = (await page.WriteAsync("GET", "/drafts"))[0]!["id"]!.GetValue<string>();
        var at = await browser.DoAsync(
            $"/operate/drafts/{draft}",
            $"/operate/drafts/{draft}",
            ("name", "Zurich is dark"),
            ("body", "We are on it.")
        );

        var incident = (await page.ReadAsync("/api/v2/summary.json"))["incidents"]![0]!;
        Assert.Equal("Zurich is dark", incident["name"]!.GetValue<string>());
        Assert.Equal($"/operate/incidents/{incident["id"]}?done=posted", at);
        await browser.GetAsync($"/operate/drafts/{draft}");
        await browser.PostAsync($"/operate/drafts/{draft}/dismiss");
        Assert.Equal(HttpStatusCode.Conflict, browser.Status);
    }

    [Fact]
    public async Task Draft_Dismissed_IsGoneFromTheDesk()
    {
        await using var page = await StatusPageHarness.StartAsync();
        await using var edge = await FakeEdge.StartAsync();
        using var browser = new OperatorBrowser(page);
        await browser.BeginAsync();
        await FailAsync(page, edge);
        var draft = (await page.WriteAsync("GET", "/drafts"))[0]!["id"]!.GetValue<string>();

        await browser.DoAsync("/operate", $"/operate/drafts/{draft}/dismiss");

        await browser.GetAsync("/operate");
        Assert.DoesNotContain("Zurich not answering", browser.Text, StringComparison.Ordinal);
        Assert.Empty((await page.ReadAsync("/api/v2/incidents.json"))["incidents"]!.AsArray());
    }

    [Fact]
    public async Task Components_AreAddedGroupedChangedAndRemoved()
    {
        await using var page = await StatusPageHarness.StartAsync();
        using var browser = new OperatorBrowser(page);
        await browser.BeginAsync();

        await browser.DoAsync("/operate/components", "/operate/components", ("name", "Europe"), ("group", "on"));
        var group = (await page.WriteAsync("GET", "/component-groups"))[0]!["id"]!.GetValue<string>();
        await browser.DoAsync("/operate/components", "/operate/components", ("name", "Zurich"), ("group_id", group));
        var one = (await page.WriteAsync("GET", "/components"))[0]!["id"]!.GetValue<string>();
        await browser.DoAsync(
            $"/operate/components/{one}",
            $"/operate/components/{one}",
            ("name", "Zürich"),
            ("status", "degraded_performance"),
            ("description", "Edges in Zürich"),
            ("group_id", group),
            ("position", "3")
        );

        var component = (await page.WriteAsync("GET", "/components"))[0]!;
        Assert.Equal("Zürich", component["name"]!.GetValue<string>());
        Assert.Equal("degraded_performance", component["status"]!.GetValue<string>());
        Assert.Equal(group, component["group_id"]!.GetValue<string>());
        Assert.False(component["showcase"]!.GetValue<bool>());

        await browser.GetAsync($"/operate/components/{one}");
        await browser.PostAsync($"/operate/components/{one}", ("name", "Zürich"), ("position", "-1"));
        Assert.Equal(HttpStatusCode.UnprocessableEntity, browser.Status);
        await browser.DoAsync($"/operate/components/{one}", $"/operate/components/{one}/remove", ("sure", "on"));
        Assert.Empty((await page.WriteAsync("GET", "/components")).AsArray());
    }

    [Theory]
    [InlineData("/operate/incidents/abcdefghijkl")]
    [InlineData("/operate/drafts/abcdefghijkl")]
    [InlineData("/operate/components/abcdefghijkl")]
    [InlineData("/operate/nothing")]
    public async Task UnknownPage_Is404(string path)
    {
        await using var page = await StatusPageHarness.StartAsync();
        using var browser = new OperatorBrowser(page);
        await browser.BeginAsync();

        await browser.GetAsync(path);

        Assert.Equal(HttpStatusCode.NotFound, browser.Status);
    }

    /// <summary>An edge that does not answer as it should, until a draft says so.</summary>
    private static async Task FailAsync(StatusPageHarness page, FakeEdge edge)
    {
        await page.WriteAsync("POST", "/watches", $$$"""{"watch":{"name":"Zurich","kind":"edge","target":"{{{edge.Url}}}"}}""");
        edge.Status = 500;
        await page.LookAsync(TimeSpan.FromMinutes(1));
    }
}
