using System.Text.Json.Nodes;
using Holdfast.Artifacts.Zones;
using Holdfast.Model.Rulesets;
using Holdfast.Releases.Canonical;

namespace Holdfast.Artifacts.Tests;

/// <summary>Rules of the phase http_ratelimit, in the form that the API and releases have them.</summary>
public class RateLimitRuleTests
{
    private const string Limit =
        """{"characteristics":["cf.colo.id","ip.src"],"counting_expression":"http.response.code eq 401","mitigation_timeout":600,"period":60,"requests_per_period":5,"requests_to_origin":false}""";

    [Theory]
    [InlineData($$"""{"action":"block","ratelimit":{{Limit}}}""")]
    [InlineData(
        $$$"""{"action":"block","action_parameters":{"response":{"content":"slow down","content_type":"text/plain","status_code":429}},"ratelimit":{{{Limit}}}}"""
    )]
    [InlineData($$"""{"action":"log","ratelimit":{{Limit}}}""")]
    [InlineData("""{"action":"skip","action_parameters":{"phases":["http_request_sbfm"],"ruleset":"current"}}""")]
    public void Rule_Written_IsWhatWasRead(string members)
    {
        var json = Zone(members);
        Assert.True(ZoneArtifact.TryParse(1, CanonicalJson.Write(json), out var zone, out var problems), string.Join("; ", problems));
        var written = JsonNode.Parse(ZoneArtifact.Write(zone))!["rulesets"]![0]!["rules"]![0]!;
        foreach (var (name, value) in JsonNode.Parse(members)!.AsObject())
        {
            Assert.True(JsonNode.DeepEquals(value, written[name]), written.ToJsonString());
        }
    }

    [Fact]
    public void Response_WithoutAStatus_HasTheOneOfItsPhase()
    {
        const string Block =
            """{"action":"block","action_parameters":{"response":{"content":"no","content_type":"text/plain"}},"ratelimit":"""
            + Limit
            + "}";
        Assert.True(ZoneArtifact.TryParse(1, CanonicalJson.Write(Zone(Block)), out var zone, out _));
        Assert.Equal(429, Assert.IsType<BlockAction>(zone.Rulesets[0].Rules[0].Action).Response!.StatusCode);
    }

    [Theory]
    [InlineData(RulesetLimits.ContentBytes, true)]
    [InlineData(RulesetLimits.ContentBytes + 1, false)]
    public void Response_OfMoreThan30Kilobytes_IsRefused(int bytes, bool taken)
    {
        Assert.Equal(30 * 1024, RulesetLimits.ContentBytes);
        var block =
            $$$"""{"action":"block","action_parameters":{"response":{"content":"{{{new string('a', bytes)}}}","content_type":"text/html"}},"ratelimit":{{{Limit}}}}""";
        Assert.Equal(taken, ZoneArtifact.TryParse(1, CanonicalJson.Write(Zone(block)), out _, out var problems));
        Assert.Equal(taken, problems.Count == 0);
    }

    [Theory]
    [InlineData("""{"action":"block"}""", "ratelimit", "missing")]
    [InlineData("""{"action":"log","ratelimit":null}""", "ratelimit", "missing")]
    [InlineData("""{"action":"block","ratelimit":{}}""", "ratelimit/characteristics", "ip.src")]
    [InlineData($$"""{"action":"managed_challenge","ratelimit":{{Limit}}}""", "action", "challenges come later")]
    [InlineData($$"""{"action":"rewrite","ratelimit":{{Limit}}}""", "action", "block, skip, log")]
    [InlineData(
        $$$"""{"action":"skip","action_parameters":{"ruleset":"current"},"ratelimit":{{{Limit}}}}""",
        "ratelimit",
        "makes exceptions"
    )]
    [InlineData("""{"action":"skip","action_parameters":{"phases":["http_ratelimit"]}}""", "action_parameters/phases", "http_request_sbfm")]
    [InlineData(
        $$$"""{"action":"block","action_parameters":{"response":{"content":"a","content_type":"text/html","status_code":500}},"ratelimit":{{{Limit}}}}""",
        "action_parameters/response/status_code",
        "400 to 499"
    )]
    public void Rule_WithSomethingWrong_IsRefusedWithThePlace(string members, string pointer, string said)
    {
        Assert.False(ZoneArtifact.TryParse(1, CanonicalJson.Write(Zone(members)), out _, out var problems));
        var found = problems.Where(problem => problem.Pointer == "/rulesets/0/rules/0/" + pointer).ToList();
        Assert.True(found.Count > 0, string.Join("; ", problems));
        Assert.Contains(said, string.Join("; ", found), StringComparison.Ordinal);
    }

    private static JsonNode Zone(string members)
    {
        var json = RuleActionTests.Zone("http_ratelimit", "log", "null");
        var rule = json["rulesets"]![0]!["rules"]![0]!;
        foreach (var (name, value) in JsonNode.Parse(members)!.AsObject())
        {
            rule[name] = value?.DeepClone();
        }

        return json;
    }
}
