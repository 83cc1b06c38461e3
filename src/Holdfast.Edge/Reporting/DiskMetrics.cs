using Holdfast.Cache.Disk;

namespace Holdfast.Edge.Reporting;

/// <summary>What is measured of the cache's disk tier.</summary>
internal static class DiskMetrics
{
    /// <summary>The metrics of an edge; none where the tier is off.</summary>
    public static IEnumerable<MetricFamily> Of(DiskStore? disk) =>
        disk is null
            ? []
            :
            [
                EdgeMetrics.Plain(
                    MetricKind.Gauge,
                    "holdfast.edge.cache.disk.usable",
                    "1 while the cache on the disk is read and written.",
                    () => disk.State == DiskStoreState.Open ? 1 : 0
                ),
                EdgeMetrics.Plain(
                    MetricKind.Gauge,
                    "holdfast.edge.cache.disk.objects",
                    "Responses that are stored on the disk.",
                    () => disk.Count
                ),
                EdgeMetrics.Plain(MetricKind.Gauge, "holdfast.edge.cache.disk.size", "What they take there.", () => disk.Bytes, "bytes"),
                EdgeMetrics.Plain(
                    MetricKind.Gauge,
                    "holdfast.edge.cache.disk.index.size",
                    "What it takes in memory to know where they lie.",
                    () => disk.IndexBytes,
                    "bytes"
                ),
                Counter("hits", "Responses that were found there.", () => disk.Counters.Hits),
                Counter("writes", "Responses that were written there.", () => disk.Counters.Written),
                Counter(
                    "drops",
                    "Responses that were not written: too much was waiting, or the disk took nothing.",
                    () => disk.Counters.Dropped
                ),
                Counter("refused", "How often the disk refused to be written to.", () => disk.Counters.RefusedWrites),
                Counter("damaged", "How often the disk did not give what was written.", () => disk.Counters.DamagedReads),
                Counter("slow", "Reads that took too long or were too many.", () => disk.Counters.SlowReads),
            ];

    private static MetricFamily Counter(string name, string help, Func<double> value) =>
        EdgeMetrics.Plain(MetricKind.Counter, $"holdfast.edge.cache.disk.{name}", help, value);
}
