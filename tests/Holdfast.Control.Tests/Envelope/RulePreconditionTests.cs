using System.Net;

namespace Holdfast.Control.Tests.Envelope;

/// <summary>The entity tags of what is made of something else: rules within a zone's configuration, lists with their items.</summary>
public sealed class RulePreconditionTests : IAsyncLifetime
{
    private TestControl _control = null!;

    public async ValueTask InitializeAsync() => _control = await TestControl.StartAsync();

    public ValueTask DisposeAsync() => _control.DisposeAsync();

    [Theory]
    [InlineData(
        "access_rules/rules",
        "PATCH",
        """{"mode":"block","configuration":{"target":"ip","value":"192.0.2.7"}}""",
        """{"notes":"tries passwords"}"""
    )]
    [InlineData(
        "lockdowns",
        "PUT",
        """{"urls":["example.com/a"],"configurations":[{"target":"ip","value":"192.0.2.7"}]}""",
        """{"urls":["example.com/b"],"configurations":[{"target":"ip","value":"192.0.2.7"}]}"""
    )]
    [InlineData(
        "ua_rules",
        "PUT",
        """{"mode":"block","configuration":{"target":"ua","value":"BadBot/1.0"}}""",
        """{"mode":"block","configuration":{"target":"ua","value":"BadBot/2.0"}}"""
    )]
    public async Task RuleOfAZone_ChangedOrDeletedWithAnOldTag_IsRefused(string kind, string method, string made, string changed)
    {
        var zone = $"/client/v4/zones/{await _control.AddZoneAsync("example.com")}";
        var rule = await _control.PostAsync($"{zone}/firewall/{kind}", made);
        Assert.Equal(HttpStatusCode.OK, rule.Status);
        var path = $"{zone}/firewall/{kind}/{rule.Result["id"]}";
        var first = rule.Tag;
        Assert.NotNull(first);

        // Another part of the zone is no part of the rule.
        Assert.Equal(HttpStatusCode.OK, (await _control.PatchAsync(zone, """{"paused":true}""")).Status);
        Assert.Equal(first, (await _control.GetAsync(path)).Tag);

        var update = HttpMethod.Parse(method);
        await RefusedAsync(update, path, changed, "\"1\"");
        await RefusedAsync(update, path, changed, $"W/{first}");
        var second = await _control.SendAsync(update, path, changed, $"\"1\", {first}");
        Assert.Equal(HttpStatusCode.OK, second.Status);
        Assert.NotEqual(first, second.Tag);
        Assert.Equal(second.Tag, (await _control.GetAsync(path)).Tag);
        Assert.Equal(second.Tag, (await _control.SendAsync(update, path, changed, second.Tag)).Tag);

        await RefusedAsync(update, path, changed, first!);
        await RefusedAsync(HttpMethod.Delete, path, null, first!);
        Assert.Equal(second.Tag, (await _control.GetAsync(path)).Tag);
        Assert.Equal(HttpStatusCode.OK, (await _control.SendAsync(HttpMethod.Delete, path, ifMatch: second.Tag)).Status);
        Assert.Equal(HttpStatusCode.NotFound, (await _control.SendAsync(HttpMethod.Delete, path, ifMatch: second.Tag)).Status);
    }

    [Fact]
    public async Task List_ItsDescriptionAndItsItems_HaveOneTag()
    {
        var account = (await _control.GetAsync("/client/v4/accounts")).Result[0]!["id"];
        var lists = $"/client/v4/accounts/{account}/rules/lists";
        var made = await _control.PostAsync(lists, """{"name":"offices","kind":"ip"}""");
        var path = $"{lists}/{made.Result["id"]}";
        var items = $"{path}/items";
        var tags = new List<string> { made.Tag! };

        await ChangeAsync(HttpMethod.Put, path, """{"description":"where we sit"}""");
        await ChangeAsync(HttpMethod.Post, items, """[{"ip":"192.0.2.1"},{"ip":"192.0.2.2"}]""");
        await ChangeAsync(HttpMethod.Put, items, """[{"ip":"192.0.2.1","comment":"the first"},{"ip":"192.0.2.2"}]""");
        var item = (await _control.GetAsync(items)).Result[0]!["id"];
        Assert.Equal(tags[^1], (await _control.GetAsync($"{items}/{item}")).Tag);
        await ChangeAsync(HttpMethod.Delete, items, $$"""{"items":[{"id":"{{item}}"}]}""");
        Assert.Equal(tags.Count, tags.Distinct(StringComparer.Ordinal).Count());

        await RefusedAsync(HttpMethod.Delete, path, null, tags[0]);
        Assert.Equal(HttpStatusCode.OK, (await _control.SendAsync(HttpMethod.Delete, path, ifMatch: tags[^1])).Status);

        async Task ChangeAsync(HttpMethod method, string at, string body)
        {
            await RefusedAsync(method, at, body, tags.Count > 1 ? tags[^2] : "\"1\"");
            Assert.Equal(tags[^1], (await _control.GetAsync(path)).Tag);
            var done = await _control.SendAsync(method, at, body, tags[^1]);
            Assert.Equal((at, HttpStatusCode.OK), (at, done.Status));
            tags.Add(done.Tag!);
            Assert.Equal(tags[^1], (await _control.GetAsync(path)).Tag);
            Assert.Equal(tags[^1], (await _control.GetAsync(items)).Tag);
        }
    }

    private async Task RefusedAsync(HttpMethod method, string path, string? body, string tag)
    {
        var refused = await _control.SendAsync(method, path, body, tag);
        Assert.Equal((path, HttpStatusCode.PreconditionFailed, 40_012), (path, refused.Status, refused.Code));
    }
}
