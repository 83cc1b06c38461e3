using System.Text.Json;

namespace Holdfast.Model.Uplink;

/// <summary>The channel from an edge up to control: batches, at least once, in order.</summary>
public interface IEdgeUplink
{
    /// <summary>Delivers a batch.</summary>
    /// <param name="batch">1 to 1,000 records of one node, ascending by sequence.</param>
    /// <param name="cancellationToken">Gives up; the batch may or may not have arrived.</param>
    /// <returns>The highest sequence that is safe at the other end; the sender may forget up to there.</returns>
    Task<long> SendAsync(IReadOnlyList<UplinkRecord> batch, CancellationToken cancellationToken);
}

/// <summary>One upward record.</summary>
/// <param name="Node">The edge's node name, <c>edge-1</c>.</param>
/// <param name="Sequence">Strictly increasing per node, also over restarts and a lost disk; with gaps.</param>
/// <param name="At">When it happened, UTC.</param>
/// <param name="Type">See <see cref="UplinkRecordTypes"/>.</param>
/// <param name="Body">The record's own members.</param>
public sealed record UplinkRecord(string Node, long Sequence, DateTimeOffset At, string Type, JsonElement Body);

/// <summary>The types of upward record there are.</summary>
public static class UplinkRecordTypes
{
    /// <summary>A release went live: kind, name, generation, digest.</summary>
    public const string ReleaseAccepted = "release.accepted";

    /// <summary>A release was refused: kind, name, generation, digest, reason.</summary>
    public const string ReleaseRefused = "release.refused";

    /// <summary>A step of a release on the node: <see cref="Releases.ReleaseProgress"/>.</summary>
    public const string ReleaseProgress = "release.progress";

    /// <summary>
    /// What recent requests of the node met with a proposed artifact, before anything of it was live:
    /// <see cref="Releases.Rehearsals.RehearsalReport"/>.
    /// </summary>
    public const string ReleaseRehearsed = "release.rehearsed";

    /// <summary>Releases wait on the node, because there is no taster: reason.</summary>
    public const string TasterUnavailable = "taster.unavailable";

    /// <summary>
    /// Somebody at the node's own machine ordered something: id, verb, target, everything, generation, subject, killed, reason, by (the local
    /// user), given_at, waited (until the node started), outcome (<c>done</c> or <c>refused</c>) and text. Control writes each into its audit log.
    /// </summary>
    public const string NodeCommand = "node.command";

    /// <summary>The node was started as a plain forwarder, because it had died again and again: reason.</summary>
    public const string EdgeBypassed = "edge.bypassed";

    /// <summary>The purge log is in effect up to here: log, sequence.</summary>
    public const string PurgeApplied = "purge.applied";

    /// <summary>A purge was refused: reason.</summary>
    public const string PurgeRefused = "purge.refused";

    /// <summary>
    /// The node's health, every 10 s: requests, edge errors, origin errors, connections, position, place in the purge log, zones, trusted keys.
    /// </summary>
    public const string Health = "health";

    /// <summary>The member of a health record that says which signing keys the node believes: an array of their ids.</summary>
    public const string TrustedKeys = "trusted_keys";

    /// <summary>
    /// Rules acted: <c>events</c>, an array of security events as the API shows them, and <c>dropped</c>, how many more were lost on the edge
    /// since the last record of this type. On the events' own channel.
    /// </summary>
    public const string SecurityEvents = "security.events";

    /// <summary>
    /// How often rules have acted since the last record of this type: <c>rules</c>, an array of zone, rule, acted and last (milliseconds since
    /// 1970). On the events' own channel.
    /// </summary>
    public const string RuleCounts = "rules.counts";

    /// <summary>Records were lost because the ring was full: count, of what they told of.</summary>
    public const string Dropped = "uplink.dropped";
}
