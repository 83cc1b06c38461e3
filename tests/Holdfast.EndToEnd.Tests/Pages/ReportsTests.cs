using System.Buffers.Binary;
using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Holdfast.EndToEnd.Tests.Harness;
using Microsoft.Playwright;

namespace Holdfast.EndToEnd.Tests.Pages;

/// <summary>Visitors' reports against the real program, and in a real browser. HOLDFAST_PICTURES keeps its pictures.</summary>
public sealed class ReportsTests : IDisposable
{
    private readonly TemporaryDirectory directory = new();
    private readonly HttpClient client = new(new SocketsHttpHandler { UseProxy = false });

    public void Dispose()
    {
        client.Dispose();
        directory.Dispose();
    }

    [Fact]
    public async Task Killed_WhileReportsCome_LosesNoneThatWasAcknowledged()
    {
        var cancellation = TestContext.Current.CancellationToken;
        await using var status = Start();
        var url = await ReadyAsync(status);
        var acknowledged = new ConcurrentBag<string>();
        var asked = new ConcurrentBag<string>();
        var killed = 0;

        // Each from a network of its own. The first who sees a hundred acknowledged kills it, with the others under way.
        await Parallel.ForEachAsync(
            Enumerable.Range(0, 600),
            new ParallelOptions { MaxDegreeOfParallelism = 16, CancellationToken = cancellation },
            async (i, _) =>
            {
                var address = $"{20 + (i % 200)}.{i / 200}.1.1";
                try
                {
                    var work = await WorkAsync(url, address);
                    asked.Add(address);
                    if (await PostAsync(url, address, work) == HttpStatusCode.Created)
                    {
                        acknowledged.Add(address);
                    }
                }
                catch (HttpRequestException)
                {
                    // Killed before it answered.
                }

                if (acknowledged.Count >= 100 && Interlocked.Exchange(ref killed, 1) == 0)
                {
                    Signals.Send(status.Id, Signals.Kill);
                }
            }
        );
        Assert.Equal(1, killed);
        await Eventually.TrueAsync(() => !Signals.IsAlive(status.Id), "killed");

        await using var next = Start();
        await next.WaitReadyAsync();
        url = new Uri(next.Ready.GetProperty("page").GetString()!);
        var service = JsonNode.Parse(await client.GetStringAsync(new Uri(url, "/api/v2/reports/example-cloud.json")))!["service"]!;
        var counted = service["reports_in_day"]!.GetValue<int>() + service["discounted_in_day"]!.GetValue<int>();
        Assert.InRange(counted, acknowledged.Count, asked.Count);
        foreach (var address in acknowledged.Take(20))
        {
            Assert.Equal(HttpStatusCode.OK, await PostAsync(url, address, await WorkAsync(url, address)));
        }
    }

    [Fact]
    public async Task Page_InChromium_TakesAReportAndIsReadableByEverybodyEverywhere()
    {
        await using var status = Start("--report-work", "12");
        var url = await ReadyAsync(status);
        for (var i = 0; i < 60; i++)
        {
            var address = $"{(i % 3 == 0 ? 81 : 8)}.{i}.8.8";
            await PostAsync(
                url,
                address,
                await WorkAsync(url, address),
                i % 4 == 0 ? "slow" : "errors",
                i == 0 ? "Nothing loads for me." : ""
            );
        }

        var waiting = JsonNode.Parse(await client.GetStringAsync(new Uri(url, $"/v1/pages/{page}/report-comments")))!;
        await WriteAsync(url, $"/report-comments/{waiting[0]!["id"]}/show", "{}");
        var axe = await File.ReadAllTextAsync(Path.Combine(Repository(), "node_modules", "axe-core", "axe.min.js"));
        using var playwright = await Playwright.CreateAsync();
        await using var browser = await playwright.Chromium.LaunchAsync(
            new BrowserTypeLaunchOptions
            {
                ExecutablePath = Tool.Need("chromium"),

                // The sandbox needs user namespaces, which containers deny; the pages are our own.
                Args = ["--no-sandbox", "--no-proxy-server", "--disable-dev-shm-usage"],
            }
        );
        foreach (var (path, name) in new[] { ("/reports", "list"), ("/reports/example-cloud", "service") })
        {
            foreach (var width in new[] { 320, 768, 1280 })
            {
                foreach (var scheme in new[] { ColorScheme.Light, ColorScheme.Dark })
                {
                    var picture = string.Create(CultureInfo.InvariantCulture, $"reports-{name}-{width}-{scheme}");
                    await LookAsync(browser, new Uri(url, path), axe, width, scheme, picture);
                }
            }
        }

        Assert.Equal("Thank you", await ReportAsync(browser, url, scripts: true));
        Assert.Equal("Reported already", await ReportAsync(browser, url, scripts: true));
        Assert.Equal("One more step", await ReportAsync(browser, url, scripts: false));
    }

    /// <summary>Reports as a person does, under the page's own policy; the title of what follows.</summary>
    private static async Task<string> ReportAsync(IBrowser browser, Uri url, bool scripts)
    {
        await using var context = await browser.NewContextAsync(new BrowserNewContextOptions { JavaScriptEnabled = scripts });
        var tab = await context.NewPageAsync();
        var complaints = new List<string>();
        tab.PageError += (_, error) => complaints.Add(error);
        await tab.GotoAsync(new Uri(url, "/reports/example-cloud").ToString());
        await tab.Locator("input[value=errors]").CheckAsync();
        await tab.Locator("textarea").FillAsync("It shows 500.");
        await tab.Locator("button").ClickAsync();

        // The answer stands at the same address: it has no radio buttons.
        await Assertions
            .Expect(tab.Locator("input[type=radio]"))
            .ToHaveCountAsync(0, new LocatorAssertionsToHaveCountOptions { Timeout = 60_000 });
        Assert.Empty(complaints);
        return await tab.Locator("h1").InnerTextAsync();
    }

    private static async Task LookAsync(IBrowser browser, Uri url, string axe, int width, ColorScheme scheme, string name)
    {
        await using var context = await browser.NewContextAsync(
            new BrowserNewContextOptions
            {
                ViewportSize = new ViewportSize { Width = width, Height = 900 },
                ColorScheme = scheme,
                BypassCSP = true,
            }
        );
        var tab = await context.NewPageAsync();
        await tab.GotoAsync(url.ToString());
        var widths = await tab.EvaluateAsync<int[]>("() => [document.documentElement.scrollWidth, document.documentElement.clientWidth]");
        Assert.True(widths[0] <= widths[1], $"{name}: {widths[0]} pixels in a window of {widths[1]}");
        await tab.EvaluateAsync(axe);
        var found = await tab.EvaluateAsync<JsonElement>("async () => (await axe.run()).violations.map(v => [v.id, v.nodes[0].html])");
        Assert.True(found.GetArrayLength() == 0, $"{name}: {found}");
        if (Environment.GetEnvironmentVariable("HOLDFAST_PICTURES") is { Length: > 0 } kept)
        {
            await tab.ScreenshotAsync(new PageScreenshotOptions { FullPage = true, Path = Path.Combine(kept, name + ".png") });
        }
    }

    private string page = "";

    private HoldfastUnderTest Start(params string[] more) =>
        HoldfastUnderTest.StartCommand(
            directory["data"],
            ["run", "status", "--json", "--listen", "127.0.0.1:0", .. more.Length == 0 ? ["--report-work", "4"] : more]
        );

    private async Task<Uri> ReadyAsync(HoldfastUnderTest status)
    {
        await status.WaitReadyAsync();
        var url = new Uri(status.Ready.GetProperty("page").GetString()!);
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue(
            "OAuth",
            status.Ready.GetProperty("adminToken").GetString()
        );
        page = JsonNode.Parse(await client.GetStringAsync(new Uri(url, "/api/v2/status.json")))!["page"]!["id"]!.GetValue<string>();
        await WriteAsync(
            url,
            "/services/import",
            """{"services":[{"name":"Example Cloud","category":"Clouds","url":"https://example.com"},{"name":"Example Edge"}]}"""
        );
        return url;
    }

    private async Task WriteAsync(Uri url, string path, string json)
    {
        using var content = new StringContent(json, Encoding.UTF8, "application/json");
        using var response = await client.PostAsync(new Uri(url, $"/v1/pages/{page}{path}"), content);
        Assert.True(response.IsSuccessStatusCode, await response.Content.ReadAsStringAsync());
    }

    private async Task<(string Challenge, string Nonce)> WorkAsync(Uri url, string address)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(url, "/reports/example-cloud/challenge"));
        request.Headers.Add("X-Forwarded-For", address);
        using var response = await client.SendAsync(request);
        var task = JsonNode.Parse(await response.Content.ReadAsStringAsync())!;
        var challenge = task["challenge"]!.GetValue<string>();
        for (var nonce = 0; ; nonce++)
        {
            var hash = SHA256.HashData(Encoding.ASCII.GetBytes($"{challenge}:{nonce}"));
            if (BinaryPrimitives.ReadUInt32BigEndian(hash) >> (32 - task["bits"]!.GetValue<int>()) == 0)
            {
                return (challenge, $"{nonce}");
            }
        }
    }

    private async Task<HttpStatusCode> PostAsync(
        Uri url,
        string address,
        (string Challenge, string Nonce) work,
        string problem = "errors",
        string comment = ""
    )
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(url, "/reports/example-cloud"));
        request.Headers.Add("X-Forwarded-For", address);
        request.Content = new FormUrlEncodedContent([
            new("problem", problem),
            new("comment", comment),
            new("challenge", work.Challenge),
            new("nonce", work.Nonce),
        ]);
        using var response = await client.SendAsync(request);
        return response.StatusCode;
    }

    private static string Repository()
    {
        var at = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(at!.FullName, "Holdfast.slnx")))
        {
            at = at.Parent;
        }

        return at.FullName;
    }
}
