using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;

namespace Holdfast.Control.Tests.Operators;

/// <summary>An operator of a control under test, and what they do.</summary>
internal sealed class OperatorUnderTest : IDisposable
{
    public const string Email = "ops@example.com";
    public const string Password = "seven grey geese walk home";

    private readonly HttpClient _client;

    private OperatorUnderTest(string id, Uri control)
    {
        Id = id;
        _client = new HttpClient { BaseAddress = control };
    }

    public string Id { get; }

    /// <summary>Adds an operator with the admin token.</summary>
    public static async Task<OperatorUnderTest> AddAsync(TestControl control, string role = "administrator", string email = Email)
    {
        var answer = await control.PostAsync(
            "/holdfast/v1/operators",
            $$"""{"email":"{{email}}","password":"{{Password}}","role":"{{role}}","name":"Alex"}"""
        );
        Assert.Equal(HttpStatusCode.OK, answer.Status);
        return new OperatorUnderTest(answer.Result["id"]!.GetValue<string>(), control.Host.Url);
    }

    /// <summary>Signs in; what comes after uses the session.</summary>
    public async Task<JsonNode> SignInAsync(string email = Email, string more = "")
    {
        var answer = await TrySignInAsync(Password, email, more);
        Assert.Equal(HttpStatusCode.OK, answer.Status);
        _client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", answer.Result["token"]!.GetValue<string>());
        return answer.Result;
    }

    public Task<SignInAnswer> TrySignInAsync(string password, string email = Email, string more = "") =>
        TrySignInAsync(_client, password, email, more);

    public static async Task<SignInAnswer> TrySignInAsync(HttpClient client, string password, string email = Email, string more = "")
    {
        using var content = new StringContent($$"""{"email":"{{email}}","password":"{{password}}"{{more}}}""", Encoding.UTF8);
        using var response = await client.PostAsync("/holdfast/v1/sessions", content, TestContext.Current.CancellationToken);
        var text = await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        return new SignInAnswer(response.StatusCode, JsonNode.Parse(text)!.AsObject(), response.Headers.RetryAfter?.Delta);
    }

    /// <summary>Leaves the session aside and uses the API key.</summary>
    public void UseKey(string key, string email = Email)
    {
        _client.DefaultRequestHeaders.Authorization = null;
        _client.DefaultRequestHeaders.Remove("X-Auth-Key");
        _client.DefaultRequestHeaders.Remove("X-Auth-Email");
        _client.DefaultRequestHeaders.Add("X-Auth-Email", email);
        _client.DefaultRequestHeaders.Add("X-Auth-Key", key);
    }

    public async Task<Answer> SendAsync(HttpMethod method, string path, string? json = null)
    {
        using var request = new HttpRequestMessage(method, path);
        request.Content = json is null ? null : new StringContent(json, Encoding.UTF8, "application/json");
        using var response = await _client.SendAsync(request, TestContext.Current.CancellationToken);
        var text = await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        return new Answer(response.StatusCode, JsonNode.Parse(text)!.AsObject(), response.Headers.ETag?.Tag);
    }

    public Task<Answer> GetAsync(string path) => SendAsync(HttpMethod.Get, path);

    public Task<Answer> PostAsync(string path, string json) => SendAsync(HttpMethod.Post, path, json);

    /// <summary>A body with the operator's own password.</summary>
    public static string OwnPassword => $$"""{"current_password":"{{Password}}"}""";

    public void Dispose() => _client.Dispose();
}

internal sealed record SignInAnswer(HttpStatusCode Status, JsonObject Body, TimeSpan? RetryAfter)
{
    public JsonNode Result => Body["result"]!;

    public int Code => Body["errors"]![0]!["code"]!.GetValue<int>();
}
