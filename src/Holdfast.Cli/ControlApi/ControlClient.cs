using System.Net;
using System.Net.Http.Headers;
using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Json;
using Holdfast.Cli.Settings;
using Holdfast.Cli.Terminal;

namespace Holdfast.Cli.ControlApi;

/// <summary>The API as the command line uses it: Cloudflare's v4 envelope, a bearer token, and every refusal as one line.</summary>
internal sealed class ControlClient : IDisposable
{
    /// <summary>How long one call may take; control answers in milliseconds or not at all.</summary>
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(15);

    /// <summary>The largest page that the API gives.</summary>
    private const int PageSize = 50;

    private const string Nothing = """{"success":true,"errors":[],"messages":[],"result":null}""";

    private readonly HttpClient http;

    /// <param name="address">Where the API is.</param>
    /// <param name="token">A bearer token; never shown.</param>
    public ControlClient(Uri address, string token)
    {
        // Straight there: a proxy named in the environment is not asked for a loopback address, and redirects are not the API's way.
        http = new HttpClient(new SocketsHttpHandler { UseProxy = !address.IsLoopback, AllowAutoRedirect = false })
        {
            BaseAddress = address,
            Timeout = Timeout,
        };
        http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
    }

    /// <summary>Finds address and token as every command does: flag, environment, data directory.</summary>
    /// <exception cref="CliFailure">One of them is not to be had.</exception>
    public static ControlClient Open(CliContext context, DataDirectory data, string? controlFlag, string? tokenFlag)
    {
        var address = ControlAddress.Find(controlFlag, context.Environment, data, context.ProgramName);
        return new ControlClient(address, ControlToken.Find(tokenFlag, context.Environment, data));
    }

    /// <summary>Calls the API.</summary>
    /// <param name="method">The method.</param>
    /// <param name="path">Path and query, escaped.</param>
    /// <param name="body">Writes the members of the request's JSON object; null for none.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>The whole envelope; <c>success</c> is true.</returns>
    /// <exception cref="CliFailure">Control does not answer, or refuses.</exception>
    public Task<JsonElement> CallAsync(HttpMethod method, string path, Action<Utf8JsonWriter>? body, CancellationToken cancellationToken) =>
        CallAsync(method, path, null, body, cancellationToken);

    /// <summary>The same, if the thing is still what this entity tag stands for.</summary>
    /// <exception cref="CliFailure">It is not, or control does not answer, or refuses.</exception>
    public async Task<JsonElement> CallAsync(
        HttpMethod method,
        string path,
        EntityTagHeaderValue? ifMatch,
        Action<Utf8JsonWriter>? body,
        CancellationToken cancellationToken
    )
    {
        using var request = new HttpRequestMessage(method, path);
        if (ifMatch is not null)
        {
            request.Headers.IfMatch.Add(ifMatch);
        }

        return (await SendAsync(request, body, cancellationToken)).Envelope;
    }

    /// <summary>The entity tag of a thing; null where it has none.</summary>
    /// <param name="path">Path and query, escaped.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="CliFailure">Control does not answer, or refuses.</exception>
    public async Task<EntityTagHeaderValue?> TagAsync(string path, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        return (await SendAsync(request, null, cancellationToken)).Tag;
    }

    private async Task<(JsonElement Envelope, EntityTagHeaderValue? Tag)> SendAsync(
        HttpRequestMessage request,
        Action<Utf8JsonWriter>? body,
        CancellationToken cancellationToken
    )
    {
        if (body is not null)
        {
            request.Content = new StringContent(JsonText.Object(body), Encoding.UTF8, "application/json");
        }

        string text;
        HttpResponseMessage response;
        try
        {
            response = await http.SendAsync(request, cancellationToken);
            text = await response.Content.ReadAsStringAsync(cancellationToken);
        }
        catch (HttpRequestException fault)
        {
            throw Unreachable($"control does not answer at {http.BaseAddress}: {fault.Message}");
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw Unreachable($"control did not answer at {http.BaseAddress} within {Timeout.TotalSeconds} s");
        }

        using (response)
        {
            // Done, with nothing to say.
            var envelope = ReadEnvelope(response.StatusCode == HttpStatusCode.NoContent ? Nothing : text, (int)response.StatusCode);
            return (envelope, response.Headers.ETag);
        }
    }

    /// <summary>Asks for something that the token may not be allowed to see.</summary>
    /// <param name="path">Path and query, escaped.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>The whole envelope; null when the token lacks the permission, or control is older and has no such thing.</returns>
    /// <exception cref="CliFailure">Control does not answer, or refuses for another reason.</exception>
    public async Task<JsonElement?> TryCallAsync(string path, CancellationToken cancellationToken)
    {
        try
        {
            return await CallAsync(HttpMethod.Get, path, null, cancellationToken);
        }
        catch (CliFailure refused) when (refused.ExitCode is CliFailure.NotAllowed or CliFailure.NotFound)
        {
            return null;
        }
    }

    /// <summary>Every item of a list, page by page.</summary>
    /// <param name="path">Path, and query if any, without page and per_page.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="CliFailure">Control does not answer, or refuses.</exception>
    public async IAsyncEnumerable<JsonElement> ListAsync(string path, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var separator = path.Contains('?') ? '&' : '?';
        for (var page = 1; ; page++)
        {
            var envelope = await CallAsync(HttpMethod.Get, $"{path}{separator}page={page}&per_page={PageSize}", null, cancellationToken);
            foreach (var item in envelope.GetProperty("result").EnumerateArray())
            {
                yield return item;
            }

            if (
                !envelope.TryGetProperty("result_info", out var info)
                || !info.TryGetProperty("total_pages", out var pages)
                || page >= pages.GetInt32()
            )
            {
                yield break;
            }
        }
    }

    public void Dispose() => http.Dispose();

    private static JsonElement ReadEnvelope(string text, int status)
    {
        JsonElement envelope;
        try
        {
            using var document = JsonDocument.Parse(text);
            envelope = document.RootElement.Clone();
        }
        catch (JsonException)
        {
            throw Failed($"what answers is not Holdfast's API (status {status}, no JSON)", "check --control");
        }

        if (envelope.ValueKind != JsonValueKind.Object || !envelope.TryGetProperty("success", out var success))
        {
            throw Failed($"what answers is not Holdfast's API (status {status})", "check --control");
        }

        return success.ValueKind == JsonValueKind.True ? envelope : throw Refusal(envelope, status);
    }

    private static CliFailure Refusal(JsonElement envelope, int status)
    {
        var errors =
            envelope.TryGetProperty("errors", out var list) && list.ValueKind == JsonValueKind.Array ? list.EnumerateArray().ToList() : [];
        var said = errors.Select(error => $"{Printable.From(Text(error, "message"))} (code {Text(error, "code")})");
        return new CliFailure(
            errors.Count == 0 ? $"control refused: status {status}" : string.Join("; ", said),
            status switch
            {
                401 or 403 => "give a token with --token or HOLDFAST_TOKEN",
                404 => "'list' shows what there is",
                409 or 412 => "'show' it as it is now, and try again",
                429 or 503 => "try again in a moment",
                >= 500 => "control's log says why",
                _ => null,
            },
            CliFailure.CodeOf(status)
        );
    }

    private static string Text(JsonElement item, string member) =>
        item.ValueKind == JsonValueKind.Object && item.TryGetProperty(member, out var value) ? value.ToString() : "";

    private static CliFailure Unreachable(string message) => new(message, "'status' shows what runs", CliFailure.Unreachable);

    private static CliFailure Failed(string message, string? hint) => new(message, hint, CliFailure.Failed);
}
