using System.Net;
using System.Text.Json.Nodes;
using Holdfast.Status.Storage;
using Microsoft.Data.Sqlite;

namespace Holdfast.Status.Tests.Watching;

/// <summary>From what edges tell to what the public reads.</summary>
public sealed class DraftTests : IAsyncLifetime
{
    private StatusPageHarness page = null!;
    private FakeEdge edge = null!;
    private string zurich = "";
    private string site = "";

    public async ValueTask InitializeAsync()
    {
        page = await StatusPageHarness.StartAsync();
        edge = await FakeEdge.StartAsync();
        zurich = await page.ComponentAsync("Zurich");
        site = await page.ComponentAsync("example.com");
        await page.WriteAsync(
            "POST",
            "/watches",
            $$$"""{"watch":{"name":"Zurich edge","kind":"edge","target":"{{{edge.Url}}}","component_id":"{{{zurich}}}"}}"""
        );
    }

    public async ValueTask DisposeAsync()
    {
        await edge.DisposeAsync();
        await page.DisposeAsync();
    }

    [Fact]
    public async Task OriginFails_TheDraftSaysSoAndTheTimerPublishesIt()
    {
        await LearnAsync();
        edge.OriginErrors = 60;
        await LookAsync(TimeSpan.FromSeconds(30));

        var draft = Assert.Single(await DraftsAsync())!;
        Assert.Equal("origin/example.com", Text(draft, "about"));
        Assert.Contains("60% of the requests for example.com have failed since", Text(draft, "body"), StringComparison.Ordinal);
        Assert.Contains("its own servers (the origin)", Text(draft, "body"), StringComparison.Ordinal);
        Assert.Equal("origin_errors", Text(draft["signs"]![0]!, "kind"));
        Assert.Empty(await UnresolvedAsync());

        // Four minutes and a half later nobody has decided; after five the timer has.
        await LookAsync(TimeSpan.FromSeconds(240));
        Assert.Empty(await UnresolvedAsync());
        await LookAsync(TimeSpan.FromSeconds(60));

        var incident = Assert.Single(await UnresolvedAsync())!;
        Assert.Equal("Errors from the servers behind example.com", Text(incident, "name"));
        Assert.Equal("operational", await StateAsync(zurich));
        Assert.Equal("major_outage", await StateAsync(site));
        Assert.Contains("detector", (await page.WriteAsync("GET", "/audit")).ToJsonString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task EdgeFails_TheDraftSaysThatItIsOurs()
    {
        await LearnAsync();
        edge.EdgeErrors = 20;
        await LookAsync(TimeSpan.FromSeconds(30));

        var draft = Assert.Single(await DraftsAsync())!;
        Assert.Equal("ours", Text(draft, "about"));
        Assert.Contains("The fault is ours", Text(draft, "body"), StringComparison.Ordinal);
        Assert.Contains("example.com and 1 more", Text(draft, "body"), StringComparison.Ordinal);
        Assert.DoesNotContain("private.example", Text(draft, "body"), StringComparison.Ordinal);

        await LookAsync(TimeSpan.FromMinutes(5));
        Assert.Single(await UnresolvedAsync());
        Assert.Equal("partial_outage", await StateAsync(zurich));
        Assert.Equal("operational", await StateAsync(site));
    }

    [Fact]
    public async Task EdgeFailsForOneSite_AndAnothersOriginFails_EachIsToldForItself()
    {
        var other = await page.ComponentAsync("private.example");
        edge.Busy = 900;
        await LearnAsync();
        edge.OtherEdgeErrors = 90;
        edge.OriginErrors = 540;
        edge.OriginCause = "origin_dns";
        await LookAsync(TimeSpan.FromSeconds(60));

        var drafts = await DraftsAsync();
        Assert.Equal(["origin/example.com", "ours"], drafts.Select(draft => Text(draft!, "about")).Order());
        var ours = drafts.Single(draft => Text(draft!, "about") == "ours")!;
        Assert.Matches(@"Touched most: private\.example \([5-9]\d% of its requests\)\.", Text(ours, "body"));
        Assert.DoesNotContain(
            "example.com",
            Text(ours, "body").Replace("private.example", "", StringComparison.Ordinal),
            StringComparison.Ordinal
        );
        Assert.Equal("Elevated error rates", Text(ours, "name"));
        Assert.Equal("major_outage", Text(ours["components"]!, other));
        Assert.Equal("partial_outage", Text(ours["components"]!, zurich));
        Assert.Contains("zone_unreadable 100%", ours["signs"]!.ToJsonString(), StringComparison.Ordinal);
        var origins = drafts.Single(draft => Text(draft!, "about") == "origin/example.com")!;
        Assert.Contains("Mostly their name has no address.", Text(origins, "body"), StringComparison.Ordinal);
        Assert.Equal("origin_dns 100%", Text(origins["signs"]![0]!, "said"));
        Assert.Equal("ZRH", Text(origins["signs"]![0]!, "place"));
        Assert.Equal(7, origins["signs"]![0]!["generation"]!.GetValue<long>());
    }

    [Fact]
    public async Task EdgeFailsForOneSmallSite_OnlyThatSiteIsTold()
    {
        var other = await page.ComponentAsync("private.example");
        edge.Busy = 10_000_000;
        await LearnAsync();
        edge.OtherEdgeErrors = 100;
        await LookAsync(TimeSpan.FromSeconds(30));

        var draft = Assert.Single(await DraftsAsync())!;
        Assert.Equal(("ours", "Errors for private.example"), (Text(draft, "about"), Text(draft, "name")));
        Assert.StartsWith(
            "100% of the requests for private.example at Zurich edge have failed",
            Text(draft, "body"),
            StringComparison.Ordinal
        );
        Assert.Contains(
            "others are served as usual. Mostly a site's configuration cannot be read.",
            Text(draft, "body"),
            StringComparison.Ordinal
        );
        Assert.Equal("major_outage", Text(draft["components"]!, other));
        Assert.Null(draft["components"]![zurich]);
    }

    [Fact]
    public async Task IncidentByTimer_IsFollowedUntilItIsResolved()
    {
        await LearnAsync();
        edge.EdgeErrors = 60;
        await LookAsync(TimeSpan.FromMinutes(6));
        edge.EdgeErrors = 15;
        await LookAsync(TimeSpan.FromMinutes(2));
        Assert.Equal("identified", Text(Assert.Single(await UnresolvedAsync())!, "status"));

        edge.EdgeErrors = 0;
        await LookAsync(TimeSpan.FromMinutes(8));
        Assert.Equal("monitoring", Text(Assert.Single(await UnresolvedAsync())!, "status"));
        await LookAsync(TimeSpan.FromMinutes(15));

        Assert.Empty(await UnresolvedAsync());
        Assert.Empty(await DraftsAsync());
        Assert.Equal("operational", await StateAsync(zurich));
        var incident = (await page.ReadAsync("/api/v2/incidents.json"))["incidents"]![0]!;
        Assert.Equal(
            ["resolved", "monitoring", "identified", "investigating"],
            incident["incident_updates"]!.AsArray().Select(update => Text(update!, "status"))
        );
        Assert.Contains("higher than normal, and falling", incident.ToJsonString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task DraftOfAPerson_IsOnlyProposedFor()
    {
        await LearnAsync();
        edge.EdgeErrors = 60;
        await LookAsync(TimeSpan.FromSeconds(30));
        var id = Text(Assert.Single(await DraftsAsync())!, "id");
        await page.WriteAsync("POST", $"/drafts/{id}/publish", """{"draft":{"body":"We see it, and are on it."}}""");
        var incident = Assert.Single(await UnresolvedAsync())!;
        Assert.Equal("We see it, and are on it.", Text(incident["incident_updates"]![0]!, "body"));

        edge.EdgeErrors = 0;
        await LookAsync(TimeSpan.FromMinutes(8));

        Assert.Equal("investigating", Text(Assert.Single(await UnresolvedAsync())!, "status"));
        Assert.Equal("monitoring", Text(Assert.Single(await DraftsAsync())!["proposal"]!, "status"));
        await page.WriteAsync("POST", $"/drafts/{id}/accept", "{}");
        Assert.Equal("monitoring", Text(Assert.Single(await UnresolvedAsync())!, "status"));
        Assert.Contains("409", (await TryAsync("POST", $"/drafts/{id}/accept")), StringComparison.Ordinal);
    }

    [Fact]
    public async Task DraftThatIsDismissed_IsNotOpenedAgainForTheSameSigns()
    {
        await LearnAsync();
        edge.EdgeErrors = 60;
        await LookAsync(TimeSpan.FromSeconds(30));
        await page.WriteAsync("DELETE", $"/drafts/{Text(Assert.Single(await DraftsAsync())!, "id")}");

        await LookAsync(TimeSpan.FromMinutes(10));

        Assert.Empty(await UnresolvedAsync());
        Assert.Equal("dismissed", Text(Assert.Single(await DraftsAsync())!, "state"));
    }

    [Fact]
    public async Task OriginOfASiteThatIsNotOnThePage_IsNeverPublishedByTheTimer()
    {
        await page.WriteAsync("DELETE", $"/components/{site}");
        await LearnAsync();
        edge.OriginErrors = 100;
        await LookAsync(TimeSpan.FromMinutes(10));

        Assert.Null(Assert.Single(await DraftsAsync())!["publish_at"]);
        Assert.Empty(await UnresolvedAsync());
    }

    [Fact]
    public async Task EdgeThatDoesNotAnswer_IsConfirmedBeforeItIsASign()
    {
        await LookAsync(TimeSpan.FromMinutes(1));
        edge.Status = 503;
        await LookAsync(TimeSpan.FromSeconds(10));
        Assert.Empty(await DraftsAsync());
        Assert.Equal("doubtful", Text((await page.WriteAsync("GET", "/watches"))[0]!, "state"));

        await page.LookAsync(TimeSpan.FromSeconds(3), seconds: 3);

        var draft = Assert.Single(await DraftsAsync())!;
        Assert.Equal("Zurich edge not answering", Text(draft, "name"));
        Assert.Contains("status 503", Text(draft, "body"), StringComparison.Ordinal);
        edge.Status = 200;
        await LookAsync(TimeSpan.FromMinutes(3));
        Assert.Empty(await DraftsAsync());
    }

    [Theory]
    [InlineData("not JSON")]
    [InlineData("[]")]
    [InlineData("{}")]
    [InlineData("""{"node":"e","started":"x","requests":"many","edge_errors":0,"origin_errors":0,"zones":[]}""")]
    public async Task EdgeThatAnswersWithSomethingElse_IsASign(string instead)
    {
        edge.Instead = instead;
        await LookAsync(TimeSpan.FromSeconds(20));

        Assert.Equal("not_answering", Text(Assert.Single(await DraftsAsync())!["signs"]![0]!, "kind"));
    }

    /// <summary>A trigger refuses what is written, as a full disk does, in the middle of publishing.</summary>
    [Fact]
    public async Task StoreThatCannotBeWritten_IsTriedAgainAndPublishesOnce()
    {
        await LearnAsync();
        edge.EdgeErrors = 60;
        await LookAsync(TimeSpan.FromSeconds(30));
        using var other = new SqliteConnection($"Data Source={page.Database};Pooling=False");
        other.Open();
        Run("CREATE TRIGGER full BEFORE UPDATE ON draft BEGIN SELECT RAISE(ABORT, 'database or disk is full'); END");
        await Assert.ThrowsAsync<StatusStoreException>(() => LookAsync(TimeSpan.FromMinutes(6)));
        Assert.Empty(await UnresolvedAsync());

        Run("DROP TRIGGER full");
        await LookAsync(TimeSpan.FromMinutes(6));

        Assert.Single(await UnresolvedAsync());
        Assert.Equal("published", Text(Assert.Single(await DraftsAsync())!, "state"));

        void Run(string sql)
        {
            using var command = other.CreateCommand();
            command.CommandText = sql;
            command.ExecuteNonQuery();
        }
    }

    [Fact]
    public async Task EdgeThatIsReplaced_IsNoSign()
    {
        await LearnAsync();
        edge.Restart();
        await LookAsync(TimeSpan.FromMinutes(5));

        Assert.Empty(await DraftsAsync());
    }

    [Fact]
    public async Task WhatWasLearned_AndDrafts_AreThereAfterARestart()
    {
        await LearnAsync();
        await page.RestartAsync();
        edge.EdgeErrors = 30;
        await LookAsync(TimeSpan.FromMinutes(2));
        var draft = Assert.Single(await DraftsAsync())!;
        await page.RestartAsync();

        Assert.Equal(Text(draft, "id"), Text(Assert.Single(await DraftsAsync())!, "id"));
        await LookAsync(TimeSpan.FromMinutes(5));
        Assert.Single(await UnresolvedAsync());
    }

    private Task LearnAsync() => LookAsync(TimeSpan.FromMinutes(70));

    private Task LookAsync(TimeSpan duration) => page.LookAsync(duration, 10, edge.Serve);

    private async Task<JsonArray> DraftsAsync() => (await page.WriteAsync("GET", "/drafts")).AsArray();

    private async Task<JsonArray> UnresolvedAsync() => (await page.ReadAsync("/api/v2/incidents/unresolved.json"))["incidents"]!.AsArray();

    private async Task<string> StateAsync(string component) =>
        Text(
            (await page.ReadAsync("/api/v2/components.json"))["components"]!.AsArray().Single(one => Text(one!, "id") == component)!,
            "status"
        );

    private async Task<string> TryAsync(string method, string path)
    {
        using var response = await page.TryWriteAsync(method, path, "{}");
        return response.StatusCode == HttpStatusCode.Conflict ? "409" : response.StatusCode.ToString();
    }

    private static string Text(JsonNode node, string member) => node[member]!.GetValue<string>();
}
