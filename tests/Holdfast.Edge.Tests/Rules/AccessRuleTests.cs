using System.Globalization;
using Holdfast.Model.Access;
using Holdfast.Model.Rulesets;
using static Holdfast.Edge.Tests.Rules.RuledSite;

namespace Holdfast.Edge.Tests.Rules;

/// <summary>IP access rules: asked before all others.</summary>
public class AccessRuleTests
{
    private const string Request = "GET / HTTP/1.1\r\nHost: example.com\r\nAccept: text/html\r\n\r\n";

    [Theory]
    [InlineData(AccessTarget.Ip, "127.0.0.1", true)]
    [InlineData(AccessTarget.Ip, "127.0.0.2", false)]
    [InlineData(AccessTarget.IpRange, "127.0.0.0/8", true)]
    [InlineData(AccessTarget.IpRange, "2001:db8::/32", false)]
    [InlineData(AccessTarget.Country, "DE", false)]
    [InlineData(AccessTarget.Asn, "AS64496", false)]
    public async Task Block_ForThisVisitorOnly_AnswersWithPage1006(AccessTarget target, string value, bool isBlocked)
    {
        await using var site = await StartAsync(Custom, Rule("false", new LogAction()));
        await PutAsync(site, [], Access(1, AccessMode.Block, target, value));

        var (head, body) = await site.AskAsync(Request);

        Assert.StartsWith(isBlocked ? "HTTP/1.1 403 " : "HTTP/1.1 200 ", head, StringComparison.Ordinal);
        Assert.Equal(isBlocked, body.Contains("1006", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Allow_OfAVisitor_WinsOverCustomRules()
    {
        await using var site = await StartAsync(Custom, Rule("true", new BlockAction((BlockResponse?)null)));
        Assert.Equal(403, await site.GetAsync("/"));
        var blockAll = Ruleset(Custom, Rule("true", new BlockAction((BlockResponse?)null)));
        await PutAsync(site, [blockAll], Access(1, AccessMode.Whitelist, AccessTarget.IpRange, "127.0.0.0/8"));

        Assert.Equal(200, await site.GetAsync("/"));

        // Two connections' records are written in any order.
        var record = Assert.Single(await site.Edge.LogRecordsAsync(2), line => line.GetProperty("EdgeResponseStatus").GetInt32() == 200);
        Assert.Equal("whitelist", record.GetProperty("SecurityAction").GetString());
        Assert.Equal("ip", record.GetProperty("SecuritySources")[0].GetString());
    }

    [Fact]
    public async Task Rules_ForTheSameVisitor_TheMostTellingDecides()
    {
        await using var site = await StartAsync(Custom, Rule("false", new LogAction()));
        await PutAsync(
            site,
            [],
            Access(1, AccessMode.Block, AccessTarget.IpRange, "127.0.0.0/8"),
            Access(2, AccessMode.Whitelist, AccessTarget.IpRange, "127.0.0.0/24")
        );
        Assert.Equal(200, await site.GetAsync("/"));

        await PutAsync(
            site,
            [],
            Access(1, AccessMode.Whitelist, AccessTarget.IpRange, "127.0.0.0/24"),
            Access(2, AccessMode.Block, AccessTarget.Ip, "127.0.0.1")
        );
        Assert.Equal(403, await site.GetAsync("/"));
    }

    private static Task PutAsync(RuledSite site, RulesetConfig[] rulesets, params AccessRule[] rules) =>
        site.Edge.PutZoneAsync("*", site.Origin.Url, null, zone => zone with { Rulesets = [.. rulesets], AccessRules = [.. rules] });

    private static AccessRule Access(int number, AccessMode mode, AccessTarget target, string value) =>
        new()
        {
            Id = number.ToString("x32", CultureInfo.InvariantCulture),
            Mode = mode,
            Target = target,
            Value = value,
            Notes = "",
            CreatedAt = DateTimeOffset.UnixEpoch,
            ModifiedAt = DateTimeOffset.UnixEpoch,
        };
}
