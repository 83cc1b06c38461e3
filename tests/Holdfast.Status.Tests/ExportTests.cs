using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Holdfast.Status.Export;
using Holdfast.Status.Storage;

namespace Holdfast.Status.Tests;

/// <summary>The page as files that any host serves.</summary>
public sealed partial class ExportTests : IAsyncLifetime
{
    private readonly string root = Directory.CreateTempSubdirectory("holdfast-export-").FullName;
    private StatusPageHarness page = null!;

    private string Site => Path.Combine(root, "site");

    public async ValueTask InitializeAsync() => page = await StatusPageHarness.StartAsync();

    public async ValueTask DisposeAsync()
    {
        await page.DisposeAsync();
        Directory.Delete(root, recursive: true);
    }

    [Fact]
    public async Task Export_IsComplete_AndEveryLinkLeadsToAFile()
    {
        await page.ComponentAsync("Edge");
        await page.WriteAsync(
            "POST",
            "/incidents",
            """{"incident":{"name":"Old","body":"It was.","backfilled":true,"backfill_date":"2025-09-03T10:00:00Z"}}"""
        );
        await page.WriteAsync("POST", "/incidents", """{"incident":{"name":"New","body":"It is."}}""");

        var files = await WriteAsync();

        Assert.Equal(files, Files().Count() - 1);
        foreach (var file in Files().Where(file => file.EndsWith(".html", StringComparison.Ordinal)))
        {
            foreach (Match link in Link().Matches(await File.ReadAllTextAsync(file)))
            {
                var target = Path.Combine(Site, link.Groups[1].Value.Split('#')[0].TrimStart('/'));
                Assert.True(
                    File.Exists(target) || File.Exists(Path.Combine(target, "index.html")),
                    $"{file} links to {link.Groups[1].Value}"
                );
            }
        }

        foreach (var path in PagesTests.Documents.Select(row => row.Data.Item1).Where(path => path.Contains('.', StringComparison.Ordinal)))
        {
            Assert.True(File.Exists(Path.Combine(Site, path.TrimStart('/'))), path);
        }

        // What is served and what is exported is the same, but for the time that it was said at.
        Assert.Equal(
            (await page.ReadAsync("/api/v2/summary.json")).ToJsonString(),
            JsonNode.Parse(await File.ReadAllTextAsync(Path.Combine(Site, "api/v2/summary.json")))!.ToJsonString()
        );
        Assert.Contains("It was.", await File.ReadAllTextAsync(Path.Combine(Site, "history/2025-09/index.html")), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Export_OverAnEarlierOne_LeavesNothingOfIt()
    {
        var incident = await page.WriteAsync("POST", "/incidents", """{"incident":{"name":"Mistake","body":"A test."}}""");
        await WriteAsync();
        Assert.True(Directory.Exists(Path.Combine(Site, "incidents", incident["id"]!.GetValue<string>())));
        Directory.CreateDirectory(Site + ".new-killed");

        await page.WriteAsync("DELETE", $"/incidents/{incident["id"]}");
        await WriteAsync();

        Assert.False(Directory.Exists(Path.Combine(Site, "incidents")));
        Assert.DoesNotContain("Mistake", await File.ReadAllTextAsync(Path.Combine(Site, "index.html")), StringComparison.Ordinal);
        Assert.Equal([Site], Directory.GetDirectories(root));
    }

    [Fact]
    public async Task Export_ToSomebodyElsesFolder_IsRefused()
    {
        Directory.CreateDirectory(Site);
        await File.WriteAllTextAsync(Path.Combine(Site, "thesis.txt"), "years of work");

        var fault = await Assert.ThrowsAsync<StatusStoreException>(WriteAsync);

        Assert.Contains("no export of a status page", fault.Message, StringComparison.Ordinal);
        Assert.Equal(["thesis.txt"], Directory.GetFileSystemEntries(Site).Select(Path.GetFileName));
        Assert.Equal([Site], Directory.GetFileSystemEntries(root));
    }

    [Fact]
    public async Task Export_WithoutAStore_SaysSo()
    {
        var fault = await Assert.ThrowsAsync<StatusStoreException>(() =>
            StatusExport.WriteAsync(Path.Combine(root, "nothing"), Site, TestContext.Current.CancellationToken)
        );

        Assert.Contains("there is no status page in", fault.Message, StringComparison.Ordinal);
        Assert.False(Directory.Exists(Path.Combine(root, "nothing")));
    }

    /// <summary>A reader beside exports finds a whole page each time it looks.</summary>
    [Fact]
    public async Task Export_WhileItIsRead_IsNeverHalf()
    {
        await WriteAsync();
        using var stop = new CancellationTokenSource();
        var reading = Task.Run(async () =>
        {
            var reads = 0;
            while (!stop.IsCancellationRequested)
            {
                Assert.NotEmpty(await File.ReadAllTextAsync(Path.Combine(Site, "index.html")));
                reads++;
            }

            return reads;
        });
        for (var i = 0; i < 20; i++)
        {
            await page.WriteAsync("POST", "/incidents", """{"incident":{"name":"New","body":"It is."}}""");
            await WriteAsync();
        }

        await stop.CancelAsync();
        Assert.NotEqual(0, await reading);
    }

    [Fact]
    public async Task Change_IsExportedByItself_AndTheCommandRuns()
    {
        var told = Path.Combine(root, "told");
        await page.RestartAsync(options =>
            options with
            {
                ExportDirectory = Site,
                ExportCommand = $"cp \"$HOLDFAST_EXPORT/api/v2/summary.json\" {told}.tmp && mv {told}.tmp {told}",
            }
        );
        await UntilAsync(() => File.Exists(told));

        await page.WriteAsync("POST", "/incidents", """{"incident":{"name":"Told","body":"It is."}}""");

        await UntilAsync(() => Read(told).Contains("Told", StringComparison.Ordinal));
        Assert.Contains("Told", await File.ReadAllTextAsync(Path.Combine(Site, "index.html")), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("echo broken >&2; exit 3", "ended with 3: broken")]
    [InlineData("sleep 600", "did not end within")]
    public async Task CommandThatFails_IsLogged_AndNobodyWaits(string command, string says)
    {
        var logged = new LoggedLines();
        await page.RestartAsync(options =>
            options with
            {
                ExportDirectory = Site,
                ExportCommand = command,
                ExportCommandLimit = TimeSpan.FromSeconds(1),
                LoggerFactory = logged,
            }
        );
        await page.WriteAsync("POST", "/incidents", """{"incident":{"name":"Told","body":"It is."}}""");

        await UntilAsync(() => logged.Lines.Any(line => line.Contains(says, StringComparison.Ordinal)));
        await page.WriteAsync("POST", "/incidents", """{"incident":{"name":"Again","body":"It is."}}""");
        await UntilAsync(() => Read(Path.Combine(Site, "index.html")).Contains("Again", StringComparison.Ordinal));
    }

    /// <summary>A file, or nothing while it is not there.</summary>
    private static string Read(string path)
    {
        try
        {
            return File.ReadAllText(path);
        }
        catch (IOException)
        {
            return "";
        }
    }

    private Task<int> WriteAsync() => StatusExport.WriteAsync(page.DataDirectory, Site, TestContext.Current.CancellationToken);

    private IEnumerable<string> Files() => Directory.EnumerateFiles(Site, "*", SearchOption.AllDirectories);

    /// <summary>Waits for a state; only a test that fails waits long.</summary>
    private static async Task UntilAsync(Func<bool> state)
    {
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        deadline.CancelAfter(TimeSpan.FromMinutes(3));
        while (!state())
        {
            await Task.Delay(20, deadline.Token);
        }
    }

    [GeneratedRegex("(?:href|src)=\"(/[^\"]*)\"")]
    private static partial Regex Link();
}
