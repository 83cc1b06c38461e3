using System.Net;

namespace Holdfast.Control.Tests.Envelope;

/// <summary><c>If-Match</c>, as RFC 9110 section 13.1.1 has it, on everything that changes.</summary>
public sealed class PreconditionTests : IAsyncLifetime
{
    private TestControl _control = null!;

    public async ValueTask InitializeAsync() => _control = await TestControl.StartAsync();

    public ValueTask DisposeAsync() => _control.DisposeAsync();

    [Fact]
    public async Task IfMatch_OneTagOrSeveralOrAny_IsComparedStrongly()
    {
        var path = $"/client/v4/zones/{await _control.AddZoneAsync("example.com")}";
        Assert.Equal("\"2\"", (await _control.PatchAsync(path, """{"paused":true}""")).Tag);
        string[] met = ["\"2\"", "\"1\", \"2\"", "\"2\",\"9\"", "\"x\" , W/\"2\" , \"2\"", "*", "", "\"02\", \"2\""];
        string[] unmet =
        [
            "\"1\"",
            "\"1\", \"3\"",
            "W/\"2\"",
            "W/\"2\", \"1\"",
            "\"x\"",
            "\"-2\"",
            "\"\"",
            "2",
            "\"2",
            "*, \"2\"",
            "\"2\" \"3\"",
            "\"99999999999999999999\"",
        ];
        foreach (var tags in met)
        {
            Assert.Equal((tags, HttpStatusCode.OK), (tags, (await _control.PatchAsync(path, """{"paused":true}""", tags)).Status));
        }

        foreach (var tags in unmet)
        {
            var refused = await _control.PatchAsync(path, """{"paused":false}""", tags);
            Assert.Equal((tags, HttpStatusCode.PreconditionFailed, 40012), (tags, refused.Status, refused.Code));
        }

        Assert.Equal("\"2\"", (await _control.GetAsync(path)).Tag);
    }

    [Fact]
    public async Task IfMatch_InSeveralFields_IsOneList()
    {
        var path = $"/client/v4/zones/{await _control.AddZoneAsync("example.com")}";
        using var request = new HttpRequestMessage(HttpMethod.Patch, path) { Content = new StringContent("""{"paused":true}""") };
        request.Headers.TryAddWithoutValidation("If-Match", ["\"7\"", "\"1\""]);
        using var response = await _control.Client.SendAsync(request, TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
    }

    [Fact]
    public async Task IfMatch_OnEveryKindOfThing_GuardsIt()
    {
        var zone = $"/client/v4/zones/{await _control.AddZoneAsync("example.com")}";
        var record = await _control.PostAsync($"{zone}/dns_records", """{"type":"A","name":"a","content":"192.0.2.1"}""");
        var account = (await _control.GetAsync("/client/v4/accounts")).Result[0]!["id"];
        var groups = (await _control.GetAsync("/client/v4/user/tokens/permission_groups?name=Zone%20Read")).Result[0]!["id"];
        var policy =
            $$$"""{"effect":"allow","resources":{"com.cloudflare.api.account.zone.*":"*"},"permission_groups":[{"id":"{{{groups}}}"}]}""";
        var token = await _control.PostAsync("/client/v4/user/tokens", $$"""{"name":"t","policies":[{{policy}}]}""");
        var operators = await _control.PostAsync(
            "/holdfast/v1/operators",
            """{"email":"kim@example.com","name":"Kim","role":"viewer","password":"a long enough phrase 42"}"""
        );
        Assert.Equal(HttpStatusCode.OK, operators.Status);
        (HttpMethod, string, string)[] changes =
        [
            (HttpMethod.Put, $"{zone.Replace("client/v4", "holdfast/v1", StringComparison.Ordinal)}/origin", """{"origin":null}"""),
            (HttpMethod.Put, "/holdfast/v1/zones/by-name/example.com", """{"origin":"http://192.0.2.2"}"""),
            (HttpMethod.Patch, $"{zone}/settings/ipv6", """{"value":"off"}"""),
            (HttpMethod.Put, $"{zone}/dns_records/{record.Result["id"]}", """{"type":"A","name":"b","content":"192.0.2.1"}"""),
            (HttpMethod.Put, $"/client/v4/accounts/{account}", """{"name":"Other"}"""),
            (HttpMethod.Patch, "/client/v4/user", """{"first_name":"Kim"}"""),
            (
                HttpMethod.Put,
                $"/client/v4/user/tokens/{token.Result["id"]}",
                $$"""{"name":"u","status":"active","policies":[{{policy}}]}"""
            ),
            (HttpMethod.Patch, $"/holdfast/v1/operators/{operators.Result["id"]}", """{"name":"Sam"}"""),
        ];
        foreach (var (method, path, body) in changes)
        {
            var refused = await _control.SendAsync(method, path, body, ifMatch: "\"8\", W/\"1\"");
            Assert.Equal((path, HttpStatusCode.PreconditionFailed), (path, refused.Status));
            Assert.Equal((path, HttpStatusCode.OK), (path, (await _control.SendAsync(method, path, body, ifMatch: Upto(9))).Status));
        }
    }

    [Theory]
    [InlineData("/batch", """{"posts":[{"type":"A","name":"c","content":"192.0.2.3"}]}""")]
    [InlineData("", """{"type":"A","name":"c","content":"192.0.2.3"}""")]
    public async Task IfMatch_OfTheListOfRecords_GuardsWhatChangesSeveral(string path, string body)
    {
        var records = $"/client/v4/zones/{await _control.AddZoneAsync("example.com")}/dns_records";
        await _control.PostAsync(records, """{"type":"TXT","name":"a","content":"one"}""");
        var other = (await _control.PostAsync(records, """{"type":"TXT","name":"b","content":"two"}""")).Result["id"];
        var seen = (await _control.GetAsync($"{records}?per_page=1&name=nothing.example.com")).Tag;
        Assert.NotNull(seen);
        Assert.Equal(seen, (await _control.GetAsync($"{records}?order=name&direction=desc")).Tag);

        // A change that no edge sees is one too.
        await _control.PatchAsync($"{records}/{other}", """{"comment":"of the other one"}""");
        var refused = await _control.SendAsync(HttpMethod.Post, records + path, body, ifMatch: seen);
        Assert.Equal(HttpStatusCode.PreconditionFailed, refused.Status);
        Assert.Equal(2, (await _control.GetAsync(records)).Result.AsArray().Count);

        var now = (await _control.GetAsync(records)).Tag;
        Assert.NotEqual(seen, now);
        Assert.Equal(HttpStatusCode.OK, (await _control.SendAsync(HttpMethod.Post, records + path, body, ifMatch: now)).Status);
        Assert.Equal(3, (await _control.GetAsync(records)).Result.AsArray().Count);
    }

    [Fact]
    public async Task IfMatch_Any_OfAZoneThatIsNotThere_MakesNone()
    {
        const string Path = "/holdfast/v1/zones/by-name/example.com";
        const string Body = """{"origin":"http://192.0.2.2"}""";
        Assert.Equal(HttpStatusCode.PreconditionFailed, (await _control.PutAsync(Path, Body, "*")).Status);
        Assert.Equal(HttpStatusCode.PreconditionFailed, (await _control.PutAsync(Path, Body, "\"1\"")).Status);
        Assert.Empty((await _control.GetAsync("/client/v4/zones")).Result.AsArray());
        Assert.Equal(HttpStatusCode.Created, (await _control.PutAsync(Path, Body)).Status);
        Assert.Equal(HttpStatusCode.OK, (await _control.PutAsync(Path, Body, "*")).Status);
    }

    [Fact]
    public async Task IfMatch_OfAThingWithoutATag_NamesAnother()
    {
        var made = await _control.PostAsync("/holdfast/v1/join_tokens", """{"node":"paris-1"}""");
        var path = $"/holdfast/v1/join_tokens/{made.Result["id"]}";
        Assert.Equal(HttpStatusCode.PreconditionFailed, (await _control.SendAsync(HttpMethod.Delete, path, ifMatch: "\"1\"")).Status);
        Assert.Equal(HttpStatusCode.OK, (await _control.SendAsync(HttpMethod.Delete, path, ifMatch: "*")).Status);
    }

    private static string Upto(int generation) => string.Join(", ", Enumerable.Range(1, generation).Select(tag => $"\"{tag}\""));
}
