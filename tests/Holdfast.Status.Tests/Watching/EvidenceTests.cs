using System.Net;
using System.Text.Json.Nodes;
using Holdfast.Status.Watching;

namespace Holdfast.Status.Tests.Watching;

/// <summary>What edges push, and what else than errors they tell: waits, modules, releases.</summary>
public sealed class EvidenceTests : IAsyncLifetime
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
    public async Task EdgeThatIsNotKnown_Pushes_AndHasAWatchWhoseErrorsAreSeen()
    {
        await PassAsync(TimeSpan.FromMinutes(70), push: true);
        var watch = Assert.Single((await page.WriteAsync("GET", "/watches")).AsArray())!;
        Assert.Equal(("edge-1", "", "well"), (Text(watch, "node"), Text(watch, "target"), Text(watch, "state")));

        edge.EdgeErrors = 30;
        await PassAsync(TimeSpan.FromSeconds(30), push: true);

        var draft = Assert.Single(await DraftsAsync())!;
        Assert.Equal("ours", Text(draft, "about"));
        Assert.Equal("edge_fault 100%", Text(draft["signs"]![0]!, "said"));
        Assert.Equal("ZRH", Text(draft["signs"]![0]!, "place"));
        Assert.Contains("edges", (await page.WriteAsync("GET", "/audit")).ToJsonString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task EdgeThatIsNotHeardAnyMore_DoesNotAnswer()
    {
        await PassAsync(TimeSpan.FromMinutes(2), push: true);
        await PassAsync(TimeSpan.FromSeconds(30), push: false);
        Assert.Empty(await DraftsAsync());

        await PassAsync(TimeSpan.FromSeconds(30), push: false);

        var draft = Assert.Single(await DraftsAsync())!;
        Assert.Equal("edge-1 not answering", Text(draft, "name"));
        Assert.Contains("it has told nothing for 35 s", Text(draft, "body"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task EdgeThatCannotBeAskedButPushes_IsWell_AndTheOtherWayRound()
    {
        await page.WriteAsync(
            "POST",
            "/watches",
            $$$"""{"watch":{"name":"Zurich","kind":"edge","node":"edge-1","target":"{{{edge.Url}}}"}}"""
        );
        edge.Status = 503;
        await PassAsync(TimeSpan.FromMinutes(3), push: true);
        Assert.Empty(await DraftsAsync());
        Assert.Single((await page.WriteAsync("GET", "/watches")).AsArray());

        edge.Status = 200;
        await PassAsync(TimeSpan.FromMinutes(3), push: false);
        Assert.Empty(await DraftsAsync());

        edge.Status = 503;
        await PassAsync(TimeSpan.FromMinutes(1), push: false);
        Assert.Equal("Zurich not answering", Text(Assert.Single(await DraftsAsync())!, "name"));
    }

    [Fact]
    public async Task BothWaysAtOnce_CountEachRequestOnce()
    {
        await page.WriteAsync(
            "POST",
            "/watches",
            $$$"""{"watch":{"name":"Zurich","kind":"edge","node":"edge-1","target":"{{{edge.Url}}}"}}"""
        );
        await PassAsync(TimeSpan.FromMinutes(70), push: true);
        edge.OriginErrors = 50;
        await PassAsync(TimeSpan.FromMinutes(1), push: true);

        // Six steps of fifty, and no more.
        var sign = Assert.Single(Assert.Single(await DraftsAsync())!["signs"]!.AsArray())!;
        Assert.InRange(sign["failed"]!.GetValue<double>(), 250, 300);
    }

    [Theory]
    [InlineData(null, HttpStatusCode.Unauthorized)]
    [InlineData("some-other-token-123456", HttpStatusCode.Unauthorized)]
    public async Task WhoHasNoToken_IsRefused(string? token, HttpStatusCode status)
    {
        using var answer = await page.SendAsync(HttpMethod.Post, "/v1/evidence", edge.Pushed, token, []);

        Assert.Equal(status, answer.StatusCode);
        Assert.Empty((await page.WriteAsync("GET", "/watches")).AsArray());
    }

    [Fact]
    public async Task Token_OfTheScopeEvidence_IsGoodForThatAlone()
    {
        var made = await page.WriteAsync("POST", "/tokens", """{"token":{"name":"edges of Zurich","scopes":["evidence"]}}""");
        var reading = await page.WriteAsync("POST", "/tokens", """{"token":{"name":"reader","scopes":["incidents"]}}""");
        using var pushed = await page.SendAsync(HttpMethod.Post, "/v1/evidence", edge.Pushed, Text(made, "token"), []);
        Assert.Equal(HttpStatusCode.NoContent, pushed.StatusCode);
        using var wrong = await page.SendAsync(HttpMethod.Post, "/v1/evidence", edge.Pushed, Text(reading, "token"), []);
        Assert.Equal(HttpStatusCode.Forbidden, wrong.StatusCode);

        using var posted = await page.TryWriteAsync("POST", "/incidents", """{"incident":{"name":"x","body":"y"}}""", Text(made, "token"));
        Assert.Equal(HttpStatusCode.Forbidden, posted.StatusCode);
        using var withEdges = await page.TryWriteAsync("GET", "/drafts", null, Secret);
        Assert.Equal(HttpStatusCode.Unauthorized, withEdges.StatusCode);
    }

    [Theory]
    [InlineData("not JSON", HttpStatusCode.BadRequest)]
    [InlineData("[]", HttpStatusCode.UnprocessableEntity)]
    [InlineData("""{"node":"e"}""", HttpStatusCode.UnprocessableEntity)]
    [InlineData(
        """{"node":"e\u0000","started":"x","requests":1,"edge_errors":0,"origin_errors":0,"zones":[]}""",
        HttpStatusCode.UnprocessableEntity
    )]
    public async Task Document_ThatIsNone_IsRefusedAndMakesNoWatch(string document, HttpStatusCode status)
    {
        using var answer = await page.SendAsync(HttpMethod.Post, "/v1/evidence", document, Secret, []);

        Assert.Equal(status, answer.StatusCode);
        Assert.Empty((await page.WriteAsync("GET", "/watches")).AsArray());
    }

    [Fact]
    public async Task Documents_TooLongOrTooOften_AreRefused()
    {
        using var first = await page.SendAsync(HttpMethod.Post, "/v1/evidence", edge.Pushed, Secret, []);
        Assert.Equal(HttpStatusCode.NoContent, first.StatusCode);
        using var again = await page.SendAsync(HttpMethod.Post, "/v1/evidence", edge.Pushed, Secret, []);
        Assert.Equal(HttpStatusCode.TooManyRequests, again.StatusCode);
        using var large = await page.SendAsync(
            HttpMethod.Post,
            "/v1/evidence",
            new string(' ', WatchLimits.DocumentBytes + 1),
            Secret,
            [("Expect", "100-continue")]
        );
        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, large.StatusCode);

        // As much as an edge may write is taken, though other calls may be a quarter of it at most.
        page.Clock.Advance(TimeSpan.FromSeconds(10));
        using var most = await page.SendAsync(HttpMethod.Post, "/v1/evidence", edge.Pushed + new string(' ', 900_000), Secret, []);
        Assert.Equal(HttpStatusCode.NoContent, most.StatusCode);
    }

    [Fact]
    public async Task OriginThatIsSlow_IsADraftThatOnlyAPersonPublishes()
    {
        edge.OriginSlow = 2;
        await PassAsync(TimeSpan.FromMinutes(130), push: true);
        Assert.Empty(await DraftsAsync());
        edge.OriginSlow = 60;
        await PassAsync(TimeSpan.FromMinutes(8), push: true);

        var draft = Assert.Single(await DraftsAsync())!;
        Assert.Equal("slow/example.com", Text(draft, "about"));
        Assert.Contains("have waited more than a second for its own servers (the origin)", Text(draft, "body"), StringComparison.Ordinal);
        Assert.Null(draft["publish_at"]);
        Assert.Empty((await page.ReadAsync("/api/v2/incidents/unresolved.json"))["incidents"]!.AsArray());
    }

    [Fact]
    public async Task ModuleThatFails_IsADraftWithItsNameAndTheZonesRelease()
    {
        await PassAsync(TimeSpan.FromMinutes(70), push: true);
        edge.Faults = 60;
        await PassAsync(TimeSpan.FromSeconds(40), push: true);

        var draft = Assert.Single(await DraftsAsync())!;
        Assert.Equal("modules", Text(draft, "about"));
        var sign = Assert.Single(draft["signs"]!.AsArray())!;
        Assert.Equal(("waf", "example.com", 7), (Text(sign, "said"), Text(sign, "zone"), sign["generation"]!.GetValue<int>()));
        Assert.Null(draft["publish_at"]);
    }

    [Fact]
    public async Task ReleaseThatWentOutJustBefore_IsNamedToOperatorsWithTheCommandAndNotInPublic()
    {
        await PassAsync(TimeSpan.FromMinutes(70), push: true);
        var at = page.Clock.GetUtcNow() - TimeSpan.FromSeconds(12);
        edge.Releases = string.Join(
            ',',
            Release("list", "offices", 7, "live", at),
            Release("zone", "z9", 3, "live", at),
            Release("bot-features", "default", 2, "good", at - TimeSpan.FromHours(2))
        );
        edge.EdgeErrors = 30;
        await PassAsync(TimeSpan.FromSeconds(30), push: true);

        var draft = Assert.Single(await DraftsAsync())!;
        var release = Assert.Single(draft["releases"]!.AsArray())!;
        Assert.Equal("list/offices", Text(release, "artifact"));
        Assert.InRange(release["seconds"]!.GetValue<int>(), 0, 25);
        Assert.Contains("`holdfast release revert list/offices --reason", Text(draft, "attribution"), StringComparison.Ordinal);
        Assert.Contains("a change of ours went out (list), which we are looking at", Text(draft, "body"), StringComparison.Ordinal);
        Assert.DoesNotContain("offices", Text(draft, "body"), StringComparison.Ordinal);

        edge.Releases = Release("list", "offices", 7, "reverted", at, "errors of 3 visitors");
        await PassAsync(TimeSpan.FromSeconds(10), push: true);
        draft = (await DraftsAsync()).Single(one => Text(one!, "about") == "ours")!;
        Assert.Contains(
            "The edges went back by themselves. The reason: errors of 3 visitors",
            Text(draft, "attribution"),
            StringComparison.Ordinal
        );
        Assert.Contains("which has been taken back", Text(draft, "body"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task ReleaseOfAZone_IsNamedWhereThatZonesOriginFails()
    {
        await PassAsync(TimeSpan.FromMinutes(70), push: true);
        edge.Releases = Release("zone", "z1", 8, "live", page.Clock.GetUtcNow());
        edge.OriginErrors = 60;
        await PassAsync(TimeSpan.FromSeconds(30), push: true);

        Assert.Contains(
            "Release 8 of zone/z1 went out",
            Text(Assert.Single(await DraftsAsync())!, "attribution"),
            StringComparison.Ordinal
        );
    }

    [Fact]
    public async Task ReleaseThatEdgesRefused_IsADraftByItself()
    {
        await PassAsync(TimeSpan.FromMinutes(1), push: true);
        edge.Releases = Release("bot-features", "default", 9, "refused", page.Clock.GetUtcNow(), "240 features, at most 200 are allowed");
        await PassAsync(TimeSpan.FromSeconds(10), push: true);

        var draft = Assert.Single(await DraftsAsync())!;
        Assert.Equal("release/bot-features", Text(draft, "about"));
        Assert.Equal("bot-features/default@9", Text(draft["signs"]![0]!, "release"));
        Assert.Equal("refused: 240 features, at most 200 are allowed", Text(draft["signs"]![0]!, "said"));
        Assert.Null(draft["publish_at"]);

        // The edge dies of it and is replaced; what it told before is still known.
        edge.Releases = "";
        edge.Restart();
        await PassAsync(TimeSpan.FromMinutes(10), push: true);
        Assert.Single(await DraftsAsync());
        await PassAsync(TimeSpan.FromMinutes(60), push: true);
        Assert.Empty(await DraftsAsync());
    }

    [Fact]
    public async Task EdgesOfTheCommandLine_HaveWatchesAndComponents()
    {
        await StartWithAsync(new OwnEdge("edge-1", new Uri("http://127.0.0.1:1")), new OwnEdge("edge-2", new Uri("http://127.0.0.1:2")));
        Assert.Equal(["Edges", "edge-1", "edge-2"], await ComponentsAsync());
        var watches = (await page.WriteAsync("GET", "/watches")).AsArray();
        Assert.Equal(["http://127.0.0.1:1/", "http://127.0.0.1:2/"], watches.Select(watch => Text(watch!, "target")));
        var first = Text(watches[0]!, "component_id");
        await page.WriteAsync("PATCH", $"/components/{first}", """{"component":{"name":"Zurich"}}""");

        // They may take a minute to start.
        await page.LookAsync(TimeSpan.FromSeconds(50));
        Assert.Empty(await DraftsAsync());
        await page.LookAsync(TimeSpan.FromSeconds(30));
        Assert.Equal("edge-1, edge-2 not answering", Text(Assert.Single(await DraftsAsync())!, "name"));

        // Another start has other ports, and one edge less.
        await StartWithAsync(new OwnEdge("edge-1", new Uri("http://127.0.0.1:3")));
        Assert.Equal(["Edges", "Zurich"], await ComponentsAsync());
        var watch = Assert.Single((await page.WriteAsync("GET", "/watches")).AsArray())!;
        Assert.Equal(("http://127.0.0.1:3/", first), (Text(watch, "target"), Text(watch, "component_id")));

        // Started alone, it keeps what it has.
        await StartWithAsync();
        Assert.Single((await page.WriteAsync("GET", "/watches")).AsArray());

        async Task StartWithAsync(params OwnEdge[] edges)
        {
            await page.RestartAsync(options => options with { Edges = edges });
            await page.LookAsync(TimeSpan.FromSeconds(1), 1);
        }

        async Task<string[]> ComponentsAsync() =>
            [
                .. (await page.ReadAsync("/api/v2/components.json"))["components"]!
                    .AsArray()
                    .Select(one => Text(one!, "name"))
                    .Order(StringComparer.Ordinal),
            ];
    }

    private static string Release(string kind, string name, int generation, string step, DateTimeOffset at, string? reason = null) =>
        new JsonObject
        {
            ["kind"] = kind,
            ["name"] = name,
            ["generation"] = generation,
            ["step"] = step,
            ["at"] = at.UtcDateTime,
            ["changed_at"] = at.UtcDateTime,
            ["reason"] = reason,
        }.ToJsonString();

    private Task PassAsync(TimeSpan duration, bool push) =>
        page.LookAsync(
            duration,
            10,
            edge.Serve,
            async () =>
            {
                if (push)
                {
                    edge.Now = page.Clock.GetUtcNow();
                    using var answer = await page.SendAsync(HttpMethod.Post, "/v1/evidence", edge.Pushed, Secret, []);
                    Assert.Equal(HttpStatusCode.NoContent, answer.StatusCode);
                }
            }
        );

    private async Task<JsonArray> DraftsAsync() => (await page.WriteAsync("GET", "/drafts")).AsArray();

    private static string Text(JsonNode node, string member) => node[member]!.GetValue<string>();
}
