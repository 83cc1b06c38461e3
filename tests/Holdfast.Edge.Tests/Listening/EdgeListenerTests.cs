using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using Holdfast.Edge.Listening;
using Holdfast.Edge.Listening.Admission;
using Holdfast.Edge.Listening.Certificates;

namespace Holdfast.Edge.Tests.Listening;

public class EdgeListenerTests
{
    private static readonly ListenerConfig Plain = new() { Address = new IPEndPoint(IPAddress.Loopback, 0) };

    [Fact]
    public async Task PlainListener_AnyBytes_GoToTheHttp1Codec()
    {
        await using var host = await ListenerHost.StartAsync(new ListenerSetup { Config = Plain });
        await using var client = await host.ConnectAsync();

        Assert.Equal("client=127.0.0.1 tls=False sni= alpn=", await ListenerHost.AskAsync(client));
    }

    [Fact]
    public async Task TlsListener_ClientWithoutAlpn_GoesToTheHttp1CodecWithItsFacts()
    {
        await using var host = await ListenerHost.StartAsync();
        await using var client = await host.ConnectTlsAsync(host.Trusting("www.example.com"));

        Assert.Equal("client=127.0.0.1 tls=True sni=www.example.com alpn=", await ListenerHost.AskAsync(client));
        var facts = Assert.Single(host.Served);
        Assert.Equal("TLSv1.3", facts.TlsProtocol);
        Assert.StartsWith("AEAD-", facts.TlsCipher);
        Assert.StartsWith("t13d", facts.Ja4);
        Assert.Equal(36, facts.Ja4!.Length);
        Assert.Equal(host.Port, facts.Local.Port);
        Assert.NotEmpty(facts.ConnectionId);
        Assert.Equal(1, host.Ledger.Handshakes);
    }

    [Fact]
    public async Task TlsListener_ClientOffersH2_GoesToKestrel()
    {
        await using var host = await ListenerHost.StartAsync();
        using var handler = new SocketsHttpHandler
        {
            SslOptions = ListenerHost.Client("example.com"),
            ConnectCallback = async (_, _) => await host.ConnectAsync(),
        };
        using var client = new HttpClient(handler)
        {
            DefaultRequestVersion = HttpVersion.Version20,
            DefaultVersionPolicy = HttpVersionPolicy.RequestVersionExact,
        };

        var answer = await client.GetStringAsync("https://example.com/", TestContext.Current.CancellationToken);

        Assert.Equal("https client=127.0.0.1 tls=True sni=example.com alpn=h2", answer);
    }

    [Fact]
    public async Task TlsListener_Http2IsOff_NegotiatesHttp11()
    {
        await using var host = await ListenerHost.StartAsync(new ListenerSetup { Config = Plain with { Tls = true, Http2 = false } });
        await using var client = await host.ConnectTlsAsync(
            ListenerHost.Client("example.com", SslApplicationProtocol.Http2, SslApplicationProtocol.Http11)
        );

        Assert.Equal("http/1.1", client.NegotiatedApplicationProtocol.ToString());
        Assert.EndsWith("alpn=http/1.1", await ListenerHost.AskAsync(client));
    }

    [Fact]
    public async Task TlsListener_ClientOffersUnknownProtocolsOnly_IsRefused()
    {
        await using var host = await ListenerHost.StartAsync();

        await Assert.ThrowsAsync<AuthenticationException>(() =>
            host.ConnectTlsAsync(ListenerHost.Client("example.com", new SslApplicationProtocol("spdy/3")))
        );
        await ListenerHost.UntilAsync(() => host.Ledger.Failures(FailureReason.Rejected) == 1);
    }

    [Fact]
    public async Task InheritedSocket_Handle_ServesOnItsAddress()
    {
        var listening = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        listening.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        listening.Listen();
        var handle = (ulong)listening.SafeHandle.DangerousGetHandle();
        await using var host = await ListenerHost.StartAsync(
            new ListenerSetup
            {
                Config = new ListenerConfig { Handle = handle, Tls = true },
                Port = ((IPEndPoint)listening.LocalEndPoint!).Port,
            }
        );
        listening.SafeHandle.SetHandleAsInvalid(); // Kestrel owns it now, and closes it
        await using var client = await host.ConnectTlsAsync(host.Trusting("example.com"));

        Assert.StartsWith("client=127.0.0.1 tls=True", await ListenerHost.AskAsync(client));
    }

    [Fact]
    public async Task DualStackListener_IPv4Client_IsAnIPv4Address()
    {
        await using var host = await ListenerHost.StartAsync(
            new ListenerSetup { Config = Plain with { Address = new IPEndPoint(IPAddress.IPv6Any, 0) } }
        );
        await using var client = await host.ConnectAsync();

        Assert.StartsWith("client=127.0.0.1 ", await ListenerHost.AskAsync(client));
    }

    [Fact]
    public async Task TlsConnection_CodecEnds_ClientSeesACleanClose()
    {
        await using var host = await ListenerHost.StartAsync();
        var (output, error) = await OpenSsl.ClientAsync(host.Port, "GET / HTTP/1.1\r\n\r\n", "-servername", "example.com");

        Assert.Contains("sni=example.com", output);
        Assert.DoesNotContain("unexpected eof", error + output);
    }

    [Fact]
    public async Task PlainHttp_OnTheTlsPort_GetsA400ThatSaysSo()
    {
        await using var host = await ListenerHost.StartAsync();
        await using var client = await host.ConnectAsync();

        await client.WriteAsync("GET / HTTP/1.1\r\nHost: example.com\r\n\r\n"u8.ToArray(), TestContext.Current.CancellationToken);
        client.Socket.Shutdown(SocketShutdown.Send);
        var answer = await ListenerHost.ReadToEndAsync(client);

        Assert.StartsWith("HTTP/1.1 400 Bad Request\r\n", answer);
        Assert.Contains("Plain HTTP was sent to an HTTPS port", answer);
        Assert.DoesNotContain("<reset>", answer);
        Assert.Equal(1, host.Ledger.Failures(FailureReason.PlainHttp));
        Assert.Equal(FailureReason.PlainHttp, Assert.Single(host.Sink.Failures).Reason);
    }

    [Theory]
    [InlineData(new byte[] { 0x80, 0x2E, 1, 0, 2 }, (int)FailureReason.NotTls)]
    [InlineData(new byte[] { 22, 3, 1, 0, 0 }, (int)FailureReason.MalformedHello)]
    [InlineData(new byte[] { 22, 3, 1, 0, 5, 1, 0, 0, 1, 7 }, (int)FailureReason.MalformedHello)]
    [InlineData(new byte[] { 22, 3, 1, 0x40, 0, 1, 1, 0, 0 }, (int)FailureReason.HelloTooLarge)]
    public async Task Garbage_OnTheTlsPort_IsClosedAndCounted(byte[] bytes, int reason)
    {
        await using var host = await ListenerHost.StartAsync();
        await using var client = await host.ConnectAsync();
        await client.WriteAsync(bytes, TestContext.Current.CancellationToken);

        var answer = await ListenerHost.ReadToEndAsync(client);

        Assert.Equal(1, host.Ledger.Failures((FailureReason)reason));
        Assert.True(answer.Length == 0 || answer.StartsWith("\u0015\u0003\u0003", StringComparison.Ordinal) || answer == "<reset>");
    }

    [Fact]
    public async Task SilentClient_HandshakeTimeout_IsClosedAndCounted()
    {
        await using var host = await ListenerHost.StartAsync(
            new ListenerSetup { Limits = new EdgeLimits { Connections = new() { HandshakeTimeout = TimeSpan.FromMilliseconds(50) } } }
        );
        await using var client = await host.ConnectAsync();

        Assert.Equal("", await ListenerHost.ReadToEndAsync(client));
        Assert.Equal(1, host.Ledger.Failures(FailureReason.TimedOut));
    }

    [Fact]
    public async Task ClientThatStopsAfterItsHello_HandshakeTimeout_IsClosedAndCounted()
    {
        await using var host = await ListenerHost.StartAsync(
            new ListenerSetup { Limits = new EdgeLimits { Connections = new() { HandshakeTimeout = TimeSpan.FromSeconds(3) } } }
        );
        await using var client = await host.ConnectAsync();
        await client.WriteAsync(new HelloBuilder().Record(), TestContext.Current.CancellationToken);

        await ListenerHost.ReadToEndAsync(client);

        await ListenerHost.UntilAsync(() =>
            host.Ledger.Failures(FailureReason.TimedOut) + host.Ledger.Failures(FailureReason.Rejected) == 1
        );
        Assert.Equal("t13i0203h2", host.Sink.Failures.Single().Ja4![..10]);
    }

    [Fact]
    public async Task ClientThatCloses_BeforeItsHello_IsCounted()
    {
        await using var host = await ListenerHost.StartAsync();
        await using (await host.ConnectAsync()) { }

        await ListenerHost.UntilAsync(() => host.Ledger.Failures(FailureReason.ClientClosed) == 1);
    }

    [Fact]
    public async Task ZoneThatWantsTls13_ClientWithTls12_IsRefusedWithAnAlertAndItsReason()
    {
        await using var host = await ListenerHost.StartAsync(
            new ListenerSetup { Policy = _ => new TlsPolicy("zone-1", TlsVersions.Only13, true, true) }
        );
        var (output, error) = await OpenSsl.ClientAsync(host.Port, "", "-servername", "example.com", "-tls1_2");

        Assert.Contains("protocol version", output + error);
        await ListenerHost.UntilAsync(() => host.Ledger.Failures(FailureReason.Rejected) == 1);
        var failure = Assert.Single(host.Sink.Failures);
        Assert.Equal("example.com", failure.Sni);
        Assert.Contains("unsupported protocol", failure.Detail);
    }

    [Fact]
    public async Task Tls12Client_Handshake_NamesTheCipherAsOpenSslDoes()
    {
        await using var host = await ListenerHost.StartAsync();
        var (output, _) = await OpenSsl.ClientAsync(
            host.Port,
            "GET / HTTP/1.1\r\n\r\n",
            "-servername",
            "example.com",
            "-tls1_2",
            "-cipher",
            "ECDHE-ECDSA-AES128-GCM-SHA256"
        );

        Assert.Contains("sni=example.com", output);
        var facts = Assert.Single(host.Served);
        Assert.Equal(("TLSv1.2", "ECDHE-ECDSA-AES128-GCM-SHA256"), (facts.TlsProtocol, facts.TlsCipher));
    }

    [Fact]
    public async Task ClientThatDoesNotTrustTheCertificate_Handshake_IsCountedWithItsAlert()
    {
        await using var host = await ListenerHost.StartAsync();
        var (_, error) = await OpenSsl.ClientAsync(host.Port, "", "-servername", "example.com", "-tls1_2", "-verify_return_error");

        Assert.Contains("verify", error);
        await ListenerHost.UntilAsync(() => host.Sink.Failures.Count == 1);
        Assert.Contains("alert", Assert.Single(host.Sink.Failures).Detail);
    }

    [Fact]
    public async Task NoCertificate_Handshake_IsRefusedWithUnrecognizedName()
    {
        await using var host = await ListenerHost.StartAsync(new ListenerSetup { Certificates = new NoCertificates() });
        var (output, error) = await OpenSsl.ClientAsync(host.Port, "", "-servername", "example.com");

        Assert.Contains("unrecognized name", output + error);
        Assert.Equal(1, host.Ledger.Failures(FailureReason.NoCertificate));
    }

    [Theory]
    [InlineData("-tls1_2")]
    [InlineData("-tls1_3")]
    public async Task Client_WithASessionOfItsOwn_Resumes(string version)
    {
        await using var host = await ListenerHost.StartAsync();
        using var directory = new TemporaryDirectory();
        var session = Path.Combine(directory.Path, "session.pem");
        const string Request = "GET / HTTP/1.1\r\n\r\n";
        var (first, _) = await OpenSsl.ClientAsync(host.Port, Request, "-servername", "example.com", version, "-sess_out", session);
        var (second, _) = await OpenSsl.ClientAsync(host.Port, Request, "-servername", "example.com", version, "-sess_in", session);

        Assert.Contains("New, TLSv", first);
        Assert.Contains("Reused, TLSv", second);
    }

    private sealed class NoCertificates : IServerCertificates
    {
        public ValueTask<TlsChoice?> SelectAsync(string? sni, IPEndPoint local, KeyTypes accepted, CancellationToken cancellationToken) =>
            new((TlsChoice?)null);
    }
}
