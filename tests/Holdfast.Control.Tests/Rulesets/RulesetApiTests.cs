using System.Net;
using System.Text.Json.Nodes;

namespace Holdfast.Control.Tests.Rulesets;

public sealed class RulesetApiTests : IAsyncLifetime
{
    private const string Custom = "phases/http_request_firewall_custom/entrypoint";
    private const string Admin = """{"action":"block","expression":"http.request.uri.path eq \"/admin\""}""";

    private readonly SettableTime _time = new();
    private TestControl _control = null!;
    private string _zone = "";
    private string _rulesets = "";

    public async ValueTask InitializeAsync()
    {
        _control = await TestControl.StartAsync(time: _time);
        _zone = await _control.AddZoneAsync("example.com");
        _rulesets = $"/client/v4/zones/{_zone}/rulesets";
    }

    public ValueTask DisposeAsync() => _control.DisposeAsync();

    [Fact]
    public async Task EntryPoint_PutAndPutAgain_KeepsItsIdAndCountsItsVersions()
    {
        Assert.Equal((HttpStatusCode.NotFound, 10003), await Failed(_control.GetAsync($"{_rulesets}/{Custom}")));
        var first = await PutAsync($$"""{"rules":[{{Admin}}]}""");
        Assert.Equal(("1", "\"1\"", "default", "zone"), (Text(first, "version"), first.Tag, Text(first, "name"), Text(first, "kind")));
        _time.Advance(TimeSpan.FromMinutes(1));
        var second = await PutAsync($$"""{"name":"Mine","rules":[{{Admin}},{"action":"log","expression":"true","description":"all"}]}""");
        Assert.Equal((Text(first, "id"), "2", "Mine"), (Text(second, "id"), Text(second, "version"), Text(second, "name")));
        Assert.True(JsonNode.DeepEquals(first.Result["rules"]![0], second.Result["rules"]![0]));
        Assert.NotEqual(Text(first, "last_updated"), Text(second, "last_updated"));
        Assert.True(JsonNode.DeepEquals(second.Result, (await _control.GetAsync($"{_rulesets}/{Custom}")).Result));
    }

    [Fact]
    public async Task EntryPoint_PutTwiceTheSame_IsOneVersionAndOneRelease()
    {
        await PutAsync($$"""{"rules":[{{Admin}}]}""");
        var releases = await ReleasesAsync();
        _time.Advance(TimeSpan.FromMinutes(1));
        var again = await PutAsync($$"""{"rules":[{{Admin}}]}""");
        Assert.Equal(("1", releases), (Text(again, "version"), await ReleasesAsync()));
    }

    [Fact]
    public async Task Rules_ByRefOrId_KeepTheirIdsWhateverElseChanges()
    {
        var first = await PutAsync(
            """
            {"rules":[
              {"ref":"one","action":"log","expression":"http.host eq \"a\""},
              {"action":"log","expression":"http.host eq \"b\""}
            ]}
            """
        );
        var (one, two) = (Rule(first, 0), Rule(first, 1));
        Assert.Equal(("one", two["id"]!.GetValue<string>()), (one["ref"]!.GetValue<string>(), two["ref"]!.GetValue<string>()));
        var second = await PutAsync(
            $$"""
            {"rules":[
              {"id":"{{two["id"]}}","action":"block","expression":"http.host eq \"c\""},
              {"ref":"one","action":"block","expression":"http.host eq \"d\""}
            ]}
            """
        );
        Assert.Equal(
            [(two["id"]!.ToString(), "2"), (one["id"]!.ToString(), "2")],
            second.Result["rules"]!.AsArray().Select(rule => (rule!["id"]!.ToString(), rule["version"]!.ToString()))
        );
    }

    [Fact]
    public async Task Rules_AddedAtPositions_StandThere()
    {
        var path = await RulesPathAsync("""{"rules":[{"ref":"b","action":"log","expression":"true"}]}""");
        var b = Rule(await _control.GetAsync(path[..^"/rules".Length]), 0)["id"];
        await AddAsync(path, "a", """{"index":1}""");
        await AddAsync(path, "c", $$"""{"after":"{{b}}"}""");
        await AddAsync(path, "d", null);
        await AddAsync(path, "e", $$"""{"before":"{{b}}"}""");
        var last = await AddAsync(path, "f", """{"before":""}""");
        Assert.Equal(["f", "a", "e", "b", "c", "d"], last.Result["rules"]!.AsArray().Select(rule => rule!["ref"]!.ToString()));
        var moved = await _control.PatchAsync($"{path}/{b}", """{"position":{"after":""}}""");
        Assert.Equal(["f", "a", "e", "c", "d", "b"], moved.Result["rules"]!.AsArray().Select(rule => rule!["ref"]!.ToString()));
        Assert.Equal("1", Rule(moved, 5)["version"]!.ToString());
        Assert.Equal(
            (HttpStatusCode.BadRequest, "/position/index"),
            Place(await _control.PatchAsync($"{path}/{b}", """{"position":{"index":7}}"""))
        );
        Assert.Equal(
            (HttpStatusCode.BadRequest, "/position"),
            Place(await _control.PatchAsync($"{path}/{b}", """{"position":{"index":1,"after":""}}"""))
        );
    }

    [Fact]
    public async Task Rule_PatchedWithoutItsExpression_KeepsWhatIsNotNamed()
    {
        var path = await RulesPathAsync(
            """{"rules":[{"ref":"mine","description":"first","action":"log","expression":"true","logging":{"enabled":false}}]}"""
        );
        var id = Rule(await _control.GetAsync(path[..^"/rules".Length]), 0)["id"];
        var off = Rule(await _control.PatchAsync($"{path}/{id}", """{"enabled":false}"""), 0);
        Assert.Equal((false, "first", "2"), (off["enabled"]!.GetValue<bool>(), off["description"]!.ToString(), off["version"]!.ToString()));
        var whole = Rule(await _control.PatchAsync($"{path}/{id}", """{"action":"block","expression":"ssl"}"""), 0);
        Assert.Equal(
            (true, "", "mine", "3"),
            (whole["enabled"]!.GetValue<bool>(), whole["description"]!.ToString(), whole["ref"]!.ToString(), whole["version"]!.ToString())
        );
        Assert.Null(whole["logging"]);
    }

    [Fact]
    public async Task Rule_Deleted_IsGoneAndTheRulesetStays()
    {
        var path = await RulesPathAsync($$"""{"rules":[{{Admin}}]}""");
        var id = Rule(await _control.GetAsync(path[..^"/rules".Length]), 0)["id"];
        var after = await _control.DeleteAsync($"{path}/{id}");
        Assert.Empty(after.Result["rules"]!.AsArray());
        Assert.Equal((HttpStatusCode.NotFound, 10003), await Failed(_control.DeleteAsync($"{path}/{id}")));
    }

    [Fact]
    public async Task Ruleset_Deleted_IsGoneWithItsVersions()
    {
        var made = await _control.PostAsync(
            _rulesets,
            $$"""{"name":"mine","kind":"zone","phase":"http_request_firewall_custom","rules":[{{Admin}}]}"""
        );
        Assert.Equal(HttpStatusCode.OK, made.Status);
        Assert.Equal(
            HttpStatusCode.Conflict,
            (await _control.PostAsync(_rulesets, """{"name":"other","kind":"zone","phase":"http_request_firewall_custom"}""")).Status
        );
        var path = $"{_rulesets}/{made.Result["id"]}";
        Assert.Single((await _control.GetAsync(_rulesets)).Result.AsArray());
        Assert.Equal(HttpStatusCode.NoContent, (await _control.DeleteAsync(path)).Status);
        Assert.Equal((HttpStatusCode.NotFound, 10003), await Failed(_control.GetAsync(path)));
        Assert.Empty((await _control.GetAsync(_rulesets)).Result.AsArray());
        Assert.Equal("1", Text(await PutAsync($$"""{"rules":[{{Admin}}]}"""), "version"));
    }

    [Fact]
    public async Task Versions_OfARuleset_SayWhatItWas()
    {
        await PutAsync($$"""{"rules":[{{Admin}}]}""");
        var second = await PutAsync("""{"rules":[]}""");
        var path = $"{_rulesets}/{second.Result["id"]}/versions";
        Assert.Equal(["2", "1"], (await _control.GetAsync(path)).Result.AsArray().Select(version => version!["version"]!.ToString()));
        Assert.Single((await _control.GetAsync($"{path}/1")).Result["rules"]!.AsArray());
        Assert.Single((await _control.GetAsync($"{_rulesets}/{Custom}/versions/1")).Result["rules"]!.AsArray());
        Assert.Equal(HttpStatusCode.Conflict, (await _control.DeleteAsync($"{path}/2")).Status);
        Assert.Equal(HttpStatusCode.NoContent, (await _control.DeleteAsync($"{path}/1")).Status);
        Assert.Equal((HttpStatusCode.NotFound, 10003), await Failed(_control.GetAsync($"{path}/1")));
        Assert.Single((await _control.GetAsync($"{_rulesets}/{Custom}/versions")).Result.AsArray());
    }

    [Fact]
    public async Task IfMatch_OfAnotherVersion_ChangesNothing()
    {
        await PutAsync($$"""{"rules":[{{Admin}}]}""");
        Assert.Equal(HttpStatusCode.OK, (await _control.PutAsync($"{_rulesets}/{Custom}", """{"rules":[]}""", "\"1\"")).Status);
        Assert.Equal(
            HttpStatusCode.PreconditionFailed,
            (await _control.PutAsync($"{_rulesets}/{Custom}", $$"""{"rules":[{{Admin}}]}""", "\"1\"")).Status
        );
        Assert.Empty((await _control.GetAsync($"{_rulesets}/{Custom}")).Result["rules"]!.AsArray());
    }

    [Fact]
    public async Task DryRun_Asked_SaysWhatWouldComeAndChangesNothing()
    {
        var releases = await ReleasesAsync();
        var answer = await _control.PutAsync($"{_rulesets}/{Custom}?dry_run=true", $$"""{"rules":[{{Admin}}]}""");
        Assert.Equal((HttpStatusCode.OK, "1"), (answer.Status, Text(answer, "version")));
        Assert.Equal(HttpStatusCode.NotFound, (await _control.GetAsync($"{_rulesets}/{Custom}")).Status);
        Assert.Equal(releases, await ReleasesAsync());
        Assert.Equal(HttpStatusCode.BadRequest, (await _control.PutAsync($"{_rulesets}/{Custom}?dry_run=yes", "{}")).Status);
    }

    [Theory]
    [InlineData("""{"rules":[{"action":"block","expression":"http.hots eq \"x\""}]}""", "/rules/0/expression", "line 1, column 1")]
    [InlineData("""{"rules":[{"action":"challenge","expression":"true"}]}""", "/rules/0/action", "challenges come later")]
    [InlineData("""{"rules":[{"action":"redirect","expression":"true"}]}""", "/rules/0/action", "block, skip, log")]
    [InlineData("""{"rules":[{"action":"block"}]}""", "/rules/0/expression", "missing")]
    [InlineData(
        """{"rules":[{"action":"log","expression":"true","ref":"a"},{"action":"log","expression":"ssl","ref":"a"}]}""",
        "/rules/1/ref",
        "another rule's"
    )]
    [InlineData("""{"rules":[{"id":"353e105f4ecef8ad9ca31a8372d0c023","action":"log","expression":"true"}]}""", "/rules/0/id", "no rule")]
    [InlineData("""{"rules":[{"action":"log","expression":"true","ratelimit":{"period":10}}]}""", "/rules/0/ratelimit", "http_ratelimit")]
    [InlineData("""{"phase":"http_ratelimit"}""", "/phase", "stays in its phase")]
    [InlineData("""{"kind":"custom"}""", "/kind", "zone")]
    public async Task EntryPoint_WithSomethingWrong_IsRefusedWithThePlace(string body, string pointer, string said)
    {
        var answer = await _control.PutAsync($"{_rulesets}/{Custom}", body);
        Assert.Equal((HttpStatusCode.BadRequest, pointer), Place(answer));
        Assert.Contains(said, answer.Error["message"]!.ToString(), StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.NotFound, (await _control.GetAsync($"{_rulesets}/{Custom}")).Status);
    }

    [Fact]
    public async Task Phase_ThatNoEdgeRuns_IsRefusedWithTheReason()
    {
        var answer = await _control.PutAsync($"{_rulesets}/phases/http_request_sbfm/entrypoint", """{"rules":[]}""");
        Assert.Equal(HttpStatusCode.BadRequest, answer.Status);
        Assert.Contains("no edge runs rules in yet", answer.Error["message"]!.ToString(), StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.NotFound, (await _control.PutAsync($"{_rulesets}/phases/nonsense/entrypoint", "{}")).Status);
    }

    [Fact]
    public async Task RateLimit_ChangedByItsRef_KeepsItsIdAndCountsItsVersions()
    {
        const string limits = "phases/http_ratelimit/entrypoint";
        var made = await DoneAsync(_control.PutAsync($"{_rulesets}/{limits}", Login(5)));
        var rule = Rule(made, 0);
        Assert.Equal("""["cf.colo.id","ip.src"]""", rule["ratelimit"]!["characteristics"]!.ToJsonString());

        var same = await DoneAsync(_control.PutAsync($"{_rulesets}/{limits}", Login(5)));
        Assert.Equal("1", Text(same, "version"));

        var changed = Rule(await DoneAsync(_control.PutAsync($"{_rulesets}/{limits}", Login(7))), 0);
        Assert.Equal((rule["id"]!.ToString(), "2"), (changed["id"]!.ToString(), changed["version"]!.ToString()));
        Assert.Equal(7, changed["ratelimit"]!["requests_per_period"]!.GetValue<int>());

        var off = await DoneAsync(_control.PatchAsync($"{_rulesets}/{Text(made, "id")}/rules/{rule["id"]}", """{"enabled":false}"""));
        Assert.Equal(7, Rule(off, 0)["ratelimit"]!["requests_per_period"]!.GetValue<int>());

        var answer = await _control.PutAsync($"{_rulesets}/{limits}", """{"rules":[{"action":"block","expression":"true"}]}""");
        Assert.Equal((HttpStatusCode.BadRequest, "/rules/0/ratelimit"), Place(answer));

        static string Login(int most) =>
            """{"rules":[{"ref":"login","action":"block","expression":"true","ratelimit":{"characteristics":["cf.colo.id","ip.src"],"period":60,"requests_per_period":"""
            + $"{most}}}}}]}}";
    }

    [Fact]
    public async Task Rule_ThatMayNotBeMeant_IsTakenWithAWarning()
    {
        var answer = await PutAsync("""{"rules":[{"action":"block","expression":"ip.src.city eq \"Paris\""}]}""");
        var message = answer.Body["messages"]![0]!;
        Assert.Equal("/rules/0/expression", message["source"]!["pointer"]!.ToString());
        Assert.Contains("never", message["message"]!.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Release_OfAZoneWithRules_CarriesThem()
    {
        await PutAsync($$"""{"rules":[{{Admin}}]}""");
        var newest = (await _control.GetAsync("/holdfast/v1/releases?per_page=1")).Result[0]!;
        Assert.Equal((_zone, 2), (newest["name"]!.ToString(), newest["generation"]!.GetValue<int>()));
        await _control.PatchAsync($"/client/v4/zones/{_zone}/settings/http2", """{"value":"off"}""");
        Assert.Single((await _control.GetAsync($"{_rulesets}/{Custom}")).Result["rules"]!.AsArray());
    }

    private Task<Answer> PutAsync(string body) => DoneAsync(_control.PutAsync($"{_rulesets}/{Custom}", body));

    private async Task<string> RulesPathAsync(string body) => $"{_rulesets}/{(await PutAsync(body)).Result["id"]}/rules";

    private Task<Answer> AddAsync(string path, string name, string? position) =>
        DoneAsync(
            _control.PostAsync(
                path,
                $$"""{"ref":"{{name}}","action":"log","expression":"true"{{(position is null ? "" : ",\"position\":" + position)}}}"""
            )
        );

    private async Task<string> ReleasesAsync() =>
        (await _control.GetAsync("/holdfast/v1/releases?per_page=1")).Body["result_info"]!["total_count"]!.ToString();

    private static async Task<Answer> DoneAsync(Task<Answer> call)
    {
        var answer = await call;
        Assert.True(answer.Status == HttpStatusCode.OK, answer.Body.ToJsonString());
        return answer;
    }

    private static async Task<(HttpStatusCode, int)> Failed(Task<Answer> call)
    {
        var answer = await call;
        return (answer.Status, answer.Code);
    }

    private static (HttpStatusCode, string?) Place(Answer answer) => (answer.Status, answer.Pointer);

    private static string Text(Answer answer, string member) => answer.Result[member]!.GetValue<string>();

    private static JsonNode Rule(Answer answer, int index) => answer.Result["rules"]![index]!;
}
