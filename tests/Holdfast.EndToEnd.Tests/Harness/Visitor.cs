using System.Net;
using System.Net.Security;
using System.Net.Sockets;

namespace Holdfast.EndToEnd.Tests.Harness;

/// <summary>A visitor that .NET's client plays: whatever host it asks for, it connects to the program's listeners.</summary>
internal static class Visitor
{
    public static HttpClient Client(HoldfastUnderTest holdfast, Version version)
    {
        var handler = new SocketsHttpHandler
        {
            UseProxy = false,
            AllowAutoRedirect = false,
            SslOptions = new SslClientAuthenticationOptions { RemoteCertificateValidationCallback = (_, _, _, _) => true },
            ConnectCallback = async (context, cancellationToken) =>
            {
                var listener = context.DnsEndPoint.Port == 443 ? holdfast.Https : holdfast.Http;
                var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
                await socket.ConnectAsync(IPAddress.Loopback, listener.Port, cancellationToken);
                return new NetworkStream(socket, ownsSocket: true);
            },
        };
        return new HttpClient(handler)
        {
            DefaultRequestVersion = version,
            DefaultVersionPolicy = HttpVersionPolicy.RequestVersionExact,
            Timeout = Eventually.Deadline,
        };
    }
}
