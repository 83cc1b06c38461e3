using System.Net;
using System.Text.Json.Nodes;

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
    [InlineData("")]
    [InlineData("&name=contains:paged")]
    [InlineData("&name=contains:paged&direction=desc")]
    public async Task PageBehindTheLast_IsEmptyUntilThereAreMore(string query)
    {
        var control = _control;
        for (var i = 0; i < 4; i++)
        {
            await control.AddZoneAsync($"paged-{i}.example");
        }

        var first = await control.GetAsync($"/client/v4/zones?per_page=2{query}");
        var total = first.Body["result_info"]!["total_count"]!.GetValue<int>();
        var behind = $"/client/v4/zones?per_page=2&page={(total / 2) + 1}{query}";
        for (var again = 0; again < 2; again++)
        {
            var page = await control.GetAsync(behind);
            Assert.Equal((total % 2, total), (page.Result.AsArray().Count, page.Body["result_info"]!["total_count"]!.GetValue<int>()));
            var far = await control.GetAsync($"/client/v4/zones?per_page=2&page=900{query}");
            Assert.Equal((0, total), (far.Result.AsArray().Count, far.Body["result_info"]!["total_count"]!.GetValue<int>()));
        }

        await control.AddZoneAsync("paged-a.example");
        await control.AddZoneAsync("paged-b.example");
        var more = await control.GetAsync(behind);
        Assert.Equal((2, total + 2), (more.Result.AsArray().Count, more.Body["result_info"]!["total_count"]!.GetValue<int>()));
    }

    [Fact]
    public async Task List_PagedByPartOfAName_IsExactToTheEmptyPage()
    {
        var random = new Random(7);
        var names = new HashSet<string>(["a.example", "b_1.example"]);
        while (names.Count < 120)
        {
            // Three letters, so that parts of all lengths have none, some and many.
            names.Add(string.Concat(Enumerable.Range(0, random.Next(1, 6)).Select(_ => "ab-"[random.Next(3)])).Trim('-') + "x.example");
        }

        var lines = names.Select(name => new JsonObject { ["name"] = name }.ToJsonString());
        var imported = await _control.PostAsync("/holdfast/v1/zones/import", $$"""{"zones":[{{string.Join(',', lines)}}]}""");
        Assert.True(imported.Status == HttpStatusCode.OK, imported.Body.ToJsonString());
        (string Operator, Func<string, string, bool> Has)[] operators =
        [
            ("contains", (name, part) => name.Contains(part, StringComparison.Ordinal)),
            ("starts_with", (name, part) => name.StartsWith(part, StringComparison.Ordinal)),
            ("ends_with", (name, part) => name.EndsWith(part, StringComparison.Ordinal)),
        ];
        foreach (var (name, has) in operators)
        {
            foreach (var part in (string[])["a", "ab", "b-a", "b_", "ax.example", "example", "q"])
            {
                foreach (var direction in (string[])["asc", "desc"])
                {
                    var expected = names.Where(each => has(each, part)).Order(StringComparer.Ordinal).ToList();
                    if (direction == "desc")
                    {
                        expected.Reverse();
                    }

                    var found = await PagedAsync($"name={name}:{part}&direction={direction}", expected.Count);
                    Assert.Equal((name, part, string.Join(' ', expected)), (name, part, string.Join(' ', found)));
                }
            }
        }
    }

    /// <summary>All pages of 30, the empty one too; each must say the total.</summary>
    private async Task<List<string>> PagedAsync(string query, int total)
    {
        var found = new List<string>();
        for (var page = 1; ; page++)
        {
            var answer = await _control.GetAsync($"/client/v4/zones?{query}&per_page=30&page={page}");
            Assert.Equal((query, page, total), (query, page, answer.Body["result_info"]!["total_count"]!.GetValue<int>()));
            var names = answer.Result.AsArray().Select(zone => zone!["name"]!.GetValue<string>()).ToList();
            if (names.Count == 0)
            {
                return found;
            }

            found.AddRange(names);
        }
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
