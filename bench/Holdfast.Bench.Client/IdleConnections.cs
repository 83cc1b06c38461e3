using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Text;

namespace Holdfast.Bench.Client;

/// <summary>Connections that have each carried one request and then say nothing more, as browsers leave them.</summary>
internal sealed class IdleConnections(IPEndPoint server, bool tls) : IAsyncDisposable
{
    // Enough to be quick, and fewer than any server's backlog.
    private const int AtOnce = 64;

    private static readonly byte[] Request = Encoding.ASCII.GetBytes("GET /1k HTTP/1.1\r\nHost: localhost\r\n\r\n");

    private readonly List<Stream> _open = [];

    /// <summary>Opens connections until there are so many.</summary>
    /// <param name="count">How many, at least 1.</param>
    /// <exception cref="IOException">The server closed one, or answered with something else than 200.</exception>
    public async Task OpenAsync(int count)
    {
        await Parallel.ForAsync(
            0,
            count,
            new ParallelOptions { MaxDegreeOfParallelism = AtOnce },
            async (_, cancellationToken) =>
            {
                var stream = await ConnectAsync(cancellationToken);
                lock (_open)
                {
                    _open.Add(stream);
                }
            }
        );
    }

    /// <summary>Closes all of them.</summary>
    public async ValueTask DisposeAsync()
    {
        foreach (var stream in _open)
        {
            await stream.DisposeAsync();
        }
    }

    private async Task<Stream> ConnectAsync(CancellationToken cancellationToken)
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        await socket.ConnectAsync(server, cancellationToken);
        Stream stream = new NetworkStream(socket, ownsSocket: true);
        if (tls)
        {
            // The certificate is the benchmark's own: nothing is learned from checking it.
            var secured = new SslStream(stream, leaveInnerStreamOpen: false, (_, _, _, _) => true);
            await secured.AuthenticateAsClientAsync(new SslClientAuthenticationOptions { TargetHost = "localhost" }, cancellationToken);
            stream = secured;
        }

        await stream.WriteAsync(Request, cancellationToken);
        await ReadAnswerAsync(stream, cancellationToken);
        return stream;
    }

    private static async Task ReadAnswerAsync(Stream stream, CancellationToken cancellationToken)
    {
        var buffer = new byte[4096];
        var length = 0;
        int end;
        while ((end = buffer.AsSpan(0, length).IndexOf("\r\n\r\n"u8)) < 0 || length < end + 4 + 1024)
        {
            var read = await stream.ReadAsync(buffer.AsMemory(length), cancellationToken);
            length += read > 0 ? read : throw new IOException("the server closed a connection before it had answered");
        }

        if (!buffer.AsSpan(0, length).StartsWith("HTTP/1.1 200"u8))
        {
            throw new IOException($"the server answered {Encoding.Latin1.GetString(buffer, 0, end)}");
        }
    }
}
