using Microsoft.Extensions.Logging;

namespace Holdfast.Edge.Phases.Cache;

/// <summary>What the cache does that no single visitor waits for: it has an owner here, who sees its faults and ends it when the edge stops.</summary>
internal sealed partial class DetachedWork(ILogger logger) : IAsyncDisposable
{
    private readonly Lock _gate = new();
    private readonly Dictionary<Task, Action> _running = [];
    private bool _isStopping;

    /// <summary>How much is under way.</summary>
    public int Count
    {
        get
        {
            lock (_gate)
            {
                return _running.Count;
            }
        }
    }

    /// <summary>Takes work over.</summary>
    /// <param name="work">What is under way.</param>
    /// <param name="hurry">Gives it a moment to end; called at most once, when the edge stops.</param>
    public void Keep(Task work, Action hurry)
    {
        if (work.IsCompletedSuccessfully)
        {
            return;
        }

        bool isStopping;
        lock (_gate)
        {
            _running.Add(work, hurry);
            isStopping = _isStopping;
        }

        if (isStopping)
        {
            hurry();
        }

        work.ContinueWith(End, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
    }

    /// <summary>Gives what is under way a moment to end, as a visitor's request gets whose visitor has gone.</summary>
    public async ValueTask DisposeAsync()
    {
        KeyValuePair<Task, Action>[] left;
        lock (_gate)
        {
            _isStopping = true;
            left = [.. _running];
        }

        foreach (var (_, hurry) in left)
        {
            hurry();
        }

        while (left.Length > 0)
        {
            await Task.WhenAll(left.Select(w => w.Key)).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            lock (_gate)
            {
                left = [.. _running.Where(w => !w.Key.IsCompleted)];
            }
        }
    }

    private void End(Task work)
    {
        lock (_gate)
        {
            _running.Remove(work);
        }

        if (work.Exception is { } fault)
        {
            LogFault(fault.InnerException ?? fault);
        }
    }

    [LoggerMessage(
        EventId = 1101,
        Level = LogLevel.Error,
        Message = "What the cache did behind its visitors' backs met a fault of the edge."
    )]
    private partial void LogFault(Exception exception);
}
