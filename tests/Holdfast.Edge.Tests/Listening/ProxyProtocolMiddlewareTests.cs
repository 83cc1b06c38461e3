using System.Net;
using Holdfast.Edge.Listening;
using Holdfast.Edge.Listening.Admission;

namespace Holdfast.Edge.Tests.Listening;

public class ProxyProtocolMiddlewareTests
{
    private static readonly ListenerSetup Setup = new()
    {
        Config = new ListenerConfig
        {
            Address = new IPEndPoint(IPAddress.Loopback, 0),
            ProxyProtocolFrom = [IPNetwork.Parse("2001:db8::/32"), IPNetwork.Parse("127.0.0.0/8")],
        },
    };

    [Fact]
    public async Task HeaderV1_TrustedPeer_ClientIsItsSource()
    {
        await using var host = await ListenerHost.StartAsync(Setup);
        await using var client = await host.ConnectAsync();
        await client.WriteAsync("PROXY TCP4 192.0.2.1 198.51.100.7 56324 443\r\n"u8.ToArray(), TestContext.Current.CancellationToken);

        Assert.StartsWith("client=192.0.2.1 ", await ListenerHost.AskAsync(client));
        var facts = Assert.Single(host.Served);
        Assert.Equal("192.0.2.1:56324", facts.Client.ToString());
        Assert.Equal("198.51.100.7:443", facts.Local.ToString());
        Assert.Equal(IPAddress.Loopback, facts.Peer.Address);
    }

    [Fact]
    public async Task HeaderV2_InSinglebyteSegmentsBeforeTls_IsReadAndTheHandshakeGoesOn()
    {
        await using var host = await ListenerHost.StartAsync(Setup with { Config = Setup.Config with { Tls = true } });
        await using var client = await host.ConnectAsync();
        byte[] mapped =
        [
            .. IPAddress.Parse("::ffff:192.0.2.9").GetAddressBytes(),
            .. IPAddress.IPv6Loopback.GetAddressBytes(),
            0,
            9,
            1,
            187,
        ];
        foreach (var b in ProxyHeaderTests.V2(0x21, 0x21, mapped))
        {
            await client.WriteAsync(new[] { b }, TestContext.Current.CancellationToken);
        }

        await using var tls = new System.Net.Security.SslStream(client);
        await tls.AuthenticateAsClientAsync(host.Trusting("example.com"), TestContext.Current.CancellationToken);

        Assert.StartsWith("client=192.0.2.9 tls=True", await ListenerHost.AskAsync(tls));
    }

    [Fact]
    public async Task LocalCommand_TrustedPeer_ClientIsThePeer()
    {
        await using var host = await ListenerHost.StartAsync(Setup);
        await using var client = await host.ConnectAsync();
        await client.WriteAsync(ProxyHeaderTests.V2(0x20, 0, []), TestContext.Current.CancellationToken);

        Assert.StartsWith("client=127.0.0.1 ", await ListenerHost.AskAsync(client));
    }

    [Fact]
    public async Task NoHeader_TrustedPeer_IsClosedAndCounted()
    {
        await using var host = await ListenerHost.StartAsync(Setup);
        await using var client = await host.ConnectAsync();

        Assert.Contains(await ListenerHost.AskAsync(client), new[] { "", "<reset>" });
        Assert.Equal(1, host.Ledger.Refusals(RefusalReason.MalformedProxyHeader));
        Assert.Equal(RefusalReason.MalformedProxyHeader, Assert.Single(host.Sink.Refusals).Reason);
        Assert.Empty(host.Served);
    }

    [Fact]
    public async Task UntrustedPeer_Any_IsClosedAndCounted()
    {
        await using var host = await ListenerHost.StartAsync(
            Setup with
            {
                Config = Setup.Config with { ProxyProtocolFrom = [IPNetwork.Parse("192.0.2.0/24")] },
            }
        );

        Assert.Equal("", await host.ConnectAndReadAsync());
        Assert.Equal(1, host.Ledger.Refusals(RefusalReason.UntrustedUpstream));
    }

    [Fact]
    public async Task SilentPeer_Deadline_IsClosedAndCounted()
    {
        await using var host = await ListenerHost.StartAsync(
            Setup with
            {
                Limits = new EdgeLimits { Connections = new() { ProxyHeaderTimeout = TimeSpan.FromMilliseconds(50) } },
            }
        );
        await using var client = await host.ConnectAsync();
        await client.WriteAsync("PROXY TCP4 192.0"u8.ToArray(), TestContext.Current.CancellationToken);

        Assert.Contains(await ListenerHost.ReadToEndAsync(client), new[] { "", "<reset>" });
        Assert.Equal(1, host.Ledger.Refusals(RefusalReason.ProxyHeaderTimedOut));
    }

    [Fact]
    public async Task PerAddressLimit_BehindALoadBalancer_CountsTheClientsNotTheBalancer()
    {
        await using var host = await ListenerHost.StartAsync(
            Setup with
            {
                Limits = new EdgeLimits { Connections = new() { MaxConnectionsPerAddress = 1 } },
            }
        );
        await using var first = await host.ConnectAsync();
        await using var second = await host.ConnectAsync();
        await using var third = await host.ConnectAsync();
        await first.WriteAsync("PROXY TCP4 192.0.2.1 198.51.100.7 1 443\r\n"u8.ToArray(), TestContext.Current.CancellationToken);
        await ListenerHost.UntilAsync(() => host.Served.Count == 1);
        await second.WriteAsync("PROXY TCP4 192.0.2.1 198.51.100.7 2 443\r\n"u8.ToArray(), TestContext.Current.CancellationToken);
        await third.WriteAsync("PROXY TCP4 192.0.2.2 198.51.100.7 3 443\r\n"u8.ToArray(), TestContext.Current.CancellationToken);

        Assert.Contains(await ListenerHost.ReadToEndAsync(second), new[] { "", "<reset>" });
        Assert.StartsWith("client=192.0.2.2 ", await ListenerHost.AskAsync(third));
        Assert.StartsWith("client=192.0.2.1 ", await ListenerHost.AskAsync(first));
        Assert.Equal("192.0.2.1", Assert.Single(host.Sink.Refusals).Client.Address.ToString());
    }
}
