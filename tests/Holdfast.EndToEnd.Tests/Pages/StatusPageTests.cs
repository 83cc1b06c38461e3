using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Holdfast.EndToEnd.Tests.Harness;
using Microsoft.Playwright;

namespace Holdfast.EndToEnd.Tests.Pages;

/// <summary>The status page with everything else dead, and in a real browser. HOLDFAST_PICTURES keeps its pictures.</summary>
public sealed class StatusPageTests : IDisposable
{
    /// <summary>A phone, a tablet and a screen, by day and by night.</summary>
    private static readonly (int Width, ColorScheme Scheme)[] Looks =
    [
        .. from width in new[] { 320, 768, 1280 } from scheme in new[] { ColorScheme.Light, ColorScheme.Dark } select (width, scheme),
    ];

    private readonly TemporaryDirectory directory = new();
    private readonly HttpClient client = new(new SocketsHttpHandler { UseProxy = false });
    private string page = "";

    public void Dispose()
    {
        client.Dispose();
        directory.Dispose();
    }

    [Fact]
    public async Task EverythingElseKilled_ThePageAnswersAndIsPostedTo()
    {
        await using var holdfast = await HoldfastUnderTest.StartAsync(directory["data"], more: HoldfastUnderTest.WithStatus);
        var url = new Uri(holdfast.Ready.GetProperty("status").GetString()!);
        await SignInAsync(url);

        // Error pages link to it: whoever reaches the edge here reaches it too.
        await holdfast.ZoneAsync("down.example.com", $"http://127.0.0.1:{FreePort.Find()}");
        var error = await Curl.GetAsync(holdfast.Http, "down.example.com", "/", "-H", "Accept: text/html");
        Assert.Equal(521, error.Status);
        Assert.Contains($"href=\"{url.GetLeftPart(UriPartial.Authority)}", error.Body, StringComparison.Ordinal);

        // Its own edge is watched without anybody's doing, both ways.
        JsonNode? watch = null;
        await Eventually.TrueAsync(
            async () =>
            {
                var watches = JsonNode.Parse(await client.GetStringAsync(new Uri(url, $"/v1/pages/{page}/watches")))!.AsArray();
                watch = watches.Count == 1 && watches[0]!["state"]!.GetValue<string>() == "well" ? watches[0] : null;
                return watch?["pushed_at"] is not null;
            },
            "the edge is asked, and has pushed"
        );
        Assert.Equal("edge-1", watch!["node"]!.GetValue<string>());
        int[] others = [holdfast.Id, holdfast.ProcessOf("control"), holdfast.ProcessOf("edge-1")];
        var status = holdfast.ProcessOf("status");

        Array.ForEach(others, other => Signals.Send(other, Signals.Stop));
        await PostAsync(url, "/incidents", """{"incident":{"name":"Everything is down","body":"We know.","impact_override":"critical"}}""");
        Assert.Contains("Everything is down", await client.GetStringAsync(url), StringComparison.Ordinal);

        // And on its own, as on another machine, after it was killed itself.
        Signals.Send(status, Signals.Kill);
        Array.ForEach(others, other => Signals.Send(other, Signals.Kill));
        await Eventually.TrueAsync(() => !others.Append(status).Any(Signals.IsAlive), "everything dead");
        await using var alone = HoldfastUnderTest.StartCommand(directory["data"], "run", "status", "--json", "--listen", "127.0.0.1:0");
        await alone.WaitReadyAsync();
        url = new Uri(alone.Ready.GetProperty("page").GetString()!);
        Assert.Contains("Everything is down", await client.GetStringAsync(url), StringComparison.Ordinal);
        await PostAsync(url, "/components", """{"component":{"name":"Edge"}}""");
        var summary = JsonNode.Parse(await client.GetStringAsync(new Uri(url, "/api/v2/summary.json")))!;
        Assert.Equal("critical", summary["status"]!["indicator"]!.GetValue<string>());
        var names = summary["components"]!.AsArray().Select(component => component!["name"]!.GetValue<string>());
        Assert.Equal(["Edge", "Edges", "edge-1"], names.Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task StatusPage_Killed_IsReplacedOnItsAddress()
    {
        await using var holdfast = await HoldfastUnderTest.StartAsync(directory["data"], more: HoldfastUnderTest.WithStatus);
        var url = new Uri(holdfast.Ready.GetProperty("status").GetString()!);
        var before = holdfast.ProcessOf("status");

        Signals.Send(before, Signals.Kill);

        // The listening socket is 'up's: a visitor waits, and is answered by the next process.
        using var response = await client.GetAsync(new Uri(url, "/api/v2/status.json"), TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        await Eventually.TrueAsync(() => holdfast.ProcessOf("status") != before, "another process");
    }

    [Fact]
    public async Task Store_Damaged_UpGoesOnWithoutThePageAndSaysWhy()
    {
        Directory.CreateDirectory(Path.Combine(directory["data"], "status"));
        await File.WriteAllTextAsync(Path.Combine(directory["data"], "status", "status.db"), new string('x', 4_096));

        await using var holdfast = await HoldfastUnderTest.StartAsync(directory["data"], more: HoldfastUnderTest.WithStatus);

        // The edge answers, and so does the API; what is wrong is said, with the file.
        Assert.Equal(HttpStatusCode.OK, (await client.GetAsync(new Uri(holdfast.Http, "/"))).StatusCode);
        await holdfast.ZoneAsync("example.com", "http://127.0.0.1:1");
        await holdfast.SaysAsync("status.db cannot be opened");
    }

    [Fact]
    public async Task Up_WithoutStatus_StartsNone()
    {
        await using var holdfast = await HoldfastUnderTest.StartAsync(directory["data"]);

        Assert.False(holdfast.Ready.TryGetProperty("status", out var status) && status.ValueKind != JsonValueKind.Null);
        Assert.False(Directory.Exists(Path.Combine(directory["data"], "status")));
    }

    [Fact]
    public async Task Page_InChromium_IsReadableByEverybodyEverywhere()
    {
        await using var status = HoldfastUnderTest.StartCommand(directory["data"], "run", "status", "--json", "--listen", "127.0.0.1:0");
        await status.WaitReadyAsync();
        var url = new Uri(status.Ready.GetProperty("page").GetString()!);
        await SignInAsync(url, status.Ready.GetProperty("adminToken").GetString());
        var incident = await FillAsync(url);
        var axe = await AxeAsync();
        using var playwright = await Playwright.CreateAsync();
        await using var browser = await LaunchAsync(playwright);
        foreach (var (path, name) in new[] { ("/", "home"), ($"/incidents/{incident}", "incident"), ("/history", "history") })
        {
            foreach (var (width, scheme) in Looks)
            {
                var picture = string.Create(CultureInfo.InvariantCulture, $"status-{name}-{width}-{scheme}");
                await LookAsync(browser, new Uri(url, path), axe, width, scheme, picture);
            }
        }
    }

    /// <summary>The status page runs alone here, so this is also how it is when everything else is dead.</summary>
    [Fact]
    public async Task OperatorsPages_InChromium_SignInAndPostWithoutScripts()
    {
        await using var status = HoldfastUnderTest.StartCommand(directory["data"], "run", "status", "--json", "--listen", "127.0.0.1:0");
        await status.WaitReadyAsync();
        var url = new Uri(status.Ready.GetProperty("page").GetString()!);
        var token = status.Ready.GetProperty("adminToken").GetString()!;
        await SignInAsync(url, token);
        var incident = await FillAsync(url);
        using var playwright = await Playwright.CreateAsync();
        await using var browser = await LaunchAsync(playwright);
        await using var context = await browser.NewContextAsync(new BrowserNewContextOptions { JavaScriptEnabled = false });
        var tab = await context.NewPageAsync();
        await tab.GotoAsync(new Uri(url, "/operate/incidents/new").ToString());
        await tab.FillAsync("#token", token);
        await tab.FillAsync("#email", "ops@example.com");
        await tab.FillAsync("#password", "seven grey geese walk home");
        await tab.ClickAsync("main button");
        await tab.ClickAsync("text=Post an incident");
        await tab.FillAsync("#name", "API slow");
        await tab.FillAsync("#body", "Answers take **seconds**. We are looking.");
        await tab.SelectOptionAsync("main form select[id^=component]", "degraded_performance");
        await tab.ClickAsync("main form button");
        Assert.Equal("It is on the page.", await tab.InnerTextAsync("[role=status]"));
        Assert.Contains("API slow", await client.GetStringAsync(url), StringComparison.Ordinal);

        var axe = await AxeAsync();
        var signedIn = await context.StorageStateAsync();
        foreach (
            var (path, name, everywhere) in new[]
            {
                ("", "desk", true),
                ("/incidents/new", "new", true),
                ($"/incidents/{incident}", "update", true),
                ("/incidents", "incidents", false),
                ("/maintenances/new", "maintenance", false),
                ("/components", "components", false),
                ("/templates", "templates", false),
                ("/subscribers", "subscribers", false),
                ("/operators", "operators", false),
                ("/tokens", "tokens", false),
                ("/audit", "audit", false),
                ("/account", "account", false),
                ("/account/second-factor", "factor", false),
                ("/sign-in", "sign-in", false),
            }
        )
        {
            foreach (var (width, scheme) in everywhere ? Looks : [(320, ColorScheme.Light), (1280, ColorScheme.Dark)])
            {
                var picture = string.Create(CultureInfo.InvariantCulture, $"operate-{name}-{width}-{scheme}");
                await LookAsync(browser, new Uri(url, $"/operate{path}"), axe, width, scheme, picture, signedIn);
            }
        }
    }

    private static async Task LookAsync(
        IBrowser browser,
        Uri url,
        string axe,
        int width,
        ColorScheme scheme,
        string name,
        string? storage = null
    )
    {
        await using var context = await browser.NewContextAsync(
            new BrowserNewContextOptions
            {
                StorageState = storage,
                ViewportSize = new ViewportSize { Width = width, Height = 900 },
                ColorScheme = scheme,
                TimezoneId = "Asia/Tokyo",
                BypassCSP = true,
            }
        );
        var tab = await context.NewPageAsync();
        var complaints = new List<string>();
        tab.PageError += (_, error) => complaints.Add(error);
        await tab.GotoAsync(url.ToString());

        var widths = await tab.EvaluateAsync<int[]>("() => [document.documentElement.scrollWidth, document.documentElement.clientWidth]");
        Assert.True(widths[0] <= widths[1], $"{name}: {widths[0]} pixels in a window of {widths[1]}");
        await tab.EvaluateAsync(axe);
        var found = await tab.EvaluateAsync<JsonElement>("async () => (await axe.run()).violations.map(v => [v.id, v.nodes[0].html])");
        Assert.True(found.GetArrayLength() == 0, $"{name}: {found}");
        Assert.Empty(complaints);

        // The reader's own time stands beside the page's.
        Assert.Contains("GMT+9", await tab.InnerTextAsync("footer"), StringComparison.Ordinal);
        if (Environment.GetEnvironmentVariable("HOLDFAST_PICTURES") is { Length: > 0 } kept)
        {
            await tab.ScreenshotAsync(new PageScreenshotOptions { FullPage = true, Path = Path.Combine(kept, name + ".png") });
        }
    }

    private async Task<string> FillAsync(Uri url)
    {
        var edge = Id(await PostAsync(url, "/components", """{"component":{"name":"Zurich","start_date":"2025-11-01"}}"""));
        var api = Id(await PostAsync(url, "/components", """{"component":{"name":"API","description":"For clients and tools"}}"""));
        await PostAsync(url, "/component-groups", $$$"""{"component_group":{"name":"Edges","components":["{{{edge}}}"]}}""");
        await PostAsync(
            url,
            "/incidents",
            """{"incident":{"name":"New disks","scheduled_for":"2100-01-02T02:00:00Z","scheduled_until":"2100-01-02T04:00:00Z","body":"Short pauses."}}"""
        );
        var incident = await PostAsync(
            url,
            "/incidents",
            $$$$"""
            {"incident":{"name":"Widespread 500 errors","body":"We are investigating. See [the forum](https://example.com/forum).",
             "components":{"{{{{edge}}}}":"major_outage","{{{{api}}}}":"degraded_performance"}}}
            """
        );
        var path = $"/incidents/{Id(incident)}/incident_updates/{incident["incident_updates"]![0]!["id"]}";
        await PostAsync(url, path, """{"incident_update":{"body":"We are investigating widespread errors."}}""", HttpMethod.Patch);
        return Id(incident);
    }

    private static string Id(JsonNode thing) => thing["id"]!.GetValue<string>();

    private async Task SignInAsync(Uri url, string? token = null)
    {
        token ??= (await File.ReadAllTextAsync(Path.Combine(directory["data"], "status-token"))).Trim();
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("OAuth", token);
        page = JsonNode.Parse(await client.GetStringAsync(new Uri(url, "/api/v2/status.json")))!["page"]!["id"]!.GetValue<string>();
    }

    private async Task<JsonNode> PostAsync(Uri url, string path, string json, HttpMethod? method = null)
    {
        using var request = new HttpRequestMessage(method ?? HttpMethod.Post, new Uri(url, $"/v1/pages/{page}{path}"));
        request.Content = new StringContent(json, Encoding.UTF8, "application/json");
        using var response = await client.SendAsync(request, TestContext.Current.CancellationToken);
        var text = await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        Assert.True(response.IsSuccessStatusCode, $"{path}: {text}");
        return JsonNode.Parse(text)!;
    }

    private static Task<string> AxeAsync() => File.ReadAllTextAsync(Path.Combine(Repository(), "node_modules", "axe-core", "axe.min.js"));

    private static Task<IBrowser> LaunchAsync(IPlaywright playwright) =>
        playwright.Chromium.LaunchAsync(
            new BrowserTypeLaunchOptions
            {
                ExecutablePath = Tool.Need("chromium"),

                // The sandbox needs user namespaces, which containers deny; the pages are our own.
                Args = ["--no-sandbox", "--no-proxy-server", "--disable-dev-shm-usage"],
            }
        );

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
