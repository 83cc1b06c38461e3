using System.Diagnostics;
using System.Globalization;
using System.Text;
using Holdfast.Edge.Requests;
using Holdfast.Http.Headers;

namespace Holdfast.Edge.Reporting;

/// <summary>
/// A request's span (OpenTelemetry's HTTP server conventions) while somebody listens for spans; otherwise nothing at all, and the
/// visitor's own trace context passes through untouched.
/// </summary>
internal readonly struct RequestSpan : IDisposable
{
    private readonly Activity? _activity;

    private RequestSpan(Activity? activity) => _activity = activity;

    /// <summary>Begins a request's span as a child of the visitor's, and puts it into the request for the origin.</summary>
    public static RequestSpan Begin(EdgeRequest request)
    {
        if (!EdgeTelemetry.Source.HasListeners())
        {
            return default;
        }

        var headers = request.Head.Headers;
        TraceContext? parent =
            headers.TryGet(KnownHeader.TraceParent, out var text) && TraceContext.TryParse(text, out var context) ? context : null;
        var activity = EdgeTelemetry.StartRequest(Encoding.Latin1.GetString(request.Head.MethodBytes), parent);
        if (activity?.Id is { } id)
        {
            headers.Set(KnownHeader.TraceParent, Encoding.ASCII.GetBytes(id));
            activity.SetTag("http.request.method", activity.OperationName);
            activity.SetTag("url.scheme", request.IsHttps ? "https" : "http");
            activity.SetTag("url.path", Encoding.Latin1.GetString(request.Head.Path));
            activity.SetTag("server.address", Encoding.Latin1.GetString(request.Head.Host));
            activity.SetTag("holdfast.ray_id", request.Ray.ToString());
        }

        return new RequestSpan(activity);
    }

    /// <summary>Notes how the request ended.</summary>
    public void End(EdgeRequest request)
    {
        if (_activity is null)
        {
            return;
        }

        _activity.SetTag("http.response.status_code", request.Response.Status);
        _activity.SetTag("holdfast.zone", request.Zone?.Config.Name);
        if (request.Origin.Address is { } origin)
        {
            _activity.SetTag("holdfast.origin.address", origin.ToString());
            _activity.SetTag("holdfast.origin.status", request.Origin.Status.ToString(CultureInfo.InvariantCulture));
        }

        if (request.Error != ErrorPages.EdgeError.None)
        {
            _activity.SetStatus(ActivityStatusCode.Error, ErrorPages.EdgeErrorCatalog.Get(request.Error).Name);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _activity?.Dispose();
}
