using Holdfast.Edge.Origins;
using Holdfast.Edge.Tests.Harness;
using Holdfast.Model.Rulesets;
using static Holdfast.Edge.Tests.Rules.RuledSite;

namespace Holdfast.Edge.Tests.Rules;

/// <summary>The phase http_request_origin.</summary>
public class RouteTests
{
    private const string Phase = "http_request_origin";

    [Fact]
    public async Task Route_ToAnotherServer_LeadsThereUnderAnotherHost()
    {
        await using var other = new ScriptedOrigin(async c =>
        {
            while (await c.ReadHeadAsync() is { } head)
            {
                var host = head.Split("\r\n").Single(line => line.StartsWith("Host:", StringComparison.OrdinalIgnoreCase));
                await c.SendAsync($"HTTP/1.1 200 OK\r\nContent-Length: {host.Length}\r\n\r\n{host}");
            }
        });
        var port = new Uri(other.Url).Port;
        await using var site = await StartAsync(
            Phase,
            Rule("starts_with(http.request.uri.path, \"/api\")", new RouteAction("api.example.org", null, 1, null)),
            Rule("http.request.uri.path eq \"/api/v2\"", new RouteAction(null, "localhost", port, null))
        );

        var (_, body) = await site.AskAsync("GET /api/v2 HTTP/1.1\r\nHost: example.com\r\n\r\n");

        Assert.Equal("Host: api.example.org", body, ignoreCase: true);
        Assert.Equal(0, site.Origin.Connections);
        Assert.Equal(200, await site.GetAsync("/else"));
        Assert.Equal(1, site.Origin.Connections);
    }

    [Fact]
    public void Key_ByARoute_HasWhatTheRouteSaysAndNothingElse()
    {
        var key = new OriginTargetKey("192.0.2.1", 443, "example.com", true, true);

        Assert.Equal(key with { Port = 8443 }, new OriginRoute(new RouteAction(null, null, 8443, null)).On(key));
        Assert.Equal(key with { ServerName = "a.example" }, new OriginRoute(new RouteAction("a.example:8080", null, null, null)).On(key));
        Assert.Equal(
            key with
            {
                Host = "b.example",
                ServerName = "c.example",
            },
            new OriginRoute(new RouteAction("a.example", "b.example", null, "c.example")).On(key)
        );
        Assert.Null(new OriginRoute(new RouteAction("a.example", null, null, null)).On(key with { ServerName = null }).ServerName);
    }

    [Fact]
    public void Routes_OfSeveralRules_AddUpOnceForAll()
    {
        var first = new OriginRoute(new RouteAction("a.example", null, 1, null));
        var second = new OriginRoute(new RouteAction(null, "b.example", 2, null));

        var both = second.Behind(first);

        Assert.Same(both, second.Behind(first));
        Assert.Equal(new OriginTargetKey("b.example", 2, null, false, false), both.On(new OriginTargetKey("x", 80, null, false, false)));
        Assert.Equal("a.example"u8.ToArray(), both.HostHeader);
    }
}
