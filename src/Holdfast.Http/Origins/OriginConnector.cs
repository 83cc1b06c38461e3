using System.Diagnostics;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using Holdfast.Http.Deadlines;

namespace Holdfast.Http.Origins;

/// <summary>Makes connections to origins.</summary>
public sealed class OriginConnector(OriginPoolLimits limits, DeadlineSweep sweep)
{
    /// <summary>How an origin's certificate chain is built. No downloads: the addresses of missing certificates would be the origin's to choose.</summary>
    public static X509ChainPolicy ChainPolicy => new() { RevocationMode = X509RevocationMode.NoCheck, DisableCertificateDownloads = true };

    /// <summary>
    /// Where every connection goes, in the clear and whatever its endpoint says: an origin inside this process, on a socket that no network
    /// has. Null: to the endpoint.
    /// </summary>
    public UnixDomainSocketEndPoint? Inside { get; init; }

    private static readonly List<SslApplicationProtocol> Http11 = [SslApplicationProtocol.Http11];

    /// <summary>Connects, and secures the connection when its endpoint says so.</summary>
    /// <param name="endpoint">Where to.</param>
    /// <param name="connectTimeout">Time for this address.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public async ValueTask<ConnectResult> ConnectAsync(
        OriginEndpoint endpoint,
        TimeSpan connectTimeout,
        CancellationToken cancellationToken
    )
    {
        if (Inside is not null)
        {
            return await ConnectInsideAsync(Inside, endpoint, cancellationToken).ConfigureAwait(false);
        }

        var started = Stopwatch.GetTimestamp();
        Socket socket;
        try
        {
            socket = new Socket(endpoint.Address.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        }
        catch (SocketException e)
        {
            return new ConnectResult(null, FaultOf(e.SocketErrorCode), TimeSpan.Zero, TimeSpan.Zero);
        }

        try
        {
            var fault = await ConnectTcpAsync(socket, endpoint.Address, connectTimeout, cancellationToken).ConfigureAwait(false);
            var tcp = Stopwatch.GetElapsedTime(started);
            if (fault != OriginFault.None)
            {
                socket.Dispose();
                return new ConnectResult(null, fault, tcp, TimeSpan.Zero);
            }

            if (endpoint.Tls is null)
            {
                return new ConnectResult(new OriginConnection(socket, null, endpoint, sweep), OriginFault.None, tcp, TimeSpan.Zero);
            }

            started = Stopwatch.GetTimestamp();
            var (stream, tlsFault) = await SecureAsync(socket, endpoint.Tls, cancellationToken).ConfigureAwait(false);
            var tls = Stopwatch.GetElapsedTime(started);
            return stream is null
                ? new ConnectResult(null, tlsFault, tcp, tls)
                : new ConnectResult(new OriginConnection(socket, stream, endpoint, sweep), OriginFault.None, tcp, tls);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    private async ValueTask<ConnectResult> ConnectInsideAsync(
        UnixDomainSocketEndPoint inside,
        OriginEndpoint endpoint,
        CancellationToken cancellationToken
    )
    {
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            await socket.ConnectAsync(inside, cancellationToken).ConfigureAwait(false);
            return new ConnectResult(new OriginConnection(socket, null, endpoint, sweep), OriginFault.None, TimeSpan.Zero, TimeSpan.Zero);
        }
        catch (SocketException e)
        {
            socket.Dispose();
            return new ConnectResult(null, FaultOf(e.SocketErrorCode), TimeSpan.Zero, TimeSpan.Zero);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    private async ValueTask<OriginFault> ConnectTcpAsync(
        Socket socket,
        IPEndPoint address,
        TimeSpan connectTimeout,
        CancellationToken cancellationToken
    )
    {
        using var timeout = new CancellationTokenSource(connectTimeout, sweep.Time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, timeout.Token);
        try
        {
            await socket.ConnectAsync(address, either.Token).ConfigureAwait(false);
            return OriginFault.None;
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return OriginFault.ConnectTimeout;
        }
        catch (SocketException e)
        {
            return FaultOf(e.SocketErrorCode);
        }
    }

    private static OriginFault FaultOf(SocketError error) =>
        error switch
        {
            SocketError.ConnectionRefused or SocketError.ConnectionReset => OriginFault.Refused,
            SocketError.TimedOut => OriginFault.ConnectTimeout,
            SocketError.TooManyOpenSockets or SocketError.NoBufferSpaceAvailable => OriginFault.NoResources,
            _ => OriginFault.Unreachable,
        };

    private async ValueTask<(SslStream? Stream, OriginFault Fault)> SecureAsync(
        Socket socket,
        OriginTls tls,
        CancellationToken cancellationToken
    )
    {
        var rejected = false;
        var stream = new SslStream(new NetworkStream(socket, ownsSocket: true), leaveInnerStreamOpen: false);
        var options = new SslClientAuthenticationOptions
        {
            TargetHost = tls.ServerName,
            ApplicationProtocols = Http11,
            EnabledSslProtocols = SslProtocols.Tls12 | SslProtocols.Tls13,
            CertificateChainPolicy = ChainPolicy,
            RemoteCertificateValidationCallback = (_, _, _, errors) =>
            {
                rejected = tls.Verify && errors != SslPolicyErrors.None;
                return !rejected;
            },
        };
        using var timeout = new CancellationTokenSource(limits.TlsTimeout, sweep.Time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, timeout.Token);
        try
        {
            await stream.AuthenticateAsClientAsync(options, either.Token).ConfigureAwait(false);
            return (stream, OriginFault.None);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            await stream.DisposeAsync().ConfigureAwait(false);
            return (null, OriginFault.TlsHandshake);
        }
        catch (Exception e) when (e is AuthenticationException or IOException or SocketException or ObjectDisposedException)
        {
            await stream.DisposeAsync().ConfigureAwait(false);
            return (null, rejected ? OriginFault.BadCertificate : OriginFault.TlsHandshake);
        }
    }
}

/// <summary>What came of an attempt to connect.</summary>
/// <param name="Connection">The connection, or null.</param>
/// <param name="Fault">Why there is none.</param>
/// <param name="TcpTime">How long the TCP handshake took.</param>
/// <param name="TlsTime">How long the TLS handshake took; zero without TLS.</param>
public readonly record struct ConnectResult(OriginConnection? Connection, OriginFault Fault, TimeSpan TcpTime, TimeSpan TlsTime);
