using System.Diagnostics;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Holdfast.EndToEnd.Tests.Harness;

/// <summary>The real program, started with <c>holdfast up --json</c> on free ports, in a process group of its own; ended when disposed.</summary>
internal sealed class HoldfastUnderTest : IAsyncDisposable
{
    /// <summary>The built program.</summary>
    public static readonly string Program = Path.Combine(AppContext.BaseDirectory, "holdfast");

    private readonly Process process;
    private readonly TemporaryDirectory? ownData;
    private readonly List<string> output = [];
    private readonly StringBuilder error = new();
    private readonly TaskCompletionSource<string> firstLine = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Task reading;
    private bool isDisposed;

    private HoldfastUnderTest(Process process, string data, TemporaryDirectory? ownData)
    {
        this.process = process;
        this.ownData = ownData;
        Data = data;
        reading = Task.WhenAll(ReadOutputAsync(), ReadErrorAsync());
    }

    /// <summary>The process that was started.</summary>
    public int Id => process.Id;

    /// <summary>The data directory.</summary>
    public string Data { get; }

    /// <summary>The line that said ready.</summary>
    public JsonElement Ready { get; private set; }

    /// <summary>edge-1's plain listener.</summary>
    public Uri Http => new(Ready.GetProperty("http").GetString()!);

    /// <summary>edge-1's TLS listener.</summary>
    public Uri Https => new(Ready.GetProperty("https").GetString()!);

    /// <summary>The API.</summary>
    public Uri Control => new(Ready.GetProperty("control").GetString()!);

    /// <summary>edge-1's management listener.</summary>
    public Uri Management => new(Ready.GetProperty("edges")[0].GetProperty("management").GetString()!);

    /// <summary>Lines on standard output so far.</summary>
    public IReadOnlyList<string> Output
    {
        get
        {
            lock (output)
            {
                return [.. output];
            }
        }
    }

    /// <summary>Standard error so far.</summary>
    public string Error
    {
        get
        {
            lock (error)
            {
                return error.ToString();
            }
        }
    }

    /// <summary>The access log of edge-1.</summary>
    public string LogFile => Path.Combine(Data, "logs", "edge-1.jsonl");

    /// <summary>Starts <c>up</c> and waits until it is ready.</summary>
    /// <param name="data">The data directory, or null for one of its own.</param>
    /// <param name="wrapper">A command that runs the program as its last arguments, such as <c>prlimit --nofile=100</c>.</param>
    /// <param name="environment">Variables for it.</param>
    /// <param name="more">Further flags; see <see cref="WithStatus"/>.</param>
    public static async Task<HoldfastUnderTest> StartAsync(
        string? data = null,
        string[]? wrapper = null,
        Dictionary<string, string>? environment = null,
        params string[] more
    )
    {
        var own = data is null ? new TemporaryDirectory() : null;
        var holdfast = Start(
            data ?? own!["data"],
            own,
            wrapper,
            environment,
            ["up", "--json", .. FreePorts, .. more.Contains("--status") ? more : ["--status", "none", .. more]]
        );
        try
        {
            await holdfast.WaitReadyAsync();
            return holdfast;
        }
        catch
        {
            await holdfast.DisposeAsync();
            throw;
        }
    }

    /// <summary>Starts a command that runs until it is ended; <c>--data</c> is added to it.</summary>
    public static HoldfastUnderTest StartCommand(string data, params string[] arguments) => Start(data, null, null, null, arguments);

    /// <summary>The same behind a wrapper.</summary>
    public static HoldfastUnderTest StartWrapped(string data, string[] wrapper, string[] arguments) =>
        Start(data, null, wrapper, null, arguments);

    /// <summary>Runs a command of the program's to its end, with no token but the data directory's.</summary>
    public static Task<ToolResult> RunAsync(params string[] arguments) => Tool.RunAsync(StartInfo([Program, .. arguments], null));

    /// <summary>The flags that give <c>up</c> a status page too, which is left out otherwise: most tests have no use for it.</summary>
    public static string[] WithStatus { get; } = ["--status", "127.0.0.1:0"];

    private static string[] FreePorts { get; } = ["--http", "127.0.0.1:0", "--https", "127.0.0.1:0", "--control", "127.0.0.1:0"];

    /// <summary>Runs a command of the program's on this data directory.</summary>
    public Task<ToolResult> CommandAsync(params string[] arguments) => RunAsync([.. arguments, "--data", Data]);

    /// <summary>Waits for the line that says ready.</summary>
    public async Task WaitReadyAsync()
    {
        var line = await firstLine.Task.WaitAsync(TimeSpan.FromSeconds(60));
        Assert.True(line.Length > 0, $"it ended before it was ready:\n{Error}");
        Ready = JsonDocument.Parse(line).RootElement.Clone();
    }

    /// <summary>The process id that a node has now.</summary>
    public int ProcessOf(string node)
    {
        var state = JsonNode.Parse(File.ReadAllText(Path.Combine(Data, "run", "up.json")))!;
        return state["processes"]![node]!.GetValue<int>();
    }

    /// <summary>Waits until standard error holds a text.</summary>
    public Task SaysAsync(string text) =>
        Eventually.TrueAsync(() => Error.Contains(text, StringComparison.Ordinal), $"'{text}' on standard error:\n{Error}");

    /// <summary>Waits for its end.</summary>
    public async Task<int> ExitAsync()
    {
        using var deadline = new CancellationTokenSource(Eventually.Deadline);
        await process.WaitForExitAsync(deadline.Token);
        await reading.WaitAsync(deadline.Token);
        return process.ExitCode;
    }

    /// <summary>Calls the API with the data directory's token.</summary>
    /// <returns>The result member; the answer must be a success.</returns>
    public async Task<JsonNode> ApiAsync(HttpMethod method, string path, JsonNode? body = null)
    {
        using var client = new HttpClient(new SocketsHttpHandler { UseProxy = false }) { BaseAddress = Control };
        using var request = new HttpRequestMessage(method, path);
        var token = (await File.ReadAllTextAsync(Path.Combine(Data, "cli-token"))).Trim();
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        if (body is not null)
        {
            request.Content = new StringContent(body.ToJsonString(), Encoding.UTF8, "application/json");
        }

        using var response = await client.SendAsync(request);
        var text = await response.Content.ReadAsStringAsync();
        Assert.True(response.IsSuccessStatusCode, $"{method} {path}: {(int)response.StatusCode} {text}");
        return JsonNode.Parse(text)!["result"]!;
    }

    /// <summary>Makes a zone or changes it, and waits until edge-1 serves it so.</summary>
    /// <returns>The zone's id.</returns>
    public async Task<string> ZoneAsync(string name, string origin, params (string Setting, JsonNode Value)[] settings)
    {
        var path = $"/holdfast/v1/zones/by-name/{Uri.EscapeDataString(name)}";
        var zone = await ApiAsync(HttpMethod.Put, path, new JsonObject { ["origin"] = origin });
        var id = zone["id"]!.GetValue<string>();
        foreach (var (setting, value) in settings)
        {
            await ApiAsync(HttpMethod.Patch, $"/client/v4/zones/{id}/settings/{setting}", new JsonObject { ["value"] = value });
        }

        zone = await ApiAsync(HttpMethod.Get, $"/client/v4/zones/{id}");
        var generation = zone["generation"]!.GetValue<long>();
        await Eventually.TrueAsync(
            async () => await LiveGenerationAsync("zone", id) >= generation,
            $"zone {name} generation {generation} live\n{Error}"
        );
        return id;
    }

    /// <summary>The generation of an artifact that edge-1 serves with, 0 for none.</summary>
    public async Task<long> LiveGenerationAsync(string kind, string name)
    {
        var state = await StateAsync();
        var release = state["releases"]!
            .AsArray()
            .FirstOrDefault(r => r!["kind"]!.GetValue<string>() == kind && r["name"]!.GetValue<string>() == name);
        return release?["generation"]!.GetValue<long>() ?? 0;
    }

    /// <summary>What edge-1's management listener tells.</summary>
    public async Task<JsonNode> StateAsync()
    {
        using var client = new HttpClient(new SocketsHttpHandler { UseProxy = false });
        return JsonNode.Parse(await client.GetStringAsync(new Uri(Management, "/holdfast/state")))!;
    }

    /// <summary>The access log record of a request, once it is written.</summary>
    public Task<JsonNode> LogRecordAsync(string ray) =>
        Eventually.GetAsync(
            () =>
            {
                var line = File.Exists(LogFile) ? ReadShared(LogFile).Split('\n').FirstOrDefault(l => l.Contains(ray)) : null;
                return Task.FromResult(line is null ? null : JsonNode.Parse(line));
            },
            $"a log record of {ray}"
        );

    /// <summary>Ends everything at once.</summary>
    public async ValueTask DisposeAsync()
    {
        if (isDisposed)
        {
            // A test that starts it again may have come no further.
            return;
        }

        isDisposed = true;
        Signals.SendToGroup(process.Id, Signals.Kill);
        await process.WaitForExitAsync();
        await reading;
        process.Dispose();
        TestContext.Current.TestOutputHelper?.WriteLine($"--- standard error of holdfast:\n{Error}");
        ownData?.Dispose();
    }

    private static HoldfastUnderTest Start(
        string data,
        TemporaryDirectory? own,
        string[]? wrapper,
        Dictionary<string, string>? environment,
        string[] arguments
    )
    {
        // setsid: signals go to the whole group, and this one's must not be the test runner's.
        var start = StartInfo(["setsid", .. wrapper ?? [], Program, .. arguments, "--data", data], environment);
        return new HoldfastUnderTest(Process.Start(start)!, data, own);
    }

    private static ProcessStartInfo StartInfo(string[] command, Dictionary<string, string>? environment)
    {
        var start = new ProcessStartInfo(command[0], command[1..])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            RedirectStandardInput = true,
        };
        foreach (var name in start.Environment.Keys.Where(key => key.StartsWith("HOLDFAST_", StringComparison.Ordinal)).ToList())
        {
            start.Environment.Remove(name);
        }

        // A person who tests waits for each change.
        start.Environment["HOLDFAST_RELEASE_PACE"] = "quick";
        foreach (var (name, value) in environment ?? [])
        {
            start.Environment[name] = value;
        }

        return start;
    }

    private static string ReadShared(string path)
    {
        using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        using var reader = new StreamReader(file);
        return reader.ReadToEnd();
    }

    private async Task ReadOutputAsync()
    {
        while (await process.StandardOutput.ReadLineAsync() is { } line)
        {
            lock (output)
            {
                output.Add(line);
            }

            firstLine.TrySetResult(line);
        }

        firstLine.TrySetResult("");
    }

    private async Task ReadErrorAsync()
    {
        while (await process.StandardError.ReadLineAsync() is { } line)
        {
            lock (error)
            {
                error.AppendLine(line);
            }
        }
    }
}
