using System.Net;
using System.Text;
using Holdfast.Control.Settings;

namespace Holdfast.Control.Tests;

public sealed class ZoneApiTests
{
    [Fact]
    public async Task Zone_CreatedAndRead_HasCloudflaresMembersAndOurs()
    {
        await using var control = await TestControl.StartAsync();
        var created = await control.PostAsync(
            "/client/v4/zones",
            """{"account":{"id":"x"},"name":"Bücher.Example.","type":"full","origin":"https://192.0.2.10"}"""
        );
        var id = created.Result["id"]!.GetValue<string>();
        var read = await control.GetAsync($"/client/v4/zones/{id}");

        Assert.Equal(HttpStatusCode.OK, created.Status);
        Assert.True(read.Body["success"]!.GetValue<bool>());
        Assert.Equal("xn--bcher-kva.example", read.Result["name"]!.GetValue<string>());
        Assert.Equal("https://192.0.2.10", read.Result["origin"]!.GetValue<string>());
        Assert.Equal("active", read.Result["status"]!.GetValue<string>());
        Assert.Equal("\"1\"", read.Tag);
    }

    [Theory]
    [InlineData("""{"name":"-"}""", 1002, "/name")]
    [InlineData("""{"name":7}""", 40000, "/name")]
    [InlineData("""{}""", 40000, "/name")]
    [InlineData("""[]""", 40000, "")]
    [InlineData("""{"name":"example.com","nmae":1}""", 40000, "/nmae")]
    [InlineData("""{"name":"example.com","name":"example.org"}""", 40000, "/name")]
    [InlineData("""{"name":"example.com","origin":"ftp://192.0.2.1"}""", 40000, "/origin")]
    [InlineData("""{"name":"example.com","origin":{"url":1}}""", 40000, "/origin")]
    [InlineData("""{"name":"example.com","account":"x"}""", 40000, "/account")]
    [InlineData("""{"name":"example.com","jump_start":1}""", 40000, "/jump_start")]
    [InlineData("""{"name":"\ud800"}""", 40000, "/name")]
    [InlineData("""{"name":""", 6007, "")]
    [InlineData("", 6007, "")]
    public async Task Zone_BadBody_Is400WithPointer(string body, int code, string pointer)
    {
        await using var control = await TestControl.StartAsync();
        var answer = await control.PostAsync("/client/v4/zones", body);
        Assert.Equal((HttpStatusCode.BadRequest, code, pointer), (answer.Status, answer.Code, answer.Pointer));
        Assert.Equal(0, (await control.GetAsync("/client/v4/zones")).Body["result_info"]!["total_count"]!.GetValue<int>());
    }

    [Fact]
    public async Task Zone_DeepOrLargeBody_IsRefusedWithoutA500()
    {
        await using var control = await TestControl.StartAsync();
        var deep = await control.PostAsync("/client/v4/zones", new string('[', 10_000) + new string(']', 10_000));
        var large = await control.PostAsync("/client/v4/zones", "\"" + new string('x', 1024 * 1024) + "\"");
        Assert.Equal((HttpStatusCode.BadRequest, 6007), (deep.Status, deep.Code));
        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, large.Status);
    }

    [Fact]
    public async Task Zone_CreatedTwiceAtOnce_OneIs409()
    {
        await using var control = await TestControl.StartAsync();
        var answers = await Task.WhenAll(
            Enumerable.Range(0, 8).Select(_ => control.PostAsync("/client/v4/zones", """{"name":"example.com"}"""))
        );
        Assert.Single(answers, answer => answer.Status == HttpStatusCode.OK);
        Assert.Equal(7, answers.Count(answer => answer.Status == HttpStatusCode.Conflict && answer.Code == 1061));
    }

    [Fact]
    public async Task Origin_ChangedByTwoWritersWhoKnowTheSameGeneration_OneIs412()
    {
        await using var control = await TestControl.StartAsync();
        var id = await control.AddZoneAsync("example.com");
        var answers = await Task.WhenAll(
            Enumerable
                .Range(2, 8)
                .Select(i => control.PutAsync($"/holdfast/v1/zones/{id}/origin", $$"""{"origin":"http://192.0.2.{{i}}"}""", "\"1\""))
        );
        Assert.Equal("\"2\"", Assert.Single(answers, answer => answer.Status == HttpStatusCode.OK).Tag);
        Assert.Equal(7, answers.Count(answer => answer.Status == HttpStatusCode.PreconditionFailed));
    }

    [Fact]
    public async Task Origin_PutTwice_IsOneRelease()
    {
        await using var control = await TestControl.StartAsync();
        var first = await control.PutAsync("/holdfast/v1/zones/by-name/*", """{"origin":"http://127.0.0.1:3000"}""");
        var second = await control.PutAsync("/holdfast/v1/zones/by-name/*", """{"origin":"http://127.0.0.1:3000/"}""");
        var releases = await control.GetAsync("/holdfast/v1/releases?kind=zone");
        Assert.Equal((HttpStatusCode.Created, HttpStatusCode.OK), (first.Status, second.Status));
        Assert.Equal(first.Result["id"]!.GetValue<string>(), second.Result["id"]!.GetValue<string>());
        Assert.Single(releases.Result.AsArray());
    }

    [Theory]
    [InlineData("*", "standard")]
    [InlineData("example.com", "cloudflare")]
    public async Task CacheProfile_OfANewZone_IsTheStandardForEveryHostOnly(string name, string profile)
    {
        await using var control = await TestControl.StartAsync();
        var zone = await control.PutAsync($"/holdfast/v1/zones/by-name/{name}", """{"origin":"http://127.0.0.1:3000"}""");
        var setting = await control.GetAsync($"/client/v4/zones/{zone.Result["id"]}/settings/cache_profile");
        Assert.Equal(profile, setting.Result["value"]!.GetValue<string>());
    }

    [Fact]
    public async Task Origin_SetToNull_IsNull()
    {
        await using var control = await TestControl.StartAsync();
        var id = await control.AddZoneAsync("example.com");
        await control.PutAsync($"/holdfast/v1/zones/{id}/origin", """{"origin":null}""");
        Assert.Null((await control.GetAsync($"/holdfast/v1/zones/{id}/origin")).Result["origin"]);
    }

    [Fact]
    public async Task Zones_Paged_AreExactToTheLastEmptyPage()
    {
        await using var control = await TestControl.StartAsync();
        foreach (var name in new[] { "c.example", "a.example", "b.example" })
        {
            await control.AddZoneAsync(name);
        }

        var names = new List<string>();
        for (var page = 1; page <= 3; page++)
        {
            var answer = await control.GetAsync($"/client/v4/zones?page={page}&per_page=2");
            names.Add(string.Join(",", answer.Result.AsArray().Select(zone => zone!["name"]!.GetValue<string>())));
            Assert.Equal(2, answer.Body["result_info"]!["total_pages"]!.GetValue<int>());
            Assert.Equal(3, answer.Body["result_info"]!["total_count"]!.GetValue<int>());
        }

        Assert.Equal(["a.example,b.example", "c.example", ""], names);
        Assert.Single((await control.GetAsync("/client/v4/zones?name=B.example")).Result.AsArray());
        Assert.Equal(HttpStatusCode.BadRequest, (await control.GetAsync("/client/v4/zones?page=0")).Status);
    }

    [Fact]
    public async Task Zone_Deleted_IsGoneAndRepeatIs404()
    {
        await using var control = await TestControl.StartAsync();
        var id = await control.AddZoneAsync("example.com");
        Assert.Equal(HttpStatusCode.OK, (await control.DeleteAsync($"/client/v4/zones/{id}")).Status);
        Assert.Equal((HttpStatusCode.NotFound, 1001), await StatusAsync(control.DeleteAsync($"/client/v4/zones/{id}")));
        Assert.Equal((HttpStatusCode.NotFound, 1001), await StatusAsync(control.GetAsync($"/client/v4/zones/{id}")));
        var removal = Assert.Single((await control.GetAsync($"/holdfast/v1/releases?name={id}")).Result.AsArray());
        Assert.True(removal!["removed"]!.GetValue<bool>());
    }

    [Fact]
    public async Task Route_UnknownOrWrongMethod_IsInTheEnvelope()
    {
        await using var control = await TestControl.StartAsync();
        Assert.Equal((HttpStatusCode.NotFound, 7000), await StatusAsync(control.GetAsync("/client/v4/nothing")));
        Assert.Equal((HttpStatusCode.NotFound, 7003), await StatusAsync(control.GetAsync("/client/v4/zones/nothing")));
        Assert.Equal((HttpStatusCode.MethodNotAllowed, 7001), await StatusAsync(control.PutAsync("/client/v4/zones", "{}")));
    }

    [Theory]
    [InlineData("custom_certificates/..")]
    [InlineData("custom_certificates/%2E%2e")]
    [InlineData("custom_certificates/%2e.")]
    [InlineData(".")]
    public async Task Path_WithDotSegments_IsRefusedAndDeletesNothing(string rest)
    {
        await using var control = await TestControl.StartAsync();
        var id = await control.AddZoneAsync("example.com");
        var uri = new Uri(
            $"{control.Host.Url.GetLeftPart(UriPartial.Authority)}/client/v4/zones/{id}/{rest}",
            new UriCreationOptions { DangerousDisablePathAndQueryCanonicalization = true }
        );
        using var response = await control.Client.DeleteAsync(uri, TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await control.GetAsync($"/client/v4/zones/{id}")).Status);
    }

    [Fact]
    public async Task Setting_Edited_IsInCloudflaresForm()
    {
        await using var control = await TestControl.StartAsync();
        var id = await control.AddZoneAsync("example.com");
        var edited = await control.PatchAsync($"/client/v4/zones/{id}/settings/min_tls_version", """{"value":"1.3"}""");
        var all = await control.GetAsync($"/client/v4/zones/{id}/settings");
        Assert.Equal("1.3", edited.Result["value"]!.GetValue<string>());
        Assert.Equal("\"2\"", edited.Tag);
        Assert.Equal(
            ZoneSetting.All.Select(setting => setting.Id),
            all.Result.AsArray().Select(setting => setting!["id"]!.GetValue<string>())
        );
        Assert.Equal(
            "strict",
            all.Result.AsArray().Single(setting => setting!["id"]!.GetValue<string>() == "ssl")!["value"]!.GetValue<string>()
        );
    }

    [Theory]
    [InlineData("ssl", "\"full_strict\"")]
    [InlineData("ssl", "true")]
    [InlineData("min_tls_version", "1.2")]
    [InlineData("min_tls_version", "\"1.0\"")]
    [InlineData("websockets", "true")]
    [InlineData("max_upload", "0")]
    [InlineData("max_upload", "100001")]
    [InlineData("max_upload", "1.5")]
    [InlineData("max_upload", "1e400")]
    [InlineData("max_upload", "\"100\"")]
    [InlineData("proxy_read_timeout", "6001")]
    [InlineData("origin_host_header", "\"a b\"")]
    [InlineData("origin_host_header", "\"a\\r\\nX: y\"")]
    [InlineData("error_page_html", "{}")]
    [InlineData("error_page_html", "\"\\udfff\"")]
    public async Task Setting_BadValue_Is400AndChangesNothing(string setting, string value)
    {
        await using var control = await TestControl.StartAsync();
        var id = await control.AddZoneAsync("example.com");
        var answer = await control.PatchAsync($"/client/v4/zones/{id}/settings/{setting}", $$"""{"value":{{value}}}""");
        Assert.Equal((HttpStatusCode.BadRequest, 1007, "/value"), (answer.Status, answer.Code, answer.Pointer));
        Assert.Equal("\"1\"", (await control.GetAsync($"/client/v4/zones/{id}")).Tag);
    }

    [Fact]
    public async Task Setting_Unknown_IsAnError()
    {
        await using var control = await TestControl.StartAsync();
        var id = await control.AddZoneAsync("example.com");
        Assert.Equal(
            (HttpStatusCode.BadRequest, 1006),
            await StatusAsync(control.GetAsync($"/client/v4/zones/{id}/settings/rocket_loader"))
        );
    }

    [Fact]
    public async Task Body_BytesThatAreNoText_NeverA500()
    {
        await using var control = await TestControl.StartAsync();
        var random = new Random(7);
        for (var i = 0; i < 100; i++)
        {
            var bytes = Encoding.UTF8.GetBytes("""{"name":"example.com","origin":"http://192.0.2.1","account":{"id":"x"}}""");
            bytes[random.Next(bytes.Length)] = (byte)random.Next(256);
            bytes[random.Next(bytes.Length)] = (byte)random.Next(256);
            using var response = await control.Client.PostAsync(
                "/client/v4/zones",
                new ByteArrayContent(bytes),
                TestContext.Current.CancellationToken
            );
            Assert.NotEqual(HttpStatusCode.InternalServerError, response.StatusCode);
        }
    }

    private static async Task<(HttpStatusCode, int)> StatusAsync(Task<Answer> answer) => ((await answer).Status, (await answer).Code);
}
