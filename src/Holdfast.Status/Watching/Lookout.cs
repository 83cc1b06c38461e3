using Holdfast.Status.Drafts;
using Holdfast.Status.Incidents;
using Holdfast.Status.Reports;
using Holdfast.Status.Storage;
using Microsoft.Extensions.Logging;

namespace Holdfast.Status.Watching;

/// <summary>Looks at everything that is to be looked at, when it is due, and hands what it sees to the drafts.</summary>
internal sealed class Lookout(WatchDesk desk, DraftDesk drafts, StatusStore store, ReportDesk reports, TimeProvider time, ILogger logger)
    : IDisposable
{
    private readonly Probes probes = new(time);
    private readonly Dictionary<string, WatchState> states = new(StringComparer.Ordinal);
    private readonly SemaphoreSlim turn = new(1);
    private readonly Lock reading = new();
    private readonly LateWords late = new(store, time, logger);
    private DateTimeOffset keptAt = time.GetUtcNow();

    /// <summary>Looks once a second until it is cancelled.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        using var timer = new PeriodicTimer(TimeSpan.FromSeconds(1), time);
        try
        {
            while (await timer.WaitForNextTickAsync(cancellationToken).ConfigureAwait(false))
            {
                try
                {
                    await LookAsync(cancellationToken).ConfigureAwait(false);
                }
                catch (StatusStoreException fault)
                {
                    // A full disk keeps nobody from looking; it is tried again with the next second.
                    StatusLog.NotWritten(logger, fault.Message);
                }
            }
        }
        catch (OperationCanceledException)
        {
            // Told to stop.
        }
    }

    /// <summary>Looks at what is due, and acts on what is seen.</summary>
    /// <exception cref="StatusStoreException">The disk is full, or gone; what was seen is still known.</exception>
    public async Task LookAsync(CancellationToken cancellationToken)
    {
        await turn.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            var now = time.GetUtcNow();
            var due = Known().Where(state => state.DueAt <= now).ToList();
            await Parallel
                .ForEachAsync(
                    due,
                    new ParallelOptions { MaxDegreeOfParallelism = WatchLimits.AtOnce, CancellationToken = cancellationToken },
                    async (state, cancelled) =>
                    {
                        var result = await probes.LookAsync(state.Watch, cancelled).ConfigureAwait(false);
                        lock (reading)
                        {
                            state.Looked(now, result);
                        }
                    }
                )
                .ConfigureAwait(false);
            reports.Look();
            drafts.Consider([.. Signs(), .. reports.Signs()]);
            late.Check();
            if (now - keptAt >= WatchLimits.Keep)
            {
                keptAt = now;
                Keep();
            }
        }
        finally
        {
            turn.Release();
        }
    }

    /// <summary>What is not as usual now.</summary>
    public List<Sign> Signs()
    {
        lock (reading)
        {
            return [.. states.Values.SelectMany(state => state.Signs())];
        }
    }

    /// <summary>What the last look at a watch said, or null when there was none yet.</summary>
    public (DateTimeOffset At, bool IsFailing, string Said)? Last(string id)
    {
        lock (reading)
        {
            return states.TryGetValue(id, out var state) && state.LookedAt is { } at ? (at, state.IsFailing, state.Said) : null;
        }
    }

    /// <summary>Keeps what was learned on the disk.</summary>
    public void Keep()
    {
        lock (reading)
        {
            if (states.Count > 0)
            {
                store.Write(
                    (transaction, now) =>
                    {
                        foreach (var state in states.Values.Where(state => state.Watch.Kind == WatchKind.Edge))
                        {
                            state.Keep(transaction, now);
                        }

                        transaction.ForgetLearned(now - WatchLimits.KeepFor);
                    }
                );
            }
        }
    }

    public void Dispose()
    {
        probes.Dispose();
        turn.Dispose();
    }

    private List<WatchState> Known()
    {
        var watches = desk.All;
        lock (reading)
        {
            foreach (var gone in states.Keys.Where(id => !watches.Exists(watch => watch.Id == id)).ToList())
            {
                states.Remove(gone);
            }

            foreach (var watch in watches)
            {
                if (states.TryGetValue(watch.Id, out var state) && state.Watch.Target == watch.Target && state.Watch.Kind == watch.Kind)
                {
                    state.Watch = watch;
                }
                else
                {
                    states[watch.Id] = new WatchState(watch, key => store.Read(database => database.Learned(key)));
                }
            }

            return [.. states.Values];
        }
    }
}
