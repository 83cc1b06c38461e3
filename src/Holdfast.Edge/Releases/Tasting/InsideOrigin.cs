using System.Net;
using System.Net.Sockets;
using System.Text;
using Holdfast.Edge.Origins;

namespace Holdfast.Edge.Releases.Tasting;

/// <summary>
/// The origin of every zone that is tasted: it lives in the taster, on a socket without a name in the file system and without a network,
/// and answers every request with the same small page.
/// </summary>
internal sealed class InsideOrigin : IDisposable
{
    private const int MostHeadBytes = 64 * 1024;

    private static readonly byte[] Answer = Encoding.ASCII.GetBytes(
        "HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=utf-8\r\nCache-Control: public, max-age=60\r\n"
            + "ETag: \"1\"\r\nContent-Length: 21\r\n\r\n<p>Synthetic page</p>\n"
    );

    private readonly Socket _listener = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);

    /// <summary>Starts it.</summary>
    public InsideOrigin()
    {
        EndPoint = new UnixDomainSocketEndPoint($"\0holdfast-taster-{Environment.ProcessId}-{Guid.NewGuid():n}");
        _listener.Bind(EndPoint);
        _listener.Listen();
        _ = AcceptAsync();
    }

    /// <summary>Where it listens.</summary>
    public UnixDomainSocketEndPoint EndPoint { get; }

    /// <inheritdoc/>
    public void Dispose() => _listener.Dispose();

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                _ = ServeAsync(await _listener.AcceptAsync().ConfigureAwait(false));
            }
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // The end.
        }
    }

    private static async Task ServeAsync(Socket socket)
    {
        using var connection = socket;
        var buffer = new byte[MostHeadBytes];
        var filled = 0;
        try
        {
            while (true)
            {
                var end = buffer.AsSpan(0, filled).IndexOf("\r\n\r\n"u8);
                if (end >= 0)
                {
                    var rest = LengthOf(buffer.AsSpan(0, end)) - (filled - end - 4);
                    for (; rest > 0; rest -= await ReadAsync(socket, buffer, 0).ConfigureAwait(false)) { }

                    filled = 0;
                    await socket.SendAsync(Answer).ConfigureAwait(false);
                }

                filled += await ReadAsync(socket, buffer, filled).ConfigureAwait(false);
            }
        }
        catch (Exception e) when (e is SocketException or IOException)
        {
            // The edge's side closes its connections as it likes.
        }
    }

    private static async ValueTask<int> ReadAsync(Socket socket, byte[] buffer, int from)
    {
        var read = await socket.ReceiveAsync(buffer.AsMemory(from)).ConfigureAwait(false);
        return read > 0 ? read : throw new IOException("closed");
    }

    private static int LengthOf(ReadOnlySpan<byte> head)
    {
        const string name = "\r\ncontent-length: ";
        var text = Encoding.ASCII.GetString(head);
        var at = text.IndexOf(name, StringComparison.OrdinalIgnoreCase);
        return at >= 0 && int.TryParse(text[(at + name.Length)..].Split('\r')[0], out var length) ? length : 0;
    }
}

/// <summary>Every name is at the taster's own origin.</summary>
internal sealed class InsideResolver : IOriginResolver
{
    private static readonly ResolvedName Inside = new([IPAddress.Loopback], TimeSpan.FromHours(1));

    /// <inheritdoc/>
    public Task<ResolvedName> ResolveAsync(string name, CancellationToken cancellationToken) => Task.FromResult(Inside);
}
