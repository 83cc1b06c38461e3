using System.Net;
using System.Text;
using Holdfast.Control.Access;
using static Holdfast.Control.Tests.Tokens.TestTokens;

namespace Holdfast.Control.Tests.Tokens;

public sealed class TokenApiTests
{
    [Fact]
    public async Task Token_Created_WorksAndIsShownOnce()
    {
        await using var control = await TestControl.StartAsync();
        var created = await control.PostAsync(TokensPath, Body([Policy(AllZones, PermissionGroups.ZoneRead)]));
        var id = Text(created.Result["id"]);
        var value = Text(created.Result["value"]);

        Assert.Matches("^hf_[A-Za-z0-9_-]{40}$", value);
        Assert.Equal(HttpStatusCode.OK, (await control.GetAsync("/client/v4/zones", value)).Status);
        Assert.Equal(id, Text((await control.GetAsync(TokensPath + "/verify", value)).Result["id"]));
        var read = await control.GetAsync($"{TokensPath}/{id}");
        Assert.Null(read.Result["value"]);
        Assert.Equal("active", Text(read.Result["status"]));
        Assert.Equal("Zone Read", Text(read.Result["policies"]![0]!["permission_groups"]![0]!["name"]));
        Assert.Equal("\"1\"", read.Tag);
    }

    [Fact]
    public async Task Token_InTheDatabase_IsItsHashOnly()
    {
        using var data = new TemporaryDirectory();
        string value;
        await using (var control = await TestControl.StartAsync(data.Path))
        {
            (_, value) = await control.AddTokenAsync(AllZones, PermissionGroups.ZoneRead);
        }

        foreach (var file in Directory.GetFiles(Path.Combine(data.Path, "control")))
        {
            var bytes = await File.ReadAllBytesAsync(file, TestContext.Current.CancellationToken);
            Assert.Equal(-1, bytes.AsSpan().IndexOf(Encoding.ASCII.GetBytes(value)));
        }

        await using var second = await TestControl.StartAsync(data.Path);
        Assert.Equal(HttpStatusCode.OK, (await second.GetAsync("/client/v4/zones", value)).Status);
    }

    [Fact]
    public async Task Token_Rolled_OnlyTheNewOneWorks()
    {
        await using var control = await TestControl.StartAsync();
        var (id, old) = await control.AddTokenAsync(AllZones, PermissionGroups.ZoneRead);
        var rolled = await control.PutAsync($"{TokensPath}/{id}/value", "{}");
        var value = rolled.Result.GetValue<string>();
        Assert.Equal(HttpStatusCode.Forbidden, (await control.GetAsync("/client/v4/zones", old)).Status);
        Assert.Equal(HttpStatusCode.OK, (await control.GetAsync("/client/v4/zones", value)).Status);
        Assert.Equal("\"2\"", rolled.Tag);
    }

    [Fact]
    public async Task Token_Updated_IsReplacedAndTakesItsOwnFormBack()
    {
        await using var control = await TestControl.StartAsync();
        var zone = await control.AddZoneAsync("example.com");
        var (id, value) = await control.AddTokenAsync(
            Body([Policy(AllZones, PermissionGroups.ZoneRead)], ""","condition":{"request_ip":{"not_in":["192.0.2.0/24"]}}""")
        );
        var shown = (await control.GetAsync($"{TokensPath}/{id}")).Result;
        var same = await control.PutAsync($"{TokensPath}/{id}", shown.ToJsonString(), "\"1\"");
        Assert.Equal(HttpStatusCode.OK, same.Status);
        Assert.Equal(shown["policies"]!.ToJsonString(), same.Result["policies"]!.ToJsonString());
        Assert.Equal(shown["condition"]!.ToJsonString(), same.Result["condition"]!.ToJsonString());

        var one = await control.PutAsync(
            $"{TokensPath}/{id}",
            Body([Policy($$"""{"com.cloudflare.api.account.zone.{{zone}}":"*"}""", PermissionGroups.DnsRead)])
        );
        Assert.Null(one.Result["condition"]);
        Assert.Equal(HttpStatusCode.Forbidden, (await control.GetAsync($"/client/v4/zones/{zone}", value)).Status);
        var stale = await control.PutAsync($"{TokensPath}/{id}", shown.ToJsonString(), "\"1\"");
        Assert.Equal(HttpStatusCode.PreconditionFailed, stale.Status);
    }

    [Fact]
    public async Task Token_Disabled_IsRefusedAndVerifySaysSo()
    {
        await using var control = await TestControl.StartAsync();
        var body = Body([Policy(AllZones, PermissionGroups.ZoneRead)]);
        var (id, value) = await control.AddTokenAsync(body);
        await control.PutAsync($"{TokensPath}/{id}", Body([Policy(AllZones, PermissionGroups.ZoneRead)], ""","status":"disabled" """));
        Assert.Equal((HttpStatusCode.Forbidden, 9109), await StatusAsync(control.GetAsync("/client/v4/zones", value)));
        Assert.Equal("disabled", Text((await control.GetAsync(TokensPath + "/verify", value)).Result["status"]));

        // An update that says nothing of the status does not switch it on.
        await control.PutAsync($"{TokensPath}/{id}", body);
        Assert.Equal("disabled", Text((await control.GetAsync(TokensPath + "/verify", value)).Result["status"]));
        await control.PutAsync($"{TokensPath}/{id}", Body([Policy(AllZones, PermissionGroups.ZoneRead)], ""","status":"active" """));
        Assert.Equal(HttpStatusCode.OK, (await control.GetAsync("/client/v4/zones", value)).Status);
    }

    [Fact]
    public async Task Token_BeforeAndAfterItsTime_IsRefused()
    {
        var time = new ManualTime();
        await using var control = await TestControl.StartAsync(time: time);
        var (id, value) = await control.AddTokenAsync(
            Body(
                [Policy(AllZones, PermissionGroups.ZoneRead)],
                ""","not_before":"2026-01-31T13:00:00Z","expires_on":"2026-01-31T15:00:00+01:00" """
            )
        );
        Assert.Equal((HttpStatusCode.Forbidden, 9109), await StatusAsync(control.GetAsync("/client/v4/zones", value)));
        time.Advance(TimeSpan.FromHours(1));
        Assert.Equal(HttpStatusCode.OK, (await control.GetAsync("/client/v4/zones", value)).Status);
        time.Advance(TimeSpan.FromHours(1));
        Assert.Equal((HttpStatusCode.Forbidden, 9109), await StatusAsync(control.GetAsync("/client/v4/zones", value)));
        Assert.Equal("expired", Text((await control.GetAsync(TokensPath + "/verify", value)).Result["status"]));
        Assert.DoesNotContain(id, (await control.GetAsync(TokensPath)).Body.ToJsonString(), StringComparison.Ordinal);
        Assert.Contains(id, (await control.GetAsync(TokensPath + "?include_expired=true")).Body.ToJsonString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"in":["127.0.0.0/8"]}""", HttpStatusCode.OK)]
    [InlineData("""{"in":["127.0.0.1"]}""", HttpStatusCode.OK)]
    [InlineData("""{"in":["192.0.2.0/24"]}""", HttpStatusCode.Forbidden)]
    [InlineData("""{"not_in":["192.0.2.0/24"]}""", HttpStatusCode.OK)]
    [InlineData("""{"in":["0.0.0.0/0"],"not_in":["127.0.0.1/32"]}""", HttpStatusCode.Forbidden)]
    [InlineData("""{"in":["2001:db8::/32"]}""", HttpStatusCode.Forbidden)]
    public async Task Token_WithACondition_HoldsFromThoseAddresses(string addresses, HttpStatusCode expected)
    {
        await using var control = await TestControl.StartAsync();
        var (_, value) = await control.AddTokenAsync(
            Body([Policy(AllZones, PermissionGroups.ZoneRead)], $$""","condition":{"request_ip":{{addresses}}}""")
        );
        Assert.Equal(expected, (await control.GetAsync("/client/v4/zones", value)).Status);
    }

    [Theory]
    [InlineData("""{"policies":[]}""", "/name")]
    [InlineData("""{"name":"x"}""", "/policies")]
    [InlineData("""{"name":"x","policies":[]}""", "/policies")]
    [InlineData("""{"name":"x","policies":{}}""", "/policies")]
    [InlineData("""{"name":"","policies":[P]}""", "/name")]
    [InlineData("""{"name":"x","policies":[1]}""", "/policies/0")]
    [InlineData("""{"name":"x","policies":[P],"polices":[]}""", "/polices")]
    [InlineData("""{"name":"x","policies":[{"effect":"maybe","permission_groups":[G],"resources":R}]}""", "/policies/0/effect")]
    [InlineData("""{"name":"x","policies":[{"effect":"allow","permission_groups":[],"resources":R}]}""", "/policies/0/permission_groups")]
    [InlineData(
        """{"name":"x","policies":[{"effect":"allow","permission_groups":[{"id":"0"}],"resources":R}]}""",
        "/policies/0/permission_groups/0/id"
    )]
    [InlineData("""{"name":"x","policies":[{"effect":"allow","permission_groups":[G],"resources":{}}]}""", "/policies/0/resources")]
    [InlineData(
        """{"name":"x","policies":[{"effect":"allow","permission_groups":[G],"resources":{"com.example":"*"}}]}""",
        "/policies/0/resources/com.example"
    )]
    [InlineData(
        """{"name":"x","policies":[{"effect":"allow","permission_groups":[G],"resources":{"com.cloudflare.api.account.zone.*":"yes"}}]}""",
        "/policies/0/resources/com.cloudflare.api.account.zone.*"
    )]
    [InlineData(
        """{"name":"x","policies":[{"effect":"allow","permission_groups":[G],"resources":{"com.cloudflare.api.account.*":{}}}]}""",
        "/policies/0/resources/com.cloudflare.api.account.*"
    )]
    [InlineData(
        """{"name":"x","policies":[{"effect":"allow","permission_groups":[G],"resources":{"com.cloudflare.api.account.*":"*"}}]}""",
        "/policies/0/permission_groups/0"
    )]
    [InlineData("""{"name":"x","policies":[P],"condition":7}""", "/condition")]
    [InlineData("""{"name":"x","policies":[P],"condition":{"request_ip":{"in":[]}}}""", "/condition/request_ip/in")]
    [InlineData("""{"name":"x","policies":[P],"condition":{"request_ip":{"in":["192.0.2.1/24"]}}}""", "/condition/request_ip/in/0")]
    [InlineData(
        """{"name":"x","policies":[P],"condition":{"request_ip":{"not_in":["192.0.2.1","7"]}}}""",
        "/condition/request_ip/not_in/1"
    )]
    [InlineData("""{"name":"x","policies":[P],"condition":{"request_ip":{"in":["::ffff:192.0.2.1"]}}}""", "/condition/request_ip/in/0")]
    [InlineData("""{"name":"x","policies":[P],"condition":{"request_ip":{"in":["192.0.2.0/33"]}}}""", "/condition/request_ip/in/0")]
    [InlineData("""{"name":"x","policies":[P],"condition":{"request_ip":{"at":["192.0.2.1"]}}}""", "/condition/request_ip/at")]
    [InlineData("""{"name":"x","policies":[P],"expires_on":"tomorrow"}""", "/expires_on")]
    [InlineData("""{"name":"x","policies":[P],"expires_on":"2020-01-01T00:00:00Z"}""", "/expires_on")]
    [InlineData("""{"name":"x","policies":[P],"expires_on":"2099-01-01T00:00:00"}""", "/expires_on")]
    [InlineData("""{"name":"x","policies":[P],"not_before":"2099-01-02T00:00:00Z","expires_on":"2099-01-01T00:00:00Z"}""", "/expires_on")]
    [InlineData("""{"name":"x","policies":[P],"status":"asleep"}""", "/status")]
    [InlineData("""{"name":"x","policies":[P],"status":"expired"}""", "/status")]
    public async Task Token_BadBody_Is400WithPointer(string body, string pointer)
    {
        await using var control = await TestControl.StartAsync();
        var group = $$"""{"id":"{{PermissionGroups.ZoneRead.Id}}"}""";
        var answer = await control.PostAsync(
            TokensPath,
            body.Replace("[P]", $"[{Policy(AllZones, PermissionGroups.ZoneRead)}]")
                .Replace("[G]", $"[{group}]")
                .Replace(":R}", $":{AllZones}}}")
        );
        Assert.Equal((HttpStatusCode.BadRequest, pointer), (answer.Status, answer.Pointer));
        Assert.Single((await control.GetAsync(TokensPath)).Result.AsArray());
    }

    [Fact]
    public async Task Tokens_PagedUntilAnEmptyPage_EachComesOnceTheNewestFirst()
    {
        var time = new ManualTime();
        await using var control = await TestControl.StartAsync(time: time);
        var made = new List<string>();
        for (var i = 0; i < 7; i++)
        {
            time.Advance(TimeSpan.FromSeconds(1));
            made.Add((await control.AddTokenAsync(AllZones, PermissionGroups.ZoneRead)).Id);
        }

        var seen = new List<string>();
        for (var page = 1; ; page++)
        {
            var answer = await control.GetAsync($"{TokensPath}?page={page}&per_page=3");
            if (answer.Result.AsArray().Count == 0)
            {
                Assert.Equal(4, page);
                break;
            }

            Assert.Equal(8, answer.Body["result_info"]!["total_count"]!.GetValue<int>());
            seen.AddRange(answer.Result.AsArray().Select(token => Text(token!["id"])));
        }

        made.Reverse();
        Assert.Equal([.. made, await control.AdminIdAsync()], seen);
    }

    [Fact]
    public async Task Token_Used_IsNotedAtOnceAndWrittenOnceAMinute()
    {
        using var data = new TemporaryDirectory();
        var time = new ManualTime();
        string id;
        await using (var control = await TestControl.StartAsync(data.Path, time: time))
        {
            (id, var value) = await control.AddTokenAsync(AllZones, PermissionGroups.ZoneRead);
            Assert.Null((await control.GetAsync($"{TokensPath}/{id}")).Result["last_used_on"]);
            await control.GetAsync("/client/v4/zones", value);
            Assert.Equal("2026-01-31T12:00:00.000Z", Text((await control.GetAsync($"{TokensPath}/{id}")).Result["last_used_on"]));
        }

        await using var second = await TestControl.StartAsync(data.Path, time: time);
        Assert.Equal("2026-01-31T12:00:00.000Z", Text((await second.GetAsync($"{TokensPath}/{id}")).Result["last_used_on"]));
    }

    [Fact]
    public async Task Token_Deleted_IsGone()
    {
        await using var control = await TestControl.StartAsync();
        var (id, value) = await control.AddTokenAsync(AllZones, PermissionGroups.ZoneRead);
        Assert.Equal(id, Text((await control.DeleteAsync($"{TokensPath}/{id}")).Result["id"]));
        Assert.Equal(HttpStatusCode.Forbidden, (await control.GetAsync("/client/v4/zones", value)).Status);
        Assert.Equal(HttpStatusCode.NotFound, (await control.DeleteAsync($"{TokensPath}/{id}")).Status);
        Assert.Equal(HttpStatusCode.NotFound, (await control.GetAsync($"{TokensPath}/{id}")).Status);
    }

    [Fact]
    public async Task AccountToken_IsTheAccountsAlone()
    {
        await using var control = await TestControl.StartAsync();
        var path = $"/client/v4/accounts/{await control.AccountIdAsync()}/tokens";
        var made = await control.PostAsync(path, Body([Policy(AllZones, PermissionGroups.ZoneRead)]));
        var (id, value) = (Text(made.Result["id"]), Text(made.Result["value"]));

        Assert.Equal(HttpStatusCode.NotFound, (await control.GetAsync($"{TokensPath}/{id}")).Status);
        Assert.Equal(HttpStatusCode.OK, (await control.GetAsync($"{path}/{id}")).Status);
        Assert.Equal(HttpStatusCode.OK, (await control.GetAsync($"{path}/verify", value)).Status);
        Assert.Equal((HttpStatusCode.Unauthorized, 1000), await StatusAsync(control.GetAsync($"{TokensPath}/verify", value)));
        Assert.Single((await control.GetAsync(path)).Result.AsArray());
        var other = $"/client/v4/accounts/{new string('0', 32)}/tokens";
        Assert.Equal((HttpStatusCode.NotFound, 7003), await StatusAsync(control.GetAsync(other)));
        var user = await control.UserIdAsync();
        var personal = Policy($$"""{"com.cloudflare.api.user.{{user}}":"*"}""", PermissionGroups.UserDetailsRead);
        Assert.Equal(HttpStatusCode.BadRequest, (await control.PostAsync(path, Body([personal]))).Status);
    }

    [Fact]
    public async Task PermissionGroups_AreCloudflaresAndDistinct()
    {
        await using var control = await TestControl.StartAsync();
        var all = (await control.GetAsync(TokensPath + "/permission_groups")).Result.AsArray();
        Assert.Equal(PermissionGroups.All.Length, all.Select(group => Text(group!["id"])).Distinct().Count());
        Assert.All(all, group => Assert.Matches("^[0-9a-f]{32}$", Text(group!["id"])));
        Assert.All(PermissionGroups.All, group => Assert.True(group.Includes is null || PermissionGroups.All.Contains(group.Includes)));
        var zones = (
            await control.GetAsync(TokensPath + "/permission_groups?name=dns&scope=com.cloudflare.api.account.zone")
        ).Result.AsArray();
        Assert.Equal(["DNS Read", "DNS Write"], zones.Select(group => Text(group!["name"])));
    }

    private static async Task<(HttpStatusCode, int)> StatusAsync(Task<Answer> answer) => ((await answer).Status, (await answer).Code);
}
