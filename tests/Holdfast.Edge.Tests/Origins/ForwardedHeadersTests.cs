using System.Net;
using System.Text.RegularExpressions;
using Holdfast.Edge.Geo;
using Holdfast.Edge.Hosting;
using Holdfast.Edge.Tests.Harness;
using Holdfast.Model.Zones;

namespace Holdfast.Edge.Tests.Origins;

/// <summary>What the edge says of itself and of the visitor, to the origin and back.</summary>
public class ForwardedHeadersTests
{
    private static readonly Func<EdgeOptions, EdgeOptions> Trusting = o =>
        o with
        {
            TrustedUpstreams = [IPNetwork.Parse("127.0.0.0/8"), IPNetwork.Parse("192.0.2.0/24")],
        };

    [Fact]
    public async Task Request_OfAStranger_CarriesTheEdgesWordAlone()
    {
        var (seen, head) = await AskAsync(
            "X-Forwarded-For: 198.51.100.1\r\nx-forwarded-proto: https\r\nCF-Connecting-IP: 198.51.100.1\r\nTrue-Client-IP: 198.51.100.1\r\n"
                + "X-Real-IP: 198.51.100.1\r\nForwarded: for=198.51.100.1\r\nX-Forwarded-Host: evil.example\r\nCF-IPCountry: DE\r\nProxy: http://evil.example\r\n"
                + "X_Forwarded_For: 198.51.100.1\r\nCF_Connecting_IP: 198.51.100.1\r\nTransfer_Encoding: chunked\r\nX_Other: stays\r\n"
        );

        Assert.DoesNotContain("198.51.100.1", seen, StringComparison.Ordinal);
        Assert.DoesNotContain("evil", seen, StringComparison.Ordinal);
        Assert.DoesNotContain("Transfer_Encoding", seen, StringComparison.Ordinal);
        Assert.Contains("\r\nX_Other: stays\r\n", seen, StringComparison.Ordinal);
        Assert.Contains("\r\nX-Forwarded-For: 127.0.0.1\r\n", seen, StringComparison.Ordinal);
        Assert.Contains("\r\nx-forwarded-proto: http\r\n", seen, StringComparison.Ordinal);
        Assert.Contains("\r\nCF-Connecting-IP: 127.0.0.1\r\n", seen, StringComparison.Ordinal);
        Assert.Contains("\r\nX-Real-IP: 127.0.0.1\r\n", seen, StringComparison.Ordinal);
        Assert.Contains("\r\nCF-Visitor: {\"scheme\":\"http\"}\r\n", seen, StringComparison.Ordinal);
        Assert.Contains("\r\nCF-IPCountry: XX\r\n", seen, StringComparison.Ordinal);
        Assert.Contains("\r\nVia: 1.1 holdfast\r\n", seen, StringComparison.Ordinal);
        Assert.Matches("\r\nCDN-Loop: holdfast;id=[0-9a-f]{12}\r\n", seen);
        var ray = Regex.Match(seen, "CF-Ray: ([0-9a-f]{16})-LOC\r\n").Groups[1].Value;
        Assert.Contains($"CF-Ray: {ray}-LOC\r\n", head, StringComparison.Ordinal);
        Assert.Contains($"X-Ray-Id: {ray}\r\n", head, StringComparison.Ordinal);
        Assert.Contains("\r\nVia: 1.1 holdfast\r\n", head, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("X-Forwarded-For: 198.51.100.1\r\n", "198.51.100.1", "198.51.100.1, 127.0.0.1")]
    [InlineData(
        "X-Forwarded-For: 203.0.113.9, 198.51.100.1, 192.0.2.7\r\n",
        "198.51.100.1",
        "203.0.113.9, 198.51.100.1, 192.0.2.7, 127.0.0.1"
    )]
    [InlineData(
        "X-Forwarded-For: 203.0.113.9\r\nX-Forwarded-For: 198.51.100.1\r\n",
        "198.51.100.1",
        "203.0.113.9, 198.51.100.1, 127.0.0.1"
    )]
    [InlineData("X-Forwarded-For: nonsense\r\n", "127.0.0.1", "nonsense, 127.0.0.1")]
    [InlineData("", "127.0.0.1", "127.0.0.1")]
    public async Task Request_OfATrustedUpstream_IsBelievedAndAppendedTo(string fields, string client, string list)
    {
        var (seen, _) = await AskAsync(fields + "X-Forwarded-Proto: https\r\n", change: Trusting);

        Assert.Contains($"\r\nCF-Connecting-IP: {client}\r\n", seen, StringComparison.Ordinal);
        Assert.Contains($"\r\nX-Forwarded-For: {list}\r\n", seen, StringComparison.Ordinal);
        Assert.Contains("\r\nX-Forwarded-Proto: https\r\n", seen, StringComparison.Ordinal);
        Assert.Single(Regex.Matches(seen, "X-Forwarded-For"));
    }

    [Fact]
    public async Task Request_WithConnectionFields_LosesThemButNotWhatItNeeds()
    {
        var (seen, _) = await AskAsync(
            "Connection: keep-alive, X-Mine, Cookie, Host, Authorization\r\nKeep-Alive: 5\r\nX-Mine: 1\r\nProxy-Authorization: x\r\nTE: gzip, trailers\r\nCookie: a\r\n"
        );

        Assert.DoesNotContain("X-Mine", seen, StringComparison.Ordinal);
        Assert.DoesNotContain("Keep-Alive", seen, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("Proxy-Authorization", seen, StringComparison.Ordinal);
        Assert.Contains("\r\nCookie: a\r\n", seen, StringComparison.Ordinal);
        Assert.Contains("\r\nHost: a.example\r\n", seen, StringComparison.Ordinal);
        Assert.Contains("\r\nTE: trailers\r\nConnection: TE\r\n", seen, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Request_ThatComesBack_IsALoop()
    {
        var (seen, _) = await AskAsync("CDN-Loop: other\r\n");
        Assert.Contains("\r\nCDN-Loop: other\r\n", seen, StringComparison.Ordinal);
        await using var edge = await EdgeUnderTest.StartAsync();
        await edge.PutZoneAsync("*", $"http://127.0.0.1:{edge.Http.Port}");
        using var visitor = await Conversation.ConnectAsync(edge.Http);

        await visitor.SendAsync("GET / HTTP/1.1\r\nHost: a.example\r\nAccept: text/plain\r\n\r\n");
        var head = await visitor.ReadHeadAsync();

        Assert.Contains("1019", await visitor.ReadAsync(Wire.RequestWireTests.LengthOf(head!)), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Settings_OfTheZone_ChangeHostAndAddTimings()
    {
        var (seen, head) = await AskAsync("", new ZoneSettings { OriginHostHeader = "inner.example", ServerTiming = true });

        Assert.Contains("\r\nHost: inner.example\r\n", seen, StringComparison.Ordinal);
        Assert.Matches("\r\nServer-Timing: (dns;dur=[0-9.]+, )?connect;dur=[0-9.]+, origin;dur=[0-9.]+\r\n", head);
    }

    [Theory]
    [InlineData("/cdn-cgi/trace", 200)]
    [InlineData("/cdn-cgi/nothing", 404)]
    [InlineData("/a/..//cdn-cgi/trace", 404)]
    [InlineData("/%63dn-cgi/trace", 404)]
    public async Task OwnPath_OnAnyHost_NeverReachesTheOrigin(string path, int status)
    {
        await using var origin = ScriptedOrigin.Answering("HTTP/1.1 204 No Content\r\n\r\n");
        await using var edge = await EdgeUnderTest.InFrontOfAsync(origin.Url, new ZoneSettings { AlwaysUseHttps = true });
        using var visitor = await Conversation.ConnectAsync(edge.Http);

        await visitor.SendAsync($"GET {path} HTTP/1.1\r\nHost: any.example\r\n\r\n");

        Assert.StartsWith($"HTTP/1.1 {status} ", await visitor.ReadHeadAsync(), StringComparison.Ordinal);
        Assert.Equal(0, origin.Connections);
    }

    [Theory]
    [InlineData("193.0.6.139", "NL")]
    [InlineData("133.11.0.1", "JP")]
    public async Task Country_OfTheVisitor_IsToldToTheOrigin(string client, string country)
    {
        Assert.SkipUnless(File.Exists(CountryDatabase.DefaultPath), "npm has not brought the country database");

        var (seen, _) = await AskAsync(
            $"X-Forwarded-For: {client}\r\n",
            change: o => o with { TrustedUpstreams = [IPNetwork.Parse("127.0.0.0/8")] }
        );

        Assert.Contains($"\r\nCF-IPCountry: {country}\r\n", seen, StringComparison.Ordinal);
    }

    [Fact]
    public async Task AlwaysUseHttps_PlainRequest_IsRedirectedButNotAnAcmeChallenge()
    {
        await using var origin = ScriptedOrigin.Answering("HTTP/1.1 204 No Content\r\n\r\n");
        await using var edge = await EdgeUnderTest.InFrontOfAsync(origin.Url, new ZoneSettings { AlwaysUseHttps = true });
        using var visitor = await Conversation.ConnectAsync(edge.Http);

        await visitor.SendAsync(
            "GET /.well-known/acme-challenge/x HTTP/1.1\r\nHost: a.example\r\n\r\nGET /a?b HTTP/1.1\r\nHost: a.example:80\r\n\r\n"
        );

        Assert.StartsWith("HTTP/1.1 204 ", await visitor.ReadHeadAsync(), StringComparison.Ordinal);
        var redirect = await visitor.ReadHeadAsync();
        Assert.StartsWith("HTTP/1.1 301 ", redirect, StringComparison.Ordinal);
        Assert.Matches("\r\nLocation: https://a\\.example(:[0-9]+)?/a\\?b\r\n", redirect);
    }

    private static async Task<(string Seen, string Head)> AskAsync(
        string fields,
        ZoneSettings? settings = null,
        Func<EdgeOptions, EdgeOptions>? change = null
    )
    {
        var seen = "";
        await using var origin = new ScriptedOrigin(async c =>
        {
            seen = await c.ReadHeadAsync() ?? "";
            await c.SendAsync("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
            await c.ReadToEndAsync();
        });
        await using var edge = await EdgeUnderTest.InFrontOfAsync(origin.Url, settings, change);
        using var visitor = await Conversation.ConnectAsync(edge.Http);
        await visitor.SendAsync($"GET / HTTP/1.1\r\nHost: a.example\r\n{fields}\r\n");
        var head = await visitor.ReadHeadAsync();
        return (seen, head!);
    }
}
