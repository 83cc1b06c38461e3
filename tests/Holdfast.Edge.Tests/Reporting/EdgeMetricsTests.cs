using System.Buffers;
using System.Diagnostics.Metrics;
using System.Text;
using System.Text.RegularExpressions;
using Holdfast.Edge.ErrorPages;
using Holdfast.Edge.Reporting;

namespace Holdfast.Edge.Tests.Reporting;

public class EdgeMetricsTests
{
    private readonly EdgeCounters _counters = new(["bare_lf", "two_lengths"]);

    [Fact]
    public async Task Counters_FromManyThreads_AreExact()
    {
        await Parallel.ForAsync(
            0,
            10_000,
            (i, _) =>
            {
                _counters.RequestEnded(
                    i % 2 == 0 ? 200 : 521,
                    i % 2 == 0 ? EdgeError.None : EdgeError.OriginRefused,
                    10,
                    20,
                    TimeSpan.Zero
                );
                return ValueTask.CompletedTask;
            }
        );

        Assert.Equal(10_000, _counters.Requests);
        Assert.Equal(5_000, _counters.OriginErrors);
        Assert.Equal(0, _counters.EdgeErrors);
        Assert.Equal(200_000, _counters.Value(EdgeCounters.Single.BytesOut));
    }

    [Fact]
    public void OpenConnections_AcceptedAndClosed_IsTheDifference()
    {
        _counters.ConnectionAccepted();
        _counters.ConnectionAccepted();
        _counters.ConnectionClosed();

        Assert.Equal(1, _counters.OpenConnections);
    }

    [Fact]
    public void Prometheus_AllFamilies_FollowTheTextFormat()
    {
        using var metrics = new EdgeMetrics(
            _counters,
            [
                new MetricFamily
                {
                    Name = "holdfast.edge.zones",
                    Help = "Zones with a \\ and a\nline feed.",
                    Kind = MetricKind.Gauge,
                    Series = [new MetricSeries([new("kind", "a\"b\\c\nd")], () => 3)],
                },
            ]
        );

        var text = Write(metrics);

        Assert.All(
            text.TrimEnd('\n').Split('\n'),
            line =>
                Assert.Matches(
                    "^(# (HELP [a-z_]+ .+|TYPE [a-z_]+ (counter|gauge|histogram))|[a-z_]+(\\{([a-z]+=\"([^\"\\\\]|\\\\[\\\\n\"])*\",?)+\\})? [-+.0-9E]+)$",
                    line
                )
        );
        Assert.Contains("# HELP holdfast_edge_zones Zones with a \\\\ and a\\nline feed.\n", text);
        Assert.Contains("holdfast_edge_zones{kind=\"a\\\"b\\\\c\\nd\"} 3\n", text);
        var types = Regex.Matches(text, "# TYPE ([a-z_]+) ").Select(match => match.Groups[1].Value).ToArray();
        Assert.Equal(types.Distinct(), types);
    }

    [Fact]
    public void Prometheus_CountedEvents_StandInTheirSeries()
    {
        using var metrics = new EdgeMetrics(_counters, []);
        _counters.RequestEnded(521, EdgeError.OriginRefused, 100, 2000, TimeSpan.FromMilliseconds(3));
        _counters.RequestEnded(200, EdgeError.None, 1, 1, TimeSpan.FromMinutes(10));
        _counters.RequestEnded(0, EdgeError.None, 0, 0, TimeSpan.FromTicks(-1));
        _counters.ParserRefused(1);
        _counters.ParserRefused(99);
        _counters.HandshakeFailed(HandshakeFailure.NoCertificate);
        _counters.ConnectionRefused(ConnectionRefusal.AddressLimit);
        _counters.OriginAsked(reused: true, 503, TimeSpan.FromMilliseconds(1));
        _counters.OriginConnectFailed(OriginConnectFailure.Refused);
        _counters.LogDropped(LogDropReason.QueueFull, 5);

        var text = Write(metrics);

        Assert.Contains("holdfast_edge_requests_total{class=\"5xx\"} 1\n", text);
        Assert.Contains("holdfast_edge_requests_total{class=\"none\"} 1\n", text);
        Assert.Contains("holdfast_edge_errors_total{error=\"origin_refused\",code=\"521\",blame=\"origin\"} 1\n", text);
        Assert.Contains("holdfast_edge_sent_bytes_total 2001\n", text);
        Assert.Contains("holdfast_edge_request_duration_seconds_bucket{le=\"0.0025\"} 1\n", text);
        Assert.Contains("holdfast_edge_request_duration_seconds_bucket{le=\"0.005\"} 2\n", text);
        Assert.Contains("holdfast_edge_request_duration_seconds_bucket{le=\"120\"} 2\n", text);
        Assert.Contains("holdfast_edge_request_duration_seconds_bucket{le=\"+Inf\"} 3\n", text);
        Assert.Contains("holdfast_edge_request_duration_seconds_count 3\n", text);
        Assert.Contains("holdfast_edge_request_duration_seconds_sum 600.003\n", text);
        Assert.Contains("holdfast_edge_parser_refusals_total{reason=\"two_lengths\"} 1\n", text);
        Assert.Contains("holdfast_edge_parser_refusals_total{reason=\"other\"} 1\n", text);
        Assert.Contains("holdfast_edge_handshakes_failed_total{reason=\"no_certificate\"} 1\n", text);
        Assert.Contains("holdfast_edge_connections_refused_total{reason=\"address_limit\"} 1\n", text);
        Assert.Contains("holdfast_edge_origin_reuses_total 1\n", text);
        Assert.Contains("holdfast_edge_origin_error_responses_total 1\n", text);
        Assert.Contains("holdfast_edge_origin_connect_failures_total{reason=\"refused\"} 1\n", text);
        Assert.Contains("holdfast_edge_log_drops_total{reason=\"queue_full\"} 5\n", text);
    }

    [Fact]
    public void Meter_Listener_ReadsTheSameCounters()
    {
        using var metrics = new EdgeMetrics(_counters, []);
        _counters.RequestEnded(204, EdgeError.None, 0, 0, TimeSpan.FromSeconds(1));
        var seen = new Dictionary<string, double>();
        using var listener = new MeterListener
        {
            InstrumentPublished = (instrument, l) =>
            {
                if (instrument.Meter.Name == EdgeMetrics.MeterName)
                {
                    l.EnableMeasurementEvents(instrument);
                }
            },
        };
        listener.SetMeasurementEventCallback<double>(
            (instrument, value, tags, _) =>
            {
                var key = instrument.Name + string.Concat(tags.ToArray().Select(tag => $" {tag.Value}"));
                seen[key] = Math.Max(value, seen.GetValueOrDefault(key));
            }
        );
        listener.Start();
        listener.RecordObservableInstruments();

        Assert.True(seen["holdfast.edge.requests 2xx"] >= 1);
        Assert.True(seen["holdfast.edge.request.duration.bucket +Inf"] >= 1);
        Assert.True(seen["holdfast.edge.request.duration.sum"] >= 1);
    }

    private static string Write(EdgeMetrics metrics)
    {
        var output = new ArrayBufferWriter<byte>();
        PrometheusText.Write(metrics.Families, output);
        return Encoding.UTF8.GetString(output.WrittenSpan);
    }
}
