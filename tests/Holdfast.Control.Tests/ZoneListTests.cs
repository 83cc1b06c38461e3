using System.Net;

namespace Holdfast.Control.Tests;

public sealed class ZoneListTests : IAsyncLifetime
{
    private TestControl _control = null!;

    public async ValueTask InitializeAsync()
    {
        _control = await TestControl.StartAsync();
        (string, string)[] zones = [("a.example", "full"), ("b_1.example", "partial"), ("bx1.test", "internal")];
        foreach (var (name, type) in zones)
        {
            var answer = await _control.PostAsync("/client/v4/zones", $$"""{"name":"{{name}}","type":"{{type}}"}""");
            Assert.Equal((HttpStatusCode.OK, type), (answer.Status, answer.Result["type"]!.GetValue<string>()));
        }
    }

    public ValueTask DisposeAsync() => _control.DisposeAsync();

    [Theory]
    [InlineData("", "a.example,b_1.example")]
    [InlineData("direction=desc&order=plan.id", "b_1.example,a.example")]
    [InlineData("name=bx1.test", "bx1.test")]
    [InlineData("name=equal:A.example", "a.example")]
    [InlineData("name=not_equal:a.example", "b_1.example")]
    [InlineData("name=contains:EXAMPLE", "a.example,b_1.example")]
    [InlineData("name=contains_case_sensitive:EXAMPLE", "")]
    [InlineData("name=starts_with:b_", "b_1.example")]
    [InlineData("name=starts_with:b_&type=full,partial,internal", "b_1.example")]
    [InlineData("name=starts_with:b%25", "")]
    [InlineData("name=ends_with:.test&type=internal&type=full", "bx1.test")]
    [InlineData("status=active", "a.example,b_1.example")]
    [InlineData("status=moved", "")]
    [InlineData("status=moved&name=starts_with:a&match=any", "a.example")]
    [InlineData("type=internal&name=starts_with:a&match=any", "a.example,bx1.test")]
    [InlineData("account.id=00", "")]
    [InlineData("account.name=holdfast", "a.example,b_1.example")]
    [InlineData("account[name]=starts_with:hold&type=partial", "b_1.example")]
    public async Task List_Filtered_IsExact(string query, string expected)
    {
        var answer = await _control.GetAsync("/client/v4/zones?" + query);
        Assert.Equal(expected, string.Join(",", answer.Result.AsArray().Select(zone => zone!["name"]!.GetValue<string>())));
        Assert.Equal(answer.Result.AsArray().Count, answer.Body["result_info"]!["total_count"]!.GetValue<int>());
    }

    [Theory]
    [InlineData("status=dead", "/status")]
    [InlineData("type=full,whole", "/type")]
    [InlineData("match=some", "/match")]
    [InlineData("order=size", "/order")]
    [InlineData("direction=up", "/direction")]
    [InlineData("name=-", "/name")]
    public async Task List_BadParameter_Is400WithPointer(string query, string pointer)
    {
        var answer = await _control.GetAsync("/client/v4/zones?" + query);
        Assert.Equal((HttpStatusCode.BadRequest, pointer), (answer.Status, answer.Pointer));
    }

    [Fact]
    public async Task Zone_Edited_IsPausedAndOfItsTypeOnceForAll()
    {
        var id = await _control.AddZoneAsync("c.example");
        var path = $"/client/v4/zones/{id}";
        var edited = await _control.PatchAsync(
            path,
            """{"paused":true,"type":"secondary","plan":{"id":"x"},"vanity_name_servers":[]}""",
            "\"1\""
        );
        var again = await _control.PatchAsync(path, """{"paused":true}""");
        Assert.Equal((HttpStatusCode.OK, "\"2\"", "\"2\""), (edited.Status, edited.Tag, again.Tag));
        Assert.True(again.Result["paused"]!.GetValue<bool>());
        Assert.Equal("secondary", again.Result["type"]!.GetValue<string>());
        Assert.Equal(HttpStatusCode.PreconditionFailed, (await _control.PatchAsync(path, """{"paused":false}""", "\"1\"")).Status);
        Assert.Equal("/vanity_name_servers", (await _control.PatchAsync(path, """{"vanity_name_servers":["ns1.example.com"]}""")).Pointer);
        Assert.Equal("/plan", (await _control.PatchAsync(path, """{"plan":"free"}""")).Pointer);
        Assert.Equal("/paused", (await _control.PatchAsync(path, """{"paused":"true"}""")).Pointer);
        Assert.Equal("/type", (await _control.PatchAsync(path, """{"type":"whole"}""")).Pointer);
        Assert.Equal(id, (await _control.PutAsync(path + "/activation_check", "")).Result["id"]!.GetValue<string>());
    }
}
