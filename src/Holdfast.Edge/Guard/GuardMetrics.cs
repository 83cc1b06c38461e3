using System.Text.Json;
using Holdfast.Edge.Reporting;

namespace Holdfast.Edge.Guard;

/// <summary>What is measured of the guard.</summary>
internal static class GuardMetrics
{
    /// <summary>The metrics.</summary>
    public static IEnumerable<MetricFamily> Of(EdgeGuard guard) =>
        [
            new MetricFamily
            {
                Name = "holdfast.edge.module.faults",
                Help = "Modules that failed for a request, by how.",
                Kind = MetricKind.Counter,
                Series =
                [
                    .. EdgeModules.All.SelectMany(module =>
                        Enum.GetValues<FaultKind>()
                            .Select(kind => new MetricSeries(
                                [new("module", EdgeModules.NameOf(module)), new("kind", NameOf(kind))],
                                () => guard.FaultsOf(module, kind)
                            ))
                    ),
                ],
            },
            ByModule(
                MetricKind.Counter,
                "holdfast.edge.module.skips",
                "Requests for which a module was not run because its breaker was open.",
                module => guard.SkipsOf(module)
            ),
            ByModule(
                MetricKind.Gauge,
                "holdfast.edge.module.breakers.open",
                "Zones in which a module is not run for now.",
                module => guard.Breakers.Count(breaker => breaker.Module == module && breaker.State != BreakerState.Closed)
            ),
            EdgeMetrics.Plain(
                MetricKind.Gauge,
                "holdfast.edge.threads.lost",
                "Threads that do not come back from a module.",
                () => guard.LostThreads
            ),
        ];

    /// <summary>A kind's name: <c>lost_thread</c>.</summary>
    public static string NameOf(FaultKind kind) => JsonNamingPolicy.SnakeCaseLower.ConvertName(kind.ToString());

    private static MetricFamily ByModule(MetricKind kind, string name, string help, Func<EdgeModule, double> value) =>
        new()
        {
            Name = name,
            Help = help,
            Kind = kind,
            Series =
            [
                .. EdgeModules.All.Select(module => new MetricSeries([new("module", EdgeModules.NameOf(module))], () => value(module))),
            ],
        };
}
