using System.Buffers;
using System.Buffers.Text;
using System.Globalization;
using System.Text;
using Holdfast.Edge.ErrorPages;
using Holdfast.Edge.Origins;
using Holdfast.Edge.Tiers;
using Holdfast.Http.Headers;
using Holdfast.Http.Messages;

namespace Holdfast.Edge.Requests;

/// <summary>What the edge answers itself: errors, the welcome page, redirects, and <c>/cdn-cgi/trace</c>. All from memory.</summary>
internal sealed class LocalAnswers(string node, string place, string? statusPage, ForwardedHeaders forwarded, TimeProvider time)
{
    private static readonly byte[] ContentSecurityPolicy = Encoding.ASCII.GetBytes(ErrorPage.ContentSecurityPolicy);

    private readonly byte[] _node = Encoding.ASCII.GetBytes(node);
    private readonly byte[] _place = Encoding.ASCII.GetBytes(place);
    private readonly byte[] _statusPage = Encoding.ASCII.GetBytes(statusPage ?? "");
    private readonly HttpDate _date = new(time);

    /// <summary>Answers with an error page. Nothing may have been sent before.</summary>
    public ValueTask ErrorAsync(EdgeRequest request, EdgeError error, ReadOnlySpan<byte> detail = default) =>
        ErrorAsync(request, error, detail, default);

    /// <summary>Answers somebody who is over a limit with an error page.</summary>
    public ValueTask LimitedAsync(EdgeRequest request, QuotaNotice notice) => ErrorAsync(request, EdgeError.RateLimited, default, notice);

    private ValueTask ErrorAsync(EdgeRequest request, EdgeError error, ReadOnlySpan<byte> detail, QuotaNotice notice)
    {
        var info = EdgeErrorCatalog.Get(error);
        var retryAfter = notice.RetryAfter > 0 ? notice.RetryAfter : info.RetryAfter(unchecked((uint)request.Ray.Value));
        var format = Accepted(request);
        Span<byte> ray = stackalloc byte[RayId.Length];
        request.Ray.Format(ray);
        Syntax.SplitHost(request.Head.Host, out var host, out _);
        var page = new ErrorPageRequest
        {
            Error = error,
            RayId = ray,
            ClientAddress = request.ClientAddressText,
            Host = host,
            Time = time.GetUtcNow(),
            StatusPage = _statusPage,
            Detail = detail,
            RetryAfterSeconds = retryAfter,
            Replacement = request.Zone?.ErrorPage,
        };
        var body = request.Scratch.Output;
        body.Clear();
        ErrorPage.Render(page, format, body);

        request.Error = error;
        var headers = Begin(request, info.Status);
        headers.Add(KnownHeader.ContentType, ErrorPage.ContentType(format));
        headers.Add(KnownHeader.CacheControl, "private, no-store, max-age=0"u8);
        headers.Add("X-Content-Type-Options"u8, "nosniff"u8);
        if (format == ErrorFormat.Html && request.Zone?.ErrorPage is null)
        {
            headers.Add("Content-Security-Policy"u8, ContentSecurityPolicy);
        }

        AddRetryAfter(headers, retryAfter);
        AddQuota(headers, notice);
        if (error == EdgeError.MethodNotAllowed)
        {
            headers.Add("Allow"u8, "GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS"u8);
        }

        return SendAsync(request, body.Written.Span);
    }

    /// <summary>Answers while there are no zones at all.</summary>
    public ValueTask WelcomeAsync(EdgeRequest request)
    {
        var format = Accepted(request);
        Span<byte> ray = stackalloc byte[RayId.Length];
        request.Ray.Format(ray);
        var page = new WelcomePageRequest
        {
            Node = _node,
            RayId = ray,
            ClientAddress = request.ClientAddressText,
            Time = time.GetUtcNow(),
        };
        var body = request.Scratch.Output;
        body.Clear();
        WelcomePage.Render(page, format, body);
        var headers = Begin(request, 200);
        headers.Add(KnownHeader.ContentType, WelcomePage.ContentType(format));
        headers.Add(KnownHeader.CacheControl, "no-store"u8);
        if (format == ErrorFormat.Html)
        {
            headers.Add("Content-Security-Policy"u8, ContentSecurityPolicy);
        }

        return SendAsync(request, body.Written.Span);
    }

    /// <summary>Answers as a rule says.</summary>
    /// <param name="request">The request.</param>
    /// <param name="status">The status.</param>
    /// <param name="contentType">The whole field.</param>
    /// <param name="content">The body.</param>
    /// <param name="notice">What somebody is told who is over a limit; nothing for everybody else.</param>
    public ValueTask RuleAsync(
        EdgeRequest request,
        int status,
        ReadOnlySpan<byte> contentType,
        ReadOnlySpan<byte> content,
        QuotaNotice notice = default
    )
    {
        var headers = Begin(request, status);
        headers.Add(KnownHeader.ContentType, contentType);
        headers.Add(KnownHeader.CacheControl, "private, no-store, max-age=0"u8);
        headers.Add("X-Content-Type-Options"u8, "nosniff"u8);
        AddRetryAfter(headers, notice.RetryAfter);
        AddQuota(headers, notice);
        return SendAsync(request, content);
    }

    /// <summary>Redirects to wherever a rule says.</summary>
    public ValueTask RedirectToAsync(EdgeRequest request, int status, ReadOnlySpan<byte> location)
    {
        var headers = Begin(request, status);
        headers.Add(KnownHeader.Location, location);
        return SendAsync(request, default);
    }

    /// <summary>Redirects to the same host, path and query under another scheme.</summary>
    /// <param name="request">The request.</param>
    /// <param name="status">301 or 302.</param>
    /// <param name="scheme"><c>https</c> or <c>http</c>.</param>
    /// <param name="port">The port there, left out when it is the scheme's own.</param>
    public ValueTask RedirectAsync(EdgeRequest request, int status, ReadOnlySpan<byte> scheme, int port)
    {
        Syntax.SplitHost(request.Head.Host, out var host, out _);
        var location = request.Scratch.Output;
        location.Clear();
        location.Write(scheme);
        location.Write("://"u8);
        location.Write(host);
        if (port is not (80 or 443))
        {
            var span = location.GetSpan(8);
            span[0] = (byte)':';
            Utf8Formatter.TryFormat(port, span[1..], out var digits);
            location.Advance(digits + 1);
        }

        location.Write(request.Head.Form == TargetForm.Asterisk ? "/"u8 : request.Head.Target);
        var headers = Begin(request, status);
        headers.Add(KnownHeader.Location, location.Written.Span);
        return SendAsync(request, default);
    }

    /// <summary>Answers <c>/cdn-cgi/trace</c>: what the edge knows of the request, as key=value lines.</summary>
    public ValueTask TraceAsync(EdgeRequest request)
    {
        var body = request.Scratch.Output;
        body.Clear();
        Line(body, "fl="u8, _node);
        Line(body, "h="u8, request.Head.Host);
        Line(body, "ip="u8, request.ClientAddressText);
        var unix = request.StartedAt.ToUnixTimeMilliseconds() / 1000.0;
        Line(body, "ts="u8, Encoding.ASCII.GetBytes(unix.ToString("F3", CultureInfo.InvariantCulture)));
        Line(body, "visit_scheme="u8, request.IsHttps ? "https"u8 : "http"u8);
        request.Head.Headers.TryGet(KnownHeader.UserAgent, out var agent);
        Line(body, "uag="u8, agent);
        Line(body, "colo="u8, _place);
        Line(
            body,
            "http="u8,
            request.Head.Version switch
            {
                10 => "http/1.0"u8,
                20 => "http/2"u8,
                30 => "http/3"u8,
                _ => "http/1.1"u8,
            }
        );
        Line(body, "loc="u8, request.Country.Utf8);
        Line(body, "tls="u8, Encoding.ASCII.GetBytes(request.Connection.TlsProtocol ?? "off"));
        Line(body, "sni="u8, request.Connection.IsTls ? (request.Connection.Sni is null ? "off"u8 : "plaintext"u8) : "off"u8);
        Line(body, "ja4="u8, Encoding.ASCII.GetBytes(request.Connection.Ja4 ?? ""));
        Span<byte> ray = stackalloc byte[RayId.Length];
        request.Ray.Format(ray);
        Line(body, "ray="u8, ray);
        var headers = Begin(request, 200);
        headers.Add(KnownHeader.ContentType, "text/plain; charset=utf-8"u8);
        headers.Add(KnownHeader.CacheControl, "no-store"u8);
        headers.Add("Access-Control-Allow-Origin"u8, "*"u8);
        headers.Add("X-Content-Type-Options"u8, "nosniff"u8);
        return SendAsync(request, body.Written.Span);
    }

    private static void AddRetryAfter(HeaderBlock headers, int retryAfter)
    {
        if (retryAfter > 0)
        {
            Span<byte> seconds = stackalloc byte[11];
            Utf8Formatter.TryFormat(retryAfter, seconds, out var length);
            headers.Add(KnownHeader.RetryAfter, seconds[..length]);
        }
    }

    private static void AddQuota(HeaderBlock headers, QuotaNotice notice)
    {
        if (!notice.Policy.IsEmpty)
        {
            headers.Add("RateLimit-Policy"u8, notice.Policy);
            headers.Add("RateLimit"u8, notice.State);
        }
    }

    private static ErrorFormat Accepted(EdgeRequest request)
    {
        request.Head.Headers.TryGet(KnownHeader.Accept, out var accept);
        return ErrorFormatNegotiation.Negotiate(accept);
    }

    private static void Line(ReusableBuffer body, ReadOnlySpan<byte> key, ReadOnlySpan<byte> value)
    {
        body.Write(key);
        body.Write(value);
        body.Write("\n"u8);
    }

    private HeaderBlock Begin(EdgeRequest request, int status)
    {
        request.Response.Clear();
        request.Response.Status = status;
        var headers = request.Response.Headers;
        headers.Add(KnownHeader.Date, _date.Now);
        headers.Add(KnownHeader.Server, "holdfast"u8);
        return headers;
    }

    private ValueTask SendAsync(EdgeRequest request, ReadOnlySpan<byte> body)
    {
        if (request.Lower is not null)
        {
            // The lower edge asks the origin, or makes a page of its own: this one's would be dropped.
            UpperMark.WriteError(request.Response.Headers, _node, request.Response.Status, request.IsOwn);
            body = default;
        }

        forwarded.Stamp(request);
        request.Start(Framing.Length, body.Length);
        request.Write(body);
        return request.EndAsync(null);
    }
}
