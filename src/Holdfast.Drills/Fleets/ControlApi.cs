using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Holdfast.Drills.Fleets;

/// <summary>Control's API, as any client has it.</summary>
internal sealed class ControlApi : IDisposable
{
    /// <summary>How long one call may take before control counts as dead.</summary>
    private static readonly TimeSpan CallLimit = TimeSpan.FromSeconds(20);

    private readonly HttpClient client;

    /// <param name="port">Its port on 127.0.0.1.</param>
    /// <param name="token">An administrator's token.</param>
    public ControlApi(int port, string token)
    {
        client = new HttpClient(new SocketsHttpHandler { UseProxy = false, AllowAutoRedirect = false })
        {
            BaseAddress = new Uri($"http://127.0.0.1:{port}"),
            Timeout = CallLimit,
        };
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
    }

    /// <summary>Calls an operation.</summary>
    /// <param name="method">The method.</param>
    /// <param name="path">The path, with its query.</param>
    /// <param name="body">JSON, or null for none.</param>
    /// <param name="headers">Further fields.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>Whatever was answered, also an error.</returns>
    /// <exception cref="HttpRequestException">Control does not answer.</exception>
    public async Task<ApiAnswer> CallAsync(
        HttpMethod method,
        string path,
        JsonNode? body,
        CancellationToken cancellationToken,
        params (string Name, string Value)[] headers
    )
    {
        using var request = new HttpRequestMessage(method, path);
        if (body is not null)
        {
            request.Content = new StringContent(body.ToJsonString(), Encoding.UTF8, "application/json");
        }

        foreach (var (name, value) in headers)
        {
            request.Headers.TryAddWithoutValidation(name, value);
        }

        try
        {
            using var response = await client.SendAsync(request, cancellationToken);
            var text = await response.Content.ReadAsStringAsync(cancellationToken);
            return new ApiAnswer(response.StatusCode, text, response.Headers.ETag?.ToString(), response.Headers.RetryAfter is not null);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw new HttpRequestException($"{method} {path}: no answer within {CallLimit.TotalSeconds:0} s");
        }
    }

    /// <summary>Calls an operation that has to succeed.</summary>
    /// <returns>The envelope's <c>result</c>.</returns>
    /// <exception cref="DrillFailure">It was answered with an error, or not at all.</exception>
    public async Task<JsonElement> DoAsync(HttpMethod method, string path, JsonNode? body, CancellationToken cancellationToken)
    {
        ApiAnswer answer;
        try
        {
            answer = await CallAsync(method, path, body, cancellationToken);
        }
        catch (HttpRequestException fault)
        {
            throw new DrillFailure($"{method} {path}: {fault.Message}");
        }

        return answer.Succeeded ? answer.Result : throw new DrillFailure($"{method} {path}: {(int)answer.Status} {answer.Text}");
    }

    /// <summary>Whether it answers and believes the token.</summary>
    public async Task<bool> AnswersAsync(CancellationToken cancellationToken)
    {
        try
        {
            return (await CallAsync(HttpMethod.Get, "/client/v4/zones?per_page=1", null, cancellationToken)).Succeeded;
        }
        catch (HttpRequestException)
        {
            return false;
        }
    }

    /// <inheritdoc/>
    public void Dispose() => client.Dispose();
}

/// <summary>One answer of the API.</summary>
/// <param name="Status">The status.</param>
/// <param name="Text">The body.</param>
/// <param name="ETag">The state's tag, or null.</param>
/// <param name="HasRetryAfter">Whether it says when to come again.</param>
internal sealed record ApiAnswer(HttpStatusCode Status, string Text, string? ETag, bool HasRetryAfter)
{
    /// <summary>Whether the status is one of success.</summary>
    public bool Succeeded => (int)Status is >= 200 and < 300;

    /// <summary>The envelope's <c>result</c>; undefined when there is none.</summary>
    public JsonElement Result =>
        JsonDocument.Parse(Text).RootElement is { ValueKind: JsonValueKind.Object } envelope
        && envelope.TryGetProperty("result", out var result)
            ? result.Clone()
            : default;
}
