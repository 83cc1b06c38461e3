using System.Buffers;
using System.IO.Pipelines;
using System.Net.Security;
using System.Security.Authentication;
using Holdfast.Edge.Listening.Admission;
using Holdfast.Edge.Listening.Certificates;
using Holdfast.Edge.Listening.Hello;
using Holdfast.Edge.Listening.Http2;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core.Features;

namespace Holdfast.Edge.Listening.Tls;

/// <summary>
/// The step of a TLS listener: looks at the client hello, chooses the certificate, shakes hands, and puts the decrypted transport in place.
/// It does Kestrel's <c>UseHttps</c>'s work itself, because that one needs services that only Kestrel's own host registers, parses the hello a second
/// time, and keeps to itself why a handshake failed.
/// </summary>
/// <param name="certificates">Where certificates come from.</param>
/// <param name="http2">Whether HTTP/2 is offered.</param>
/// <param name="limits">The deadlines.</param>
/// <param name="http2Limits">What an HTTP/2 client may send.</param>
/// <param name="ledger">Where outcomes are counted.</param>
/// <param name="time">The clock.</param>
internal sealed class TlsMiddleware(
    IServerCertificates certificates,
    bool http2,
    ConnectionLimits limits,
    VisitorHttp2Limits http2Limits,
    ConnectionLedger ledger,
    TimeProvider time
)
{
    /// <summary>Plain text in the largest TLS record (RFC 8446 section 5.1).</summary>
    private const int LargestRecord = 16 * 1024;

    /// <summary>Whether HTTP/2 connections that the edge ends wait a moment for the client to go first.</summary>
    public Func<bool> Lingers { get; init; } = static () => false;

    /// <summary>The step.</summary>
    public ConnectionDelegate Use(ConnectionDelegate next) =>
        async connection =>
        {
            var facts = connection.Features.GetRequiredFeature<ConnectionFacts>();
            if (await HandshakeAsync(connection, facts) is { } stream)
            {
                await ServeAsync(connection, facts, stream, next);
            }
        };

    private async Task<SslStream?> HandshakeAsync(ConnectionContext connection, ConnectionFacts facts)
    {
        using var deadline = new CancellationTokenSource(limits.HandshakeTimeout, time);
        SslStream? stream = null;
        try
        {
            // 1 look
            var (status, hello) = await HelloReader.PeekAsync(connection.Transport.Input, deadline.Token);
            if (hello is null)
            {
                await TurnAwayAsync(connection, facts, status, deadline.Token);
                return null;
            }

            facts.Sni = hello.Sni;
            facts.Ja4 = hello.Ja4;

            // 2 choose
            if (await certificates.SelectAsync(hello.Sni, facts.Local, hello.Keys, deadline.Token) is not { } choice)
            {
                ledger.Failed(facts, FailureReason.NoCertificate);
                await connection.Transport.Output.WriteAsync(TlsAlerts.UnrecognizedName, deadline.Token);
                return null;
            }

            // 3 shake hands
            stream = new SslStream(new TransportStream(connection.Transport), leaveInnerStreamOpen: true);
            await stream.AuthenticateAsServerAsync(choice.Certificate.Options(choice.Versions, http2 && choice.Http2), deadline.Token);
            ledger.HandshakeSucceeded();
            facts.Secured(
                stream.SslProtocol == SslProtocols.Tls13 ? "TLSv1.3" : "TLSv1.2",
                CipherNames.Of(stream.NegotiatedCipherSuite),
                Name(stream.NegotiatedApplicationProtocol)
            );
            return stream;
        }
        catch (Exception e) when (e is OperationCanceledException or IOException or AuthenticationException)
        {
            var reason =
                e is AuthenticationException ? FailureReason.Rejected
                : deadline.IsCancellationRequested ? FailureReason.TimedOut
                : FailureReason.ClientClosed;
            ledger.Failed(facts, reason, e is AuthenticationException ? e.GetBaseException().Message : null);
            if (stream is not null)
            {
                await stream.DisposeAsync();
            }

            return null;
        }
    }

    private async ValueTask TurnAwayAsync(
        ConnectionContext connection,
        ConnectionFacts facts,
        HelloStatus status,
        CancellationToken deadline
    )
    {
        var reason = status switch
        {
            HelloStatus.PlainHttp => FailureReason.PlainHttp,
            HelloStatus.NotTls => FailureReason.NotTls,
            HelloStatus.Incomplete => FailureReason.ClientClosed,
            HelloStatus.TooLarge => FailureReason.HelloTooLarge,
            _ => FailureReason.MalformedHello,
        };
        ledger.Failed(facts, reason);
        try
        {
            if (reason == FailureReason.PlainHttp)
            {
                using var closing = new CancellationTokenSource(limits.CloseTimeout, time);
                await PlainHttpReply.SendAsync(connection.Transport, closing.Token);
            }
            else if (reason is FailureReason.HelloTooLarge or FailureReason.MalformedHello)
            {
                await connection.Transport.Output.WriteAsync(TlsAlerts.DecodeError, deadline);
            }
        }
        catch (Exception e) when (e is IOException or OperationCanceledException)
        {
            // The client is gone or too slow to be told; the failure is counted already.
        }
    }

    private async Task ServeAsync(ConnectionContext connection, ConnectionFacts facts, SslStream stream, ConnectionDelegate next)
    {
        var features = new TlsFeatures(stream, facts.Sni ?? "");
        connection.Features.Set<ITlsConnectionFeature>(features);
        connection.Features.Set<ITlsHandshakeFeature>(features);
        connection.Features.Set<ITlsApplicationProtocolFeature>(features);

        var pool = connection.Features.Get<IMemoryPoolFeature>()?.MemoryPool ?? MemoryPool<byte>.Shared;
        var plain =
            facts.Alpn == "h2"
                ? new Http2MeteredStream(stream, http2Limits, time, kind => OnFlood(connection, facts, kind))
                : (Stream)stream;
        // Reads of zero bytes first: neither the pipe nor SslStream then holds a buffer while the connection is idle.
        var input = PipeReader.Create(plain, new StreamPipeReaderOptions(pool, leaveOpen: true, useZeroByteReads: true));

        // A write becomes a TLS record (16 KiB at the most) and a write to the socket; smaller segments would make four times as many.
        var output = PipeWriter.Create(stream, new StreamPipeWriterOptions(pool, minimumBufferSize: LargestRecord, leaveOpen: true));
        var encrypted = connection.Transport;
        connection.Transport = new DecryptedPipe(input, output);
        try
        {
            await next(connection);
        }
        finally
        {
            connection.Transport = encrypted;
            await CloseAsync(connection, facts, stream, input, output);
        }
    }

    private void OnFlood(ConnectionContext connection, ConnectionFacts facts, string detail)
    {
        ledger.Failed(facts, FailureReason.Http2Flood, detail);
        connection.Abort(new ConnectionAbortedException($"The HTTP/2 client sent too many {detail}."));
    }

    // Says goodbye (close_notify) where the client still listens, so that it can tell an end from a cut.
    private async Task CloseAsync(
        ConnectionContext connection,
        ConnectionFacts facts,
        SslStream stream,
        PipeReader input,
        PipeWriter output
    )
    {
        try
        {
            await input.CompleteAsync();
            await output.CompleteAsync();
            if (!connection.ConnectionClosed.IsCancellationRequested)
            {
                await stream.ShutdownAsync().WaitAsync(limits.CloseTimeout, time);
                if (facts.Alpn == "h2" && Lingers())
                {
                    await LingerAsync(connection);
                }
            }
        }
        catch (TimeoutException)
        {
            connection.Abort(new ConnectionAbortedException("The client did not take the connection's last bytes in time."));
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException or InvalidOperationException or OperationCanceledException)
        {
            // The client is gone, or a write was cut short: there is nobody to say goodbye to.
        }

        await stream.DisposeAsync();
    }

    // What was on its way when the client was told to go is dropped: closing on unread bytes would be a reset, and the client would not
    // read by GOAWAY which of its requests were never begun, and are to be sent again.
    private async Task LingerAsync(ConnectionContext connection)
    {
        using var enough = new CancellationTokenSource(limits.CloseTimeout, time);
        var input = connection.Transport.Input;
        while (true)
        {
            var read = await input.ReadAsync(enough.Token);
            input.AdvanceTo(read.Buffer.End);
            if (read.IsCompleted || read.IsCanceled)
            {
                return;
            }
        }
    }

    private static string? Name(SslApplicationProtocol protocol) =>
        protocol == SslApplicationProtocol.Http2 ? "h2"
        : protocol == SslApplicationProtocol.Http11 ? "http/1.1"
        : null;

    private sealed class DecryptedPipe(PipeReader input, PipeWriter output) : IDuplexPipe
    {
        public PipeReader Input => input;

        public PipeWriter Output => output;
    }
}
