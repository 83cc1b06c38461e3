using System.Net;
using System.Net.Sockets;
using Holdfast.Http.Messages;
using Holdfast.Http.Origins;

namespace Holdfast.Http.Tests.Origins;

public sealed class OriginConnectorTests
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(5);

    [Fact]
    public async Task ConnectAsync_NobodyListens_IsRefused()
    {
        using var origin = new ScriptedOrigin();
        using var unheard = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);

        // Bound and not listening: nobody else can get this port meanwhile.
        unheard.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        var result = await Connect(origin, new OriginEndpoint((IPEndPoint)unheard.LocalEndPoint!, null));

        Assert.Equal(OriginFault.Refused, result.Fault);
        Assert.Null(result.Connection);
    }

    [Fact]
    public async Task ConnectAsync_NoWayThere_IsUnreachable()
    {
        using var origin = new ScriptedOrigin();

        // No TCP connection leads to the broadcast address, on any machine.
        var result = await Connect(origin, new OriginEndpoint(new IPEndPoint(IPAddress.Broadcast, 80), null));

        Assert.Equal(OriginFault.Unreachable, result.Fault);
    }

    [Fact]
    public async Task ConnectAsync_BacklogIsFull_IsConnectTimeout()
    {
        using var origin = new ScriptedOrigin(backlog: 1);
        var fillers = new List<Socket>();
        try
        {
            for (var i = 0; i < 8; i++)
            {
                var filler = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { Blocking = false };
                fillers.Add(filler);
                Assert.Throws<SocketException>(() => filler.Connect(origin.Address));
            }

            var connecting = Connect(origin, origin.Endpoint);
            origin.Time.Advance(Limit + TimeSpan.FromTicks(1));

            Assert.Equal(OriginFault.ConnectTimeout, (await connecting).Fault);
        }
        finally
        {
            fillers.ForEach(f => f.Dispose());
        }
    }

    [Fact]
    public async Task ConnectAsync_CallersToken_Throws()
    {
        using var origin = new ScriptedOrigin(tls: true);
        using var cancel = new CancellationTokenSource();

        // Nobody shakes hands with it.
        var connecting = origin.Connector.ConnectAsync(origin.Endpoint, Limit, cancel.Token).AsTask();
        await cancel.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => connecting.WaitAsync(ScriptedOrigin.Patience));
        Assert.Equal(0, origin.Sweep.Count);
    }

    [Fact]
    public async Task ConnectAsync_Tls_SpeaksOverIt()
    {
        using var origin = new ScriptedOrigin(tls: true);
        var (connection, peer) = await origin.ConnectAsync();
        await connection.WriteAsync("GET / HTTP/1.1\r\n\r\n"u8.ToArray());
        Assert.Equal("GET / HTTP/1.1\r\n\r\n", await peer.HearsAsync(18));
        await peer.SaysAsync("HTTP/1.1 204 No Content\r\n\r\n");
        var head = new ResponseHead();

        var (fault, _) = await connection.ReadHeadAsync(head, KnownMethod.Get, MessageLimits.ForOrigins);

        Assert.Equal((OriginFault.None, 204), (fault, head.Status));
    }

    [Fact]
    public async Task ConnectAsync_SelfSignedCertificateAndVerify_IsBadCertificate()
    {
        using var origin = new ScriptedOrigin(tls: true);
        var accepting = origin.AcceptAsync();

        var result = await Connect(origin, new OriginEndpoint(origin.Address, new OriginTls("origin.example", Verify: true)));

        Assert.Equal(OriginFault.BadCertificate, result.Fault);

        // What the origin sees of it, an alert or an end, is its own affair.
        await Record.ExceptionAsync(() => accepting);
    }

    [Fact]
    public async Task ConnectAsync_OriginSpeaksPlainly_IsTlsHandshake()
    {
        using var origin = new ScriptedOrigin();
        var connecting = Connect(origin, new OriginEndpoint(origin.Address, new OriginTls("origin.example", Verify: true)));
        var peer = await origin.AcceptAsync();
        await peer.SaysAsync("HTTP/1.1 400 Bad Request\r\n\r\n");

        Assert.Equal(OriginFault.TlsHandshake, (await connecting).Fault);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task ConnectAsync_OriginClosesInTheHandshake_IsTlsHandshake(bool byReset)
    {
        using var origin = new ScriptedOrigin();
        var connecting = Connect(origin, new OriginEndpoint(origin.Address, new OriginTls("origin.example", Verify: true)));
        var peer = await origin.AcceptAsync();

        // The hello's first byte: by now the connection is made on both sides.
        Assert.Equal("\u0016", await peer.HearsAsync(1));
        if (byReset)
        {
            peer.Resets();
        }
        else
        {
            peer.Closes();
        }

        Assert.Equal(OriginFault.TlsHandshake, (await connecting).Fault);
    }

    [Fact]
    public async Task ConnectAsync_OriginIsSilentInTheHandshake_IsTlsHandshake()
    {
        using var origin = new ScriptedOrigin();
        var connecting = Connect(origin, new OriginEndpoint(origin.Address, new OriginTls("origin.example", Verify: true)));
        var peer = await origin.AcceptAsync();
        Assert.Equal("\u0016", await peer.HearsAsync(1));

        origin.Time.Advance(origin.Limits.TlsTimeout + TimeSpan.FromTicks(1));

        Assert.Equal(OriginFault.TlsHandshake, (await connecting).Fault);
    }

    [Fact]
    public void Endpoints_SameInAllParts_AreEqual()
    {
        var address = new IPEndPoint(IPAddress.Loopback, 443);
        var endpoint = new OriginEndpoint(address, new OriginTls("a.example", true));

        Assert.Equal(endpoint, new OriginEndpoint(new IPEndPoint(IPAddress.Loopback, 443), new OriginTls("a.example", true)));
        Assert.NotEqual(endpoint, endpoint with { Tls = null });
        Assert.NotEqual(endpoint, endpoint with { Tls = new OriginTls("a.example", false) });
        Assert.NotEqual(endpoint, endpoint with { Tls = new OriginTls("b.example", true) });
        Assert.NotEqual(endpoint, endpoint with { Address = new IPEndPoint(IPAddress.Loopback, 444) });
    }

    private static Task<ConnectResult> Connect(ScriptedOrigin origin, OriginEndpoint endpoint) =>
        origin.Connector.ConnectAsync(endpoint, Limit, CancellationToken.None).AsTask().WaitAsync(ScriptedOrigin.Patience);
}
