using System.Net;
using System.Text.Json.Nodes;
using Holdfast.Status.Tests.Operating;

namespace Holdfast.Status.Tests.Reports;

/// <summary>What operators do: services, lists of them, and comments.</summary>
public sealed class ServicesTests
{
    [Fact]
    public async Task Service_ThatIsAComponent_HasItsNameAndGoesWithIt()
    {
        await using var page = await StatusPageHarness.StartAsync();
        var component = await page.ComponentAsync("Zurich");
        var made = await page.WriteAsync("POST", "/services", $$$"""{"service":{"component_id":"{{{component}}}"}}""");
        Assert.Equal("zurich", made["slug"]!.GetValue<string>());

        await page.WriteAsync("PATCH", $"/components/{component}", """{"component":{"name":"Zürich"}}""");
        var service = Assert.Single((await page.ReadAsync("/api/v2/reports.json"))["services"]!.AsArray())!;
        Assert.Equal("Zürich", service["name"]!.GetValue<string>());
        Assert.True(service["own"]!.GetValue<bool>());
        Assert.Contains("href=\"/reports/zurich\"", await page.PageAsync("/reports"), StringComparison.Ordinal);

        await page.WriteAsync("DELETE", $"/components/{component}");
        Assert.Empty((await page.ReadAsync("/api/v2/reports.json"))["services"]!.AsArray());
        using var gone = await page.GetAsync("/reports/zurich");
        Assert.Equal(HttpStatusCode.NotFound, gone.StatusCode);
    }

    [Fact]
    public async Task Service_Changed_IsOnThePageAtOnceAndInTheAuditLog()
    {
        await using var page = await StatusPageHarness.StartAsync();
        var id = (await page.WriteAsync("POST", "/services", """{"service":{"name":"Example Cloud","category":"Clouds"}}"""))[
            "id"
        ]!.GetValue<string>();
        Assert.Contains("Example Cloud", await page.PageAsync("/reports"), StringComparison.Ordinal);

        await page.WriteAsync("PATCH", $"/services/{id}", """{"service":{"name":"A <i>Cloud</i>","url":"https://example.com/x"}}""");
        var list = await page.PageAsync("/reports");
        Assert.Contains("A &lt;i&gt;Cloud&lt;/i&gt;", list, StringComparison.Ordinal);
        Assert.Contains("Clouds", list, StringComparison.Ordinal);
        Assert.Contains("href=\"https://example.com/x\"", await page.PageAsync("/reports/example-cloud"), StringComparison.Ordinal);

        await page.RestartAsync();
        await page.WriteAsync("DELETE", $"/services/{id}");
        Assert.Contains("not taken for anything yet", await page.PageAsync("/reports"), StringComparison.Ordinal);
        var audit = (await page.WriteAsync("GET", "/audit")).AsArray();
        Assert.Equal(
            ["service.delete", "service.update", "service.create"],
            audit.Take(3).Select(line => line!["action"]!.GetValue<string>())
        );
    }

    [Theory]
    [InlineData("""{"service":{}}""", "service.name")]
    [InlineData("""{"service":{"name":"東京"}}""", "service.slug")]
    [InlineData("""{"service":{"name":"x","slug":"A b"}}""", "service.slug")]
    [InlineData("""{"service":{"name":"Other","slug":"taken"}}""", "already")]
    [InlineData("""{"service":{"name":"x","url":"javascript:alert(1)"}}""", "service.url")]
    [InlineData("""{"service":{"component_id":"abcdefghijkl"}}""", "service.component_id")]
    [InlineData("""{"service":{"name":"x","nothing":1}}""", "service.nothing")]
    public async Task Service_ThatIsWrong_IsRefusedWithItsPlace(string body, string place)
    {
        await using var page = await StatusPageHarness.StartAsync();
        await page.WriteAsync("POST", "/services", """{"service":{"name":"Taken"}}""");

        Assert.Contains(
            place,
            await page.RefusedAsync(HttpStatusCode.UnprocessableContent, "POST", "/services", body),
            StringComparison.Ordinal
        );
    }

    [Fact]
    public async Task List_Imported_IsAllOrNothingAndChangesWhatItKnows()
    {
        await using var page = await StatusPageHarness.StartAsync();
        await page.WriteAsync("POST", "/services", """{"service":{"name":"Example Cloud"}}""");

        var refused = await page.RefusedAsync(
            HttpStatusCode.UnprocessableContent,
            "POST",
            "/services/import",
            """{"services":[{"name":"New one"},{"name":"Bad","url":"x"}]}"""
        );
        Assert.Contains("services[1].url", refused, StringComparison.Ordinal);
        Assert.Single((await page.WriteAsync("GET", "/services")).AsArray());
        Assert.Contains(
            "listed twice",
            await page.RefusedAsync(
                HttpStatusCode.UnprocessableContent,
                "POST",
                "/services/import",
                """{"services":[{"name":"One"},{"name":"one"}]}"""
            ),
            StringComparison.Ordinal
        );

        await page.WriteAsync(
            "POST",
            "/services/import",
            """{"services":[{"name":"Example Cloud","category":"Clouds"},{"name":"Example Edge","slug":"edge","url":"https://example.net"}]}"""
        );
        var services = (await page.WriteAsync("GET", "/services")).AsArray();
        Assert.Equal(["example-cloud", "edge"], services.Select(service => service!["slug"]!.GetValue<string>()));
        Assert.Equal("Clouds", services[0]!["category"]!.GetValue<string>());

        var many = string.Join(',', Enumerable.Range(0, 1_001).Select(i => $$"""{"name":"s{{i}}"}"""));
        Assert.Contains(
            "at most 1000",
            await page.RefusedAsync(HttpStatusCode.UnprocessableContent, "POST", "/services/import", $$"""{"services":[{{many}}]}"""),
            StringComparison.Ordinal
        );
    }

    [Fact]
    public async Task Comment_IsShownOnlyAfterAnOperatorLetItThrough()
    {
        await using var page = await StatusPageHarness.StartAsync();
        await page.WriteAsync("POST", "/services", """{"service":{"name":"Example Cloud"}}""");
        using var visitors = new Reporter(page.Url);
        await visitors.ReportAsync("example-cloud", "203.0.113.7", comment: "Nothing <b>loads</b>");
        await visitors.ReportAsync("example-cloud", "198.51.100.7", comment: "Buy my pills");
        Assert.DoesNotContain("Nothing &lt;b&gt;", await page.PageAsync("/reports/example-cloud"), StringComparison.Ordinal);

        var waiting = (await page.WriteAsync("GET", "/report-comments")).AsArray();
        string Id(string text) =>
            waiting.First(one => one!["text"]!.GetValue<string>().StartsWith(text, StringComparison.Ordinal))!["id"]!.GetValue<string>();
        await page.WriteAsync("POST", $"/report-comments/{Id("Nothing")}/show", "{}");
        await page.WriteAsync("DELETE", $"/report-comments/{Id("Buy")}");

        var shown = await page.PageAsync("/reports/example-cloud");
        Assert.Contains("Nothing &lt;b&gt;loads&lt;/b&gt;", shown, StringComparison.Ordinal);
        Assert.DoesNotContain("pills", shown, StringComparison.Ordinal);
        Assert.Empty((await page.WriteAsync("GET", "/report-comments")).AsArray());
        Assert.Single((await page.WriteAsync("GET", "/report-comments/shown")).AsArray());
        await page.RefusedAsync(HttpStatusCode.NotFound, "DELETE", "/report-comments/abcdefghijkl");

        await page.WriteAsync("DELETE", $"/report-comments/{Id("Nothing")}");
        Assert.DoesNotContain("loads", await page.PageAsync("/reports/example-cloud"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Comment_IsDecidedOnOnTheOperatorsPages()
    {
        await using var page = await StatusPageHarness.StartAsync();
        await page.WriteAsync("POST", "/services", """{"service":{"name":"Example Cloud"}}""");
        using var visitors = new Reporter(page.Url);
        await visitors.ReportAsync("example-cloud", "203.0.113.7", comment: "Nothing <b>loads</b>");
        await visitors.ReportAsync("example-cloud", "198.51.100.7", comment: "Buy my pills");
        using var browser = new OperatorBrowser(page);
        await browser.BeginAsync();
        await browser.GetAsync("/operate/comments");
        Assert.Contains("Nothing &lt;b&gt;loads&lt;/b&gt;", browser.Text, StringComparison.Ordinal);
        Assert.Contains("Example Cloud", browser.Text, StringComparison.Ordinal);
        var waiting = (await page.WriteAsync("GET", "/report-comments")).AsArray();
        string Id(string text) =>
            waiting.First(one => one!["text"]!.GetValue<string>().StartsWith(text, StringComparison.Ordinal))!["id"]!.GetValue<string>();

        // Without the page's word nothing is decided.
        await browser.PostWithAsync(null, $"/operate/comments/{Id("Nothing")}/show");
        Assert.Equal(HttpStatusCode.Forbidden, browser.Status);
        await browser.GetAsync("/operate/comments");
        await browser.PostAsync($"/operate/comments/{Id("Nothing")}/show");
        await browser.GetAsync("/operate/comments");
        await browser.PostAsync($"/operate/comments/{Id("Buy")}/remove");

        var shown = await page.PageAsync("/reports/example-cloud");
        Assert.Contains("Nothing &lt;b&gt;loads&lt;/b&gt;", shown, StringComparison.Ordinal);
        Assert.Empty((await page.WriteAsync("GET", "/report-comments")).AsArray());
        var audit = (await page.WriteAsync("GET", "/audit")).ToJsonString();
        Assert.Contains("comment.delete", audit, StringComparison.Ordinal);
        Assert.Contains(OperatorBrowser.Email, audit, StringComparison.Ordinal);
        Assert.DoesNotContain("pills", audit, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Page_TellsProblemTypesAndCountries()
    {
        await using var page = await StatusPageHarness.StartAsync();
        await page.WriteAsync("POST", "/services", """{"service":{"name":"Example Cloud"}}""");
        using var visitors = new Reporter(page.Url);
        await visitors.ReportAsync("example-cloud", "8.8.8.8", "slow");
        await visitors.ReportAsync("example-cloud", "8.8.4.4", "slow");
        await visitors.ReportAsync("example-cloud", "192.168.1.1", "sign_in");

        var service = (await page.ReadAsync("/api/v2/reports/example-cloud.json"))["service"]!;

        Assert.Equal(["slow", "sign_in"], Ids(service, "problems"));
        Assert.Equal(["US", "XX"], Ids(service, "regions"));
        Assert.Equal(96, service["points"]!.AsArray().Count);
        Assert.Equal(3, service["points"]!.AsArray().Sum(point => point!["reports"]!.GetValue<int>()));
        Assert.Equal("none", service["state"]!.GetValue<string>());
        var text = await page.PageAsync("/reports/example-cloud");
        Assert.Contains("67 %", text, StringComparison.Ordinal);
        Assert.Contains("3 reports in the last hour", text, StringComparison.Ordinal);
    }

    private static IEnumerable<string> Ids(JsonNode service, string name) =>
        service[name]!.AsArray().Select(part => part!["id"]!.GetValue<string>());
}
