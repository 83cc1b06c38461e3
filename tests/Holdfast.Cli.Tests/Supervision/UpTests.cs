using System.Net.Sockets;
using System.Text.Json;
using Holdfast.Cli.Settings;
using Holdfast.Cli.Tests.TestSystem;

namespace Holdfast.Cli.Tests.Supervision;

/// <summary>The real program as real processes.</summary>
public sealed class UpTests : IDisposable
{
    private readonly TemporaryDirectory directory = new();
    private readonly HttpClient http = new(new SocketsHttpHandler { PooledConnectionLifetime = TimeSpan.Zero })
    {
        Timeout = TimeSpan.FromSeconds(20),
    };

    public void Dispose()
    {
        http.Dispose();
        directory.Dispose();
    }

    private static int Process(JsonElement ready, string name) => ready.GetProperty("processes").GetProperty(name).GetInt32();

    private static List<int> Processes(JsonElement ready) =>
        [.. ready.GetProperty("processes").EnumerateObject().Select(entry => entry.Value.GetInt32())];

    private async Task<string?> TryGetAsync(string url)
    {
        try
        {
            using var response = await http.GetAsync(url);
            return response.IsSuccessStatusCode ? await response.Content.ReadAsStringAsync() : null;
        }
        catch (HttpRequestException)
        {
            return null;
        }
    }

    [Fact]
    public async Task Up_Json_PrintsOneLineOfTheAgreedShape()
    {
        await using var up = HoldfastProcess.Up(directory.Path, "--edges", "2");
        var ready = await up.ReadyAsync();
        Assert.Equal(
            ["ready", "http", "https", "control", "nodes", "status", "edges", "processes"],
            ready.EnumerateObject().Select(member => member.Name)
        );
        Assert.True(ready.GetProperty("ready").GetBoolean());
        Assert.NotNull(await TryGetAsync(ready.GetProperty("status").GetString() + "/api/v2/status.json"));
        var edges = ready.GetProperty("edges").EnumerateArray().ToList();
        Assert.Equal(["edge-1", "edge-2"], edges.Select(edge => edge.GetProperty("name").GetString()));
        Assert.All(
            edges,
            edge => Assert.Equal(["name", "http", "https", "management"], edge.EnumerateObject().Select(member => member.Name))
        );
        Assert.Equal(ready.GetProperty("http").GetString(), edges[0].GetProperty("http").GetString());
        Assert.Equal(ready.GetProperty("https").GetString(), edges[0].GetProperty("https").GetString());
        Assert.Equal(
            ["up", "control", "edge-1", "edge-2", "status"],
            ready.GetProperty("processes").EnumerateObject().Select(entry => entry.Name)
        );
        Assert.Equal(up.Id, Process(ready, "up"));
        Assert.All(Processes(ready), process => Assert.True(Signals.IsAlive(process)));
        Assert.NotNull(await TryGetAsync(ready.GetProperty("control").GetString() + "/healthz"));
        Assert.All(edges, edge => Assert.NotNull(edge.GetProperty("management").GetString()));

        up.Signal(Signals.Terminate);
        var (exitCode, output, _) = await up.EndAsync();
        Assert.Equal(0, exitCode);
        Assert.Single(output);
    }

    [Fact]
    public async Task Up_CtrlC_StopsEverythingInGoodOrder()
    {
        await using var up = HoldfastProcess.Up(directory.Path);
        var ready = await up.ReadyAsync();
        Assert.True(File.Exists(DataDirectory.At(directory.Path).RunFile));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(DataDirectory.At(directory.Path).RunFile));

        up.SignalGroup(Signals.Interrupt);
        var (exitCode, _, error) = await up.EndAsync();
        Assert.Equal(0, exitCode);
        Assert.DoesNotContain("killed", error, StringComparison.Ordinal);
        Assert.DoesNotContain("starting it again", error, StringComparison.Ordinal);
        Assert.DoesNotContain("warning", error, StringComparison.Ordinal);
        Assert.All(Processes(ready), process => Assert.False(Signals.IsAlive(process)));
        Assert.False(File.Exists(DataDirectory.At(directory.Path).RunFile));
    }

    [Fact]
    public async Task Up_StartedInTheBackgroundOfAScript_EndsByInterruptAllTheSame()
    {
        // A shell script ignores SIGINT for what it starts with '&'.
        await using var script = HoldfastProcess.StartProgram(
            "/bin/sh",
            directory.Path,
            "-c",
            "\"$@\" & pid=$!; read line; kill -INT $pid; wait $pid",
            "sh",
            HoldfastProcess.Program,
            "up",
            "--data",
            directory.Path,
            "--http",
            "0",
            "--https",
            "0",
            "--control",
            "0",
            "--status",
            "0",
            "--json"
        );
        var ready = await script.ReadyAsync();
        script.WriteLine("go on");
        var (exitCode, _, _) = await script.EndAsync();
        Assert.Equal(0, exitCode);
        Assert.All(Processes(ready), process => Assert.False(Signals.IsAlive(process)));
    }

    [Fact]
    public async Task Up_CtrlCWhileItStarts_EndsAllTheSame()
    {
        await using var up = HoldfastProcess.Up(directory.Path);
        await Eventually.TrueAsync(() => File.Exists(DataDirectory.At(directory.Path).RunFile), "the first child");
        var processes = up.State.Processes.Values.Where(process => process != 0).ToList();
        up.SignalGroup(Signals.Interrupt);
        var (exitCode, _, _) = await up.EndAsync();
        Assert.Equal(0, exitCode);
        Assert.All(processes, process => Assert.False(Signals.IsAlive(process)));
    }

    [Fact]
    public async Task Up_EdgeKilled_TheSameAddressAnswersAndNobodyIsRefused()
    {
        await using var up = HoldfastProcess.Up(directory.Path);
        var ready = await up.ReadyAsync();
        var edge = ready.GetProperty("edges")[0];
        var site = new Uri(edge.GetProperty("http").GetString()!);
        using var done = new CancellationTokenSource();
        var visitors = ConnectUntilAsync(site, done.Token);

        Signals.Send(Process(ready, "edge-1"), Signals.Kill);
        await Eventually.GetAsync(() => TryGetAsync(edge.GetProperty("management").GetString() + "/readyz"), "the new edge answers");
        await Eventually.TrueAsync(() => up.State.Restarts["edge-1"] == 1, "the new edge is in up.json");
        await done.CancelAsync();

        var (connected, refused) = await visitors;
        Assert.True(connected > 0);
        Assert.Equal(0, refused);
        Assert.NotEqual(Process(ready, "edge-1"), up.State.Processes["edge-1"]);
        Assert.Equal(Process(ready, "control"), up.State.Processes["control"]);
        using var answer = await http.GetAsync(site);
    }

    private static async Task<(int Connected, int Refused)> ConnectUntilAsync(Uri site, CancellationToken cancellationToken)
    {
        var (connected, refused) = (0, 0);
        while (!cancellationToken.IsCancellationRequested)
        {
            using var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
            try
            {
                await socket.ConnectAsync(site.Host, site.Port, CancellationToken.None);
                connected++;
            }
            catch (SocketException)
            {
                refused++;
            }
        }

        return (connected, refused);
    }

    [Fact]
    public async Task Up_ControlKilled_IsReplaced()
    {
        await using var up = HoldfastProcess.Up(directory.Path);
        var ready = await up.ReadyAsync();
        Signals.Send(Process(ready, "control"), Signals.Kill);
        await Eventually.GetAsync(() => TryGetAsync(ready.GetProperty("control").GetString() + "/healthz"), "the new control answers");
        Assert.True(Signals.IsAlive(Process(ready, "edge-1")));
    }

    [Fact]
    public async Task Up_KilledItself_TakesItsChildrenWithItAndTheNextOneStarts()
    {
        await using var up = HoldfastProcess.Up(directory.Path);
        var ready = await up.ReadyAsync();
        up.Signal(Signals.Kill);
        await up.EndAsync();

        // At once, on the very same ports, while the children may still be ending.
        string Port(string name) =>
            new Uri(ready.GetProperty(name).GetString()!).Port.ToString(System.Globalization.CultureInfo.InvariantCulture);
        await using var next = HoldfastProcess.Start(
            directory.Path,
            "up",
            "--data",
            directory.Path,
            "--http",
            Port("http"),
            "--https",
            Port("https"),
            "--control",
            Port("control"),
            "--status",
            Port("status"),
            "--json"
        );
        Assert.Equal(ready.GetProperty("http").GetString(), (await next.ReadyAsync()).GetProperty("http").GetString());
        Assert.All(Processes(ready), process => Assert.False(Signals.IsAlive(process)));
    }

    [Fact]
    public async Task Up_SecondOneOnTheSameData_IsOneLineAndExitCode2()
    {
        await using var up = HoldfastProcess.Up(directory.Path);
        await up.ReadyAsync();
        await using var second = HoldfastProcess.Up(directory.Path);
        var (exitCode, output, error) = await second.EndAsync();
        Assert.Equal(2, exitCode);
        Assert.Empty(output);
        Assert.Equal(
            $"holdfast: Holdfast already runs on {directory.Path} (process {up.Id}); stop that one, or choose another directory with --data DIR\n",
            error
        );
    }

    [Fact]
    public async Task Up_PortInUse_IsOneLineAndExitCode2()
    {
        using var other = new TcpListener(System.Net.IPAddress.Loopback, 0);
        other.Start();
        var address = other.LocalEndpoint.ToString()!;
        await using var up = HoldfastProcess.Start(
            directory.Path,
            "up",
            "--data",
            directory.Path,
            "--http",
            address,
            "--https",
            "0",
            "--control",
            "0",
            "--status",
            "0"
        );
        var (exitCode, output, error) = await up.EndAsync();
        Assert.Equal(2, exitCode);
        Assert.Empty(output);
        Assert.StartsWith($"holdfast: --http: {address} is in use by another program; ", error, StringComparison.Ordinal);
        Assert.Single(error.TrimEnd('\n').Split('\n'));
    }

    [Fact]
    public async Task Up_DataDirectoryIsAFile_IsOneLineAndExitCode2()
    {
        File.WriteAllText(directory["file"], "");
        await using var up = HoldfastProcess.Up(directory["file"]);
        var (exitCode, _, error) = await up.EndAsync();
        Assert.Equal(2, exitCode);
        Assert.Single(error.TrimEnd('\n').Split('\n'));
    }

    [Fact]
    public async Task Up_ForAPerson_TellsWhatListensWhereAndWhatToTry()
    {
        await using var up = HoldfastProcess.Start(
            directory.Path,
            "up",
            "--data",
            directory.Path,
            "--http",
            "0",
            "--https",
            "0,[::1]:0",
            "--control",
            "0",
            "--status",
            "0"
        );
        await up.SummaryAsync();
        up.Signal(Signals.Interrupt);
        var (exitCode, output, _) = await up.EndAsync();
        Assert.Equal(0, exitCode);
        var text = string.Join('\n', output);
        Assert.Contains("is ready", text, StringComparison.Ordinal);
        Assert.Contains("curl -i http://127.0.0.1:", text, StringComparison.Ordinal);
        Assert.Contains("https://[::1]:", text, StringComparison.Ordinal);
        Assert.Contains("zone add example.com --origin https://192.0.2.10", text, StringComparison.Ordinal);
        Assert.DoesNotContain(":0\n", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Status_WhileUpRuns_ShowsEveryProcess()
    {
        await using var up = HoldfastProcess.Up(directory.Path);
        var ready = await up.ReadyAsync();
        var cli = new CliRun { CurrentDirectory = directory.Path };
        Assert.Equal(0, await cli.RunAsync("status", "--data", directory.Path, "--json"));
        var status = JsonDocument.Parse(cli.Out).RootElement;
        Assert.True(status.GetProperty("healthy").GetBoolean());
        Assert.Equal(
            ["up", "control", "edge-1", "status"],
            status.GetProperty("processes").EnumerateArray().Select(process => process.GetProperty("name").GetString())
        );

        var table = new CliRun { CurrentDirectory = directory.Path };
        Assert.Equal(0, await table.RunAsync("status", "--data", directory.Path));
        Assert.Contains(ready.GetProperty("http").GetString()!, table.Out, StringComparison.Ordinal);
    }
}
