using System.Collections.Concurrent;
using System.Net;
using System.Security.Authentication;
using Holdfast.Control.Access;
using Holdfast.Control.Envelope;
using Holdfast.Releases.Feed;
using Holdfast.Releases.Joining;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Https;

namespace Holdfast.Control.Joining;

/// <summary>
/// Where control listens for nodes on other machines, when it is told to: TLS with a certificate of its own authority, and nothing
/// behind it but the channels to nodes. It may be reached by anybody, so connections are counted, in all and by address.
/// </summary>
internal sealed class NodeListener
{
    /// <summary>Most connections at a time: 10,000 edges have two each, feed and uplink.</summary>
    public const int MaxConnections = 25_000;

    /// <summary>
    /// Most connections at a time from one address (of IPv6 from one /64): a site's edges may share one behind a NAT.
    /// </summary>
    public const int MaxConnectionsPerAddress = 500;

    private readonly ConcurrentDictionary<string, int> _byAddress = new(StringComparer.Ordinal);
    private readonly NodeAuthority _authority;
    private int _all;

    /// <summary>A listener with certificates of this authority.</summary>
    public NodeListener(NodeAuthority authority)
    {
        _authority = authority;
    }

    /// <summary>Sets the listening up.</summary>
    public void Configure(ListenOptions listen)
    {
        listen.Protocols = HttpProtocols.Http1;
        listen.Use(next => connection => CountAsync(connection, next));
        listen.UseHttps(
            new HttpsConnectionAdapterOptions
            {
                ServerCertificate = _authority.IssueForControl(),
                SslProtocols = SslProtocols.Tls12 | SslProtocols.Tls13,

                // Whose certificate it is says its key, and what is behind the listener asks for that; the handshake proves the key alone.
                ClientCertificateMode = ClientCertificateMode.AllowCertificate,
                ClientCertificateValidation = static (_, _, _) => true,
                OnAuthenticate = static (_, tls) => tls.CertificateChainPolicy = ControlTls.ChainPolicy(),
            }
        );
    }

    /// <summary>The step that keeps the API off this listener, and joining off the others.</summary>
    /// <exception cref="ApiException">404.</exception>
    public static Task RouteAsync(HttpContext context, RequestDelegate next)
    {
        var path = context.Request.Path.Value;
        var isForJoining = path is FeedHeaders.JoinPath or FeedHeaders.NodeAuthorityPath;
        var isForNodes = isForJoining || path is FeedHeaders.FeedPath or FeedHeaders.UplinkPath or FeedHeaders.EventsPath;
        return (context.Request.IsHttps ? isForNodes : !isForJoining)
            ? next(context)
            : throw new ApiException(404, new ApiError(ErrorCodes.NoRoute, "No route for that URI"));
    }

    private async Task CountAsync(ConnectionContext connection, ConnectionDelegate next)
    {
        var address = AddressKey.Of((connection.RemoteEndPoint as IPEndPoint)?.Address);
        var ofAddress = _byAddress.AddOrUpdate(address, 1, static (_, count) => count + 1);
        var all = Interlocked.Increment(ref _all);
        try
        {
            if (all <= MaxConnections && ofAddress <= MaxConnectionsPerAddress)
            {
                await next(connection).ConfigureAwait(false);
            }
        }
        finally
        {
            Interlocked.Decrement(ref _all);
            if (_byAddress.AddOrUpdate(address, 0, static (_, count) => count - 1) == 0)
            {
                _byAddress.TryRemove(new KeyValuePair<string, int>(address, 0));
            }
        }
    }
}
