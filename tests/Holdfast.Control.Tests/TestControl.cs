using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using Holdfast.Control.Operations;
using Holdfast.Releases.Keys;
using Microsoft.Extensions.Logging.Abstractions;

namespace Holdfast.Control.Tests;

/// <summary>A real control on a free port, with a client that has its admin token.</summary>
internal sealed class TestControl : IAsyncDisposable
{
    public const string Token = "test-admin-token-0123456789";

    private readonly TemporaryDirectory? _owned;

    private TestControl(ControlHost host, string data, TemporaryDirectory? owned)
    {
        Host = host;
        Data = data;
        _owned = owned;
        Client = new HttpClient { BaseAddress = host.Url };
        Client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", Token);
    }

    public ControlHost Host { get; }

    public string Data { get; }

    public KeyDirectory Keys => new(Data);

    public HttpClient Client { get; }

    /// <summary>Every operation that can be called.</summary>
    public IEnumerable<ApiOperation> Operations =>
        Host.Endpoints.Select(endpoint => endpoint.Metadata.GetMetadata<ApiOperation>()).OfType<ApiOperation>();

    public static async Task<TestControl> StartAsync(
        string? data = null,
        int port = 0,
        string? token = Token,
        TimeProvider? time = null,
        Func<ControlOptions, ControlOptions>? configure = null
    )
    {
        var owned = data is null ? new TemporaryDirectory() : null;
        data ??= owned!.Path;
        var options = new ControlOptions
        {
            DataDirectory = data,
            Endpoint = new IPEndPoint(IPAddress.Loopback, port),
            NodeEndpoint = new IPEndPoint(IPAddress.Loopback, 0),
            AdminToken = token,
            LoggerFactory = NullLoggerFactory.Instance,
            Time = time ?? TimeProvider.System,
        };
        var host = ControlHost.Build(configure is null ? options : configure(options));
        await host.StartAsync(TestContext.Current.CancellationToken);
        return new TestControl(host, data, owned);
    }

    public async Task<Answer> SendAsync(HttpMethod method, string path, string? json = null, string? ifMatch = null, string? token = null)
    {
        using var request = new HttpRequestMessage(method, path);
        request.Headers.Authorization = token is null ? null : new AuthenticationHeaderValue("Bearer", token);
        if (json is not null)
        {
            request.Content = new StringContent(json, Encoding.UTF8, "application/json");
        }

        if (ifMatch is not null)
        {
            request.Headers.TryAddWithoutValidation("If-Match", ifMatch);
        }

        if (json?.Length > 256 * 1024)
        {
            // As curl does with a large body: asked first, a refusal is read before the body is sent, not lost in a broken connection.
            request.Headers.ExpectContinue = true;
        }

        using var response = await Client.SendAsync(request, TestContext.Current.CancellationToken);
        var body = await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        return new Answer(response.StatusCode, body.Length == 0 ? [] : JsonNode.Parse(body)!.AsObject(), response.Headers.ETag?.Tag)
        {
            RetryAfter = response.Headers.RetryAfter?.Delta,
        };
    }

    public Task<Answer> GetAsync(string path, string? token = null) => SendAsync(HttpMethod.Get, path, token: token);

    public Task<Answer> PostAsync(string path, string json) => SendAsync(HttpMethod.Post, path, json);

    public Task<Answer> PutAsync(string path, string json, string? ifMatch = null) => SendAsync(HttpMethod.Put, path, json, ifMatch);

    public Task<Answer> PatchAsync(string path, string json, string? ifMatch = null) => SendAsync(HttpMethod.Patch, path, json, ifMatch);

    public Task<Answer> DeleteAsync(string path) => SendAsync(HttpMethod.Delete, path);

    /// <summary>Makes a zone and gives its id.</summary>
    public async Task<string> AddZoneAsync(string name, string origin = "http://192.0.2.1")
    {
        var answer = await PostAsync("/client/v4/zones", $$"""{"name":"{{name}}","origin":"{{origin}}"}""");
        Assert.Equal(HttpStatusCode.OK, answer.Status);
        return answer.Result["id"]!.GetValue<string>();
    }

    public async Task StopAsync()
    {
        Client.Dispose();
        await Host.StopAsync(TestContext.Current.CancellationToken);
        await Host.DisposeAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        _owned?.Dispose();
    }
}

/// <summary>An answer of the API.</summary>
internal sealed record Answer(HttpStatusCode Status, JsonObject Body, string? Tag)
{
    public TimeSpan? RetryAfter { get; init; }

    public JsonNode Result => Body["result"]!;

    public JsonNode Error => Body["errors"]![0]!;

    public int Code => Error["code"]!.GetValue<int>();

    public string? Pointer => Error["source"]?["pointer"]?.GetValue<string>();
}

internal sealed class TemporaryDirectory : IDisposable
{
    public string Path { get; } = Directory.CreateTempSubdirectory("holdfast-test-").FullName;

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
