using System.Collections.Concurrent;
using Holdfast.Edge.Guard.Faults;
using Microsoft.Extensions.Logging;

namespace Holdfast.Edge.Guard;

/// <summary>The guard of one edge: what its zones' guards share. Any thread.</summary>
internal sealed partial class EdgeGuard
{
    // Zones whose faults are remembered beyond the zone's time in memory. Some 200 bytes each.
    private const int MostTroubled = 10_000;

    private readonly ILogger _logger;
    private readonly ConcurrentDictionary<string, WeakReference<ZoneGuard>> _zones = new();
    private readonly ConcurrentDictionary<ZoneGuard, bool> _troubled = new();
    private readonly long[] _faults = new long[EdgeModules.Count * KindCount];
    private readonly long[] _skips = new long[EdgeModules.Count];
    private readonly TaskCompletionSource<string> _replacement = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _pruneAt = 1024;
    private int _look = 1;
    private int _lostThreads;
    private uint _killed;

    /// <summary>For one edge.</summary>
    /// <param name="limits">What modules may take.</param>
    /// <param name="faults">The faults that tests and drills have tripped, or null on an edge that serves visitors.</param>
    /// <param name="time">The clock.</param>
    /// <param name="logger">Where faults go.</param>
    public EdgeGuard(GuardLimits limits, FaultInjection? faults, TimeProvider time, ILogger<EdgeGuard> logger)
    {
        Limits = limits;
        Faults = faults;
        Time = time;
        TimeBudget = (long)(limits.TimeBudget.TotalSeconds * time.TimestampFrequency);
        _logger = logger;
        Shared = new ZoneGuard(this, "");
    }

    /// <summary>Whether a drill has taken the guard away: nothing is caught, timed or watched.</summary>
    public bool IsOff { get; init; }

    private static int KindCount => Enum.GetValues<FaultKind>().Length;

    /// <summary>What modules may take.</summary>
    public GuardLimits Limits { get; }

    /// <summary>The time budget in the clock's own unit.</summary>
    public long TimeBudget { get; }

    /// <summary>The faults that are tripped, or null on an edge that serves visitors.</summary>
    public FaultInjection? Faults { get; }

    /// <summary>The clock.</summary>
    public TimeProvider Time { get; }

    /// <summary>The guard of what runs before a request's zone is known.</summary>
    public ZoneGuard Shared { get; }

    /// <summary>The modules that kill switches take out of all zones, a bit each: for what runs before the zone is known.</summary>
    public uint Killed
    {
        get => Volatile.Read(ref _killed);
        set => Volatile.Write(ref _killed, value);
    }

    /// <summary>The guards of zones whose modules have had faults.</summary>
    public IEnumerable<ZoneGuard> Troubled => _troubled.Keys;

    /// <summary>The watchdog's present look, never 0.</summary>
    public int Look => Volatile.Read(ref _look);

    /// <summary>Threads that are lost now.</summary>
    public int LostThreads => Volatile.Read(ref _lostThreads);

    /// <summary>Faults of all modules.</summary>
    public long AllFaults => Enumerable.Range(0, _faults.Length).Sum(i => Interlocked.Read(ref _faults[i]));

    /// <summary>Ends when the process should be replaced, with the reason.</summary>
    public Task<string> ReplacementWanted => _replacement.Task;

    /// <summary>The breakers of modules that have had faults.</summary>
    public IEnumerable<ModuleBreaker> Breakers => _troubled.Keys.SelectMany(zone => zone.Breakers);

    /// <summary>A zone's guard: the one that it had before, if it had one.</summary>
    public ZoneGuard Of(string zone)
    {
        while (true)
        {
            if (_zones.TryGetValue(zone, out var known))
            {
                if (known.TryGetTarget(out var guard))
                {
                    return guard;
                }

                _zones.TryRemove(new KeyValuePair<string, WeakReference<ZoneGuard>>(zone, known));
            }

            var made = new ZoneGuard(this, zone);
            if (_zones.TryAdd(zone, new WeakReference<ZoneGuard>(made)))
            {
                Prune();
                return made;
            }
        }
    }

    /// <summary>How often a module has failed in a way.</summary>
    public long FaultsOf(EdgeModule module, FaultKind kind) => Interlocked.Read(ref _faults[((int)module * KindCount) + (int)kind]);

    /// <summary>How often a module was not run because its breaker was open.</summary>
    public long SkipsOf(EdgeModule module) => Interlocked.Read(ref _skips[(int)module]);

    /// <summary>Remembers a zone whose modules have had faults.</summary>
    public void Keep(ZoneGuard zone)
    {
        if (_troubled.Count >= MostTroubled)
        {
            foreach (var well in _troubled.Keys.Where(kept => kept.Breakers.All(breaker => breaker.State == BreakerState.Closed)))
            {
                _troubled.TryRemove(well, out _);
            }
        }

        if (_troubled.Count < MostTroubled)
        {
            _troubled.TryAdd(zone, true);
        }
    }

    /// <summary>Forgets the guard of a candidate whose trial has ended.</summary>
    public void Forget(ZoneGuard zone) => _troubled.TryRemove(zone, out _);

    /// <summary>A module was not run.</summary>
    public void Skipped(EdgeModule module) => Interlocked.Increment(ref _skips[(int)module]);

    /// <summary>A module has failed.</summary>
    public void Faulted(
        ZoneGuard zone,
        EdgeModule module,
        FaultKind kind,
        string what,
        Exception? exception,
        FaultOutcome outcome,
        long generation
    )
    {
        Interlocked.Increment(ref _faults[((int)module * KindCount) + (int)kind]);
        if (outcome == FaultOutcome.First)
        {
            LogFault(_logger, EdgeModules.NameOf(module), zone.Id, generation, what, exception);
        }
        else if (outcome == FaultOutcome.Opened)
        {
            LogOpened(_logger, EdgeModules.NameOf(module), zone.Id, generation, what);
        }
    }

    /// <summary>A module that had failed works again.</summary>
    public void Closed(ZoneGuard zone, EdgeModule module) => LogClosed(_logger, EdgeModules.NameOf(module), zone.Id);

    /// <summary>The next look of the watchdog.</summary>
    public int NextLook()
    {
        var next = Look + 1;
        next = next > 0 ? next : 1;
        Volatile.Write(ref _look, next);
        return next;
    }

    /// <summary>What the watchdog has seen.</summary>
    public void Lose(int threads)
    {
        Volatile.Write(ref _lostThreads, threads);
        if (threads > Limits.LostThreadsAllowed && !IsOff)
        {
            _replacement.TrySetResult($"{threads} of its threads do not come back from a module");
        }
    }

    // What nobody uses any more leaves only its name behind; those go now and then.
    private void Prune()
    {
        if (_zones.Count < Volatile.Read(ref _pruneAt))
        {
            return;
        }

        foreach (var entry in _zones.Where(entry => !entry.Value.TryGetTarget(out _)))
        {
            _zones.TryRemove(entry);
        }

        Volatile.Write(ref _pruneAt, Math.Max(1024, 2 * _zones.Count));
    }

    [LoggerMessage(
        EventId = 1401,
        Level = LogLevel.Error,
        Message = "The module {Module} failed in the zone '{Zone}', generation {Generation}: {What}."
    )]
    private static partial void LogFault(ILogger logger, string module, string zone, long generation, string what, Exception? exception);

    [LoggerMessage(
        EventId = 1402,
        Level = LogLevel.Error,
        Message = "The module {Module} is not run in the zone '{Zone}' for now, it failed again and again; last with generation {Generation}: {What}."
    )]
    private static partial void LogOpened(ILogger logger, string module, string zone, long generation, string what);

    [LoggerMessage(EventId = 1403, Level = LogLevel.Warning, Message = "The module {Module} runs again in the zone '{Zone}'.")]
    private static partial void LogClosed(ILogger logger, string module, string zone);
}
