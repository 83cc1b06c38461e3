using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using Holdfast.Edge.Hosting;
using Holdfast.Edge.Origins;
using Holdfast.Edge.Tests.Harness;
using Holdfast.Model.Zones;

namespace Holdfast.Edge.Tests.Origins;

/// <summary>Requests to hosts of a zone that has records, through a whole edge. The servers' ports are the test's, not 80 and 443.</summary>
public sealed class RecordOriginTests
{
    private const string Ok = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";

    [Fact]
    public async Task Host_WithARecord_ReachesItsServerWithTheVisitorsHost()
    {
        string? seen = null;
        await using var origin = new ScriptedOrigin(async c =>
        {
            seen = await c.ReadHeadAsync();
            await c.SendAsync(Ok);
        });
        await using var edge = await EdgeUnderTest.StartAsync(Ports(PortOf(origin)));
        await edge.PutZoneAsync("example.com", null, records: [Record("*.example.com", "127.0.0.1")]);
        Assert.StartsWith("HTTP/1.1 200 ", await GetAsync(edge, "a.example.com"), StringComparison.Ordinal);
        Assert.Contains("\r\nHost: a.example.com\r\n", seen, StringComparison.Ordinal);
        var answer = await GetAsync(edge, "example.com");
        Assert.StartsWith("HTTP/1.1 530 ", answer, StringComparison.Ordinal);

        // Records of two connections come in any order.
        var failed = Assert.Single(await edge.LogRecordsAsync(2), r => r.GetProperty("EdgeResponseStatus").GetInt32() == 530);
        Assert.Equal(1016, failed.GetProperty("ErrorCode").GetInt32());
    }

    [Fact]
    public async Task Records_Changed_ServeTheNextRequestOfAnOpenConnection()
    {
        await using var one = ScriptedOrigin.Answering("HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\none");
        await using var two = ScriptedOrigin.Answering("HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\ntwo");
        await using var edge = await EdgeUnderTest.StartAsync(Ports(PortOf(one)));
        await edge.PutZoneAsync("example.com", two.Url, records: [Record("www.example.com", "127.0.0.1")]);
        using var visitor = await Conversation.ConnectAsync(edge.Http);
        Assert.Equal("one", await NextAsync());
        await edge.PutZoneAsync("example.com", two.Url);
        Assert.Equal("two", await NextAsync());

        async Task<string> NextAsync()
        {
            await visitor.SendAsync("GET / HTTP/1.1\r\nHost: www.example.com\r\n\r\n");
            await visitor.ReadHeadAsync();
            return await visitor.ReadAsync(3);
        }
    }

    [Fact]
    public async Task Addresses_Several_ShareTheRequests()
    {
        await using var edge = await WithTwoAsync(out var one, out var two);
        await using var first = one;
        await using var second = two;
        for (var i = 0; i < 64; i++)
        {
            Assert.StartsWith("HTTP/1.1 200 ", await GetAsync(edge, "example.com"), StringComparison.Ordinal);
        }

        // Both were asked, each over one connection: 64 random turns that are all the same do not happen.
        Assert.Equal((1, 1), (first.Connections, second.Connections));
    }

    [Fact]
    public async Task Addresses_OneDead_AreServedByTheOther()
    {
        await using var edge = await WithTwoAsync(out var one, out var two);
        await using var second = two;
        await one.DisposeAsync();
        for (var i = 0; i < 16; i++)
        {
            Assert.StartsWith("HTTP/1.1 200 ", await GetAsync(edge, "example.com"), StringComparison.Ordinal);
        }

        await second.DisposeAsync();
        Assert.StartsWith("HTTP/1.1 52", await GetAsync(edge, "example.com"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Alias_IsResolved_AndWithoutAnAnswerIs1016()
    {
        await using var origin = ScriptedOrigin.Answering(Ok);
        var names = new Names { ["shop.example.net"] = IPAddress.Loopback };
        await using var edge = await EdgeUnderTest.StartAsync(options => Ports(PortOf(origin))(options) with { Resolver = names });
        await edge.PutZoneAsync(
            "example.com",
            null,
            records:
            [
                new RecordOrigin("gone.example.com", [], "gone.example.net"),
                new RecordOrigin("shop.example.com", [], "shop.example.net"),
            ]
        );
        Assert.StartsWith("HTTP/1.1 200 ", await GetAsync(edge, "shop.example.com"), StringComparison.Ordinal);
        Assert.StartsWith("HTTP/1.1 200 ", await GetAsync(edge, "shop.example.com"), StringComparison.Ordinal);
        Assert.StartsWith("HTTP/1.1 530 ", await GetAsync(edge, "gone.example.com"), StringComparison.Ordinal);
        Assert.Equal(1, names.Asked.Count(name => name == "shop.example.net"));
    }

    [Fact]
    public async Task Record_ThatPointsAtTheEdge_Is1019()
    {
        // What listens at the record's address hands every request back to the edge, as the edge's own listener would.
        EdgeUnderTest? edge = null;
        await using var relay = new ScriptedOrigin(async c =>
        {
            var head = await c.ReadHeadAsync();
            using var back = await Conversation.ConnectAsync(edge!.Http);
            await back.SendAsync(head!);
            await c.SendAsync(await back.ReadHeadAsync() ?? "");
        });
        edge = await EdgeUnderTest.StartAsync(Ports(PortOf(relay)));
        await using var running = edge;
        await edge.PutZoneAsync("example.com", null, records: [Record("example.com", "127.0.0.1")]);
        await GetAsync(edge, "example.com");
        Assert.Contains(
            await edge.LogRecordsAsync(2),
            record => record.TryGetProperty("ErrorCode", out var code) && code.GetInt32() == 1019
        );
    }

    [Theory]
    [InlineData("*.example.com", 1)]
    [InlineData("a.example.com", 1)]
    [InlineData("*.example.com", 2)]
    public async Task Https_AsksTheServerForTheVisitorsHost(string record, int version)
    {
        string? asked = null;
        await using var origin = await TlsOrigin.StartAsync(name => asked = name);
        await using var edge = await EdgeUnderTest.StartAsync(options => options with { RecordPorts = new OriginPorts(1, origin.Port) });
        var settings = new ZoneSettings { Ssl = SslMode.Full, OriginMaxHttpVersion = version };
        await edge.PutZoneAsync("example.com", null, settings, records: [Record(record, "127.0.0.1")]);
        using var client = new HttpClient(
            new SocketsHttpHandler
            {
                SslOptions = new SslClientAuthenticationOptions { RemoteCertificateValidationCallback = (_, _, _, _) => true },
                ConnectCallback = async (_, token) =>
                {
                    var tcp = new Socket(SocketType.Stream, ProtocolType.Tcp);
                    await tcp.ConnectAsync(edge.Https, token);
                    return new NetworkStream(tcp, ownsSocket: true);
                },
            }
        );
        Assert.Equal("ok", await client.GetStringAsync("https://a.example.com/", TestContext.Current.CancellationToken));
        Assert.Equal("a.example.com", asked);
    }

    private static Task<EdgeUnderTest> WithTwoAsync(out ScriptedOrigin one, out ScriptedOrigin two)
    {
        // The same port on two addresses of the loopback network.
        one = ScriptedOrigin.Answering(Ok);
        var port = PortOf(one);
        two = new ScriptedOrigin(
            async c =>
            {
                while (await c.ReadHeadAsync() is not null)
                {
                    await c.SendAsync(Ok);
                }
            },
            new IPEndPoint(IPAddress.Parse("127.0.0.2"), port)
        );
        return StartAsync(port);

        static async Task<EdgeUnderTest> StartAsync(int port)
        {
            var edge = await EdgeUnderTest.StartAsync(Ports(port));
            await edge.PutZoneAsync("example.com", null, records: [Record("example.com", "127.0.0.1", "127.0.0.2")]);
            return edge;
        }
    }

    private static async Task<string> GetAsync(EdgeUnderTest edge, string host)
    {
        using var visitor = await Conversation.ConnectAsync(edge.Http);
        await visitor.SendAsync($"GET / HTTP/1.1\r\nHost: {host}\r\nAccept: text/plain\r\nConnection: close\r\n\r\n");
        return await visitor.ReadToEndAsync();
    }

    private static Func<EdgeOptions, EdgeOptions> Ports(int http) => options => options with { RecordPorts = new OriginPorts(http, 1) };

    private static int PortOf(ScriptedOrigin origin) => new Uri(origin.Url).Port;

    private static RecordOrigin Record(string name, params string[] addresses) => new(name, [.. addresses.Select(IPAddress.Parse)], null);

    private sealed class Names : Dictionary<string, IPAddress>, IOriginResolver
    {
        public List<string> Asked { get; } = [];

        public Task<ResolvedName> ResolveAsync(string name, CancellationToken cancellationToken)
        {
            Asked.Add(name);
            return TryGetValue(name, out var address)
                ? Task.FromResult(new ResolvedName([address], TimeSpan.FromMinutes(1)))
                : throw new OriginNameException($"'{name}' does not exist");
        }
    }
}
