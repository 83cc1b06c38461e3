using System.Diagnostics;
using Holdfast.Edge.Bots;
using Holdfast.Edge.ErrorPages;
using Holdfast.Edge.Lists;
using Holdfast.Edge.Phases.RateLimiting;
using Holdfast.Edge.Requests;
using Holdfast.Edge.Rules.Executing;
using Holdfast.Edge.Zones;
using Holdfast.Model.Releases;
using Holdfast.Model.Zones;
using Holdfast.Releases.Intake;
using Holdfast.Releases.Keys;

namespace Holdfast.Edge.Releases.Tasting;

/// <summary>
/// Tastes one batch of candidates: the checks that an edge has, and requests through the <see cref="InsidePipeline"/>.
/// </summary>
internal sealed class CandidateTrial : ICandidateTrial, IZoneSource
{
    // Hosts of a zone that get the first visit beside its own name.
    private const int MostRecordHosts = 3;

    private readonly Dictionary<ArtifactKind, IArtifactCheck> _checks;
    private readonly SecretBox _secrets;
    private readonly ListCompiler _lists;
    private readonly BotFeatureLoader _features;
    private readonly TimeProvider _time;
    private readonly InsidePipeline _edge;

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
        _edge = new InsidePipeline(this, counters, origin, faults, new SilentObserver(), time);
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
            : release.Kind == ArtifactKind.AccountRuleset ? await ReasonOfRulesetAsync(release).ConfigureAwait(false)
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
    public ValueTask DisposeAsync() => _edge.DisposeAsync();

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
        _edge.Bots.Put(_features.Load(release, before: null));
        try
        {
            return await ReasonOfZoneAsync(ScoredZone.Config, 1).ConfigureAwait(false);
        }
        finally
        {
            _edge.Bots.Remove();
        }
    }

    // What it does for a zone that has nothing of its own; what is executed is executed by all requests.
    private async Task<string?> ReasonOfRulesetAsync(Release release)
    {
        var config = AccountRulesetConsumer.ConfigOf(release);
        _edge.Rules.Account.Put(0, new AccountRuleset(config, _edge.Rules), _edge.Rules);
        try
        {
            return await ReasonOfZoneAsync(SampleZone.Executing(config), release.Generation).ConfigureAwait(false);
        }
        finally
        {
            _edge.Rules.Account.Remove(0, _edge.Rules);
        }
    }

    private async Task<string?> ReasonOfZoneAsync(ZoneConfig config, long generation)
    {
        _candidate = _edge.Compiler.Compile(config, generation);
        var key = ZoneKey.Of(config.Name);
        _edge.Zones.Add(0, key);
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
            _edge.Zones.Remove(0, key);
        }
    }

    private async Task<string?> ReasonOfVisitAsync(SyntheticVisit visit, string host)
    {
        _edge.Faults.Clear();
        var request = new SyntheticRequest(visit, host, new RayId(++_rays), _time);
        await _edge.Requests.HandleAsync(request).ConfigureAwait(false);
        var isFault = request.Error == EdgeError.EdgeFault || request.Guarded.Faulted != 0 || _edge.Faults.Exception is not null;
        request.GiveBuffers();
        var what = _edge.Faults.Exception is { } e ? $"{e.GetType().Name}: {e.Message}" : _edge.Faults.Said ?? "the answer says so";
        return isFault ? $"a request, {visit.Method} {visit.Target} for {host}, met a fault of the edge: {what}" : null;
    }

    private static string HostOf(string name) =>
        name == ZoneName.CatchAll ? "www.example.com"
        : name.StartsWith("*.", StringComparison.Ordinal) ? "www." + name[2..]
        : name.Contains(':') ? $"[{name}]"
        : name;
}
