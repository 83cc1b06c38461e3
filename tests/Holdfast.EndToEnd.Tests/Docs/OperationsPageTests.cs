using System.Diagnostics;
using Holdfast.EndToEnd.Tests.Harness;

namespace Holdfast.EndToEnd.Tests.Docs;

/// <summary>The emergency steps in docs/operations.md, run as they are written, in their order, against a real installation.</summary>
public sealed class OperationsPageTests
{
    /// <summary>What the page says is done with the program stopped, or followed by a restart.</summary>
    private static readonly string[] Stopped = ["holdfast restore", "rm -r", "mv "];

    [Fact]
    public async Task Page_EveryStep_SucceedsAndTheEdgeFollows()
    {
        await using var origin = RawOrigin.Answering("HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nhere");
        using var directory = new TemporaryDirectory();
        var data = directory["data"];
        var steps = await StepsAsync();
        Assert.True(steps.Count >= 6, $"{steps.Count} steps");
        var holdfast = await HoldfastUnderTest.StartAsync(data);
        try
        {
            await holdfast.ZoneAsync("before.example.com", origin.Url);
            for (var i = 0; i < steps.Count; i++)
            {
                if (Stopped.Any(command => steps[i].Contains(command, StringComparison.Ordinal)))
                {
                    Signals.Send(holdfast.Id, Signals.Interrupt);
                    Assert.Equal(0, await holdfast.ExitAsync());
                    await holdfast.DisposeAsync();
                    await RunAsync(steps[i], data, directory.Path);
                    holdfast = await HoldfastUnderTest.StartAsync(data);
                }
                else
                {
                    await RunAsync(steps[i], data, directory.Path);
                }

                // What is published from here on is taken, and what was there before is served.
                await holdfast.ZoneAsync($"step{i}.example.com", origin.Url);
                await Eventually.TrueAsync(
                    async () => (await Curl.GetAsync(holdfast.Http, "before.example.com", "/")).Body == "here",
                    $"served after:\n{steps[i]}\n{holdfast.Error}"
                );
            }

            (await holdfast.CommandAsync("audit", "verify")).Succeeded();
        }
        finally
        {
            await holdfast.DisposeAsync();
        }
    }

    private static async Task RunAsync(string step, string data, string backups)
    {
        var start = new ProcessStartInfo("bash", ["-euo", "pipefail", "-c", step])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            RedirectStandardInput = true,
        };
        start.Environment["PATH"] = $"{AppContext.BaseDirectory}:{start.Environment["PATH"]}";
        start.Environment["HOLDFAST_DATA"] = start.Environment["DATA"] = data;
        start.Environment["B"] = backups;
        var result = await Tool.RunAsync(start);
        Assert.True(result.ExitCode == 0, $"exit code {result.ExitCode} of:\n{step}\n{result.Out}\n{result.Error}");
    }

    /// <summary>What stands in the page's fenced <c>sh</c> blocks.</summary>
    private static async Task<List<string>> StepsAsync()
    {
        var steps = new List<string>();
        var inside = false;
        foreach (var line in await File.ReadAllLinesAsync(Page()))
        {
            if (line.StartsWith("```", StringComparison.Ordinal))
            {
                inside = !inside && line == "```sh";
                if (inside)
                {
                    steps.Add("");
                }
            }
            else if (inside)
            {
                steps[^1] += line + "\n";
            }
        }

        return steps;
    }

    private static string Page()
    {
        for (var directory = new DirectoryInfo(AppContext.BaseDirectory); directory is not null; directory = directory.Parent)
        {
            var page = Path.Combine(directory.FullName, "docs", "operations.md");
            if (File.Exists(page))
            {
                return page;
            }
        }

        throw new FileNotFoundException("docs/operations.md is above no directory of the test's");
    }
}
