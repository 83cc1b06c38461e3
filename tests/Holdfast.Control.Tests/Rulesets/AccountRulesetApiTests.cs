using System.Net;
using System.Text.Json.Nodes;

namespace Holdfast.Control.Tests.Rulesets;

/// <summary>The account's rulesets: what depends on them, and what depends on what they name.</summary>
public sealed class AccountRulesetApiTests : IAsyncLifetime
{
    private const string EntryPoint = "phases/http_request_firewall_custom/entrypoint";

    private TestControl _control = null!;
    private string _zone = "";
    private string _account = "";

    private string Rulesets => $"/client/v4/accounts/{_account}/rulesets";

    public async ValueTask InitializeAsync()
    {
        _control = await TestControl.StartAsync();
        _zone = await _control.AddZoneAsync("example.com");
        _account = (await _control.GetAsync("/client/v4/accounts")).Result[0]!["id"]!.GetValue<string>();
    }

    public ValueTask DisposeAsync() => _control.DisposeAsync();

    [Fact]
    public async Task Ruleset_IsOneReleaseForEachChange_AndOneForItsEnd()
    {
        var made = await MadeAsync();
        var path = $"{Rulesets}/{Id(made)}";
        await Done(_control.PutAsync(path, """{"rules":[{"ref":"a","action":"log","expression":"true"}]}"""));
        await Done(_control.PutAsync(path, """{"rules":[{"ref":"a","action":"log","expression":"true"}]}"""));
        Assert.Equal([(2L, false)], await ReleasesAsync(Id(made)));

        Assert.Equal(HttpStatusCode.NoContent, (await _control.DeleteAsync(path)).Status);
        Assert.Equal([(3L, true)], await ReleasesAsync(Id(made)));
    }

    [Fact]
    public async Task DryRun_AnswersAndChangesNothing()
    {
        var answer = await _control.PutAsync(
            $"{Rulesets}/{EntryPoint}?dry_run=true",
            """{"rules":[{"action":"log","expression":"true"}]}"""
        );
        Assert.Equal((HttpStatusCode.OK, "root"), (answer.Status, answer.Result["kind"]!.GetValue<string>()));
        Assert.Empty((await _control.GetAsync(Rulesets)).Result.AsArray());
    }

    [Fact]
    public async Task List_ThatAnAccountsRuleNames_IsNotDeleted_AlsoWhereALimitCountsByIt()
    {
        var lists = $"/client/v4/accounts/{_account}/rules/lists";
        var list = Id((await _control.PostAsync(lists, """{"name":"bad","kind":"ip"}""")).Result);
        await Done(
            _control.PutAsync(
                $"{Rulesets}/phases/http_ratelimit/entrypoint",
                """
                {"rules":[{"action":"block","expression":"true","ratelimit":{"characteristics":["cf.colo.id","ip.src"],"period":60,
                "requests_per_period":1,"mitigation_timeout":60,"counting_expression":"ip.src in $bad"}}]}
                """
            )
        );
        Assert.Equal(HttpStatusCode.Conflict, (await _control.DeleteAsync($"{lists}/{list}")).Status);
        Assert.Equal(1, (await _control.GetAsync($"{lists}/{list}")).Result["num_referencing_filters"]!.GetValue<int>());

        var unknown = await _control.PutAsync(
            $"{Rulesets}/{EntryPoint}",
            """{"rules":[{"action":"block","expression":"ip.src in $nobody"}]}"""
        );
        Assert.Equal("/rules/0/expression", unknown.Pointer);

        await Done(_control.PutAsync($"{Rulesets}/phases/http_ratelimit/entrypoint", """{"rules":[]}"""));
        Assert.Equal(HttpStatusCode.OK, (await _control.DeleteAsync($"{lists}/{list}")).Status);
    }

    [Fact]
    public async Task KillSwitch_OfTheAccountsRule_IsForAllZonesOrOne_AndAZonesOwnForThatOneOnly()
    {
        var rule = Id((await MadeAsync())["rules"]![0]!);
        var own = await _control.PutAsync(
            $"/client/v4/zones/{_zone}/rulesets/{EntryPoint}",
            """{"rules":[{"action":"log","expression":"true"}]}"""
        );
        var ownRule = Id(own.Result["rules"]![0]!);

        Assert.Equal(HttpStatusCode.OK, (await KillAsync(rule, "*")).Status);
        Assert.Equal(HttpStatusCode.OK, (await KillAsync(rule, _zone)).Status);
        Assert.Equal(HttpStatusCode.OK, (await KillAsync(ownRule, _zone)).Status);
        var refused = await KillAsync(ownRule, "*");
        Assert.Equal((HttpStatusCode.BadRequest, "/zone"), (refused.Status, refused.Pointer));
    }

    [Fact]
    public async Task Counters_OfTheAccount_NameEachRule()
    {
        var made = await MadeAsync();
        var counter = (await _control.GetAsync($"/holdfast/v1/accounts/{_account}/rules/counters")).Result[0]!;
        Assert.Equal(
            (Id(made), Id(made["rules"]![0]!), 0),
            (counter["ruleset_id"]!.GetValue<string>(), counter["rule_id"]!.GetValue<string>(), counter["matches"]!.GetValue<int>())
        );
    }

    [Fact]
    public async Task OtherAccount_IsNotFound()
    {
        var other = $"/client/v4/accounts/{new string('a', 32)}/rulesets";
        Assert.Equal(HttpStatusCode.NotFound, (await _control.GetAsync(other)).Status);
        Assert.Equal(HttpStatusCode.NotFound, (await _control.PutAsync($"{other}/{EntryPoint}", """{"rules":[]}""")).Status);
    }

    private Task<Answer> KillAsync(string rule, string zone) =>
        _control.PostAsync(
            "/holdfast/v1/kill-switches",
            $$"""{"subject":"rule","target":"{{rule}}","zone":"{{zone}}","reason":"a test"}"""
        );

    private async Task<JsonNode> MadeAsync()
    {
        const string body = """
            {"name":"shared","kind":"custom","phase":"http_request_firewall_custom","rules":[{"ref":"a","action":"block","expression":"true"}]}
            """;
        return (await Done(_control.PostAsync(Rulesets, body))).Result;
    }

    private async Task<IEnumerable<(long, bool)>> ReleasesAsync(string name) =>
        (await _control.GetAsync("/holdfast/v1/releases?per_page=50"))
            .Result.AsArray()
            .Where(release => release!["kind"]!.GetValue<string>() == "account-ruleset" && release["name"]!.GetValue<string>() == name)
            .Select(release => (release!["generation"]!.GetValue<long>(), release["removed"]!.GetValue<bool>()))
            .OrderDescending()
            .Take(1);

    private static async Task<Answer> Done(Task<Answer> call)
    {
        var answer = await call;
        Assert.True(answer.Status == HttpStatusCode.OK, answer.Body.ToJsonString());
        return answer;
    }

    private static string Id(JsonNode node) => node["id"]!.GetValue<string>();
}
