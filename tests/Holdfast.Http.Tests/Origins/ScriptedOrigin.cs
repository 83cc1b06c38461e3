using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Holdfast.Http.Deadlines;
using Holdfast.Http.Origins;

namespace Holdfast.Http.Tests.Origins;

/// <summary>An origin on a loopback port that says what a test has it say, and the means to connect to it. The clock is the test's.</summary>
internal sealed class ScriptedOrigin : IDisposable
{
    /// <summary>How long a test waits for something that must come.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    private static readonly Lazy<X509Certificate2> SelfSigned = new(MakeCertificate);

    private readonly Socket _listener = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
    private readonly bool _tls;
    private readonly List<IDisposable> _toDispose = [];

    public ScriptedOrigin(bool tls = false, int backlog = 100)
    {
        _tls = tls;
        _listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        _listener.Listen(backlog);
        Sweep = new DeadlineSweep(Time);
        Connector = new OriginConnector(Limits, Sweep);
    }

    public ManualTime Time { get; } = new();

    public DeadlineSweep Sweep { get; }

    public OriginPoolLimits Limits { get; } =
        new()
        {
            MaxIdle = 2,
            MaxIdleTime = TimeSpan.FromSeconds(50),
            MaxLifetime = TimeSpan.FromMinutes(10),
        };

    public OriginConnector Connector { get; }

    public IPEndPoint Address => (IPEndPoint)_listener.LocalEndPoint!;

    public OriginEndpoint Endpoint => new(Address, _tls ? new OriginTls("origin.example", Verify: false) : null);

    /// <summary>Connects, with an exchange begun, and gives both ends.</summary>
    public async Task<(OriginConnection Connection, Peer Peer)> ConnectAsync()
    {
        var connecting = Connector.ConnectAsync(Endpoint, TimeSpan.FromSeconds(10), CancellationToken.None).AsTask();
        var peer = await AcceptAsync();
        var result = await connecting.WaitAsync(Patience);
        Assert.Equal(OriginFault.None, result.Fault);
        _toDispose.Add(result.Connection!);
        result.Connection!.Begin();
        return (result.Connection, peer);
    }

    /// <summary>The origin's end of the next connection, handshake done.</summary>
    public async Task<Peer> AcceptAsync()
    {
        var socket = await _listener.AcceptAsync().WaitAsync(Patience);
        _toDispose.Add(socket);
        socket.NoDelay = true;
        Stream stream = new NetworkStream(socket, ownsSocket: true);
        if (_tls)
        {
            var tls = new SslStream(stream);
            await tls.AuthenticateAsServerAsync(SelfSigned.Value).WaitAsync(Patience);
            stream = tls;
        }

        return new Peer(socket, stream);
    }

    public static async Task UntilAsync(Func<bool> condition)
    {
        using var patience = new CancellationTokenSource(Patience);
        while (!condition())
        {
            Assert.False(patience.IsCancellationRequested, "It did not happen in time.");
            await Task.Yield();
        }
    }

    public void Dispose()
    {
        _toDispose.ForEach(d => d.Dispose());
        _listener.Dispose();
        Sweep.Dispose();
    }

    private static X509Certificate2 MakeCertificate()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=origin.example", key, HashAlgorithmName.SHA256);
        return request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
    }
}

/// <summary>The origin's end of a connection.</summary>
internal sealed record Peer(Socket Socket, Stream Stream)
{
    /// <summary>Sends this text, as Latin-1.</summary>
    public async Task SaysAsync(string text)
    {
        await Stream.WriteAsync(Encoding.Latin1.GetBytes(text));
        await Stream.FlushAsync();
    }

    /// <summary>Closes in order.</summary>
    public void Closes() => Stream.Dispose();

    /// <summary>Sends what it has to say and ends its direction, without minding what it was sent.</summary>
    public async Task SaysAndEndsAsync(string text)
    {
        await SaysAsync(text);
        Socket.Shutdown(SocketShutdown.Send);
    }

    /// <summary>Resets the connection.</summary>
    public void Resets()
    {
        Socket.LingerState = new LingerOption(true, 0);
        Socket.Close();
    }

    /// <summary>Reads this many bytes, or fewer when the other end closes.</summary>
    public async Task<string> HearsAsync(int bytes)
    {
        var buffer = new byte[bytes];
        using var patience = new CancellationTokenSource(ScriptedOrigin.Patience);
        var read = await Stream.ReadAtLeastAsync(buffer, bytes, throwOnEndOfStream: false, patience.Token);
        return Encoding.Latin1.GetString(buffer, 0, read);
    }
}
