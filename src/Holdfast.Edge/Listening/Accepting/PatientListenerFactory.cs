using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.Logging;

namespace Holdfast.Edge.Listening.Accepting;

/// <summary>
/// Kestrel's socket transport with an accept loop that pauses when the process has no file descriptor left. Kestrel's own tries again at
/// once and without end, which costs a whole core and, with inline scheduling, every connection that shares the loop's thread.
/// </summary>
internal sealed class PatientListenerFactory(SocketConnectionFactoryOptions connections, TimeProvider time, ILoggerFactory loggers)
    : IConnectionListenerFactory
{
    /// <summary>
    /// Connections that the kernel keeps for us while nobody accepts: those that come while an edge is replaced, and bursts. The kernel
    /// takes the lesser of this and <c>net.core.somaxconn</c>, 4,096 by default.
    /// </summary>
    private const int Backlog = 4096;

    /// <inheritdoc/>
    public ValueTask<IConnectionListener> BindAsync(EndPoint endpoint, CancellationToken cancellationToken = default)
    {
        Socket socket;
        try
        {
            // Knows the end point of an inherited descriptor too.
            socket = SocketTransportOptions.CreateDefaultBoundListenSocket(endpoint);
        }
        catch (SocketException e) when (e.SocketErrorCode == SocketError.AddressAlreadyInUse)
        {
            throw new AddressInUseException(e.Message, e);
        }

        try
        {
            socket.Listen(Backlog);
            return new ValueTask<IConnectionListener>(
                new PatientListener(
                    socket,
                    new SocketConnectionContextFactory(connections, loggers.CreateLogger("Microsoft.AspNetCore.Server.Kestrel")),
                    time,
                    loggers.CreateLogger<PatientListener>()
                )
            );
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }
}
