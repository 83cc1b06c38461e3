using System.ComponentModel;
using Microsoft.Extensions.Logging;

namespace Holdfast.Cli.Supervision;

/// <summary>Keeps one child alive: starts it, waits, starts it again as <see cref="RestartPolicy"/> says, until it is told to stop.</summary>
internal sealed partial class SupervisedChild(
    OwnProgram program,
    ChildSpec spec,
    bool mustStart,
    TextWriter error,
    TimeProvider time,
    ILogger logger,
    Action changed
)
{
    /// <summary>How long a child may take to end in good order; a download still under way after that is cut.</summary>
    public static readonly TimeSpan StopTime = TimeSpan.FromSeconds(10);

    private readonly TaskCompletionSource<ReadyMessage> firstReady = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly RestartPolicy policy = new(time);
    private readonly CrashSeries? series = spec.IsEdge ? new CrashSeries(time) : null;
    private readonly List<Task> leaving = [];
    private TaskCompletionSource wanted = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private TaskCompletionSource? replacement;
    private int processId;
    private int restarts;

    /// <summary>The node's name.</summary>
    public string Name => spec.Name;

    /// <summary>The id of the process that is or was last alive; 0 before the first start. Any thread may read it.</summary>
    public int ProcessId => Volatile.Read(ref processId);

    /// <summary>How often it was started again. Any thread may read it.</summary>
    public int Restarts => Volatile.Read(ref restarts);

    /// <summary>
    /// Ends when the child served for the first time; with <see cref="ChildNeverReadyException"/> when the first process ended before that.
    /// </summary>
    public Task<ReadyMessage> FirstReady => firstReady.Task;

    /// <summary>
    /// Runs until <paramref name="stop"/>, then ends the child: in good order within <see cref="StopTime"/> or until
    /// <paramref name="hurry"/>, and otherwise by SIGKILL. When the child must start and does not, it is not tried again.
    /// </summary>
    public async Task RunAsync(CancellationToken stop, CancellationToken hurry)
    {
        while (!stop.IsCancellationRequested)
        {
            if (await RunOnceAsync(stop, hurry) is not { } end)
            {
                break;
            }

            var isFirstFailure = firstReady.TrySetException(new ChildNeverReadyException(spec.Name, end.ExitCode, end.LastErrorLine));
            if (isFirstFailure && mustStart)
            {
                break;
            }

            series?.Died();
            var delay = policy.Ended();
            LogEnded(logger, spec.Name, end.ProcessId, end.Describe(), delay == TimeSpan.Zero ? "now" : $"in {delay.TotalMilliseconds} ms");
            if (series is { Bypasses: true })
            {
                LogBypass(logger, spec.Name, series.Stay.TotalMinutes);
            }

            try
            {
                await Task.Delay(delay, time, stop);
            }
            catch (OperationCanceledException)
            {
                break;
            }

            Interlocked.Increment(ref restarts);
        }

        Volatile.Read(ref replacement)?.TrySetResult();
        await Task.WhenAll(leaving);
    }

    /// <summary>One life, and those of its successors. Null when the last one ended because it was told to.</summary>
    private async Task<ChildEnd?> RunOnceAsync(CancellationToken stop, CancellationToken hurry)
    {
        ChildProcess child;
        try
        {
            child = Start();
        }
        catch (Win32Exception fault)
        {
            return new ChildEnd(0, null, fault.Message);
        }

        while (true)
        {
            var (end, successor) = await LiveAsync(child, stop, hurry);
            if (successor is null)
            {
                child.Dispose();
                return end;
            }

            leaving.RemoveAll(task => task.IsCompleted);
            leaving.Add(LeaveAsync(child, stop, hurry));
            child = successor;
        }
    }

    private ChildProcess Start()
    {
        var child = ChildProcess.Start(program, series is { Bypasses: true } ? spec.InBypass() : spec, error);
        policy.Started();
        return child;
    }

    /// <summary>Until it ends, which has an end or null when it was told to, or until it has a successor.</summary>
    private async Task<(ChildEnd? End, ChildProcess? Successor)> LiveAsync(
        ChildProcess child,
        CancellationToken stop,
        CancellationToken hurry
    )
    {
        Volatile.Write(ref processId, child.Id);
        changed();
        var ended = child.WaitForExitAsync();
        var ready = WatchReadyAsync(child, ended);
        var stopping = stop.IsCancellationRequested ? Task.CompletedTask : WhenAsync(stop, ended);
        using var over = new CancellationTokenSource();
        await Task.WhenAny(ended, stopping, ReplacementWantedAsync(over.Token));
        await over.CancelAsync();
        if (!stop.IsCancellationRequested && !ended.IsCompleted)
        {
            Volatile.Write(ref wanted, new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));
            series?.TryWithout();
            if (await SucceedAsync(child, ended, stop) is { } successor)
            {
                return (null, successor);
            }

            if (!stop.IsCancellationRequested)
            {
                // It has given up a part of what it had at most: another one is started in its place, and visitors wait for that.
                await EndAsync(child, ended, StopTime, hurry);
            }
        }

        var told = stop.IsCancellationRequested && !ended.IsCompleted;
        if (told)
        {
            await EndAsync(child, ended, StopTime, hurry);
        }

        await ended;
        await ready;
        return (told || stop.IsCancellationRequested ? null : new ChildEnd(child.Id, child.ExitCode, child.LastErrorLine), null);
    }

    private async Task WatchReadyAsync(ChildProcess child, Task ended)
    {
        await Task.WhenAny(child.Ready, ended);
        if (child.Ready.IsCompletedSuccessfully)
        {
            child.PassErrorsOn();
            if (!firstReady.TrySetResult(await child.Ready))
            {
                LogReplaced(logger, spec.Name, child.Id);
            }

            return;
        }

        await ended;

        // One line says why a start failed when the child found the fault itself (exit code 2); else all that it said is wanted.
        if (firstReady.Task.IsCompleted || child.ExitCode != Terminal.CliFailure.BadUse)
        {
            child.PassErrorsOn();
        }
    }

    private async Task EndAsync(ChildProcess child, Task ended, TimeSpan patience, CancellationToken hurry)
    {
        child.OrderToEnd();
        using var deadline = new CancellationTokenSource(patience, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, hurry);
        await Task.WhenAny(ended, WhenAsync(either.Token, ended));
        if (!ended.IsCompleted)
        {
            LogKilled(logger, spec.Name, child.Id);
            child.Kill();
        }
    }

    /// <summary>Ends when the token is cancelled, or with <paramref name="unless"/>, so that nothing is left registered.</summary>
    private static async Task WhenAsync(CancellationToken token, Task unless)
    {
        var cancelled = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var registration = token.Register(() => cancelled.TrySetResult());
        await Task.WhenAny(cancelled.Task, unless);
    }

    [LoggerMessage(1001, LogLevel.Warning, "{Name} (process {Process}) {How}; starting it again {When}")]
    private static partial void LogEnded(ILogger logger, string name, int process, string how, string when);

    [LoggerMessage(1002, LogLevel.Warning, "{Name} is back as process {Process}")]
    private static partial void LogReplaced(ILogger logger, string name, int process);

    [LoggerMessage(
        1007,
        LogLevel.Error,
        "{Name} dies again and again: it only forwards now, without rules and cache; tried without that in {Minutes} minutes, or by 'holdfast node restart'"
    )]
    private static partial void LogBypass(ILogger logger, string name, double minutes);

    [LoggerMessage(1003, LogLevel.Warning, "{Name} (process {Process}) did not end in time and was killed")]
    private static partial void LogKilled(ILogger logger, string name, int process);
}

/// <summary>How a child's life ended.</summary>
/// <param name="ProcessId">The process, or 0 when it could not be started.</param>
/// <param name="ExitCode">128 and the signal's number when a signal ended it; null when it could not be started.</param>
/// <param name="LastErrorLine">The last thing that it said, or null.</param>
internal sealed record ChildEnd(int ProcessId, int? ExitCode, string? LastErrorLine)
{
    /// <summary>In words, to follow the child's name.</summary>
    public string Describe() =>
        ExitCode switch
        {
            null => $"could not be started ({LastErrorLine})",
            > 128 and < 192 => $"was ended by signal {ExitCode - 128}",
            _ => $"ended with exit code {ExitCode}",
        };
}

/// <summary>A child's first process ended before it served.</summary>
internal sealed class ChildNeverReadyException(string name, int? exitCode, string? lastErrorLine)
    : Exception($"{name} did not start: {lastErrorLine ?? new ChildEnd(0, exitCode, null).Describe()}")
{
    /// <summary>The node's name.</summary>
    public string Name { get; } = name;

    /// <summary>The last thing that it said on standard error, or null.</summary>
    public string? LastErrorLine { get; } = lastErrorLine;
}
