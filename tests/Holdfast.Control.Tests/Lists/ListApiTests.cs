using System.Net;
using System.Text.Json;
using System.Text.Json.Nodes;
using Holdfast.Artifacts.Lists;
using Holdfast.Releases.Wire;
using Microsoft.Data.Sqlite;

namespace Holdfast.Control.Tests.Lists;

/// <summary>Lists over the API: what cannot be done, and what comes of what can.</summary>
public sealed class ListApiTests : IAsyncLifetime
{
    private TestControl _control = null!;
    private string _lists = "";

    public async ValueTask InitializeAsync()
    {
        _control = await TestControl.StartAsync();
        var account = (await _control.GetAsync("/client/v4/accounts")).Result[0]!["id"]!.GetValue<string>();
        _lists = $"/client/v4/accounts/{account}/rules/lists";
    }

    public ValueTask DisposeAsync() => _control.DisposeAsync();

    [Fact]
    public async Task Rule_ThatNamesNoList_IsRefusedWithItsPlace()
    {
        var zone = await _control.AddZoneAsync("example.com");
        var refused = await PutRulesAsync(zone, "ip.src in $offcies");
        Assert.Equal((HttpStatusCode.BadRequest, "/rules/0/expression"), (refused.Status, refused.Pointer));
        Assert.Contains("there is no list named offcies", refused.Error["message"]!.GetValue<string>(), StringComparison.Ordinal);

        await MakeAsync("offices", "ip");
        refused = await PutRulesAsync(zone, "ip.src in $offcies");
        Assert.Contains("offices", refused.Error["message"]!.GetValue<string>(), StringComparison.Ordinal);
        refused = await PutRulesAsync(zone, "http.host in $offices");
        Assert.Contains("items of the type", refused.Error["message"]!.GetValue<string>(), StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.OK, (await PutRulesAsync(zone, "ip.src in $offices")).Status);
    }

    [Fact]
    public async Task List_ThatARuleNames_IsNotDeletedUntilItDoesNot()
    {
        var zone = await _control.AddZoneAsync("example.com");
        var id = await MakeAsync("offices", "ip");
        await PutRulesAsync(zone, "ip.src in $offices", "not ip.src in $offices", "true");
        Assert.Equal(2, (await _control.GetAsync($"{_lists}/{id}")).Result["num_referencing_filters"]!.GetValue<int>());

        var refused = await _control.DeleteAsync($"{_lists}/{id}");
        Assert.Equal(HttpStatusCode.Conflict, refused.Status);
        Assert.Contains("2 rules name it", refused.Error["message"]!.GetValue<string>(), StringComparison.Ordinal);

        await PutRulesAsync(zone, "http.host eq \"$offices\"");
        Assert.Equal(HttpStatusCode.OK, (await _control.DeleteAsync($"{_lists}/{id}")).Status);
        Assert.Equal(HttpStatusCode.NotFound, (await _control.GetAsync($"{_lists}/{id}")).Status);

        // The name is free again, and so is one whose zone has gone.
        id = await MakeAsync("offices", "ip");
        await PutRulesAsync(zone, "ip.src in $offices");
        await _control.DeleteAsync($"/client/v4/zones/{zone}");
        Assert.Equal(HttpStatusCode.OK, (await _control.DeleteAsync($"{_lists}/{id}")).Status);
    }

    [Fact]
    public async Task Items_WithoutASelector_AreNotDeleted()
    {
        var id = await MakeAsync("offices", "ip");
        await _control.PostAsync($"{_lists}/{id}/items", """[{"ip":"192.0.2.1"}]""");
        foreach (var body in (string[])["{}", """{"items":[]}""", """{"items":null}""", """{"items":[{}]}""", """{"items":[{"id":""}]}"""])
        {
            Assert.Equal(HttpStatusCode.BadRequest, (await DeleteItemsAsync(id, body)).Status);
        }

        // One of them is not there: none goes.
        var item = (await _control.GetAsync($"{_lists}/{id}/items")).Result[0]!["id"]!.GetValue<string>();
        var both = $$"""{"items":[{"id":"{{item}}"},{"id":"00000000000000000000000000000000"}]}""";
        Assert.Equal(HttpStatusCode.NotFound, (await DeleteItemsAsync(id, both, "?confirm_deletes=2")).Status);
        Assert.Equal(HttpStatusCode.Conflict, (await _control.PutAsync($"{_lists}/{id}/items", "[]")).Status);
        Assert.Equal(1, await CountAsync(id));
        Assert.Equal(HttpStatusCode.OK, (await _control.PutAsync($"{_lists}/{id}/items?confirm_items=0", "[]")).Status);
        Assert.Equal(0, await CountAsync(id));
    }

    [Fact]
    public async Task Items_DeletedTogether_NeedTheirNumber()
    {
        var id = await MakeAsync("offices", "ip");
        await _control.PostAsync($"{_lists}/{id}/items", """[{"ip":"192.0.2.1"},{"ip":"192.0.2.2"},{"ip":"192.0.2.3"}]""");
        var items = (await _control.GetAsync($"{_lists}/{id}/items")).Result.AsArray().Select(item => $$"""{"id":"{{item!["id"]}}"}""");
        var two = $$"""{"items":[{{string.Join(',', items.Take(2))}}]}""";
        var released = await ReleasesAsync();

        var refused = await DeleteItemsAsync(id, two);
        Assert.Equal(HttpStatusCode.Conflict, refused.Status);
        Assert.Contains("?confirm_deletes=2", refused.Error["message"]!.GetValue<string>(), StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.Conflict, (await DeleteItemsAsync(id, two, "?confirm_deletes=3")).Status);
        Assert.Equal(HttpStatusCode.BadRequest, (await DeleteItemsAsync(id, two, "?confirm_deletes=all")).Status);
        Assert.Equal((3, released), (await CountAsync(id), await ReleasesAsync()));

        Assert.Equal(HttpStatusCode.OK, (await DeleteItemsAsync(id, two, "?confirm_deletes=2")).Status);
        var last = $$"""{"items":[{{items.Last()}}]}""";
        Assert.Equal(HttpStatusCode.OK, (await DeleteItemsAsync(id, last)).Status);
        Assert.Equal(0, await CountAsync(id));
    }

    [Fact]
    public async Task Items_ThatDoubleOrHalve_NeedTheirNumber()
    {
        var id = await MakeAsync("many", "asn");
        Assert.Equal(HttpStatusCode.OK, (await _control.PutAsync($"{_lists}/{id}/items", Numbers(0, 1_000))).Status);
        var released = await ReleasesAsync();

        var refused = await _control.PostAsync($"{_lists}/{id}/items", Numbers(1_000, 1_001));
        Assert.Equal(HttpStatusCode.Conflict, refused.Status);
        Assert.Contains("?confirm_items=2001", refused.Error["message"]!.GetValue<string>(), StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.Conflict, (await _control.PutAsync($"{_lists}/{id}/items", Numbers(0, 499))).Status);
        Assert.Equal(
            HttpStatusCode.Conflict,
            (await _control.PostAsync($"{_lists}/{id}/items?confirm_items=2000", Numbers(1_000, 1_001))).Status
        );
        Assert.Equal(1_000, await CountAsync(id));
        Assert.Equal(released, await ReleasesAsync());

        // The same again is no more than there is; and what is confirmed is done.
        Assert.Equal(HttpStatusCode.OK, (await _control.PostAsync($"{_lists}/{id}/items", Numbers(0, 1_000))).Status);
        Assert.Equal(
            HttpStatusCode.OK,
            (await _control.PostAsync($"{_lists}/{id}/items?confirm_items=2001", Numbers(1_000, 1_001))).Status
        );
        Assert.Equal(2_001, await CountAsync(id));
    }

    [Theory]
    [InlineData("ip", """[{"ip":"192.0.2.1"},{"ip":"192.0.2.1/32"}]""", "/1/ip")]
    [InlineData("ip", """[{"ip":"192.0.2.1/24"}]""", "/0/ip")]
    [InlineData("ip", """[{"asn":1}]""", "/0/ip")]
    [InlineData("ip", """[{"ip":"192.0.2.1","more":1}]""", "/0/more")]
    [InlineData("ip", """{"ip":"192.0.2.1"}""", "")]
    [InlineData("ip", "[]", "")]
    [InlineData("hostname", """[{"hostname":{"url_hostname":"a/b"}}]""", "/0/hostname/url_hostname")]
    [InlineData("hostname", """[{"hostname":{"url_hostname":".example.com"}}]""", "/0/hostname/url_hostname")]
    [InlineData("hostname", """[{"hostname":"example.com"}]""", "/0/hostname")]
    [InlineData("ip", """[{"ip":null}]""", "/0/ip")]
    [InlineData("hostname", """[{"hostname":null}]""", "/0/hostname")]
    [InlineData("asn", """[{"asn":null}]""", "/0/asn")]
    [InlineData("asn", """[{"asn":-1}]""", "/0/asn")]
    [InlineData("asn", """[{"asn":"1"}]""", "/0/asn")]
    public async Task Items_WithAFault_AreRefusedWithItsPlace(string kind, string body, string pointer)
    {
        var id = await MakeAsync("list", kind);
        var answer = await _control.PostAsync($"{_lists}/{id}/items", body);
        Assert.Equal((HttpStatusCode.BadRequest, pointer), (answer.Status, answer.Pointer));
        Assert.Equal(0, await CountAsync(id));
    }

    [Theory]
    [InlineData("""{"name":"Offices","kind":"ip"}""", "/name")]
    [InlineData("""{"name":"1st","kind":"ip"}""", "/name")]
    [InlineData("""{"name":"offices","kind":"redirects"}""", "/kind")]
    [InlineData("""{"name":"offices"}""", "/kind")]
    [InlineData("""{"name":"taken","kind":"ip"}""", "/name")]
    public async Task List_WithAFault_IsNotMade(string body, string pointer)
    {
        await MakeAsync("taken", "ip");
        var answer = await _control.PostAsync(_lists, body);
        Assert.Equal((false, pointer), (answer.Status == HttpStatusCode.OK, answer.Pointer));
        Assert.Single((await _control.GetAsync(_lists)).Result.AsArray());
    }

    [Fact]
    public async Task Items_Changed_AreReleasedInOrderAndKeepTheirIds()
    {
        var id = await MakeAsync("offices", "ip");
        await _control.PostAsync($"{_lists}/{id}/items", """[{"ip":"198.51.100.0/24"},{"ip":"192.0.2.1","comment":"a"}]""");
        var first = (await _control.GetAsync($"{_lists}/{id}/items?search=192.")).Result[0]!;
        await _control.PutAsync($"{_lists}/{id}/items", """[{"ip":"2001:DB8::/32"},{"ip":"192.0.2.1","comment":"b"}]""");

        var items = (await _control.GetAsync($"{_lists}/{id}/items")).Result.AsArray();
        Assert.Equal(["192.0.2.1", "2001:db8::/32"], items.Select(item => item!["ip"]!.GetValue<string>()));
        Assert.Equal((first["id"]!.ToString(), "b"), (items[0]!["id"]!.ToString(), items[0]!["comment"]!.ToString()));
        Assert.Equal(["192.0.2.1", "2001:db8::/32"], await ReleasedAsync(id));
    }

    private async Task<IReadOnlyList<string>> ReleasedAsync(string id)
    {
        await using var connection = new SqliteConnection(
            $"Data Source={Path.Combine(_control.Data, "control", "control.db")};Mode=ReadOnly"
        );
        await connection.OpenAsync(TestContext.Current.CancellationToken);
        await using var command = connection.CreateCommand();
        command.CommandText = "SELECT Envelope FROM releases WHERE Name = $id ORDER BY Generation DESC LIMIT 1";
        command.Parameters.AddWithValue("$id", id);
        var envelope = (byte[])(await command.ExecuteScalarAsync(TestContext.Current.CancellationToken))!;
        Assert.True(ReleaseCodec.TryDecode(envelope, out var release, out _));
        Assert.True(ListArtifact.TryParse(release.FormatVersion, release.Payload.Span, out var list, out _));
        return list.Items;
    }

    private async Task<string> MakeAsync(string name, string kind)
    {
        var answer = await _control.PostAsync(_lists, $$"""{"name":"{{name}}","kind":"{{kind}}"}""");
        Assert.Equal(HttpStatusCode.OK, answer.Status);
        return answer.Result["id"]!.GetValue<string>();
    }

    private async Task<int> CountAsync(string id) => (await _control.GetAsync($"{_lists}/{id}")).Result["num_items"]!.GetValue<int>();

    private Task<Answer> DeleteItemsAsync(string id, string body, string query = "") =>
        _control.SendAsync(HttpMethod.Delete, $"{_lists}/{id}/items{query}", body);

    private async Task<string> ReleasesAsync() =>
        (await _control.GetAsync("/holdfast/v1/releases?kind=list&per_page=1")).Result.ToJsonString();

    private Task<Answer> PutRulesAsync(string zone, params string[] expressions)
    {
        var rules = expressions.Select(expression => new { action = "log", expression });
        return _control.PutAsync(
            $"/client/v4/zones/{zone}/rulesets/phases/http_request_firewall_custom/entrypoint",
            JsonSerializer.Serialize(new { rules })
        );
    }

    private static string Numbers(int from, int count) =>
        new JsonArray([.. Enumerable.Range(from, count).Select(number => (JsonNode)new JsonObject { ["asn"] = number })]).ToJsonString();
}
