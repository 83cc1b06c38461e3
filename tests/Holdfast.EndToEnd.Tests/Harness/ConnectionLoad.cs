using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Holdfast.EndToEnd.Tests.Harness;

/// <summary>A visitor that asks again and again, over a new connection each time.</summary>
internal sealed class ConnectionLoad(int port, string host)
{
    private readonly byte[] request = Encoding.ASCII.GetBytes($"GET / HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n");
    private int answered;
    private int broken;
    private int refused;
    private volatile bool stopped;

    public int Answered => Volatile.Read(ref answered);

    public int Broken => Volatile.Read(ref broken);

    public int Refused => Volatile.Read(ref refused);

    public void Stop() => stopped = true;

    public async Task RunAsync()
    {
        var buffer = new byte[4096];
        while (!stopped)
        {
            using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            try
            {
                await socket.ConnectAsync(IPAddress.Loopback, port);
            }
            catch (SocketException)
            {
                Interlocked.Increment(ref refused);
                continue;
            }

            var text = new StringBuilder();
            try
            {
                await socket.SendAsync(request);
                while (await socket.ReceiveAsync(buffer) is > 0 and var read)
                {
                    text.Append(Encoding.ASCII.GetString(buffer, 0, read));
                }
            }
            catch (SocketException)
            {
                // Counted below: no whole answer came.
            }

            var whole = text.ToString();
            var isAnswer = whole.StartsWith("HTTP/1.1 200 ", StringComparison.Ordinal) && whole.EndsWith("hello", StringComparison.Ordinal);
            Interlocked.Increment(ref isAnswer ? ref answered : ref broken);
        }
    }
}
