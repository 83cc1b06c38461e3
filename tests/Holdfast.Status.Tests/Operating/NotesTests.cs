using System.Net;

namespace Holdfast.Status.Tests.Operating;

/// <summary>Notes, templates, promises and merging.</summary>
public sealed class NotesTests
{
    [Fact]
    public async Task Note_IsForOperatorsAlone()
    {
        await using var page = await StatusPageHarness.StartAsync();
        var incident = (await page.WriteAsync("POST", "/incidents", """{"incident":{"name":"Errors","body":"We look."}}"""))["id"]!;
        var reader = (await page.WriteAsync("POST", "/tokens", """{"token":{"name":"reader"}}"""))["token"]!.GetValue<string>();
        using var browser = new OperatorBrowser(page);
        await browser.BeginAsync();
        var path = $"/operate/incidents/{incident}";

        await browser.DoAsync(path, $"{path}/notes", ("note", "It was the intern's script"));
        await page.WriteAsync("POST", $"/incidents/{incident}/notes", """{"note":{"body":"It was not."}}""");

        await browser.GetAsync(path);
        Assert.Contains("It was the intern", browser.Text, StringComparison.Ordinal);
        var notes = (await page.WriteAsync("GET", $"/incidents/{incident}/notes")).AsArray();
        Assert.Equal(["first", OperatorBrowser.Email], notes.Select(note => note!["who"]!.GetValue<string>()));
        using (var refused = await page.TryWriteAsync("GET", $"/incidents/{incident}/notes", token: reader))
        {
            Assert.Equal(HttpStatusCode.Forbidden, refused.StatusCode);
        }

        foreach (var document in PagesTests.Documents.Select(row => row.Data.Item1).Append($"/incidents/{incident}"))
        {
            Assert.DoesNotContain("intern", await page.PageAsync(document), StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Promise_IsShown_IsLate_AndEndsWithTheNextWord()
    {
        await using var page = await StatusPageHarness.StartAsync();
        var logged = new LoggedLines();
        await page.RestartAsync(options => options with { LoggerFactory = logged });
        var incident = (
            await page.WriteAsync("POST", "/incidents", """{"incident":{"name":"Errors","body":"We look.","next_update_in":30}}""")
        )["id"]!;
        Assert.Contains(
            "Next word by <time datetime=\"2025-11-18T11:58:00.000Z\">11:58 UTC</time>",
            await page.PageAsync("/"),
            StringComparison.Ordinal
        );

        await page.LookAsync(TimeSpan.FromMinutes(29));
        Assert.DoesNotContain(logged.Lines, line => line.Contains("promised", StringComparison.Ordinal));
        await page.LookAsync(TimeSpan.FromMinutes(3));
        Assert.Single(logged.Lines, line => line.Contains("promised for 2025-11-18 11:58:00Z", StringComparison.Ordinal));
        Assert.Contains("and is late", await page.PageAsync("/"), StringComparison.Ordinal);

        await page.WriteAsync("PATCH", $"/incidents/{incident}", """{"incident":{"body":"Still looking.","next_update_in":15}}""");
        Assert.Contains("Next word by", await page.PageAsync("/"), StringComparison.Ordinal);
        await page.WriteAsync("PATCH", $"/incidents/{incident}", """{"incident":{"name":"Errors in Zurich"}}""");
        Assert.Contains("Next word by", await page.PageAsync("/"), StringComparison.Ordinal);
        await page.WriteAsync("PATCH", $"/incidents/{incident}", """{"incident":{"body":"Found."}}""");
        Assert.DoesNotContain("Next word by", await page.PageAsync("/"), StringComparison.Ordinal);

        await page.RefusedAsync(
            HttpStatusCode.UnprocessableEntity,
            "PATCH",
            $"/incidents/{incident}",
            """{"incident":{"next_update_in":0}}"""
        );
    }

    [Fact]
    public async Task Template_FillsTheFormIn()
    {
        await using var page = await StatusPageHarness.StartAsync();
        using var browser = new OperatorBrowser(page);
        await browser.BeginAsync();
        await browser.DoAsync(
            "/operate/templates",
            "/operate/templates",
            ("template", "Disk"),
            ("name", "Slow disks"),
            ("status", "identified"),
            ("body", "A disk is slow.")
        );
        var template = (await page.WriteAsync("GET", "/incident_templates"))[0]!;
        Assert.Equal("identified", template["update_status"]!.GetValue<string>());

        await browser.GetAsync($"/operate/incidents/new?template={template["id"]}");

        Assert.Contains("value=\"Slow disks\"", browser.Text, StringComparison.Ordinal);
        Assert.Contains("A disk is slow.</textarea>", browser.Text, StringComparison.Ordinal);
        Assert.Contains("value=\"identified\" selected", browser.Text, StringComparison.Ordinal);
        await browser.GetAsync("/operate/templates");
        await browser.PostAsync("/operate/templates", ("template", "Disk"), ("name", "x"), ("body", "x"));
        Assert.Equal(HttpStatusCode.UnprocessableEntity, browser.Status);
        await browser.DoAsync("/operate/templates", $"/operate/templates/{template["id"]}/remove");
        Assert.Empty((await page.WriteAsync("GET", "/incident_templates")).AsArray());
    }

    [Fact]
    public async Task Merge_MovesWhatWasSaid_AndTheAddressShowsTheOther()
    {
        await using var page = await StatusPageHarness.StartAsync();
        var (edge, api) = (await page.ComponentAsync("Edge"), await page.ComponentAsync("API"));
        var one = await OpenAsync(page, "Edge errors", "The edge fails.", edge, "major_outage");
        page.Clock.Advance(TimeSpan.FromMinutes(5));
        var other = await OpenAsync(page, "API errors", "The API fails.", api, "degraded_performance");
        page.Clock.Advance(TimeSpan.FromMinutes(5));
        using var browser = new OperatorBrowser(page);
        await browser.BeginAsync();

        await browser.DoAsync($"/operate/incidents/{one}", $"/operate/incidents/{one}/merge", ("into", other));

        var incident = Assert.Single((await page.ReadAsync("/api/v2/summary.json"))["incidents"]!.AsArray())!;
        Assert.Equal(other, incident["id"]!.GetValue<string>());
        Assert.Equal("critical", incident["impact"]!.GetValue<string>());
        Assert.Equal("2025-11-18T11:28:00.000Z", incident["started_at"]!.GetValue<string>());
        Assert.Equal(
            ["The API fails.", "The edge fails."],
            incident["incident_updates"]!.AsArray().Select(update => update!["body"]!.GetValue<string>())
        );
        Assert.Equal(2, incident["components"]!.AsArray().Count);
        Assert.Single((await page.ReadAsync("/api/v2/incidents.json"))["incidents"]!.AsArray());
        Assert.DoesNotContain("Edge errors", await page.PageAsync("/history"), StringComparison.Ordinal);
        Assert.Contains("<h1>API errors</h1>", await page.PageAsync($"/incidents/{one}"), StringComparison.Ordinal);

        await page.RestartAsync();
        Assert.Single((await page.ReadAsync("/api/v2/incidents.json"))["incidents"]!.AsArray());
        Assert.Contains(
            "was merged into",
            await page.RefusedAsync(HttpStatusCode.Conflict, "PATCH", $"/incidents/{one}", """{"incident":{"body":"More."}}"""),
            StringComparison.Ordinal
        );
        await page.RefusedAsync(
            HttpStatusCode.UnprocessableEntity,
            "POST",
            $"/incidents/{other}/merge",
            $$$"""{"incident":{"into":"{{{other}}}"}}"""
        );
    }

    private static async Task<string> OpenAsync(StatusPageHarness page, string name, string body, string component, string status) =>
        (
            await page.WriteAsync(
                "POST",
                "/incidents",
                $$$$"""{"incident":{"name":"{{{{name}}}}","body":"{{{{body}}}}","components":{"{{{{component}}}}":"{{{{status}}}}"}}}"""
            )
        )["id"]!.GetValue<string>();
}
