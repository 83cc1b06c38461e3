using System.Net;
using System.Net.Sockets;
using Holdfast.Cli.Supervision;
using Holdfast.Cli.Terminal;

namespace Holdfast.Cli.Tests.Supervision;

public class ListeningSocketTests
{
    private static readonly IPEndPoint AnyPort = new(IPAddress.Loopback, 0);

    [Fact]
    public void Bind_AddressInUse_IsOneLineWithAHint()
    {
        using var first = ListeningSocket.Bind(AnyPort, "http");
        var failure = Assert.Throws<CliFailure>(() => ListeningSocket.Bind(first.Address, "https"));
        Assert.Equal(CliFailure.BadUse, failure.ExitCode);
        Assert.StartsWith($"--https: {first.Address} is in use by another program; ", failure.Line, StringComparison.Ordinal);
    }

    [Fact]
    public void Bind_NotThisMachinesAddress_SaysSo()
    {
        var failure = Assert.Throws<CliFailure>(() => ListeningSocket.Bind(IPEndPoint.Parse("192.0.2.1:0"), "http"));
        Assert.Contains("192.0.2.1 is not an address of this machine", failure.Line, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Bind_AfterItClosedItsConnectionsFirst_DoesNotWaitForThem()
    {
        IPEndPoint address;
        using (var listener = ListeningSocket.Bind(AnyPort, "http"))
        {
            address = listener.Address;
            using var shared = new Socket(new SafeSocketHandle(listener.Descriptor, ownsHandle: false));
            using var client = new Socket(SocketType.Stream, ProtocolType.Tcp);
            await client.ConnectAsync(address);
            using var accepted = await shared.AcceptAsync();

            // The side that closes first has the connection in TIME_WAIT, on the listener's port.
            accepted.Shutdown(SocketShutdown.Both);
            await client.ReceiveAsync(new byte[1]);
            client.Shutdown(SocketShutdown.Both);
        }

        using var again = ListeningSocket.Bind(address, "http");
        Assert.Equal(address, again.Address);
    }

    [Fact]
    public void Bind_BothFamiliesOnOnePort_AreTwoListeners()
    {
        // The number that is free for IPv6 may be somebody else's for IPv4: then another one is tried.
        for (var left = 20; ; left--)
        {
            using var six = ListeningSocket.Bind(new IPEndPoint(IPAddress.IPv6Any, 0), "http");
            try
            {
                using var four = ListeningSocket.Bind(new IPEndPoint(IPAddress.Any, six.Address.Port), "http");
                Assert.Equal(six.Address.Port, four.Address.Port);
                return;
            }
            catch (CliFailure) when (left > 0) { }
        }
    }

    [Fact]
    public void SetInheritable_BothWays_IsWhatTheKernelSays()
    {
        using var socket = ListeningSocket.Bind(AnyPort, "http");
        Assert.False(FileDescriptorFlags.IsInheritable(socket.Descriptor));
        FileDescriptorFlags.SetInheritable(socket.Descriptor, true);
        Assert.True(FileDescriptorFlags.IsInheritable(socket.Descriptor));
        FileDescriptorFlags.SetInheritable(socket.Descriptor, false);
        Assert.False(FileDescriptorFlags.IsInheritable(socket.Descriptor));
    }
}
