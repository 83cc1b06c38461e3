using System.ComponentModel;
using Holdfast.Edge.Hosting;
using Microsoft.Extensions.Logging;

namespace Holdfast.Cli.Supervision;

// How an edge's process is replaced by another one that accepts before it stops: nobody is refused, and nobody waits.
internal sealed partial class SupervisedChild
{
    // What it still serves when it is ordered to end may take its time.
    private static readonly TimeSpan LeavingTime = EdgeHost.LeavingTime + TimeSpan.FromSeconds(5);

    // The cache's index is written meanwhile, and what waits of its records.
    private static readonly TimeSpan HandOverTime = TimeSpan.FromSeconds(20);

    // Of a successor; meanwhile the one before it serves.
    private static readonly TimeSpan SuccessorTime = TimeSpan.FromSeconds(60);

    /// <summary>
    /// Has another process take the place of the one that runs; one that was started in bypass is replaced by one that is not. Only of edges.
    /// Any thread.
    /// </summary>
    /// <returns>When the successor serves, or it was given up, which the log says.</returns>
    public async Task ReplaceAsync(CancellationToken stop)
    {
        var done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        Interlocked.Exchange(ref replacement, done)?.TrySetResult();
        Volatile.Read(ref wanted).TrySetResult();
        await done.Task.WaitAsync(stop);
    }

    // By order, or because it has been in bypass for long enough.
    private Task ReplacementWantedAsync(CancellationToken cancellationToken)
    {
        var asked = Volatile.Read(ref wanted).Task;
        return !spec.IsEdge ? Task.Delay(Timeout.InfiniteTimeSpan, time, cancellationToken)
            : series is { Bypasses: true } ? Task.WhenAny(asked, Task.Delay(series.Stay, time, cancellationToken))
            : asked;
    }

    /// <summary>
    /// Has the child hand over, and starts another beside it. While that does not come up, the child serves on, and it is tried again.
    /// </summary>
    /// <returns>The successor, which serves; null when the child has ended, could not hand over, or all is to stop.</returns>
    private async Task<ChildProcess?> SucceedAsync(ChildProcess child, Task ended, CancellationToken stop)
    {
        try
        {
            LogReplacing(logger, spec.Name, child.Id);
            child.AskToHandOver();
            await Task.WhenAny(child.HandedOver, ended, Task.Delay(HandOverTime, time, stop));
            if (!child.HandedOver.IsCompletedSuccessfully)
            {
                LogNotReplaced(logger, spec.Name, child.Id, "it did not hand over");
                return null;
            }

            while (!stop.IsCancellationRequested && !ended.IsCompleted)
            {
                if (await StartSuccessorAsync(stop) is { } successor)
                {
                    LogSucceeded(logger, spec.Name, successor.Id, child.Id);
                    return successor;
                }

                series?.FailedToStart();

                // The one that serves has given up its disk: it goes on until there is another.
                await Task.WhenAny(Task.Delay(policy.Ended(), time, stop), ended);
            }

            return null;
        }
        finally
        {
            Interlocked.Exchange(ref replacement, null)?.TrySetResult();
        }
    }

    private async Task<ChildProcess?> StartSuccessorAsync(CancellationToken stop)
    {
        ChildProcess successor;
        try
        {
            successor = Start();
        }
        catch (Win32Exception fault)
        {
            LogNotReplaced(logger, spec.Name, 0, fault.Message);
            return null;
        }

        await Task.WhenAny(successor.Ready, Task.Delay(SuccessorTime, time, stop));
        if (successor.Ready.IsCompletedSuccessfully)
        {
            return successor;
        }

        successor.PassErrorsOn();
        successor.Kill();
        await successor.WaitForExitAsync();
        LogNotReplaced(logger, spec.Name, successor.Id, successor.LastErrorLine ?? "it was not ready in time");
        successor.Dispose();
        return null;
    }

    // When all is to stop, it has no longer than the others.
    private async Task LeaveAsync(ChildProcess child, CancellationToken stop, CancellationToken hurry)
    {
        using var enough = new CancellationTokenSource(Timeout.InfiniteTimeSpan, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(enough.Token, hurry);
        await using var stopping = stop.Register(() => enough.CancelAfter(StopTime));
        using (child)
        {
            await EndAsync(child, child.WaitForExitAsync(), LeavingTime, either.Token);
            await child.WaitForExitAsync();
            LogLeft(logger, spec.Name, child.Id);
        }
    }

    [LoggerMessage(1004, LogLevel.Warning, "{Name} (process {Process}) hands over to another process")]
    private static partial void LogReplacing(ILogger logger, string name, int process);

    [LoggerMessage(1005, LogLevel.Error, "{Name} (process {Process}) is not replaced: {Reason}")]
    private static partial void LogNotReplaced(ILogger logger, string name, int process, string reason);

    [LoggerMessage(1006, LogLevel.Warning, "{Name} is process {Process} now; process {Before} ends what it has begun")]
    private static partial void LogSucceeded(ILogger logger, string name, int process, int before);

    [LoggerMessage(1008, LogLevel.Information, "{Name} (process {Process}), which was replaced, has ended")]
    private static partial void LogLeft(ILogger logger, string name, int process);
}
