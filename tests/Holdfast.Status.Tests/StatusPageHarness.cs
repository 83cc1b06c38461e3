using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;

namespace Holdfast.Status.Tests;

/// <summary>A status page on a free port, with a store of its own and a clock that the test moves.</summary>
internal sealed class StatusPageHarness : IAsyncDisposable
{
    public const string Token = "a-token-of-the-tests-1234";

    private readonly string directory = Directory.CreateTempSubdirectory("holdfast-status-").FullName;
    private readonly HttpClient client = new(
        new SocketsHttpHandler { AllowAutoRedirect = false, Expect100ContinueTimeout = TimeSpan.FromMinutes(1) }
    );
    private StatusHost? host;

    private StatusPageHarness() { }

    public Clock Clock { get; } = new(new DateTimeOffset(2025, 11, 18, 11, 28, 0, TimeSpan.Zero));

    public string Database => Path.Combine(directory, "status", "status.db");

    public string DataDirectory => directory;

    public string PageId { get; private set; } = "";

    public Uri Url => host!.Url;

    public string? FirstToken => host!.FirstToken;

    public static async Task<StatusPageHarness> StartAsync(string? token = Token)
    {
        var harness = new StatusPageHarness();
        await harness.RestartAsync(token);
        return harness;
    }

    /// <summary>Ends the page and starts another on the same store.</summary>
    public Task RestartAsync(string? token = Token) => RestartAsync(options => options, token);

    /// <summary>The same with other options.</summary>
    public async Task RestartAsync(Func<StatusOptions, StatusOptions> change, string? token = Token)
    {
        if (host is not null)
        {
            await host.DisposeAsync();
        }

        host = await StatusHost.StartAsync(
            change(
                new StatusOptions
                {
                    DataDirectory = directory,
                    Endpoint = new IPEndPoint(IPAddress.Loopback, 0),
                    Name = "Example Hosting",
                    Url = "https://status.example.com/",
                    FirstToken = token,
                    Time = Clock,
                    Looks = false,
                    ReportWork = 6,
                }
            ),
            TestContext.Current.CancellationToken
        );
        PageId = (await ReadAsync("/api/v2/status.json"))["page"]!["id"]!.GetValue<string>();
    }

    public Task<HttpResponseMessage> GetAsync(string path, params (string Name, string Value)[] headers) =>
        SendAsync(HttpMethod.Get, path, null, null, headers);

    /// <summary>A document that everybody may read.</summary>
    public async Task<JsonNode> ReadAsync(string path)
    {
        using var response = await GetAsync(path);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        return JsonNode.Parse(await response.Content.ReadAsStringAsync())!;
    }

    /// <summary>A page as text.</summary>
    public async Task<string> PageAsync(string path)
    {
        using var response = await GetAsync(path);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        return await response.Content.ReadAsStringAsync();
    }

    /// <summary>A call of the write API that has to work; the path is below the page's.</summary>
    public async Task<JsonNode> WriteAsync(string method, string path, string? json = null)
    {
        using var response = await TryWriteAsync(method, path, json);
        var text = await response.Content.ReadAsStringAsync();
        Assert.True(response.IsSuccessStatusCode, $"{(int)response.StatusCode}: {text}");
        return text.Length == 0 ? new JsonObject() : JsonNode.Parse(text)!;
    }

    public Task<HttpResponseMessage> TryWriteAsync(string method, string path, string? json = null, string token = Token) =>
        SendAsync(new HttpMethod(method), $"/v1/pages/{PageId}{path}", json, token, []);

    /// <summary>What a call that is refused says.</summary>
    public async Task<string> RefusedAsync(HttpStatusCode status, string method, string path, string? json = null)
    {
        using var response = await TryWriteAsync(method, path, json);
        Assert.Equal(status, response.StatusCode);
        return JsonNode.Parse(await response.Content.ReadAsStringAsync())!["error"]![0]!.GetValue<string>();
    }

    /// <summary>Moves the clock on by steps, and looks at every watch after each.</summary>
    /// <param name="duration">How long in all.</param>
    /// <param name="seconds">How long a step is.</param>
    /// <param name="before">Done before the clock moves.</param>
    /// <param name="after">Done after it has moved, before it is looked.</param>
    public async Task LookAsync(TimeSpan duration, int seconds = 10, Action? before = null, Func<Task>? after = null)
    {
        for (var end = Clock.GetUtcNow() + duration; Clock.GetUtcNow() < end; )
        {
            before?.Invoke();
            Clock.Advance(TimeSpan.FromSeconds(seconds));
            await (after?.Invoke() ?? Task.CompletedTask);
            await host!.LookAsync(TestContext.Current.CancellationToken);
        }
    }

    /// <summary>Delivers what is due.</summary>
    public Task DeliverAsync() => host!.DeliverAsync(TestContext.Current.CancellationToken);

    /// <summary>Adds a component and returns its id.</summary>
    public async Task<string> ComponentAsync(string name, string more = "") =>
        (await WriteAsync("POST", "/components", $$$"""{"component":{"name":"{{{name}}}"{{{more}}}}}"""))["id"]!.GetValue<string>();

    public async ValueTask DisposeAsync()
    {
        client.Dispose();
        await host!.DisposeAsync();
        Directory.Delete(directory, recursive: true);
    }

    /// <summary>A request with a token, or none.</summary>
    public async Task<HttpResponseMessage> SendAsync(
        HttpMethod method,
        string path,
        string? json,
        string? token,
        (string Name, string Value)[] headers
    )
    {
        using var request = new HttpRequestMessage(method, new Uri(Url, path));
        if (json is not null)
        {
            request.Content = new StringContent(json, Encoding.UTF8, "application/json");
        }

        if (token is not null)
        {
            request.Headers.Authorization = new AuthenticationHeaderValue("OAuth", token);
        }

        foreach (var (name, value) in headers)
        {
            request.Headers.TryAddWithoutValidation(name, value);
        }

        return await client.SendAsync(request, TestContext.Current.CancellationToken);
    }
}
