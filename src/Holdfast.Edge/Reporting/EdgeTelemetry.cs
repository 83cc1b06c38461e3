using System.Diagnostics;
using Microsoft.Extensions.Logging;
using OpenTelemetry;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;

namespace Holdfast.Edge.Reporting;

/// <summary>
/// Spans, and OTLP export of metrics and spans. Export is on when the standard environment variable
/// <c>OTEL_EXPORTER_OTLP_ENDPOINT</c> is set; the other <c>OTEL_*</c> variables hold too. Off, a request has no span and pays nothing.
/// </summary>
internal sealed partial class EdgeTelemetry : IDisposable
{
    /// <summary>The variable that switches export on.</summary>
    public const string EndpointVariable = "OTEL_EXPORTER_OTLP_ENDPOINT";

    /// <summary>The source of the edge's spans.</summary>
    public static readonly ActivitySource Source = new(EdgeMetrics.MeterName);

    private readonly MeterProvider? _meters;
    private readonly TracerProvider? _tracers;

    private EdgeTelemetry(MeterProvider? meters, TracerProvider? tracers)
    {
        _meters = meters;
        _tracers = tracers;
    }

    /// <summary>Whether metrics and spans are exported.</summary>
    public bool IsExporting => _meters is not null;

    /// <summary>Starts export when the endpoint is set. One that is not a usable address is said once, and nothing is exported.</summary>
    /// <param name="endpoint">The value of <see cref="EndpointVariable"/>, or null.</param>
    /// <param name="node">The edge's node name: <c>service.instance.id</c>.</param>
    /// <param name="logger">Where it is said.</param>
    public static EdgeTelemetry Start(string? endpoint, string node, ILogger<EdgeTelemetry> logger)
    {
        if (string.IsNullOrWhiteSpace(endpoint))
        {
            return new EdgeTelemetry(null, null);
        }

        if (!System.Uri.TryCreate(endpoint, UriKind.Absolute, out var uri) || uri.Scheme is not ("http" or "https"))
        {
            LogBadEndpoint(logger, EndpointVariable);
            return new EdgeTelemetry(null, null);
        }

        var resource = ResourceBuilder
            .CreateDefault()
            .AddService("holdfast-edge", serviceInstanceId: node)
            .AddEnvironmentVariableDetector();
        return new EdgeTelemetry(
            Sdk.CreateMeterProviderBuilder().SetResourceBuilder(resource).AddMeter(EdgeMetrics.MeterName).AddOtlpExporter().Build(),
            Sdk.CreateTracerProviderBuilder().SetResourceBuilder(resource).AddSource(EdgeMetrics.MeterName).AddOtlpExporter().Build()
        );
    }

    /// <summary>A request's span, or null when nobody listens. The caller stops it.</summary>
    /// <param name="method">The request's method: the span's name.</param>
    /// <param name="parent">The visitor's trace, or null for a new one.</param>
    public static Activity? StartRequest(string method, TraceContext? parent)
    {
        if (!Source.HasListeners())
        {
            return null;
        }

        ActivityContext context = default;
        if (parent is { } given)
        {
            ActivityContext.TryParse(given.ToString(), null, isRemote: true, out context);
        }

        return Source.StartActivity(method, ActivityKind.Server, context);
    }

    /// <summary>Sends what is left, for at most 5 s, and stops.</summary>
    public void Dispose()
    {
        _meters?.Shutdown(5000);
        _tracers?.Shutdown(5000);
        _meters?.Dispose();
        _tracers?.Dispose();
    }

    // Not the value: an endpoint may carry a password.
    [LoggerMessage(2203, LogLevel.Warning, "{Variable} is not an http or https address; nothing is exported.")]
    private static partial void LogBadEndpoint(ILogger logger, string variable);
}
