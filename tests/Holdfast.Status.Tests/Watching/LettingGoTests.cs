using System.Net;
using System.Text.Json.Nodes;
using Holdfast.Status.Watching;

namespace Holdfast.Status.Tests.Watching;

/// <summary>Edges that came by themselves go by themselves.</summary>
public sealed class LettingGoTests : IAsyncLifetime
{
    private const string Secret = "what-edges-push-with-1234";

    private StatusPageHarness page = null!;
    private FakeEdge edge = null!;

    public async ValueTask InitializeAsync()
    {
        page = await StatusPageHarness.StartAsync();
        await page.RestartAsync(options => options with { EvidenceToken = Secret });
        edge = await FakeEdge.StartAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await edge.DisposeAsync();
        await page.DisposeAsync();
    }

    [Fact]
    public async Task EdgeThatPushedAndIsSilentForADay_IsLetGo_AndItsIncidentSaysSo()
    {
        await PushAsync();
        var component = await page.ComponentAsync("edge-1");
        var watch = await WatchAsync();
        await page.WriteAsync("PATCH", $"/watches/{Text(watch, "id")}", $$$"""{"watch":{"component_id":"{{{component}}}"}}""");
        Assert.Equal("2025-11-19T11:28:00.000Z", Text(watch, "expires_at"));

        await page.LookAsync(TimeSpan.FromHours(23), 300);
        var incident = Assert.Single((await page.ReadAsync("/api/v2/incidents/unresolved.json"))["incidents"]!.AsArray())!;
        Assert.Equal("edge-1 not answering", Text(incident, "name"));
        Assert.NotNull(await WatchAsync());

        await page.LookAsync(TimeSpan.FromMinutes(61), 60);
        Assert.Empty((await page.WriteAsync("GET", "/watches")).AsArray());
        Assert.Empty((await page.WriteAsync("GET", "/drafts")).AsArray());
        Assert.Empty((await page.ReadAsync("/api/v2/components.json"))["components"]!.AsArray());
        incident = (await page.ReadAsync("/api/v2/incidents.json"))["incidents"]![0]!;
        Assert.Equal("resolved", Text(incident, "status"));
        Assert.StartsWith(
            "edge-1 is no longer part of the network",
            Text(incident["incident_updates"]![0]!, "body"),
            StringComparison.Ordinal
        );
        Assert.DoesNotContain("has been as usual since", incident.ToJsonString(), StringComparison.Ordinal);
        Assert.Contains("\"expiry\"", (await page.WriteAsync("GET", "/audit")).ToJsonString(), StringComparison.Ordinal);

        // It may come again.
        await PushAsync();
        Assert.Equal("edge-1", Text(await WatchAsync(), "name"));
    }

    [Fact]
    public async Task ComponentThatPeopleNamed_StaysWhenItsEdgeGoes()
    {
        await PushAsync();
        var component = await page.ComponentAsync("Zurich");
        await page.WriteAsync("PATCH", $"/watches/{Text(await WatchAsync(), "id")}", $$$"""{"watch":{"component_id":"{{{component}}}"}}""");

        await page.LookAsync(TimeSpan.FromHours(25), 300);
        Assert.Empty((await page.WriteAsync("GET", "/watches")).AsArray());
        Assert.Equal("major_outage", Text((await page.ReadAsync("/api/v2/components.json"))["components"]![0]!, "status"));
    }

    [Fact]
    public async Task WatchThatPeopleMade_OrEdgeThatPushes_Stays()
    {
        await page.WriteAsync("POST", "/watches", """{"watch":{"name":"Bern","kind":"edge","node":"edge-2"}}""");
        await page.LookAsync(TimeSpan.FromHours(26), 600, after: PushAsync);

        var watches = (await page.WriteAsync("GET", "/watches")).AsArray();
        Assert.Equal(["Bern", "edge-1"], watches.Select(watch => Text(watch!, "name")));
        Assert.Null(watches[0]!["expires_at"]);
    }

    [Fact]
    public async Task WhereAllIsTaken_TheOneThatIsSilentForLongestMakesRoom()
    {
        await PushAsync();
        for (var i = 1; i < WatchLimits.Watches; i++)
        {
            await page.WriteAsync("POST", "/watches", $$$"""{"watch":{"name":"w{{{i}}}","kind":"dns","target":"localhost"}}""");
        }

        // A restart takes less than five minutes.
        page.Clock.Advance(TimeSpan.FromMinutes(5));
        var other = edge.Pushed.Replace("\"edge-1\"", "\"edge-9\"", StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.UnprocessableEntity, await SendAsync(other));

        page.Clock.Advance(TimeSpan.FromMinutes(5));
        Assert.Equal(HttpStatusCode.NoContent, await SendAsync(other));
        var names = (await page.WriteAsync("GET", "/watches")).AsArray().Select(watch => Text(watch!, "name")).ToList();
        Assert.Equal(WatchLimits.Watches, names.Count);
        Assert.Contains("edge-9", names);
        Assert.DoesNotContain("edge-1", names);
    }

    private async Task PushAsync() => Assert.Equal(HttpStatusCode.NoContent, await SendAsync(edge.Pushed));

    private async Task<HttpStatusCode> SendAsync(string document)
    {
        using var answer = await page.SendAsync(HttpMethod.Post, "/v1/evidence", document, Secret, []);
        return answer.StatusCode;
    }

    private async Task<JsonNode> WatchAsync() => Assert.Single((await page.WriteAsync("GET", "/watches")).AsArray())!;

    private static string Text(JsonNode node, string member) => node[member]!.GetValue<string>();
}
