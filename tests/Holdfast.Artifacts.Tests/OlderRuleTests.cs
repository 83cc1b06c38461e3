using System.Text;
using Holdfast.Artifacts.Zones;
using Holdfast.Model.Access;
using Holdfast.Model.Zones;
using Holdfast.Rules;

namespace Holdfast.Artifacts.Tests;

/// <summary>Zone lockdowns and user agent rules in a zone's artifact.</summary>
public sealed class OlderRuleTests
{
    private const string Id = "0123456789abcdef0123456789abcdef";

    private static readonly ZoneConfig Zone = new()
    {
        Id = Id,
        Name = "example.com",
        Lockdowns =
        [
            new ZoneLockdown
            {
                Id = Id,
                Urls = ["www.example.com/admin*", "*/x?y"],
                Addresses = ["192.0.2.1", "2001:db8::/32"],
                Priority = 5,
                Paused = true,
                Description = "the office",
                CreatedAt = DateTimeOffset.UnixEpoch,
                ModifiedAt = DateTimeOffset.UnixEpoch,
            },
        ],
        UserAgentRules =
        [
            new UserAgentRule
            {
                Id = Id,
                UserAgent = "Bad\\Bot \"1\"",
                Description = "bad",
            },
        ],
    };

    [Fact]
    public void Zone_WithBoth_IsTheSameWhenReadBack()
    {
        var bytes = ZoneArtifact.Write(Zone);
        Assert.True(ZoneArtifact.TryParse(1, bytes, out var read, out var problems), string.Join("; ", problems));
        Assert.Equal(bytes, ZoneArtifact.Write(read));
        Assert.Equal(Zone.UserAgentRules[0], read.UserAgentRules[0]);
        Assert.Equal(Zone.Lockdowns[0].Addresses, read.Lockdowns[0].Addresses);
        Assert.Equal(5, read.Lockdowns[0].Priority);
    }

    [Theory]
    [InlineData("\"www.example.com/admin*\"", "\"https://www.example.com/\"", "/lockdowns/0/urls")]
    [InlineData("\"www.example.com/admin*\"", "\"a**b\"", "/lockdowns/0/urls")]
    [InlineData("\"www.example.com/admin*\"", "\"a\\\"b\"", "/lockdowns/0/urls")]
    [InlineData("\"192.0.2.1\"", "\"192.0.2.0/24\"", "/lockdowns/0/configurations/0/value")]
    [InlineData("\"target\":\"ip\"", "\"target\":\"asn\"", "/lockdowns/0/configurations/0/target")]
    [InlineData("\"priority\":5", "\"priority\":0", "/lockdowns/0/priority")]
    [InlineData("\"target\":\"ua\"", "\"target\":\"ip\"", "/ua_rules/0/configuration/target")]
    [InlineData("\"mode\":\"block\"", "\"mode\":\"challenge\"", "/ua_rules/0/mode")]
    [InlineData("\"description\":\"bad\"", "\"description\":\"bad\",\"colour\":1", "/ua_rules/0/colour")]
    public void Rule_ThatIsWrong_IsRefusedWithThePlace(string part, string instead, string pointer)
    {
        var json = Encoding.UTF8.GetString(ZoneArtifact.Write(Zone));
        Assert.Contains(part, json, StringComparison.Ordinal);
        var at = json.IndexOf(part, StringComparison.Ordinal);
        var problems = new ZoneArtifact().Check(1, Encoding.UTF8.GetBytes(json[..at] + instead + json[(at + part.Length)..]));
        Assert.Equal(pointer, problems[0].Pointer);
    }

    [Fact]
    public void Lockdown_OfTheLongestKind_FitsIntoAnExpression()
    {
        // What an edge makes of it: see LockdownRulesets.
        var urls =
            AccessLimits.LockdownUrls * ("concat(http.host, http.request.uri.path) wildcard \"\" or ".Length + AccessLimits.UrlCharacters);
        var addresses = AccessLimits.LockdownAddresses * "2001:0db8:0000:0000:0000:0000:0000:0000/128 ".Length;
        Assert.True(urls + addresses + "() and not ip.src in {}".Length <= RuleLimits.ExpressionCharacters);
    }
}
