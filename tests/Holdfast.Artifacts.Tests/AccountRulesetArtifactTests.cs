using System.Text;
using Holdfast.Artifacts.Rulesets;
using Holdfast.Artifacts.Zones;
using Holdfast.Model.Rulesets;
using Holdfast.Model.Zones;

namespace Holdfast.Artifacts.Tests;

/// <summary>Rulesets of the account as artifacts, and rules that execute them.</summary>
public sealed class AccountRulesetArtifactTests
{
    private const string Id = "0123456789abcdef0123456789abcdef";
    private const string Other = "fedcba9876543210fedcba9876543210";

    private static readonly RulesetConfig Shared = new()
    {
        Id = Id,
        Name = "shared",
        Kind = RulesetKind.Custom,
        Phase = "http_request_firewall_custom",
        Version = 2,
        LastUpdated = DateTimeOffset.UnixEpoch,
        Rules = [Rule(new BlockAction((BlockResponse?)null)) with { Categories = ["probes", "php"] }],
    };

    private static readonly ExecuteAction Execute = new(
        Other,
        new ExecuteOverrides
        {
            All = new RuleOverride(true, new LogAction()),
            Categories = [("php", new RuleOverride(false, null))],
            Rules = [(Id, new RuleOverride(null, new BlockAction((BlockResponse?)null)))],
        }
    );

    public static TheoryData<RulesetKind> Kinds => [RulesetKind.Root, RulesetKind.Custom];

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Ruleset_IsTheSameWhenReadBack(RulesetKind kind)
    {
        var wanted = kind == RulesetKind.Root ? Shared with { Kind = kind, Rules = [Rule(Execute)] } : Shared;
        var bytes = AccountRulesetArtifact.Write(wanted);
        Assert.True(AccountRulesetArtifact.TryParse(1, bytes, out var read, out var problems), string.Join("; ", problems));
        Assert.Equal(kind, read.Kind);
        Assert.Equal(bytes, AccountRulesetArtifact.Write(read));
    }

    [Fact]
    public void Zone_WithARuleThatExecutes_IsTheSameWhenReadBack()
    {
        var zone = new ZoneConfig
        {
            Id = Id,
            Name = "example.com",
            Rulesets = [Shared with { Kind = RulesetKind.Zone, Rules = [Rule(Execute)] }],
        };
        var bytes = ZoneArtifact.Write(zone);
        Assert.True(ZoneArtifact.TryParse(1, bytes, out var read, out var problems), string.Join("; ", problems));
        Assert.Equal(bytes, ZoneArtifact.Write(read));
        var action = Assert.IsType<ExecuteAction>(read.Rulesets[0].Rules[0].Action);
        Assert.Equal(Execute.Overrides!.All, action.Overrides!.All);
        Assert.Equal(Execute.Overrides.Categories, action.Overrides.Categories);
        Assert.Equal(Execute.Overrides.Rules, action.Overrides.Rules);
    }

    [Theory]
    [InlineData("\"kind\":\"custom\"", "\"kind\":\"zone\"", "/kind")]
    [InlineData("\"kind\":\"custom\"", "\"kind\":\"managed\"", "/kind")]
    [InlineData("http_request_firewall_custom", "http_request_transform", "/phase")]
    [InlineData("\"php\"", "\"probes\"", "/rules/0/categories")]
    [InlineData("\"php\"", "\"p h p\"", "/rules/0/categories")]
    [InlineData("\"action\":\"block\"", "\"action\":\"block\",\"colour\":1", "/rules/0/colour")]
    [InlineData("\"action\":\"block\"", "\"action\":\"execute\",\"action_parameters\":{\"id\":\"" + Other + "\"}", "/rules/0/action")]
    [InlineData("{", "", "")]
    public void Ruleset_ThatIsWrong_IsRefusedWithThePlace(string part, string instead, string pointer)
    {
        var json = Encoding.UTF8.GetString(AccountRulesetArtifact.Write(Shared));
        var at = json.IndexOf(part, StringComparison.Ordinal);
        Assert.True(at >= 0);
        var problems = new AccountRulesetArtifact().Check(1, Encoding.UTF8.GetBytes(json[..at] + instead + json[(at + part.Length)..]));
        Assert.Equal(pointer, problems[0].Pointer);
    }

    [Theory]
    [InlineData("""{"version":"3"}""", "/version")]
    [InlineData("""{"matched_data":{"public_key":"x"}}""", "/matched_data")]
    [InlineData("""{"overrides":{"action":"skip"}}""", "/overrides/action")]
    [InlineData("""{"overrides":{"sensitivity_level":"low"}}""", "/overrides/sensitivity_level")]
    [InlineData("""{"overrides":{"rules":[{"id":"fedcba9876543210fedcba9876543210"}]}}""", "/overrides/rules/0/enabled")]
    [InlineData("""{"overrides":{"rules":[{"id":"x","enabled":true}]}}""", "/overrides/rules/0/id")]
    [InlineData(
        """{"overrides":{"categories":[{"category":"a","enabled":true},{"category":"a","enabled":false}]}}""",
        "/overrides/categories/1/category"
    )]
    public void Execute_ThatIsWrong_IsRefusedWithThePlace(string parameters, string pointer)
    {
        var json = Encoding
            .UTF8.GetString(AccountRulesetArtifact.Write(Shared with { Kind = RulesetKind.Root, Rules = [Rule(new LogAction())] }))
            .Replace(
                "\"action\":\"log\"",
                $"\"action\":\"execute\",\"action_parameters\":{{\"id\":\"{Other}\",{parameters[1..]}",
                StringComparison.Ordinal
            );
        var problem = Assert.Single(new AccountRulesetArtifact().Check(1, Encoding.UTF8.GetBytes(json)));
        Assert.Equal("/rules/0/action_parameters" + pointer, problem.Pointer);
    }

    [Fact]
    public void OtherFormats_AreRefused() => Assert.Single(new AccountRulesetArtifact().Check(2, AccountRulesetArtifact.Write(Shared)));

    private static RuleConfig Rule(RuleAction action) =>
        new()
        {
            Id = Id,
            Ref = Id,
            Version = 1,
            LastUpdated = DateTimeOffset.UnixEpoch,
            Expression = "true",
            Action = action,
        };
}
