using System.Net;
using System.Net.Sockets;
using Holdfast.Cli.Terminal;

namespace Holdfast.Cli.Supervision;

/// <summary>
/// A bound, listening TCP socket that <c>up</c> holds for as long as it lives and that its children inherit: while a child is being
/// replaced the kernel goes on taking connections into the backlog, so nobody is refused.
/// </summary>
internal sealed class ListeningSocket : IDisposable
{
    /// <summary>
    /// Connections that wait while no child accepts: at 4,000 new ones a second, the second that a replacement takes. The kernel cuts it
    /// to <c>net.core.somaxconn</c> (4,096 by default since Linux 5.4).
    /// </summary>
    public const int Backlog = 4096;

    private readonly Socket socket;

    private ListeningSocket(Socket socket)
    {
        this.socket = socket;
        Address = (IPEndPoint)socket.LocalEndPoint!;
        Descriptor = (int)socket.SafeHandle.DangerousGetHandle();
    }

    /// <summary>Where it listens, with the port that the kernel chose when 0 was asked for.</summary>
    public IPEndPoint Address { get; }

    /// <summary>The descriptor, the same number in a child that inherits it.</summary>
    public int Descriptor { get; }

    /// <summary>Binds and listens.</summary>
    /// <param name="wanted">The address; port 0 for a free one.</param>
    /// <param name="option">The flag that the address comes from, for the message: <c>http</c>.</param>
    /// <exception cref="CliFailure">The address is in use, not this machine's, or not allowed.</exception>
    public static ListeningSocket Bind(IPEndPoint wanted, string option)
    {
        var socket = new Socket(wanted.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            if (wanted.AddressFamily == AddressFamily.InterNetworkV6)
            {
                // IPV6_V6ONLY: [::]:8080 and 0.0.0.0:8080 are two listeners, and each may be asked for.
                socket.DualMode = false;
            }

            // .NET sets SO_REUSEADDR for TCP in Bind, so connections in TIME_WAIT don't hold a restart up. Its own option
            // ReuseAddress would also set SO_REUSEPORT and let two programs share the port unnoticed.
            socket.Bind(wanted);
            socket.Listen(Backlog);
            return new ListeningSocket(socket);
        }
        catch (SocketException fault)
        {
            socket.Dispose();
            throw Explain(fault, wanted, option);
        }
    }

    /// <summary>Stops listening, once no child holds the socket either.</summary>
    public void Dispose() => socket.Dispose();

    private static CliFailure Explain(SocketException fault, IPEndPoint wanted, string option) =>
        fault.SocketErrorCode switch
        {
            SocketError.AddressAlreadyInUse => new CliFailure(
                $"--{option}: {wanted} is in use by another program",
                $"stop that one or choose another address with --{option} (port 0 picks a free one)"
            ),
            SocketError.AddressNotAvailable => new CliFailure(
                $"--{option}: {wanted.Address} is not an address of this machine",
                "'ip address' lists them"
            ),
            SocketError.AccessDenied => new CliFailure(
                $"--{option}: not allowed to listen on {wanted}",
                "ports below 1024 need root, CAP_NET_BIND_SERVICE or a socket unit"
            ),
            _ => new CliFailure($"--{option}: cannot listen on {wanted}: {fault.Message}"),
        };
}
