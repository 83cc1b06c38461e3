using System.Collections.Immutable;
using System.Net;
using System.Net.Sockets;

namespace Holdfast.Edge.Hosting;

/// <summary>A place to listen: an inherited socket, or an address to bind.</summary>
/// <param name="Handle">A bound and listening socket's descriptor, or null.</param>
/// <param name="Address">The address to bind when there is no descriptor; port 0 picks a free one.</param>
internal sealed record EdgeSocket(int? Handle, IPEndPoint? Address)
{
    /// <summary>
    /// Load balancers in front of this listener: every connection must begin with a PROXY header and come from one of them. Default
    /// none.
    /// </summary>
    public ImmutableArray<IPNetwork> ProxyProtocolFrom { get; init; } = [];

    /// <summary>Where it listens, as far as that is known before it does: null for a port that the kernel is still to pick.</summary>
    public IPEndPoint? EndPoint()
    {
        if (Handle is not { } handle)
        {
            return Address is { Port: not 0 } ? Address : null;
        }

        // The descriptor belongs to whoever listens on it; it is only asked for its name.
        using var socket = new Socket(new SafeSocketHandle(handle, ownsHandle: false));
        return socket.LocalEndPoint as IPEndPoint;
    }
}
