using System.Collections.Immutable;
using System.Diagnostics.Metrics;
using System.Globalization;
using System.Text.Json;
using Holdfast.Edge.ErrorPages;
using Single = Holdfast.Edge.Reporting.EdgeCounters.Single;

namespace Holdfast.Edge.Reporting;

/// <summary>
/// Names everything that <see cref="EdgeCounters"/> counts, once, for both ways out: the meter <c>Holdfast.Edge</c>, which OTLP and
/// <c>dotnet-counters</c> read, and Prometheus' text.
/// </summary>
internal sealed class EdgeMetrics : IDisposable
{
    /// <summary>The meter's name.</summary>
    public const string MeterName = "Holdfast.Edge";

    private readonly Meter _meter;

    /// <param name="counters">What is counted.</param>
    /// <param name="gauges">Further metrics, such as the number of zones.</param>
    public EdgeMetrics(EdgeCounters counters, IEnumerable<MetricFamily> gauges)
    {
        Families =
        [
            .. Traffic(counters),
            .. Connections(counters),
            .. Origins(counters),
            .. Cache(counters),
            .. Log(counters),
            .. gauges,
            .. Process(),
        ];
        _meter = new Meter(MeterName);
        foreach (var family in Families)
        {
            Publish(family);
        }
    }

    /// <summary>All metrics, in the order in which they are shown.</summary>
    public ImmutableArray<MetricFamily> Families { get; }

    /// <inheritdoc/>
    public void Dispose() => _meter.Dispose();

    /// <summary>A metric with one series and no labels.</summary>
    public static MetricFamily Plain(MetricKind kind, string name, string help, Func<double> value, string? unit = null) =>
        new()
        {
            Name = name,
            Help = help,
            Kind = kind,
            Unit = unit,
            Series = [new MetricSeries([], value)],
        };

    private static IEnumerable<MetricFamily> Traffic(EdgeCounters counters) =>
        [
            Counter(
                "holdfast.edge.requests",
                "Requests that ended, by the class of their status.",
                [
                    One("class", "1xx", () => counters.Value(Single.Status1xx)),
                    One("class", "2xx", () => counters.Value(Single.Status2xx)),
                    One("class", "3xx", () => counters.Value(Single.Status3xx)),
                    One("class", "4xx", () => counters.Value(Single.Status4xx)),
                    One("class", "5xx", () => counters.Value(Single.Status5xx)),
                    One("class", "none", () => counters.Value(Single.StatusOther)),
                ]
            ),
            Counter(
                "holdfast.edge.errors",
                "Errors that the edge answered itself, by cause and by whose fault they are.",
                EdgeErrorCatalog.All.Select(info => new MetricSeries(
                    [
                        new("error", info.Name),
                        new("code", info.Code.ToString(CultureInfo.InvariantCulture)),
                        new("blame", info.Blame.ToString().ToLowerInvariant()),
                    ],
                    () => counters.Value(info.Error)
                ))
            ),
            Plain(
                MetricKind.Counter,
                "holdfast.edge.received",
                "Bytes of requests read from visitors.",
                () => counters.Value(Single.BytesIn),
                "bytes"
            ),
            Plain(
                MetricKind.Counter,
                "holdfast.edge.sent",
                "Bytes of responses written to visitors.",
                () => counters.Value(Single.BytesOut),
                "bytes"
            ),
            Durations(
                "holdfast.edge.request.duration",
                "Time from a request's first byte to its end.",
                counters.RequestDurations,
                () => Seconds(counters.Value(Single.RequestTicks))
            ),
            Counter(
                "holdfast.edge.parser.refusals",
                "Requests that the parser refused, by reason.",
                counters.ParserReasons.Select((name, i) => One("reason", name, () => counters.ParserRefusals(i)))
            ),
        ];

    private static IEnumerable<MetricFamily> Connections(EdgeCounters counters) =>
        [
            Plain(MetricKind.Gauge, "holdfast.edge.connections.open", "Visitors' connections open now.", () => counters.OpenConnections),
            Plain(
                MetricKind.Counter,
                "holdfast.edge.connections.accepted",
                "Visitors' connections accepted.",
                () => counters.Value(Single.ConnectionsAccepted)
            ),
            ByReason<ConnectionRefusal>(
                "holdfast.edge.connections.refused",
                "Visitors' connections closed before anything was read, by reason.",
                counters.Value
            ),
            ByReason<HandshakeFailure>(
                "holdfast.edge.handshakes.failed",
                "Visitors' TLS handshakes that failed, by reason.",
                counters.Value
            ),
        ];

    private static IEnumerable<MetricFamily> Origins(EdgeCounters counters) =>
        [
            Plain(
                MetricKind.Counter,
                "holdfast.edge.origin.requests",
                "Requests that an origin was asked for, also where it could not be reached.",
                () => counters.Value(Single.OriginRequests)
            ),
            Plain(
                MetricKind.Counter,
                "holdfast.edge.origin.reuses",
                "Requests sent on a connection that had served one before.",
                () => counters.Value(Single.OriginReuses)
            ),
            Plain(
                MetricKind.Counter,
                "holdfast.edge.origin.connects",
                "Connections made to origins.",
                () => counters.Value(Single.OriginConnects)
            ),
            ByReason<OriginConnectFailure>(
                "holdfast.edge.origin.connect.failures",
                "Connections to origins that could not be had, by reason.",
                counters.Value
            ),
            Plain(
                MetricKind.Counter,
                "holdfast.edge.origin.error.responses",
                "Responses of origins with a 5xx status.",
                () => counters.Value(Single.OriginErrorResponses)
            ),
            Plain(
                MetricKind.Gauge,
                "holdfast.edge.origin.waiting",
                "Requests that wait until fewer are under way to their origin.",
                () => counters.OriginWaiting
            ),
            Plain(
                MetricKind.Counter,
                "holdfast.edge.origin.queued",
                "Requests that had to wait for that.",
                () => counters.Value(Single.OriginQueued)
            ),
            ByReason<OriginShedReason>(
                "holdfast.edge.origin.shed",
                "Requests that were not sent to an origin because of its zone's limit, by reason.",
                counters.Value
            ),
            Durations(
                "holdfast.edge.origin.duration",
                "Time from the first step towards an origin to its answer's end, or to the failure.",
                counters.OriginDurations,
                () => Seconds(counters.Value(Single.OriginTicks))
            ),
        ];

    private static IEnumerable<MetricFamily> Cache(EdgeCounters counters) =>
        [
            Plain(
                MetricKind.Counter,
                "holdfast.edge.cache.collapsed",
                "Requests that another one's exchange with the origin answered.",
                () => counters.Value(Single.Collapsed)
            ),
            Counter(
                "holdfast.edge.cache.revalidations",
                "Stored responses that the origin was asked about, by what came of it.",
                Enum.GetValues<RevalidationResult>()
                    .Select(result =>
                        One("result", JsonNamingPolicy.SnakeCaseLower.ConvertName(result.ToString()), () => counters.Value(result))
                    )
            ),
        ];

    private static IEnumerable<MetricFamily> Log(EdgeCounters counters) =>
        [
            Plain(MetricKind.Counter, "holdfast.edge.log.records", "Access log records written.", () => counters.Value(Single.LogRecords)),
            ByReason<LogDropReason>("holdfast.edge.log.drops", "Access log records lost, by reason.", counters.Value),
        ];

    private static IEnumerable<MetricFamily> Process() =>
        [
            Plain(
                MetricKind.Counter,
                "process.cpu",
                "User and system time used.",
                () => Environment.CpuUsage.TotalTime.TotalSeconds,
                "seconds"
            ),
            Plain(MetricKind.Gauge, "process.resident.memory", "Resident memory.", () => Environment.WorkingSet, "bytes"),
            Plain(MetricKind.Gauge, "process.start.time", "When the process started, as Unix time.", StartTime, "seconds"),
        ];

    private static double StartTime()
    {
        using var process = System.Diagnostics.Process.GetCurrentProcess();
        return new DateTimeOffset(process.StartTime).ToUnixTimeMilliseconds() / 1000.0;
    }

    private static double Seconds(long ticks) => ticks / (double)TimeSpan.TicksPerSecond;

    private static MetricSeries One(string label, string value, Func<double> read) => new([new(label, value)], read);

    private static MetricFamily Counter(string name, string help, IEnumerable<MetricSeries> series) =>
        new()
        {
            Name = name,
            Help = help,
            Kind = MetricKind.Counter,
            Series = [.. series],
        };

    private static MetricFamily ByReason<TReason>(string name, string help, Func<TReason, long> value)
        where TReason : struct, Enum =>
        Counter(
            name,
            help,
            Enum.GetValues<TReason>()
                .Select(reason => One("reason", JsonNamingPolicy.SnakeCaseLower.ConvertName(reason.ToString()), () => value(reason)))
        );

    private static MetricFamily Durations(string name, string help, Func<int, long> bucket, Func<double> sum) =>
        new()
        {
            Name = name,
            Help = help,
            Kind = MetricKind.Histogram,
            Unit = "seconds",
            Sum = sum,
            Series =
            [
                .. EdgeCounters
                    .DurationBounds.Select(bound => bound.ToString(CultureInfo.InvariantCulture))
                    .Append("+Inf")
                    .Select((bound, i) => One("le", bound, () => bucket(i))),
            ],
        };

    /// <summary>
    /// A histogram has no observable instrument; its buckets go out as a cumulative counter with the label <c>le</c>, as in Prometheus,
    /// and its sum as another.
    /// </summary>
    private void Publish(MetricFamily family)
    {
        IEnumerable<Measurement<double>> Read()
        {
            var total = 0.0;
            foreach (var series in family.Series)
            {
                total = family.Kind == MetricKind.Histogram ? total + series.Value() : series.Value();
                yield return new Measurement<double>(
                    total,
                    [.. series.Labels.Select(label => new KeyValuePair<string, object?>(label.Key, label.Value))]
                );
            }
        }

        // OpenTelemetry writes units in UCUM's manner.
        var unit = family.Unit switch
        {
            "seconds" => "s",
            "bytes" => "By",
            _ => null,
        };
        switch (family.Kind)
        {
            case MetricKind.Gauge:
                _meter.CreateObservableGauge(family.Name, Read, unit, family.Help);
                break;
            case MetricKind.Histogram:
                _meter.CreateObservableCounter(family.Name + ".bucket", Read, null, family.Help);
                _meter.CreateObservableCounter(family.Name + ".sum", family.Sum!, unit, family.Help);
                break;
            default:
                _meter.CreateObservableCounter(family.Name, Read, unit, family.Help);
                break;
        }
    }
}
