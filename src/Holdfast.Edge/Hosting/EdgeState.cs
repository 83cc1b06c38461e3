using Holdfast.Cache.Disk;
using Holdfast.Edge.BreakGlass;
using Holdfast.Edge.Guard;
using Holdfast.Edge.Http3;
using Holdfast.Edge.KillSwitches;
using Holdfast.Edge.Management;
using Holdfast.Edge.Releases;
using Holdfast.Edge.Rules.Counting;
using Holdfast.Model.Purging;
using Holdfast.Releases.Rollout;

namespace Holdfast.Edge.Hosting;

/// <summary>What the management listener tells about an edge.</summary>
internal sealed class EdgeState : IEdgeState
{
    private readonly EdgeOptions _options;
    private readonly EdgeReleases _releases;
    private readonly bool _speaksHttp3;

    /// <summary>The state of an edge that is made of these parts.</summary>
    public EdgeState(EdgeOptions options, EdgeHome home, EdgeGuard guard, StoredResponses responses, EdgeReleases releases)
    {
        _options = options;
        _releases = releases;
        _speaksHttp3 = !VisitorListeners.Http3EndPoints(options, Http3Server.IsSupported).IsEmpty;
        Guard = guard;
        CacheDisk = responses.Disk;
        var view = new NodeView(this, releases.Desk, releases.Store, releases.Intake, releases.Live, releases.Uplink);
        Orders = new NodeEndpoint(releases.Desk, view, home.Credential(), options.Time);
    }

    /// <inheritdoc/>
    public string Node => _options.Name;

    /// <inheritdoc/>
    public string Place => _options.Place;

    /// <inheritdoc/>
    public DateTimeOffset Now => _options.Time.GetUtcNow();

    /// <inheritdoc/>
    public bool IsReady => _releases.ServesFromDisk || _releases.Live.ConnectedOnce.IsCompleted || _options.Control is null;

    /// <inheritdoc/>
    public bool IsDraining => _releases.Desk.State.Draining is not null;

    /// <inheritdoc/>
    public IReadOnlyList<RecentRelease> Recent => _releases.Live.Recent.All;

    /// <inheritdoc/>
    public long Position => _releases.Intake.State.Position;

    /// <inheritdoc/>
    public PurgePosition Purged => _releases.Purges.Position;

    /// <inheritdoc/>
    public DiskStore? CacheDisk { get; }

    /// <inheritdoc/>
    public int Zones => _releases.Zones.Count;

    /// <inheritdoc/>
    public string Http3 =>
        _speaksHttp3 ? "on"
        : _options.Http3 && !Http3Server.IsSupported ? "no libmsquic"
        : "off";

    /// <inheritdoc/>
    public string? LastFeedError => _releases.Intake.State.Connected ? null : _releases.Intake.State.LastError;

    /// <inheritdoc/>
    public EdgeGuard Guard { get; }

    /// <inheritdoc/>
    public KillSet KillSwitches => _releases.Kills.InForce;

    /// <inheritdoc/>
    public RuleCounts RuleCounts => _releases.RuleCounts;

    /// <inheritdoc/>
    public int? TasterProcess => _releases.Taster?.ProcessId;

    /// <inheritdoc/>
    public string? TasterProblem => _releases.Intake.State.TasterProblem;

    /// <inheritdoc/>
    public int PutAside => _releases.Intake.State.PutAside;

    /// <inheritdoc/>
    public NodeEndpoint? Orders { get; }

    /// <inheritdoc/>
    public IEnumerable<ReleaseStanding> Standings(int limit) => _releases.Intake.Standings.Take(limit);

    /// <inheritdoc/>
    public IEnumerable<LiveRelease> LiveReleases(int limit) =>
        _releases
            .Intake.Live()
            .Take(limit)
            .Select(artifact => (Artifact: artifact, Name: _releases.Store.NameOf(artifact.Number)))
            .Select(entry => new LiveRelease(entry.Artifact.Kind, entry.Name, _releases.Desk.GenerationInUse(entry.Artifact, entry.Name)));
}
