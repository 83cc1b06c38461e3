using Holdfast.Cache.Storage;
using Holdfast.Releases.Purging;

namespace Holdfast.Edge.Reporting;

/// <summary>What is measured of purges.</summary>
internal static class PurgeMetrics
{
    /// <summary>The metrics of an edge.</summary>
    /// <param name="store">Its cache.</param>
    /// <param name="intake">Its end of the purge log.</param>
    public static IEnumerable<MetricFamily> Of(MemoryStore store, PurgeIntake intake) =>
        [
            EdgeMetrics.Plain(
                MetricKind.Gauge,
                "holdfast.edge.purge.position",
                "The last purge of control's log that is in effect.",
                () => intake.Position.Sequence
            ),
            EdgeMetrics.Plain(MetricKind.Counter, "holdfast.edge.purges", "Purges put into effect.", () => intake.Applied),
            EdgeMetrics.Plain(MetricKind.Counter, "holdfast.edge.purges.refused", "Purges refused.", () => intake.Refused),
            EdgeMetrics.Plain(
                MetricKind.Gauge,
                "holdfast.edge.purge.marks",
                "What is remembered of purges until nothing older can be stored.",
                () => store.Purges.Count
            ),
            EdgeMetrics.Plain(
                MetricKind.Counter,
                "holdfast.edge.cache.purged",
                "Purged responses whose memory was freed.",
                () => store.Reclaimed
            ),
        ];
}
