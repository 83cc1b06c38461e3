using System.Buffers.Binary;
using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Holdfast.Edge.Tests.Origins;

/// <summary>A name server on loopback that says what the test tells it (RFC 1035, over UDP). Names that it does not know do not exist.</summary>
internal sealed class LoopbackDns : IDisposable
{
    private readonly UdpClient _socket = new(new IPEndPoint(IPAddress.Loopback, 0));
    private readonly ConcurrentDictionary<string, (int TimeToLive, IPAddress[] Addresses)> _names = new();
    private readonly Thread _serving;
    private int _queries;
    private volatile bool _stopped;

    // A thread of its own: who asks waits for seconds only, which a pool with much to do may take.
    public LoopbackDns()
    {
        _serving = new Thread(Serve) { IsBackground = true };
        _serving.Start();
    }

    public IPEndPoint EndPoint => (IPEndPoint)_socket.Client.LocalEndPoint!;

    /// <summary>Whether it answers every question with SERVFAIL.</summary>
    public bool Fails { get; set; }

    /// <summary>Questions so far.</summary>
    public int Queries => Volatile.Read(ref _queries);

    /// <summary>What it says of a name from now on.</summary>
    public void Say(string name, int timeToLive, params string[] addresses) =>
        _names[name] = (timeToLive, [.. addresses.Select(IPAddress.Parse)]);

    public void Dispose()
    {
        _stopped = true;
        _serving.Join();
        _socket.Dispose();
    }

    private void Serve()
    {
        while (!_stopped)
        {
            // Looks whether the test is over now and then.
            if (!_socket.Client.Poll(TimeSpan.FromMilliseconds(100), SelectMode.SelectRead))
            {
                continue;
            }

            try
            {
                var from = new IPEndPoint(IPAddress.Any, 0);
                var query = _socket.Receive(ref from);
                Interlocked.Increment(ref _queries);
                _socket.Send(Answer(query), from);
            }
            catch (SocketException)
            {
                // Who asked is gone.
            }
        }
    }

    private byte[] Answer(byte[] query)
    {
        const int Header = 12;
        const int NoSuchName = 3;
        const int ServerFailure = 2;
        var name = new StringBuilder();
        var at = Header;
        for (; query[at] != 0; at += query[at] + 1)
        {
            name.Append(name.Length > 0 ? "." : "").Append(Encoding.ASCII.GetString(query, at + 1, query[at]));
        }

        var type = BinaryPrimitives.ReadUInt16BigEndian(query.AsSpan(at + 1));
        var question = query[Header..(at + 5)];
        var known = _names.TryGetValue(name.ToString(), out var said);
        var family = type == 1 ? AddressFamily.InterNetwork : AddressFamily.InterNetworkV6;
        var addresses = known && !Fails ? said.Addresses.Where(a => a.AddressFamily == family).ToArray() : [];
        var code =
            Fails ? ServerFailure
            : known ? 0
            : NoSuchName;
        List<byte> answer = [query[0], query[1], 0x81, (byte)(0x80 | code), 0, 1, 0, (byte)addresses.Length, 0, 0, 0, 0, .. question];
        foreach (var address in addresses)
        {
            var bytes = address.GetAddressBytes();
            var timeToLive = new byte[4];
            BinaryPrimitives.WriteInt32BigEndian(timeToLive, said.TimeToLive);

            // The name again, as a pointer to the question's.
            answer.AddRange([0xC0, Header, (byte)(type >> 8), (byte)type, 0, 1, .. timeToLive, 0, (byte)bytes.Length, .. bytes]);
        }

        return [.. answer];
    }
}
