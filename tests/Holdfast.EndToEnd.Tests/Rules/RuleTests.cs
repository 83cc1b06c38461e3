using System.Diagnostics;
using System.Text.Json.Nodes;
using Holdfast.EndToEnd.Tests.Harness;

namespace Holdfast.EndToEnd.Tests.Rules;

/// <summary>Rules made through the API, on a real edge in front of a real nginx.</summary>
public sealed class RuleTests(SharedHoldfast shared) : SharedTests(shared)
{
    private const string Custom = "http_request_firewall_custom";

    // From the API's answer to the first request that meets the rule, on a machine that does other things too; alone it takes a tenth.
    private static readonly TimeSpan Promised = TimeSpan.FromSeconds(1);

    [Fact]
    public async Task Rule_MadeThroughTheApi_BlocksWithinASecond()
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
        var made = Stopwatch.StartNew();
        await Eventually.TrueAsync(async () => (await AskAsync("/admin")).Status == 403, "the rule blocks");
        Assert.True(made.Elapsed < Promised, $"it took {made.Elapsed}");

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
    public async Task Rule_ThatReadsTheBody_BlocksOverHttp2Too()
    {
        await using var origin = await NginxOrigin.StartAsync("location / { return 200 'from the origin'; }");
        var id = await Holdfast.ZoneAsync("rules.example.com", origin.Url);
        await PutAsync(id, """{"rules":[{"action":"block","expression":"http.request.body.form[\"q\"][0] contains \"evil\""}]}""");
        await Eventually.TrueAsync(async () => (await PostAsync("q=evil")).Status == 403, "the rule blocks");

        Assert.Equal(200, (await PostAsync("q=good&r=evil")).Status);
    }

    private Task<JsonNode> PutAsync(string zone, string body) =>
        Holdfast.ApiAsync(HttpMethod.Put, $"/client/v4/zones/{zone}/rulesets/phases/{Custom}/entrypoint", JsonNode.Parse(body));

    private Task<CurlAnswer> AskAsync(string path, params string[] more) => Curl.GetAsync(Holdfast.Http, "rules.example.com", path, more);

    private Task<CurlAnswer> PostAsync(string body) =>
        Curl.GetAsync(Holdfast.Https, "rules.example.com", "/", "--insecure", "--http2", "--data", body);
}
