using System.Globalization;
using Holdfast.EndToEnd.Tests.Harness;
using Microsoft.Playwright;

namespace Holdfast.EndToEnd.Tests.Pages;

/// <summary>
/// The edge's own pages in a real browser: narrow and wide, light and dark. With HOLDFAST_PICTURES set, the pictures are kept in that
/// directory for people to look at.
/// </summary>
public sealed class PageTests : IAsyncLifetime
{
    private IPlaywright? playwright;
    private IBrowser? browser;
    private HoldfastUnderTest? holdfast;

    public async ValueTask InitializeAsync()
    {
        var chromium = Tool.Need("chromium");
        holdfast = await HoldfastUnderTest.StartAsync();
        playwright = await Playwright.CreateAsync();
        browser = await playwright.Chromium.LaunchAsync(
            new BrowserTypeLaunchOptions
            {
                ExecutablePath = chromium,

                // The sandbox needs user namespaces, which containers deny; the pages are our own.
                Args = ["--no-sandbox", "--host-resolver-rules=MAP * 127.0.0.1", "--no-proxy-server", "--disable-dev-shm-usage"],
            }
        );
    }

    public async ValueTask DisposeAsync()
    {
        if (browser is not null)
        {
            await browser.DisposeAsync();
        }

        playwright?.Dispose();
        if (holdfast is not null)
        {
            await holdfast.DisposeAsync();
        }
    }

    [Fact]
    public async Task Pages_InChromium_FitEveryWindowAndAreReadable()
    {
        await EverywhereAsync(
            async (context, name) =>
            {
                var page = await ShowAsync(context, "www.example.com", $"welcome-{name}", 200);
                Assert.Contains("zone add", await page.InnerTextAsync("body"), StringComparison.Ordinal);
            }
        );

        await holdfast!.ZoneAsync("down.example.com", $"http://127.0.0.1:{FreePort.Find()}");
        await EverywhereAsync(
            async (context, name) =>
            {
                var page = await ShowAsync(context, "down.example.com", $"error-521-{name}", 521);
                var text = await page.InnerTextAsync("body");
                Assert.Contains("521", text, StringComparison.Ordinal);
                Assert.Contains("The server is down", text, StringComparison.Ordinal);
                Assert.Contains("try again in a few minutes", text, StringComparison.OrdinalIgnoreCase);
                Assert.Contains("127.0.0.1", text, StringComparison.Ordinal);
            }
        );
    }

    private async Task EverywhereAsync(Func<IBrowserContext, string, Task> look)
    {
        foreach (var width in new[] { 320, 390, 1280 })
        {
            foreach (var scheme in new[] { ColorScheme.Light, ColorScheme.Dark })
            {
                await using var context = await browser!.NewContextAsync(
                    new BrowserNewContextOptions
                    {
                        ViewportSize = new ViewportSize { Width = width, Height = 800 },
                        ColorScheme = scheme,
                    }
                );
                await look(context, string.Create(CultureInfo.InvariantCulture, $"{width}-{scheme}"));
            }
        }
    }

    /// <summary>Opens the address of a host, and checks what holds for every page of the edge's.</summary>
    private async Task<IPage> ShowAsync(IBrowserContext context, string host, string name, int status)
    {
        var page = await context.NewPageAsync();
        var complaints = new List<string>();
        page.Console += (_, message) => Keep(complaints, message);
        page.PageError += (_, error) => complaints.Add(error);
        var asked = new List<string>();
        page.Request += (_, request) => asked.Add(request.Url);
        var url = $"http://{host}:{holdfast!.Http.Port}/";

        var response = await page.GotoAsync(url);

        Assert.Equal(status, response!.Status);
        Assert.Empty(complaints);
        Assert.DoesNotContain(asked, other => other != url && !other.EndsWith("/favicon.ico", StringComparison.Ordinal));
        Assert.NotEqual("", await page.TitleAsync());
        Assert.NotEqual("", await page.GetAttributeAsync("html", "lang") ?? "");
        Assert.Equal(1, await page.Locator("h1").CountAsync());

        // Nothing sticks out to the side.
        var widths = await page.EvaluateAsync<int[]>("() => [document.documentElement.scrollWidth, document.documentElement.clientWidth]");
        Assert.True(widths[0] <= widths[1], $"{name}: {widths[0]} pixels in a window of {widths[1]}");

        // Text against what lies behind it: WCAG 2.2's 4.5 to 1 (1.4.3).
        var contrast = await page.EvaluateAsync<double>(LeastContrast);
        Assert.True(contrast >= 4.5, string.Create(CultureInfo.InvariantCulture, $"{name}: contrast {contrast:0.00}"));

        var picture = await page.ScreenshotAsync(new PageScreenshotOptions { FullPage = true });
        Assert.True(picture.Length > 4096, $"{name}: an empty picture");
        if (Environment.GetEnvironmentVariable("HOLDFAST_PICTURES") is { Length: > 0 } directory)
        {
            await File.WriteAllBytesAsync(Path.Combine(directory, name + ".png"), picture);
        }

        return page;
    }

    // A browser reports the error status of the page itself as a message; everything else is a fault of the page's.
    private static void Keep(List<string> complaints, IConsoleMessage message)
    {
        if (message.Type is "error" or "warning" && !message.Text.StartsWith("Failed to load resource:", StringComparison.Ordinal))
        {
            complaints.Add(message.Text);
        }
    }

    /// <summary>The least contrast of any text on the page with the colour behind it.</summary>
    private const string LeastContrast = """
        () => {
            const parse = (colour) => {
                const context = Object.assign(document.createElement('canvas'), { width: 1, height: 1 }).getContext('2d');
                context.fillStyle = colour;
                context.fillRect(0, 0, 1, 1);
                return [...context.getImageData(0, 0, 1, 1).data];
            };
            const light = ([r, g, b]) => {
                const part = (v) => ((v /= 255) <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4);
                return 0.2126 * part(r) + 0.7152 * part(g) + 0.0722 * part(b);
            };
            const behind = (element) => {
                for (let e = element; e; e = e.parentElement) {
                    const colour = parse(getComputedStyle(e).backgroundColor);
                    if (colour[3] === 255) return colour;
                }
                return matchMedia('(prefers-color-scheme: dark)').matches ? [18, 18, 18, 255] : [255, 255, 255, 255];
            };
            let least = 21;
            const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
            while (walker.nextNode()) {
                const element = walker.currentNode.parentElement;
                if (!walker.currentNode.textContent.trim() || !element.checkVisibility() || element.closest('svg, style')) continue;
                const [a, b] = [light(parse(getComputedStyle(element).color)), light(behind(element))].sort((x, y) => y - x);
                least = Math.min(least, (a + 0.05) / (b + 0.05));
            }
            return least;
        }
        """;
}
