using System.Buffers;
using System.IO.Pipelines;
using System.Text;
using Holdfast.Edge.Listening;
using Holdfast.Edge.Requests;
using Holdfast.Http.Bodies;
using Holdfast.Http.Headers;
using Holdfast.Http.Messages;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Holdfast.Edge.Http2;

/// <summary>A request on an HTTP/2 or 3 stream. Kestrel speaks the protocol; this makes of its features what phases see.</summary>
internal sealed class Http2Request : EdgeRequest
{
    private readonly Http2Body _body = new();
    private readonly EdgeLimits _limits;
    private IFeatureCollection _features;
    private PipeWriter? _output;
    private Stream? _upgraded;
    private CancellationTokenRegistration _gone;
    private bool _bodiless;
    private bool _headIsDue;

    /// <summary>For one stream's features.</summary>
    [System.Diagnostics.CodeAnalysis.SetsRequiredMembers]
    public Http2Request(IFeatureCollection features, EdgeLimits limits)
    {
        _limits = limits;
        _features = features;
        Connection = features.Get<ConnectionFacts>() ?? throw new InvalidOperationException("The listener has set no ConnectionFacts.");
    }

    /// <inheritdoc/>
    public override BodyReader Body => _body;

    /// <inheritdoc/>
    public override long BodyBytesRead => _body.BytesRead;

    /// <inheritdoc/>
    public override bool CanSendInterim => false;

    /// <summary>A WebSocket over HTTP/2 is an extended CONNECT (RFC 8441).</summary>
    public override bool CanUpgrade => true;

    /// <inheritdoc/>
    protected override long UnflushedPlain => _output is null ? 0 : Math.Max(_output.UnflushedBytes, _headIsDue ? 1 : 0);

    /// <summary>Takes up a new request of the stream.</summary>
    public void Attach(IFeatureCollection features) => _features = features;

    /// <summary>Lets go of the request.</summary>
    public void Detach()
    {
        _gone.Dispose();
        _gone = default;
        _output = null;
        _upgraded = null;
        GiveBuffers();
    }

    /// <summary>Reads the request's head from Kestrel's features.</summary>
    /// <returns>Why it is refused, or <see cref="MessageFault.None"/>.</returns>
    public MessageFault BeginRequest(RayId ray, DateTimeOffset now, long timestamp)
    {
        TakeBuffers();
        Head.Clear();
        var fault = ReadHead();
        Begin(ray, now, timestamp);
        _bodiless = _headIsDue = false;
        SetVisitorHere();
        var lifetime = _features.GetRequiredFeature<IHttpRequestLifetimeFeature>();
        _gone = lifetime.RequestAborted.UnsafeRegister(static r => ((Http2Request)r!).SetVisitorGone(), this);
        return fault;
    }

    /// <inheritdoc/>
    public override void LimitBody(long most) => _body.Limit(most);

    /// <inheritdoc/>
    public override void StopReadingBody() => _body.Stop();

    /// <inheritdoc/>
    public override ValueTask SendInterimAsync(ResponseHead interim) => default;

    /// <inheritdoc/>
    protected override void StartPlain(Framing framing, long length)
    {
        HasStarted = true;
        _bodiless = framing == Framing.None || Head.Method == KnownMethod.Head;
        var response = _features.GetRequiredFeature<IHttpResponseFeature>();
        response.StatusCode = Response.Status;
        var headers = Response.Headers;
        for (var i = 0; i < headers.Count; i++)
        {
            if (headers.KnownAt(i) is KnownHeader.ContentLength or KnownHeader.TransferEncoding or KnownHeader.Connection)
            {
                continue;
            }

            HeaderDictionaryExtensions.Append(
                response.Headers,
                Encoding.Latin1.GetString(headers.NameAt(i)),
                Encoding.Latin1.GetString(headers.ValueAt(i))
            );
            ResponseBytes += headers.NameAt(i).Length + headers.ValueAt(i).Length + 4;
        }

        if (length >= 0 && Response.Status is not (204 or 304 or (>= 100 and < 200)))
        {
            response.Headers.ContentLength = length;
        }

        // Kestrel sends the head with the first flush, which an answer whose body is still to come must not wait for.
        _output = _features.GetRequiredFeature<IHttpResponseBodyFeature>().Writer;
        _headIsDue = true;
    }

    /// <inheritdoc/>
    protected override void WritePlain(ReadOnlySpan<byte> bytes)
    {
        if (!_bodiless && !bytes.IsEmpty)
        {
            _output!.Write(bytes);
            ResponseBodyBytes += bytes.Length;
            ResponseBytes += bytes.Length;
        }
    }

    /// <inheritdoc/>
    protected override Memory<byte> GetPlainMemory(int atLeast) => _output!.GetMemory(atLeast);

    /// <inheritdoc/>
    protected override void AdvancePlain(int count)
    {
        _output!.Advance(count);
        ResponseBodyBytes += count;
        ResponseBytes += count;
    }

    /// <inheritdoc/>
    protected override async ValueTask<bool> FlushPlainAsync()
    {
        _headIsDue = false;
        var result = await _output!.FlushAsync(CancellationToken.None).ConfigureAwait(false);
        return !result.IsCompleted && !VisitorGone;
    }

    /// <inheritdoc/>
    protected override async ValueTask EndPlainAsync(HeaderBlock? trailers)
    {
        HasEnded = true;
        if (trailers is not null && _features.Get<IHttpResponseTrailersFeature>() is { } feature)
        {
            for (var i = 0; i < trailers.Count; i++)
            {
                HeaderDictionaryExtensions.Append(
                    feature.Trailers,
                    Encoding.Latin1.GetString(trailers.NameAt(i)),
                    Encoding.Latin1.GetString(trailers.ValueAt(i))
                );
            }
        }

        await _features.GetRequiredFeature<IHttpResponseBodyFeature>().CompleteAsync().ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public override void Abort()
    {
        HasEnded = IsBrokenOff = true;
        _features.GetRequiredFeature<IHttpRequestLifetimeFeature>().Abort();
    }

    /// <inheritdoc/>
    public override async ValueTask<PipeReader> AcceptUpgradeAsync()
    {
        HasStarted = HasEnded = true;
        var response = _features.GetRequiredFeature<IHttpResponseFeature>();
        var headers = Response.Headers;
        for (var i = 0; i < headers.Count; i++)
        {
            // What the HTTP/1.1 handshake needed is not said again: RFC 8441 section 5.
            if (
                headers.KnownAt(i) is KnownHeader.Connection or KnownHeader.Upgrade
                || Ascii.EqualsIgnoreCase(headers.NameAt(i), "sec-websocket-accept"u8)
            )
            {
                continue;
            }

            HeaderDictionaryExtensions.Append(
                response.Headers,
                Encoding.Latin1.GetString(headers.NameAt(i)),
                Encoding.Latin1.GetString(headers.ValueAt(i))
            );
        }

        var stream = await _features.GetRequiredFeature<IHttpExtendedConnectFeature>().AcceptAsync().ConfigureAwait(false);
        _upgraded = stream;
        return PipeReader.Create(stream);
    }

    /// <summary>The time limit is Kestrel's lowest rate.</summary>
    public override async ValueTask<bool> SendUpgradedAsync(ReadOnlyMemory<byte> bytes)
    {
        await _upgraded!.WriteAsync(bytes).ConfigureAwait(false);
        return !VisitorGone;
    }

    /// <summary>Tells the visitor to come by another connection for what it has not begun (RFC 9113 section 6.8).</summary>
    public void SayGoAway() => _features.Get<IConnectionLifetimeNotificationFeature>()?.RequestClose();

    private MessageFault ReadHead()
    {
        var request = _features.GetRequiredFeature<IHttpRequestFeature>();
        var connect = _features.Get<IHttpExtendedConnectFeature>();
        var isWebSocket = connect is { IsExtendedConnect: true, Protocol: "websocket" };
        var target = Encoding.Latin1.GetBytes(request.RawTarget);
        var host = Encoding.Latin1.GetBytes(request.Headers.Host.ToString());
        var method = isWebSocket ? "GET"u8.ToArray() : Encoding.Latin1.GetBytes(request.Method);
        Head.SetLine(method, target, host, request.RawTarget == "*" ? TargetForm.Asterisk : TargetForm.Origin);
        Head.Version = request.Protocol == "HTTP/3" ? 30 : 20;
        Head.KeepAlive = true;
        _body.Begin(null, 0, null);
        if ((Head.Method == KnownMethod.Connect && !isWebSocket) || Head.Method == KnownMethod.Trace)
        {
            return MessageFault.MethodNotAllowed;
        }

        if (method.Length + target.Length > _limits.Messages.StartLineBytes)
        {
            return MessageFault.TargetTooLong;
        }

        if (!Syntax.IsTarget(target) || target[0] is not ((byte)'/' or (byte)'*'))
        {
            return MessageFault.BadTarget;
        }

        if (!Syntax.IsHost(host))
        {
            return MessageFault.BadHost;
        }

        var fault = ReadFields(request);
        if (fault != MessageFault.None)
        {
            return fault;
        }

        if (isWebSocket)
        {
            AskForWebSocket();
            return MessageFault.None;
        }

        var detection = _features.Get<IHttpRequestBodyDetectionFeature>();
        if (detection is { CanHaveBody: true })
        {
            var length = request.Headers.ContentLength;
            Head.Framing = length switch
            {
                null => Framing.Chunked,
                0 => Framing.None,
                _ => Framing.Length,
            };
            Head.ContentLength = length ?? 0;
            _body.Begin(
                _features.GetRequiredFeature<IRequestBodyPipeFeature>().Reader,
                length ?? -1,
                _features.Get<IHttpRequestTrailersFeature>()
            );
        }

        if (request.Headers.ContentLength == 0)
        {
            // A stated length of 0 is passed on: some servers answer 411 to a POST without one.
            Head.Headers.Set(KnownHeader.ContentLength, "0"u8);
        }

        return MessageFault.None;
    }

    private MessageFault ReadFields(IHttpRequestFeature request)
    {
        foreach (var (name, values) in request.Headers)
        {
            if (name is "Host" or "Content-Length" || name.StartsWith(':'))
            {
                continue;
            }

            foreach (var value in values)
            {
                var nameBytes = Encoding.Latin1.GetBytes(name);
                var valueBytes = Encoding.Latin1.GetBytes(value ?? "");
                if (!Syntax.IsToken(nameBytes))
                {
                    return MessageFault.BadFieldName;
                }

                // What goes on to an HTTP/1.1 origin must have no line end in it, whatever an HTTP/2 frame allowed.
                if (!Syntax.IsFieldValue(valueBytes))
                {
                    return MessageFault.BadFieldValue;
                }

                if (Head.Headers.Count >= _limits.Messages.FieldCount)
                {
                    return MessageFault.TooManyFields;
                }

                // Kestrel refuses Connection and TE; a request with one of the others is as malformed (RFC 9113 section 8.2.2).
                if (
                    KnownHeaders.Find(nameBytes)
                    is KnownHeader.TransferEncoding
                        or KnownHeader.Upgrade
                        or KnownHeader.KeepAlive
                        or KnownHeader.ProxyConnection
                )
                {
                    return MessageFault.ConnectionField;
                }

                Head.Headers.Add(nameBytes, valueBytes);
            }
        }

        // RFC 9113 section 8.2.3: cookies may come as several fields; HTTP/1.1 has one.
        JoinCookies();

        // Kestrel answers Expect itself when the body is first read.
        Head.Headers.Remove(KnownHeader.Expect);
        return MessageFault.None;
    }

    private void JoinCookies()
    {
        if (Head.Headers.CountOf(KnownHeader.Cookie) < 2)
        {
            return;
        }

        var all = new ArrayBufferWriter<byte>();
        for (var i = 0; i < Head.Headers.Count; i++)
        {
            if (Head.Headers.KnownAt(i) == KnownHeader.Cookie)
            {
                all.Write(all.WrittenCount > 0 ? "; "u8 : ""u8);
                all.Write(Head.Headers.ValueAt(i));
            }
        }

        Head.Headers.Set(KnownHeader.Cookie, all.WrittenSpan);
    }

    // The handshake that an HTTP/1.1 origin expects (RFC 6455 section 4.1) in the place of the extended CONNECT.
    private void AskForWebSocket()
    {
        Span<byte> key = stackalloc byte[24];
        Span<byte> random = stackalloc byte[16];
        System.Security.Cryptography.RandomNumberGenerator.Fill(random);
        System.Buffers.Text.Base64.EncodeToUtf8(random, key, out _, out _);
        Head.Headers.Set(KnownHeader.SecWebSocketKey, key);
        Head.Headers.Set(KnownHeader.Upgrade, "websocket"u8);
        Head.WantsUpgrade = true;
    }
}
