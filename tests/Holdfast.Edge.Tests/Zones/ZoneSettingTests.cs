using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Text;
using Holdfast.Edge.Tests.Harness;
using Holdfast.Model.Zones;

namespace Holdfast.Edge.Tests.Zones;

/// <summary>What each zone setting does to visitors and origins, where no other test shows it.</summary>
public class ZoneSettingTests
{
    private const string Policy = "Strict-Transport-Security";

    private static readonly SecurityHeader TwoYears = new()
    {
        Enabled = true,
        MaxAgeSeconds = 63_072_000,
        IncludeSubdomains = true,
        Preload = true,
    };

    [Fact]
    public async Task SecurityHeader_Enabled_IsOnHttpsAnswersInPlaceOfTheOrigins()
    {
        await using var origin = ScriptedOrigin.Answering(
            "HTTP/1.1 200 OK\r\nContent-Length: 0\r\nStrict-Transport-Security: max-age=1\r\n\r\n"
        );
        await using var edge = await EdgeUnderTest.InFrontOfAsync(origin.Url, new ZoneSettings { SecurityHeader = TwoYears });

        var secure = await AskTlsAsync(edge, "site.example");
        var plain = await AskAsync(edge.Http, "site.example");

        Assert.Contains(
            "\r\nStrict-Transport-Security: max-age=63072000; includeSubDomains; preload\r\n",
            secure,
            StringComparison.Ordinal
        );
        Assert.DoesNotContain("max-age=1\r\n", secure, StringComparison.Ordinal);
        Assert.Contains("max-age=1\r\n", plain, StringComparison.Ordinal);
    }

    [Fact]
    public async Task SecurityHeader_Enabled_IsOnTheEdgesOwnAnswersToo()
    {
        await using var edge = await EdgeUnderTest.InFrontOfAsync(
            "http://127.0.0.1:1",
            new ZoneSettings
            {
                SecurityHeader = new SecurityHeader { Enabled = true, MaxAgeSeconds = 60 },
            }
        );

        var answer = await AskTlsAsync(edge, "site.example");

        Assert.StartsWith("HTTP/1.1 521 ", answer, StringComparison.Ordinal);
        Assert.Contains("\r\nStrict-Transport-Security: max-age=60\r\n", answer, StringComparison.Ordinal);
    }

    [Fact]
    public async Task SecurityHeader_SslOff_IsNotSent()
    {
        await using var edge = await EdgeUnderTest.InFrontOfAsync(
            "http://127.0.0.1:1",
            new ZoneSettings { Ssl = SslMode.Off, SecurityHeader = TwoYears }
        );

        var answer = await AskTlsAsync(edge, "site.example");

        Assert.StartsWith("HTTP/1.1 302 ", answer, StringComparison.Ordinal);
        Assert.DoesNotContain(Policy, answer, StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public async Task SecurityHeader_Nosniff_IsOnEveryAnswerOnce()
    {
        await using var origin = ScriptedOrigin.Answering(
            "HTTP/1.1 200 OK\r\nContent-Length: 0\r\nx-content-type-options: nosniff\r\n\r\n"
        );
        await using var edge = await EdgeUnderTest.InFrontOfAsync(
            origin.Url,
            new ZoneSettings { SecurityHeader = new SecurityHeader { Nosniff = true } }
        );

        var answer = await AskAsync(edge.Http, "site.example");

        Assert.Equal(2, answer.Split("X-Content-Type-Options: nosniff", StringSplitOptions.None).Length);
        Assert.DoesNotContain("x-content-type-options", answer, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(true, MinTlsVersion.Tls12, SslProtocols.Tls13)]
    [InlineData(false, MinTlsVersion.Tls12, SslProtocols.Tls12)]
    [InlineData(true, MinTlsVersion.Tls13, SslProtocols.Tls13)]
    public async Task Tls13AndMinTlsVersion_AnyPair_DecideTheHandshake(bool tls13, MinTlsVersion min, SslProtocols expected)
    {
        await using var edge = await EdgeUnderTest.InFrontOfAsync(
            "http://127.0.0.1:1",
            new ZoneSettings { Tls13 = tls13, MinTlsVersion = min }
        );

        await using var tls = await ConnectTlsAsync(edge, "site.example");

        Assert.Equal(expected, tls.SslProtocol);
    }

    [Fact]
    public async Task MinTlsVersion13_ClientOf12_IsRefused()
    {
        await using var edge = await EdgeUnderTest.InFrontOfAsync(
            "http://127.0.0.1:1",
            new ZoneSettings { MinTlsVersion = MinTlsVersion.Tls13 }
        );

        await Assert.ThrowsAnyAsync<Exception>(async () =>
        {
            await using var tls = await ConnectTlsAsync(edge, "site.example", SslProtocols.Tls12);
        });
    }

    [Fact]
    public async Task Tls13Off_ConnectionMadeForAnotherHost_IsMisdirected()
    {
        await using var edge = await EdgeUnderTest.InFrontOfAsync("http://127.0.0.1:1");
        await edge.PutZoneAsync("old.example", "http://127.0.0.1:1", new ZoneSettings { Tls13 = false });

        Assert.StartsWith("HTTP/1.1 421 ", await AskTlsAsync(edge, "site.example", host: "old.example"), StringComparison.Ordinal);
        Assert.StartsWith("HTTP/1.1 521 ", await AskTlsAsync(edge, "old.example"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(true, "h2")]
    [InlineData(false, "http/1.1")]
    public async Task Http2_OnOrOff_DecidesTheProtocolOffered(bool http2, string expected)
    {
        await using var edge = await EdgeUnderTest.InFrontOfAsync("http://127.0.0.1:1", new ZoneSettings { Http2 = http2 });

        await using var tls = await ConnectTlsAsync(
            edge,
            "site.example",
            protocols: [SslApplicationProtocol.Http2, SslApplicationProtocol.Http11]
        );

        Assert.Equal(expected, tls.NegotiatedApplicationProtocol.ToString());
    }

    [Fact]
    public async Task Http2Off_ConnectionMadeBefore_IsMisdirected()
    {
        await using var edge = await EdgeUnderTest.InFrontOfAsync("http://127.0.0.1:1");
        using var handler = new SocketsHttpHandler { SslOptions = { RemoteCertificateValidationCallback = (_, _, _, _) => true } };
        using var client = new HttpClient(handler)
        {
            DefaultRequestVersion = HttpVersion.Version20,
            DefaultVersionPolicy = HttpVersionPolicy.RequestVersionExact,
        };
        var url = $"https://127.0.0.1:{edge.Https.Port}/";

        using var before = await client.GetAsync(url, TestContext.Current.CancellationToken);
        await edge.PutZoneAsync("*", "http://127.0.0.1:1", new ZoneSettings { Http2 = false });
        using var after = await client.GetAsync(url, TestContext.Current.CancellationToken);

        Assert.Equal((521, HttpStatusCode.MisdirectedRequest), ((int)before.StatusCode, after.StatusCode));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task TrueClientIpHeader_OnOrOff_TellsTheOriginTheTruthOrNothing(bool on)
    {
        var seen = "";
        await using var origin = new ScriptedOrigin(async c =>
        {
            seen = await c.ReadHeadAsync();
            await c.SendAsync("HTTP/1.1 204 No Content\r\n\r\n");
        });
        await using var edge = await EdgeUnderTest.InFrontOfAsync(origin.Url, new ZoneSettings { TrueClientIpHeader = on });

        await AskAsync(edge.Http, "site.example", "True-Client-IP: 198.51.100.1\r\n");

        Assert.DoesNotContain("198.51.100.1", seen, StringComparison.Ordinal);
        Assert.Equal(on, seen!.Contains("\r\nTrue-Client-IP: 127.0.0.1\r\n", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(true, "TCP6 2001:db8::1 2001:db8::2", "521")]
    [InlineData(false, "TCP6 2001:db8::1 2001:db8::2", "421")]
    [InlineData(false, "TCP4 192.0.2.1 192.0.2.2", "521")]
    public async Task Ipv6_OnOrOff_DecidesWhetherIpv6AddressesAreServed(bool on, string addresses, string status)
    {
        await using var edge = await EdgeUnderTest.InFrontOfAsync(
            "http://127.0.0.1:1",
            new ZoneSettings { Ipv6 = on },
            options => options with { Http = [options.Http[0] with { ProxyProtocolFrom = [IPNetwork.Parse("127.0.0.0/8")] }] }
        );
        using var visitor = await Conversation.ConnectAsync(edge.Http);

        await visitor.SendAsync($"PROXY {addresses} 56324 80\r\nGET / HTTP/1.1\r\nHost: site.example\r\n\r\n");

        Assert.StartsWith($"HTTP/1.1 {status} ", await visitor.ReadHeadAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task ProxyProtocol_OnOneListener_IsNotExpectedOnTheOther()
    {
        await using var edge = await EdgeUnderTest.InFrontOfAsync(
            "http://127.0.0.1:1",
            change: options => options with { Https = [options.Https[0] with { ProxyProtocolFrom = [IPNetwork.Parse("127.0.0.0/8")] }] }
        );

        // Without a header, the encrypted listener's handshake never begins.
        Assert.StartsWith("HTTP/1.1 521 ", await AskAsync(edge.Http, "site.example"), StringComparison.Ordinal);
        await Assert.ThrowsAnyAsync<IOException>(() => AskTlsAsync(edge, "site.example"));
    }

    [Fact]
    public async Task Paused_EverythingSet_OnlyForwards()
    {
        var seen = "";
        await using var origin = new ScriptedOrigin(async c =>
        {
            while (await c.ReadHeadAsync() is { } head)
            {
                seen = head;
                await c.SendAsync("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
            }
        });
        await using var edge = await EdgeUnderTest.StartAsync();
        var settings = new ZoneSettings
        {
            AlwaysUseHttps = true,
            Http2 = false,
            Ipv6 = false,
            MaxUploadMegabytes = 1,
            OriginHostHeader = "inner.example",
            SecurityHeader = TwoYears,
            ServerTiming = true,
            Ssl = SslMode.Off,
            Tls13 = false,
            TrueClientIpHeader = true,
        };
        await edge.PutZoneAsync("*", origin.Url, settings, zone => zone with { Paused = true });

        Assert.StartsWith("HTTP/1.1 200 ", await AskAsync(edge.Http, "site.example"), StringComparison.Ordinal);
        var secure = await AskTlsAsync(edge, "site.example");
        Assert.StartsWith("HTTP/1.1 200 ", secure, StringComparison.Ordinal);
        Assert.DoesNotContain(Policy, secure, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("Server-Timing", secure, StringComparison.Ordinal);
        Assert.Contains("\r\nHost: inner.example\r\n", seen, StringComparison.Ordinal);
        Assert.DoesNotContain("True-Client-IP", seen, StringComparison.Ordinal);
        await using var tls = await ConnectTlsAsync(edge, "site.example", protocols: [SslApplicationProtocol.Http2]);
        Assert.Equal((SslProtocols.Tls13, "h2"), (tls.SslProtocol, tls.NegotiatedApplicationProtocol.ToString()));

        await edge.PutZoneAsync("*", origin.Url, settings);
        Assert.StartsWith("HTTP/1.1 301 ", await AskAsync(edge.Http, "site.example"), StringComparison.Ordinal);
    }

    private static async Task<string> AskAsync(IPEndPoint endpoint, string host, string fields = "")
    {
        using var visitor = await Conversation.ConnectAsync(endpoint);
        await visitor.SendAsync($"GET / HTTP/1.1\r\nHost: {host}\r\n{fields}\r\n");
        return await visitor.ReadHeadAsync() ?? "";
    }

    private static async Task<string> AskTlsAsync(EdgeUnderTest edge, string sni, string? host = null)
    {
        await using var tls = await ConnectTlsAsync(edge, sni);
        await tls.WriteAsync(
            Encoding.ASCII.GetBytes($"GET / HTTP/1.1\r\nHost: {host ?? sni}\r\nConnection: close\r\n\r\n"),
            TestContext.Current.CancellationToken
        );
        using var reader = new StreamReader(tls, Encoding.Latin1);
        return await reader.ReadToEndAsync(TestContext.Current.CancellationToken);
    }

    private static async Task<SslStream> ConnectTlsAsync(
        EdgeUnderTest edge,
        string sni,
        SslProtocols versions = SslProtocols.None,
        List<SslApplicationProtocol>? protocols = null
    )
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        await socket.ConnectAsync(edge.Https, TestContext.Current.CancellationToken);
        var tls = new SslStream(new NetworkStream(socket, ownsSocket: true));
        var options = new SslClientAuthenticationOptions
        {
            TargetHost = sni,
            EnabledSslProtocols = versions,
            ApplicationProtocols = protocols,
            RemoteCertificateValidationCallback = (_, _, _, _) => true,
        };
        await tls.AuthenticateAsClientAsync(options, TestContext.Current.CancellationToken);
        return tls;
    }
}
