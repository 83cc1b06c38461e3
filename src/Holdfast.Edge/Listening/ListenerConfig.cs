using System.Net;

namespace Holdfast.Edge.Listening;

/// <summary>One address or inherited socket that the edge listens on.</summary>
internal sealed record ListenerConfig
{
    /// <summary>Where to listen, when <see cref="Handle"/> is null.</summary>
    public IPEndPoint? Address { get; init; }

    /// <summary>
    /// A bound socket's descriptor, inherited from the process that keeps it. Kestrel takes it over and closes it at the end; it can't be
    /// bound again, so a listener on a handle lives as long as the process.
    /// </summary>
    public ulong? Handle { get; init; }

    /// <summary>Whether TLS is spoken here.</summary>
    public bool Tls { get; init; }

    /// <summary>Whether HTTP/2 is offered on a TLS listener. Default yes. A plain listener speaks HTTP/1.1 alone.</summary>
    public bool Http2 { get; init; } = true;

    /// <summary>
    /// The load balancers in front of this listener (<c>proxy_protocol_from</c>), or empty. With any, every connection must begin with a PROXY
    /// header, version 1 or 2, and come from one of these ranges. Default empty.
    /// </summary>
    public IReadOnlyList<IPNetwork> ProxyProtocolFrom { get; init; } = [];
}
