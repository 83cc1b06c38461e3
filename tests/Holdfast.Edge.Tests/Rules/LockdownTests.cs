using Holdfast.Model.Access;
using Holdfast.Model.Rulesets;
using static Holdfast.Edge.Tests.Rules.RuledSite;

namespace Holdfast.Edge.Tests.Rules;

/// <summary>Zone lockdowns and user agent rules: asked behind the zone's custom rules.</summary>
public class LockdownTests
{
    private static readonly string[] Nobody = ["192.0.2.1", "2001:db8::/32"];
    private static readonly string[] Everybody = ["127.0.0.0/8"];

    [Theory]
    [InlineData("/admin", 403)]
    [InlineData("/admin/users?a=b", 403)]
    [InlineData("/%61dmin", 403)]
    [InlineData("/x/../ADMIN", 403)]
    [InlineData("/", 200)]
    [InlineData("/public/admin", 200)]
    public async Task Lockdown_OfAUrl_KeepsOthersOut(string target, int status)
    {
        await using var site = await StartAsync(Custom);
        await PutAsync(site, [Lockdown(1, ["example.com/admin*"], Nobody)]);

        Assert.Equal(status, await site.GetAsync(target));
        Assert.Equal(200, await site.GetAsync(target, host: "www.example.com"));
    }

    [Fact]
    public async Task Lockdown_OfThoseWhoMay_LetsThemIn()
    {
        await using var site = await StartAsync(Custom);
        await PutAsync(site, [Lockdown(1, ["example.com/admin*"], [.. Nobody, .. Everybody])]);

        Assert.Equal(200, await site.GetAsync("/admin"));
    }

    [Fact]
    public async Task Lockdowns_ForOneUrl_TheFirstByPriorityDecides()
    {
        await using var site = await StartAsync(Custom);
        var (wide, narrow) = (Lockdown(1, ["*example.com/*"], Nobody), Lockdown(2, ["*/open*", "*/free"], Everybody));
        await PutAsync(site, [wide, narrow]);
        Assert.Equal(403, await site.GetAsync("/open/door"));

        await PutAsync(site, [wide, narrow with { Priority = 5 }]);
        Assert.Equal(200, await site.GetAsync("/open/door"));
        Assert.Equal(200, await site.GetAsync("/free"));
        Assert.Equal(403, await site.GetAsync("/other"));

        await PutAsync(site, [wide with { Priority = 4 }, narrow with { Priority = 5 }]);
        Assert.Equal(403, await site.GetAsync("/open/door"));

        await PutAsync(site, [wide with { Paused = true }, narrow]);
        Assert.Equal(200, await site.GetAsync("/other"));
    }

    [Fact]
    public async Task UserAgent_ThatIsRefused_IsTheWholeOfIt()
    {
        await using var site = await StartAsync(Custom);
        await site.Edge.PutZoneAsync(
            "*",
            site.Origin.Url,
            null,
            zone => zone with { UserAgentRules = [Agent(1, "Bad\\Bot \"x\"/1.0"), Agent(2, "Other") with { Paused = true }] }
        );

        Assert.Equal(403, await site.GetAsync("/", "User-Agent: Bad\\Bot \"x\"/1.0\r\n"));
        Assert.Equal(200, await site.GetAsync("/", "User-Agent: Bad\\Bot \"x\"/1.0 \t+\r\n"));
        Assert.Equal(200, await site.GetAsync("/", "User-Agent: Other\r\n"));

        var record = Assert.Single(await site.Edge.LogRecordsAsync(3), line => line.GetProperty("EdgeResponseStatus").GetInt32() == 403);
        Assert.Equal("uaBlock", record.GetProperty("SecuritySources")[0].GetString());
        Assert.Equal(IdOf(1), record.GetProperty("SecurityRuleID").GetString());
    }

    [Theory]
    [InlineData("zoneLockdown", "/a", 200)]
    [InlineData("uaBlock", "/a", 403)]
    [InlineData("zoneLockdown", "/b", 403)]
    [InlineData("uaBlock", "/b", 200)]
    public async Task Skip_OfAProduct_SparesThatOneAlone(string product, string target, int status)
    {
        await using var site = await StartAsync(Custom);
        await site.Edge.PutZoneAsync(
            "*",
            site.Origin.Url,
            null,
            zone =>
                zone with
                {
                    Rulesets = [Ruleset(Custom, Rule("true", new SkipAction(false, [], [product])))],
                    Lockdowns = [Lockdown(1, ["example.com/a"], Nobody)],
                    UserAgentRules = [Agent(2, "bad")],
                }
        );

        Assert.Equal(status, await site.GetAsync(target, target == "/b" ? "User-Agent: bad\r\n" : ""));
    }

    [Fact]
    public async Task Allow_ByAnAccessRule_WinsOverBoth()
    {
        await using var site = await StartAsync(Custom);
        var access = new AccessRule
        {
            Id = IdOf(7),
            Mode = AccessMode.Whitelist,
            Target = AccessTarget.Ip,
            Value = "127.0.0.1",
            Notes = "",
            CreatedAt = DateTimeOffset.UnixEpoch,
            ModifiedAt = DateTimeOffset.UnixEpoch,
        };
        await site.Edge.PutZoneAsync(
            "*",
            site.Origin.Url,
            null,
            zone => zone with { AccessRules = [access], Lockdowns = [Lockdown(1, ["*"], Nobody)], UserAgentRules = [Agent(2, "bad")] }
        );

        Assert.Equal(200, await site.GetAsync("/", "User-Agent: bad\r\n"));
    }

    private static Task PutAsync(RuledSite site, ZoneLockdown[] lockdowns) =>
        site.Edge.PutZoneAsync("*", site.Origin.Url, null, zone => zone with { Lockdowns = [.. lockdowns] });

    private static ZoneLockdown Lockdown(int place, string[] urls, string[] addresses) =>
        new()
        {
            Id = IdOf(place),
            Urls = [.. urls],
            Addresses = [.. addresses],
            CreatedAt = DateTimeOffset.UnixEpoch,
            ModifiedAt = DateTimeOffset.UnixEpoch,
        };

    private static UserAgentRule Agent(int place, string agent) => new() { Id = IdOf(place), UserAgent = agent };
}
