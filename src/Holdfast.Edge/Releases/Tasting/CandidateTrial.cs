using System.Diagnostics;
using Holdfast.Cache.Storage;
using Holdfast.Edge.Bots;
using Holdfast.Edge.ErrorPages;
using Holdfast.Edge.Geo;
using Holdfast.Edge.Guard;
using Holdfast.Edge.KillSwitches;
using Holdfast.Edge.Lists;
using Holdfast.Edge.Origins;
using Holdfast.Edge.Origins.Concurrency;
using Holdfast.Edge.Phases.Cache;
using Holdfast.Edge.Phases.RateLimiting;
using Holdfast.Edge.Reporting;
using Holdfast.Edge.Requests;
using Holdfast.Edge.Rules;
using Holdfast.Edge.Rules.Counting;
using Holdfast.Edge.Tiers;
using Holdfast.Edge.Zones;
using Holdfast.Http.Deadlines;
using Holdfast.Http.Origins;
using Holdfast.Model.Purging;
using Holdfast.Model.Releases;
using Holdfast.Model.Zones;
using Holdfast.Releases.Intake;
using Holdfast.Releases.Keys;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Holdfast.Edge.Releases.Tasting;

/// <summary>
/// The parts of an edge that touch a release, made for one batch of candidates: the same checks, the same compiler, the same pipeline with
/// cache and forwarder, in front of an origin inside the process.
/// </summary>
internal sealed class CandidateTrial : ICandidateTrial, IZoneSource
{
    // Hosts of a zone that get the first visit beside its own name.
    private const int MostRecordHosts = 3;

    private const long CacheBytes = 4 * 1024 * 1024;

    private readonly Dictionary<ArtifactKind, IArtifactCheck> _checks;
    private readonly SecretBox _secrets;
    private readonly ListCompiler _lists;
    private readonly BotFeatureLoader _features;
    private readonly BotFeatureTable _bots = new();
    private readonly TimeProvider _time;
    private readonly DeadlineSweep _sweep;
    private readonly OriginTargets _targets;
    private readonly ZoneCompiler _compiler;
    private readonly ZoneDirectory _zones;
    private readonly CachePhase _cache;
    private readonly RequestPipeline _pipeline;
    private readonly FaultNotes _faults = new();

    // Time is the taster's business: a machine that is busy must not look like a fault of a release.
    private static readonly GuardLimits Guard = new() { TimeBudget = TimeSpan.FromMinutes(1), AwaitBudget = TimeSpan.FromMinutes(1) };

    private ZoneRuntime? _candidate;
    private ulong _rays;

    /// <summary>For one batch.</summary>
    /// <param name="checks">The checks of every kind.</param>
    /// <param name="secrets">Opens certificates' keys.</param>
    /// <param name="lists">Compiles lists.</param>
    /// <param name="features">Loads bot feature files.</param>
    /// <param name="counters">What counts for rate limits.</param>
    /// <param name="origin">The origin of all zones.</param>
    /// <param name="faults">The faults that the process was started with, or null.</param>
    /// <param name="time">The clock.</param>
    public CandidateTrial(
        IReadOnlyList<IArtifactCheck> checks,
        SecretBox secrets,
        ListCompiler lists,
        BotFeatureLoader features,
        RateLimitPhase counters,
        InsideOrigin origin,
        LoaderFaults? faults,
        TimeProvider time
    )
    {
        _checks = checks.ToDictionary(check => check.Kind);
        _secrets = secrets;
        _lists = lists;
        _features = features;
        _time = time;
        _sweep = new DeadlineSweep(time);
        var limits = new OriginPoolLimits();
        _targets = new OriginTargets(new InsideResolver(), limits, _sweep, new Silence())
        {
            Connector = new OriginConnector(limits, _sweep) { Inside = origin.EndPoint },
        };
        _compiler = new ZoneCompiler(
            _targets,
            new RuleContext("LOC", new RuleCounts(), counters) { Bots = _bots },
            new EdgeGuard(Guard, null, time, _faults),
            new KillSwitchBoard(),
            faults
        );
        _zones = new ZoneDirectory(this, ZoneDirectory.DefaultBudget, ZoneReader.Dropped, time);
        var edge = new EdgeLimits();
        var forwarded = new ForwardedHeaders("taster", "LOC");
        var router = new OriginRouter(
            new OriginForwarder(_targets, forwarded, edge, time),
            http2: null,
            new OriginQueue(_sweep, _targets.Events)
        );
        var observer = new Silence();
        var store = new MemoryStore(new MemoryStoreLimits { Budget = CacheBytes });
        _cache = new CachePhase(store, "taster", router, forwarded, _sweep, edge, observer, NullLogger<CachePhase>.Instance);
        _pipeline = new RequestPipeline(
            _zones,
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
            _faults
        );
    }

    /// <inheritdoc/>
    public async Task<TasteVerdict> TasteAsync(Release release)
    {
        var started = Stopwatch.GetTimestamp();
        var allocated = GC.GetTotalAllocatedBytes();
        var reason =
            !_checks.TryGetValue(release.Kind, out var check) ? "this build does not know its kind of artifact"
            : check.Check(release.FormatVersion, release.Payload.Span) is { Count: > 0 } problems ? ArtifactProblem.Summary(problems)
            : release.Kind == ArtifactKind.Zone ? await ReasonOfZoneAsync(release).ConfigureAwait(false)
            : release.Kind == ArtifactKind.BotFeatures ? await ReasonOfFeaturesAsync(release).ConfigureAwait(false)
            : ReasonOfOther(release);
        return reason is not null
            ? new TasteVerdict(TasteOutcome.Refused, reason)
            : TasteVerdict.Good with
            {
                Cost = ((long)Stopwatch.GetElapsedTime(started).TotalMicroseconds, GC.GetTotalAllocatedBytes() - allocated),
            };
    }

    /// <inheritdoc/>
    ZoneRuntime? IZoneSource.Read(int artifact, ulong key) => _candidate;

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _cache.DisposeAsync().ConfigureAwait(false);
        _targets.Dispose();
        _sweep.Dispose();
    }

    private string? ReasonOfOther(Release release)
    {
        switch (release.Kind)
        {
            case ArtifactKind.Certificate:
                CertificateReader.Make(release, _secrets);
                return null;

            case ArtifactKind.List:
                _lists.Compile(ListConsumer.ConfigOf(release));
                return null;

            case ArtifactKind.KillSwitch:
                // It only leaves parts of zones out; its check has read all that it says.
                return null;

            default:
                return "the taster does not know its kind of artifact";
        }
    }

    private async Task<string?> ReasonOfZoneAsync(Release release) =>
        ZoneReader.TryRead(release, out var config) is { } problem
            ? problem
            : await ReasonOfZoneAsync(config!, release.Generation).ConfigureAwait(false);

    // A zone that asks for the score shows what the file does with requests.
    private async Task<string?> ReasonOfFeaturesAsync(Release release)
    {
        _bots.Put(_features.Load(release, before: null));
        try
        {
            return await ReasonOfZoneAsync(ScoredZone.Config, 1).ConfigureAwait(false);
        }
        finally
        {
            _bots.Remove();
        }
    }

    private async Task<string?> ReasonOfZoneAsync(ZoneConfig config, long generation)
    {
        _candidate = _compiler.Compile(config, generation);
        var key = ZoneKey.Of(config.Name);
        _zones.Add(0, key);
        try
        {
            var host = HostOf(config.Name);
            foreach (var visit in SyntheticVisit.All)
            {
                if (await ReasonOfVisitAsync(visit, host).ConfigureAwait(false) is { } fault)
                {
                    return fault;
                }
            }

            foreach (var record in config.Records.Take(MostRecordHosts))
            {
                if (await ReasonOfVisitAsync(SyntheticVisit.All[0], HostOf(record.Name)).ConfigureAwait(false) is { } fault)
                {
                    return fault;
                }
            }

            return null;
        }
        finally
        {
            _zones.Remove(0, key);
        }
    }

    private async Task<string?> ReasonOfVisitAsync(SyntheticVisit visit, string host)
    {
        _faults.Exception = null;
        _faults.Said = null;
        var request = new SyntheticRequest(visit, host, new RayId(++_rays), _time);
        await _pipeline.HandleAsync(request).ConfigureAwait(false);
        var isFault = request.Error == EdgeError.EdgeFault || request.Guarded.Faulted != 0 || _faults.Exception is not null;
        request.GiveBuffers();
        var what = _faults.Exception is { } e ? $"{e.GetType().Name}: {e.Message}" : _faults.Said ?? "the answer says so";
        return isFault ? $"a request, {visit.Method} {visit.Target} for {host}, met a fault of the edge: {what}" : null;
    }

    private static string HostOf(string name) =>
        name == ZoneName.CatchAll ? "www.example.com"
        : name.StartsWith("*.", StringComparison.Ordinal) ? "www." + name[2..]
        : name.Contains(':') ? $"[{name}]"
        : name;

    /// <summary>Keeps what the pipeline and the guard log as a fault.</summary>
    private sealed class FaultNotes : ILogger<RequestPipeline>, ILogger<EdgeGuard>
    {
        public volatile Exception? Exception;
        public volatile string? Said;

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Error;

        public void Log<TState>(
            LogLevel logLevel,
            EventId eventId,
            TState state,
            Exception? exception,
            Func<TState, Exception?, string> formatter
        )
        {
            Exception ??= exception;
            Said ??= formatter(state, exception);
        }
    }

    /// <summary>Nobody reads a taster's log or counters.</summary>
    private sealed class Silence : IRequestObserver, IOriginEvents
    {
        public void Ended(EdgeRequest request) { }

        public void EndedDetached(EdgeRequest request) { }

        public void Revalidated(RevalidationResult result) { }

        public CountryCode CountryOf(EdgeRequest request) => default;

        public void Connected() { }

        public void NotConnected(OriginFault fault) { }

        public void NotResolved() { }

        public void Queued() { }

        public void Dequeued() { }

        public void NotAdmitted(OriginWaitEnd why) { }
    }
}
