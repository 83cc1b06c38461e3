using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Text;
using Holdfast.Edge.Compression;
using Holdfast.Edge.ErrorPages;
using Holdfast.Edge.Requests;
using Holdfast.Edge.Zones;
using Holdfast.Http.Headers;
using Holdfast.Http.Messages;

namespace Holdfast.Edge.Origins;

/// <summary>
/// Sends requests to origins that speak HTTP/2 (h2c with prior knowledge, or by ALPN over TLS), through the framework's client. An https
/// origin that turns out not to speak it is served over HTTP/1.1 instead, and asked again after a while.
/// </summary>
internal sealed class Http2OriginForwarder(OriginTargets targets, ForwardedHeaders forwarded, OriginForwarder http1, TimeProvider time)
    : IDisposable
{
    // How long an origin that does not speak HTTP/2 is not asked again.
    private static readonly TimeSpan AskAgainAfter = TimeSpan.FromMinutes(10);

    private readonly ConcurrentDictionary<OriginTarget, Http2Client> _clients = new();

    /// <summary>
    /// Forgets what it has for a target. Requests in flight go on; the framework closes the idle connections after their time, or when
    /// the last of them ends.
    /// </summary>
    public void Forget(OriginTarget target) => _clients.TryRemove(target, out _);

    /// <summary>Answers the request from its zone's origin; see <see cref="OriginForwarder.ForwardAsync"/>.</summary>
    public async ValueTask<EdgeError> ForwardAsync(EdgeRequest request, ZoneRuntime zone)
    {
        var target = request.Target!;
        var client = _clients.GetOrAdd(target, static (t, all) => new Http2Client(t, all.Limits, all.Events), targets);
        if (client.SpeaksHttp1Until > time.GetTimestamp())
        {
            return await http1.ForwardAsync(request, zone, upgrade: false).ConfigureAwait(false);
        }

        var started = time.GetTimestamp();
        var exchange = new Http2Exchange(time);
        using var content =
            request.Head.Framing == Framing.None
                ? null
                : new VisitorContent(request, () => request.WaitForOrigin(exchange.Timeout, request.ReadTimeout));
        exchange.Message = Message(request, zone, content);
        exchange.Timeout.CancelAfter(request.ReadTimeout);
        request.Use(exchange.Timeout);
        try
        {
            exchange.Response = await client.Invoker.SendAsync(exchange.Message, exchange.Timeout.Token).ConfigureAwait(false);
            request.Origin.Address = client.LastAddress;
            request.Origin.LocalAddress = client.LastLocalAddress;
            request.Origin.Status = (int)exchange.Response.StatusCode;
            request.Origin.FirstByte = time.GetElapsedTime(started);
            return await RelayAsync(request, zone, exchange, content).ConfigureAwait(false);
        }
        catch (HttpRequestException e) when (e.HttpRequestError == HttpRequestError.VersionNegotiationError && !request.HasStarted)
        {
            // Nothing was sent: the handshake told.
            request.ReleaseExchange();
            client.SpeaksHttp1Until = time.GetTimestamp() + (long)(AskAgainAfter.TotalSeconds * time.TimestampFrequency);
            return await http1.ForwardAsync(request, zone, upgrade: false).ConfigureAwait(false);
        }
        catch (Exception e) when (e is HttpRequestException or IOException or OperationCanceledException)
        {
            request.Origin.Address = client.LastAddress;
            request.Origin.LocalAddress = client.LastLocalAddress;
            var fault = exchange.FaultOf(e, client.LastFault);
            if (!request.HasStarted)
            {
                return e is HttpRequestException { HttpRequestError: HttpRequestError.NameResolutionError }
                    ? EdgeError.OriginDns
                    : OriginForwarder.ErrorOf(request, fault);
            }

            request.Error = OriginForwarder.ErrorOf(request, fault);
            request.Abort();
            return EdgeError.None;
        }
        finally
        {
            request.ReleaseExchange();
            if (content is not null)
            {
                await content.CloseAsync().ConfigureAwait(false);
            }

            if (!exchange.IsTaken)
            {
                exchange.Dispose();
            }

            request.Origin.Total = time.GetElapsedTime(started);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var client in _clients.Values)
        {
            client.Invoker.Dispose();
        }
    }

    private static HttpRequestMessage Message(EdgeRequest request, ZoneRuntime zone, VisitorContent? content)
    {
        var target = request.Target!;
        var head = request.Head;
        var path = Escaped(head.Form == TargetForm.Asterisk ? "/*"u8 : request.ForwardTarget);
        var scheme = target.Key.Tls ? "https" : "http";

        // The visitor's exact path: no dot segment is resolved, no escape rewritten.
        var uri = new Uri(
            $"{scheme}://{Encoding.ASCII.GetString(target.HostText)}:{target.Key.Port}{path}",
            new UriCreationOptions { DangerousDisablePathAndQueryCanonicalization = true }
        );
        var message = new OriginRequestMessage(new HttpMethod(Encoding.Latin1.GetString(head.MethodBytes)), uri)
        {
            Version = HttpVersion.Version20,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
            Content = content,
            MostSendings = OriginForwarder.MayRepeat(head) ? 2 : 1,
        };
        message.Headers.Host = Encoding.Latin1.GetString(
            request.Route?.HostHeader ?? zone.OriginHostHeader ?? (head.Host.IsEmpty ? target.HostText : head.Host)
        );
        for (var i = 0; i < head.Headers.Count; i++)
        {
            var known = head.Headers.KnownAt(i);
            if (
                known
                is KnownHeader.Host
                    or KnownHeader.ContentLength
                    or KnownHeader.TransferEncoding
                    or KnownHeader.Connection
                    or KnownHeader.Upgrade
            )
            {
                continue;
            }

            var name = Encoding.Latin1.GetString(head.Headers.NameAt(i));
            var value = Encoding.Latin1.GetString(head.Headers.ValueAt(i));
            if (!message.Headers.TryAddWithoutValidation(name, value))
            {
                content?.Headers.TryAddWithoutValidation(name, value);
            }
        }

        if (content is not null && head.Framing == Framing.Length)
        {
            content.Headers.ContentLength = head.ContentLength;
        }

        return message;
    }

    // A target may hold bytes from 0x80, which HTTP/2's :path may not (RFC 9113 section 8.3.1): escaped, they mean the same.
    private static string Escaped(ReadOnlySpan<byte> target)
    {
        if (Ascii.IsValid(target))
        {
            return Encoding.ASCII.GetString(target);
        }

        var text = new StringBuilder(target.Length + 32);
        foreach (var b in target)
        {
            _ = b < 0x80 ? text.Append((char)b) : text.Append(CultureInfo.InvariantCulture, $"%{b:X2}");
        }

        return text.ToString();
    }

    private async ValueTask<EdgeError> RelayAsync(EdgeRequest request, ZoneRuntime zone, Http2Exchange exchange, VisitorContent? content)
    {
        var response = exchange.Response!;
        var head = request.Response;
        head.Clear();
        head.Status = (int)response.StatusCode;
        if (
            !Http2Exchange.TryCopy(response.Headers.NonValidated, head.Headers)
            || !Http2Exchange.TryCopy(response.Content.Headers.NonValidated, head.Headers)
        )
        {
            request.Origin.Detail = MessageFault.BadFieldValue;
            return EdgeError.OriginUnknownError;
        }

        if (!ContentLengthText.TryRead(head.Headers, out var length))
        {
            request.Origin.Detail = MessageFault.BadContentLength;
            return EdgeError.OriginUnknownError;
        }

        // RFC 9110 section 8.6: a 204 states no length.
        length = head.Status == 204 ? -1 : length;
        var bodiless = request.Head.Method == KnownMethod.Head || head.Status is 204 or 304;
        if (content is not null)
        {
            await content.WithholdContinueAsync().ConfigureAwait(false);
        }

        head.Framing =
            bodiless ? Framing.None
            : length >= 0 ? Framing.Length
            : Framing.Chunked;
        head.ContentLength = length;
        request.IsSent = content?.IsComplete ?? true;
        var step = request.Tap?.Takes(request) ?? TapStep.Relay;
        if (step == TapStep.Drop)
        {
            return EdgeError.None;
        }

        ForwardedHeaders.PrepareResponse(request);
        request.Tap?.Dress(request);
        forwarded.Stamp(request);
        exchange.BeginBody(bodiless ? 0 : length);
        if (step == TapStep.TakeOver)
        {
            request.ReleaseExchange();
            exchange.IsTaken = true;
            request.Tap!.TakeOver(request, new Http2OriginAnswer(exchange, request.ReadTimeout) { Gate = request.TakeOriginGate() });
            return EdgeError.None;
        }

        ResponseCompression.Begin(request, length, hasBody: !bodiless);
        request.Start(head.Framing, length);
        while (true)
        {
            // Before the read, not beside it: a read under way when the visitor leaves would go on into a buffer that is given back.
            if (request.Unflushed > 0 && !await request.FlushAsync().ConfigureAwait(false))
            {
                return EdgeError.None;
            }

            request.WaitForOrigin(exchange.Timeout, request.ReadTimeout);
            var piece = await exchange.ReadAsync().ConfigureAwait(false);
            exchange.Timeout.CancelAfter(Timeout.InfiniteTimeSpan);
            request.Write(piece.Data.Span);
            if (piece.Fault != MessageFault.None)
            {
                return await BreakOffAsync(request).ConfigureAwait(false);
            }

            if (piece.End)
            {
                await request.EndAsync(exchange.Trailers).ConfigureAwait(false);
                return EdgeError.None;
            }
        }
    }

    // The origin is at fault, and an answer has begun: what has come of it goes out, and the visitor can tell that it is not whole.
    private static async ValueTask<EdgeError> BreakOffAsync(EdgeRequest request)
    {
        request.Error = EdgeError.OriginUnknownError;
        if (request.Unflushed > 0)
        {
            await request.FlushAsync().ConfigureAwait(false);
        }

        request.Abort();
        return EdgeError.None;
    }
}
