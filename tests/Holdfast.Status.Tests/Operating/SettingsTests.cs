using System.Net;

namespace Holdfast.Status.Tests.Operating;

/// <summary>What the page is and what it looks at, set by people with a browser.</summary>
public sealed class SettingsTests
{
    [Fact]
    public async Task Settings_AreShownAndChanged_AndWhatIsWrongIsSaid()
    {
        await using var page = await StatusPageHarness.StartAsync();
        using var browser = new OperatorBrowser(page);
        await browser.BeginAsync();
        await browser.GetAsync("/operate/settings");
        Assert.Contains("value=\"Example Hosting\"", browser.Text, StringComparison.Ordinal);

        await browser.PostAsync("/operate/settings", ("name", "Northwind"), ("brand_color", "red"));
        Assert.Equal(HttpStatusCode.UnprocessableEntity, browser.Status);
        Assert.Contains("no colour", browser.Text, StringComparison.Ordinal);
        Assert.Contains("value=\"Northwind\"", browser.Text, StringComparison.Ordinal);
        Assert.Equal("Example Hosting", (await page.ReadAsync("/api/v2/status.json"))["page"]!["name"]!.GetValue<string>());

        await browser.PostAsync(
            "/operate/settings",
            ("name", "Northwind"),
            ("url", "https://status.northwind.example/"),
            ("time_zone", "Europe/Zurich"),
            ("brand_color", "#1b4fd8"),
            ("logo_url", ""),
            ("support_url", "mailto:help@northwind.example"),
            ("publish_drafts_after", "60")
        );
        Assert.Equal(HttpStatusCode.SeeOther, browser.Status);
        var profile = await page.WriteAsync("GET", "");
        Assert.Equal("Europe/Zurich", profile["time_zone"]!.GetValue<string>());
        Assert.Equal(60, profile["publish_drafts_after"]!.GetValue<int>());
        Assert.Contains("--brand:#1b4fd8", await page.PageAsync("/"), StringComparison.Ordinal);
        Assert.Contains("ops@example.com", (await page.WriteAsync("GET", "/audit")).ToJsonString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Watches_AreAddedShownAndRemoved()
    {
        await using var page = await StatusPageHarness.StartAsync();
        var component = await page.ComponentAsync("Shop");
        using var browser = new OperatorBrowser(page);
        await browser.BeginAsync();
        await browser.GetAsync("/operate/watches");
        Assert.Contains("Nothing is watched yet", browser.Text, StringComparison.Ordinal);

        await browser.PostAsync("/operate/watches", ("name", "Checkout"), ("kind", "http"), ("target", "nowhere"));
        Assert.Equal(HttpStatusCode.UnprocessableEntity, browser.Status);
        Assert.Contains("is no http or https address", browser.Text, StringComparison.Ordinal);

        await browser.PostAsync(
            "/operate/watches",
            ("name", "Checkout"),
            ("kind", "http"),
            ("target", "http://127.0.0.1:1/"),
            ("provider", ""),
            ("component_id", component)
        );
        Assert.Equal(HttpStatusCode.SeeOther, browser.Status);
        await page.LookAsync(TimeSpan.FromSeconds(20));
        await browser.GetAsync("/operate/watches");
        Assert.Contains("Failing", browser.Text, StringComparison.Ordinal);
        Assert.Contains("tells of Shop", browser.Text, StringComparison.Ordinal);

        var id = (await page.WriteAsync("GET", "/watches"))[0]!["id"]!.GetValue<string>();
        await browser.PostAsync($"/operate/watches/{id}/remove");
        Assert.Empty((await page.WriteAsync("GET", "/watches")).AsArray());
    }
}
