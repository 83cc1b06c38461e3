using System.Net.Security;
using System.Net.Sockets;
using System.Text;
using Holdfast.Edge.Tests.Harness;
using Holdfast.Edge.Tests.Rules;
using Holdfast.Model.Rulesets;
using Holdfast.Model.Zones;

namespace Holdfast.Edge.Tests.Requests;

/// <summary>A certificate authority's look at a host goes to the origin as it is (RFC 8555 section 8.3); what only looks like it does not.</summary>
public sealed class AcmeChallengeTests
{
    private const string Challenge = "/.well-known/acme-challenge/evaGxfADs6pSRb2LAv9IZf17Dt3juxGJ-PCt92wr-oA";

    private static readonly RulesetConfig BlocksAll = RuledSite.Ruleset(
        RuledSite.Custom,
        RuledSite.Rule("true", new BlockAction((BlockResponse?)null))
    );

    [Theory]
    [InlineData($"GET {Challenge}", 204)]
    [InlineData("GET /.well-known/acme-challenge/a_b-C9", 204)]
    [InlineData("GET /", 403)]
    [InlineData("GET /.well-known/acme-challenge/", 403)]
    [InlineData("GET /.well-known/acme-challenge/../../admin", 403)]
    [InlineData("GET /.well-known/acme-challenge/a/b", 403)]
    [InlineData("GET /.well-known/acme-challenge/a%2e", 403)]
    [InlineData($"GET {Challenge}?a=b", 403)]
    [InlineData($"POST {Challenge}", 403)]
    [InlineData($"HEAD {Challenge}", 403)]
    public async Task Request_OfAZoneThatBlocksAll_PassesOnlyAsAChallenge(string line, int status)
    {
        await using var site = await RuledSite.StartAsync(ScriptedOrigin.Answering("HTTP/1.1 204 No Content\r\n\r\n"), null, BlocksAll);
        using var visitor = await Conversation.ConnectAsync(site.Edge.Http);

        await visitor.SendAsync($"{line} HTTP/1.1\r\nHost: a.example\r\nContent-Length: 0\r\n\r\n");

        Assert.StartsWith($"HTTP/1.1 {status} ", await visitor.ReadHeadAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Challenge_OfAZoneWithARoute_GoesTheRoute()
    {
        var hosts = new List<string>();
        var origin = new ScriptedOrigin(async c =>
        {
            while (await c.ReadHeadAsync() is { } head)
            {
                hosts.Add(head);
                await c.SendAsync("HTTP/1.1 204 No Content\r\n\r\n");
            }
        });
        var route = RuledSite.Ruleset("http_request_origin", RuledSite.Rule("true", new RouteAction("inner.example", null, null, null)));
        await using var site = await RuledSite.StartAsync(origin, null, route, BlocksAll);
        using var visitor = await Conversation.ConnectAsync(site.Edge.Http);

        await visitor.SendAsync($"GET {Challenge} HTTP/1.1\r\nHost: a.example\r\n\r\n");

        Assert.StartsWith("HTTP/1.1 204 ", await visitor.ReadHeadAsync(), StringComparison.Ordinal);
        Assert.Contains("\r\nHost: inner.example\r\n", Assert.Single(hosts), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Challenge_TooLong_IsNone()
    {
        await using var site = await RuledSite.StartAsync(ScriptedOrigin.Answering("HTTP/1.1 204 No Content\r\n\r\n"), null, BlocksAll);
        using var visitor = await Conversation.ConnectAsync(site.Edge.Http);

        await visitor.SendAsync(
            $"GET /.well-known/acme-challenge/{new string('a', 128)} HTTP/1.1\r\nHost: a.example\r\n\r\n"
                + $"GET /.well-known/acme-challenge/{new string('a', 129)} HTTP/1.1\r\nHost: a.example\r\n\r\n"
        );

        Assert.StartsWith("HTTP/1.1 204 ", await visitor.ReadHeadAsync(), StringComparison.Ordinal);
        Assert.StartsWith("HTTP/1.1 403 ", await visitor.ReadHeadAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Challenge_OverHttpsWhereTheZoneHasNone_IsNotRedirected()
    {
        await using var origin = ScriptedOrigin.Answering("HTTP/1.1 204 No Content\r\n\r\n");
        await using var edge = await EdgeUnderTest.InFrontOfAsync(origin.Url, new ZoneSettings { Ssl = SslMode.Off });
        using var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync(edge.Https, TestContext.Current.CancellationToken);
        await using var tls = new SslStream(new NetworkStream(socket), leaveInnerStreamOpen: false, (_, _, _, _) => true);
        await tls.AuthenticateAsClientAsync("a.example");

        await tls.WriteAsync(
            Encoding.ASCII.GetBytes($"GET {Challenge} HTTP/1.1\r\nHost: a.example\r\nConnection: close\r\n\r\n"),
            TestContext.Current.CancellationToken
        );

        using var reader = new StreamReader(tls, Encoding.Latin1);
        Assert.StartsWith("HTTP/1.1 204 ", await reader.ReadToEndAsync(TestContext.Current.CancellationToken), StringComparison.Ordinal);
    }
}
