using System.Buffers;
using Holdfast.Edge.Reporting;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Holdfast.Edge.Management;

/// <summary>
/// The edge's own small HTTP listener for operators and Prometheus, apart from the visitors': <c>/metrics</c>, <c>/healthz</c>,
/// <c>/readyz</c>, <c>/holdfast/health</c>, <c>/holdfast/state</c>, <c>/holdfast/node</c>. It belongs on a loopback address; it has no sign-in, except for
/// orders (<see cref="NodeEndpoint"/>), and answers only under its own names.
/// </summary>
internal sealed class ManagementListener : IAsyncDisposable
{
    /// <summary>Most connections at once: enough for several scrapers and a person.</summary>
    private const int MaxConnections = 100;

    private readonly WebApplication _app;
    private readonly IEdgeState _state;
    private readonly EdgeCounters _counters;
    private readonly EdgeMetrics _metrics;

    private ManagementListener(WebApplication app, IEdgeState state, EdgeCounters counters, EdgeMetrics metrics)
    {
        _app = app;
        _state = state;
        _counters = counters;
        _metrics = metrics;
    }

    /// <summary>The addresses it listens on, with their true ports: <c>http://127.0.0.1:41234</c>.</summary>
    public IReadOnlyCollection<string> Addresses => [.. _app.Urls];

    /// <summary>Starts listening.</summary>
    /// <param name="listen">Where: <c>kestrel => kestrel.ListenHandle(fd)</c> or <c>kestrel => kestrel.Listen(endpoint)</c>.</param>
    /// <param name="state">What it tells about.</param>
    /// <param name="counters">The counters in <c>/holdfast/state</c>.</param>
    /// <param name="metrics">The metrics in <c>/metrics</c>.</param>
    /// <param name="loggers">Where Kestrel's messages go.</param>
    /// <param name="cancellationToken">Gives up starting.</param>
    /// <exception cref="IOException">The address is in use.</exception>
    public static async Task<ManagementListener> StartAsync(
        Action<KestrelServerOptions> listen,
        IEdgeState state,
        EdgeCounters counters,
        EdgeMetrics metrics,
        ILoggerFactory loggers,
        CancellationToken cancellationToken
    )
    {
        // The empty builder reads no files and no environment variables, so that ASPNETCORE_URLS cannot move the listener.
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.Services.AddSingleton(loggers);
        builder
            .WebHost.UseKestrelCore()
            .ConfigureKestrel(kestrel =>
            {
                kestrel.AddServerHeader = false;
                kestrel.Limits.MaxConcurrentConnections = MaxConnections;
                kestrel.Limits.MaxRequestBodySize = 0;
                kestrel.Limits.RequestHeadersTimeout = TimeSpan.FromSeconds(5);
                kestrel.Limits.KeepAliveTimeout = TimeSpan.FromSeconds(60);
                kestrel.ConfigureEndpointDefaults(endpoint => endpoint.Protocols = HttpProtocols.Http1);
                listen(kestrel);
            });
        var app = builder.Build();
        var listener = new ManagementListener(app, state, counters, metrics);
        app.Run(listener.AnswerAsync);
        try
        {
            await app.StartAsync(cancellationToken);
        }
        catch
        {
            await app.DisposeAsync();
            throw;
        }

        return listener;
    }

    /// <summary>Stops listening; requests in flight have a second to end.</summary>
    public async ValueTask DisposeAsync()
    {
        using var soon = new CancellationTokenSource(TimeSpan.FromSeconds(1));
        await _app.StopAsync(soon.Token);
        await _app.DisposeAsync();
    }

    private async Task AnswerAsync(HttpContext context)
    {
        var (request, response) = (context.Request, context.Response);
        var (status, type) = (StatusCodes.Status200OK, "application/json");
        var body = new ArrayBufferWriter<byte>(4096);
        if (!LoopbackHost.IsOwn(request.Host.Host, context.Connection.LocalIpAddress))
        {
            (status, type) = (StatusCodes.Status403Forbidden, "text/plain; charset=utf-8");
            body.Write("This listener answers only under its own address.\n"u8);
        }
        else if (request.Path.StartsWithSegments(FaultEndpoint.Path, StringComparison.Ordinal))
        {
            status = FaultEndpoint.Answer(_state.Guard.Faults, request, body);
        }
        else if (_state.Orders is { } orders && request.Path.StartsWithSegments(NodeEndpoint.Path, StringComparison.Ordinal))
        {
            status = await orders.AnswerAsync(context, body);
        }
        else if (!HttpMethods.IsGet(request.Method) && !HttpMethods.IsHead(request.Method))
        {
            (status, type) = (StatusCodes.Status405MethodNotAllowed, "text/plain; charset=utf-8");
            response.Headers.Allow = "GET, HEAD";
            body.Write("Only GET and HEAD.\n"u8);
        }
        else
        {
            switch (request.Path.Value)
            {
                case "/metrics":
                    type = PrometheusText.ContentType;
                    PrometheusText.Write(_metrics.Families, body);
                    break;
                case "/healthz":
                    type = "text/plain; charset=utf-8";
                    body.Write("ok\n"u8);
                    break;
                case "/readyz":
                    status = _state is { IsReady: true, IsDraining: false }
                        ? StatusCodes.Status200OK
                        : StatusCodes.Status503ServiceUnavailable;
                    StateJson.WriteReady(_state, body);
                    break;
                case "/holdfast/health":
                    HealthJson.Write(_state, _counters, body);
                    break;
                case "/holdfast/state":
                    StateJson.WriteState(_state, _counters, body);
                    break;
                default:
                    (status, type) = (StatusCodes.Status404NotFound, "text/plain; charset=utf-8");
                    body.Write("Here are /metrics, /healthz, /readyz, /holdfast/health, /holdfast/state and /holdfast/node.\n"u8);
                    break;
            }
        }

        response.StatusCode = status;
        response.ContentType = type;
        response.ContentLength = body.WrittenCount;
        response.Headers.CacheControl = "no-store";
        response.Headers.XContentTypeOptions = "nosniff";
        if (!HttpMethods.IsHead(request.Method))
        {
            await response.Body.WriteAsync(body.WrittenMemory, context.RequestAborted);
        }
    }
}
