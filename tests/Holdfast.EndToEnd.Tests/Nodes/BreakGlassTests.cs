using System.Text.Json.Nodes;
using Holdfast.EndToEnd.Tests.Harness;

namespace Holdfast.EndToEnd.Tests.Nodes;

/// <summary>The command line on an edge's own machine, without control (the design's law 13).</summary>
public sealed class BreakGlassTests
{
    private const string Site = "glass.example.com";

    [Fact]
    public async Task Edge_WithoutControl_ObeysItsMachine_AndControlAuditsItWhenItIsBack()
    {
        await using var nginx = await NginxOrigin.StartAsync("location / { return 200 '$host'; }");
        using var directory = new TemporaryDirectory();
        var data = directory["data"];
        await using (var holdfast = await HoldfastUnderTest.StartAsync(data))
        {
            await holdfast.ZoneAsync(Site, nginx.Url);
            await holdfast.ZoneAsync(Site, nginx.Url, ("origin_host_header", "bad.example.net"));
        }

        var http = new Uri($"http://127.0.0.1:{FreePort.Find()}");
        await using (var edge = StartEdge(data, http))
        {
            await edge.WaitReadyAsync();
            Assert.Equal("bad.example.net", (await Curl.GetAsync(http, Site, "/")).Body);

            var said = await OrderAsync(data, "revert", Site, "--reason", "wrong host");
            Assert.Contains("went from generation", said, StringComparison.Ordinal);
            Assert.Equal(Site, (await Curl.GetAsync(http, Site, "/")).Body);
            Assert.Contains("PINNED    zone glass.example.com", await OrderAsync(data, "show"), StringComparison.Ordinal);
            Assert.Equal(1, (await HoldfastUnderTest.RunAsync("node", "revert", "nowhere.example.com", "--data", data)).ExitCode);
            Assert.Equal(3, (await HoldfastUnderTest.RunAsync("node", "show", "--node", "edge-7", "--data", data)).ExitCode);
        }

        // It does not run: its next start does it.
        Assert.Contains("its next start does it", await OrderAsync(data, "drain"), StringComparison.Ordinal);
        Assert.Contains("waits     drain", await OrderAsync(data, "show"), StringComparison.Ordinal);

        await using (var holdfast = await HoldfastUnderTest.StartAsync(data))
        {
            Assert.Equal(Site, (await Curl.GetAsync(holdfast.Http, Site, "/")).Body);
            Assert.Contains("DRAINING", await OrderAsync(data, "show"), StringComparison.Ordinal);

            JsonArray entries = [];
            await Eventually.TrueAsync(
                async () =>
                {
                    var found = await holdfast.ApiAsync(HttpMethod.Get, "/holdfast/v1/audit_logs?operation=node.command&direction=asc");
                    entries = found.AsArray();
                    return entries.Count >= 3;
                },
                "what was ordered in the audit log"
            );
            Assert.Equal(["revert", "revert", "drain"], entries.Select(entry => $"{entry!["after"]!["verb"]}"));
            Assert.Equal(["success", "refused", "success"], entries.Select(entry => $"{entry!["outcome"]}"));
            Assert.Equal("wrong host", $"{entries[0]!["after"]!["reason"]}");
            Assert.All(entries, entry => Assert.Contains(Environment.UserName, $"{entry!["actor_name"]}", StringComparison.Ordinal));
            (await holdfast.CommandAsync("audit", "verify")).Succeeded();
        }
    }

    private static async Task<string> OrderAsync(string data, params string[] order) =>
        (await HoldfastUnderTest.RunAsync(["node", .. order, "--data", data])).Succeeded().Out;

    private static HoldfastUnderTest StartEdge(string data, Uri http) =>
        HoldfastUnderTest.StartCommand(
            data,
            "run",
            "edge",
            "--name",
            "edge-1",
            "--http",
            http.Authority,
            "--https",
            "127.0.0.1:0",
            "--control",
            $"http://127.0.0.1:{FreePort.Find()}",
            "--json"
        );
}
