using System.Net;
using System.Text.Json.Nodes;
using Holdfast.Control.Access;

namespace Holdfast.Control.Tests.Tokens;

/// <summary>What the tests of tokens have in common.</summary>
internal static class TestTokens
{
    public const string TokensPath = "/client/v4/user/tokens";
    public const string AllZones = """{"com.cloudflare.api.account.zone.*":"*"}""";

    /// <summary>A policy as JSON.</summary>
    public static string Policy(string resources, params IEnumerable<PermissionGroup> groups) => Policy("allow", resources, groups);

    /// <summary>A policy that allows or denies, as JSON.</summary>
    public static string Policy(string effect, string resources, IEnumerable<PermissionGroup> groups) =>
        $$"""{"effect":"{{effect}}","permission_groups":[{{string.Join(',', groups.Select(group => $$"""{"id":"{{group.Id}}"}"""))}}],"resources":{{resources}}}""";

    /// <summary>A token's body as JSON; <c>more</c> are further members.</summary>
    public static string Body(IEnumerable<string> policies, string more = "") =>
        $$"""{"name":"test","policies":[{{string.Join(',', policies)}}]{{more}}}""";

    /// <summary>Makes a token with one policy.</summary>
    public static Task<(string Id, string Value)> AddTokenAsync(
        this TestControl control,
        string resources,
        params IEnumerable<PermissionGroup> groups
    ) => control.AddTokenAsync(Body([Policy(resources, groups)]));

    /// <summary>Makes a token.</summary>
    public static async Task<(string Id, string Value)> AddTokenAsync(this TestControl control, string body)
    {
        var answer = await control.PostAsync(TokensPath, body);
        Assert.True(answer.Status == HttpStatusCode.OK, answer.Body.ToJsonString());
        return (Text(answer.Result["id"]), Text(answer.Result["value"]));
    }

    public static async Task<string> AccountIdAsync(this TestControl control) =>
        Text((await control.GetAsync("/client/v4/accounts")).Result[0]!["id"]);

    public static async Task<string> UserIdAsync(this TestControl control) =>
        Text((await control.GetAsync("/client/v4/user")).Result["id"]);

    /// <summary>The id of the admin token that the test runs with.</summary>
    public static async Task<string> AdminIdAsync(this TestControl control) =>
        Text((await control.GetAsync(TokensPath + "/verify")).Result["id"]);

    public static string Text(JsonNode? node) => node!.GetValue<string>();
}
