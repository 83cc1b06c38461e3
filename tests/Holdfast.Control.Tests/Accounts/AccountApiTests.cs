using System.Net;
using Holdfast.Control.Access;
using Holdfast.Control.Accounts;
using Holdfast.Control.Tests.Tokens;
using Holdfast.Control.Tokens;
using Holdfast.Control.Users;
using static Holdfast.Control.Tests.Tokens.TestTokens;

namespace Holdfast.Control.Tests.Accounts;

/// <summary>The account, its user, their membership, and the installation's addresses.</summary>
public sealed class AccountApiTests
{
    [Fact]
    public async Task Account_Renamed_IsSoEverywhere()
    {
        await using var control = await TestControl.StartAsync();
        var zone = await control.AddZoneAsync("example.com");
        var id = await control.AccountIdAsync();
        var body = $$"""{"id":"{{id}}","name":"Example","type":"standard","settings":{"abuse_contact_email":"abuse@example.com" } }""";
        var answer = await control.PutAsync($"/client/v4/accounts/{id}", body, "\"1\"");
        Assert.Equal((HttpStatusCode.OK, "\"2\""), (answer.Status, answer.Tag));
        Assert.Equal("\"2\"", (await control.PutAsync($"/client/v4/accounts/{id}", body)).Tag);
        Assert.Equal(
            "abuse@example.com",
            Text((await control.GetAsync($"/client/v4/accounts/{id}")).Result["settings"]!["abuse_contact_email"])
        );
        Assert.Equal("Example", Text((await control.GetAsync($"/client/v4/zones/{zone}")).Result["account"]!["name"]));
        Assert.Equal("Example", Text((await control.GetAsync("/client/v4/memberships")).Result[0]!["account"]!["name"]));
        Assert.Equal(HttpStatusCode.PreconditionFailed, (await control.PutAsync($"/client/v4/accounts/{id}", body, "\"1\"")).Status);
    }

    [Theory]
    [InlineData("{}", "/name")]
    [InlineData("""{"name":""}""", "/name")]
    [InlineData("""{"name":"x","id":"y"}""", "/id")]
    [InlineData("""{"name":"x","type":"enterprise"}""", "/type")]
    [InlineData("""{"name":"x","settings":{"enforce_twofactor":true}}""", "/settings/enforce_twofactor")]
    [InlineData("""{"name":"x","settings":{"abuse_contact_email":"nobody"}}""", "/settings/abuse_contact_email")]
    [InlineData("""{"name":"x","settings":{"colour":"red"}}""", "/settings/colour")]
    public async Task Account_BadBody_Is400WithPointer(string body, string pointer)
    {
        await using var control = await TestControl.StartAsync();
        var answer = await control.PutAsync($"/client/v4/accounts/{await control.AccountIdAsync()}", body);
        Assert.Equal((HttpStatusCode.BadRequest, pointer), (answer.Status, answer.Pointer));
    }

    [Fact]
    public async Task Account_AnotherOne_Is404()
    {
        await using var control = await TestControl.StartAsync();
        var answer = await control.GetAsync($"/client/v4/accounts/{new string('0', 32)}");
        Assert.Equal((HttpStatusCode.NotFound, 7003), (answer.Status, answer.Code));
    }

    [Fact]
    public async Task User_Edited_KeepsWhatIsLeftOutAndLosesWhatIsNull()
    {
        using var data = new TemporaryDirectory();
        await using (var control = await TestControl.StartAsync(data.Path))
        {
            await control.PatchAsync("/client/v4/user", """{"first_name":"Ada","country":"US"}""");
            var edited = await control.PatchAsync("/client/v4/user", """{"last_name":"Example","country":null}""", "\"2\"");
            Assert.Equal("\"3\"", edited.Tag);
            var tooLong = await control.PatchAsync("/client/v4/user", $$"""{"zipcode":"{{new string('0', 21)}}"}""");
            Assert.Equal((HttpStatusCode.BadRequest, "/zipcode"), (tooLong.Status, tooLong.Pointer));
            Assert.Equal("/email", (await control.PatchAsync("/client/v4/user", """{"email":"a@example.com"}""")).Pointer);
        }

        await using var second = await TestControl.StartAsync(data.Path);
        var user = (await second.GetAsync("/client/v4/user")).Result;
        Assert.Equal(("Ada", "Example"), (Text(user["first_name"]), Text(user["last_name"])));
        Assert.Null(user["country"]);
    }

    [Fact]
    public async Task User_TokenWithoutThePermission_Is403()
    {
        await using var control = await TestControl.StartAsync();
        var user = $$"""{"com.cloudflare.api.user.{{await control.UserIdAsync()}}":"*"}""";
        var (_, reads) = await control.AddTokenAsync(user, PermissionGroups.UserDetailsRead);
        Assert.Equal(HttpStatusCode.OK, (await control.GetAsync("/client/v4/user", reads)).Status);
        var edit = await control.SendAsync(HttpMethod.Patch, "/client/v4/user", """{"first_name":"x"}""", token: reads);
        Assert.Equal(HttpStatusCode.Forbidden, edit.Status);
        Assert.Equal(HttpStatusCode.Forbidden, (await control.GetAsync("/client/v4/memberships", reads)).Status);
        Assert.Equal(HttpStatusCode.Forbidden, (await control.GetAsync("/client/v4/accounts", reads)).Status);
    }

    [Fact]
    public async Task Memberships_Filtered_AreExact()
    {
        await using var control = await TestControl.StartAsync();
        var one = Assert.Single((await control.GetAsync("/client/v4/memberships?account.name=holdfast&status=accepted")).Result.AsArray());
        Assert.Equal(HttpStatusCode.OK, (await control.GetAsync($"/client/v4/memberships/{Text(one!["id"])}")).Status);
        Assert.Empty((await control.GetAsync("/client/v4/memberships?status=pending")).Result.AsArray());
        Assert.Empty((await control.GetAsync("/client/v4/memberships?account.name=other")).Result.AsArray());
        Assert.Empty((await control.GetAsync("/client/v4/memberships?page=2")).Result.AsArray());
        Assert.Equal("/status", (await control.GetAsync("/client/v4/memberships?status=odd")).Pointer);
        Assert.Equal(HttpStatusCode.NotFound, (await control.GetAsync("/client/v4/memberships/nothing")).Status);
    }

    [Fact]
    public async Task Addresses_AskedWithoutAToken_AreThoseOfTheConfiguration()
    {
        await using var none = await TestControl.StartAsync();
        Assert.Empty((await none.GetAsync("/client/v4/ips")).Result["ipv4_cidrs"]!.AsArray());

        IPNetwork[] networks = [IPNetwork.Parse("192.0.2.0/24"), IPNetwork.Parse("2001:db8::/32")];
        await using var control = await TestControl.StartAsync(configure: options => options with { PublicAddresses = networks });
        control.Client.DefaultRequestHeaders.Authorization = null;
        var answer = await control.GetAsync("/client/v4/ips");
        Assert.Equal("192.0.2.0/24", Text(Assert.Single(answer.Result["ipv4_cidrs"]!.AsArray())));
        Assert.Equal("2001:db8::/32", Text(Assert.Single(answer.Result["ipv6_cidrs"]!.AsArray())));
        Assert.NotEqual(Text((await none.GetAsync("/client/v4/ips")).Result["etag"]), Text(answer.Result["etag"]));
    }

    [Fact]
    public async Task Operations_TheirExampleBodies_AreTaken()
    {
        await using var control = await TestControl.StartAsync();
        var account = await control.AccountIdAsync();
        foreach (
            var operation in new[]
            {
                TokenOperations.OfUser.Create,
                TokenOperations.OfAccount.Create,
                UserOperations.Edit,
                AccountOperations.Update,
            }
        )
        {
            var answer = await control.SendAsync(
                new HttpMethod(operation.Method),
                operation.Path.Replace("{account_id}", account),
                operation.Body!.Example!.ToJsonString()
            );
            Assert.True(answer.Status == HttpStatusCode.OK, $"{operation.Id}: {answer.Body.ToJsonString()}");
        }
    }
}
