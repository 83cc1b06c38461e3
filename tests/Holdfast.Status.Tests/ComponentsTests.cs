using System.Net;

namespace Holdfast.Status.Tests;

/// <summary>Components, groups and who may change them.</summary>
public sealed class ComponentsTests
{
    [Fact]
    public async Task Group_DoesAsItsWorstMember()
    {
        await using var page = await StatusPageHarness.StartAsync();
        var one = await page.ComponentAsync("Zurich");
        var two = await page.ComponentAsync("Basel", ",\"status\":\"degraded_performance\"");
        var group = await page.WriteAsync(
            "POST",
            "/component-groups.json",
            $$$"""{"component_group":{"name":"Edges","components":["{{{one}}}","{{{two}}}"]}}"""
        );

        Assert.Equal("degraded_performance", group["status"]!.GetValue<string>());
        Assert.True(group["group"]!.GetValue<bool>());
        var listed = (await page.ReadAsync("/api/v2/components.json"))["components"]!.AsArray();
        Assert.Equal(["Edges", "Zurich", "Basel"], listed.Select(component => component!["name"]!.GetValue<string>()));
        Assert.Equal(group["id"]!.GetValue<string>(), listed[1]!["group_id"]!.GetValue<string>());
        Assert.Equal("minor", (await page.ReadAsync("/api/v2/status.json"))["status"]!["indicator"]!.GetValue<string>());

        await page.WriteAsync("DELETE", $"/component-groups/{group["id"]}");

        listed = (await page.ReadAsync("/api/v2/components.json"))["components"]!.AsArray();
        Assert.Equal(["Zurich", "Basel"], listed.Select(component => component!["name"]!.GetValue<string>()));
        Assert.All(listed, component => Assert.Null(component!["group_id"]));
    }

    [Fact]
    public async Task Uptime_FollowsFromStates()
    {
        await using var page = await StatusPageHarness.StartAsync();
        var id = await page.ComponentAsync("API", ",\"start_date\":\"2025-11-01\"");
        await page.WriteAsync("PATCH", $"/components/{id}", """{"component":{"status":"major_outage"}}""");
        page.Clock.Advance(TimeSpan.FromMinutes(90));
        await page.WriteAsync("PATCH", $"/components/{id}", """{"component":{"status":"operational"}}""");
        page.Clock.Advance(new TimeSpan(11, 2, 0));

        // Midnight: eighteen whole days are observed, and an hour and a half of them was lost.
        var html = await page.PageAsync("/");
        Assert.Contains("18 November 2025: 93.75 %, major outage 1 h 30 min", html, StringComparison.Ordinal);
        Assert.Contains("17 November 2025: 100 %", html, StringComparison.Ordinal);
        Assert.Contains("31 October 2025: no data", html, StringComparison.Ordinal);
        Assert.Contains("99.65 % uptime", html, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Component_OnlyShownWhenDegraded_IsHiddenWhileWell()
    {
        await using var page = await StatusPageHarness.StartAsync();
        var id = await page.ComponentAsync("Backups", ",\"only_show_if_degraded\":true");

        Assert.DoesNotContain("Backups", await page.PageAsync("/"), StringComparison.Ordinal);
        await page.WriteAsync("PUT", $"/components/{id}.json", """{"component":{"status":"partial_outage"}}""");
        Assert.Contains("Backups", await page.PageAsync("/"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("Basic YTpi")]
    [InlineData("OAuth a-token-that-nobody-has")]
    [InlineData("Bearer ")]
    public async Task WriteApi_WithoutTheToken_Is401AndChangesNothing(string? authorization)
    {
        await using var page = await StatusPageHarness.StartAsync();
        using var client = new HttpClient();
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(page.Url, $"/v1/pages/{page.PageId}/components"))
        {
            Content = new StringContent("""{"component":{"name":"x"}}""", System.Text.Encoding.UTF8, "application/json"),
        };
        if (authorization is not null)
        {
            request.Headers.TryAddWithoutValidation("Authorization", authorization);
        }

        using var response = await client.SendAsync(request, TestContext.Current.CancellationToken);

        Assert.Equal(HttpStatusCode.Unauthorized, response.StatusCode);
        Assert.Empty((await page.ReadAsync("/api/v2/components.json"))["components"]!.AsArray());
    }

    [Fact]
    public async Task WrongTokens_AreSlowedDown()
    {
        await using var page = await StatusPageHarness.StartAsync();
        for (var i = 0; i < Access.StatusTokens.TriesPerMinute; i++)
        {
            using var wrong = await page.TryWriteAsync("GET", "/components", token: $"wrong-{i}");
            Assert.Equal(HttpStatusCode.Unauthorized, wrong.StatusCode);
        }

        using var limited = await page.TryWriteAsync("GET", "/components");
        Assert.Equal(HttpStatusCode.TooManyRequests, limited.StatusCode);
        Assert.NotNull(limited.Headers.RetryAfter);

        page.Clock.Advance(TimeSpan.FromSeconds(61));
        using var again = await page.TryWriteAsync("GET", "/components");
        Assert.Equal(HttpStatusCode.OK, again.StatusCode);
    }

    [Fact]
    public async Task FirstToken_IsShownOnceAndKeptAsAHash()
    {
        await using var page = await StatusPageHarness.StartAsync(token: null);
        var token = page.FirstToken!;

        using var response = await page.TryWriteAsync("GET", "/components", token: token);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        foreach (var file in Directory.GetFiles(Path.GetDirectoryName(page.Database)!))
        {
            using var stream = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
            using var reader = new StreamReader(stream, System.Text.Encoding.Latin1);
            Assert.DoesNotContain(token, await reader.ReadToEndAsync(TestContext.Current.CancellationToken), StringComparison.Ordinal);
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(file));
        }
    }

    [Theory]
    [InlineData("PATCH", """{"page":{"time_zone":"Mars/Olympus"}}""", "page.time_zone: 'Mars/Olympus' is no time zone")]
    [InlineData("PATCH", """{"page":{"brand_color":"red;}"}}""", "page.brand_color")]
    [InlineData("PATCH", """{"page":{"support_url":"javascript:alert(1)"}}""", "page.support_url")]
    [InlineData("PATCH", """{"page":{"url":"status.example.com"}}""", "page.url")]
    public async Task Page_ThatIsWrong_IsRefused(string method, string body, string says)
    {
        await using var page = await StatusPageHarness.StartAsync();

        Assert.Contains(says, await page.RefusedAsync(HttpStatusCode.UnprocessableEntity, method, "", body), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Page_IsNamedAndTimedAsSaid()
    {
        await using var page = await StatusPageHarness.StartAsync();

        await page.WriteAsync("PATCH", "", """{"page":{"name":"Example & Sons","time_zone":"Asia/Kolkata","brand_color":"#123abc"}}""");

        var html = await page.PageAsync("/");
        Assert.Contains("Example &amp; Sons", html, StringComparison.Ordinal);
        Assert.Contains("18 Nov 2025, 16:58 UTC&#x2B;05:30", html, StringComparison.Ordinal);
        Assert.Contains("--brand:#123abc", html, StringComparison.Ordinal);
    }
}
