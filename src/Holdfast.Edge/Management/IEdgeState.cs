using Holdfast.Cache.Disk;
using Holdfast.Edge.Guard;
using Holdfast.Edge.KillSwitches;
using Holdfast.Edge.Releases;
using Holdfast.Edge.Rules.Counting;
using Holdfast.Model.Purging;
using Holdfast.Model.Releases;
using Holdfast.Releases.Rollout;

namespace Holdfast.Edge.Management;

/// <summary>What the management listener tells about its edge. Read on any thread; every member answers from memory.</summary>
internal interface IEdgeState
{
    /// <summary>The node name: <c>edge-1</c>.</summary>
    string Node { get; }

    /// <summary>Whether the edge knows its zones: they were loaded from disk, or the feed has given its first answer.</summary>
    bool IsReady { get; }

    /// <summary>Whether somebody at this machine wants it to have no more visitors; those that come are served.</summary>
    bool IsDraining => false;

    /// <summary>Where the edge stands, as in CF-Ray.</summary>
    string Place => "LOC";

    /// <summary>The edge's clock.</summary>
    DateTimeOffset Now => DateTimeOffset.UtcNow;

    /// <summary>The releases that something was done with last.</summary>
    IReadOnlyList<RecentRelease> Recent => [];

    /// <summary>The feed's last position that was dealt with; 0 before the first.</summary>
    long Position { get; }

    /// <summary>Up to where the purge log is in effect.</summary>
    PurgePosition Purged { get; }

    /// <summary>The cache's disk tier, or null where it is off.</summary>
    DiskStore? CacheDisk { get; }

    /// <summary>How many zones are live.</summary>
    int Zones { get; }

    /// <summary>Whether HTTP/3 is spoken: <c>on</c>, <c>off</c>, or <c>no libmsquic</c> where it was wanted and can't be had.</summary>
    string Http3 { get; }

    /// <summary>Why the feed was last lost, or null when it stands.</summary>
    string? LastFeedError { get; }

    /// <summary>What guards the modules.</summary>
    EdgeGuard Guard { get; }

    /// <summary>The kill switches in force.</summary>
    KillSet KillSwitches { get; }

    /// <summary>How often rules have acted.</summary>
    RuleCounts RuleCounts { get; }

    /// <summary>The process that tastes releases, null for a moment while it is replaced.</summary>
    int? TasterProcess { get; }

    /// <summary>Why releases are not tasted, and wait; null while they are.</summary>
    string? TasterProblem { get; }

    /// <summary>Releases that hold the taster up, and are tasted alone.</summary>
    int PutAside { get; }

    /// <summary>Artifacts of which something is on trial, held, or was reverted, at most <paramref name="limit"/> of them.</summary>
    IEnumerable<ReleaseStanding> Standings(int limit);

    /// <summary>Where orders of this machine's people are taken, or null where there are none.</summary>
    NodeEndpoint? Orders => null;

    /// <summary>Releases that are live, at most <paramref name="limit"/> of them, in the order in which their artifacts came.</summary>
    IEnumerable<LiveRelease> LiveReleases(int limit);
}

/// <summary>A release that an edge serves with.</summary>
/// <param name="Kind">What kind of artifact.</param>
/// <param name="Name">Which one.</param>
/// <param name="Generation">Which generation of it.</param>
internal readonly record struct LiveRelease(ArtifactKind Kind, string Name, long Generation);
