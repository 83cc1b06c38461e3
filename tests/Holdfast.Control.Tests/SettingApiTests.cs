using System.Net;

namespace Holdfast.Control.Tests;

public sealed class SettingApiTests : IAsyncLifetime
{
    private readonly SettableTime _time = new();
    private TestControl _control = null!;
    private string _settings = "";

    public async ValueTask InitializeAsync()
    {
        _control = await TestControl.StartAsync(time: _time);
        _settings = $"/client/v4/zones/{await _control.AddZoneAsync("example.com")}/settings";
    }

    public ValueTask DisposeAsync() => _control.DisposeAsync();

    [Fact]
    public async Task Several_Edited_AreAllChangedInOneGeneration()
    {
        var answer = await _control.PatchAsync(
            _settings,
            """{"items":[{"id":"http2","enabled":false},{"id":"min_tls_version","value":"1.3"}]}""",
            "\"1\""
        );
        Assert.Equal((HttpStatusCode.OK, "\"2\""), (answer.Status, answer.Tag));
        Assert.Equal(["off", "1.3"], answer.Result.AsArray().Select(setting => setting!["value"]!.GetValue<string>()));
        Assert.Equal(
            HttpStatusCode.PreconditionFailed,
            (await _control.PatchAsync(_settings, """{"items":[{"id":"ssl","value":"off"}]}""", "\"1\"")).Status
        );
    }

    [Theory]
    [InlineData("""{"items":[{"id":"ssl","value":"off"},{"id":"http2","value":"maybe"}]}""", 1007, "/items/1/value")]
    [InlineData("""{"items":[{"id":"ssl","value":"off"},{"id":"htp2","value":"on"}]}""", 1006, "/items/1/id")]
    [InlineData("""{"items":[{"id":"ssl","value":"off"},{"id":"ssl","value":"full"}]}""", 1007, "/items/1/id")]
    [InlineData("""{"items":[{"id":"ssl","value":"off"},{"id":"ssl"}]}""", 1007, "/items/1/id")]
    [InlineData("""{"items":[{"id":"ssl"}]}""", 1007, "/items/0/value")]
    [InlineData("""{"items":[{"id":"ssl","enabled":true}]}""", 1007, "/items/0/enabled")]
    [InlineData("""{"items":[{"id":"http2","enabled":"on"}]}""", 1007, "/items/0/enabled")]
    [InlineData("""{"items":[{"id":"http2","enabled":true,"value":"on"}]}""", 1007, "/items/0/enabled")]
    [InlineData("""{"items":[{"id":"tls_1_3","value":"off"},{"id":"min_tls_version","value":"1.3"}]}""", 1007, "/items")]
    [InlineData("""{"items":[1]}""", 1007, "/items/0")]
    [InlineData("""{"items":[]}""", 1007, "/items")]
    [InlineData("""{"items":{}}""", 1007, "/items")]
    [InlineData("{}", 1007, "/items")]
    public async Task Several_OneWrong_NothingIsChanged(string body, int code, string pointer)
    {
        var answer = await _control.PatchAsync(_settings, body);
        Assert.Equal((HttpStatusCode.BadRequest, code, pointer), (answer.Status, answer.Code, answer.Pointer));
        Assert.Equal("\"1\"", (await _control.GetAsync(_settings)).Tag);
    }

    [Theory]
    [InlineData("web_sockets", "websockets")]
    [InlineData("min_tls_versoin", "min_tls_version")]
    [InlineData("SSL", null)]
    public async Task Unknown_Id_SaysWhichMayBeMeant(string id, string? meant)
    {
        var answer = await _control.GetAsync($"{_settings}/{id}");
        Assert.Equal((HttpStatusCode.BadRequest, 1006), (answer.Status, answer.Code));
        Assert.Equal(
            meant is not null,
            answer.Error["message"]!.GetValue<string>().Contains($"did you mean {meant}?", StringComparison.Ordinal)
        );
    }

    [Fact]
    public async Task SecurityHeader_PartSent_KeepsTheRest()
    {
        var path = _settings + "/security_header";
        await _control.PatchAsync(path, """{"value":{"strict_transport_security":{"enabled":true,"max_age":86400,"nosniff":true}}}""");
        var answer = await _control.PatchAsync(path, """{"value":{"strict_transport_security":{"nosniff":false}}}""");
        Assert.Equal(
            """{"enabled":true,"max_age":86400,"include_subdomains":false,"preload":false,"nosniff":false}""",
            answer.Result["value"]!["strict_transport_security"]!.ToJsonString()
        );
    }

    [Theory]
    [InlineData("min_tls_version", "\"1.1\"", "RFC 8996")]
    [InlineData("tls_1_3", "\"zrt\"", "early data")]
    public async Task Value_ThatIsNotOffered_IsRefusedWithTheReason(string id, string value, string reason)
    {
        var answer = await _control.PatchAsync($"{_settings}/{id}", $$"""{"value":{{value}}}""");
        Assert.Equal((HttpStatusCode.BadRequest, 1007), (answer.Status, answer.Code));
        Assert.Contains(reason, answer.Error["message"]!.GetValue<string>(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task DevelopmentMode_On_EndsAfterThreeHours()
    {
        var path = _settings + "/development_mode";
        Assert.Equal(("off", 0), State(await _control.GetAsync(path)));
        Assert.Equal(("on", 10_800), State(await _control.PatchAsync(path, """{"value":"on"}""")));
        _time.Advance(TimeSpan.FromHours(1));
        Assert.Equal(("on", 7_200), State(await _control.GetAsync(path)));
        Assert.Equal(7_200, (await _control.GetAsync(_settings[..^"/settings".Length])).Result["development_mode"]!.GetValue<int>());
        _time.Advance(TimeSpan.FromHours(3));
        Assert.Equal(("off", -3_600), State(await _control.GetAsync(path)));
        await _control.PatchAsync(path, """{"enabled":true}""");
        Assert.Equal(("off", 0), State(await _control.PatchAsync(path, """{"value":"off"}""")));
    }

    private static (string, int) State(Answer answer) =>
        (answer.Result["value"]!.GetValue<string>(), answer.Result["time_remaining"]!.GetValue<int>());
}
