using System.Net;
using System.Text.Json.Nodes;

namespace Holdfast.Control.Tests.Purging;

/// <summary><c>purge_cache</c>: what it takes, what it refuses, and what it tells.</summary>
public sealed class PurgeApiTests
{
    [Theory]
    [InlineData(
        """{"files":["https://WWW.example.com/a/../b c?x=ä","http://www.example.com:8080/b%20c?x=%c3%a4"]}""",
        "url",
        "www.example.com/b%20c?x=%C3%A4"
    )]
    [InlineData("""{"files":[{"url":"https://example.com/","headers":{"Accept-Language":"de"}}]}""", "url", "example.com/")]
    [InlineData("""{"prefixes":["example.com","Example.com/blog"]}""", "prefix", "example.com/", "example.com/blog")]
    [InlineData("""{"hosts":["bücher.example.com","www.example.com."]}""", "host", "xn--bcher-kva.example.com", "www.example.com")]
    [InlineData("""{"tags":[" Red ","blue","blue"]}""", "tag", "Red", "blue")]
    [InlineData("""{"purge_everything":true}""", "everything")]
    public async Task APurge_IsShownAsItIsUnderstood(string body, string kind, params string[] values)
    {
        await using var control = await TestControl.StartAsync();
        var zone = await control.AddZoneAsync("example.com");
        var ordered = await control.PostAsync($"/client/v4/zones/{zone}/purge_cache", body);
        Assert.Equal(HttpStatusCode.OK, ordered.Status);
        var purge = (await control.GetAsync($"/holdfast/v1/zones/{zone}/purges/{ordered.Result["id"]}")).Result;
        Assert.Equal(kind, purge["kind"]!.GetValue<string>());
        Assert.Equal(values, purge["values"]!.AsArray().Select(value => value!.GetValue<string>()));
        Assert.Equal(1, purge["sequence"]!.GetValue<int>());
        Assert.Empty(purge["edges"]!.AsArray());

        var entry = (await control.GetAsync("/holdfast/v1/audit_logs?per_page=1")).Result[0]!;
        Assert.Equal(("cache-purge", zone), (entry["operation"]!.GetValue<string>(), entry["zone_id"]!.GetValue<string>()));
        Assert.Equal(kind, entry["after"]!["kind"]!.GetValue<string>());
    }

    [Theory]
    [InlineData("{}", 1012, "")]
    [InlineData("""{"tags":["a"],"hosts":["example.com"]}""", 1012, "")]
    [InlineData("""{"tags":["a"],"purge_everything":true}""", 1012, "")]
    [InlineData("""{"purge_everything":false}""", 1013, "/purge_everything")]
    [InlineData("""{"purge_everything":"true"}""", 1013, "/purge_everything")]
    [InlineData("""{"files":[]}""", 1014, "/files")]
    [InlineData("""{"files":"https://example.com/"}""", 1014, "/files")]
    [InlineData("""{"hosts":null}""", 1014, "/hosts")]
    [InlineData("""{"files":["https://example.com/ok","https://example.net/a"]}""", 1015, "/files/1")]
    [InlineData("""{"files":["https://notexample.com/"]}""", 1015, "/files/0")]
    [InlineData("""{"files":["/a"]}""", 1015, "/files/0")]
    [InlineData("""{"files":["ftp://example.com/a"]}""", 1015, "/files/0")]
    [InlineData("""{"files":["https://example.com/a#b"]}""", 1015, "/files/0")]
    [InlineData("""{"files":["https://user@example.com/a"]}""", 1015, "/files/0")]
    [InlineData("""{"files":["https://example.com/*"]}""", 1015, "/files/0")]
    [InlineData("""{"files":[{"headers":{}}]}""", 1015, "/files/0")]
    [InlineData("""{"files":[{"url":"https://example.com/","headers":{"a":1}}]}""", 1015, "/files/0")]
    [InlineData("""{"files":[{"url":"https://example.com/","body":"x"}]}""", 1015, "/files/0")]
    [InlineData("""{"files":[7]}""", 1015, "/files/0")]
    [InlineData("""{"prefixes":["https://example.com/a"]}""", 1015, "/prefixes/0")]
    [InlineData("""{"prefixes":["example.com/a?b"]}""", 1015, "/prefixes/0")]
    [InlineData("""{"prefixes":["example.com//////////////////////////////////"]}""", 1015, "/prefixes/0")]
    [InlineData("""{"hosts":["example.com:80"]}""", 1015, "/hosts/0")]
    [InlineData("""{"hosts":["*"]}""", 1015, "/hosts/0")]
    [InlineData("""{"hosts":["www.example.net"]}""", 1015, "/hosts/0")]
    [InlineData("""{"tags":[""]}""", 1015, "/tags/0")]
    [InlineData("""{"tags":["a,b"]}""", 1015, "/tags/0")]
    [InlineData("""{"tags":["a"],"soft":true}""", 40_000, "/soft")]
    [InlineData("[", 6007, "")]
    public async Task WhatSelectsNothingOfTheZone_IsRefusedWithThePlace(string body, int code, string pointer)
    {
        await using var control = await TestControl.StartAsync();
        var zone = await control.AddZoneAsync("example.com");
        var answer = await control.PostAsync($"/client/v4/zones/{zone}/purge_cache", body);
        Assert.Equal((HttpStatusCode.BadRequest, code, pointer), (answer.Status, answer.Code, answer.Pointer));

        // Nothing was ordered: the next one is the first.
        var ordered = await control.PostAsync($"/client/v4/zones/{zone}/purge_cache", """{"purge_everything":true}""");
        var purge = await control.GetAsync($"/holdfast/v1/zones/{zone}/purges/{ordered.Result["id"]}");
        Assert.Equal(1, purge.Result["sequence"]!.GetValue<int>());
    }

    [Theory]
    [InlineData("*", "https://anything.example/a", true)]
    [InlineData("*.example.com", "https://www.example.com/a", true)]
    [InlineData("*.example.com", "https://example.com/a", false)]
    [InlineData("192.0.2.7", "http://192.0.2.7/a", true)]
    [InlineData("192.0.2.7", "http://192.0.2.8/a", false)]
    [InlineData("2001:db8::1", "http://[2001:DB8:0::1]:8080/a", true)]
    public async Task AUrl_MustBeOneOfTheZonesHosts(string zone, string url, bool taken)
    {
        await using var control = await TestControl.StartAsync();
        var id = await control.AddZoneAsync(zone);
        var answer = await control.PostAsync($"/client/v4/zones/{id}/purge_cache", $$"""{"files":["{{url}}"]}""");
        Assert.Equal(taken ? HttpStatusCode.OK : HttpStatusCode.BadRequest, answer.Status);
    }

    [Fact]
    public async Task AZoneOrPurgeThatIsNotThere_Is404()
    {
        await using var control = await TestControl.StartAsync();
        var zone = await control.AddZoneAsync("example.com");
        var other = await control.AddZoneAsync("example.net");
        var nobody = new string('0', 32);
        Assert.Equal(
            HttpStatusCode.NotFound,
            (await control.PostAsync($"/client/v4/zones/{nobody}/purge_cache", """{"purge_everything":true}""")).Status
        );
        var ordered = await control.PostAsync($"/client/v4/zones/{zone}/purge_cache", """{"purge_everything":true}""");
        var id = ordered.Result["id"]!.GetValue<string>();
        Assert.Equal(HttpStatusCode.NotFound, (await control.GetAsync($"/holdfast/v1/zones/{other}/purges/{id}")).Status);
        Assert.Equal(HttpStatusCode.NotFound, (await control.GetAsync($"/holdfast/v1/zones/{zone}/purges/{nobody}")).Status);
    }

    [Fact]
    public async Task ManyWrongUrls_AreNamedEach()
    {
        await using var control = await TestControl.StartAsync();
        var zone = await control.AddZoneAsync("example.com");
        var files = new JsonArray([.. Enumerable.Range(0, 30).Select(i => (JsonNode)$"https://example.net/{i}")]);
        var answer = await control.PostAsync($"/client/v4/zones/{zone}/purge_cache", new JsonObject { ["files"] = files }.ToJsonString());
        Assert.Equal(20, answer.Body["errors"]!.AsArray().Count);
        Assert.Equal("/files/19", answer.Body["errors"]![19]!["source"]!["pointer"]!.GetValue<string>());
    }
}
