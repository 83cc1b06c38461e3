using Holdfast.Status.Drafts;
using Holdfast.Status.Incidents;
using Holdfast.Status.Providers;
using Holdfast.Status.Reports;
using Holdfast.Status.Storage;
using Microsoft.Extensions.Logging;

namespace Holdfast.Status.Watching;

/// <summary>Looks at everything that is to be looked at, when it is due, and hands what it sees to the drafts.</summary>
internal sealed partial class Lookout(
    WatchDesk desk,
    OwnEdges own,
    DraftDesk drafts,
    StatusStore store,
    ReportDesk reports,
    ProviderFinder finder,
    TimeProvider time,
    ILogger logger
) : IDisposable
{
    private readonly Probes probes = new(time);
    private readonly Dictionary<string, WatchState> states = new(StringComparer.Ordinal);
    private readonly SemaphoreSlim turn = new(1);
    private readonly Lock reading = new();
    private readonly LateWords late = new(store, time, logger);
    private DateTimeOffset keptAt = time.GetUtcNow();
    private volatile string? problem;
    private string? unreconciled;

    /// <summary>What went wrong with the last look, in words; null when nothing did.</summary>
    public string? Problem => problem;

    /// <summary>Looks once a second until it is cancelled. A fault ends one look, never the looking.</summary>
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
                catch (Exception fault) when (fault is not OperationCanceledException)
                {
                    // Nobody knows this one. Whoever looks must not go blind of it: it is told, and the next second is another.
                    problem = fault.Message;
                    StatusLog.LookFailed(logger, fault);
                    continue;
                }

                problem = unreconciled;
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
            unreconciled = Reconcile();
            var due = Known().Where(state => state.DueAt <= now).ToList();
            await Parallel
                .ForEachAsync(
                    due,
                    new ParallelOptions { MaxDegreeOfParallelism = WatchLimits.AtOnce, CancellationToken = cancellationToken },
                    async (state, cancelled) =>
                    {
                        var result =
                            state.Watch.Target.Length == 0
                                ? LookAtPushes(state, now)
                                : await probes.LookAsync(state.Watch, state.Outside.Copy, cancelled).ConfigureAwait(false);
                        lock (reading)
                        {
                            state.Looked(now, result);
                        }
                    }
                )
                .ConfigureAwait(false);
            LetGo(now);
            reports.Look();
            List<Sign> signs = [.. Signs(), .. reports.Signs()];
            var map = signs.Exists(sign => sign.Kind == SignKind.OriginErrors) ? Map().Main : ProviderMap.Nothing;
            drafts.Consider(signs, new Surroundings(Releases(), map, Outside(), reports.InTrouble()));
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

    // What cannot be written down of the installation's own edges keeps nobody from looking at the others.
    private string? Reconcile()
    {
        try
        {
            own.Reconcile();
            return null;
        }
        catch (Exception fault) when (fault is StatusProblem or StatusStoreException)
        {
            return $"not every edge of this installation is watched: {fault.Message}";
        }
    }

    /// <summary>Takes what an edge pushed.</summary>
    /// <param name="who">Whose token it came with.</param>
    /// <param name="document">What it says.</param>
    /// <exception cref="StatusProblem">It comes too often, or is of an edge that there is no room for.</exception>
    /// <exception cref="StatusStoreException">The edge is a new one, and the disk is full.</exception>
    public void Pushed(string who, EdgeHealth document)
    {
        MakeRoom(document.Node);
        var watch = desk.OfNode(who, document.Node);
        Known();
        lock (reading)
        {
            var now = time.GetUtcNow();
            if (!states.TryGetValue(watch.Id, out var state))
            {
                return;
            }

            if (state.PushedAt is { } before && now - before < WatchLimits.PushEvery && now >= before)
            {
                throw new StatusProblem(429, $"{document.Node} has just told how it is; once in ten seconds is enough");
            }

            state.Pushed(now, document);
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

    private ProbeResult LookAtPushes(WatchState state, DateTimeOffset now)
    {
        lock (reading)
        {
            return state.LookAtPushes(now);
        }
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
