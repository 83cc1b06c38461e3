using System.Net;
using Holdfast.Control.Access;
using Holdfast.Control.Operators;

namespace Holdfast.Control.Tests.Operators;

public sealed class OperatorApiTests
{
    [Theory]
    [InlineData("too short", "9 characters")]
    [InlineData("password2026!", "commonest")]
    [InlineData("passwordpassword", "commonest")]
    [InlineData("aaaaaaaaaaaaaa", "commonest")]
    [InlineData("abcabcabcabc", "commonest")]
    [InlineData("123456789012", "commonest")]
    [InlineData("abcdefghijklmn", "commonest")]
    [InlineData("1qaz2wsx3edc4rfv", "commonest")]
    [InlineData("ops@example.com", "e-mail")]
    [InlineData("12345678Ops!", "e-mail")]
    public async Task Password_CommonOrShort_IsRefused(string password, string why)
    {
        await using var control = await TestControl.StartAsync();
        var answer = await control.PostAsync(
            "/holdfast/v1/operators",
            $$"""{"email":"{{OperatorUnderTest.Email}}","password":"{{password}}"}"""
        );
        Assert.Equal((HttpStatusCode.BadRequest, "/password"), (answer.Status, answer.Pointer));
        Assert.Contains(why, answer.Error["message"]!.GetValue<string>(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("seven grey geese walk home")]
    [InlineData("dGhlcmUgaXM5")]
    [InlineData("зимний вечер у реки")]
    public async Task Password_LongAndUncommon_IsTakenWhateverItIsMadeOf(string password)
    {
        await using var control = await TestControl.StartAsync();
        var answer = await control.PostAsync(
            "/holdfast/v1/operators",
            $$"""{"email":"{{OperatorUnderTest.Email}}","password":"{{password}}"}"""
        );
        Assert.Equal(HttpStatusCode.OK, answer.Status);
    }

    [Theory]
    [InlineData("""{"email":"no address","password":"seven grey geese walk home"}""", "/email")]
    [InlineData("""{"email":"ops@example.com","password":"seven grey geese walk home","role":"king"}""", "/role")]
    [InlineData("""{"email":"ops@example.com"}""", "/password")]
    [InlineData("""{"email":"ops@example.com","password":"seven grey geese walk home","admin":true}""", "/admin")]
    public async Task Create_BadBody_Is400WithPointer(string body, string pointer)
    {
        await using var control = await TestControl.StartAsync();
        var answer = await control.PostAsync("/holdfast/v1/operators", body);
        Assert.Equal((HttpStatusCode.BadRequest, pointer), (answer.Status, answer.Pointer));
    }

    [Fact]
    public async Task Create_SameAddressInOtherCase_Is409()
    {
        await using var control = await TestControl.StartAsync();
        using var ops = await OperatorUnderTest.AddAsync(control);
        var answer = await control.PostAsync(
            "/holdfast/v1/operators",
            """{"email":"OPS@example.com","password":"seven grey geese walk home"}"""
        );
        Assert.Equal(HttpStatusCode.Conflict, answer.Status);
    }

    [Fact]
    public async Task Roles_EachMayWhatItSays()
    {
        await using var control = await TestControl.StartAsync();
        var zone = await control.AddZoneAsync("example.com");
        using var editor = await OperatorUnderTest.AddAsync(control, "editor", "editor@example.com");
        using var viewer = await OperatorUnderTest.AddAsync(control, "viewer", "viewer@example.com");
        await editor.SignInAsync("editor@example.com");
        await viewer.SignInAsync("viewer@example.com");
        var add = $$"""{"email":"new@example.com","password":"{{OperatorUnderTest.Password}}","role":"viewer"}""";

        Assert.Equal(HttpStatusCode.OK, (await editor.PostAsync("/client/v4/zones", """{"name":"example.org"}""")).Status);
        Assert.Equal(HttpStatusCode.OK, (await editor.GetAsync("/holdfast/v1/audit_logs")).Status);
        Assert.Equal(HttpStatusCode.Forbidden, (await editor.PostAsync("/holdfast/v1/operators", add)).Status);
        Assert.Equal(
            HttpStatusCode.Forbidden,
            (await editor.SendAsync(HttpMethod.Patch, $"/holdfast/v1/operators/{editor.Id}", """{"role":"administrator"}""")).Status
        );

        Assert.Equal(HttpStatusCode.OK, (await viewer.GetAsync($"/client/v4/zones/{zone}")).Status);
        Assert.Equal(HttpStatusCode.Forbidden, (await viewer.SendAsync(HttpMethod.Delete, $"/client/v4/zones/{zone}")).Status);
        Assert.Equal(HttpStatusCode.Forbidden, (await viewer.PostAsync("/client/v4/zones", """{"name":"example.net"}""")).Status);
        Assert.Equal(
            HttpStatusCode.Forbidden,
            (
                await viewer.SendAsync(
                    HttpMethod.Put,
                    $"/holdfast/v1/operators/{editor.Id}/password",
                    """{"new_password":"another long one 77"}"""
                )
            ).Status
        );
        Assert.Equal(HttpStatusCode.Forbidden, (await viewer.GetAsync($"/holdfast/v1/sessions?operator_id={editor.Id}")).Status);
    }

    [Fact]
    public void MayGrant_CredentialWithLessThanTheRole_No()
    {
        var account = new Caller("id", "name", [Policy.Everything with { Groups = [PermissionGroups.AccountSettingsWrite] }]);
        var all = new Caller("id", "name", [Policy.Everything]);
        Assert.False(OperatorRoles.MayGrant(account, OperatorRole.Administrator));
        Assert.False(OperatorRoles.MayGrant(account, OperatorRole.Viewer));
        Assert.True(OperatorRoles.MayGrant(all, OperatorRole.Administrator));
    }

    [Fact]
    public async Task ApiKey_RolledAndRemoved_OnlyTheNewestWorks()
    {
        await using var control = await TestControl.StartAsync();
        using var ops = await OperatorUnderTest.AddAsync(control);
        await ops.SignInAsync();
        var wrong = await ops.PostAsync("/holdfast/v1/operators/me/api_key", """{"current_password":"not the right one"}""");
        Assert.Equal(HttpStatusCode.Unauthorized, wrong.Status);
        var first = (await ops.PostAsync("/holdfast/v1/operators/me/api_key", OperatorUnderTest.OwnPassword)).Result[
            "api_key"
        ]!.GetValue<string>();
        var second = (await ops.PostAsync("/holdfast/v1/operators/me/api_key", OperatorUnderTest.OwnPassword)).Result[
            "api_key"
        ]!.GetValue<string>();

        ops.UseKey(first);
        var refused = await ops.GetAsync("/client/v4/zones");
        Assert.Equal((HttpStatusCode.Forbidden, 9103), (refused.Status, refused.Code));
        ops.UseKey(second, "nobody@example.com");
        Assert.Equal(HttpStatusCode.Forbidden, (await ops.GetAsync("/client/v4/zones")).Status);
        ops.UseKey(second, "Ops@example.com");
        Assert.Equal(HttpStatusCode.OK, (await ops.GetAsync("/client/v4/zones")).Status);
        Assert.Equal(HttpStatusCode.OK, (await ops.SendAsync(HttpMethod.Delete, "/holdfast/v1/operators/me/api_key")).Status);
        Assert.Equal(HttpStatusCode.Forbidden, (await ops.GetAsync("/client/v4/zones")).Status);
    }

    [Fact]
    public async Task Disabled_SessionAndKey_AreRefusedAtOnce()
    {
        await using var control = await TestControl.StartAsync();
        using var ops = await OperatorUnderTest.AddAsync(control);
        await ops.SignInAsync();
        var key = (await ops.PostAsync("/holdfast/v1/operators/me/api_key", OperatorUnderTest.OwnPassword)).Result[
            "api_key"
        ]!.GetValue<string>();
        await control.PatchAsync($"/holdfast/v1/operators/{ops.Id}", """{"disabled":true}""");
        Assert.Equal(HttpStatusCode.Unauthorized, (await ops.GetAsync("/client/v4/zones")).Status);
        ops.UseKey(key);
        Assert.Equal(HttpStatusCode.Forbidden, (await ops.GetAsync("/client/v4/zones")).Status);
    }

    [Fact]
    public async Task Password_Changed_EndsTheOtherSessions()
    {
        await using var control = await TestControl.StartAsync();
        using var here = await OperatorUnderTest.AddAsync(control);
        using var other = new HttpClient { BaseAddress = control.Host.Url };
        await here.SignInAsync();
        var elsewhere = (await OperatorUnderTest.TrySignInAsync(other, OperatorUnderTest.Password)).Result["token"]!.GetValue<string>();
        other.DefaultRequestHeaders.Authorization = new("Bearer", elsewhere);

        const string New = "eight brown ducks swim out";
        var without = await here.SendAsync(HttpMethod.Put, "/holdfast/v1/operators/me/password", $$"""{"new_password":"{{New}}"}""");
        Assert.Equal((HttpStatusCode.BadRequest, "/current_password"), (without.Status, without.Pointer));
        var changed = await here.SendAsync(
            HttpMethod.Put,
            "/holdfast/v1/operators/me/password",
            $$"""{"new_password":"{{New}}","current_password":"{{OperatorUnderTest.Password}}"}"""
        );
        Assert.Equal(HttpStatusCode.OK, changed.Status);
        Assert.Equal(HttpStatusCode.OK, (await here.GetAsync("/client/v4/zones")).Status);
        using var refused = await other.GetAsync("/client/v4/zones", TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.Unauthorized, refused.StatusCode);
        Assert.Equal(HttpStatusCode.Unauthorized, (await here.TrySignInAsync(OperatorUnderTest.Password)).Status);
        Assert.Equal(HttpStatusCode.OK, (await here.TrySignInAsync(New)).Status);
    }

    [Fact]
    public async Task Edit_StaleGeneration_Is412()
    {
        await using var control = await TestControl.StartAsync();
        using var ops = await OperatorUnderTest.AddAsync(control);
        var path = $"/holdfast/v1/operators/{ops.Id}";
        Assert.Equal("\"2\"", (await control.PatchAsync(path, """{"name":"Robin"}""", "\"1\"")).Tag);
        Assert.Equal(HttpStatusCode.PreconditionFailed, (await control.PatchAsync(path, """{"name":"Kim"}""", "\"1\"")).Status);
    }
}
