using System.Net;
using System.Text.Json;
using System.Text.Json.Nodes;
using Holdfast.Model.Uplink;
using Holdfast.Releases.Feed;

namespace Holdfast.Control.Tests.SecurityEvents;

/// <summary>Security events and the rules' counts: how they come up, how long they stay, how they are asked for.</summary>
public class SecurityEventApiTests
{
    [Fact]
    public async Task Events_AreFilteredAndPaged_NewestFirst()
    {
        await using var control = await TestControl.StartAsync();
        using var edge = new EventEdge(control);
        var zone = await ZoneAsync(control, "example.com");
        await edge.SendAsync(
            1,
            Events(Enumerable.Range(1, 5).Select(i => Event(zone, i, action: i % 2 == 0 ? "log" : "block", path: $"/p/{i}")))
        );

        Assert.Equal([5, 4, 3, 2, 1], await RaysAsync(control, zone, ""));
        Assert.Equal([4, 2], await RaysAsync(control, zone, "?action=log"));
        Assert.Equal([3], await RaysAsync(control, zone, "?ray_id=0000000000000003"));
        Assert.Equal([5], await RaysAsync(control, zone, "?path=/p/5"));
        Assert.Equal(5, (await RaysAsync(control, zone, "?path=/p/*&host=WWW.example.com&ip=192.0.2.1&country=nl&method=GET")).Count);
        Assert.Empty(await RaysAsync(control, zone, "?ip=192.0.2.2"));
        Assert.Empty(await RaysAsync(control, zone, "?until=2001-01-01T00:00:00Z"));
        Assert.Equal([1, 2], await RaysAsync(control, zone, "?direction=asc&limit=2"));

        var first = (
            await control.SendAsync(HttpMethod.Get, $"/client/v4/zones/{zone}/security/events?limit=3", token: TestControl.Token)
        ).Body;
        var after = first["result_info"]!["cursors"]!["after"]!.GetValue<string>();
        Assert.Equal([2, 1], await RaysAsync(control, zone, $"?cursor={after}"));
    }

    [Theory]
    [InlineData("limit=0", "limit")]
    [InlineData("limit=1001", "limit")]
    [InlineData("cursor=x", "cursor")]
    [InlineData("ip=nobody", "ip")]
    [InlineData("since=yesterday", "since")]
    [InlineData("direction=up", "direction")]
    public async Task Events_AskedForWrongly_AreRefusedWithTheName(string query, string name)
    {
        await using var control = await TestControl.StartAsync();
        var zone = await ZoneAsync(control, "example.com");

        var answer = await control.SendAsync(HttpMethod.Get, $"/client/v4/zones/{zone}/security/events?{query}", token: TestControl.Token);

        Assert.Equal(HttpStatusCode.BadRequest, answer.Status);
        Assert.Equal("/" + name, answer.Body["errors"]![0]!["source"]!["pointer"]!.GetValue<string>());
    }

    [Fact]
    public async Task Events_SentTwiceOrDamaged_AreStoredOnceOrCountedAsLost()
    {
        await using var control = await TestControl.StartAsync();
        using var edge = new EventEdge(control);
        var zone = await ZoneAsync(control, "example.com");
        var body = Events([Event(zone, 1)]);
        body["events"]!.AsArray().Add(new JsonObject { ["zone_id"] = "no zone" });
        body["events"]!.AsArray().Add("no event");
        body["dropped"] = 3;

        Assert.Equal(7, await edge.SendAsync(7, body));
        Assert.Equal(7, await edge.SendAsync(7, body));
        Assert.Equal(8, await edge.SendAsync(8, new JsonObject { ["count"] = 10 }, UplinkRecordTypes.Dropped));

        Assert.Equal([1], await RaysAsync(control, zone, ""));
        var all = (await control.SendAsync(HttpMethod.Get, "/holdfast/v1/security_events", token: TestControl.Token)).Body;
        Assert.Equal(15, all["result_info"]!["lost"]!.GetValue<long>());
    }

    [Fact]
    public async Task Events_BeyondTheBounds_GoOldestFirst_AndOneZonesFloodLeavesTheOthers()
    {
        var time = new SettableTime();
        await using var control = await TestControl.StartAsync(time: time, configure: options => options with { EventsKept = 100 });
        using var edge = new EventEdge(control, time);
        var (flooded, quiet) = (await ZoneAsync(control, "example.com"), await ZoneAsync(control, "example.org"));
        await edge.SendAsync(1, Events([Event(quiet, 1, time)]));

        for (var batch = 0; batch < 5; batch++)
        {
            await edge.SendAsync(2 + batch, Events(Enumerable.Range(1 + (batch * 10), 10).Select(i => Event(flooded, i, time))));
        }

        Assert.Equal(Enumerable.Range(41, 10).Reverse(), await RaysAsync(control, flooded, "?limit=1000"));
        Assert.Equal([1], await RaysAsync(control, quiet, ""));

        time.Advance(ControlOptions.DefaultEventsKeptFor + TimeSpan.FromSeconds(1));
        Assert.Empty(await RaysAsync(control, quiet, ""));
    }

    [Fact]
    public async Task Counts_AddUp_AndRulesThatNeverMatchedAreThere()
    {
        await using var control = await TestControl.StartAsync();
        using var edge = new EventEdge(control);
        var zone = await ZoneAsync(control, "example.com");
        var rules = """{"rules":[{"ref":"one","action":"block","expression":"ssl"},{"ref":"two","action":"log","expression":"ssl"}]}""";
        var path = $"/client/v4/zones/{zone}/rulesets/phases/http_request_firewall_custom/entrypoint";
        var made = (await control.SendAsync(HttpMethod.Put, path, rules, token: TestControl.Token)).Body["result"]!;
        var id = made["rules"]![0]!["id"]!.GetValue<string>();

        await edge.SendAsync(1, Counts(zone, id, 3, 1_000), UplinkRecordTypes.RuleCounts);
        await edge.SendAsync(2, Counts(zone, id, 4, 2_000), UplinkRecordTypes.RuleCounts);

        var shown = (await control.SendAsync(HttpMethod.Get, $"/holdfast/v1/zones/{zone}/rules/counters", token: TestControl.Token)).Body[
            "result"
        ]!.AsArray();
        Assert.Equal(
            [("one", 7L, "1970-01-01T00:00:02.000Z"), ("two", 0L, null)],
            shown.Select(rule =>
                (rule!["ref"]!.GetValue<string>(), rule["matches"]!.GetValue<long>(), rule["last_matched_on"]?.GetValue<string>())
            )
        );
    }

    [Fact]
    public async Task Store_Damaged_IsPutAsideAndControlGoesOn()
    {
        await using var control = await TestControl.StartAsync();
        using var edge = new EventEdge(control);
        var zone = await ZoneAsync(control, "example.com");
        await File.WriteAllTextAsync(
            Path.Combine(control.Data, "control", "events.db"),
            new string('x', 8192),
            TestContext.Current.CancellationToken
        );

        await Assert.ThrowsAsync<ControlRefusedException>(() => edge.SendAsync(1, Events([Event(zone, 1)])));
        await edge.SendAsync(1, Events([Event(zone, 1)]));

        Assert.Equal([1], await RaysAsync(control, zone, ""));
        Assert.True(File.Exists(Path.Combine(control.Data, "control", "events.db.damaged")));
    }

    [Fact]
    public async Task Uplink_OfSomebodyElse_IsRefused()
    {
        await using var control = await TestControl.StartAsync();

        var answer = await control.SendAsync(HttpMethod.Post, FeedHeaders.EventsPath, "[]");

        Assert.Equal(HttpStatusCode.Unauthorized, answer.Status);
    }

    private static async Task<string> ZoneAsync(TestControl control, string name) =>
        (
            await control.SendAsync(
                HttpMethod.Put,
                $"/holdfast/v1/zones/by-name/{name}",
                """{"origin":"http://192.0.2.9"}""",
                token: TestControl.Token
            )
        ).Body["result"]!["id"]!.GetValue<string>();

    private static async Task<List<int>> RaysAsync(TestControl control, string zone, string query)
    {
        var answer = await control.SendAsync(HttpMethod.Get, $"/client/v4/zones/{zone}/security/events{query}", token: TestControl.Token);
        Assert.Equal(HttpStatusCode.OK, answer.Status);
        return
        [
            .. answer.Body["result"]!
                .AsArray()
                .Select(item => int.Parse(item!["ray_id"]!.GetValue<string>(), System.Globalization.CultureInfo.InvariantCulture)),
        ];
    }

    private static JsonObject Events(IEnumerable<JsonNode> events) => new() { ["events"] = new JsonArray([.. events]), ["dropped"] = 0 };

    private static JsonObject Counts(string zone, string rule, int acted, long last) =>
        new()
        {
            ["rules"] = new JsonArray(
                new JsonObject
                {
                    ["zone"] = zone,
                    ["rule"] = rule,
                    ["acted"] = acted,
                    ["last"] = last,
                }
            ),
        };

    private static JsonObject Event(string zone, int ray, TimeProvider? time = null, string action = "block", string path = "/") =>
        new()
        {
            ["ray_id"] = ray.ToString("d16", System.Globalization.CultureInfo.InvariantCulture),
            ["occurred_at"] = (time ?? TimeProvider.System).GetUtcNow().ToString("O"),
            ["ip"] = "192.0.2.1",
            ["country"] = "NL",
            ["host"] = "www.example.com",
            ["method"] = "GET",
            ["path"] = path,
            ["query"] = "",
            ["zone_id"] = zone,
            ["phase"] = "http_request_firewall_custom",
            ["rule_id"] = "r1",
            ["action"] = action,
        };

    /// <summary>The end of the events' channel at an edge.</summary>
    private sealed class EventEdge(TestControl control, TimeProvider? time = null) : IDisposable
    {
        private readonly HttpClient _client = HttpReleaseFeed.CreateClient();

        public async Task<long> SendAsync(long sequence, JsonObject body, string type = UplinkRecordTypes.SecurityEvents)
        {
            var uplink = new HttpEdgeUplink(
                _client,
                control.Host.Url,
                "edge-1",
                FeedSecret.Load(control.Keys.FeedKeyFile),
                time ?? TimeProvider.System,
                FeedHeaders.EventsPath
            );
            using var document = JsonDocument.Parse(body.ToJsonString());
            var record = new UplinkRecord("edge-1", sequence, DateTimeOffset.UnixEpoch, type, document.RootElement);
            return await uplink.SendAsync([record], TestContext.Current.CancellationToken);
        }

        public void Dispose() => _client.Dispose();
    }
}
