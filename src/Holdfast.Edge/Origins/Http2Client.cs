using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Text;
using Holdfast.Http.Origins;

namespace Holdfast.Edge.Origins;

/// <summary>The framework's HTTP/2 client for one target, with the target's addresses, names and demands.</summary>
internal sealed class Http2Client : IDisposable
{
    // Both are offered, because servers that find no protocol of theirs in the list end the handshake (RFC 7301 section 3.2), which
    // would look like a broken TLS instead of an origin that speaks HTTP/1.1 alone.
    private static readonly List<SslApplicationProtocol> Protocols = [SslApplicationProtocol.Http2, SslApplicationProtocol.Http11];

    private readonly OriginTarget _target;
    private readonly OriginPoolLimits _limits;
    private readonly IOriginEvents _events;
    private ulong _connects;

    /// <summary>No connection is made yet.</summary>
    public Http2Client(OriginTarget target, OriginPoolLimits limits, IOriginEvents events)
    {
        _target = target;
        _limits = limits;
        _events = events;
        Invoker = new HttpMessageInvoker(
            new SocketsHttpHandler
            {
                UseProxy = false,
                UseCookies = false,
                AllowAutoRedirect = false,
                AutomaticDecompression = DecompressionMethods.None,
                ActivityHeadersPropagator = null,
                EnableMultipleHttp2Connections = true,

                // Above what our own steps below may take, so that theirs tell what went wrong.
                ConnectTimeout = limits.ConnectTimeout + limits.TlsTimeout + TimeSpan.FromSeconds(1),
                PooledConnectionLifetime = limits.MaxLifetime,
                PooledConnectionIdleTimeout = limits.MaxIdleTime,
                RequestHeaderEncodingSelector = OriginRequestMessage.EncodingOf,
                ResponseHeaderEncodingSelector = static (_, _) => Encoding.Latin1,
                ConnectCallback = ConnectAsync,
            }
        );
    }

    /// <summary>Sends.</summary>
    public HttpMessageInvoker Invoker { get; }

    /// <summary>The address that was connected to last, or tried.</summary>
    public IPEndPoint? LastAddress { get; private set; }

    /// <summary>The edge's own address on the connection made last, or null before the first.</summary>
    public IPAddress? LastLocalAddress { get; private set; }

    /// <summary>Why connecting failed last.</summary>
    public OriginFault LastFault { get; private set; }

    /// <summary>Until when it is known to speak HTTP/1.1 alone, as a timestamp; 0 when it is not.</summary>
    public long SpeaksHttp1Until { get; set; }

    /// <inheritdoc/>
    public void Dispose() => Invoker.Dispose();

    private async ValueTask<Stream> ConnectAsync(SocketsHttpConnectionContext context, CancellationToken cancellationToken)
    {
        OriginPool[] pools;
        try
        {
            pools = await _target.PoolsAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (OriginNameException e)
        {
            _events.NotResolved();
            throw new HttpRequestException(HttpRequestError.NameResolutionError, e.Message, e);
        }

        var socket = await ConnectTcpAsync(pools, cancellationToken).ConfigureAwait(false);
        var stream = new NetworkStream(socket, ownsSocket: true);
        Stream ready = _target.Key.Tls ? await SecureAsync(stream, cancellationToken).ConfigureAwait(false) : stream;
        LastLocalAddress = (socket.LocalEndPoint as IPEndPoint)?.Address;
        _events.Connected();
        return ready;
    }

    private async ValueTask<Socket> ConnectTcpAsync(OriginPool[] pools, CancellationToken cancellationToken)
    {
        SocketException? last = null;
        foreach (var pool in _target.InTurn(pools, Interlocked.Increment(ref _connects)))
        {
            var socket = new Socket(pool.Endpoint.Address.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
            using var share = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            share.CancelAfter(_limits.ConnectTimeout / pools.Length);
            try
            {
                LastAddress = pool.Endpoint.Address;
                await socket.ConnectAsync(pool.Endpoint.Address, share.Token).ConfigureAwait(false);
                LastFault = OriginFault.None;
                return socket;
            }
            catch (SocketException e)
            {
                socket.Dispose();
                last = e;
                LastFault = e.SocketErrorCode switch
                {
                    SocketError.ConnectionRefused => OriginFault.Refused,
                    SocketError.TooManyOpenSockets or SocketError.NoBufferSpaceAvailable => OriginFault.NoResources,
                    _ => OriginFault.Unreachable,
                };
                _events.NotConnected(LastFault);
            }
            catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
            {
                socket.Dispose();
                last = new SocketException((int)SocketError.TimedOut);
                LastFault = OriginFault.ConnectTimeout;
                _events.NotConnected(LastFault);
            }
            catch
            {
                socket.Dispose();
                throw;
            }
        }

        throw last!;
    }

    private async ValueTask<Stream> SecureAsync(NetworkStream inner, CancellationToken cancellationToken)
    {
        var rejected = false;
        var stream = new SslStream(inner, leaveInnerStreamOpen: false);
        using var share = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        share.CancelAfter(_limits.TlsTimeout);
        try
        {
            await stream
                .AuthenticateAsClientAsync(
                    new SslClientAuthenticationOptions
                    {
                        TargetHost = _target.Key.ServerName,
                        ApplicationProtocols = Protocols,
                        EnabledSslProtocols = SslProtocols.Tls12 | SslProtocols.Tls13,
                        CertificateChainPolicy = OriginConnector.ChainPolicy,
                        RemoteCertificateValidationCallback = (_, _, _, errors) =>
                        {
                            rejected = _target.Key.Verify && errors != SslPolicyErrors.None;
                            return !rejected;
                        },
                    },
                    share.Token
                )
                .ConfigureAwait(false);
            return stream;
        }
        catch (Exception e)
        {
            await stream.DisposeAsync().ConfigureAwait(false);
            LastFault = rejected ? OriginFault.BadCertificate : OriginFault.TlsHandshake;
            _events.NotConnected(LastFault);
            throw new HttpRequestException(HttpRequestError.SecureConnectionError, "The TLS handshake with the origin failed.", e);
        }
    }
}
