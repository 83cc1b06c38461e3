using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using Holdfast.EndToEnd.Tests.Harness;
using Holdfast.Status;

namespace Holdfast.EndToEnd.Tests.Pages;

/// <summary>A real edge and a real origin, watched by a status page whose clock the test moves: what fails is told apart, and told in time.</summary>
public sealed class DetectionTests
{
    private const string Token = "a-token-of-the-tests-1234";

    [Fact]
    public async Task FailingOriginAndFailingEdge_AreToldApartAndPublishedByTheTimer()
    {
        var cancellation = TestContext.Current.CancellationToken;
        using var directory = new TemporaryDirectory();
        await using var good = await NginxOrigin.StartAsync("location / { return 200 fine; }");
        await using var bad = await NginxOrigin.StartAsync("location / { return 503; }");
        await using var holdfast = await HoldfastUnderTest.StartAsync(more: ["--fault-injection"]);
        var zone = await holdfast.ZoneAsync("example.com", good.Url, ("security_failure_mode", "closed"));
        await holdfast.ApiAsync(
            HttpMethod.Put,
            $"/client/v4/zones/{zone}/rulesets/phases/http_request_firewall_custom/entrypoint",
            JsonNode.Parse("""{"rules":[{"action":"block","expression":"http.request.uri.path eq \"/never\""}]}""")
        );
        await holdfast.ZoneAsync("example.com", good.Url);
        var clock = new MovedClock();
        await using var status = await StatusHost.StartAsync(
            new StatusOptions
            {
                DataDirectory = directory["status"],
                Endpoint = new IPEndPoint(IPAddress.Loopback, 0),
                FirstToken = Token,
                Time = clock,
                Looks = false,
            },
            cancellation
        );
        using var client = new HttpClient(new SocketsHttpHandler { UseProxy = false }) { BaseAddress = status.Url };
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("OAuth", Token);
        var page = (await ReadAsync("/api/v2/status.json"))["page"]!["id"]!.GetValue<string>();
        var edge = (await PostAsync("components", """{"component":{"name":"Zurich"}}"""))["id"]!;
        var site = (await PostAsync("components", """{"component":{"name":"example.com"}}"""))["id"]!;
        await PostAsync(
            "watches",
            $$$"""{"watch":{"name":"Zurich edge","kind":"edge","target":"{{{holdfast.Management}}}","component_id":"{{{edge}}}"}}"""
        );

        // An hour as usual, in steps of a minute.
        using var visitor = new HttpClient(new SocketsHttpHandler { UseProxy = false }) { BaseAddress = holdfast.Http };
        await PassAsync(TimeSpan.FromMinutes(65), TimeSpan.FromMinutes(1), visits: 10);
        Assert.Empty((await ReadAsync($"/v1/pages/{page}/drafts")).AsArray());

        await holdfast.ZoneAsync("example.com", bad.Url);
        await PassAsync(TimeSpan.FromMinutes(1), TimeSpan.FromSeconds(10), visits: 20);
        var origin = Assert.Single((await ReadAsync($"/v1/pages/{page}/drafts")).AsArray())!;
        Assert.Equal("origin/example.com", origin["about"]!.GetValue<string>());
        Assert.Contains("its own servers (the origin) fail", origin["body"]!.GetValue<string>(), StringComparison.Ordinal);
        Assert.Contains($"holdfast release revert zone/{zone} ", origin["attribution"]!.GetValue<string>(), StringComparison.Ordinal);
        Assert.Empty((await ReadAsync("/api/v2/incidents/unresolved.json"))["incidents"]!.AsArray());

        await PassAsync(TimeSpan.FromMinutes(5), TimeSpan.FromSeconds(10), visits: 5);
        var incident = Assert.Single((await ReadAsync("/api/v2/incidents/unresolved.json"))["incidents"]!.AsArray())!;
        Assert.Equal("Errors from the servers behind example.com", incident["name"]!.GetValue<string>());
        Assert.Equal(["operational", "major_outage"], await StatesAsync());

        // Now it is the edge: what protects the site fails, and the site wants nobody in unchecked then.
        await holdfast.ZoneAsync("example.com", good.Url);
        using var tripped = await visitor.PutAsync(
            new Uri(holdfast.Management, $"/holdfast/faults/firewall_custom?action=throw&count=1000&zone={zone}"),
            null,
            cancellation
        );
        Assert.True(tripped.IsSuccessStatusCode);
        await PassAsync(TimeSpan.FromMinutes(1), TimeSpan.FromSeconds(10), visits: 20);
        var ours = (await ReadAsync($"/v1/pages/{page}/drafts")).AsArray().Single(draft => draft!["about"]!.GetValue<string>() == "ours")!;
        Assert.Contains("The fault is ours, not that of the sites behind it", ours["body"]!.GetValue<string>(), StringComparison.Ordinal);
        Assert.Contains("protection_failed", ours["signs"]!.ToJsonString(), StringComparison.Ordinal);

        // And everything of Holdfast's but the status page dies.
        int[] processes = [holdfast.Id, holdfast.ProcessOf("edge-1"), holdfast.ProcessOf("control")];
        Array.ForEach(processes, process => Signals.Send(process, Signals.Kill));
        await Eventually.TrueAsync(() => !processes.Any(Signals.IsAlive), "everything dead");
        await PassAsync(TimeSpan.FromSeconds(30), TimeSpan.FromSeconds(10), visits: 0);
        var drafts = (await ReadAsync($"/v1/pages/{page}/drafts")).AsArray();
        Assert.Contains(drafts, draft => draft!["about"]!.GetValue<string>() == "ours" && draft["state"]!.GetValue<string>() == "open");

        await PassAsync(TimeSpan.FromMinutes(5), TimeSpan.FromSeconds(10), visits: 0);
        var told = (await ReadAsync("/api/v2/incidents/unresolved.json"))["incidents"]!.AsArray();
        Assert.Contains(told, one => one!["name"]!.GetValue<string>() == "Zurich edge not answering");
        Assert.Equal("major_outage", (await StatesAsync())[0]);

        async Task PassAsync(TimeSpan duration, TimeSpan step, int visits)
        {
            for (var end = clock.GetUtcNow() + duration; clock.GetUtcNow() < end; )
            {
                for (var i = 0; i < visits; i++)
                {
                    using var request = new HttpRequestMessage(HttpMethod.Get, "/") { Headers = { Host = "example.com" } };
                    using var response = await visitor.SendAsync(request, cancellation);
                }

                clock.Advance(step);
                await status.LookAsync(cancellation);
            }
        }

        async Task<string[]> StatesAsync() =>
            [
                .. (await ReadAsync("/api/v2/components.json"))["components"]!
                    .AsArray()
                    .Select(component => component!["status"]!.GetValue<string>()),
            ];

        async Task<JsonNode> ReadAsync(string path) => JsonNode.Parse(await client.GetStringAsync(path, cancellation))!;

        async Task<JsonNode> PostAsync(string what, string json)
        {
            using var content = new StringContent(json, Encoding.UTF8, "application/json");
            using var response = await client.PostAsync($"/v1/pages/{page}/{what}", content, cancellation);
            var text = await response.Content.ReadAsStringAsync(cancellation);
            Assert.True(response.IsSuccessStatusCode, text);
            return JsonNode.Parse(text)!;
        }
    }

    /// <summary>A clock that stands still until it is moved.</summary>
    private sealed class MovedClock : TimeProvider
    {
        private DateTimeOffset now = new(2025, 11, 18, 10, 0, 0, TimeSpan.Zero);

        public override DateTimeOffset GetUtcNow() => now;

        public void Advance(TimeSpan by) => now += by;
    }
}
