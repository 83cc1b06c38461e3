using Holdfast.Cache.Storage;
using Holdfast.Edge.Bots;
using Holdfast.Edge.Guard;
using Holdfast.Edge.KillSwitches;
using Holdfast.Edge.Origins;
using Holdfast.Edge.Origins.Concurrency;
using Holdfast.Edge.Phases.Cache;
using Holdfast.Edge.Phases.RateLimiting;
using Holdfast.Edge.Requests;
using Holdfast.Edge.Rules;
using Holdfast.Edge.Rules.Counting;
using Holdfast.Edge.Tiers;
using Holdfast.Edge.Zones;
using Holdfast.Http.Deadlines;
using Holdfast.Http.Origins;
using Holdfast.Model.Purging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Holdfast.Edge.Releases.Tasting;

/// <summary>
/// The parts of an edge that touch a release, within a taster: the same compiler, the same pipeline with cache and forwarder, in front of an
/// origin inside the process. It asks nobody and tells nobody.
/// </summary>
internal sealed class InsidePipeline : IAsyncDisposable
{
    private const long CacheBytes = 4 * 1024 * 1024;

    // Time is the taster's business: a machine that is busy must not look like a fault of a release.
    private static readonly GuardLimits Limits = new() { TimeBudget = TimeSpan.FromMinutes(1), AwaitBudget = TimeSpan.FromMinutes(1) };

    private readonly DeadlineSweep _sweep;
    private readonly OriginTargets _targets;
    private readonly CachePhase _cache;

    /// <summary>An edge with no zones.</summary>
    /// <param name="source">Gives the zones that <see cref="Zones"/> is told of.</param>
    /// <param name="counters">What counts for rate limits.</param>
    /// <param name="origin">The origin of all zones.</param>
    /// <param name="faults">The faults that the process was started with, or null.</param>
    /// <param name="observer">Told how requests end.</param>
    /// <param name="time">The clock.</param>
    public InsidePipeline(
        IZoneSource source,
        RateLimitPhase counters,
        InsideOrigin origin,
        LoaderFaults? faults,
        SilentObserver observer,
        TimeProvider time
    )
    {
        _sweep = new DeadlineSweep(time);
        var limits = new OriginPoolLimits();
        _targets = new OriginTargets(new InsideResolver(), limits, _sweep, observer)
        {
            Connector = new OriginConnector(limits, _sweep) { Inside = origin.EndPoint },
        };
        Rules = new RuleContext("LOC", new RuleCounts(), counters) { Bots = Bots };
        Compiler = new ZoneCompiler(_targets, Rules, new EdgeGuard(Limits, null, time, Faults), new KillSwitchBoard(), faults);
        Zones = new ZoneDirectory(source, ZoneDirectory.DefaultBudget, ZoneReader.Dropped, time);
        var edge = new EdgeLimits();
        var forwarded = new ForwardedHeaders("taster", "LOC");
        var router = new OriginRouter(
            new OriginForwarder(_targets, forwarded, edge, time),
            http2: null,
            new OriginQueue(_sweep, _targets.Events)
        );
        var store = new MemoryStore(new MemoryStoreLimits { Budget = CacheBytes });
        _cache = new CachePhase(store, "taster", router, forwarded, _sweep, edge, observer, NullLogger<CachePhase>.Instance);
        Requests = new RequestPipeline(
            Zones,
            router,
            _cache,
            forwarded,
            new LocalAnswers("taster", "LOC", null, forwarded, time),
            TrustedUpstreams.None,
            new TierIdentity("taster", new byte[32], 1, () => PurgePosition.None, () => PurgePosition.None),
            observer,
            new EdgePorts(80, 443),
            time,
            Random.Shared,
            Faults
        );
    }

    /// <summary>The bot feature file.</summary>
    public BotFeatureTable Bots { get; } = new();

    /// <summary>What rules get.</summary>
    public RuleContext Rules { get; }

    /// <summary>Compiles zones.</summary>
    public ZoneCompiler Compiler { get; }

    /// <summary>The zones.</summary>
    public ZoneDirectory Zones { get; }

    /// <summary>Answers requests.</summary>
    public RequestPipeline Requests { get; }

    /// <summary>What was logged as a fault.</summary>
    public FaultNotes Faults { get; } = new();

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _cache.DisposeAsync().ConfigureAwait(false);
        _targets.Dispose();
        _sweep.Dispose();
    }
}
