using System.Diagnostics;
using System.Text.Json;
using Holdfast.Cli.Settings;
using Holdfast.Cli.Supervision;

namespace Holdfast.Cli.Tests.TestSystem;

/// <summary>The real program, in a process group of its own.</summary>
internal sealed class HoldfastProcess : IAsyncDisposable
{
    private readonly Process process;
    private readonly Task<string> error;
    private readonly List<string> lines = [];
    private readonly TaskCompletionSource<string> firstLine = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Task output;
    private readonly string data;

    private HoldfastProcess(Process process, string data)
    {
        this.process = process;
        this.data = data;
        error = process.StandardError.ReadToEndAsync();
        output = ReadAsync();
    }

    /// <summary>The program's path.</summary>
    public static string Program { get; } = Path.Combine(AppContext.BaseDirectory, "holdfast");

    public int Id => process.Id;

    public RunState State =>
        RunState.TryRead(DataDirectory.At(data), out var state) ? state : throw new InvalidOperationException("no run/up.json");

    /// <summary>Starts <c>holdfast up</c> on free ports.</summary>
    public static HoldfastProcess Up(string data, params string[] more) =>
        Start(data, ["up", "--data", data, "--http", "0", "--https", "0", "--control", "0", "--status", "0", "--json", .. more]);

    public static HoldfastProcess Start(string data, params string[] arguments) => StartProgram(Program, data, arguments);

    /// <summary>Starts another program, which starts the real one.</summary>
    public static HoldfastProcess StartProgram(string program, string data, params string[] arguments)
    {
        // setsid: Ctrl-C is a signal to the whole group, and this one's group must not be the test runner's.
        var start = new ProcessStartInfo("setsid", [program, .. arguments])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            RedirectStandardInput = true,
        };
        foreach (var name in start.Environment.Keys.Where(key => key.StartsWith("HOLDFAST_", StringComparison.Ordinal)).ToList())
        {
            start.Environment.Remove(name);
        }

        return new HoldfastProcess(Process.Start(start)!, data);
    }

    /// <summary>The line that says ready.</summary>
    public async Task<JsonElement> ReadyAsync()
    {
        var first = await firstLine.Task.WaitAsync(TimeSpan.FromSeconds(60));
        return first.Length > 0
            ? JsonDocument.Parse(first).RootElement.Clone()
            : throw new InvalidOperationException($"no ready line; standard error: {await error}");
    }

    /// <summary>The end of the summary, when there is no <c>--json</c>.</summary>
    public Task SummaryAsync()
    {
        return Eventually.TrueAsync(
            () =>
            {
                lock (lines)
                {
                    return lines.Any(line => line.Contains("Ctrl-C", StringComparison.Ordinal));
                }
            },
            "the summary"
        );
    }

    public void WriteLine(string line) => process.StandardInput.WriteLine(line);

    public void Signal(int signal) => Signals.Send(process.Id, signal);

    public void SignalGroup(int signal) => Signals.Send(-process.Id, signal);

    /// <summary>Waits for its end.</summary>
    public async Task<(int ExitCode, IReadOnlyList<string> Out, string Error)> EndAsync()
    {
        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        await process.WaitForExitAsync(deadline.Token);
        await output;
        return (process.ExitCode, lines, await error);
    }

    public async ValueTask DisposeAsync()
    {
        if (!process.HasExited)
        {
            process.Kill(entireProcessTree: true);
            await process.WaitForExitAsync();
        }

        process.Dispose();
    }

    private async Task ReadAsync()
    {
        while (await process.StandardOutput.ReadLineAsync() is { } line)
        {
            lock (lines)
            {
                lines.Add(line);
            }

            firstLine.TrySetResult(line);
        }

        firstLine.TrySetResult("");
    }
}
