using System.Collections.Immutable;

namespace Holdfast.Edge.Reporting;

/// <summary>One metric with its series, as both exporters read it.</summary>
internal sealed record MetricFamily
{
    /// <summary>The name in OpenTelemetry's manner: <c>holdfast.edge.requests</c>. Prometheus' name follows from it.</summary>
    public required string Name { get; init; }

    /// <summary>What it counts, as one sentence.</summary>
    public required string Help { get; init; }

    /// <summary>What kind of metric it is.</summary>
    public required MetricKind Kind { get; init; }

    /// <summary>The unit (<c>bytes</c>, <c>seconds</c>), or null for a plain number.</summary>
    public string? Unit { get; init; }

    /// <summary>The series; of a histogram the buckets, cumulated by the exporter, in ascending order.</summary>
    public required ImmutableArray<MetricSeries> Series { get; init; }

    /// <summary>For a histogram: the sum of all values in <see cref="Unit"/>.</summary>
    public Func<double>? Sum { get; init; }

    /// <summary>The name in Prometheus' manner: <c>holdfast_edge_requests_total</c>.</summary>
    public string PrometheusName
    {
        get
        {
            var name = Name.Replace('.', '_');
            name = Unit is null || name.EndsWith("_" + Unit, StringComparison.Ordinal) ? name : $"{name}_{Unit}";
            return Kind == MetricKind.Counter ? name + "_total" : name;
        }
    }
}

/// <summary>One series of a metric.</summary>
/// <param name="Labels">Its labels, in order.</param>
/// <param name="Value">Reads its present value; for a histogram's bucket the number of values in that bucket alone.</param>
internal sealed record MetricSeries(ImmutableArray<KeyValuePair<string, string>> Labels, Func<double> Value);

/// <summary>The kinds of metric there are.</summary>
internal enum MetricKind
{
    /// <summary>Only ever grows, until the process ends.</summary>
    Counter,

    /// <summary>Goes up and down.</summary>
    Gauge,

    /// <summary>Counts values by size; the label <c>le</c> of each series is its bucket's upper bound in the family's unit.</summary>
    Histogram,
}
