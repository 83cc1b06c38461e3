using System.Diagnostics;

namespace Holdfast.Cli.Tests;

/// <summary>run.sh, in a copy of what it looks at, with a <c>dotnet</c> of the test's first in PATH.</summary>
public sealed class RunScriptTests : IDisposable
{
    // Builds a program that says what it was started with, and as which process.
    private const string Dotnet = """
        #!/bin/sh
        echo "$*" >> "$FAKE_LOG"
        case $1 in
          --list-sdks) echo "$FAKE_SDK [/nowhere]" ;;
          publish)
            while [ $# -gt 0 ]; do [ "$1" != -o ] || out=$2; shift; done
            mkdir -p "$out"
            printf '#!/bin/sh\necho "started $$ $*"\n' > "$out/holdfast"
            chmod +x "$out/holdfast" ;;
        esac
        """;

    private readonly DirectoryInfo _root = Directory.CreateTempSubdirectory("holdfast-run-");

    public RunScriptTests()
    {
        var repository = Repository();
        foreach (
            var file in (string[])
                [
                    "run.sh",
                    "holdfast",
                    "deploy/packages.sh",
                    "Directory.Build.props",
                    "Directory.Packages.props",
                    "global.json",
                    "package-lock.json",
                ]
        )
        {
            Directory.CreateDirectory(Path.GetDirectoryName(At(file))!);
            File.Copy(Path.Combine(repository, file), At(file));
        }

        Write("src/Program.cs", "// as much of a source as run.sh looks at\n");

        // What Debian and npm have is there, so that nothing is installed.
        Script("fake/dpkg-query", "#!/bin/sh\necho installed\n");
        Script("fake/apt-get", "#!/bin/sh\nexit 1\n");
        Script("fake/apt-cache", "#!/bin/sh\nexit 1\n");
        Script("fake/npm", "#!/bin/sh\nexit 1\n");
        Script("fake/sudo", "#!/bin/sh\nexit 1\n");
        Script("fake/dotnet", Dotnet);
    }

    public void Dispose() => _root.Delete(recursive: true);

    [Fact]
    public async Task Start_TheFirst_BuildsAndBecomesTheProgramWithItsFlags()
    {
        var run = await RunAsync("--http", "127.0.0.1:0", "--origin", "http://a b");

        Assert.Equal(0, run.Exit);

        // Ends in exec: the program has the process that the script was started as.
        Assert.Equal($"started {run.Process} up --http 127.0.0.1:0 --origin http://a b\n", run.Out);
        Assert.Contains("run.sh: building", run.Error, StringComparison.Ordinal);
        Assert.Contains(Commands(), c => c.StartsWith("publish src/Holdfast.Cli -c Release ", StringComparison.Ordinal));
        Assert.Contains(Commands(), c => c.Contains("-nodeReuse:false", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Start_WithTheSourcesUnchanged_BuildsNothingAndAsksNothing()
    {
        await RunAsync();
        File.Delete(At("log"));

        var run = await RunAsync("--json");

        Assert.Equal((0, $"started {run.Process} up --json\n", ""), (run.Exit, run.Out, run.Error));
        Assert.False(File.Exists(At("log")), "dotnet was run");
    }

    [Fact]
    public async Task Start_AfterASourceHasChanged_BuildsAgain()
    {
        await RunAsync();
        File.Delete(At("log"));
        Write("src/Program.cs", "// changed\n");

        Assert.Equal(0, (await RunAsync()).Exit);

        Assert.Contains(Commands(), c => c.StartsWith("publish ", StringComparison.Ordinal));
        Assert.Single(
            Directory.GetDirectories(At(".build"), "app-*"),
            d => !new DirectoryInfo(d).Attributes.HasFlag(FileAttributes.ReparsePoint)
        );
    }

    [Fact]
    public async Task Start_WithoutTheSdk_SaysWhatToInstallAndEndsWith2()
    {
        var run = await RunWithSdkAsync("9.0.100");

        Assert.Equal((2, ""), (run.Exit, run.Out));
        var said = run.Error.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.StartsWith("run.sh: needs the .NET SDK 10 (package dotnet-sdk-10.0)", said[^1], StringComparison.Ordinal);
        Assert.All(said, line => Assert.StartsWith("run.sh: ", line, StringComparison.Ordinal));
        Assert.False(File.Exists(At(".build/stamp")));
    }

    [Fact]
    public async Task Program_BeforeItIsBuilt_SaysSoAndEndsWith2()
    {
        var run = await StartAsync(At("holdfast"), "10.0.100", ["--help"]);

        Assert.Equal((2, ""), (run.Exit, run.Out));
        Assert.StartsWith("holdfast: not built yet; run ", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task SystemdUnits_AreWellFormed()
    {
        const string Analyzer = "/usr/bin/systemd-analyze";
        if (!File.Exists(Analyzer))
        {
            return;
        }

        // With the program where the units expect it, and templates with an instance.
        Directory.CreateDirectory(At("units"));
        Script("holdfast-there", "#!/bin/sh\n");
        List<string> units = [];
        foreach (var unit in Directory.GetFiles(Path.Combine(Repository(), "deploy", "systemd"), "holdfast-*"))
        {
            var text = await File.ReadAllTextAsync(unit, TestContext.Current.CancellationToken);
            var name = Path.GetFileName(unit).Replace("@.", "@edge-1.", StringComparison.Ordinal);
            text = System.Text.RegularExpressions.Regex.Replace(
                text,
                "^(Exec[A-Za-z]*=)\\S*/holdfast ",
                $"$1{At("holdfast-there")} ",
                System.Text.RegularExpressions.RegexOptions.Multiline
            );
            await File.WriteAllTextAsync(At($"units/{name}"), text, TestContext.Current.CancellationToken);
            units.Add(At($"units/{name}"));
        }

        var run = await StartAsync(Analyzer, "", ["verify", "--man=no", .. units]);

        Assert.NotEmpty(units);
        Assert.True(run.Exit == 0, run.Error);
        Assert.DoesNotContain(run.Error.Split('\n'), line => line.Contains("holdfast-", StringComparison.Ordinal));
    }

    private Task<Run> RunAsync(params string[] arguments) => StartAsync(At("run.sh"), "10.0.100", arguments);

    private Task<Run> RunWithSdkAsync(string sdk) => StartAsync(At("run.sh"), sdk, []);

    private async Task<Run> StartAsync(string program, string sdk, string[] arguments)
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = _root.FullName,
        };
        start.Environment["PATH"] = $"{At("fake")}:/usr/bin:/bin";
        start.Environment["HOME"] = _root.FullName;
        start.Environment["FAKE_LOG"] = At("log");
        start.Environment["FAKE_SDK"] = sdk;
        start.Environment.Remove("DOTNET_ROOT");
        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        var error = process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        return new Run(process.Id, process.ExitCode, await output, await error);
    }

    private string[] Commands() => File.ReadAllLines(At("log"));

    private string At(string path) => Path.Combine(_root.FullName, path);

    private void Write(string path, string text)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(At(path))!);
        File.WriteAllText(At(path), text);
    }

    private void Script(string path, string text)
    {
        Write(path, text);
        File.SetUnixFileMode(At(path), UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
    }

    private static string Repository()
    {
        var directory = new DirectoryInfo(AppContext.BaseDirectory);
        while (directory is not null && !File.Exists(Path.Combine(directory.FullName, "run.sh")))
        {
            directory = directory.Parent;
        }

        return directory?.FullName ?? throw new DirectoryNotFoundException("run.sh is above no directory of the test's");
    }

    private sealed record Run(int Process, int Exit, string Out, string Error);
}
