using System.Buffers.Binary;
using System.Net.Security;
using System.Text;

namespace Holdfast.Edge.Tests.Listening;

/// <summary>An HTTP/2 client that sends whatever frames a test wants.</summary>
internal sealed class Http2Client(SslStream stream) : IAsyncDisposable
{
    public const byte EndStream = 1;
    public const byte EndHeaders = 4;

    private readonly MemoryStream _pending = new();

    /// <summary>GET https://example.com/ in HPACK, without the dynamic table.</summary>
    public static byte[] Get => [0x82, 0x84, 0x87, 0x41, 11, .. "example.com"u8];

    public static byte[] Header(string name, string value) =>
        [0x00, .. Literal(Encoding.Latin1.GetBytes(name)), .. Literal(Encoding.Latin1.GetBytes(value))];

    public static async Task<Http2Client> ConnectAsync(ListenerHost host) =>
        Over(await host.ConnectTlsAsync(ListenerHost.Client("example.com", SslApplicationProtocol.Http2)));

    /// <summary>Begins to speak HTTP/2 on a connection.</summary>
    public static Http2Client Over(SslStream connection)
    {
        var client = new Http2Client(connection);
        client._pending.Write("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"u8);
        client.Add(4, 0, 0, []);
        return client;
    }

    public void Add(byte type, byte flags, int stream, ReadOnlySpan<byte> payload)
    {
        Span<byte> header = stackalloc byte[9];
        BinaryPrimitives.WriteInt32BigEndian(header, payload.Length << 8);
        header[3] = type;
        header[4] = flags;
        BinaryPrimitives.WriteInt32BigEndian(header[5..], stream);
        _pending.Write(header);
        _pending.Write(payload);
    }

    /// <summary>Sends what was added. A connection that the server has closed already is no error.</summary>
    public async Task SendAsync()
    {
        var bytes = _pending.ToArray();
        _pending.SetLength(0);
        try
        {
            await stream.WriteAsync(bytes, TestContext.Current.CancellationToken);
        }
        catch (IOException)
        {
            // Closed in the middle: reading tells the rest.
        }
    }

    /// <summary>The next frame, or null when the connection is closed, however.</summary>
    public async Task<(byte Type, byte Flags, int Stream, byte[] Payload)?> ReadAsync()
    {
        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        var header = new byte[9];
        try
        {
            await stream.ReadExactlyAsync(header, deadline.Token);
            var payload = new byte[header[0] << 16 | header[1] << 8 | header[2]];
            await stream.ReadExactlyAsync(payload, deadline.Token);
            return (header[3], header[4], BinaryPrimitives.ReadInt32BigEndian(header.AsSpan(5)), payload);
        }
        catch (IOException)
        {
            return null;
        }
    }

    /// <summary>Reads until the server closes the connection.</summary>
    /// <returns>The error of its GOAWAY, or -1 when it sent none.</returns>
    public async Task<int> UntilClosedAsync()
    {
        var error = -1;
        while (await ReadAsync() is { } frame)
        {
            if (frame.Type == 7)
            {
                error = BinaryPrimitives.ReadInt32BigEndian(frame.Payload.AsSpan(4));
            }
        }

        return error;
    }

    public ValueTask DisposeAsync() => stream.DisposeAsync();

    private static byte[] Literal(byte[] text) =>
        text.Length < 127 ? [(byte)text.Length, .. text] : [0x7F, .. Continued(text.Length - 127), .. text];

    private static byte[] Continued(int value)
    {
        List<byte> bytes = [];
        for (; value >= 128; value >>= 7)
        {
            bytes.Add((byte)(value | 128));
        }

        return [.. bytes, (byte)value];
    }
}
