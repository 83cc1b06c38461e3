using System.Diagnostics;
using Holdfast.Edge.Reporting;
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
}
