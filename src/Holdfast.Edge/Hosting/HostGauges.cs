using Holdfast.Cache.Storage;
using Holdfast.Edge.Guard;
using Holdfast.Edge.Reporting;

namespace Holdfast.Edge.Hosting;

/// <summary>The metrics that are read from what an edge is made of, when somebody asks for them.</summary>
internal static class HostGauges
{
    /// <summary>All of them.</summary>
    /// <param name="releases">Zones, and what else comes by releases.</param>
    /// <param name="responses">The stored responses.</param>
    /// <param name="guard">What guards the modules.</param>
    public static MetricFamily[] Of(EdgeReleases releases, MemoryStore responses, EdgeGuard guard) =>
        [
            EdgeMetrics.Plain(MetricKind.Gauge, "holdfast.edge.zones", "Zones that are live.", () => releases.Zones.Count),
            EdgeMetrics.Plain(MetricKind.Gauge, "holdfast.edge.zones.warm", "Zones that are compiled.", () => releases.Zones.WarmCount),
            EdgeMetrics.Plain(
                MetricKind.Counter,
                "holdfast.edge.zones.read",
                "Zones that were read from the disk because somebody asked for them.",
                () => releases.Zones.Reads
            ),
            EdgeMetrics.Plain(
                MetricKind.Gauge,
                "holdfast.edge.feed.position",
                "The last position of the feed that was dealt with.",
                () => releases.Intake.State.Position
            ),
            EdgeMetrics.Plain(
                MetricKind.Gauge,
                "holdfast.edge.feed.connected",
                "1 while control's releases are followed.",
                () => releases.Intake.State.Connected ? 1 : 0
            ),
            .. PurgeMetrics.Of(responses, releases.Purges),
            .. DiskMetrics.Of(responses.Disk),
            .. GuardMetrics.Of(guard),
            EdgeMetrics.Plain(
                MetricKind.Counter,
                "holdfast.edge.rules.acted",
                "How often zones' rules have acted.",
                () => releases.RuleCounts.Acted
            ),
            EdgeMetrics.Plain(
                MetricKind.Gauge,
                "holdfast.edge.rules",
                "Rules whose actions are counted one by one.",
                () => releases.RuleCounts.Count
            ),
            .. SecurityEventMetrics.Of(releases.Events),
            EdgeMetrics.Plain(
                MetricKind.Gauge,
                "holdfast.edge.ratelimit.keys",
                "Keys that rate limits count by.",
                () => releases.RateLimits.State.Keys
            ),
            EdgeMetrics.Plain(
                MetricKind.Counter,
                "holdfast.edge.ratelimit.evicted",
                "Keys that were forgotten to make room while something was counted for them.",
                () => releases.RateLimits.State.Evicted
            ),
            EdgeMetrics.Plain(MetricKind.Gauge, "holdfast.edge.cache.objects", "Responses that are stored.", () => responses.Count),
            EdgeMetrics.Plain(MetricKind.Gauge, "holdfast.edge.cache.size", "What they take.", () => responses.Bytes, "bytes"),
            EdgeMetrics.Plain(
                MetricKind.Counter,
                "holdfast.edge.cache.evicted",
                "Responses that went to make room.",
                () => responses.Evicted
            ),
            EdgeMetrics.Plain(
                MetricKind.Gauge,
                "holdfast.edge.cache.fills",
                "Requests to origins that others for the same can wait for.",
                () => responses.Fills.Count
            ),
            EdgeMetrics.Plain(
                MetricKind.Gauge,
                "holdfast.edge.cache.waiting",
                "Requests that wait for another one's answer from the origin.",
                () => responses.Fills.Waiting
            ),
            EdgeMetrics.Plain(
                MetricKind.Gauge,
                "holdfast.edge.cache.fill.size",
                "What responses on their way into the store take.",
                () => responses.Fills.Held,
                "bytes"
            ),
            EdgeMetrics.Plain(
                MetricKind.Gauge,
                "holdfast.edge.cache.spill.size",
                "What slow visitors' parts of responses that are not stored take on the disk.",
                () => responses.Fills.Spill.Bytes,
                "bytes"
            ),
            EdgeMetrics.Plain(
                MetricKind.Counter,
                "holdfast.edge.cache.spill.failures",
                "How often there was no room on the disk for that, so that a visitor was cut off.",
                () => responses.Fills.Spill.Failures
            ),
        ];
}
