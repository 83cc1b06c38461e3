using System.Collections.Concurrent;
using System.Diagnostics;
using System.Text.RegularExpressions;
using Holdfast.Edge.Reporting;
using Holdfast.Edge.Tests.Harness;
using Holdfast.Edge.Tests.Http2;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Logging.Abstractions;

namespace Holdfast.Edge.Tests.Reporting;

/// <summary>Alone in its collection: who listens for spans listens to the whole process, and changes the requests of every edge in it.</summary>
[CollectionDefinition(nameof(SpanListenerTests), DisableParallelization = true)]
[Collection(nameof(SpanListenerTests))]
public class SpanListenerTests
{
    [Fact]
    public void StartRequest_OnlyWithAListener_MakesASpanOfTheVisitorsTrace()
    {
        TraceContext.TryParse("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"u8, out var parent);
        Assert.Null(EdgeTelemetry.StartRequest("GET", parent));

        using var listener = new ActivityListener
        {
            ShouldListenTo = source => source.Name == EdgeMetrics.MeterName,
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllData,
        };
        ActivitySource.AddActivityListener(listener);
        using var span = EdgeTelemetry.StartRequest("GET", parent);

        Assert.Equal("0af7651916cd43dd8448eb211c80319c", span?.TraceId.ToString());
        Assert.Equal("b7ad6b7169203331", span?.ParentSpanId.ToString());
    }

    [Theory]
    [InlineData(null, false)]
    [InlineData(" ", false)]
    [InlineData("not an address", false)]
    [InlineData("ftp://127.0.0.1/", false)]
    [InlineData("http://127.0.0.1:9", true)]
    public void Telemetry_Endpoint_SwitchesExport(string? endpoint, bool exports)
    {
        // Nothing listens there; export that fails must not be felt.
        using var telemetry = EdgeTelemetry.Start(endpoint, "edge-1", NullLogger<EdgeTelemetry>.Instance);

        Assert.Equal(exports, telemetry.IsExporting);
    }

    [Fact]
    public async Task Request_OfATrace_IsASpanOfItAtTheOriginAndAtTheCollector()
    {
        const string Trace = "0af7651916cd43dd8448eb211c80319c";
        var exports = new ConcurrentQueue<(string Path, string Body)>();
        await using var collector = await KestrelOrigin.StartAsync(
            HttpProtocols.Http2,
            tls: false,
            async context =>
            {
                using var body = new MemoryStream();
                await context.Request.Body.CopyToAsync(body);
                exports.Enqueue((context.Request.Path, Convert.ToHexStringLower(body.ToArray())));

                // An empty answer of gRPC's.
                context.Response.ContentType = "application/grpc";
                await context.Response.Body.WriteAsync(new byte[5]);
                context.Response.AppendTrailer("grpc-status", "0");
            }
        );
        string? seen = null;
        await using var origin = new ScriptedOrigin(async c =>
        {
            seen = await c.ReadHeadAsync();
            await c.SendAsync("HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok");
        });

        Environment.SetEnvironmentVariable(EdgeTelemetry.EndpointVariable, collector.Url.Replace("h2c://", "http://"));
        try
        {
            await using var edge = await EdgeUnderTest.InFrontOfAsync(origin.Url);
            using var visitor = await Conversation.ConnectAsync(edge.Http);
            await visitor.SendAsync(
                $"GET /traced HTTP/1.1\r\nHost: a.example\r\nTraceparent: 00-{Trace}-b7ad6b7169203331-01\r\nTracestate: a=b\r\n"
                    + "Connection: close\r\n\r\n"
            );
            Assert.StartsWith("HTTP/1.1 200 ", await visitor.ReadToEndAsync(), StringComparison.Ordinal);
        }
        finally
        {
            Environment.SetEnvironmentVariable(EdgeTelemetry.EndpointVariable, null);
        }

        // To the origin: the same trace, and the edge's span as the parent.
        var parent = Regex.Match(seen!, $"\r\nTraceparent: 00-{Trace}-([0-9a-f]{{16}})-01\r\n", RegexOptions.IgnoreCase);
        Assert.True(parent.Success, seen);
        Assert.NotEqual("b7ad6b7169203331", parent.Groups[1].Value);
        Assert.Contains("Tracestate: a=b\r\n", seen, StringComparison.Ordinal);

        // To the collector: that span, below the visitor's, and the counters. The edge has sent them before it ended.
        var spans = string.Concat(exports.Where(e => e.Path.EndsWith("TraceService/Export", StringComparison.Ordinal)).Select(e => e.Body));
        Assert.Contains(Trace, spans, StringComparison.Ordinal);
        Assert.Contains(parent.Groups[1].Value, spans, StringComparison.Ordinal);
        Assert.Contains("b7ad6b7169203331", spans, StringComparison.Ordinal);
        Assert.Contains(Convert.ToHexStringLower("holdfast-edge"u8), spans, StringComparison.Ordinal);
        Assert.Contains(Convert.ToHexStringLower("/traced"u8), spans, StringComparison.Ordinal);
        var metrics = string.Concat(
            exports.Where(e => e.Path.EndsWith("MetricsService/Export", StringComparison.Ordinal)).Select(e => e.Body)
        );
        Assert.Contains(Convert.ToHexStringLower("holdfast.edge.requests"u8), metrics, StringComparison.Ordinal);
    }
}
