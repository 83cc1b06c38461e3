using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.Logging;

namespace Holdfast.Edge.Listening.Accepting;

/// <summary>One listening socket. Kestrel awaits one accept at a time.</summary>
/// <param name="socket">It listens.</param>
/// <param name="ready">Makes connections that wait for their next bytes with a buffer in hand.</param>
/// <param name="frugal">Makes connections that take a buffer when bytes are there, for one system call more.</param>
/// <param name="open">How many connections are open now, over all listeners.</param>
/// <param name="time">The clock.</param>
/// <param name="logger">Where it says what goes wrong.</param>
internal sealed partial class PatientListener(
    Socket socket,
    SocketConnectionContextFactory ready,
    SocketConnectionContextFactory frugal,
    Func<int> open,
    TimeProvider time,
    ILogger<PatientListener> logger
) : IConnectionListener
{
    /// <summary>
    /// So many connections open at once keep a buffer of 4 KiB each while they wait: 16 MiB at most. A read of nothing, which shows that
    /// there is something to read, then costs only those that come beyond them, and ten thousand idle visitors stay cheap. See
    /// docs/decisions/0010.
    /// </summary>
    private const int ReadyConnections = 4096;

    /// <summary>Pause when there is no descriptor: visitors wait in the backlog, and connections that end free descriptors meanwhile.</summary>
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(100);

    /// <summary>A process at its limit gains and loses descriptors all the time; this often at most it is said.</summary>
    private static readonly TimeSpan ReportInterval = TimeSpan.FromSeconds(30);

    private long? _reportedAt;

    /// <inheritdoc/>
    public EndPoint EndPoint { get; } = socket.LocalEndPoint!;

    /// <inheritdoc/>
    public async ValueTask<ConnectionContext?> AcceptAsync(CancellationToken cancellationToken = default)
    {
        while (true)
        {
            try
            {
                var accepted = await socket.AcceptAsync(cancellationToken).ConfigureAwait(false);
                accepted.NoDelay = true;
                return (open() < ReadyConnections ? ready : frugal).Create(accepted);
            }
            catch (ObjectDisposedException)
            {
                return null;
            }
            catch (SocketException e) when (e.SocketErrorCode == SocketError.OperationAborted)
            {
                return null;
            }
            catch (SocketException e) when (IsExhaustion(e.SocketErrorCode))
            {
                if (_reportedAt is not { } reported || time.GetElapsedTime(reported) >= ReportInterval)
                {
                    _reportedAt = time.GetTimestamp();
                    LogExhausted(EndPoint, e.Message);
                }

                await Task.Delay(Pause, time, cancellationToken).ConfigureAwait(false);
            }
            catch (SocketException)
            {
                // The visitor went away while it waited to be accepted; the next one waits behind it.
            }
        }
    }

    /// <inheritdoc/>
    public ValueTask UnbindAsync(CancellationToken cancellationToken = default)
    {
        socket.Dispose();
        return default;
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync()
    {
        socket.Dispose();
        ready.Dispose();
        frugal.Dispose();
        return default;
    }

    // EMFILE and ENFILE; ENOBUFS and ENOMEM.
    private static bool IsExhaustion(SocketError error) => error is SocketError.TooManyOpenSockets or SocketError.NoBufferSpaceAvailable;

    [LoggerMessage(
        2101,
        LogLevel.Error,
        "No connection can be accepted on {EndPoint}: {Reason}. Visitors wait in the backlog; raise the limit on open files (LimitNOFILE)."
    )]
    private partial void LogExhausted(EndPoint endPoint, string reason);
}
