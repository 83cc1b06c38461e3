using System.Diagnostics;
using System.Text;

namespace Holdfast.Control.Tests.Reference;

/// <summary>The commands in docs/api*.md run as they are written, in their order, against a fresh control.</summary>
public sealed class DocumentedCommandsTests
{
    public static TheoryData<string> Pages =>
        [.. Directory.GetFiles(Docs(), "api*.md").Select(page => Path.GetFileName(page)).Order(StringComparer.Ordinal)];

    [Theory]
    [MemberData(nameof(Pages))]
    public async Task Page_EveryCommand_Succeeds(string page)
    {
        await using var control = await TestControl.StartAsync();
        using var home = new TemporaryDirectory();
        var script = Script(await File.ReadAllLinesAsync(Path.Combine(Docs(), page), TestContext.Current.CancellationToken));
        Assert.NotEmpty(script);

        // curl reads this before its arguments: an error of the API becomes curl's, and the lines stay as they are in the page.
        await File.WriteAllTextAsync(
            Path.Combine(home.Path, ".curlrc"),
            "fail-with-body\nsilent\nshow-error\n",
            TestContext.Current.CancellationToken
        );
        var start = new ProcessStartInfo("bash", ["-euo", "pipefail", "-c", script])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = home.Path,
        };
        start.Environment["CURL_HOME"] = home.Path;
        start.Environment["T"] = TestControl.Token;
        start.Environment["API"] = control.Host.Url.GetLeftPart(UriPartial.Authority);
        using var bash = Process.Start(start)!;
        var output = bash.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        var errors = bash.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        await bash.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.True(bash.ExitCode == 0, $"{page} ended with {bash.ExitCode}:\n{await output}\n{await errors}");
    }

    /// <summary>What stands in the page's fenced <c>sh</c> blocks.</summary>
    private static string Script(IEnumerable<string> lines)
    {
        var script = new StringBuilder();
        var inside = false;
        foreach (var line in lines)
        {
            if (line.StartsWith("```", StringComparison.Ordinal))
            {
                inside = !inside && line == "```sh";
            }
            else if (inside)
            {
                script.Append(line).Append('\n');
            }
        }

        return script.ToString();
    }

    private static string Docs()
    {
        for (var directory = new DirectoryInfo(AppContext.BaseDirectory); directory is not null; directory = directory.Parent)
        {
            if (File.Exists(Path.Combine(directory.FullName, "docs", "architecture.md")))
            {
                return Path.Combine(directory.FullName, "docs");
            }
        }

        throw new DirectoryNotFoundException("docs is above no directory of the test's");
    }
}
