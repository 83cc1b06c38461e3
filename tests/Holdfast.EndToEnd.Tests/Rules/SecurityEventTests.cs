using System.Text.Json.Nodes;
using Holdfast.EndToEnd.Tests.Harness;

namespace Holdfast.EndToEnd.Tests.Rules;

/// <summary>Security events from a real edge to the API, with control there, gone, and in a flood.</summary>
public sealed class SecurityEventTests
{
    private const string Site = "location / { return 200 'from the origin'; }";

    private const string Blocking =
        """{"rules":[{"ref":"admin","action":"block","expression":"starts_with(http.request.uri.path, \"/admin\") and http.request.headers[\"x-token\"][0] ne \"\"","description":"no strangers"}]}""";

    [Fact]
    public async Task BlockedRequest_IsSeenInTheApiWithinSeconds_WithoutSecrets()
    {
        await using var origin = await NginxOrigin.StartAsync(Site);
        await using var holdfast = await HoldfastUnderTest.StartAsync();
        var zone = await SiteAsync(holdfast, origin);

        var blocked = await AskAsync(
            holdfast,
            "/admin/x?a=1&token=hidden1",
            "--header",
            "X-Token: hidden2",
            "--header",
            "Cookie: s=hidden3"
        );

        Assert.Equal(403, blocked.Status);
        var seen = await EventOfAsync(holdfast, zone, blocked.Ray);
        Assert.Equal(
            ("block", "admin", "no strangers", "http_request_firewall_custom", "firewallCustom", "edge-1"),
            (
                Text(seen, "action"),
                Text(seen, "ref"),
                Text(seen, "description"),
                Text(seen, "phase"),
                Text(seen, "source"),
                Text(seen, "node")
            )
        );
        Assert.Equal(
            ("events.example.com", "GET", "/admin/x", "/admin/x?a=1&token=***", "127.0.0.1"),
            (Text(seen, "host"), Text(seen, "method"), Text(seen, "path"), Text(seen, "uri"), Text(seen, "ip"))
        );
        Assert.Equal(
            """[{"name":"http.request.uri.path","value":"/admin/x"},{"name":"http.request.headers[\"x-token\"]","masked":true}]""",
            JsonNode
                .Parse(seen["fields"]!.ToJsonString())!
                .ToJsonString(new() { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping })
        );
        Assert.DoesNotContain("hidden", seen.ToJsonString(), StringComparison.Ordinal);

        var counter = await Eventually.GetAsync(
            async () =>
                (await holdfast.ApiAsync(HttpMethod.Get, $"/holdfast/v1/zones/{zone}/rules/counters")).AsArray() is [{ } rule]
                && rule["matches"]!.GetValue<long>() > 0
                    ? rule
                    : null,
            "the rule's count"
        );
        Assert.Equal("admin", Text(counter, "ref"));
        Assert.NotNull(counter["last_matched_on"]);

        var shown = await holdfast.CommandAsync("events", "--zone", "events.example.com", "--action", "block", "--path", "/admin/*");
        Assert.Contains(blocked.Ray, shown.Out, StringComparison.Ordinal);
        Assert.Contains("block (no strangers)", shown.Out, StringComparison.Ordinal);
        var none = await holdfast.CommandAsync("events", "--json", "--ip", "192.0.2.1");
        Assert.Equal((0, ""), (none.ExitCode, none.Out));
    }

    [Fact]
    public async Task Control_Dead_EventsWaitOnTheDiskAndComeLater()
    {
        await using var origin = await NginxOrigin.StartAsync(Site);
        await using var holdfast = await HoldfastUnderTest.StartAsync();
        var zone = await SiteAsync(holdfast, origin);
        var control = holdfast.ProcessOf("control");
        Signals.Send(control, Signals.Stop);

        var blocked = await AskAsync(holdfast, "/admin", "--header", "X-Token: t");

        var waiting = Path.Combine(holdfast.Data, "edges", "edge-1", "events");
        await Eventually.TrueAsync(
            () => Directory.GetFiles(waiting).Any(file => File.ReadAllText(file).Contains(blocked.Ray, StringComparison.Ordinal)),
            "the event is on the edge's disk"
        );

        // Neither end lives on with what it knew.
        Signals.Send(holdfast.ProcessOf("edge-1"), Signals.Kill);
        Signals.Send(control, Signals.Kill);
        await Eventually.TrueAsync(() => HasRestarted(holdfast, control), "control is back");
        Assert.Equal("block", Text(await EventOfAsync(holdfast, zone, blocked.Ray), "action"));
    }

    [Fact]
    public async Task Flood_IsSampledAndCounted_AndVisitorsAreServed()
    {
        await using var origin = await NginxOrigin.StartAsync(Site);
        await using var holdfast = await HoldfastUnderTest.StartAsync();
        var zone = await SiteAsync(holdfast, origin);
        const int Requests = 3_000;
        using var flood = new HttpClient(new SocketsHttpHandler { UseProxy = false }) { BaseAddress = holdfast.Http };

        var statuses = await Task.WhenAll(
            Enumerable
                .Range(0, 8)
                .Select(async _ =>
                {
                    var seen = new HashSet<int>();
                    for (var i = 0; i < Requests / 8; i++)
                    {
                        using var request = new HttpRequestMessage(HttpMethod.Get, "/admin");
                        request.Headers.Host = "events.example.com";
                        request.Headers.Add("X-Token", "t");
                        using var answer = await flood.SendAsync(request);
                        seen.Add((int)answer.StatusCode);
                    }

                    return seen;
                })
        );

        Assert.All(statuses, seen => Assert.Equal([403], seen));
        Assert.Equal(200, (await AskAsync(holdfast, "/else")).Status);

        // What is written, stood for or dropped is every act, and no more than the sample's bound was written.
        var (written, sampled, dropped) = await MetricsAsync(holdfast);
        Assert.True(written + sampled + dropped >= Requests, $"{written} written, {sampled} sampled out, {dropped} dropped");
        Assert.InRange(sampled, 1, Requests);
        await Eventually.TrueAsync(
            async () =>
                (await holdfast.ApiAsync(HttpMethod.Get, $"/holdfast/v1/zones/{zone}/rules/counters"))[0]!["matches"]!.GetValue<long>()
                >= Requests,
            "all acts are counted"
        );
        var events = (await holdfast.ApiAsync(HttpMethod.Get, $"/client/v4/zones/{zone}/security/events?limit=1000")).AsArray();
        Assert.Contains(events, item => item!["sample_interval"]!.GetValue<int>() > 1);
    }

    [Fact]
    public async Task RulesExplain_OfARay_AndRulesTest_AgainstWhatIsLive()
    {
        await using var origin = await NginxOrigin.StartAsync(Site);
        await using var holdfast = await HoldfastUnderTest.StartAsync();
        var zone = await SiteAsync(holdfast, origin);
        var blocked = await AskAsync(holdfast, "/admin", "--header", "X-Token: t");
        await holdfast.LogRecordAsync(blocked.Ray);

        // The record names the zone; what it does not tell is unknown.
        var recorded = await holdfast.CommandAsync("rules", "explain", "--ray", blocked.Ray);
        Assert.Contains("1 admin (no strangers): block: unknown", recorded.Out, StringComparison.Ordinal);
        Assert.Contains("true: starts_with(http.request.uri.path, \"/admin\")", recorded.Out, StringComparison.Ordinal);

        using var directory = new TemporaryDirectory();
        var request = directory["request"];
        await File.WriteAllTextAsync(request, "GET /admin HTTP/1.1\nHost: events.example.com\nX-Token: t\n");
        var whole = await holdfast.CommandAsync("rules", "explain", "--zone", "events.example.com", "--request", request);
        Assert.EndsWith("=> block by admin\n", whole.Out, StringComparison.Ordinal);

        // Without the log the event is what is left of it.
        await EventOfAsync(holdfast, zone, blocked.Ray);
        File.Delete(holdfast.LogFile);
        var remembered = await holdfast.CommandAsync("rules", "explain", "--ray", blocked.Ray, "--zone", "events.example.com", "--json");
        Assert.Equal("unknown", JsonNode.Parse(remembered.Out)!["phases"]![0]!["rules"]![0]!["verdict"]!.GetValue<string>());

        var (rules, requests) = (directory["rules.json"], directory["requests.jsonl"]);
        await File.WriteAllTextAsync(rules, """[{"ref":"all","action":"block","expression":"http.request.uri.path eq \"/else\""}]""");
        await File.WriteAllTextAsync(
            requests,
            """
            {"url":"https://events.example.com/else"}
            {"url":"https://events.example.com/admin","headers":{"X-Token":"t"}}
            {"url":"https://events.example.com/"}
            """
        );
        var tested = await holdfast.CommandAsync(
            "rules",
            "test",
            "--zone",
            "events.example.com",
            "--rules",
            rules,
            "--requests",
            requests,
            "--json"
        );
        var lines = tested.Out.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonNode.Parse(line)!).ToList();
        Assert.Equal(
            [("block", "pass", true), ("pass", "block", true), ("pass", "pass", false)],
            lines.Select(line =>
                (line["action"]!.GetValue<string>(), line["live"]!["action"]!.GetValue<string>(), line["changed"]!.GetValue<bool>())
            )
        );
    }

    private static async Task<string> SiteAsync(HoldfastUnderTest holdfast, NginxOrigin origin)
    {
        var zone = await holdfast.ZoneAsync("events.example.com", origin.Url);
        await holdfast.ApiAsync(
            HttpMethod.Put,
            $"/client/v4/zones/{zone}/rulesets/phases/http_request_firewall_custom/entrypoint",
            JsonNode.Parse(Blocking)
        );
        await Eventually.TrueAsync(
            async () => (await AskAsync(holdfast, "/admin", "--header", "X-Token: t")).Status == 403,
            "the rule blocks"
        );
        return zone;
    }

    private static bool HasRestarted(HoldfastUnderTest holdfast, int before)
    {
        try
        {
            return holdfast.ProcessOf("control") is var now && now != before && Signals.IsAlive(now);
        }
        catch (Exception e) when (e is IOException or System.Text.Json.JsonException or NullReferenceException)
        {
            return false;
        }
    }

    private static async Task<(double Written, double Sampled, double Dropped)> MetricsAsync(HoldfastUnderTest holdfast)
    {
        using var client = new HttpClient(new SocketsHttpHandler { UseProxy = false });
        var lines = (await client.GetStringAsync(new Uri(holdfast.Management, "/metrics"))).Split('\n');
        double Sum(string name) =>
            lines
                .Where(line => line.StartsWith(name, StringComparison.Ordinal))
                .Sum(line => double.Parse(line[(line.LastIndexOf(' ') + 1)..], System.Globalization.CultureInfo.InvariantCulture));
        return (
            Sum("holdfast_edge_security_events_total"),
            Sum("holdfast_edge_security_events_sampled_total"),
            Sum("holdfast_edge_security_events_dropped_total")
        );
    }

    private static Task<JsonNode> EventOfAsync(HoldfastUnderTest holdfast, string zone, string ray) =>
        Eventually.GetAsync(
            async () =>
                (await holdfast.ApiAsync(HttpMethod.Get, $"/client/v4/zones/{zone}/security/events?ray_id={ray}")).AsArray() is [{ } only]
                    ? only
                    : null,
            $"the event of {ray}"
        );

    private static string Text(JsonNode node, string member) => node[member]!.GetValue<string>();

    private static Task<CurlAnswer> AskAsync(HoldfastUnderTest holdfast, string path, params string[] more) =>
        Curl.GetAsync(holdfast.Http, "events.example.com", path, more);
}
