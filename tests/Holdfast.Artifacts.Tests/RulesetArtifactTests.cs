using System.Text;
using System.Text.Json.Nodes;
using Holdfast.Artifacts.Rulesets;
using Holdfast.Artifacts.Zones;
using Holdfast.Model.Rulesets;
using Holdfast.Model.Zones;
using Holdfast.Releases.Canonical;

namespace Holdfast.Artifacts.Tests;

public sealed class RulesetArtifactTests
{
    private static readonly DateTimeOffset Then = new(2026, 1, 31, 12, 0, 0, 123, TimeSpan.Zero);

    private static readonly ZoneConfig Plain = new() { Id = "0123456789abcdef0123456789abcdef", Name = "example.com" };

    [Fact]
    public void Zone_WithEveryAction_IsTheSameWhenReadBack()
    {
        var zone = Plain with
        {
            Rulesets =
            [
                Ruleset(
                    Rule(1, new BlockAction(null)),
                    Rule(2, new BlockAction(new BlockResponse(499, "text/html", "<p>Närrisch"))) with
                    {
                        Enabled = false,
                        Logging = false,
                        Description = "keeps \"them\" out",
                        Ref = "my-ref.1",
                    },
                    Rule(3, new SkipAction(true, ["http_ratelimit"], ["uaBlock", "bic"])),
                    Rule(4, new LogAction())
                ),
            ],
        };
        var bytes = ZoneArtifact.Write(zone);
        Assert.True(ZoneArtifact.TryParse(1, bytes, out var read, out var problems), string.Join("; ", problems));
        Assert.Equal(bytes, ZoneArtifact.Write(read));
        Assert.Equal(bytes, CanonicalJson.Write(JsonNode.Parse(bytes)));
        var rules = Assert.Single(read.Rulesets).Rules;
        Assert.Equal(zone.Rulesets[0].Rules[1], rules[1]);
        Assert.Equal(["uaBlock", "bic"], Assert.IsType<SkipAction>(rules[2].Action).Products);
    }

    [Fact]
    public void Zone_WithoutRulesets_HasTheBytesThatItAlwaysHad()
    {
        var bytes = ZoneArtifact.Write(Plain);
        Assert.DoesNotContain("rulesets", Encoding.UTF8.GetString(bytes), StringComparison.Ordinal);
        Assert.True(ZoneArtifact.TryParse(1, bytes, out var read, out _));
        Assert.Empty(read.Rulesets);
    }

    [Theory]
    [InlineData("""{"expression":"http.hots eq \"x\""}""", "/rulesets/0/rules/0/expression", "did you mean http.host?")]
    [InlineData("""{"expression":"http.response.code eq 200"}""", "/rulesets/0/rules/0/expression", "http_request_firewall_custom")]
    [InlineData("""{"expression":7}""", "/rulesets/0/rules/0/expression", "7")]
    [InlineData("""{"action":"managed_challenge"}""", "/rulesets/0/rules/0/action", "challenges come later")]
    [InlineData("""{"action":"ddos_dynamic"}""", "/rulesets/0/rules/0/action", "which no edge does yet")]
    [InlineData("""{"action":"execute"}""", "/rulesets/0/rules/0/action_parameters", "kind custom")]
    [InlineData("""{"action":"blok"}""", "/rulesets/0/rules/0/action", "block, skip, log")]
    [InlineData(
        """{"action":"block","action_parameters":{"response":{"status_code":200,"content_type":"text/html","content":"x"}}}""",
        "/rulesets/0/rules/0/action_parameters/response/status_code",
        "400 to 499"
    )]
    [InlineData(
        """{"action":"block","action_parameters":{"response":{"status_code":403,"content_type":"image/png","content":"x"}}}""",
        "/rulesets/0/rules/0/action_parameters/response/content_type",
        "text/html"
    )]
    [InlineData("""{"action":"block","action_parameters":{"more":1}}""", "/rulesets/0/rules/0/action_parameters/more", "unknown")]
    [InlineData("""{"action":"skip"}""", "/rulesets/0/rules/0/action_parameters", "missing")]
    [InlineData("""{"action":"skip","action_parameters":{}}""", "/rulesets/0/rules/0/action_parameters", "says nothing")]
    [InlineData(
        """{"action":"skip","action_parameters":{"phases":["http_request_origin"]}}""",
        "/rulesets/0/rules/0/action_parameters/phases",
        "http_ratelimit"
    )]
    [InlineData(
        """{"action":"skip","action_parameters":{"rules":{"a":["b"]}}}""",
        "/rulesets/0/rules/0/action_parameters/rules",
        "ids of rulesets"
    )]
    [InlineData(
        """{"action":"skip","action_parameters":{"rules":{"0123456789abcdef0123456789abcdef":[]}}}""",
        "/rulesets/0/rules/0/action_parameters/rules/0123456789abcdef0123456789abcdef",
        "ids of rules"
    )]
    [InlineData(
        """{"action":"skip","action_parameters":{"rules":{"0123456789abcdef0123456789abcdef":null}}}""",
        "/rulesets/0/rules/0/action_parameters/rules/0123456789abcdef0123456789abcdef",
        "ids of rules"
    )]
    [InlineData(
        """{"action":"skip","action_parameters":{"rulesets":["current"]}}""",
        "/rulesets/0/rules/0/action_parameters/rulesets",
        "ids of rulesets"
    )]
    [InlineData("""{"ref":"a b"}""", "/rulesets/0/rules/0/ref", "letters")]
    [InlineData("""{"ref":null}""", "/rulesets/0/rules/0/ref", "missing")]
    [InlineData("""{"enabled":1}""", "/rulesets/0/rules/0/enabled", "true or false")]
    [InlineData("""{"logging":{"enabled":"on"}}""", "/rulesets/0/rules/0/logging/enabled", "true or false")]
    [InlineData("""{"version":"0"}""", "/rulesets/0/rules/0/version", "from 1")]
    [InlineData("""{"ratelimit":{}}""", "/rulesets/0/rules/0/ratelimit", "rules of http_ratelimit have it")]
    public void Rule_WithSomethingWrong_IsRefusedWithThePlace(string change, string pointer, string said)
    {
        var json = JsonNode.Parse(ZoneArtifact.Write(Plain with { Rulesets = [Ruleset(Rule(1, new LogAction()))] }))!;
        var rule = json["rulesets"]![0]!["rules"]![0]!.AsObject();
        foreach (var (name, value) in JsonNode.Parse(change)!.AsObject())
        {
            rule[name] = value?.DeepClone();
        }

        Refused(json, pointer, said);
    }

    [Theory]
    [InlineData("phase", "http_request_sbfm", "no edge runs rules in yet")]
    [InlineData("phase", "http_request", "http_request_firewall_custom")]
    [InlineData("kind", "custom", "zone")]
    [InlineData("id", "x", "hexadecimal")]
    [InlineData("last_updated", "yesterday", "2026")]
    public void Ruleset_WithSomethingWrong_IsRefusedWithThePlace(string name, string value, string said)
    {
        var json = JsonNode.Parse(ZoneArtifact.Write(Plain with { Rulesets = [Ruleset()] }))!;
        json["rulesets"]![0]![name] = value;
        Refused(json, $"/rulesets/0/{name}", said);
    }

    [Fact]
    public void Rulesets_OfOnePhase_AreRefused()
    {
        var json = JsonNode.Parse(ZoneArtifact.Write(Plain with { Rulesets = [Ruleset(), Ruleset()] }))!;
        Refused(json, "/rulesets/1/phase", "each once");
    }

    [Fact]
    public void Rules_WithOneIdOrRef_AreRefused()
    {
        var json = JsonNode.Parse(
            ZoneArtifact.Write(Plain with { Rulesets = [Ruleset(Rule(1, new LogAction()), Rule(1, new LogAction()))] })
        )!;
        Refused(json, "/rulesets/0/rules/1/id", "each id once");
        Refused(json, "/rulesets/0/rules/1/ref", "each ref once");
    }

    [Fact]
    public void Phases_ThatRun_AreInTheOrderOfTheDesign() =>
        Assert.Equal(RulesetPhase.Names.OrderBy(RulesetPhase.Order), RulesetPhase.Names);

    private static void Refused(JsonNode json, string pointer, string said)
    {
        Assert.False(ZoneArtifact.TryParse(1, CanonicalJson.Write(json), out _, out var problems));
        var problem = Assert.Single(problems, problem => problem.Pointer == pointer);
        Assert.Contains(said, problem.ToString(), StringComparison.Ordinal);
    }

    private static RulesetConfig Ruleset(params RuleConfig[] rules) =>
        new()
        {
            Id = "fedcba9876543210fedcba9876543210",
            Name = "default",
            Phase = "http_request_firewall_custom",
            Version = 3,
            LastUpdated = Then,
            Rules = [.. rules],
        };

    private static RuleConfig Rule(int number, RuleAction action) =>
        new()
        {
            Id = number.ToString("x32"),
            Ref = number.ToString("x32"),
            Version = number,
            LastUpdated = Then,
            Expression = "http.host eq \"example.com\" and not ssl",
            Action = action,
        };
}
