using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Holdfast.EndToEnd.Tests.Harness;

/// <summary>
/// A visitor that asks again and again over one HTTP/1.1 connection, and makes another when an answer says that this one closes. It tries
/// nothing twice: what a client would quietly repeat counts as broken here.
/// </summary>
internal sealed class KeepAliveLoad(int port, string host)
{
    private readonly byte[] request = Encoding.ASCII.GetBytes($"GET / HTTP/1.1\r\nHost: {host}\r\n\r\n");
    private int answered;
    private int broken;
    private int connections;
    private volatile bool stopped;

    public int Answered => Volatile.Read(ref answered);

    public int Broken => Volatile.Read(ref broken);

    public int Connections => Volatile.Read(ref connections);

    public void Stop() => stopped = true;

    public async Task RunAsync()
    {
        while (!stopped)
        {
            try
            {
                using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
                await socket.ConnectAsync(IPAddress.Loopback, port);
                Interlocked.Increment(ref connections);
                await UseAsync(socket);
            }
            catch (SocketException)
            {
                Interlocked.Increment(ref broken);
            }
        }
    }

    private async Task UseAsync(Socket socket)
    {
        var buffer = new byte[4096];
        while (!stopped)
        {
            await socket.SendAsync(request);
            var text = "";
            while (!text.EndsWith("hello", StringComparison.Ordinal))
            {
                var read = await socket.ReceiveAsync(buffer);
                if (read == 0)
                {
                    Interlocked.Increment(ref broken);
                    return;
                }

                text += Encoding.ASCII.GetString(buffer, 0, read);
            }

            Interlocked.Increment(ref text.StartsWith("HTTP/1.1 200 ", StringComparison.Ordinal) ? ref answered : ref broken);
            if (text.Contains("Connection: close", StringComparison.OrdinalIgnoreCase))
            {
                return;
            }
        }
    }
}
