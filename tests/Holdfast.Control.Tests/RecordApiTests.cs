using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using Holdfast.Model.Zones;

namespace Holdfast.Control.Tests;

public sealed class RecordApiTests : IAsyncLifetime
{
    private TestControl _control = null!;
    private string _zone = "";

    private string Records => $"/client/v4/zones/{_zone}/dns_records";

    public async ValueTask InitializeAsync()
    {
        _control = await TestControl.StartAsync();
        _zone = await _control.AddZoneAsync("example.com");
    }

    public ValueTask DisposeAsync() => _control.DisposeAsync();

    [Theory]
    [InlineData("www", "www.example.com")]
    [InlineData("@", "example.com")]
    [InlineData("example.com", "example.com")]
    [InlineData("example.com.", "example.com")]
    [InlineData("WWW.Example.com", "www.example.com")]
    [InlineData("a.b", "a.b.example.com")]
    [InlineData("www.example.org", "www.example.org.example.com")]
    [InlineData("*", "*.example.com")]
    [InlineData("*.sub.example.com", "*.sub.example.com")]
    [InlineData("bücher", "xn--bcher-kva.example.com")]
    [InlineData("_acme-challenge.www", "_acme-challenge.www.example.com")]
    [InlineData("notexample.com", "notexample.com.example.com")]
    public async Task Name_Written_IsAbsoluteAndCanonical(string name, string expected) =>
        Assert.Equal(expected, (await AddAsync(name, "A", "192.0.2.1"))["name"]!.GetValue<string>());

    [Theory]
    [InlineData("www.example.org.")]
    [InlineData("")]
    [InlineData("a..b")]
    [InlineData("-a")]
    [InlineData("a.*")]
    [InlineData("**")]
    [InlineData("a b")]
    [InlineData("xn--")]
    [InlineData("\\u0000")]
    public async Task Name_OutsideTheZoneOrMalformed_Is9000(string name)
    {
        var answer = await _control.PostAsync(Records, $$"""{"name":"{{name}}","type":"A","content":"192.0.2.1"}""");
        Assert.Equal((HttpStatusCode.BadRequest, 9000, "/name"), (answer.Status, answer.Code, answer.Pointer));
    }

    [Fact]
    public async Task Record_Created_HasCloudflaresMembers()
    {
        var created = await _control.PostAsync(
            Records,
            """{"name":"www","type":"A","content":"192.0.2.1","proxied":true,"ttl":300,"comment":" A note ","tags":["team:web"]}"""
        );
        Assert.Equal("\"1\"", created.Tag);
        var record = created.Result;
        Assert.Equal(
            [
                "id",
                "name",
                "type",
                "content",
                "proxiable",
                "proxied",
                "ttl",
                "settings",
                "meta",
                "comment",
                "tags",
                "created_on",
                "modified_on",
                "comment_modified_on",
                "tags_modified_on",
            ],
            record.AsObject().Select(member => member.Key)
        );

        // A proxied record's TTL is the server's business.
        Assert.Equal(
            (1, "A note", true),
            (record["ttl"]!.GetValue<int>(), record["comment"]!.GetValue<string>(), record["proxiable"]!.GetValue<bool>())
        );
        Assert.True(JsonNode.DeepEquals(record, (await _control.GetAsync($"{Records}/{record["id"]}")).Result));
    }

    [Fact]
    public async Task Record_Edited_KeepsWhatIsNotSaid_AndOverwritten_DoesNot()
    {
        var id = (await AddAsync("www", "A", "192.0.2.1", ""","comment":"x","tags":["a:b"],"proxied":true"""))["id"];
        var edited = await _control.PatchAsync($"{Records}/{id}", """{"content":"192.0.2.2"}""");
        Assert.Equal(
            ("192.0.2.2", "x", true),
            (Text(edited.Result, "content"), Text(edited.Result, "comment"), edited.Result["proxied"]!.GetValue<bool>())
        );
        Assert.Equal("\"2\"", edited.Tag);
        var put = await _control.PutAsync($"{Records}/{id}", """{"name":"www","type":"A","content":"192.0.2.2","ttl":60}""");
        Assert.Null(put.Result["comment"]);
        Assert.Null(put.Result["comment_modified_on"]);
        Assert.Empty(put.Result["tags"]!.AsArray());
        Assert.False(put.Result["proxied"]!.GetValue<bool>());
        var again = await _control.PutAsync($"{Records}/{id}", """{"name":"www","type":"A","content":"192.0.2.2","ttl":60}""");
        Assert.Equal(put.Tag, again.Tag);
        var retyped = await _control.PatchAsync($"{Records}/{id}", """{"type":"TXT"}""");
        Assert.Equal((1004, "/content"), (retyped.Code, retyped.Pointer));
    }

    [Fact]
    public async Task Record_ChangedByTwoWhoKnowTheSame_OneIs412()
    {
        var id = (await AddAsync("www", "A", "192.0.2.1"))["id"];
        var answers = await Task.WhenAll(
            Enumerable.Range(2, 6).Select(i => _control.PatchAsync($"{Records}/{id}", $$"""{"content":"192.0.2.{{i}}"}""", "\"1\""))
        );
        Assert.Single(answers, answer => answer.Status == HttpStatusCode.OK);
        Assert.Equal(5, answers.Count(answer => answer.Status == HttpStatusCode.PreconditionFailed));
        Assert.Equal(
            HttpStatusCode.PreconditionFailed,
            (await _control.SendAsync(HttpMethod.Delete, $"{Records}/{id}", ifMatch: "\"1\"")).Status
        );
    }

    [Fact]
    public async Task Record_Deleted_IsGoneAndRepeatIs404()
    {
        var id = (await AddAsync("www", "A", "192.0.2.1"))["id"]!.GetValue<string>();
        Assert.Equal(id, Text((await _control.DeleteAsync($"{Records}/{id}")).Result, "id"));
        var again = await _control.DeleteAsync($"{Records}/{id}");
        Assert.Equal((HttpStatusCode.NotFound, 81044), (again.Status, again.Code));
        Assert.Equal(81044, (await _control.GetAsync($"{Records}/{id}")).Code);
        Assert.Equal(7003, (await _control.GetAsync($"{Records}/nothing")).Code);
    }

    [Theory]
    [InlineData("A", "192.0.2.1", "A", "192.0.2.1", 81058)]
    [InlineData("A", "192.0.2.1", "CNAME", "b.example", 81053)]
    [InlineData("CNAME", "a.example", "CNAME", "b.example", 81053)]
    [InlineData("CNAME", "a.example", "AAAA", "2001:db8::1", 81054)]
    [InlineData("NS", "a.example", "TXT", "x", 81056)]
    [InlineData("TXT", "x", "NS", "a.example", 1004)]
    public async Task Record_ThatCollides_Is409WithCloudflaresCode(string first, string content, string second, string other, int code)
    {
        await AddAsync("www", first, content);
        var answer = await _control.PostAsync(Records, $$"""{"name":"www","type":"{{second}}","content":"{{other}}"}""");
        Assert.Equal((HttpStatusCode.Conflict, code), (answer.Status, answer.Code));
        Assert.Single((await _control.GetAsync(Records)).Result.AsArray());
    }

    [Theory]
    [InlineData("A", "192.0.2.1", "A", "192.0.2.2")]
    [InlineData("A", "192.0.2.1", "AAAA", "2001:db8::1")]
    [InlineData("CNAME", "a.example", "TXT", "x")]
    [InlineData("NS", "a.example", "NS", "b.example")]
    public async Task Record_BesideAnother_IsTaken(string first, string content, string second, string other)
    {
        await AddAsync("www", first, content);
        await AddAsync("www", second, other);
    }

    [Fact]
    public async Task Zone_WithoutAHostName_HasNoRecords()
    {
        foreach (var name in new[] { "*", "*.example.org", "192.0.2.9" })
        {
            var zone = await _control.AddZoneAsync(name);
            var answer = await _control.PostAsync(
                $"/client/v4/zones/{zone}/dns_records",
                """{"name":"a","type":"A","content":"192.0.2.1"}"""
            );
            Assert.Equal(HttpStatusCode.BadRequest, answer.Status);
        }
    }

    [Fact]
    public async Task Records_OfAnotherZone_AreNotReached()
    {
        var id = (await AddAsync("www", "A", "192.0.2.1"))["id"];
        var other = await _control.AddZoneAsync("example.org");
        Assert.Equal(81044, (await _control.GetAsync($"/client/v4/zones/{other}/dns_records/{id}")).Code);
        Assert.Equal(81044, (await _control.DeleteAsync($"/client/v4/zones/{other}/dns_records/{id}")).Code);
        Assert.Equal(1001, (await _control.GetAsync($"/client/v4/zones/{new string('0', 32)}/dns_records")).Code);
    }

    [Fact]
    public async Task Zone_Deleted_TakesItsRecordsAlong()
    {
        await AddAsync("www", "A", "192.0.2.1");
        Assert.Equal(HttpStatusCode.OK, (await _control.DeleteAsync($"/client/v4/zones/{_zone}")).Status);
        Assert.Equal(1001, (await _control.GetAsync(Records)).Code);
        _zone = await _control.AddZoneAsync("example.com");
        Assert.Empty((await _control.GetAsync(Records)).Result.AsArray());
    }

    [Theory]
    [InlineData("name=www.example.com", "1,2")]
    [InlineData("name.exact=WWW.example.com.", "1,2")]
    [InlineData("name.contains=ai", "3")]
    [InlineData("name.startswith=www", "1,2")]
    [InlineData("name.endswith=example.com", "1,2,3,4,5")]
    [InlineData("type=TXT", "4")]
    [InlineData("content=192.0.2.2", "2")]
    [InlineData("content.exact=v=spf1 -all", "4")]
    [InlineData("content.contains=%22v=spf1", "4")]
    [InlineData("comment.present=true", "1,2")]
    [InlineData("comment.absent=", "3,4,5")]
    [InlineData("comment.contains=FIRST", "1")]
    [InlineData("proxied=true", "1")]
    [InlineData("proxied=false&type=A", "2")]
    [InlineData("type=MX&proxied=true", "")]
    [InlineData("type=MX&proxied=true&match=any", "1,3")]
    [InlineData("tag=team:web", "1")]
    [InlineData("tag.present=team", "1,2")]
    [InlineData("tag.absent=team", "3,4,5")]
    [InlineData("tag.startswith=team:w", "1")]
    [InlineData("tag.contains=team:a&tag.present=x&tag_match=any", "2")]
    [InlineData("tag.exact=team:web&type=A&match=all", "1")]
    [InlineData("search=second", "2")]
    public async Task List_Filtered_ShowsWhatIsMeant(string query, string expected)
    {
        var ids = await AddFiveAsync();
        var listed = await _control.GetAsync($"{Records}?{query}");
        Assert.True(listed.Status == HttpStatusCode.OK, listed.Body.ToJsonString());
        var found = Numbers(listed, ids);
        Assert.Equal(expected, string.Join(',', found.Order()));
        Assert.Equal(found.Count, listed.Body["result_info"]!["total_count"]!.GetValue<int>());
    }

    [Theory]
    [InlineData("order=name&type=A", "1,2", "2,1")]
    [InlineData("order=type&direction=desc", "4,5,3,2,1", "4,5,3,1,2")]
    [InlineData("order=content&type=A&direction=desc", "2,1", null)]
    [InlineData("order=ttl&direction=desc&type=A", "2,1", null)]
    [InlineData("order=proxied&type=A", "2,1", null)]
    [InlineData("direction=desc&match=any&type=MX&proxied=true", "1,3", null)]
    public async Task List_Ordered_IsInOrder(string query, string expected, string? orElse)
    {
        var ids = await AddFiveAsync();
        var found = string.Join(',', Numbers(await _control.GetAsync($"{Records}?{query}"), ids));

        // Records that are equal in what is asked for come in the order of their ids, which are random.
        Assert.Contains(found, new[] { expected, orElse });
    }

    [Theory]
    [InlineData("nmae=www")]
    [InlineData("name.like=www")]
    [InlineData("name.contains=")]
    [InlineData("name=")]
    [InlineData("order=id")]
    [InlineData("type=SOA")]
    [InlineData("proxied=yes")]
    [InlineData("match=some")]
    public async Task List_WithAParameterThatMeansNothing_Is400(string query) =>
        Assert.Equal(HttpStatusCode.BadRequest, (await _control.GetAsync($"{Records}?{query}")).Status);

    [Fact]
    public async Task List_Paged_IsExactToTheLastEmptyPage()
    {
        for (var i = 0; i < 5; i++)
        {
            await AddAsync($"h{i}", "A", "192.0.2.1");
        }

        var pages = new List<string>();
        for (var page = 1; page <= 4; page++)
        {
            var answer = await _control.GetAsync($"{Records}?page={page}&per_page=2");
            pages.Add(string.Join(',', answer.Result.AsArray().Select(record => Text(record!, "name")[..2])));
            Assert.Equal(3, answer.Body["result_info"]!["total_pages"]!.GetValue<int>());
        }

        Assert.Equal(["h0,h1", "h2,h3", "h4", ""], pages);
    }

    [Fact]
    public async Task Batch_OfEverything_IsOneReleaseAndOneTransaction()
    {
        var gone = Text(await AddAsync("gone", "A", "192.0.2.1", ""","proxied":true"""), "id");
        var patched = Text(await AddAsync("patched", "A", "192.0.2.2", ""","proxied":true"""), "id");
        var put = Text(await AddAsync("put", "A", "192.0.2.3", ""","proxied":true"""), "id");
        var releases = await ReleasesAsync();
        var answer = await _control.PostAsync(
            $"{Records}/batch",
            $$"""
            {"deletes":[{"id":"{{gone}}"}],
             "patches":[{"id":"{{patched}}","comment":"new"}],
             "puts":[{"id":"{{put}}","name":"gone","type":"A","content":"192.0.2.1"}],
             "posts":[{"name":"new","type":"A","content":"192.0.2.5","proxied":true}]}
            """
        );
        Assert.True(answer.Status == HttpStatusCode.OK, answer.Body.ToJsonString());
        Assert.Equal(gone, Text(answer.Result["deletes"]![0]!, "id"));
        Assert.Equal("new", Text(answer.Result["patches"]![0]!, "comment"));
        Assert.Equal("gone.example.com", Text(answer.Result["puts"]![0]!, "name"));
        Assert.Equal("new.example.com", Text(answer.Result["posts"]![0]!, "name"));
        Assert.Equal(releases + 1, await ReleasesAsync());
    }

    [Fact]
    public async Task Batch_ThatSwapsTwoRecords_IsJudgedByItsEnd()
    {
        var one = Text(await AddAsync("www", "A", "192.0.2.1"), "id");
        var two = Text(await AddAsync("www", "A", "192.0.2.2"), "id");
        var answer = await _control.PostAsync(
            $"{Records}/batch",
            $$"""{"patches":[{"id":"{{one}}","content":"192.0.2.2"},{"id":"{{two}}","content":"192.0.2.1"}]}"""
        );
        Assert.Equal(HttpStatusCode.OK, answer.Status);
        Assert.Equal("192.0.2.2", Text((await _control.GetAsync($"{Records}/{one}")).Result, "content"));
    }

    [Theory]
    [InlineData("", "?confirm_deletes=2")]
    [InlineData("?confirm_deletes=1", "confirm_deletes says 1, and the call deletes 2")]
    [InlineData("?confirm_deletes=3", "confirm_deletes says 3, and the call deletes 2")]
    public async Task Batch_OfSeveralDeletesWithoutTheirNumber_IsRefusedAndChangesNothing(string query, string says)
    {
        var one = Text(await AddAsync("one", "A", "192.0.2.1"), "id");
        var two = Text(await AddAsync("two", "A", "192.0.2.2"), "id");
        var body = $$"""{"deletes":[{"id":"{{one}}"},{"id":"{{two}}"}],"posts":[{"name":"new","type":"A","content":"192.0.2.3"}]}""";
        var refused = await _control.PostAsync($"{Records}/batch{query}", body);
        Assert.Equal((HttpStatusCode.Conflict, 40_009), (refused.Status, refused.Code));
        Assert.Contains(says, Text(refused.Error, "message"), StringComparison.Ordinal);
        Assert.Equal(2, (await _control.GetAsync(Records)).Result.AsArray().Count);
        Assert.Equal(HttpStatusCode.OK, (await _control.PostAsync($"{Records}/batch?confirm_deletes=2", body)).Status);
        Assert.Single((await _control.GetAsync(Records)).Result.AsArray());
    }

    [Fact]
    public async Task Batch_WithAConfirmationThatIsNoNumber_Is400()
    {
        var answer = await _control.PostAsync($"{Records}/batch?confirm_deletes=all", "{}");
        Assert.Equal((HttpStatusCode.BadRequest, "/confirm_deletes"), (answer.Status, answer.Pointer));
    }

    [Theory]
    [InlineData("""{"deletes":[{"id":"ID"}],"posts":[{"name":"b","type":"A","content":"x"}]}""", 400, 9005, "/posts/0/content")]
    [InlineData(
        """{"deletes":[{"id":"ID"}],"posts":[{"name":"c","type":"CNAME","content":"d"},{"name":"c","type":"A","content":"192.0.2.1"}]}""",
        409,
        81053,
        "/posts/0"
    )]
    [InlineData("""{"deletes":[{"id":"ID"},{"id":"ID"}]}""", 404, 81044, "/deletes/1/id")]
    [InlineData("""{"deletes":[{"id":"ID"}],"patches":[{"id":"ID","ttl":60}]}""", 404, 81044, "/patches/0/id")]
    [InlineData("""{"deletes":[{"id":"ID"}],"patches":[{"ttl":60}]}""", 400, 40000, "/patches/0/id")]
    [InlineData("""{"deletes":[{"id":"ID"}],"puts":[7]}""", 400, 40000, "/puts/0")]
    [InlineData("""{"deletes":[{}]}""", 400, 40000, "/deletes/0/id")]
    [InlineData("""{"deletes":{"id":"ID"}}""", 400, 40000, "/deletes")]
    [InlineData("""{"delete":[{"id":"ID"}]}""", 400, 40000, "/delete")]
    public async Task Batch_WithOneMistake_ChangesNothing(string body, int status, int code, string pointer)
    {
        var id = Text(await AddAsync("www", "A", "192.0.2.1", ""","proxied":true"""), "id");
        var before = (await _control.GetAsync(Records)).Result.ToJsonString();
        var releases = await ReleasesAsync();
        var deletes = body.Contains("ID\"},{", StringComparison.Ordinal) ? "?confirm_deletes=2" : "";
        var answer = await _control.PostAsync($"{Records}/batch{deletes}", body.Replace("ID", id, StringComparison.Ordinal));
        Assert.Equal((status, code, pointer), ((int)answer.Status, answer.Code, answer.Pointer));
        Assert.Equal(before, (await _control.GetAsync(Records)).Result.ToJsonString());
        Assert.Equal(releases, await ReleasesAsync());
    }

    [Fact]
    public async Task Zone_Full_TakesNoMore()
    {
        var posts = string.Join(
            ',',
            Enumerable.Range(0, 3_500).Select(i => $$"""{"name":"h{{i}}","type":"A","content":"192.0.2.1","proxied":true}""")
        );
        Assert.Equal(HttpStatusCode.OK, (await _control.PostAsync($"{Records}/batch", $$"""{"posts":[{{posts}}]}""")).Status);
        var answer = await _control.PostAsync(Records, """{"name":"more","type":"A","content":"192.0.2.1"}""");
        Assert.Equal((HttpStatusCode.Conflict, 81045), (answer.Status, answer.Code));
        Assert.Equal(
            3_500,
            (await _control.GetAsync($"{Records}?page=4&per_page=1000")).Body["result_info"]!["total_count"]!.GetValue<int>()
        );
    }

    [Fact]
    public async Task Records_Proxied_AreOriginsOfTheRelease_AndOthersMakeNone()
    {
        var releases = await ReleasesAsync();
        await AddAsync("direct", "A", "192.0.2.9");
        Assert.Equal(releases, await ReleasesAsync());
        await AddAsync("@", "A", "192.0.2.1", ""","proxied":true""");
        await AddAsync("@", "AAAA", "2001:db8::1");
        await AddAsync("www", "CNAME", "example.com", ""","proxied":true""");
        await AddAsync("shop", "CNAME", "shop.example.net", ""","proxied":true""");
        await AddAsync("*", "CNAME", "direct", ""","proxied":true""");
        await AddAsync("loop", "CNAME", "pool.example.com", ""","proxied":true""");
        await AddAsync("pool", "CNAME", "loop.example.com", ""","proxied":true""");
        Assert.Equal(releases + 7, await ReleasesAsync());
        var zone = await PublishedAsync();
        Assert.Equal(
            [
                "*.example.com: direct",
                "example.com: 192.0.2.1 2001:db8::1",
                "loop.example.com: ",
                "pool.example.com: ",
                "shop.example.com: shop.example.net",
                "www.example.com: 192.0.2.1 2001:db8::1",
            ],
            zone.Records.Select(record => $"{record.Name}: {record.Target ?? string.Join(' ', record.Addresses)}")
        );
    }

    [Fact]
    public async Task Record_WithMoreAddressesThanAnEdgeTries_Is409()
    {
        var posts = string.Join(
            ',',
            Enumerable.Range(1, 33).Select(i => $$"""{"name":"www","type":"A","content":"192.0.2.{{i}}","proxied":true}""")
        );
        var answer = await _control.PostAsync($"{Records}/batch", $$"""{"posts":[{{posts}}]}""");
        Assert.Equal((HttpStatusCode.Conflict, 81045), (answer.Status, answer.Code));
        Assert.Empty((await _control.GetAsync(Records)).Result.AsArray());
    }

    [Fact]
    public async Task Origin_SetAfterRecords_KeepsThem()
    {
        await AddAsync("www", "A", "192.0.2.1", ""","proxied":true""");
        await _control.PutAsync($"/holdfast/v1/zones/{_zone}/origin", """{"origin":null}""");
        Assert.Single((await PublishedAsync()).Records);
    }

    [Fact]
    public async Task File_ExportedAndImported_IsTheSame()
    {
        await AddAsync("www", "A", "192.0.2.1", ""","proxied":true,"comment":"über; alles","tags":["a:b c","d"]""");
        await AddAsync("@", "MX", "mx.example.net", ""","priority":5,"ttl":3600""");
        await AddAsync("@", "TXT", "semi;colon \\\"quote\\\"");
        using var exported = await _control.Client.GetAsync($"{Records}/export", TestContext.Current.CancellationToken);
        Assert.Equal("text/plain", exported.Content.Headers.ContentType!.MediaType);
        var file = await exported.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        var before = Shape(await _control.GetAsync(Records));
        var same = await ImportAsync(file);
        Assert.Equal((0, 3), (same.Result["recs_added"]!.GetValue<int>(), same.Result["total_records_parsed"]!.GetValue<int>()));
        foreach (var record in (await _control.GetAsync(Records)).Result.AsArray())
        {
            await _control.DeleteAsync($"{Records}/{record!["id"]}");
        }

        var imported = await ImportAsync(file);
        Assert.Equal(3, imported.Result["recs_added"]!.GetValue<int>());
        Assert.Equal(before, Shape(await _control.GetAsync(Records)));
    }

    [Fact]
    public async Task File_WithMistakes_NamesEveryLineAndAddsNothing()
    {
        var answer = await ImportAsync(
            "www 300 IN A 192.0.2.1\nwww 300 IN A x\n\n$INCLUDE /etc/passwd\nb IN BOGUS y\nc.example.org. A 192.0.2.1\n"
        );
        Assert.Equal(HttpStatusCode.BadRequest, answer.Status);
        Assert.Equal(
            ["line 2: ", "line 4: ", "line 5: ", "line 6: "],
            answer.Body["errors"]!.AsArray().Select(error => Text(error!, "message")[..8])
        );
        Assert.Empty((await _control.GetAsync(Records)).Result.AsArray());
    }

    [Fact]
    public async Task File_ThatCollides_NamesTheLineAndAddsNothing()
    {
        await AddAsync("www", "CNAME", "a.example");
        var answer = await ImportAsync("ok 300 IN A 192.0.2.1\nwww 300 IN A 192.0.2.1\n");
        Assert.Equal((HttpStatusCode.Conflict, 81054, "/file"), (answer.Status, answer.Code, answer.Pointer));
        Assert.StartsWith("line 2: ", Text(answer.Error, "message"), StringComparison.Ordinal);
        Assert.Single((await _control.GetAsync(Records)).Result.AsArray());
    }

    [Fact]
    public async Task File_AsTextOrProxied_IsTaken_AndNoFormIsRefused()
    {
        using var form = new MultipartFormDataContent
        {
            { new StringContent("www.example.com. 300 IN  A 192.0.2.1"), "file" },
            { new StringContent("true"), "proxied" },
        };
        Assert.Equal(1, (await SendFormAsync(form)).Result["recs_added"]!.GetValue<int>());
        Assert.True((await _control.GetAsync(Records)).Result[0]!["proxied"]!.GetValue<bool>());
        using var empty = new MultipartFormDataContent { { new StringContent("x"), "other" } };
        Assert.Equal("/file", (await SendFormAsync(empty)).Pointer);
        Assert.Equal(HttpStatusCode.BadRequest, (await _control.PostAsync($"{Records}/import", "{}")).Status);
    }

    [Theory]
    [InlineData("A", "a\\r\\nb: c")]
    [InlineData("A", "192.0.2.1;")]
    [InlineData("A", "(192.0.2.1)")]
    [InlineData("A", ")")]
    [InlineData("CAA", "0 issue \\n")]
    [InlineData("MX", "mail.example.com ;comment")]
    public async Task Content_WithAZoneFilesOwnCharacters_IsRefused(string type, string content)
    {
        var answer = await _control.PostAsync(Records, $$"""{"name":"www","type":"{{type}}","content":"{{content}}","priority":1}""");
        Assert.Equal(HttpStatusCode.BadRequest, answer.Status);
    }

    private async Task<JsonNode> AddAsync(string name, string type, string content, string more = "")
    {
        var answer = await _control.PostAsync(Records, $$"""{"name":"{{name}}","type":"{{type}}","content":"{{content}}"{{more}}}""");
        Assert.True(answer.Status == HttpStatusCode.OK, answer.Body.ToJsonString());
        return answer.Result;
    }

    private async Task<string[]> AddFiveAsync() =>
        [
            Text(await AddAsync("www", "A", "192.0.2.1", ""","proxied":true,"comment":"the first","tags":["team:web"]"""), "id"),
            Text(await AddAsync("www", "A", "192.0.2.2", ""","comment":"the second","tags":["team:api"],"ttl":120"""), "id"),
            Text(await AddAsync("mail", "MX", "mx.example.net", ""","priority":1"""), "id"),
            Text(await AddAsync("@", "TXT", "v=spf1 -all"), "id"),
            Text(await AddAsync("b", "NS", "ns.example.net"), "id"),
        ];

    private static List<int> Numbers(Answer list, string[] ids) =>
        [.. list.Result.AsArray().Select(record => Array.IndexOf(ids, Text(record!, "id")) + 1)];

    private async Task<int> ReleasesAsync() =>
        (await _control.GetAsync($"/holdfast/v1/releases?name={_zone}")).Body["result_info"]!["total_count"]!.GetValue<int>();

    private async Task<ZoneConfig> PublishedAsync()
    {
        var generation = (await _control.GetAsync($"/client/v4/zones/{_zone}")).Result["generation"]!.GetValue<long>();
        using var store = new TemporaryDirectory();
        await using var edge = new TestEdge(_control.Data, _control.Host.Url, store.Path);
        await Eventually.TrueAsync(() => edge.Zones.Live.TryGetValue(_zone, out var live) && live.Generation == generation, "the release");
        return edge.Zone(_zone)!;
    }

    private async Task<Answer> ImportAsync(string file)
    {
        var part = new ByteArrayContent(Encoding.UTF8.GetBytes(file));
        part.Headers.ContentType = new MediaTypeHeaderValue("application/octet-stream");
        using var form = new MultipartFormDataContent { { part, "file", "zone.txt" } };
        return await SendFormAsync(form);
    }

    private async Task<Answer> SendFormAsync(MultipartFormDataContent form)
    {
        using var response = await _control.Client.PostAsync($"{Records}/import", form, TestContext.Current.CancellationToken);
        var body = await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        return new Answer(response.StatusCode, JsonNode.Parse(body)!.AsObject(), null);
    }

    private static List<string> Shape(Answer list) =>
        [
            .. list
                .Result.AsArray()
                .Select(record =>
                {
                    var copy = record!.DeepClone().AsObject();
                    foreach (var member in new[] { "id", "created_on", "modified_on", "comment_modified_on", "tags_modified_on" })
                    {
                        copy.Remove(member);
                    }

                    return copy.ToJsonString();
                })
                .Order(StringComparer.Ordinal),
        ];

    private static string Text(JsonNode node, string member) => node[member]!.GetValue<string>();
}
