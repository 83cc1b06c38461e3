using System.Threading.Channels;
using Holdfast.Model.Releases;
using Holdfast.Releases.Intake;
using Microsoft.Extensions.Logging;

namespace Holdfast.Edge.Releases.Tasting;

/// <summary>
/// The edge's tasters: one that is kept warm and tastes what comes, many releases in one go, and one that is started when it is needed, for
/// releases that the first died of or waited for. Those are tasted alone and with patience, while others go on; a release that ends its
/// taster twice, or takes too long twice, is refused.
/// </summary>
internal sealed partial class ReleaseTaster(TasterOptions options, TimeProvider time, ILogger<ReleaseTaster> logger) : IReleaseTaster
{
    // What a release has left behind may end the process while the next ones are being tasted.
    private const int AlsoSuspect = 7;

    // Releases that wait to be tasted alone; beyond it they come again later.
    private const int MostAside = 256;

    private const int MostTroubled = 10_000;

    private const int Attempts = 2;

    private static readonly TimeSpan RestartDelay = TimeSpan.FromSeconds(1);

    private readonly SemaphoreSlim _starting = new(1);
    private readonly Channel<Aside> _aside = Channel.CreateBounded<Aside>(MostAside);
    private readonly Channel<LateVerdict> _late = Channel.CreateUnbounded<LateVerdict>();
    private readonly Lock _gate = new();
    private readonly HashSet<(ArtifactKind, string)> _troubled = [];
    private TasterProcess? _warm;
    private int _alone;
    private volatile bool _isStopped;

    /// <summary>What tells this build from others.</summary>
    public static string Build { get; } = typeof(ReleaseTaster).Module.ModuleVersionId.ToString("n");

    /// <inheritdoc/>
    public ChannelReader<LateVerdict> Late => _late.Reader;

    /// <summary>The process that is kept warm, or null for a moment.</summary>
    public int? ProcessId => _warm is { HasEnded: false } warm ? warm.Id : null;

    /// <summary>Keeps a taster warm, and tastes what was put aside, until it is told to stop; the processes are ended then.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        try
        {
            await Task.WhenAll(StayWarmAsync(cancellationToken), TasteAsideAsync(cancellationToken)).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // Told to stop.
        }
        finally
        {
            _isStopped = true;
            await _starting.WaitAsync(CancellationToken.None).ConfigureAwait(false);
            _warm?.Dispose();
            _starting.Release();
        }
    }

    /// <inheritdoc/>
    public async Task<IReadOnlyList<TasteVerdict>> TasteAsync(IReadOnlyList<Release> releases, CancellationToken cancellationToken)
    {
        var verdicts = new TasteVerdict[releases.Count];
        var groups = new Stack<List<int>>();
        var all = new List<int>(releases.Count);
        for (var i = 0; i < releases.Count; i++)
        {
            // What made trouble before makes nobody wait again.
            if (IsTroubled(releases[i]))
            {
                verdicts[i] = PutAside(releases[i]);
            }
            else
            {
                all.Add(i);
            }
        }

        if (all.Count > 0)
        {
            groups.Push(all);
        }

        while (groups.TryPop(out var group))
        {
            TasterProcess process;
            try
            {
                process = await WarmAsync(cancellationToken).ConfigureAwait(false);
            }
            catch (TasterStartException e)
            {
                groups.Push(group);
                foreach (var i in groups.SelectMany(waiting => waiting))
                {
                    verdicts[i] = new TasteVerdict(TasteOutcome.Unavailable, e.Message);
                }

                break;
            }

            var round = await process
                .TasteAsync([.. group.Select(i => releases[i])], options.Patience, cancellationToken)
                .ConfigureAwait(false);
            if (round.IsSettled)
            {
                for (var i = 0; i < group.Count; i++)
                {
                    verdicts[group[i]] = round.Verdicts[i]!;
                }
            }
            else
            {
                Forget(process);
                LogLost(process.Id, round.End ?? "a release takes long");
                Sort(group, round, process, i => releases[i], verdicts, groups);
            }
        }

        return verdicts;
    }

    /// <summary>Sorts the releases of a round that has not come to its end: some are put aside, the others are tasted again.</summary>
    private void Sort(
        List<int> group,
        TasteRound round,
        TasterProcess process,
        Func<int, Release> releaseOf,
        TasteVerdict[] verdicts,
        Stack<List<int>> groups
    )
    {
        var again = new List<int>(group.Count);
        var isAlive = round.End is null;
        for (var i = 0; i < group.Count; i++)
        {
            var isCurrent = i == round.Current;
            var isSuspect = isCurrent || (!isAlive && round.Current >= 0 && i < round.Current && i >= round.Current - AlsoSuspect);
            if (round.Verdicts[i] is { Outcome: TasteOutcome.Refused } refused)
            {
                verdicts[group[i]] = refused;
            }
            else if (isSuspect || group.Count == 1)
            {
                verdicts[group[i]] = PutAside(releaseOf(group[i]), isCurrent && isAlive ? process : null, i);
            }
            else
            {
                again.Add(group[i]);
            }
        }

        // Nobody was being tasted: whose doing it was is found out by halves.
        var half = round.Current < 0 ? again.Count / 2 : again.Count;
        Push(groups, again[half..]);
        Push(groups, again[..half]);
        if (!isAlive || round.Current < 0)
        {
            process.Dispose();
        }
    }

    private static void Push(Stack<List<int>> groups, List<int> group)
    {
        if (group.Count > 0)
        {
            groups.Push(group);
        }
    }

    private TasteVerdict PutAside(Release release, TasterProcess? process = null, int index = 0)
    {
        // One at a time is waited for in its process.
        if (process is not null && Volatile.Read(ref _alone) > 0)
        {
            process.Dispose();
            process = null;
        }

        Interlocked.Increment(ref _alone);
        if (_aside.Writer.TryWrite(new Aside(release, process, index)))
        {
            return new TasteVerdict(TasteOutcome.Later);
        }

        Interlocked.Decrement(ref _alone);
        process?.Dispose();
        return new TasteVerdict(TasteOutcome.Unavailable, $"{MostAside} releases that hold the taster up wait already");
    }

    private async Task TasteAsideAsync(CancellationToken cancellationToken)
    {
        TasterProcess? patient = null;
        try
        {
            await foreach (var aside in _aside.Reader.ReadAllAsync(cancellationToken).ConfigureAwait(false))
            {
                (var verdict, patient) = await TasteAloneAsync(aside, patient, cancellationToken).ConfigureAwait(false);
                if (verdict.Outcome == TasteOutcome.Refused)
                {
                    NoteTrouble(aside.Release);
                }

                Interlocked.Decrement(ref _alone);
                _late.Writer.TryWrite(new LateVerdict(aside.Release, verdict));
                if (!_aside.Reader.TryPeek(out _))
                {
                    patient?.Dispose();
                    patient = null;
                }
            }
        }
        finally
        {
            patient?.Dispose();
        }
    }

    private async Task<(TasteVerdict, TasterProcess?)> TasteAloneAsync(
        Aside aside,
        TasterProcess? patient,
        CancellationToken cancellationToken
    )
    {
        var end = "";
        for (var attempt = 0; attempt < Attempts; attempt++)
        {
            TasteRound round;
            if (attempt == 0 && aside.Process is { } held)
            {
                using (held)
                {
                    round = await held.GoOnAsync(options.TasteTime, cancellationToken).ConfigureAwait(false);
                    if (round.IsSettled)
                    {
                        // It was only slow. The others of its round were tasted elsewhere.
                        return (round.Verdicts[aside.Index]!, patient);
                    }
                }

                if (round.End is null && round.Current == aside.Index)
                {
                    end = TooLong();
                    continue;
                }
            }

            try
            {
                patient ??= await TasterProcess.StartAsync(options, time, cancellationToken).ConfigureAwait(false);
            }
            catch (TasterStartException e)
            {
                return (new TasteVerdict(TasteOutcome.Unavailable, e.Message), null);
            }

            round = await patient.TasteAsync([aside.Release], options.TasteTime, cancellationToken).ConfigureAwait(false);
            if (round.IsSettled)
            {
                return (round.Verdicts[0]!, patient);
            }

            end = round.End ?? TooLong();
            LogLost(patient.Id, end);
            patient.Dispose();
            patient = null;
        }

        return (new TasteVerdict(TasteOutcome.Refused, $"the taster does not survive it: {end}"), null);

        string TooLong() => $"it takes longer than {options.TasteTime.TotalSeconds:F0} s";
    }

    private async Task StayWarmAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            try
            {
                var warm = await WarmAsync(cancellationToken).ConfigureAwait(false);
                await warm.EndedAsync(cancellationToken).ConfigureAwait(false);
            }
            catch (Exception e) when (e is TasterStartException or InvalidOperationException)
            {
                // Whoever wants a release tasted says so; here it is only tried again. The other: it was disposed of at this moment.
            }

            await Task.Delay(RestartDelay, time, cancellationToken).ConfigureAwait(false);
        }
    }

    private async Task<TasterProcess> WarmAsync(CancellationToken cancellationToken)
    {
        await _starting.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            if (_isStopped)
            {
                throw new TasterStartException("the edge is stopping");
            }

            if (_warm is { HasEnded: true } ended)
            {
                ended.Dispose();
                _warm = null;
            }

            return _warm ??= await TasterProcess.StartAsync(options, time, cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            _starting.Release();
        }
    }

    private void Forget(TasterProcess process)
    {
        Interlocked.CompareExchange(ref _warm, null, process);
        process.Leave();
    }

    private bool IsTroubled(Release release)
    {
        lock (_gate)
        {
            return _troubled.Contains((release.Kind, release.Name));
        }
    }

    private void NoteTrouble(Release release)
    {
        lock (_gate)
        {
            if (_troubled.Count >= MostTroubled)
            {
                _troubled.Clear();
            }

            _troubled.Add((release.Kind, release.Name));
        }
    }

    [LoggerMessage(
        EventId = 1124,
        Level = LogLevel.Warning,
        Message = "Taster {Process} is not used any more: {Reason}; another is started."
    )]
    private partial void LogLost(int process, string reason);

    /// <summary>A release that is tasted alone.</summary>
    /// <param name="Release">The release.</param>
    /// <param name="Process">The process that is busy with it, or null.</param>
    /// <param name="Index">Its place in that process's round.</param>
    private sealed record Aside(Release Release, TasterProcess? Process, int Index);
}
