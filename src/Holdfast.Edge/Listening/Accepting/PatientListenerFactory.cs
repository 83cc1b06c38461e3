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
/// <param name="inline">Whether a connection's pipes run on the thread that its bytes arrive on.</param>
/// <param name="open">How many connections are open now, over all listeners.</param>
/// <param name="time">The clock.</param>
/// <param name="loggers">Where the loggers come from.</param>
internal sealed class PatientListenerFactory(bool inline, Func<int> open, TimeProvider time, ILoggerFactory loggers)
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
                    Connections(keepBuffer: true),
                    Connections(keepBuffer: false),
                    open,
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

    private SocketConnectionContextFactory Connections(bool keepBuffer) =>
        new(
            new SocketConnectionFactoryOptions { UnsafePreferInlineScheduling = inline, WaitForDataBeforeAllocatingBuffer = !keepBuffer },
            loggers.CreateLogger("Microsoft.AspNetCore.Server.Kestrel")
        );
}
