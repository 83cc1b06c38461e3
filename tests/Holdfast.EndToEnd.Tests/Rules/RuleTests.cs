using System.Text.Json.Nodes;
using Holdfast.EndToEnd.Tests.Harness;

namespace Holdfast.EndToEnd.Tests.Rules;

/// <summary>Rules made through the API, on a real edge in front of a real nginx.</summary>
public sealed class RuleTests(SharedHoldfast shared) : SharedTests(shared)
{
    private const string Custom = "http_request_firewall_custom";

    [Fact]
    public async Task Rule_MadeThroughTheApi_Blocks()
    {
        await using var origin = await NginxOrigin.StartAsync("location / { return 200 'from the origin'; }");
        var id = await Holdfast.ZoneAsync("rules.example.com", origin.Url);
        Assert.Equal(200, (await AskAsync("/admin")).Status);

        var ruleset = await PutAsync(
            id,
            """
            {"rules":[
              {"ref":"office","action":"skip","action_parameters":{"ruleset":"current"},"expression":"http.user_agent eq \"office\""},
              {"ref":"admin","action":"block","expression":"starts_with(http.request.uri.path, \"/admin\")","description":"no strangers"}
            ]}
            """
        );
        await Eventually.TrueAsync(async () => (await AskAsync("/admin")).Status == 403, "the rule blocks");

        var blocked = await AskAsync("/%61dmin/x?y");
        Assert.Equal(403, blocked.Status);
        Assert.Contains("1020", blocked.Body, StringComparison.Ordinal);
        Assert.Equal(200, (await AskAsync("/else")).Status);
        Assert.Equal(200, (await AskAsync("/admin", "--user-agent", "office")).Status);

        var record = await Holdfast.LogRecordAsync(blocked.Ray);
        Assert.Equal("block", record["SecurityAction"]!.GetValue<string>());
        Assert.Equal(ruleset["rules"]![1]!["id"]!.GetValue<string>(), record["SecurityRuleID"]!.GetValue<string>());
        Assert.Equal("no strangers", record["SecurityRuleDescription"]!.GetValue<string>());
    }

    [Fact]
    public async Task Rule_ThatNamesAList_FollowsTheListWithinASecond()
    {
        await using var origin = await NginxOrigin.StartAsync("location / { return 200 'from the origin'; }");
        var id = await Holdfast.ZoneAsync("rules.example.com", origin.Url);
        var account = (await Holdfast.ApiAsync(HttpMethod.Get, "/client/v4/accounts"))[0]!["id"]!.GetValue<string>();
        var lists = $"/client/v4/accounts/{account}/rules/lists";
        var wanted = new JsonObject { ["name"] = "visitors", ["kind"] = "ip" };
        var list = (await Holdfast.ApiAsync(HttpMethod.Post, lists, wanted))["id"]!.GetValue<string>();
        await PutAsync(id, """{"rules":[{"action":"block","expression":"ip.src in $visitors"}]}""");
        Assert.Equal(200, (await AskAsync("/")).Status);

        await Holdfast.ApiAsync(HttpMethod.Post, $"{lists}/{list}/items", JsonNode.Parse("""[{"ip":"127.0.0.0/8"}]"""));
        await Eventually.TrueAsync(async () => (await AskAsync("/")).Status == 403, "the list is live");

        await Holdfast.ApiAsync(HttpMethod.Put, $"{lists}/{list}/items", JsonNode.Parse("""[{"ip":"192.0.2.1"}]"""));
        await Eventually.TrueAsync(async () => (await AskAsync("/")).Status == 200, "the list is another");
        await PutAsync(id, """{"rules":[]}""");
        await Holdfast.ApiAsync(HttpMethod.Delete, $"{lists}/{list}");
    }

    [Fact]
    public async Task Rule_ThatReadsTheBody_BlocksOverHttp2Too()
    {
        await using var origin = await NginxOrigin.StartAsync("location / { return 200 'from the origin'; }");
        var id = await Holdfast.ZoneAsync("rules.example.com", origin.Url);
        await PutAsync(id, """{"rules":[{"action":"block","expression":"http.request.body.form[\"q\"][0] contains \"evil\""}]}""");
        await Eventually.TrueAsync(async () => (await PostAsync("q=evil")).Status == 403, "the rule blocks");

        Assert.Equal(200, (await PostAsync("q=good&r=evil")).Status);
    }

    [Fact]
    public async Task Rules_AppliedFromAFile_ArePhaseByPhaseOnTheEdge()
    {
        await using var origin = await NginxOrigin.StartAsync("location / { return 200 'origin $request_uri $http_x_from'; }");
        await Holdfast.ZoneAsync("phases.example.com", origin.Url);
        using var directory = new TemporaryDirectory();
        await ApplyAsync(
            directory,
            "http_request_dynamic_redirect",
            """[{"action":"redirect","action_parameters":{"from_value":{"target_url":{"value":"https://example.org/"},"status_code":302}},"expression":"http.request.uri.path eq \"/away\""}]"""
        );
        await ApplyAsync(
            directory,
            "http_request_transform",
            """[{"action":"rewrite","action_parameters":{"uri":{"path":{"expression":"concat(\"/new\", http.request.uri.path)"}}},"expression":"http.request.uri.path wildcard \"/old*\""}]"""
        );
        await ApplyAsync(
            directory,
            "http_request_late_transform",
            """[{"action":"rewrite","action_parameters":{"headers":{"X-From":{"operation":"set","value":"the edge"}}},"expression":"true"}]"""
        );
        await ApplyAsync(
            directory,
            "http_request_cache_settings",
            """[{"action":"set_cache_settings","action_parameters":{"cache":true,"edge_ttl":{"mode":"override_origin","default":60}},"expression":"true"}]"""
        );
        await ApplyAsync(
            directory,
            "http_response_headers_transform",
            """[{"ref":"last","action":"rewrite","action_parameters":{"headers":{"X-Edge":{"operation":"set","expression":"cf.zone.name"}}},"expression":"true"}]"""
        );
        await Eventually.TrueAsync(async () => (await GetAsync("/else"))["x-edge"] == "phases.example.com", "all rules are live");

        var away = await GetAsync("/away");
        Assert.Equal((302, "https://example.org/"), (away.Status, away["location"]));
        var (miss, hit) = (await GetAsync("/old/x?a=1"), await GetAsync("/old/x?a=1"));
        Assert.Equal("origin /new/old/x?a=1 the edge", miss.Body);
        Assert.Equal(("MISS", "HIT", miss.Body), (miss["cf-cache-status"], hit["cf-cache-status"], hit.Body));

        var shown = await Holdfast.CommandAsync("ruleset", "show", "phases.example.com", "http_response_headers_transform");
        Assert.Contains("last", shown.Out, StringComparison.Ordinal);

        // A file that was cut off takes no rules away unseen.
        const string Phase = "http_response_headers_transform";
        var file = directory["rules.json"];
        await File.WriteAllTextAsync(
            file,
            """
            [{"ref":"last","action":"rewrite","action_parameters":{"headers":{"X-Edge":{"operation":"set","expression":"cf.zone.name"}}},"expression":"true"},
             {"ref":"b","action":"rewrite","action_parameters":{"headers":{"X-B":{"operation":"remove"}}},"expression":"true"}]
            """
        );
        (await Holdfast.CommandAsync("ruleset", "apply", "phases.example.com", Phase, file)).Succeeded();
        await File.WriteAllTextAsync(file, "[]");
        var cut = await Holdfast.CommandAsync("ruleset", "apply", "phases.example.com", Phase, file);
        Assert.Contains("2 rules would be removed", cut.Error, StringComparison.Ordinal);
        Assert.NotEqual(0, cut.ExitCode);
        Assert.NotEqual(0, (await Holdfast.CommandAsync("ruleset", "apply", "phases.example.com", Phase, file, "--deletes", "1")).ExitCode);
        var kept = await Holdfast.CommandAsync("ruleset", "show", "phases.example.com", Phase, "--json");
        Assert.Equal(2, JsonNode.Parse(kept.Out)!["rules"]!.AsArray().Count);
        (await Holdfast.CommandAsync("ruleset", "apply", "phases.example.com", Phase, file, "--deletes", "2")).Succeeded();

        Assert.Equal(0, (await Holdfast.CommandAsync("ruleset", "remove", "phases.example.com", "http_request_dynamic_redirect")).ExitCode);
        var left = await Holdfast.CommandAsync("ruleset", "list", "phases.example.com", "--json");
        Assert.Equal(4, JsonNode.Parse(left.Out)!.AsArray().Count);
    }

    [Fact]
    public async Task RateLimit_MadeThroughTheApi_StopsAFloodAndNothingElse()
    {
        const string limits = "phases/http_ratelimit/entrypoint";
        await using var origin = await NginxOrigin.StartAsync("location / { return 200 'from the origin'; }");
        var id = await Holdfast.ZoneAsync("flooded.example.com", origin.Url);
        await Holdfast.ZoneAsync("calm.example.com", origin.Url);
        var made = await Holdfast.ApiAsync(HttpMethod.Put, $"/client/v4/zones/{id}/rulesets/{limits}", Limit(20));
        var rule = made["rules"]![0]!["id"]!.GetValue<string>();
        await Holdfast.ZoneAsync("flooded.example.com", origin.Url);

        // A flood of 60 over one connection: twenty pass, however fast they come.
        var statuses = await FloodAsync("flooded.example.com", 60);
        Assert.Equal((20, 40), (statuses.Count(status => status == "200"), statuses.Count(status => status == "429")));
        Assert.All(await FloodAsync("calm.example.com", 60), status => Assert.Equal("200", status));

        var refused = await Curl.GetAsync(Holdfast.Http, "flooded.example.com", "/api");
        Assert.Equal((429, "{}"), (refused.Status, refused.Body));
        Assert.Equal($"\"{rule}\";q=20;w=3600", refused["ratelimit-policy"]);
        Assert.Equal($"\"{rule}\";r=0;t={refused["retry-after"]}", refused["ratelimit"]);
        var record = await Holdfast.LogRecordAsync(refused.Ray);
        Assert.Equal((1015, rule), (record["ErrorCode"]!.GetValue<int>(), record["SecurityRuleID"]!.GetValue<string>()));

        // A release with a higher limit finds what was counted.
        await Holdfast.ApiAsync(HttpMethod.Put, $"/client/v4/zones/{id}/rulesets/{limits}", Limit(25));
        await Holdfast.ZoneAsync("flooded.example.com", origin.Url);
        Assert.Equal(5, (await FloodAsync("flooded.example.com", 20)).Count(status => status == "200"));
        Assert.Equal(200, (await Curl.GetAsync(Holdfast.Http, "flooded.example.com", "/else")).Status);

        static JsonNode Limit(int most) =>
            JsonNode.Parse(
                $$$"""
                {"rules":[{
                  "ref":"api","action":"block","expression":"starts_with(http.request.uri.path, \"/api\")",
                  "action_parameters":{"response":{"status_code":429,"content_type":"application/json","content":"{}"}},
                  "ratelimit":{"characteristics":["cf.colo.id","ip.src"],"period":3600,"requests_per_period":{{{most}}}}
                }]}
                """
            )!;
    }

    // One curl, as many requests as wanted.
    private async Task<string[]> FloodAsync(string host, int times)
    {
        var result = await Curl.RunAsync(Holdfast.Http, host, $"/api?[1-{times}]", "--write-out", "\nstatus=%{http_code}\n");
        Assert.True(result.ExitCode == 0, result.Error);
        return
        [
            .. result.Out.Split('\n').Where(line => line.StartsWith("status=", StringComparison.Ordinal)).Select(line => line[7..].Trim()),
        ];
    }

    private async Task ApplyAsync(TemporaryDirectory directory, string phase, string rules)
    {
        var file = directory["rules.json"];
        await File.WriteAllTextAsync(file, rules);
        var result = await Holdfast.CommandAsync("ruleset", "apply", "phases.example.com", phase, file);
        Assert.True(result.ExitCode == 0, result.Error);
        Assert.Equal($"phases.example.com: {phase} has 1 rule, version 1\n", result.Out);
    }

    private Task<CurlAnswer> GetAsync(string path) => Curl.GetAsync(Holdfast.Http, "phases.example.com", path);

    private Task<JsonNode> PutAsync(string zone, string body) =>
        Holdfast.ApiAsync(HttpMethod.Put, $"/client/v4/zones/{zone}/rulesets/phases/{Custom}/entrypoint", JsonNode.Parse(body));

    private Task<CurlAnswer> AskAsync(string path, params string[] more) => Curl.GetAsync(Holdfast.Http, "rules.example.com", path, more);

    private Task<CurlAnswer> PostAsync(string body) =>
        Curl.GetAsync(Holdfast.Https, "rules.example.com", "/", "--insecure", "--http2", "--data", body);
}
