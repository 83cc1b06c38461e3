using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Holdfast.Edge.Tests.Harness;

/// <summary>
/// An origin that says exactly what the test tells it, byte by byte. The script runs once for each connection; texts are Latin-1, so that
/// every byte can be written down.
/// </summary>
internal sealed class ScriptedOrigin : IAsyncDisposable
{
    private readonly TcpListener _listener;
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _accepting;
    private int _connections;

    public ScriptedOrigin(Func<Conversation, Task> script, IPEndPoint? at = null)
    {
        _listener = new TcpListener(at ?? new IPEndPoint(IPAddress.Loopback, 0));
        _listener.Start();
        _accepting = AcceptAsync(script);
    }

    public string Url => $"http://127.0.0.1:{((IPEndPoint)_listener.LocalEndpoint).Port}";

    /// <summary>Connections accepted so far.</summary>
    public int Connections => Volatile.Read(ref _connections);

    /// <summary>An origin that answers every request with these bytes and keeps the connection.</summary>
    public static ScriptedOrigin Answering(string response, IPEndPoint? at = null) =>
        new(
            async c =>
            {
                while (await c.ReadHeadAsync() is not null)
                {
                    await c.SendAsync(response);
                }
            },
            at
        );

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        _listener.Stop();
        await _accepting;
    }

    private async Task AcceptAsync(Func<Conversation, Task> script)
    {
        try
        {
            while (true)
            {
                var socket = await _listener.AcceptSocketAsync(_stop.Token);
                Interlocked.Increment(ref _connections);
                _ = RunAsync(socket, script);
            }
        }
        catch (Exception e) when (e is OperationCanceledException or SocketException or InvalidOperationException)
        {
            // Stopped, perhaps between two connections.
        }
    }

    private async Task RunAsync(Socket socket, Func<Conversation, Task> script)
    {
        using var conversation = new Conversation(socket);
        try
        {
            await script(conversation).WaitAsync(_stop.Token);
        }
        catch (Exception e) when (e is IOException or SocketException or OperationCanceledException or ObjectDisposedException)
        {
            // The edge hung up, or the test is over.
        }
    }
}

/// <summary>One side of a TCP connection in a test, spoken byte by byte. Texts are Latin-1.</summary>
internal sealed class Conversation(Socket socket) : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);
    private readonly List<byte> _unread = [];

    /// <summary>The socket itself.</summary>
    public Socket Socket => socket;

    /// <summary>A connection of the test's own.</summary>
    public static async Task<Conversation> ConnectAsync(IPEndPoint endpoint)
    {
        var socket = new Socket(endpoint.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        await socket.ConnectAsync(endpoint);
        return new Conversation(socket);
    }

    /// <summary>Sends a text.</summary>
    public async Task SendAsync(string text)
    {
        var bytes = Encoding.Latin1.GetBytes(text);
        for (var sent = 0; sent < bytes.Length; )
        {
            sent += await socket.SendAsync(bytes.AsMemory(sent));
        }
    }

    /// <summary>The status that a GET of a host's root gets.</summary>
    public async Task<int> StatusAsync(string host)
    {
        await SendAsync($"GET / HTTP/1.1\r\nHost: {host}\r\n\r\n");
        var head = (await ReadHeadAsync())!;
        await ReadAsync(Wire.RequestWireTests.LengthOf(head));
        return int.Parse(head.AsSpan(9, 3), System.Globalization.CultureInfo.InvariantCulture);
    }

    /// <summary>Reads a head with its empty line; null when the peer closed before a byte of it.</summary>
    public async Task<string?> ReadHeadAsync()
    {
        while (true)
        {
            var text = Encoding.Latin1.GetString([.. _unread]);
            var end = text.IndexOf("\r\n\r\n", StringComparison.Ordinal);
            if (end >= 0)
            {
                _unread.RemoveRange(0, end + 4);
                return text[..(end + 4)];
            }

            if (!await FillAsync())
            {
                return _unread.Count == 0 ? null : throw new IOException($"closed within a head: {text}");
            }
        }
    }

    /// <summary>Reads exactly this many bytes.</summary>
    public async Task<string> ReadAsync(int count)
    {
        while (_unread.Count < count)
        {
            if (!await FillAsync())
            {
                throw new IOException($"closed after {_unread.Count} of {count} bytes");
            }
        }

        var text = Encoding.Latin1.GetString([.. _unread.Take(count)]);
        _unread.RemoveRange(0, count);
        return text;
    }

    /// <summary>Reads until a text has come, that text included.</summary>
    public async Task<string> ReadThroughAsync(string mark)
    {
        while (true)
        {
            var text = Encoding.Latin1.GetString([.. _unread]);
            var end = text.IndexOf(mark, StringComparison.Ordinal);
            if (end >= 0)
            {
                return await ReadAsync(end + mark.Length);
            }

            if (!await FillAsync())
            {
                throw new IOException($"closed before '{mark}': {text}");
            }
        }
    }

    /// <summary>Reads everything until the peer closes or resets.</summary>
    public async Task<string> ReadToEndAsync()
    {
        try
        {
            while (await FillAsync()) { }
        }
        catch (SocketException)
        {
            // Reset counts as the end here; what came before it is what the test looks at.
        }

        var text = Encoding.Latin1.GetString([.. _unread]);
        _unread.Clear();
        return text;
    }

    /// <summary>Says that nothing more comes, and still reads.</summary>
    public void EndSending() => socket.Shutdown(SocketShutdown.Send);

    /// <summary>Closes with a reset.</summary>
    public void Reset()
    {
        socket.LingerState = new LingerOption(true, 0);
        socket.Dispose();
    }

    public void Dispose() => socket.Dispose();

    private async Task<bool> FillAsync()
    {
        using var patience = new CancellationTokenSource(Patience);
        var buffer = new byte[16 * 1024];
        var read = await socket.ReceiveAsync(buffer, patience.Token);
        _unread.AddRange(buffer.AsSpan(0, read));
        return read > 0;
    }
}
