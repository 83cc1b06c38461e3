using System.Net;
using System.Text.Json.Nodes;

namespace Holdfast.Control.Tests;

/// <summary>Kill switches through the API: set, shown, taken back, audited, published.</summary>
public sealed class KillSwitchApiTests
{
    private const string Switches = "/holdfast/v1/kill-switches";

    [Fact]
    public async Task KillSwitch_SetAndTakenBack_IsShownAuditedAndPublished()
    {
        await using var control = await TestControl.StartAsync();
        var zone = await control.AddZoneAsync("example.com");

        var set = await control.PostAsync(Switches, $$"""{"subject":"module","target":"cache","zone":"{{zone}}","reason":"it fails"}""");
        Assert.Equal(HttpStatusCode.OK, set.Status);
        var id = set.Result["id"]!.GetValue<string>();
        Assert.Equal("cache", (await control.GetAsync($"{Switches}/{id}")).Result["target"]!.GetValue<string>());
        Assert.Single((await control.GetAsync(Switches)).Result.AsArray());
        var entry = (await control.GetAsync("/holdfast/v1/audit_logs?per_page=1")).Result[0]!;
        Assert.Equal("kill-switches-create", entry["operation"]!.GetValue<string>());
        Assert.Equal("it fails", entry["after"]!["reason"]!.GetValue<string>());

        Assert.Equal(HttpStatusCode.OK, (await control.DeleteAsync($"{Switches}/{id}")).Status);
        Assert.Equal(HttpStatusCode.NotFound, (await control.GetAsync($"{Switches}/{id}")).Status);
        Assert.Equal(HttpStatusCode.NotFound, (await control.DeleteAsync($"{Switches}/{id}")).Status);
        Assert.Empty((await control.GetAsync(Switches)).Result.AsArray());
        var releases = (await control.GetAsync($"/holdfast/v1/releases?kind=kill-switch&name={id}")).Result.AsArray();
        Assert.Equal([(2, true)], releases.Select(Of));

        static (int, bool) Of(JsonNode? release) => (release!["generation"]!.GetValue<int>(), release["removed"]!.GetValue<bool>());
    }

    [Theory]
    [InlineData("""{"subject":"module","target":"cache","reason":"x"}""", "/zone")]
    [InlineData("""{"subject":"module","target":"cache","zone":"","reason":"x"}""", "/zone")]
    [InlineData("""{"subject":"module","target":"nothing","zone":"*","reason":"x"}""", "/target")]
    [InlineData("""{"subject":"module","target":"cache","zone":"*"}""", "/reason")]
    [InlineData("""{"subject":"module","target":"cache","zone":"*","reason":""}""", "/reason")]
    [InlineData("""{"subject":"all","target":"cache","zone":"*","reason":"x"}""", "/subject")]
    [InlineData("""{"subject":"action","target":"challenge","zone":"*","reason":"x"}""", "/target")]
    [InlineData("""{"subject":"rule","target":"0123456789abcdef0123456789abcdef","zone":"*","reason":"x"}""", "/zone")]
    [InlineData("""{"subject":"release","target":"0","zone":"0123456789abcdef0123456789abcdef","reason":"x"}""", "/target")]
    [InlineData("""{"subject":"module","target":"cache","zone":"0123456789abcdef0123456789abcdef","reason":"x"}""", "/zone")]
    [InlineData("""{"subject":"module","target":"cache","zone":"*","reason":"x","more":1}""", "/more")]
    public async Task KillSwitch_WrittenWrongly_IsRefusedWithThePlace(string body, string pointer)
    {
        await using var control = await TestControl.StartAsync();

        var refused = await control.PostAsync(Switches, body);

        Assert.Equal((HttpStatusCode.BadRequest, pointer), (refused.Status, refused.Pointer));
        Assert.Empty((await control.GetAsync(Switches)).Result.AsArray());
    }

    [Fact]
    public async Task KillSwitch_OfARuleThatIsNotThere_IsRefused()
    {
        await using var control = await TestControl.StartAsync();
        var zone = await control.AddZoneAsync("example.com");

        var refused = await control.PostAsync(
            Switches,
            $$"""{"subject":"rule","target":"0123456789abcdef0123456789abcdef","zone":"{{zone}}","reason":"x"}"""
        );

        Assert.Equal((HttpStatusCode.BadRequest, "/target"), (refused.Status, refused.Pointer));
    }
}
