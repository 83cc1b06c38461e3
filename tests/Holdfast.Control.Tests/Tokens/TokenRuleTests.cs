using System.Net;
using Holdfast.Control.Access;
using static Holdfast.Control.Tests.Tokens.TestTokens;

namespace Holdfast.Control.Tests.Tokens;

/// <summary>What a token may do, and what it may let others do.</summary>
public sealed class TokenRuleTests
{
    [Fact]
    public async Task Policy_ForOneZone_ReachesThatZoneOnly()
    {
        await using var control = await TestControl.StartAsync();
        var (mine, other) = (await control.AddZoneAsync("a.example"), await control.AddZoneAsync("b.example"));
        var (_, token) = await control.AddTokenAsync($$"""{"com.cloudflare.api.account.zone.{{mine}}":"*"}""", PermissionGroups.ZoneWrite);
        Assert.Equal(HttpStatusCode.OK, (await control.GetAsync($"/client/v4/zones/{mine}", token)).Status);
        Assert.Equal(HttpStatusCode.Forbidden, (await control.GetAsync($"/client/v4/zones/{other}", token)).Status);
        Assert.Equal(mine, Text(Assert.Single((await control.GetAsync("/client/v4/zones", token)).Result.AsArray())!["id"]));
        Assert.Equal(
            HttpStatusCode.Forbidden,
            (await control.SendAsync(HttpMethod.Post, "/client/v4/zones", """{"name":"c.example"}""", token: token)).Status
        );
        Assert.Equal(HttpStatusCode.Forbidden, (await control.GetAsync(TokensPath, token)).Status);
    }

    [Theory]
    [InlineData("""{"com.cloudflare.api.account.ACCOUNT":{"com.cloudflare.api.account.zone.*":"*"}}""", true)]
    [InlineData("""{"com.cloudflare.api.account.ACCOUNT":{"com.cloudflare.api.account.zone.ZONE":"*"}}""", true)]
    [InlineData("""{"com.cloudflare.api.account.*":{"com.cloudflare.api.account.zone.ZONE":"*"}}""", true)]
    [InlineData("""{"com.cloudflare.api.account.zone.*":"*"}""", true)]
    [InlineData("""{"com.cloudflare.api.account.zone.00000000000000000000000000000000":"*"}""", false)]
    public async Task Policy_EveryFormOfResource_IsHonoured(string resources, bool reaches)
    {
        await using var control = await TestControl.StartAsync();
        var zone = await control.AddZoneAsync("example.com");
        var named = resources.Replace("ACCOUNT", await control.AccountIdAsync()).Replace("ZONE", zone);
        var (id, token) = await control.AddTokenAsync(named, PermissionGroups.ZoneRead);
        Assert.Equal(
            reaches ? HttpStatusCode.OK : HttpStatusCode.Forbidden,
            (await control.GetAsync($"/client/v4/zones/{zone}", token)).Status
        );
        Assert.Equal(named, (await control.GetAsync($"{TokensPath}/{id}")).Result["policies"]![0]!["resources"]!.ToJsonString());
    }

    [Fact]
    public async Task Policy_ThatDenies_WinsOverOneThatAllows()
    {
        await using var control = await TestControl.StartAsync();
        var (mine, other) = (await control.AddZoneAsync("a.example"), await control.AddZoneAsync("b.example"));
        var denied = $$"""{"com.cloudflare.api.account.zone.{{other}}":"*"}""";
        var (_, token) = await control.AddTokenAsync(
            Body([Policy(AllZones, PermissionGroups.ZoneWrite), Policy("deny", denied, [PermissionGroups.ZoneRead])])
        );
        Assert.Equal(HttpStatusCode.OK, (await control.GetAsync($"/client/v4/zones/{mine}", token)).Status);
        Assert.Equal(HttpStatusCode.Forbidden, (await control.GetAsync($"/client/v4/zones/{other}", token)).Status);
        Assert.Equal(
            HttpStatusCode.Forbidden,
            (await control.SendAsync(HttpMethod.Delete, $"/client/v4/zones/{other}", token: token)).Status
        );
        Assert.Single((await control.GetAsync("/client/v4/zones", token)).Result.AsArray());
    }

    [Fact]
    public async Task Policy_OfAForeignAccountOrUser_IsRefused()
    {
        await using var control = await TestControl.StartAsync();
        var foreign = new string('0', 32);
        var account = Policy($$"""{"com.cloudflare.api.account.{{foreign}}":"*"}""", PermissionGroups.AccountSettingsRead);
        var user = Policy($$"""{"com.cloudflare.api.user.{{foreign}}":"*"}""", PermissionGroups.UserDetailsRead);
        Assert.Equal(HttpStatusCode.BadRequest, (await control.PostAsync(TokensPath, Body([account]))).Status);
        Assert.Equal(HttpStatusCode.BadRequest, (await control.PostAsync(TokensPath, Body([user]))).Status);
    }

    [Fact]
    public async Task Maker_CanGiveNoMoreThanItHas()
    {
        await using var control = await TestControl.StartAsync();
        var zone = await control.AddZoneAsync("example.com");
        var maker = await MakerAsync(control, $$"""{"com.cloudflare.api.account.zone.{{zone}}":"*"}""", "");
        var oneZone = $$"""{"com.cloudflare.api.account.zone.{{zone}}":"*"}""";

        Assert.Equal(HttpStatusCode.OK, await CreateAsync(maker, Body([Policy(oneZone, PermissionGroups.DnsRead)])));
        Assert.Equal(HttpStatusCode.OK, await CreateAsync(maker, Body([Policy(oneZone, PermissionGroups.DnsWrite)])));
        Assert.Equal(HttpStatusCode.Forbidden, await CreateAsync(maker, Body([Policy(oneZone, PermissionGroups.ZoneRead)])));
        Assert.Equal(HttpStatusCode.Forbidden, await CreateAsync(maker, Body([Policy(AllZones, PermissionGroups.DnsRead)])));

        // It cannot reach more by way of a token that has more.
        var admin = await control.AdminIdAsync();
        Assert.Equal(HttpStatusCode.Forbidden, (await maker(HttpMethod.Put, $"{TokensPath}/{admin}/value", "{}")).Status);
        Assert.Equal(HttpStatusCode.Forbidden, (await maker(HttpMethod.Delete, $"{TokensPath}/{admin}", null)).Status);
        var (bigger, _) = await control.AddTokenAsync(AllZones, PermissionGroups.ZoneRead);
        var narrowed = Body([Policy(oneZone, PermissionGroups.DnsRead)]);
        Assert.Equal(HttpStatusCode.Forbidden, (await maker(HttpMethod.Put, $"{TokensPath}/{bigger}", narrowed)).Status);
        Assert.Equal(HttpStatusCode.Forbidden, (await maker(HttpMethod.Put, $"{TokensPath}/{bigger}/value", null)).Status);
    }

    [Fact]
    public async Task Maker_ThatIsBoundedInTimeAndPlace_CanGiveNoMoreThanThat()
    {
        await using var control = await TestControl.StartAsync(time: new ManualTime());
        var maker = await MakerAsync(
            control,
            AllZones,
            ""","expires_on":"2027-01-01T00:00:00Z","condition":{"request_ip":{"in":["127.0.0.0/8"],"not_in":["127.0.0.7"]}}"""
        );
        Task<HttpStatusCode> With(string more) => CreateAsync(maker, Body([Policy(AllZones, PermissionGroups.DnsRead)], more));

        const string Ends = ""","expires_on":"2026-06-01T00:00:00Z" """;
        const string Place = ""","condition":{"request_ip":{"in":["127.0.0.0/16"],"not_in":["127.0.0.0/24"]}}""";
        Assert.Equal(HttpStatusCode.OK, await With(Ends + Place));
        Assert.Equal(HttpStatusCode.Forbidden, await With(Place));
        Assert.Equal(HttpStatusCode.Forbidden, await With(""","expires_on":"2028-01-01T00:00:00Z" """ + Place));
        Assert.Equal(HttpStatusCode.Forbidden, await With(Ends));
        Assert.Equal(HttpStatusCode.Forbidden, await With(Ends + ""","condition":{"request_ip":{"in":["127.0.0.0/16"]}}"""));
        Assert.Equal(
            HttpStatusCode.Forbidden,
            await With(Ends + ""","condition":{"request_ip":{"in":["0.0.0.0/0"],"not_in":["127.0.0.7"]}}""")
        );
    }

    [Fact]
    public async Task Maker_ThatIsAToken_CannotMakeAnotherMaker()
    {
        await using var control = await TestControl.StartAsync();
        var maker = await MakerAsync(control, AllZones, "");
        var user = $$"""{"com.cloudflare.api.user.{{await control.UserIdAsync()}}":"*"}""";
        var answer = await maker(HttpMethod.Post, TokensPath, Body([Policy(user, PermissionGroups.TokensWrite)]));
        Assert.Equal((HttpStatusCode.BadRequest, 1001), (answer.Status, answer.Code));
        Assert.Equal(HttpStatusCode.OK, await CreateAsync(maker, Body([Policy(user, PermissionGroups.TokensRead)])));
    }

    [Fact]
    public async Task Maker_ThatMayDoEverything_StillCannotTouchTheAdminToken()
    {
        await using var control = await TestControl.StartAsync();
        var admin = await control.AdminIdAsync();
        var shown = (await control.GetAsync($"{TokensPath}/{admin}")).Result["policies"]![0]!;
        var (_, everything) = await control.AddTokenAsync(Body([shown.ToJsonString()]));
        foreach (var (method, path) in new[] { (HttpMethod.Put, $"{admin}/value"), (HttpMethod.Delete, admin) })
        {
            var answer = await control.SendAsync(method, $"{TokensPath}/{path}", token: everything);
            Assert.Equal((HttpStatusCode.Forbidden, 9109), (answer.Status, answer.Code));
        }

        Assert.Equal(HttpStatusCode.OK, (await control.GetAsync("/client/v4/zones")).Status);
    }

    [Fact]
    public async Task LastAdminToken_CanBeRolledAndNeitherRemovedNorBounded()
    {
        using var data = new TemporaryDirectory();
        await using (var control = await TestControl.StartAsync(data.Path))
        {
            var id = await control.AdminIdAsync();
            var shown = (await control.GetAsync($"{TokensPath}/{id}")).Result.AsObject();
            string With(string member, string value)
            {
                var changed = shown.DeepClone();
                changed[member] = System.Text.Json.Nodes.JsonNode.Parse(value);
                return changed.ToJsonString();
            }

            Assert.Equal(HttpStatusCode.OK, (await control.PutAsync($"{TokensPath}/{id}", With("name", "\"root\""))).Status);
            foreach (
                var body in new[]
                {
                    With("status", "\"disabled\""),
                    With("expires_on", "\"2099-01-01T00:00:00Z\""),
                    With("not_before", "\"2099-01-01T00:00:00Z\""),
                    With("condition", """{"request_ip":{"in":["127.0.0.1"]}}"""),
                }
            )
            {
                Assert.Equal(HttpStatusCode.Conflict, (await control.PutAsync($"{TokensPath}/{id}", body)).Status);
            }

            var narrowed = await control.PutAsync($"{TokensPath}/{id}", Body([Policy(AllZones, PermissionGroups.ZoneRead)]));
            Assert.Equal((HttpStatusCode.BadRequest, "/policies"), (narrowed.Status, narrowed.Pointer));
            Assert.Equal(HttpStatusCode.Conflict, (await control.DeleteAsync($"{TokensPath}/{id}")).Status);
            Assert.Equal(HttpStatusCode.OK, (await control.GetAsync(TokensPath)).Status);
        }

        // With another one, the first can go.
        await using var second = await TestControl.StartAsync(data.Path, token: "another-admin-token-0123456789");
        var first = (await second.GetAsync(TokensPath + "/verify", "another-admin-token-0123456789")).Result["id"]!.GetValue<string>();
        Assert.Equal(HttpStatusCode.OK, (await second.DeleteAsync($"{TokensPath}/{first}")).Status);
        var last = await second.AdminIdAsync();
        var rolled = (await second.PutAsync($"{TokensPath}/{last}/value", "")).Result.GetValue<string>();
        Assert.Equal(HttpStatusCode.Conflict, (await second.SendAsync(HttpMethod.Delete, $"{TokensPath}/{last}", token: rolled)).Status);
    }

    [Fact]
    public async Task LastAdminTokens_RemovedAtOnce_OneStays()
    {
        using var data = new TemporaryDirectory();
        await using (await TestControl.StartAsync(data.Path))
        {
            // Makes the first one.
        }

        await using var control = await TestControl.StartAsync(data.Path, token: "another-admin-token-0123456789");
        var ids = (await control.GetAsync(TokensPath)).Result.AsArray().Select(token => Text(token!["id"])).ToList();
        Assert.Equal(2, ids.Count);
        var answers = await Task.WhenAll(ids.Select(id => control.DeleteAsync($"{TokensPath}/{id}")));
        Assert.Single(answers, answer => answer.Status == HttpStatusCode.OK);
    }

    /// <summary>A token that makes tokens and may write DNS of some zones; what it sends.</summary>
    private static async Task<Func<HttpMethod, string, string?, Task<Answer>>> MakerAsync(TestControl control, string zones, string more)
    {
        var user = $$"""{"com.cloudflare.api.user.{{await control.UserIdAsync()}}":"*"}""";
        var (_, token) = await control.AddTokenAsync(
            Body([Policy(user, PermissionGroups.TokensWrite), Policy(zones, PermissionGroups.DnsWrite)], more)
        );
        return (method, path, body) => control.SendAsync(method, path, body, token: token);
    }

    private static async Task<HttpStatusCode> CreateAsync(Func<HttpMethod, string, string?, Task<Answer>> maker, string body) =>
        (await maker(HttpMethod.Post, TokensPath, body)).Status;
}
