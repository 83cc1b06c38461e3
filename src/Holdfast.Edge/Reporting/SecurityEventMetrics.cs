namespace Holdfast.Edge.Reporting;

/// <summary>What can be asked of the security events.</summary>
internal static class SecurityEventMetrics
{
    /// <summary>All of it.</summary>
    /// <param name="events">The events, or null where nobody takes them.</param>
    public static MetricFamily[] Of(SecurityEventUplink? events) =>
        [
            EdgeMetrics.Plain(
                MetricKind.Counter,
                "holdfast.edge.security.events",
                "Security events that were written.",
                () => events?.Events.Written ?? 0
            ),
            EdgeMetrics.Plain(
                MetricKind.Counter,
                "holdfast.edge.security.events.sampled",
                "Acts of rules without an event of their own, because many of the same rule had one in the same second.",
                () => events?.Events.Sampled ?? 0
            ),
            new()
            {
                Name = "holdfast.edge.security.events.dropped",
                Help = "Security events that were lost, by reason.",
                Kind = MetricKind.Counter,
                Series =
                [
                    new MetricSeries([new("reason", "memory_full")], () => events?.Events.Dropped ?? 0),
                    new MetricSeries([new("reason", "too_large")], () => events?.Events.Oversized ?? 0),
                    new MetricSeries([new("reason", "disk_full")], () => events?.Ring.Dropped ?? 0),
                ],
            },
            EdgeMetrics.Plain(
                MetricKind.Gauge,
                "holdfast.edge.security.events.waiting",
                "Bytes of security events that wait for control.",
                () => events?.Ring.Bytes ?? 0,
                "bytes"
            ),
        ];
}
