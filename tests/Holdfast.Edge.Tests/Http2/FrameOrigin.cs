using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Holdfast.Edge.Tests.Http2;

/// <summary>An h2c origin that answers every request with frames of the test's own making, also such as no library would send.</summary>
internal sealed class FrameOrigin : IAsyncDisposable
{
    /// <summary>Flags of a HEADERS frame that is whole.</summary>
    public const byte EndHeaders = 4;

    /// <summary>The flag of a stream's last frame.</summary>
    public const byte EndStream = 1;

    private const byte Data = 0;
    private const byte Headers = 1;
    private const byte ResetStream = 3;
    private const byte Settings = 4;
    private const byte Ping = 6;
    private const byte Acknowledged = 1;

    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _stop = new();
    private readonly Func<int, byte[]> _answer;
    private readonly Task _accepting;
    private int _requests;

    /// <param name="answer">The frames that answer the request on a stream.</param>
    public FrameOrigin(Func<int, byte[]> answer)
    {
        _answer = answer;
        _listener.Start();
        _accepting = AcceptAsync();
    }

    public string Url => $"h2c://127.0.0.1:{((IPEndPoint)_listener.LocalEndpoint).Port}";

    /// <summary>How many requests have come.</summary>
    public int Requests => Volatile.Read(ref _requests);

    /// <summary>The last request's header block, as bytes in Latin-1; the framework's client writes what it does not index in the clear.</summary>
    public string LastHeaderBlock { get; private set; } = "";

    /// <summary>A response's head with this status (200, 204 or 304) and these fields.</summary>
    public static byte[] Head(int stream, int status, byte flags, params (string Name, string Value)[] fields)
    {
        var block = new List<byte>
        {
            // RFC 7541 appendix A: the static table has these.
            status switch
            {
                200 => 0x88,
                204 => 0x89,
                304 => 0x8B,
                _ => throw new ArgumentOutOfRangeException(nameof(status)),
            },
        };
        foreach (var (name, value) in fields)
        {
            block.AddRange([0, (byte)name.Length, .. Encoding.ASCII.GetBytes(name), (byte)value.Length, .. Encoding.ASCII.GetBytes(value)]);
        }

        return Frame(Headers, (byte)(flags | EndHeaders), stream, [.. block]);
    }

    /// <summary>Content.</summary>
    public static byte[] Content(int stream, string text, byte flags) => Frame(Data, flags, stream, Encoding.Latin1.GetBytes(text));

    /// <summary>RST_STREAM: the request was not processed (RFC 9113 section 8.7).</summary>
    public static byte[] Refused(int stream) => Frame(ResetStream, 0, stream, [0, 0, 0, 7]);

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        _listener.Stop();
        await _accepting;
        _stop.Dispose();
    }

    private static byte[] Frame(byte type, byte flags, int stream, byte[] payload)
    {
        var frame = new byte[9 + payload.Length];
        frame[1] = (byte)(payload.Length >> 8);
        frame[2] = (byte)payload.Length;
        frame[3] = type;
        frame[4] = flags;
        BinaryPrimitives.WriteInt32BigEndian(frame.AsSpan(5), stream);
        payload.CopyTo(frame, 9);
        return frame;
    }

    private async Task AcceptAsync()
    {
        List<Task> connections = [];
        try
        {
            while (true)
            {
                connections.Add(ServeAsync(await _listener.AcceptSocketAsync(_stop.Token)));
            }
        }
        catch (Exception e) when (e is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            // Stopped.
        }

        await Task.WhenAll(connections);
    }

    private async Task ServeAsync(Socket socket)
    {
        await using var stream = new NetworkStream(socket, ownsSocket: true);
        try
        {
            await stream.ReadExactlyAsync(new byte["PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".Length], _stop.Token);
            await stream.WriteAsync(Frame(Settings, 0, 0, []), _stop.Token);
            var head = new byte[9];
            while (true)
            {
                await stream.ReadExactlyAsync(head, _stop.Token);
                var payload = new byte[(head[0] << 16) | (head[1] << 8) | head[2]];
                await stream.ReadExactlyAsync(payload, _stop.Token);
                var id = BinaryPrimitives.ReadInt32BigEndian(head.AsSpan(5));
                if (head[3] is Settings or Ping && (head[4] & Acknowledged) == 0)
                {
                    await stream.WriteAsync(Frame(head[3], Acknowledged, 0, head[3] == Ping ? payload : []), _stop.Token);
                }
                else if (head[3] == Headers)
                {
                    LastHeaderBlock = Encoding.Latin1.GetString(payload);
                    Interlocked.Increment(ref _requests);
                    await stream.WriteAsync(_answer(id), _stop.Token);
                }
            }
        }
        catch (Exception e) when (e is IOException or OperationCanceledException or ObjectDisposedException)
        {
            // The edge hung up, or the test is over.
        }
    }
}
