using System.Collections.Concurrent;
using System.Collections.Frozen;
using Holdfast.Control.Audit;
using Holdfast.Control.Releases.Rehearsals;
using Holdfast.Control.Storage;
using Holdfast.Model.Releases;
using Holdfast.Releases.Rollout.Waves;
using Microsoft.Extensions.Logging;

namespace Holdfast.Control.Releases.Rollouts;

/// <summary>
/// Drives the rollouts: looks at what is on its way whenever a release was published, an edge said something, or time has passed, writes
/// down what <see cref="WaveRollout"/> decides, and tells the feed who may have what.
/// </summary>
internal sealed class RolloutDriver : IDisposable
{
    /// <summary>Who decides what nobody ordered.</summary>
    public const string Control = "control";

    /// <summary>Time after a start in which edges that were there before may come back, before anything is decided without them.</summary>
    public static readonly TimeSpan Gathering = TimeSpan.FromSeconds(15);

    // An edge that was silent for so long before the start is not waited for.
    private static readonly TimeSpan Lately = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan Tick = TimeSpan.FromSeconds(1);

    // Two seconds on the canary are to be two.
    private static readonly TimeSpan QuickTick = TimeSpan.FromMilliseconds(200);

    private readonly RolloutStore _store;
    private readonly ZoneFailures _zones;
    private readonly FeedPresence _presence;
    private readonly FeedGate _gate;
    private readonly ReleaseSignal _signal;
    private readonly RehearsalGate _rehearsals;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly Dictionary<long, RunningRollout> _running = [];
    private readonly ConcurrentQueue<EdgeReport> _reports = new();
    private readonly SemaphoreSlim _turn = new(1, 1);
    private readonly DateTimeOffset _started;
    private TaskCompletionSource _reported = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public RolloutDriver(
        RolloutStore store,
        ZoneFailureStore zones,
        FeedPresence presence,
        FeedGate gate,
        ReleaseSignal signal,
        RehearsalGate rehearsals,
        TimeProvider time,
        ILogger logger
    )
    {
        _store = store;
        _zones = new ZoneFailures(zones, logger);
        _presence = presence;
        _gate = gate;
        _signal = signal;
        _rehearsals = rehearsals;
        _time = time;
        _logger = logger;
        _started = time.GetUtcNow();
    }

    /// <summary>Takes in what an edge said; it is in the database already.</summary>
    public void Report(IReadOnlyList<EdgeReport> reports)
    {
        foreach (var report in reports)
        {
            _reports.Enqueue(report);
        }

        if (reports.Count > 0)
        {
            Interlocked.Exchange(ref _reported, new(TaskCreationOptions.RunContinuationsAsynchronously)).TrySetResult();
        }
    }

    /// <summary>Drives until it is cancelled; a database that fails is tried again.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        while (!cancellationToken.IsCancellationRequested)
        {
            var (published, reported) = (_signal.Next, Volatile.Read(ref _reported).Task);
            var again = Timeout.InfiniteTimeSpan;
            try
            {
                again = await TurnAsync(cancellationToken).ConfigureAwait(false);
            }
            catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
            {
                return;
            }
            catch (Exception e)
            {
                // One release's trouble must not stop the others for ever; what is in memory may differ from the disk now.
                ControlLog.RolloutFailed(_logger, e);
                again = Tick;
            }

            using var waiting = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            await Task.WhenAny(published, reported, Task.Delay(again, _time, waiting.Token)).ConfigureAwait(false);
            await waiting.CancelAsync().ConfigureAwait(false);
        }
    }

    /// <summary>Looks once.</summary>
    /// <returns>After which time to look again.</returns>
    public async Task<TimeSpan> TurnAsync(CancellationToken cancellationToken)
    {
        await _turn.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            var view = await ReadAsync().ConfigureAwait(false);
            foreach (var artifact in _running.Values.GroupBy(rollout => (rollout.Row.Kind, rollout.Row.Name)).ToList())
            {
                await OrderAsync(
                        [.. artifact.OrderBy(rollout => rollout.Row.ReleaseGeneration)],
                        view.InUse[artifact.Key],
                        cancellationToken
                    )
                    .ConfigureAwait(false);
            }

            if (Fleet(view) is { } fleet)
            {
                foreach (var rollout in _running.Values.ToList())
                {
                    await TryAdvanceAsync(rollout, fleet, cancellationToken).ConfigureAwait(false);
                }
            }

            OpenGate();
            var isLeft = await _zones.TakeBackAsync(cancellationToken).ConfigureAwait(false);
            return _running.Count == 0 && !isLeft ? Timeout.InfiniteTimeSpan
                : _running.Values.Any(IsQuick) ? QuickTick
                : Tick;
        }
        catch
        {
            _running.Clear();
            throw;
        }
        finally
        {
            _turn.Release();
        }
    }

    /// <summary>Does something by hand to a rollout that is not over.</summary>
    /// <param name="id">The rollout.</param>
    /// <param name="act">Does it, with the fleet and the time; <see cref="WaveStep.None"/> when it cannot be done.</param>
    /// <param name="reason">Why, if it ends the rollout.</param>
    /// <param name="audit">Who does it.</param>
    /// <param name="by">The caller's name.</param>
    /// <param name="cancellationToken">Gives up before anything is written.</param>
    /// <returns>Whether it was done.</returns>
    public async Task<bool> ActAsync(
        long id,
        Func<RunningRollout, IReadOnlyList<WaveEdge>, DateTimeOffset, WaveStep> act,
        string reason,
        AuditScope audit,
        string by,
        CancellationToken cancellationToken
    )
    {
        await _turn.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            var view = await ReadAsync().ConfigureAwait(false);
            if (!_running.TryGetValue(id, out var rollout))
            {
                return false;
            }

            var step = act(rollout, Fleet(view) ?? [], _time.GetUtcNow());
            if (step == WaveStep.None)
            {
                return false;
            }

            // Why it was held is over when somebody lets it go on.
            rollout.Row.Reason = rollout.Waves.Progress switch
            {
                { IsOver: true } => reason,
                { IsPaused: true } => rollout.Row.Reason,
                _ => null,
            };
            await SaveAsync(rollout, step, by, audit, cancellationToken).ConfigureAwait(false);
            OpenGate();
            return true;
        }
        catch (StaleRolloutException)
        {
            _running.Remove(id);
            return false;
        }
        catch
        {
            _running.Clear();
            throw;
        }
        finally
        {
            _turn.Release();
        }
    }

    public void Dispose() => _turn.Dispose();

    private static bool IsQuick(RunningRollout rollout) =>
        rollout.Row.Kind == (int)ArtifactKind.KillSwitch && !rollout.Waves.Progress.IsOpen;

    private async Task<RolloutView> ReadAsync()
    {
        var view = await _store.LookAsync(_running.Keys).ConfigureAwait(false);
        foreach (var gone in _running.Keys.Except(view.Rows.Select(row => row.Id)).ToList())
        {
            _running.Remove(gone);
        }

        foreach (var row in view.Rows.Where(row => !_running.ContainsKey(row.Id)))
        {
            _running[row.Id] = new RunningRollout(row, view.Edges[row.Id], _time.GetUtcNow());
        }

        _rehearsals.Keep(_running.Keys);
        while (_reports.TryDequeue(out var report))
        {
            _zones.Note(report);
            foreach (var rollout in _running.Values.Where(rollout => rollout.IsOf(report)))
            {
                rollout.Note(report);
            }
        }

        return view;
    }

    // Of one artifact one is on its way; the newest of those behind it follows, and takes its place at once where that costs nothing.
    private async Task OrderAsync(List<RunningRollout> rollouts, long inUse, CancellationToken cancellationToken)
    {
        var over = rollouts.Where(rollout => rollout.Row.ReleaseGeneration < inUse).ToList();
        var left = rollouts.Except(over).ToList();
        var newest = left.LastOrDefault();
        var current = left.Find(rollout => rollout.Waves.Progress.Phase != WavePhase.Queued);
        over.AddRange(left.Where(rollout => rollout != newest && rollout != current));
        if (current is not null && current != newest && (current.Waves.Progress.Wave == 0 || current.Waves.Progress.IsOpen))
        {
            over.Add(current);
            current = null;
        }

        foreach (var rollout in over)
        {
            rollout.Waves.End(WavePhase.Superseded);
            rollout.Row.Reason =
                rollout.Row.ReleaseGeneration < inUse
                    ? $"generation {inUse} is in use"
                    : $"generation {newest!.Row.ReleaseGeneration} took its place";
            await SaveAsync(rollout, WaveStep.None, null, AuditScope.System("releases-supersede"), cancellationToken).ConfigureAwait(false);
        }

        if (current is null && newest is not null && newest.Waves.Progress.Phase == WavePhase.Queued)
        {
            newest.Waves.Begin();
            newest.Row.BeforeGeneration = inUse;
        }
    }

    // One that cannot be written down, or taken back, must not keep those behind it waiting; it is read again and tried again.
    private async Task TryAdvanceAsync(RunningRollout rollout, IReadOnlyList<WaveEdge> fleet, CancellationToken cancellationToken)
    {
        try
        {
            await AdvanceAsync(rollout, fleet, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            _running.Remove(rollout.Row.Id);
            if (e is not StaleRolloutException)
            {
                ControlLog.RolloutFailed(_logger, e);
            }

            _signal.Wake();
        }
    }

    private async Task AdvanceAsync(RunningRollout rollout, IReadOnlyList<WaveEdge> fleet, CancellationToken cancellationToken)
    {
        if (!await IsRehearsedAsync(rollout, fleet, cancellationToken).ConfigureAwait(false))
        {
            return;
        }

        var before = rollout.Waves.Progress;
        var step = rollout.Waves.Advance(fleet, _time.GetUtcNow());
        if (step == WaveStep.None && rollout.Waves.Progress == before)
        {
            return;
        }

        if (rollout.Waves.Failure is { } failure)
        {
            ControlLog.ReleaseStopped(_logger, RolloutStore.IdOf(rollout.Row), failure);
        }

        await SaveAsync(rollout, step, null, AuditScope.System("releases-revert"), cancellationToken).ConfigureAwait(false);
    }

    /// <returns>Whether it may go on; not while an edge rehearses it, and not when that is beyond the limits: then it is paused.</returns>
    private async Task<bool> IsRehearsedAsync(RunningRollout rollout, IReadOnlyList<WaveEdge> fleet, CancellationToken cancellationToken)
    {
        if (
            rollout.Waves.Progress is not { Wave: 0, IsPaused: false, IsOver: false, Phase: not WavePhase.Queued }
            || !fleet.Any(static edge => edge.IsAlive)
            || !_rehearsals.IsFor(rollout.Row)
        )
        {
            return true;
        }

        if (await _rehearsals.LookAsync(rollout.Row, cancellationToken).ConfigureAwait(false) is not { } verdict)
        {
            return false;
        }

        if (verdict.Text is not { } text)
        {
            _rehearsals.Done(rollout.Row);
            return true;
        }

        var now = _time.GetUtcNow();
        WaveStep step = new([], [new WaveDecision(RehearsalGate.Decision, text, now)]);
        if (verdict.Holds)
        {
            step = step with { Decisions = [.. step.Decisions, .. rollout.Waves.Pause(text, now).Decisions] };
            rollout.Row.Reason = text;
        }

        await SaveAsync(rollout, step, null, AuditScope.System("releases-rehearse"), cancellationToken).ConfigureAwait(false);
        _rehearsals.Done(rollout.Row);
        return !verdict.Holds;
    }

    private async Task SaveAsync(
        RunningRollout rollout,
        WaveStep step,
        string? caller,
        AuditScope audit,
        CancellationToken cancellationToken
    )
    {
        await _store.SaveAsync(rollout, step, caller, audit, cancellationToken).ConfigureAwait(false);
        if (rollout.Waves.Progress.IsOver)
        {
            _running.Remove(rollout.Row.Id);
        }

        OpenGate();
        _signal.Wake();
    }

    private void OpenGate() =>
        _gate.Set([
            .. _running
                .Values.Where(rollout => rollout.Waves.Progress is { Wave: > 0, IsOpen: false, IsOver: false })
                .Select(rollout => new FeedCandidate(
                    rollout.Row.Kind,
                    rollout.Row.Name,
                    rollout.Row.ReleaseGeneration,
                    rollout.Waves.Edges.Keys.ToFrozenSet(StringComparer.Ordinal)
                )),
        ]);

    /// <summary>All edges that are known; null while those that were there before a start are still coming back.</summary>
    private IReadOnlyList<WaveEdge>? Fleet(RolloutView view)
    {
        var missing = view.Nodes.Where(node => !_presence.Has(node.Key) && _started.UtcDateTime - node.Value < Lately);
        if (_time.GetUtcNow() - _started < Gathering && missing.Any())
        {
            return null;
        }

        // After a start everybody is given that time again: while control was away nobody could be heard.
        var now = _time.GetUtcNow();
        bool IsExpected(string node) =>
            view.Nodes.TryGetValue(node, out var seen)
            && now.UtcDateTime - (seen > _started.UtcDateTime ? seen : _started.UtcDateTime) < Lately;

        return
        [
            .. view
                .Nodes.Keys.Union(_presence.Nodes, StringComparer.Ordinal)
                .Select(node => new WaveEdge(node, _presence.Has(node), IsExpected(node))),
        ];
    }
}
