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
using Holdfast.Http.Origins;

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
        using var timeout = new CancellationTokenSource(Timeout.InfiniteTimeSpan, time);
        using var content =
            request.Head.Framing == Framing.None
                ? null
                : new VisitorContent(request, () => request.WaitForOrigin(timeout, zone.ReadTimeout));
        using var message = Message(request, zone, content);
        timeout.CancelAfter(zone.ReadTimeout);
        request.Use(timeout);
        try
        {
            using var response = await client.Invoker.SendAsync(message, timeout.Token).ConfigureAwait(false);
            request.Origin.Address = client.LastAddress;
            request.Origin.LocalAddress = client.LastLocalAddress;
            request.Origin.Status = (int)response.StatusCode;
            request.Origin.FirstByte = time.GetElapsedTime(started);
            return await RelayAsync(request, zone, response, content, timeout).ConfigureAwait(false);
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
            var fault = FaultOf(e, timeout.IsCancellationRequested, client.LastFault);
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
        var path = Escaped(head.Form == TargetForm.Asterisk ? "/*"u8 : head.Target);
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
        message.Headers.Host = Encoding.Latin1.GetString(zone.OriginHostHeader ?? (head.Host.IsEmpty ? target.HostText : head.Host));
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

    private async ValueTask<EdgeError> RelayAsync(
        EdgeRequest request,
        ZoneRuntime zone,
        HttpResponseMessage response,
        VisitorContent? content,
        CancellationTokenSource timeout
    )
    {
        var head = request.Response;
        head.Clear();
        head.Status = (int)response.StatusCode;
        if (!TryCopy(response.Headers.NonValidated, head.Headers) || !TryCopy(response.Content.Headers.NonValidated, head.Headers))
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
        var tap = request.Tap;
        if (tap is not null && !tap.Takes(request))
        {
            return EdgeError.None;
        }

        ForwardedHeaders.PrepareResponse(request);
        tap?.Dress(request);
        ResponseCompression.Begin(request, length, hasBody: !bodiless);
        forwarded.Stamp(request);
        request.Start(tap is { WithholdsBody: true } ? Framing.None : head.Framing, tap is { WithholdsBody: true } ? -1 : length);
        var left = bodiless || length < 0 ? long.MaxValue : length;
        await using var stream = await response.Content.ReadAsStreamAsync(timeout.Token).ConfigureAwait(false);
        var buffer = System.Buffers.ArrayPool<byte>.Shared.Rent(32 * 1024);
        try
        {
            while (true)
            {
                // Before the read, not beside it: a read under way when the visitor leaves would go on into a buffer that is given back.
                if (request.Unflushed > 0 && !await request.FlushAsync().ConfigureAwait(false))
                {
                    return EdgeError.None;
                }

                request.WaitForOrigin(timeout, zone.ReadTimeout);
                var read = await stream.ReadAsync(buffer, timeout.Token).ConfigureAwait(false);
                timeout.CancelAfter(Timeout.InfiniteTimeSpan);
                if (read == 0)
                {
                    break;
                }

                // The client checks no length (RFC 9113 section 8.1.1 wants it checked). What is over it would be read as the next
                // answer on the visitor's connection; what is short of it would be filled with the next answer's beginning.
                tap?.Body(buffer.AsSpan(0, read));
                request.Write(buffer.AsSpan(0, (int)Math.Min(read, left)));
                if (read > left)
                {
                    return await BreakOffAsync(request).ConfigureAwait(false);
                }

                left -= bodiless || length < 0 ? 0 : read;
            }
        }
        finally
        {
            System.Buffers.ArrayPool<byte>.Shared.Return(buffer);
        }

        if (left is > 0 and < long.MaxValue)
        {
            return await BreakOffAsync(request).ConfigureAwait(false);
        }

        HeaderBlock? trailers = null;
        if (response.TrailingHeaders.NonValidated.Count > 0)
        {
            trailers = new HeaderBlock();
            if (!TryCopy(response.TrailingHeaders.NonValidated, trailers))
            {
                return await BreakOffAsync(request).ConfigureAwait(false);
            }
        }

        tap?.End();
        await request.EndAsync(trailers).ConfigureAwait(false);
        return EdgeError.None;
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

    // What goes on to an HTTP/1.1 visitor must have no line end in it, whatever an HTTP/2 frame allowed.
    private static bool TryCopy(System.Net.Http.Headers.HttpHeadersNonValidated from, HeaderBlock to)
    {
        foreach (var (name, values) in from)
        {
            var nameBytes = Encoding.Latin1.GetBytes(name);
            foreach (var value in values)
            {
                var valueBytes = Encoding.Latin1.GetBytes(value);
                if (!Syntax.IsToken(nameBytes) || !Syntax.IsFieldValue(valueBytes))
                {
                    return false;
                }

                to.Add(nameBytes, valueBytes);
            }
        }

        return true;
    }

    private static OriginFault FaultOf(Exception exception, bool timedOut, OriginFault connectFault) =>
        exception switch
        {
            _ when timedOut => OriginFault.ReadTimeout,
            HttpRequestException { HttpRequestError: HttpRequestError.ConnectionError } => connectFault == OriginFault.None
                ? OriginFault.Unreachable
                : connectFault,
            HttpRequestException { HttpRequestError: HttpRequestError.SecureConnectionError } => connectFault == OriginFault.BadCertificate
                ? OriginFault.BadCertificate
                : OriginFault.TlsHandshake,
            _ => OriginFault.BadAnswer,
        };
}
