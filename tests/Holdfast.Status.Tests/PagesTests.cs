using System.IO.Compression;
using System.Net;
using System.Xml.Linq;
using Holdfast.Status.Page;

namespace Holdfast.Status.Tests;

/// <summary>What everybody reads: pages, feeds, and how they are answered.</summary>
public sealed class PagesTests
{
    public static TheoryData<string, string> Documents =>
        new()
        {
            { "/", "text/html" },
            { "/history", "text/html" },
            { "/embed", "text/html" },
            { "/history.rss", "application/rss+xml" },
            { "/history.atom", "application/atom+xml" },
            { "/history.json", "application/feed+json" },
            { "/maintenance.ics", "text/calendar" },
            { "/badge.svg", "image/svg+xml" },
            { "/api/v2/summary.json", "application/json" },
            { "/api/v2/status.json", "application/json" },
            { "/api/v2/components.json", "application/json" },
            { "/api/v2/incidents.json", "application/json" },
            { "/api/v2/incidents/unresolved.json", "application/json" },
            { "/api/v2/scheduled-maintenances.json", "application/json" },
            { "/api/v2/scheduled-maintenances/upcoming.json", "application/json" },
            { "/api/v2/scheduled-maintenances/active.json", "application/json" },
        };

    [Theory]
    [MemberData(nameof(Documents))]
    public async Task Document_HasItsTypeAndTag_AndIsNotSentTwice(string path, string type)
    {
        await using var page = await StatusPageHarness.StartAsync();
        await page.WriteAsync("POST", "/incidents", """{"incident":{"name":"A & <b>","body":"<script>alert(1)</script> & *more*"}}""");

        using var response = await page.GetAsync(path);
        var body = await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal(type, response.Content.Headers.ContentType!.MediaType);
        Assert.DoesNotContain("<script>alert", body, StringComparison.Ordinal);
        if (type != "text/html")
        {
            Assert.Equal("*", Assert.Single(response.Headers.GetValues("Access-Control-Allow-Origin")));
        }

        if (type.EndsWith("xml", StringComparison.Ordinal))
        {
            XDocument.Parse(body);
        }

        using var again = await page.GetAsync(path, ("If-None-Match", $"\"other\", {response.Headers.ETag}"));
        Assert.Equal(HttpStatusCode.NotModified, again.StatusCode);

        page.Clock.Advance(TimeSpan.FromMinutes(1));
        await page.WriteAsync("POST", "/incidents", """{"incident":{"name":"Another","impact_override":"critical","body":"More."}}""");
        await page.WriteAsync("POST", "/components", """{"component":{"name":"Edge"}}""");
        await page.WriteAsync(
            "POST",
            "/incidents",
            """{"incident":{"name":"Soon","scheduled_for":"2025-11-18T02:00:00Z","scheduled_until":"2025-11-19T03:00:00Z","status":"in_progress"}}"""
        );
        using var after = await page.GetAsync(path, ("If-None-Match", response.Headers.ETag!.ToString()));
        Assert.Equal(HttpStatusCode.OK, after.StatusCode);
    }

    [Theory]
    [InlineData("br")]
    [InlineData("gzip")]
    public async Task Page_ForWhomAskedForIt_IsCompressed(string encoding)
    {
        await using var page = await StatusPageHarness.StartAsync();
        var plain = await page.PageAsync("/");

        using var response = await page.GetAsync("/", ("Accept-Encoding", encoding));

        Assert.Equal([encoding], response.Content.Headers.ContentEncoding);
        await using var body = await response.Content.ReadAsStreamAsync(TestContext.Current.CancellationToken);
        await using Stream unpacked =
            encoding == "br" ? new BrotliStream(body, CompressionMode.Decompress) : new GZipStream(body, CompressionMode.Decompress);
        using var reader = new StreamReader(unpacked);
        Assert.Equal(plain, await reader.ReadToEndAsync(TestContext.Current.CancellationToken));
    }

    /// <summary>The first view with everything on it: twenty components, and a page of incidents.</summary>
    [Fact]
    public async Task FirstView_IsUnderSixtyKilobytes()
    {
        await using var page = await StatusPageHarness.StartAsync();
        for (var i = 0; i < 20; i++)
        {
            var id = await page.ComponentAsync($"Component {i}", ",\"start_date\":\"2025-08-01\"");
            await page.WriteAsync("PATCH", $"/components/{id}", """{"component":{"status":"partial_outage"}}""");
            page.Clock.Advance(TimeSpan.FromHours(3));
            await page.WriteAsync(
                "POST",
                "/incidents",
                $$$"""{"incident":{"name":"Incident {{{i}}}","body":"{{{new string('w', 500)}}}"}}"""
            );
        }

        using var response = await page.GetAsync("/", ("Accept-Encoding", "br"));

        var body = await response.Content.ReadAsByteArrayAsync(TestContext.Current.CancellationToken);
        Assert.InRange(body.Length, 1_000, 60_000);
    }

    [Theory]
    [InlineData("/nothing")]
    [InlineData("/incidents/abcdefghijkl")]
    [InlineData("/history/2025-13")]
    [InlineData("/history/2999-01")]
    [InlineData("/history/%00")]
    [InlineData("/api/v2/nothing.json")]
    public async Task UnknownPage_Is404(string path)
    {
        await using var page = await StatusPageHarness.StartAsync();

        using var response = await page.GetAsync(path);

        Assert.Contains(response.StatusCode, new[] { HttpStatusCode.NotFound, HttpStatusCode.BadRequest });
    }

    [Fact]
    public async Task Preflight_IsAnswered()
    {
        await using var page = await StatusPageHarness.StartAsync();
        using var client = new HttpClient();
        using var request = new HttpRequestMessage(HttpMethod.Options, new Uri(page.Url, "/api/v2/summary.json"));

        using var response = await client.SendAsync(request, TestContext.Current.CancellationToken);

        Assert.Equal(HttpStatusCode.NoContent, response.StatusCode);
        Assert.Equal("*", Assert.Single(response.Headers.GetValues("Access-Control-Allow-Origin")));
    }

    [Theory]
    [InlineData("[x](javascript:alert(1))", "javascript")]
    [InlineData("[x](JaVaScRiPt:alert(1))", "alert(1)\"")]
    [InlineData("<javascript:alert(1)>", "href")]
    [InlineData("![x](https://example.com/pixel.png)", "<img")]
    [InlineData("<img src=x onerror=alert(1)>", "<img")]
    [InlineData("[x](data:text/html,hello)", "data:")]
    public void Words_ThatWouldDoMore_AreText(string markdown, string absent) =>
        Assert.DoesNotContain(absent, Words.Html(markdown).Value, StringComparison.OrdinalIgnoreCase);

    [Theory]
    [InlineData("one\ntwo", "one<br />")]
    [InlineData("see https://example.com/x", "href=\"https://example.com/x\"")]
    [InlineData("# Head", "<h4>Head</h4>")]
    [InlineData("[mail](mailto:a@example.com)", "href=\"mailto:a@example.com\"")]
    public void Words_ThatArePlain_AreKept(string markdown, string present) =>
        Assert.Contains(present, Words.Html(markdown).Value, StringComparison.Ordinal);
}
